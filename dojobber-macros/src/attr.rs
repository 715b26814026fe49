//! What stands in the parentheses of `#[job(…)]`: keys with their values and places.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Member, Path, Token, Type, bracketed, parenthesized, token};

use crate::errors::{Errors, nearest};

/// A value, and where its key stands.
pub(crate) struct Keyed<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// The keys of one attribute, each at most once.
#[derive(Default)]
pub(crate) struct Attr {
    pub(crate) deps: Option<Keyed<Vec<Dep>>>,
    pub(crate) required_by: Option<Keyed<Vec<Type>>>,
    pub(crate) tags: Option<Keyed<Vec<LitStr>>>,
    pub(crate) tries: Option<Keyed<Expr>>,
    pub(crate) retry_delay: Option<Keyed<Expr>>,
    pub(crate) name: Option<Keyed<LitStr>>,
    pub(crate) run_only: Option<Keyed<()>>,
    pub(crate) check: Option<Keyed<Path>>,
    pub(crate) each: Option<Keyed<Path>>,
    pub(crate) key: Option<Keyed<Vec<Member>>>,
    pub(crate) instances: Option<Keyed<Vec<Type>>>,
    pub(crate) krate: Option<Keyed<Path>>,
}

/// A dependency: `Path`, or `Path[field, …]` for one member of a family.
pub(crate) struct Dep {
    pub(crate) ty: Type,
    pub(crate) member: Option<(token::Bracket, Vec<Member>)>,
}

const KEYS: [&str; 12] = [
    "deps",
    "required_by",
    "tags",
    "tries",
    "retry_delay",
    "name",
    "run_only",
    "check",
    "each",
    "key",
    "instances",
    "crate",
];

/// Parses all keys; what is wrong with one doesn't keep the others from being parsed.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Attr {
    let mut attr = Attr::default();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = attr.parse_key(input, errors) {
                errors.take_in(error);
                skip_to_comma(input);
            }
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                errors.push_at(input.span(), "expected `,` between two keys");
                skip_to_comma(input);
                let _: Option<Token![,]> = input.parse()?;
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.take_in(error);
    }
    attr
}

impl Attr {
    fn parse_key(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let key = input
            .call(Ident::parse_any)
            .map_err(|error| syn::Error::new(error.span(), format!("expected a key: one of {}", list())))?;
        let name = key.unraw().to_string();
        match name.as_str() {
            "run_only" => {
                if input.peek(Token![=]) {
                    return Err(syn::Error::new_spanned(&key, "`run_only` takes no value: write `run_only` alone"));
                }
                set(&mut self.run_only, key, (), errors);
            }
            "deps" => set(&mut self.deps, key.clone(), list_of(&key, input, "[First, Second]")?, errors),
            "required_by" => set(&mut self.required_by, key.clone(), list_of(&key, input, "[First, Second]")?, errors),
            "tags" => set(&mut self.tags, key.clone(), list_of(&key, input, "[\"nightly\"]")?, errors),
            "instances" => set(&mut self.instances, key.clone(), list_of(&key, input, "[Job<A>, Job<B>]")?, errors),
            "tries" => set(&mut self.tries, key.clone(), value_of(&key, input, "3")?, errors),
            "retry_delay" => set(&mut self.retry_delay, key.clone(), value_of(&key, input, "0.5")?, errors),
            "name" => set(&mut self.name, key.clone(), value_of(&key, input, "\"Any name\"")?, errors),
            "check" => set(&mut self.check, key.clone(), value_of(&key, input, "path::to::function")?, errors),
            "each" => set(&mut self.each, key.clone(), value_of(&key, input, "path::to::function")?, errors),
            "crate" => set(&mut self.krate, key.clone(), value_of(&key, input, "other_name")?, errors),
            "key" => {
                equals(&key, input, "field")?;
                let fields = if input.peek(token::Paren) {
                    let content;
                    parenthesized!(content in input);
                    Punctuated::<Member, Token![,]>::parse_terminated(&content)?.into_iter().collect()
                } else {
                    vec![input.parse().map_err(|error| expected(&error, "key", "field` or `key = (one, two)"))?]
                };
                set(&mut self.key, key, fields, errors);
            }
            _ => {
                let hint = nearest(&name, &KEYS).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                let message = format!("there is no key `{name}`: {hint}the keys are {}", list());
                return Err(syn::Error::new_spanned(&key, message));
            }
        }
        Ok(())
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
    let ty: Type = input.parse().map_err(|_| syn::Error::new(begin, "expected the path of a job"))?;
    let mut inner = &ty;
    while let Type::Group(group) = inner {
        inner = &group.elem;
    }
    match inner {
        Type::Path(_) => Ok(inner.clone()),
        other => Err(syn::Error::new_spanned(other, "expected the path of a job")),
    }
}

/// What can stand in a list.
trait Element: Sized {
    fn element(input: ParseStream<'_>) -> syn::Result<Self>;
}

impl Element for Dep {
    fn element(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse()
    }
}

impl Element for Type {
    fn element(input: ParseStream<'_>) -> syn::Result<Self> {
        parse_path(input)
    }
}

impl Element for LitStr {
    fn element(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse().map_err(|error| syn::Error::new(error.span(), "expected a string, as in `tags = [\"nightly\"]`"))
    }
}

fn list_of<T: Element>(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<Vec<T>> {
    equals(key, input, example)?;
    if !input.peek(token::Bracket) {
        return Err(syn::Error::new(input.span(), format!("`{key}` takes a list: write `{key} = {example}`")));
    }
    let content;
    bracketed!(content in input);
    Ok(content
        .call(|content| Punctuated::<T, Token![,]>::parse_terminated_with(content, T::element))?
        .into_iter()
        .collect())
}

fn value_of<T: Parse>(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    equals(key, input, example)?;
    input.parse().map_err(|error| expected(&error, key, example))
}

fn expected(error: &syn::Error, key: impl std::fmt::Display, example: &str) -> syn::Error {
    syn::Error::new(error.span(), format!("expected a value for `{key}`: write `{key} = {example}`"))
}

fn equals(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    Err(syn::Error::new_spanned(key, format!("`{key}` needs a value: write `{key} = {example}`")))
}

fn set<T>(place: &mut Option<Keyed<T>>, key: Ident, value: T, errors: &mut Errors) {
    if place.is_some() {
        errors.push(&key, format!("`{key}` stands here twice: keep one"));
        return;
    }
    *place = Some(Keyed { key, value });
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn list() -> String {
    let quoted: Vec<_> = KEYS.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}

/// Where these tokens are, for tokens of the expansion that stand for them: errors there are shown here.
pub(crate) fn located(tokens: impl ToTokens) -> Span {
    let first = tokens.into_token_stream().into_iter().next();
    first.map_or_else(Span::call_site, |token| inner_span(&token))
}

fn inner_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::None => {
            group.stream().into_iter().next().map_or_else(|| group.span(), |token| inner_span(&token))
        }
        token => Span::call_site().located_at(token.span()),
    }
}
