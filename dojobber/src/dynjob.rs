//! Jobs made by code.

#[cfg(feature = "tokio")]
mod asynchronous;
mod closures;
mod shared;

use std::fmt;
use std::panic::Location;

use self::closures::{Closed, Closure, ClosureWith, Closures, ClosuresWith, Conditional, Making, Now, When};
pub(crate) use self::shared::{About, DynJobRef, DynJobs, Facts};

use crate::context::Context;
use crate::delay::Delay;
use crate::error::Error;
use crate::family::{Family, Member};
use crate::given::GivenTerms;
use crate::job::Kind;
use crate::outcome::{IntoOutcome, IntoWhen};
use crate::step::Functions;

/// A job made by code: its name, what it needs (by name), and closures.
///
/// With a check it is a whole job, with only a `run` it is run-only (R2), with neither it is a group (R3). It may
/// depend on jobs with `#[job]`, and [`DoJobber::add_to`](crate::DoJobber::add_to) lets those depend on it.
///
/// ```
/// use dojobber::prelude::*;
///
/// let mut dojob = DoJobber::new();
/// for host in ["ant", "bee"] {
///     dojob.add(
///         DynJob::new(format!("Greet {host}"))
///             .tries(5)
///             .check(move |ctx| ctx.global().contains(host))
///             .run(move |ctx| ctx.global().set(host, "hello")),
///     );
/// }
/// dojob.add(DynJob::new("All").deps(["Greet ant", "Greet bee"]));
/// let report = dojob.root_named("All").checknrun().unwrap();
/// assert!(report.success());
/// ```
pub struct DynJob {
    spec: Spec,
    when: Option<Call>,
    check: Option<Call>,
    run: Option<Call>,
    cleanup: Option<Call>,
}

/// A [`DynJob`] with local storage: a value that each try gets anew (R6), handed to its closures.
///
/// ```
/// use dojobber::prelude::*;
///
/// let couch = DynJob::new("CleanCouch")
///     .storage(|_| false)
///     .check(|dusted, _| *dusted)
///     .run(|dusted, _| *dusted = true);
/// assert!(DoJobber::new().add(couch).root_named("CleanCouch").checknrun().unwrap().success());
/// ```
pub struct DynJobWith<S> {
    spec: Spec,
    new: New<S>,
    when: Option<Call>,
    check: Option<CallWith<S>>,
    run: Option<CallWith<S>>,
    cleanup: Option<CallWith<S>>,
}

type Call = Box<dyn Closure>;
type CallWith<S> = Box<dyn ClosureWith<S>>;
type New<S> = Box<dyn Making<S>>;

struct Spec {
    name: Box<str>,
    description: Box<str>,
    deps: Vec<Box<str>>,
    required_by: Vec<Box<str>>,
    tags: Vec<Box<str>>,
    tries: Option<u32>,
    terms: Option<Box<GivenTerms>>,
    location: &'static Location<'static>,
    /// Which closures are async.
    asyncs: Functions,
}

