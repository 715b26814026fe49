//! What can be told of a type from how it is written.

use syn::{GenericArgument, PathArguments, Type};

use crate::tokens::written;

/// Whether what returns this has a result (R19), as far as can be seen: an alias of a type may be anything.
pub(super) fn yields(ty: &Type) -> Option<bool> {
    match ty {
        Type::Tuple(tuple) => Some(!tuple.elems.is_empty()),
        Type::Group(group) => yields(&group.elem),
        Type::Path(path) if path.path.is_ident("bool") => Some(false),
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|last| last.ident == "Result")?;
            match &last.arguments {
                // Where nothing is said, nothing is returned: `dojobber::Result`, `fmt::Result`.
                PathArguments::None => Some(false),
                PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
                    GenericArgument::Type(ty) => Some(yields(ty).unwrap_or(true)),
                    _ => None,
                },
                PathArguments::Parenthesized(_) => None,
            }
        }
        _ => Some(true),
    }
}

/// Whether a parameter has the name of an extractor that most jobs take.
pub(super) fn is_known(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_infallible(ty) || named(&reference.elem, &["Args"]),
        ty => is_infallible(ty) || named(ty, &["Args"]),
    }
}

/// Whether it is even one that asks nothing of another type.
pub(super) fn is_infallible(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => named(&reference.elem, &["Context", "Global"]),
        ty => named(ty, &["Phase", "Try"]),
    }
}

/// Whether it returns what most functions do, as far as its name tells.
pub(super) fn is_usual(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty()) || named(ty, &["Result", "Self", "bool"])
}

fn named(ty: &Type, names: &[&str]) -> bool {
    matches!(ty, Type::Path(path)
        if path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name)))
}

/// An instance's name: its type as it was written, without what leads to it.
pub(super) fn name_of(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(written).unwrap_or_default(),
        ty => written(ty),
    }
}
