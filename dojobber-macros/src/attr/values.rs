//! How the values of keys are read.

use proc_macro2::TokenTree;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Member, Path, Token, Type, bracketed, token};

use super::{Dep, Limit};
use crate::errors::Errors;
use crate::tokens::written;

/// What is wrong with one entry doesn't keep the others from being read.
pub(super) fn list_of<T: Element>(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
    errors: &mut Errors,
) -> syn::Result<Vec<T>> {
    equals(key, input, example)?;
    if !input.peek(token::Bracket) {
        return Err(syn::Error::new(input.span(), format!("`{key}` takes a list: write `{key} = {example}`")));
    }
    let content;
    bracketed!(content in input);
    let mut list = Vec::new();
    while !content.is_empty() {
        match T::element(&content) {
            Ok(element) => list.push(element),
            Err(error) => {
                errors.take_in(error);
                skip_to_comma(&content);
            }
        }
        comma(&content, "entries", errors)?;
    }
    Ok(list)
}

/// A function, by path.
pub(super) fn function_of(key: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    equals(key, input, "path::to::function")?;
    let message = format!("`{key}` takes the path of a function: write `{key} = path::to::function`");
    let begin = input.span();
    let path = input.call(Path::parse).map_err(|_| syn::Error::new(begin, &message))?;
    if input.peek(token::Paren) {
        return Err(input.error(format!("{message}, without calling it")));
    }
    Ok(path)
}

pub(super) fn value_of<T: Parse>(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    equals(key, input, example)?;
    input.parse().map_err(|error| expected(&error, key, example))
}

pub(super) fn expected(error: &syn::Error, key: impl std::fmt::Display, example: &str) -> syn::Error {
    syn::Error::new(error.span(), format!("expected a value for `{key}`: write `{key} = {example}`"))
}

pub(super) fn equals(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    Err(syn::Error::new_spanned(key, format!("`{key}` needs a value: write `{key} = {example}`")))
}

/// What has to stand between two of these.
pub(super) fn comma(input: ParseStream<'_>, what: &str, errors: &mut Errors) -> syn::Result<()> {
    if !input.is_empty() && input.parse::<Token![,]>().is_err() {
        errors.push_at(input.span(), format!("expected `,` between two {what}"));
        skip_to_comma(input);
        let _: Option<Token![,]> = input.parse()?;
    }
    Ok(())
}

pub(super) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

/// What can stand in a list.
pub(super) trait Element: Sized {
    fn element(input: ParseStream<'_>) -> syn::Result<Self>;
}

impl Element for Dep {
    fn element(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse()
    }
}

impl Element for Type {
    fn element(input: ParseStream<'_>) -> syn::Result<Self> {
        let ty = parse_path(input)?;
        if input.peek(token::Bracket) {
            let message = "a single member can stand in `deps` only: leave out the `[…]`, and name the whole family";
            return Err(input.error(message));
        }
        Ok(ty)
    }
}

impl Element for LitStr {
    fn element(input: ParseStream<'_>) -> syn::Result<Self> {
        let tag: Self = input
            .parse()
            .map_err(|error| syn::Error::new(error.span(), "expected a string, as in `tags = [\"nightly\"]`"))?;
        if tag.value().trim().is_empty() {
            return Err(syn::Error::new_spanned(&tag, "a tag can't be empty: name the set that the job belongs to"));
        }
        Ok(tag)
    }
}

impl Element for Limit {
    fn element(input: ParseStream<'_>) -> syn::Result<Self> {
        let name: LitStr = input.parse().map_err(|error| {
            syn::Error::new(error.span(), "expected the name of a limit, a string, as in `limit = \"db\"`")
        })?;
        if name.value().trim().is_empty() {
            let message = "a limit's name can't be empty: write the one that `DoJobber::limit` declares";
            return Err(syn::Error::new_spanned(&name, message));
        }
        Ok(Self(name))
    }
}

impl Parse for Dep {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ty = parse_path(input)?;
        if !input.peek(token::Bracket) {
            return Ok(Self { ty, member: None });
        }
        let content;
        let bracket = bracketed!(content in input);
        let fields = content.call(Punctuated::<Member, Token![,]>::parse_terminated).map_err(|error| {
            syn::Error::new(error.span(), "expected fields of this job's value, as in `Provision[host]`")
        })?;
        if fields.is_empty() {
            return Err(syn::Error::new(
                bracket.span.join(),
                "name the field to find the member by: `Provision[host]`",
            ));
        }
        Ok(Self { ty, member: Some((bracket, fields.into_iter().collect())) })
    }
}

/// A type that is a path; a macro may have wrapped it in an invisible group.
fn parse_path(input: ParseStream<'_>) -> syn::Result<Type> {
    let begin = input.span();
    if let Some(name) = input.parse::<Option<LitStr>>()? {
        let message = match name.parse::<Path>() {
            Ok(path) => format!("jobs are named by path, which the compiler checks: write `{}`", written(&path)),
            Err(_) => {
                "jobs are named by path, which the compiler checks: write that of its type or function".to_owned()
            }
        };
        return Err(syn::Error::new_spanned(&name, message));
    }
    let ty: Type = input.parse().map_err(|_| syn::Error::new(begin, NO_PATH))?;
    let mut inner = &ty;
    while let Type::Group(group) = inner {
        inner = &group.elem;
    }
    match inner {
        Type::Path(_) => Ok(inner.clone()),
        other => Err(syn::Error::new_spanned(other, NO_PATH)),
    }
}

const NO_PATH: &str = "expected a job: write the path of its type or function, as in `[First, second]`";
