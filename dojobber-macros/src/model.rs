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
    pub(crate) terms: Terms,
    /// Tells whether there is anything to do.
    pub(crate) when: Option<Path>,
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

impl Model {
    /// Whether tries, a time or a factor are constants that only the compiler can evaluate.
    pub(crate) fn has_constants(&self) -> bool {
        self.tries.as_ref().is_some_and(|tries| !matches!(tries, Expr::Lit(_)))
            || matches!(self.retry_delay, Some(Delay::Constant(_)))
            || self.terms.has_constants()
    }
}

impl Functions {
    /// Whether the value of a try comes from `Default`.
    pub(crate) fn use_default(&self) -> bool {
        matches!(self, Self::Methods(methods) if methods.use_default())
    }

    /// Those that decide whether the job passes, and whose return is its result (R19).
    pub(crate) fn deciding(&self) -> impl Iterator<Item = &Function> {
        let deciding = match self {
            Self::Methods(methods) if methods.check.is_empty() => &methods.run[..],
            Self::Methods(methods) => &methods.check[..],
            Self::Function { run, check: None, .. } => std::slice::from_ref(&**run),
            Self::None | Self::Function { .. } => &[],
        };
        deciding.iter()
    }
}

/// Several of one name stand under `#[cfg]`s that exclude each other.
#[derive(Default)]
pub(crate) struct Methods {
    pub(crate) new: Vec<Function>,
    pub(crate) check: Vec<Function>,
    pub(crate) run: Vec<Function>,
    pub(crate) cleanup: Vec<Function>,
}

/// A retry delay as it was written.
pub(crate) enum Delay {
    /// A literal, in nanoseconds.
    Nanoseconds(u64),
    Constant(Expr),
}

/// What else is said about tries; most jobs say nothing.
#[derive(Default)]
pub(crate) struct Terms {
    pub(crate) retry_backoff: Option<Factor>,
    pub(crate) retry_max_delay: Option<Delay>,
    pub(crate) retry_jitter: Option<Factor>,
    pub(crate) timeout: Option<Delay>,
    pub(crate) settle: Option<Delay>,
    pub(crate) settle_interval: Option<Delay>,
    pub(crate) limits: Vec<LitStr>,
}

impl Terms {
    /// Each time with its key.
    pub(crate) fn times(&self) -> impl Iterator<Item = (&'static str, &Delay)> {
        let times = [
            ("retry_max_delay", &self.retry_max_delay),
            ("timeout", &self.timeout),
            ("settle", &self.settle),
            ("settle_interval", &self.settle_interval),
        ];
        times.into_iter().filter_map(|(key, time)| Some((key, time.as_ref()?)))
    }

    /// Each factor with its key.
    pub(crate) fn factors(&self) -> impl Iterator<Item = (&'static str, &Factor)> {
        let factors = [("retry_backoff", &self.retry_backoff), ("retry_jitter", &self.retry_jitter)];
        factors.into_iter().filter_map(|(key, factor)| Some((key, factor.as_ref()?)))
    }

    fn has_constants(&self) -> bool {
        self.times().any(|(_, time)| matches!(time, Delay::Constant(_)))
            || self.factors().any(|(_, factor)| matches!(factor, Factor::Constant(_)))
    }
}

/// A number without a unit, as it was written.
pub(crate) enum Factor {
    Literal(f64),
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
        self.new.iter().chain(&self.check).chain(&self.run).chain(&self.cleanup)
    }

    /// Whether that value comes from `Default`, perhaps only under other `#[cfg]`s than those of all `new`s.
    pub(crate) fn use_default(&self) -> bool {
        self.use_self() && self.new.iter().all(|new| !new.cfgs.is_empty())
    }

    /// Whether the type's own value takes part.
    pub(crate) fn use_self(&self) -> bool {
        !self.new.is_empty() || self.all().any(Function::has_receiver)
    }
}
