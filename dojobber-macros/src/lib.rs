//! The [`#[job]`](macro@job) attribute of dojobber.
//!
//! Use it through the crate `dojobber`, which brings it along: what the attribute expands to calls that crate, in exactly
//! the version that depends on this one.

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

#[doc = include_str!("job.md")]
#[proc_macro_attribute]
pub fn job(attr: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(&attr.into(), item.into()).into()
}

/// Attribute → keys, item → model → tokens. The user's item is emitted whatever is wrong with the attribute, and so is
/// a job of its name, so that one mistake stays one message.
fn expand(attr: &TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let keys = attr::parse(attr.clone(), &mut errors);
    let krate: Path = keys.krate.as_ref().map_or_else(|| parse_quote!(::dojobber), |krate| krate.value.clone());
    let mut item = item::parse(item);
    let cfgs = item::take_cfgs(&mut item);
    for twice in item::take_jobs(&mut item) {
        errors.push(&twice, "one item is one job: put all keys into one `#[job(…)]`");
    }
    if !cfgs.is_empty() {
        // Above the attribute, they decide over all of the expansion.
        return quote!(#(#cfgs)* #[#krate::job(#attr)] #item);
    }
    let (is_family, attr) = (keys.has("each"), keys);
    let lints = expand::allowed_lints();
    let (emitted, ty, model): (TokenStream, Type, _) = match item {
        Item::Impl(item) => {
            let model = validate::of_impl(attr, &item, &mut errors);
            (quote!(#lints #item), (*item.self_ty).clone(), model)
        }
        Item::Struct(item) => {
            let model = validate::of_struct(attr, &item, &mut errors);
            let (ident, (_, generics, _)) = (&item.ident, item.generics.split_for_impl());
            (quote!(#[allow(dead_code)] #item), parse_quote!(#ident #generics), model)
        }
        Item::Fn(item) if item.sig.receiver().is_some() => {
            let message = "a job's function takes no `self`: put the attribute on the whole `impl` instead";
            errors.push(item.sig.receiver(), message);
            // No more than this: in an `impl` there is no place for a type.
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
        Item::Fn(item) => {
            let model = validate::of_fn(attr, &item, &mut errors);
            let marker = expand::marker(&item.vis, &item.sig.ident);
            (quote!(#lints #item #marker), expand::ident_of_fn(&item.sig.ident), model)
        }
        Item::Other(tokens, what, span) => {
            let message = format!(
                "{what} is no job: `#[job]` goes on the `impl` block of a type (a job), on a `struct` (a group), or on a \
                 `fn` (run-only)"
            );
            errors.push_at(span, message);
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
    let stub = expand::can_be_stubbed(&ty).then(|| expand::stub(&krate, &ty, &model, is_family));
    let mut tokens = emitted.into_token_stream();
    tokens.extend(stub);
    tokens.extend(errors);
    tokens
}