impl DynJob {
    /// A job of this name, which until it is given closures is a group. The caller's place in the source is the
    /// job's.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            spec: Spec {
                name: name.into().into(),
                description: Box::default(),
                deps: Vec::new(),
                required_by: Vec::new(),
                tags: Vec::new(),
                tries: None,
                terms: None,
                location: Location::caller(),
                asyncs: Functions::NONE,
            },
            when: None,
            check: None,
            run: None,
            cleanup: None,
        }
    }

    /// A sentence about the job, as the doc comment of a `#[job]`.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.spec.description = description.into().into();
        self
    }

    /// Adds jobs that it needs, by their names, in this order.
    #[must_use]
    pub fn deps<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.spec.deps.extend(names.into_iter().map(|name| name.into().into()));
        self
    }

    /// Adds jobs that need this one, by their names: the inverse of [`deps`](Self::deps).
    #[must_use]
    pub fn required_by<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.spec.required_by.extend(names.into_iter().map(|name| name.into().into()));
        self
    }

    /// Adds tags: the sets that the job belongs to.
    #[must_use]
    pub fn tags<N: Into<String>>(mut self, tags: impl IntoIterator<Item = N>) -> Self {
        self.spec.tags.extend(tags.into_iter().map(|tag| tag.into().into()));
        self
    }

    /// How many tries it has, at least 1; 0 is an error when the plan is made (R5). Default: the run's.
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Self {
        self.spec.tries = Some(tries);
        self
    }

    /// The time from the start of one try to the next: a `Duration`, or seconds (R5). Default: the run's.
    #[must_use]
    pub fn retry_delay(mut self, delay: impl Into<Delay>) -> Self {
        self.terms().retry_delay = Some(delay.into());
        self
    }

    /// How many times longer each wait between two tries is than the one before: a finite number, at least 1; anything
    /// else is an error when the plan is made (R5). Over 1, waits count from the end of a try instead of its start.
    /// Default: the run's.
    #[must_use]
    pub fn retry_backoff(mut self, factor: f64) -> Self {
        self.terms().retry_backoff = Some(factor);
        self
    }

    /// The longest wait between two tries, however much [`retry_backoff`](Self::retry_backoff) makes of it: a
    /// `Duration`, or seconds (R5). Default: the run's.
    #[must_use]
    pub fn retry_max_delay(mut self, delay: impl Into<Delay>) -> Self {
        self.terms().retry_max_delay = Some(delay.into());
        self
    }

    /// Up to this part of a wait comes on top of it, at random: from 0 to 1; anything else is an error when the plan is
    /// made (R5). Default: the run's.
    #[must_use]
    pub fn retry_jitter(mut self, part: f64) -> Self {
        self.terms().retry_jitter = Some(part);
        self
    }

    /// How long a whole try may take: a `Duration`, or seconds; 0 is an error when the plan is made (R20).
    /// `Duration::MAX` is no time limit. Default: the run's.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Delay>) -> Self {
        self.terms().timeout = Some(timeout.into());
        self
    }

    /// For how long after its run the check is called again before the try fails: a `Duration`, or seconds; 0 for not
    /// at all (R5). A job without a check has nothing to wait for. Default: the run's.
    #[must_use]
    pub fn settle(mut self, time: impl Into<Delay>) -> Self {
        self.terms().settle = Some(time.into());
        self
    }

    /// The time from the end of one recheck to the next while it [settles](Self::settle): a `Duration`, or seconds; 0
    /// is an error when the plan is made (R5). Default: the run's.
    #[must_use]
    pub fn settle_interval(mut self, interval: impl Into<Delay>) -> Self {
        self.terms().settle_interval = Some(interval.into());
        self
    }

    /// Adds a limit that each try holds, by the name under which [`DoJobber::limit`](crate::DoJobber::limit) declares
    /// it (R21). One that is added twice counts once; one that isn't declared is an error when the plan is made.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// let mut dojob = DoJobber::new();
    /// dojob.limit("db", 2).add(DynJob::new("Migrate").limit("db").timeout(30).run(|_| ())).root_named("Migrate");
    /// assert!(dojob.checknrun().unwrap().success());
    /// ```
    #[must_use]
    pub fn limit(self, name: impl Into<String>) -> Self {
        self.limits([name])
    }

    /// Adds any number of limits, as [`limit`](Self::limit) does.
    #[must_use]
    pub fn limits<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.terms().limits.extend(names.into_iter().map(|name| name.into().into()));
        self
    }

    fn terms(&mut self) -> &mut GivenTerms {
        self.spec.terms.get_or_insert_default()
    }

    /// Whether there is anything to do at all: asked at the start of every try. On `false` the job is skipped, which is
    /// to have passed. An error is a failed try.
    ///
    /// ```
    /// use dojobber::prelude::*;
    /// use dojobber::Status;
    ///
    /// let defrost = DynJob::new("Defrost").when(|ctx| Ok::<_, Error>(ctx.arg::<i32>("degrees")? < 0)).run(|_| ());
    /// let report = DoJobber::new().add(defrost).root_named("Defrost").arg("degrees", 20).checknrun().unwrap();
    /// assert_eq!(report.status("Defrost"), Some(Status::Skipped));
    /// ```
    #[must_use]
    pub fn when<R: IntoWhen>(mut self, when: impl Fn(&Context) -> R + Send + Sync + 'static) -> Self {
        self.when = Some(Box::new(When(when)));
        self
    }

    /// How to tell whether the goal holds. What it returns is the job's result, as JSON (R19).
    #[must_use]
    pub fn check<R: IntoOutcome>(mut self, check: impl Fn(&Context) -> R + Send + Sync + 'static) -> Self {
        self.check = Some(Box::new(Now(check)));
        self
    }

    /// How to bring the goal about.
    #[must_use]
    pub fn run<R: IntoOutcome>(mut self, run: impl Fn(&Context) -> R + Send + Sync + 'static) -> Self {
        self.run = Some(Box::new(Now(run)));
        self
    }

    /// What to do about every try whose run was entered, once all tries are over (R7).
    #[must_use]
    pub fn cleanup<R: IntoOutcome>(mut self, cleanup: impl Fn(&Context) -> R + Send + Sync + 'static) -> Self {
        self.cleanup = Some(Box::new(Now(cleanup)));
        self
    }

    /// Gives the job local storage (R6), made anew by `new` for every try, and closures that take it. Set name,
    /// dependencies, tries and delay before, and the closures behind it.
    #[must_use]
    pub fn storage<S: Send + 'static>(self, new: impl Fn(&Context) -> S + Send + Sync + 'static) -> DynJobWith<S> {
        self.try_storage(move |ctx| Ok::<_, Error>(new(ctx)))
    }

    /// As [`storage`](Self::storage), with a `new` that may fail: then the try does (R12).
    #[must_use]
    pub fn try_storage<S, E>(self, new: impl Fn(&Context) -> Result<S, E> + Send + Sync + 'static) -> DynJobWith<S>
    where
        S: Send + 'static,
        E: Into<Error>,
    {
        self.with_storage(Box::new(Now(new)))
    }

    fn with_storage<S>(self, new: New<S>) -> DynJobWith<S> {
        DynJobWith { spec: self.spec, new, when: self.when, check: None, run: None, cleanup: None }
    }
}

