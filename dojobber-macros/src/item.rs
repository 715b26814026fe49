//! What the attribute stands on.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Ident, ImplItem, ItemFn, ItemImpl, ItemStruct, ReceiverKind, ReturnType, Signature, Type};

/// An item that can be a job.
pub(crate) enum Item {
    Impl(ItemImpl),
    Struct(ItemStruct),
    Fn(ItemFn),
    /// Anything else: what it is called, and where that stands.
    Other(&'static str, Span),
    /// Something that Rust itself will complain about.
    Broken,
}

/// A function of a job.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) sig: Signature,
    /// `#[cfg]`s, which hold for its callers too.
    pub(crate) cfgs: Vec<Attribute>,
}

/// `&self`, or `&mut self`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    Ref,
    Mut,
}

/// Parses what an item is made of, without the bodies of its functions: most of its tokens, none of our business.
pub(crate) fn parse(tokens: &TokenStream) -> Item {
    let Ok(item) = syn::parse2::<syn::Item>(skeleton(tokens.clone())) else {
        return Item::Broken;
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
    Item::Other(what, span)
}

impl Item {
    pub(crate) fn attrs(&self) -> &[Attribute] {
        match self {
            Item::Impl(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Other(..) | Item::Broken => &[],
        }
    }
}

/// Takes those attributes off the item that a test holds for.
pub(crate) fn take_attrs(tokens: TokenStream, which: impl Fn(&Attribute) -> bool) -> (Vec<Attribute>, TokenStream) {
    let parser = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        Ok((attrs, input.parse::<TokenStream>()?))
    };
    let Ok((attrs, rest)) = parser.parse2(tokens.clone()) else {
        return (Vec::new(), tokens);
    };
    let (taken, kept): (Vec<_>, Vec<_>) = attrs.into_iter().partition(which);
    (taken, quote!(#(#kept)* #rest))
}

/// The item with empty bodies.
fn skeleton(tokens: TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    let keyword = trees.iter().find_map(|tree| match tree {
        TokenTree::Ident(ident) => [("fn", true), ("impl", false), ("struct", false), ("trait", false), ("mod", false)]
            .into_iter()
            .find(|(keyword, _)| ident == keyword),
        _ => None,
    });
    if let (Some((keyword, is_fn)), Some(TokenTree::Group(body))) = (keyword, trees.last_mut())
        && body.delimiter() == Delimiter::Brace
    {
        if is_fn {
            *body = emptied(body);
        } else if keyword == "impl" {
            let span = body.span();
            *body = Group::new(Delimiter::Brace, without_bodies(body.stream()));
            body.set_span(span);
        }
    }
    trees.into_iter().collect()
}

/// Methods with empty bodies. A block in `Type<{ … }>` is none: no item begins with what follows it.
fn without_bodies(methods: TokenStream) -> TokenStream {
    let mut trees = methods.into_iter().peekable();
    std::iter::from_fn(|| {
        let tree = trees.next()?;
        Some(match (tree, trees.peek()) {
            (TokenTree::Group(group), Some(TokenTree::Punct(next))) if matches!(next.as_char(), ',' | '>') => {
                TokenTree::Group(group)
            }
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::Brace => TokenTree::Group(emptied(&group)),
            (tree, _) => tree,
        })
    })
    .collect()
}

fn emptied(group: &Group) -> Group {
    let mut empty = Group::new(group.delimiter(), TokenStream::new());
    empty.set_span(group.span());
    empty
}

impl Function {
    pub(crate) fn new(sig: &Signature, attrs: &[Attribute]) -> Self {
        let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
        Self { sig: sig.clone(), cfgs }
    }

    pub(crate) fn has_receiver(&self) -> bool {
        matches!(self.sig.inputs.first(), Some(FnArg::Receiver(_)))
    }

    /// How it takes `self`, if it does.
    pub(crate) fn receiver(&self) -> Option<Receiver> {
        let Some(FnArg::Receiver(receiver)) = self.sig.inputs.first() else {
            return None;
        };
        let mutable = match &receiver.kind {
            ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
            ReceiverKind::Typed(_, ty) => matches!(&**ty, Type::Reference(ty) if ty.mutability.is_some()),
            _ => false,
        };
        Some(if mutable { Receiver::Mut } else { Receiver::Ref })
    }

    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(source: &str) -> String {
        skeleton(source.parse().unwrap()).to_string()
    }

    #[test]
    fn bodies_are_left_out() {
        let function: TokenStream = "#[doc = \"x\"] pub(crate) const fn f(a: A<{ 1 }>) -> B {}".parse().unwrap();
        assert_eq!(bare("#[doc = \"x\"] pub(crate) const fn f(a: A<{ 1 }>) -> B { a; { b } }"), function.to_string());
        let methods: TokenStream =
            "impl A { fn f() -> B<{ 2 }, { 3 }> where C: D {} const E: F = {}; }".parse().unwrap();
        let source = "impl A { fn f() -> B<{ 2 }, { 3 }> where C: D { x } const E: F = { 4 }; }";
        assert_eq!(bare(source), methods.to_string());
    }

    #[test]
    fn other_items_stay_whole() {
        for source in ["struct A { f : fn () }", "mod m { fn f () { x } }", "const F : fn () = f ;"] {
            assert_eq!(bare(source), source.parse::<TokenStream>().unwrap().to_string());
        }
    }
}
