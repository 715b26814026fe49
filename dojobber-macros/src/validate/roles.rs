//! Which method of an `impl` has which role.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Ident, ItemImpl};

use super::signature;
use crate::errors::{Errors, nearest};
use crate::item::methods;
use crate::model::Methods;

/// The methods, and the roles that a near miss was meant for.
pub(super) fn take(item: &ItemImpl, tokens: &TokenStream, errors: &mut Errors) -> (Methods, Vec<&'static str>) {
    let mut taken = Methods::default();
    let names: Vec<String> = methods(item).map(|(ident, _)| ident.to_string()).collect();
    let mut missed = Vec::new();
    for (ident, function) in methods(item) {
        let name = ident.to_string();
        let place = match name.as_str() {
            "new" => &mut taken.new,
            "check" => &mut taken.check,
            "run" => &mut taken.run,
            "cleanup" => &mut taken.cleanup,
            "recheck" => {
                errors.push(ident, "there is no `recheck`: `check` is called again after `run`");
                continue;
            }
            _ => {
                if let Some(near) = near_miss(&name)
                    && !names.iter().any(|name| name == near)
                    && times_named(tokens.clone(), ident) == 1
                {
                    errors.push(
                        ident,
                        format!(
                            "`{name}` is never called: did you mean `{near}`? Else put it into an `impl` without `#[job]`"
                        ),
                    );
                    missed.push(near);
                }
                continue;
            }
        };
        // Two without `#[cfg]`s are a mistake that Rust itself reports.
        if place.is_empty() || !function.cfgs.is_empty() {
            place.push(function);
        }
    }
    for function in taken.all() {
        signature::check(function, &format!("`{}`", function.sig.ident), errors);
        signature::check_receiver(function, errors);
    }
    for new in taken.new.iter().filter(|new| !new.has_receiver() && new.returns().is_none()) {
        errors.push(&new.sig.ident, "`new` must return the value of a try: write `-> Self`, or `-> Result<Self>`");
    }
    (taken, missed)
}

/// The role that a name was most likely meant to be. Of short names only those are taken for it that have its letters:
/// `now` is no `new`.
fn near_miss(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace('_', "");
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let short = ["new", "run"].into_iter().find(|role| {
        sorted(&plain) == sorted(role) || plain.len() == role.len() + 1 && plain.starts_with(role) && plain != "runs"
    });
    match &*plain {
        "teardown" => Some("cleanup"),
        _ => short
            .or_else(|| nearest(&plain, &["check", "cleanup"]).filter(|near| near.len().abs_diff(plain.len()) <= 1)),
    }
}

/// How often a name stands in these tokens.
pub(super) fn times_named(tokens: TokenStream, name: &Ident) -> usize {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) => usize::from(ident == *name),
            TokenTree::Group(group) => times_named(group.stream(), name),
            TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
        })
        .sum()
}
