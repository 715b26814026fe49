//! What a job is to the rest of the crate: its definition, made by `#[job]`, and its behaviour.

use std::any::{Any, TypeId};
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::panic::Location;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::extract::Requires;
use crate::family::{Family, FamilyDef};
use crate::given::TermsDef;
use crate::outcome::IntoOutcome;
use crate::private::Call;
use crate::step::{Function, Functions, Step};

/// A type that `#[job]` was put on. Never implemented by hand.
///
/// The hidden functions are the attribute's own; what they are called is no promise.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job",
    label = "this type has no `#[job]`",
    note = "put `#[job]` on its `impl` block, on the `struct` (for a group) or on the function",
    note = "of a generic `impl`, only what stands in its `#[job(instances = […])]` is a job"
)]
pub trait Job: JobOutput + Sized + 'static {
    /// What the function returns that decides on the job's result: its check, or run if it has none (R19).
    #[doc(hidden)]
    type Returns: IntoOutcome;
    /// Whether it has one.
    #[doc(hidden)]
    type Has;
    /// The value that each try gets anew (R6): the type itself, or `()` where no method takes `self`.
    #[doc(hidden)]
    type Local: Send + 'static;
    /// All about the job that is known when it is compiled.
    #[doc(hidden)]
    const DEF: JobDef;

    /// Offers each function of the job to the call, which takes the one that it is for. The attribute writes this
    /// one function for all phases, since the compiler pays for each that it is given.
    #[doc(hidden)]
    fn __call(call: Call<'_, Self>) -> Call<'_, Self> {
        call
    }

    /// This job's definition, by a path through the trait: where a type is no job, that is told without a word about
    /// the bounds of some function.
    #[doc(hidden)]
    fn __def() -> &'static JobDef {
        const { &Self::DEF }
    }

    #[doc(hidden)]
    fn __requires(requires: &mut Requires) {
        Self::__call(Call::requires(requires));
    }
}

/// The type of a job's result; every [`Job`] has it.
pub trait JobOutput {
    /// The type of the job's result (R19), `()` if it has none.
    type Output: Send + Sync + 'static;
}

impl<J: Job> JobOutput for J {
    type Output = <J::Returns as IntoOutcome>::Value;
}

/// What a job consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Check, run, recheck (R1).
    Job,
    /// Only run (R2).
    RunOnly,
    /// Neither: it gathers dependencies (R3).
    Group,
    /// A family whose members come into being while the run goes on: its check is the call of `each`.
    Family,
}

/// All about a job that is known when it is compiled; see [`registered`](crate::registered).
pub struct JobDef {
    pub(crate) id: fn() -> TypeId,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) module_path: &'static str,
    pub(crate) location: &'static Location<'static>,
    pub(crate) kind: Kind,
    pub(crate) deps: &'static [Dep],
    pub(crate) required_by: &'static [DefOf],
    pub(crate) tags: &'static [&'static str],
    pub(crate) family: Option<FamilyDef>,
    pub(crate) tries: Option<NonZeroU32>,
    /// Most jobs say nothing of it.
    pub(crate) terms: Option<TermsDef>,
    pub(crate) has_cleanup: bool,
    pub(crate) has_when: bool,
    pub(crate) requires: fn(&mut Requires),
    pub(crate) behaviour: &'static dyn Behaviour,
}

/// A dependency, as a function: a constant that held the definition itself could not be part of a cycle, which the
/// plan is to find, not the compiler.
pub type DefOf = fn() -> &'static JobDef;

/// A dependency in `deps = […]`.
#[derive(Clone, Copy)]
pub enum Dep {
    /// `J`: the job, or every member of the family.
    Job(DefOf),
    /// `J[field]`: the one member of the family whose key is this text of the dependent's value.
    Member(DefOf, fn(&dyn Any) -> String),
}

/// The definition of the job `J`.
pub fn def_of<J: Job>() -> &'static JobDef {
    J::__def()
}

