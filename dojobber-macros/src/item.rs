//! What the attribute stands on.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Ident, ImplItem, ItemFn, ItemImpl, ItemStruct, ReturnType, Signature, Type};

/// An item that can be a job.
pub(crate) enum Item {
    Impl(ItemImpl),
    Struct(ItemStruct),
    Fn(ItemFn),
    /// Anything else, with what it is called and where that stands.
    Other(TokenStream, &'static str, Span),
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
    let (what, span) = match item {
        syn::Item::Impl(item) => return Item::Impl(item),
        syn::Item::Struct(item) => return Item::Struct(item),
        syn::Item::Fn(item) => return Item::Fn(item),
        syn::Item::Enum(item) => ("an `enum`", item.enum_token.span),
        syn::Item::Trait(item) => ("a `trait`", item.trait_token.span),
        syn::Item::Mod(item) => ("a `mod`", item.mod_token.span),
        syn::Item::Const(item) => ("a `const`", item.const_token.span),
        syn::Item::Static(item) => ("a `static`", item.static_token.span),
        syn::Item::Type(item) => ("a `type`", item.type_token.span),
        syn::Item::Union(item) => ("a `union`", item.union_token.span),
        item => ("this", item.span()),
    };
    Item::Other(tokens, what, span)
}

/// Takes the `#[cfg]`s off that stand below `#[job]` on the item, where the compiler has not evaluated them yet.
pub(crate) fn take_cfgs(item: &mut Item) -> Vec<Attribute> {
    item.take_attrs(|attr| attr.path().is_ident("cfg"))
}

/// Takes further `#[job]`s off.
pub(crate) fn take_jobs(item: &mut Item) -> Vec<Attribute> {
    item.take_attrs(|attr| {
        let path: Vec<_> = attr.path().segments.iter().map(|segment| &segment.ident).collect();
        matches!(path[..], [job] if job == "job")
            || matches!(path[..], [krate, job] if krate == "dojobber" && job == "job")
    })
}

impl Item {
    fn take_attrs(&mut self, which: impl FnMut(&mut Attribute) -> bool) -> Vec<Attribute> {
        let attrs = match self {
            Self::Impl(item) => &mut item.attrs,
            Self::Struct(item) => &mut item.attrs,
            Self::Fn(item) => &mut item.attrs,
            Self::Other(..) | Self::Broken(_) => return Vec::new(),
        };
        attrs.extract_if(.., which).collect()
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Impl(item) => item.to_tokens(tokens),
            Self::Struct(item) => item.to_tokens(tokens),
            Self::Fn(item) => item.to_tokens(tokens),
            Self::Other(item, ..) | Self::Broken(item) => item.to_tokens(tokens),
        }
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
