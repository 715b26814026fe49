//! What stands beside a job, or in its place where something is wrong with it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, Path, Type};

use crate::item::{Function, Item};
use crate::model::{Functions, Model};
use crate::tokens::located;
use crate::validate::owned;

/// What keeps one mistake from becoming many: a job of this type, which does nothing, and has a result if it may have.
pub(crate) fn stub(krate: &Path, ty: &Type, model: &Model, is_family: bool) -> TokenStream {
    let private = quote!(#krate::__private);
    let deciding = model.functions.deciding().find_map(Function::returns);
    let returns = match deciding {
        Some(ty @ Type::Path(_)) if owned(ty) => quote!(#ty),
        _ => quote!(()),
    };
    let (generics, _, clause) = model.generics.split_for_impl();
    let bounds = clause.map(|clause| &clause.predicates);
    let name = &model.name;
    let is_family = is_family && model.generics.params.is_empty() && matches!(model.functions, Functions::Methods(_));
    let local = if is_family { quote!(Self) } else { quote!(()) };
    let family = is_family.then(
        || quote!(impl #private::Family for #ty { fn __name(&self) -> #private::String { #private::String::new() } }),
    );
    quote! {
        #family
        impl #generics #private::Job for #ty where #ty: 'static, #bounds {
            type Returns = #returns;
            type Has = #private::WithResult<Self>;
            type Local = #local;
            const DEF: #private::JobDef = #private::JobDef::new::<Self>(#private::Kind::Group, #name, "", "");
        }
    }
}

/// Whether a stub for this type would be in order itself.
pub(crate) fn can_be_stubbed(ty: &Type) -> bool {
    match ty {
        Type::Path(_) => owned(ty),
        Type::Group(group) => can_be_stubbed(&group.elem),
        _ => false,
    }
}

/// A function job's type, which stands beside the function in the namespace of types and has no value.
pub(crate) fn marker(vis: &syn::Visibility, ident: &Ident) -> TokenStream {
    quote_spanned! {located(ident)=>
        #[doc(hidden)]
        #[allow(
            non_camel_case_types,
            dead_code,
            unreachable_pub,
            missing_debug_implementations,
            clippy::empty_enum,
            clippy::empty_enums
        )]
        #vis enum #ident {}
    }
}

/// The lints that ask of a job's functions what they can't be.
pub(crate) fn allowed_lints(item: &Item) -> TokenStream {
    if let Item::Struct(_) = item {
        return quote!(#[allow(dead_code)]);
    }
    quote! {
        #[allow(
            clippy::unused_self,
            clippy::unnecessary_wraps,
            clippy::needless_pass_by_value,
            clippy::unused_async,
            clippy::missing_errors_doc,
            clippy::missing_panics_doc,
            clippy::must_use_candidate,
            clippy::new_without_default,
            clippy::trivially_copy_pass_by_ref
        )]
    }
}

/// For messages of the compiler that would otherwise name a type that nobody wrote.
pub(crate) fn ident_of_fn(ident: &Ident) -> Type {
    let mut ident = ident.clone();
    ident.set_span(located(&ident));
    syn::parse_quote!(#ident)
}