impl JobDef {
    /// The job's name: its `name = "…"`, else that of its type or function.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The job's doc comment, empty if it has none.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// Whether it is a job, run-only, or a group.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The crate that the job stands in.
    pub fn krate(&self) -> &'static str {
        self.module_path.split("::").next().unwrap_or(self.module_path)
    }

    /// The module that the job stands in, from the crate down.
    pub fn module_path(&self) -> &'static str {
        self.module_path
    }

    /// The source file, as the compiler was given it.
    pub fn file(&self) -> &'static str {
        self.location.file()
    }

    /// The line of the `#[job]`, counted from 1.
    pub fn line(&self) -> u32 {
        self.location.line()
    }

    /// The job's tags: the sets that it belongs to.
    pub fn tags(&self) -> &'static [&'static str] {
        self.tags
    }

    /// Whether there is one job for each value that its `each` makes.
    pub fn is_family(&self) -> bool {
        self.family.is_some()
    }

    /// A definition with nothing but what every job has; the place in the source is the caller's.
    #[doc(hidden)]
    #[track_caller]
    pub const fn new<J: Job>(
        kind: Kind,
        name: &'static str,
        module_path: &'static str,
        description: &'static str,
    ) -> Self {
        Self {
            id: TypeId::of::<J>,
            name,
            description,
            module_path,
            location: Location::caller(),
            kind,
            deps: &[],
            required_by: &[],
            tags: &[],
            family: None,
            tries: None,
            terms: None,
            has_cleanup: false,
            has_when: false,
            requires: J::__requires,
            behaviour: const { &Static::<J>(PhantomData) },
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn deps(self, deps: &'static [Dep]) -> Self {
        Self { deps, ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn tries(self, tries: Option<NonZeroU32>) -> Self {
        Self { tries, ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn required_by(self, required_by: &'static [DefOf]) -> Self {
        Self { required_by, ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn tagged(self, tags: &'static [&'static str]) -> Self {
        Self { tags, ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn family<J: Family>(self) -> Self {
        Self { family: Some(FamilyDef::new::<J>()), ..self }
    }

    /// In nanoseconds.
    #[doc(hidden)]
    #[must_use]
    pub const fn retry_delay(self, nanoseconds: u64) -> Self {
        Self { terms: Some(TermsDef { retry_delay: Some(nanoseconds), ..self.said() }), ..self }
    }

    /// In nanoseconds, more than 0.
    #[doc(hidden)]
    #[must_use]
    pub const fn timeout(self, nanoseconds: u64) -> Self {
        Self { terms: Some(TermsDef { timeout: Some(nanoseconds), ..self.said() }), ..self }
    }

    /// Finite, at least 1.
    #[doc(hidden)]
    #[must_use]
    pub const fn retry_backoff(self, factor: f64) -> Self {
        Self { terms: Some(TermsDef { retry_backoff: Some(factor), ..self.said() }), ..self }
    }

    /// In nanoseconds.
    #[doc(hidden)]
    #[must_use]
    pub const fn retry_max_delay(self, nanoseconds: u64) -> Self {
        Self { terms: Some(TermsDef { retry_max_delay: Some(nanoseconds), ..self.said() }), ..self }
    }

    /// From 0 to 1.
    #[doc(hidden)]
    #[must_use]
    pub const fn retry_jitter(self, part: f64) -> Self {
        Self { terms: Some(TermsDef { retry_jitter: Some(part), ..self.said() }), ..self }
    }

    /// In nanoseconds.
    #[doc(hidden)]
    #[must_use]
    pub const fn settle(self, nanoseconds: u64) -> Self {
        Self { terms: Some(TermsDef { settle: Some(nanoseconds), ..self.said() }), ..self }
    }

    /// In nanoseconds, more than 0.
    #[doc(hidden)]
    #[must_use]
    pub const fn settle_interval(self, nanoseconds: u64) -> Self {
        Self { terms: Some(TermsDef { settle_interval: Some(nanoseconds), ..self.said() }), ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn limits(self, limits: &'static [&'static str]) -> Self {
        Self { terms: Some(TermsDef { limits, ..self.said() }), ..self }
    }

    const fn said(&self) -> TermsDef {
        match self.terms {
            Some(terms) => terms,
            None => TermsDef::NONE,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_cleanup(self) -> Self {
        Self { has_cleanup: true, ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_when(self) -> Self {
        Self { has_when: true, ..self }
    }
}

impl fmt::Debug for JobDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobDef")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("module_path", &self.module_path)
            .field("location", &format_args!("{}:{}", self.file(), self.line()))
            .finish_non_exhaustive()
    }
}

/// The value of one try, without its type.
pub(crate) type Local = Box<dyn Any + Send>;

/// What a job does, without its type. One value serves all tries, on any thread.
pub(crate) trait Behaviour: Send + Sync {
    /// Calls one function of the job; of one that it doesn't have, nothing comes. [`Function::New`] puts the value of
    /// the try into `local`, and [`Function::When`] needs none; all others find it there.
    fn call<'c>(&'c self, function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Step<'c>;
    /// Whether dropping a value calls anybody's code, which may panic.
    fn needs_drop(&self) -> bool;
    /// Which of its functions are async.
    #[allow(dead_code, reason = "for executors that call blocking and async code in different places")]
    fn asyncs(&self) -> Functions;
}

/// The behaviour of a type with `#[job]`.
struct Static<J>(PhantomData<fn() -> J>);

impl<J: Job> Behaviour for Static<J> {
    fn call<'c>(&'c self, function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Step<'c> {
        J::__call(Call::function(function, local, ctx)).answer()
    }

    fn needs_drop(&self) -> bool {
        std::mem::needs_drop::<J::Local>()
    }

    fn asyncs(&self) -> Functions {
        asyncs::<J>()
    }
}

/// Which functions of a job are async.
pub(crate) fn asyncs<J: Job>() -> Functions {
    let mut asyncs = Functions::NONE;
    J::__call(Call::asyncs(&mut asyncs));
    asyncs
}

/// The value's own type again. Nothing but `new` is called before it is made, and only a behaviour's own `new` makes
/// its values, so it never fails.
pub(crate) fn cast<T: 'static>(local: &mut Option<Local>) -> Result<&mut T> {
    let value = local.as_mut().and_then(|local| local.downcast_mut());
    value.ok_or_else(|| Error::msg("dojobber gave a job the value of another one, or none: please report this"))
}
