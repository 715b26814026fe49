//! The [`#[job]`](macro@job) attribute of dojobber.
//!
//! Use it through the crate `dojobber`, which brings it along: what the attribute expands to calls that crate, in exactly
//! the version that depends on this one.

mod attr;
mod errors;
mod expand;
mod feature;
mod item;
mod model;
mod stub;
mod template;
mod tokens;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Path, parse_quote};

use crate::errors::Errors;
use crate::item::Item;

#[doc = include_str!("job.md")]
#[proc_macro_attribute]
pub fn job(attr: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(&attr.into(), item.into()).into()
}

/// Attribute → keys, item → model → tokens. The user's item is emitted as it is whatever is wrong with the attribute,
/// and so is a job of its name, so that one mistake stays one message.
fn expand(attr: &TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let keys = attr::parse(attr.clone(), &mut errors);
    let krate: Path = keys.krate.as_ref().map_or_else(|| parse_quote!(::dojobber), |krate| krate.value.clone());
    let item = item::parse(&tokens);
    if item.attrs().iter().any(is_cfg) {
        // Above the attribute, they decide over all of the expansion.
        let (cfgs, item) = item::take_attrs(tokens, is_cfg);
        return quote!(#(#cfgs)* #[#krate::job(#attr)] #item);
    }
    if let Some(again) = item.attrs().iter().find(|attr| is_job(attr)) {
        errors.push(again, "one item is one job: put all keys into one `#[job(…)]`");
        let (_, item) = item::take_attrs(tokens, is_job);
        let errors = errors.into_tokens();
        return quote!(#[#krate::job] #item #errors);
    }
    let is_family = keys.has("each");
    let (ty, model) = match &item {
        Item::Impl(item) => ((*item.self_ty).clone(), validate::of_impl(keys, item, &tokens, &mut errors)),
        Item::Struct(item) => {
            let (ident, (_, generics, _)) = (&item.ident, item.generics.split_for_impl());
            (parse_quote!(#ident #generics), validate::of_struct(keys, item, &mut errors))
        }
        Item::Fn(item) if item.sig.receiver().is_some() => {
            let message = "a job's function takes no `self`: put the attribute on the whole `impl` instead";
            errors.push(item.sig.receiver(), message);
            // No more than this: in an `impl` there is no place for a type.
            let errors = errors.into_tokens();
            return quote!(#tokens #errors);
        }
        Item::Fn(item) => (stub::ident_of_fn(&item.sig.ident), validate::of_fn(keys, item, &mut errors)),
        Item::Other(what, span) => {
            let message = format!(
                "{what} is no job: `#[job]` goes on the `impl` block of a type (a job), on a `struct` (a group), or on a \
                 `fn` (run-only)"
            );
            errors.push_at(*span, message);
            let errors = errors.into_tokens();
            return quote!(#tokens #errors);
        }
        Item::Broken => return tokens,
    };
    let mut expansion = stub::allowed_lints(&item);
    expansion.extend(tokens);
    if let Item::Fn(item) = &item {
        expansion.extend(stub::marker(&item.vis, &item.sig.ident));
    }
    if errors.is_empty() {
        expansion.extend(expand::expand(&model));
    } else {
        expansion.extend(stub::can_be_stubbed(&ty).then(|| stub::stub(&krate, &ty, &model, is_family)));
        expansion.extend(errors.into_tokens());
    }
    expansion
}

fn is_cfg(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
}

fn is_job(attr: &Attribute) -> bool {
    let path: Vec<_> = attr.path().segments.iter().map(|segment| &segment.ident).collect();
    matches!(path[..], [job] if job == "job") || matches!(path[..], [krate, job] if krate == "dojobber" && job == "job")
}