impl<S: Send + 'static> DynJobWith<S> {
    /// As [`DynJob::when`]: it is asked before there is a storage.
    #[must_use]
    pub fn when<R: IntoWhen>(mut self, when: impl Fn(&Context) -> R + Send + Sync + 'static) -> Self {
        self.when = Some(Box::new(When(when)));
        self
    }

    /// As [`DynJob::check`], with the storage of the try.
    #[must_use]
    pub fn check<R: IntoOutcome>(mut self, check: impl Fn(&mut S, &Context) -> R + Send + Sync + 'static) -> Self {
        self.check = Some(Box::new(Now(check)));
        self
    }

    /// As [`DynJob::run`], with the storage of the try.
    #[must_use]
    pub fn run<R: IntoOutcome>(mut self, run: impl Fn(&mut S, &Context) -> R + Send + Sync + 'static) -> Self {
        self.run = Some(Box::new(Now(run)));
        self
    }

    /// As [`DynJob::cleanup`], with the storage of the try.
    #[must_use]
    pub fn cleanup<R: IntoOutcome>(mut self, cleanup: impl Fn(&mut S, &Context) -> R + Send + Sync + 'static) -> Self {
        self.cleanup = Some(Box::new(Now(cleanup)));
        self
    }
}

/// A job for [`DoJobber::add`](crate::DoJobber::add) and [`add_to`](crate::DoJobber::add_to): a [`DynJob`], a
/// [`DynJobWith`], or a member of a [`Family`].
pub struct AnyJob(pub(crate) Any);

pub(crate) enum Any {
    Dyn(DynJobDef),
    Member(Member),
}

impl<J: Family> From<J> for AnyJob {
    fn from(member: J) -> Self {
        Self(Any::Member(Member::new(member)))
    }
}

/// A job made by code, ready to be planned.
pub(crate) struct DynJobDef {
    pub(crate) closures: Closed,
    pub(crate) about: About,
    pub(crate) facts: Facts,
    pub(crate) deps: Vec<Box<str>>,
    pub(crate) required_by: Vec<Box<str>>,
}

impl DynJobDef {
    fn new(spec: Spec, has: [bool; 4], has_value: bool, closures: Closed) -> Self {
        let [has_when, check, run, has_cleanup] = has;
        let kind = match (check, run) {
            (true, _) => Kind::Job,
            (false, true) => Kind::RunOnly,
            (false, false) => Kind::Group,
        };
        let Spec { name, description, deps, required_by, tags, tries, terms, location, asyncs } = spec;
        let (is_async, has_terms) = (!asyncs.is_empty(), terms.is_some());
        let facts = Facts { tries, kind, has_cleanup, has_when, is_async, has_value, has_terms };
        let about = About { terms, name, description, tags, location };
        Self { closures, about, facts, deps, required_by }
    }
}

impl From<DynJob> for AnyJob {
    fn from(DynJob { spec, when, check, run, cleanup }: DynJob) -> Self {
        let has = [when.is_some(), check.is_some(), run.is_some(), cleanup.is_some()];
        let closures = Closures { check, run, cleanup, asyncs: spec.asyncs };
        let closures = match when {
            None => Closed::Plain(closures),
            Some(when) => Closed::With(Box::new(Conditional { when, closures })),
        };
        Self(Any::Dyn(DynJobDef::new(spec, has, false, closures)))
    }
}

impl<S: Send + 'static> From<DynJobWith<S>> for AnyJob {
    fn from(DynJobWith { spec, new, when, check, run, cleanup }: DynJobWith<S>) -> Self {
        let has = [when.is_some(), check.is_some(), run.is_some(), cleanup.is_some()];
        let closures = ClosuresWith { asyncs: spec.asyncs, new, when, check, run, cleanup };
        Self(Any::Dyn(DynJobDef::new(spec, has, true, Closed::With(Box::new(closures)))))
    }
}

impl fmt::Debug for DynJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec.fmt(f)
    }
}

impl<S> fmt::Debug for DynJobWith<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec.fmt(f)
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynJob").field("name", &self.name).field("deps", &self.deps).finish_non_exhaustive()
    }
}
