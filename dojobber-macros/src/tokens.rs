//! How tokens were written, and where.

use proc_macro2::{Span, TokenTree};
use quote::ToTokens;

/// Tokens as they were written, or nearly: spaces stand only where two words would become one.
pub(crate) fn written(tokens: &impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut text = String::new();
    let mut chars = spaced.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let last = text.chars().last();
        if c != ' ' || last == Some(',') || is_word(last) && (is_word(next) || next == Some('\'')) {
            text.push(c);
        }
    }
    text
}

/// Where these tokens are, for tokens of the expansion that stand for them: errors there are shown here.
pub(crate) fn located(tokens: impl ToTokens) -> Span {
    Span::call_site().located_at(place(tokens))
}

/// Where these tokens are, in the eyes of those who wrote them.
pub(crate) fn place(tokens: impl ToTokens) -> Span {
    let first = tokens.into_token_stream().into_iter().next();
    first.map_or_else(Span::call_site, |token| inner_span(&token))
}

fn inner_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::None => {
            group.stream().into_iter().next().map_or_else(|| group.span(), |token| inner_span(&token))
        }
        token => token.span(),
    }
}
