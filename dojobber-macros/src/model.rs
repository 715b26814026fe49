//! A job that has been found to be in order, ready to be expanded.

use proc_macro2::Span;
use syn::{Expr, Generics, Ident, LitStr, Member, Path, Type};

use crate::attr::Dep;
use crate::item::Function;

/// All that the expansion is made of.
pub(crate) struct Model {
    /// How the crate `dojobber` is called.
    pub(crate) krate: Path,
    /// The type that is the job.
    pub(crate) ty: Type,
    /// Of an impl with `instances`.
    pub(crate) generics: Generics,
    /// Where the job's name stands in the source.
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: Kind,
    pub(crate) functions: Functions,
    pub(crate) deps: Vec<Dep>,
    pub(crate) required_by: Vec<Type>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) tries: Option<Expr>,
    pub(crate) retry_delay: Option<Delay>,
    pub(crate) family: Option<Family>,
    pub(crate) instances: Vec<Type>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Job,
    RunOnly,
    Group,
}

/// Where the job's functions are.
pub(crate) enum Functions {
    /// A group has none.
    None,
    /// The methods of an impl.
    Methods(Box<Methods>),
    /// A function, which is what to run, and perhaps the path of another one that checks.
    Function { ident: Ident, run: Box<Function>, check: Option<Path> },
}

#[derive(Default)]
pub(crate) struct Methods {
    pub(crate) new: Option<Function>,
    pub(crate) check: Option<Function>,
    pub(crate) run: Option<Function>,
    pub(crate) cleanup: Option<Function>,
}

/// A retry delay as it was written.
pub(crate) enum Delay {
    /// A literal, in nanoseconds.
    Nanoseconds(u64),
    Constant(Expr),
}

/// What makes an impl a family.
pub(crate) struct Family {
    pub(crate) each: Path,
    pub(crate) template: Template,
    pub(crate) key: Option<Vec<Member>>,
}

/// A name with fields in braces, as a format string.
pub(crate) struct Template {
    pub(crate) format: LitStr,
    /// The name that the format string has for each field, and the field.
    pub(crate) fields: Vec<(Ident, Member)>,
}

impl Methods {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Function> {
        [&self.new, &self.check, &self.run, &self.cleanup].into_iter().flatten()
    }

    /// Whether the type's own value takes part.
    pub(crate) fn use_self(&self) -> bool {
        self.new.is_some() || self.all().any(Function::has_receiver)
    }
}
