//! What the attribute stands on.

use proc_macro2::TokenStream;
use syn::{Attribute, FnArg, Ident, ImplItem, ItemFn, ItemImpl, ItemStruct, ReturnType, Signature, Type};

/// An item that can be a job.
pub(crate) enum Item {
    Impl(ItemImpl),
    Struct(ItemStruct),
    Fn(ItemFn),
    /// Anything else, with what it is called.
    Other(TokenStream, &'static str),
    /// Something that Rust itself will complain about.
    Broken(TokenStream),
}

/// A function of a job.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) sig: Signature,
    /// `#[cfg]`s, which hold for its callers too.
    pub(crate) cfgs: Vec<Attribute>,
}

pub(crate) fn parse(tokens: TokenStream) -> Item {
    let Ok(item) = syn::parse2::<syn::Item>(tokens.clone()) else {
        return Item::Broken(tokens);
    };
    match item {
        syn::Item::Impl(item) => Item::Impl(item),
        syn::Item::Struct(item) => Item::Struct(item),
        syn::Item::Fn(item) => Item::Fn(item),
        syn::Item::Enum(_) => Item::Other(tokens, "an `enum`"),
        syn::Item::Trait(_) => Item::Other(tokens, "a `trait`"),
        syn::Item::Mod(_) => Item::Other(tokens, "a `mod`"),
        syn::Item::Const(_) => Item::Other(tokens, "a `const`"),
        syn::Item::Static(_) => Item::Other(tokens, "a `static`"),
        syn::Item::Type(_) => Item::Other(tokens, "a `type`"),
        syn::Item::Union(_) => Item::Other(tokens, "a `union`"),
        _ => Item::Other(tokens, "this"),
    }
}

impl Function {
    pub(crate) fn new(sig: &Signature, attrs: &[Attribute]) -> Self {
        let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
        Self { sig: sig.clone(), cfgs }
    }

    pub(crate) fn has_receiver(&self) -> bool {
        matches!(self.sig.inputs.first(), Some(FnArg::Receiver(_)))
    }

    /// The types of its parameters, without `self`.
    pub(crate) fn params(&self) -> impl Iterator<Item = &Type> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(&*typed.ty),
            FnArg::Receiver(_) => None,
        })
    }

    /// What it returns; `None` for nothing.
    pub(crate) fn returns(&self) -> Option<&Type> {
        match &self.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }
}

/// The functions of an impl that have a meaning to the attribute, by name, and the others' names.
pub(crate) fn methods(item: &ItemImpl) -> impl Iterator<Item = (&Ident, Function)> {
    item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some((&method.sig.ident, Function::new(&method.sig, &method.attrs))),
        _ => None,
    })
}

/// The text of doc comments: a leading space of each line is the comment's, not the text's.
pub(crate) fn description(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        if let syn::Meta::NameValue(meta) = &attr.meta
            && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value
        {
            let text = text.value();
            lines.extend(text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()));
            if text.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines.join("\n").trim().to_owned()
}
