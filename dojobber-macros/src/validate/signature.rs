//! What a job's functions may look like.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, Generics, Ident, ReceiverKind, Safety, Type};

use super::roles::times_named;
use crate::errors::Errors;
use crate::feature;
use crate::item::Function;

/// As many as `private::Call` has methods for.
const MOST_PARAMETERS: usize = 12;

pub(super) fn check(function: &Function, what: &str, errors: &mut Errors) {
    let sig = &function.sig;
    feature::check(function, what, cfg!(feature = "tokio"), errors);
    if let Some(constness) = &sig.constness {
        errors.push(constness, format!("{what} can't be `const`: remove it"));
    }
    if let Safety::Unsafe(_) = &sig.safety {
        errors.push(&sig.safety, format!("{what} can't be `unsafe`: say in it what is"));
    }
    if let Some(abi) = &sig.abi {
        errors.push(abi, format!("{what} can't have an ABI: remove it"));
    }
    no_generics(&sig.generics, errors);
    if let Some(variadic) = &sig.variadic {
        errors.push(variadic, format!("{what} can't be variadic"));
    }
    if let Some(param) = function.params().nth(MOST_PARAMETERS) {
        errors.push(
            param,
            format!(
                "{what} can't have more than {MOST_PARAMETERS} parameters: take `ctx: &Context`, which has all of it"
            ),
        );
    }
    for input in &sig.inputs {
        let FnArg::Typed(param) = input else {
            continue;
        };
        if let Type::ImplTrait(ty) = &*param.ty {
            errors.push(ty, "a parameter must be of one type, which says what is wanted: `impl Trait` doesn't");
        }
        if let Some(cfg) = param.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
            errors.push(cfg, "a parameter can't be conditional: write the function twice, each with its `#[cfg]`");
        }
    }
    if let Some(ty @ Type::Never(_)) = function.returns() {
        errors.push(ty, "a job's function has to return: leave out what it returns, or write `-> Result`");
    }
    let returned = function.returns().and_then(|ty| not_owned_in(ty.to_token_stream()));
    if let Some(token) = returned {
        let is_future = |ty: &Type| times_named(ty.to_token_stream(), &Ident::new("Future", sig.ident.span())) > 0;
        let message = match &token {
            TokenTree::Ident(ident) if ident == "impl" && function.returns().is_some_and(is_future) => {
                "write an `async fn`, and behind the arrow what the future comes to"
            }
            TokenTree::Ident(ident) if ident == "impl" => "name the type that is returned, instead of `impl Trait`",
            _ => {
                "what a job's function returns outlives the job's value: return something owned, as `String` for `&str`"
            }
        };
        errors.push(token, message);
    }
}

/// Whether a type can be named outside of the function that returns it.
pub(crate) fn owned(ty: &Type) -> bool {
    not_owned_in(ty.to_token_stream()).is_none()
}

/// An `impl Trait`, or a reference whose lifetime was left out, which only a parameter can lend.
pub(super) fn not_owned_in(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_quote = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        let found = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => !tokens.peek().is_some_and(is_quote),
            token if is_quote(token) => matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "_"),
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => match not_owned_in(group.stream()) {
                Some(found) => return Some(found),
                None => false,
            },
            _ => false,
        };
        if found {
            return Some(token);
        }
    }
    None
}

pub(super) fn check_receiver(function: &Function, errors: &mut Errors) {
    let Some(FnArg::Receiver(receiver)) = function.sig.inputs.first() else {
        return;
    };
    if function.sig.ident == "new" {
        errors.push(receiver, "`new` makes the value, so it takes no `self`");
    } else if !is_reference(&receiver.kind) {
        let name = &function.sig.ident;
        let wanted = if name == "check" { "&self" } else { "&mut self" };
        errors
            .push(receiver, format!("`{name}` can't take the value itself, which other phases need: write `{wanted}`"));
    }
}

fn is_reference(kind: &ReceiverKind) -> bool {
    match kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => matches!(**ty, Type::Reference(_)),
        _ => false,
    }
}

pub(super) fn no_generics(generics: &Generics, errors: &mut Errors) {
    if !generics.params.is_empty() && generics.lifetimes().count() == generics.params.len() {
        errors.push(generics, "a job has no lifetimes of its own: leave them out, as in `ctx: &Context`");
    } else if !generics.params.is_empty() {
        errors.push(generics, "a job can't be generic here: leave the parameters out");
    } else if let Some(clause) = &generics.where_clause {
        errors.push(clause, "a job can't be generic here: leave the `where` clause out");
    }
}
