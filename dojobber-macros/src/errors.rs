//! All mistakes of one attribute, told in one compile.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects errors, each at its place.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// A mistake in these tokens.
    pub(crate) fn push(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.take_in(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake at this place.
    pub(crate) fn push_at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.take_in(syn::Error::new(span, message));
    }

    pub(crate) fn take_in(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    #[cfg(test)]
    pub(crate) fn messages(self) -> Vec<String> {
        self.0.into_iter().flatten().map(|error| error.to_string()).collect()
    }

    /// As `compile_error!`s.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(syn::Error::into_compile_error).unwrap_or_default()
    }
}

/// The candidate that `name` is most likely a misspelling of, if one is near enough.
pub(crate) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    candidates
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name.replace('_', ""), &candidate.replace('_', "")), *candidate))
        .filter(|(distance, _)| *distance <= 1.max(name.len() / 3))
        .min()
        .map(|(_, candidate)| candidate)
}
