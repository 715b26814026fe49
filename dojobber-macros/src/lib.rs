//! The `#[job]` attribute of dojobber. Use it through the crate `dojobber`, whose runtime its expansion calls.

mod attr;
mod errors;
mod expand;
mod item;
mod model;
mod template;
mod validate;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Path, Type, parse_quote};

use crate::errors::Errors;
use crate::item::Item;

/// Makes an item a job. DOCS
#[proc_macro_attribute]
pub fn job(attr: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(attr.into(), item.into()).into()
}

/// Attribute → keys, item → model → tokens. The user's item is emitted whatever is wrong with the attribute, and so is
/// a job of its name, so that one mistake stays one message.
fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let attr = attr::parse(attr, &mut errors);
    let krate: Path = attr.krate.as_ref().map_or_else(|| parse_quote!(::dojobber), |krate| krate.value.clone());
    let lints = expand::allowed_lints();
    let (emitted, ty, model): (TokenStream, Type, _) = match item::parse(item) {
        Item::Impl(item) => {
            let model = validate::of_impl(attr, &item, &mut errors);
            (quote!(#lints #item), (*item.self_ty).clone(), model)
        }
        Item::Struct(item) => {
            let model = validate::of_struct(attr, &item, &mut errors);
            let ident = &item.ident;
            (quote!(#[allow(dead_code)] #item), parse_quote!(#ident), model)
        }
        Item::Fn(item) => {
            let model = validate::of_fn(attr, &item, &mut errors);
            let marker = expand::marker(&item.vis, &item.sig.ident);
            (quote!(#lints #item #marker), expand::ident_of_fn(&item.sig.ident), model)
        }
        Item::Other(tokens, what) => {
            let message = format!(
                "{what} is no job: `#[job]` goes on the `impl` block of a type (a job), on a `struct` (a group), or on a \
                 `fn` (run-only)"
            );
            errors.push(&tokens, message);
            let errors = errors.into_tokens();
            return quote!(#tokens #errors);
        }
        Item::Broken(tokens) => return tokens,
    };
    if errors.is_empty() {
        let job = expand::expand(&model);
        return quote!(#emitted #job);
    }
    let errors = errors.into_tokens();
    // A stub that is itself in order: generic parameters, or a trait in the impl, would only add to the mistakes.
    let can_be_stubbed = model.generics.params.is_empty() && matches!(ty, Type::Path(_));
    let stub = can_be_stubbed.then(|| expand::stub(&krate, &ty, &model.name));
    let mut tokens = emitted.into_token_stream();
    tokens.extend(stub);
    tokens.extend(errors);
    tokens
}
