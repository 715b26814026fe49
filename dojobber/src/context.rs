//! What a job's function can learn about the run that it is part of.

use std::any::TypeId;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Job;
use crate::alarm::Alarm;
use crate::arguments::Arguments;
use crate::audience::Audience;
use crate::cancellation::Cancellation;
use crate::clock::RunTime;
use crate::error::{Error, Result};
use crate::event::{Event, EventKind, Stream};
use crate::extract::{Args, Try};
use crate::global::{Global, Store};
use crate::job::def_of;
use crate::left_behind::LeftBehind;
use crate::plan::{JobId, Plan};
use crate::race::Watch;
use crate::results::{Ended, Results};
use crate::state::{State, States};

/// The part of a try that is running: an extractor, also returned by [`Context::phase`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Does the job's goal hold? The construction of the try's value belongs to this phase too, and so does `when`.
    Check,
    /// Bring the goal about.
    Run,
    /// Does it hold now? The same function as for [`Check`](Phase::Check).
    Recheck,
    /// Undo what the run left lying about, once all tries are over (R7).
    Cleanup,
}

impl Phase {
    /// `check`, `run`, `recheck` or `cleanup`.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Check => "check",
            Phase::Run => "run",
            Phase::Recheck => "recheck",
            Phase::Cleanup => "cleanup",
        }
    }

    /// The function of the job that the phase calls.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Phase::Recheck => "check",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a job's function can learn about the run that it is part of; take it as `&Context`.
pub struct Context {
    run: Arc<RunData>,
    global: Global,
    phase: Phase,
    number: u32,
    /// When the time of the try is over, in nanoseconds from the start of the run.
    deadline: Option<u64>,
    /// The family whose `each` is called, while there is no plan.
    family: &'static str,
    #[cfg(all(feature = "process", feature = "tokio"))]
    dropped: crate::command::Dropped,
}

/// What all tries of one run share.
pub(crate) struct RunData {
    /// `None` while the plan is being made, which calls families' `each`.
    pub(crate) plan: Option<Arc<Plan>>,
    pub(crate) arguments: Arguments,
    pub(crate) states: States,
    pub(crate) results: Results,
    pub(crate) no_act: bool,
    pub(crate) time: RunTime,
    pub(crate) alarm: Arc<Alarm>,
    #[cfg(feature = "process")]
    pub(crate) asked: crate::command::Asked,
    /// Whether what variables say to one program alone is said to this one.
    #[cfg(all(feature = "cli", feature = "process"))]
    pub(crate) of_command_line: bool,
    pub(crate) audience: Audience,
    /// When the run as a whole is to end, in nanoseconds from its start.
    pub(crate) deadline: Option<u64>,
    /// Whether it, or somebody, can end the run early.
    pub(crate) can_be_cancelled: bool,
    pub(crate) left_behind: Arc<LeftBehind>,
    /// Where each phase is to start, if that was asked for (R10).
    pub(crate) directory: Option<PathBuf>,
}

impl Context {
    /// The job's name. In an `each` that is called when the plan is made, that of the family.
    pub fn job(&self) -> &str {
        match &self.run.plan {
            Some(plan) => plan.job(self.id()).name(),
            None => self.family,
        }
    }

    /// The running phase.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Which try this is, and how many the job has.
    pub fn try_number(&self) -> Try {
        Try { number: self.number, of: self.run.plan.as_ref().map_or(1, |plan| plan.job(self.id()).tries()) }
    }

    /// Whether only checks are called in this run (R8).
    pub fn no_act(&self) -> bool {
        self.run.no_act
    }

    /// The run's global storage (R6).
    pub fn global(&self) -> &Global {
        &self.global
    }

    /// The argument that was given by this name (R18); an error if there is none, or if it isn't a `T`.
    pub fn arg<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        self.run.arguments.named(name)
    }

    /// The argument that was given at this place, counted from 0 (R18); an error if there is none, or if it isn't
    /// a `T`.
    pub fn positional<T: DeserializeOwned>(&self, place: usize) -> Result<T> {
        self.run.arguments.positional(place)
    }

    /// The typed arguments (R18), for code that can't have an [`Args<T>`] parameter; an error if they weren't set.
    pub fn args<T: Send + Sync + 'static>(&self) -> Result<&Args<T>> {
        self.run.arguments.typed()
    }

    /// The state of this type ([`State<T>`]), for code that can't have such a parameter; an error if none was set.
    pub fn state<T: Send + Sync + 'static>(&self) -> Result<&State<T>> {
        let state = self.run.states.get();
        state.ok_or_else(|| Error::msg(format_args!("no state of the type `{}`", std::any::type_name::<T>())))
    }

    /// How much time is left until this try, or the run as a whole, has to end (R20); `None` if that isn't limited, zero
    /// if it is over. A clean-up has no limit.
    pub fn time_left(&self) -> Option<Duration> {
        if self.phase == Phase::Cleanup {
            return None;
        }
        Some(Duration::from_nanos(self.ends_at()?.saturating_sub(self.run.time.now())))
    }

    /// When this try, or the run as a whole, has to end (R20), as others' functions want it; `None` if that isn't
    /// limited.
    #[expect(clippy::disallowed_methods, reason = "an `Instant` is of the system's clock")]
    pub fn deadline(&self) -> Option<Instant> {
        Instant::now().checked_add(self.time_left()?)
    }

    /// Whether this try has to end: the run was cancelled, or the try's time is over (R20). Blocking code that may take
    /// long should ask now and then, and return: nothing else can end it. A clean-up is never told to end.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job(timeout = 0.05, tries = 1)]
    /// fn wait_for_ever(ctx: &Context) -> Result {
    ///     while !ctx.is_cancelled() {
    ///         std::thread::yield_now();
    ///     }
    ///     bail!("nobody came")
    /// }
    ///
    /// let report = DoJobber::new().root::<wait_for_ever>().checknrun().unwrap();
    /// assert_eq!(report.error("wait_for_ever").unwrap().kind(), dojobber::ErrorKind::TimedOut);
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.phase != Phase::Cleanup
            && (self.run.alarm.is_cancelled() || self.time_left().is_some_and(|left| left.is_zero()))
    }

    /// [`is_cancelled`](Self::is_cancelled) for what can't borrow this context: tasks and threads that the job starts, and that
    /// are to end with the try. In a clean-up, which is never told to end, it never is.
    pub fn cancellation(&self) -> Cancellation {
        let time = self.run.time.clone();
        if self.phase == Phase::Cleanup {
            return Cancellation::new(Arc::default(), time, None);
        }
        Cancellation::new(Arc::clone(&self.run.alarm), time, self.ends_at())
    }

    /// Whether the time that is [left](Self::time_left) is that of the run, which then is cancelled (R23), and not the try's own.
    #[cfg(any(feature = "process", feature = "tokio"))]
    pub(crate) fn ends_with_run(&self) -> bool {
        self.run.deadline.is_some_and(|end| self.deadline.is_none_or(|deadline| end < deadline))
    }

    /// When the try, or the run as a whole, has to end.
    fn ends_at(&self) -> Option<u64> {
        self.deadline.into_iter().chain(self.run.deadline).min()
    }

    /// Prints lines of the job's own, each with its name in front, in one piece: other output doesn't come between.
    /// They go where verbose lines go, verbose or not, and are [events](crate::EventKind::Output).
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// fn count(ctx: &Context) {
    ///     ctx.println(format_args!("{} guests", 7));
    /// }
    /// assert!(DoJobber::new().root::<count>().checknrun().unwrap().success());
    /// ```
    pub fn println(&self, text: impl fmt::Display) {
        self.say(Stream::Job, text.to_string().lines().map(str::to_owned));
    }

    /// Tells of lines of output, with nothing between them.
    pub(crate) fn say(&self, stream: Stream, lines: impl IntoIterator<Item = String>) {
        let (job, number, phase) = (self.id(), self.number, self.phase);
        // Not to the run that went on without it, nor to the next one.
        if self.run.left_behind.has(job, number) {
            return;
        }
        let Some(plan) = &self.run.plan else { return };
        let audience = &self.run.audience;
        let kinds = lines.into_iter().map(|line| EventKind::Output { job, number, phase, stream, line });
        let told = kinds.filter(|kind| audience.wants(kind));
        let events: Vec<_> = told.map(|kind| Event { at: Duration::from_nanos(self.run.time.now()), kind }).collect();
        if !events.is_empty() {
            audience.tell_together(plan, &events);
        }
    }

    /// Whether the time of the try is over (R20).
    pub(crate) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= self.run.time.now())
    }

    pub(crate) fn run(&self) -> &Arc<RunData> {
        &self.run
    }

    /// What is rung when the run is cancelled.
    #[cfg(feature = "process")]
    pub(crate) fn alarm(&self) -> &Arc<Alarm> {
        &self.run.alarm
    }

    /// What has become of programs that dropped code of the try waited for.
    #[cfg(all(feature = "process", feature = "tokio"))]
    pub(crate) fn dropped(&self) -> &crate::command::Dropped {
        &self.dropped
    }

    /// Has code of the try dropped that ends with this error. Returns the error that tells most of it.
    #[cfg(feature = "tokio")]
    #[cfg_attr(not(feature = "process"), allow(clippy::unused_self, reason = "then no program is waited for"))]
    pub(crate) fn end(&self, with: Error, drop: impl FnOnce()) -> Error {
        #[cfg(feature = "process")]
        return self.dropped.end(with, drop);
        #[cfg(not(feature = "process"))]
        {
            drop();
            with
        }
    }

    pub(crate) fn new(run: Arc<RunData>, store: Arc<Store>, watch: Option<Arc<Watch>>) -> Self {
        Self {
            run,
            global: Global::new(store, watch),
            phase: Phase::Check,
            number: 1,
            deadline: None,
            family: "",
            #[cfg(all(feature = "process", feature = "tokio"))]
            dropped: crate::command::Dropped::default(),
        }
    }

    /// Another one for the same run: each slot has its own.
    pub(crate) fn sibling(&self) -> Self {
        Self {
            run: Arc::clone(&self.run),
            global: self.global.sibling(),
            #[cfg(all(feature = "process", feature = "tokio"))]
            dropped: crate::command::Dropped::default(),
            ..*self
        }
    }

    /// For the `each` of a family, before there is a plan.
    pub(crate) fn planning(run: Arc<RunData>, family: &'static str) -> Self {
        Self { family, ..Self::new(run, Arc::default(), None) }
    }

    /// The one job `J` that the current job needs.
    pub(crate) fn dependency<J: Job>(&self) -> Result<JobId> {
        let mut jobs = self.dependencies::<J>();
        match (jobs.next(), jobs.next()) {
            (Some(job), None) => Ok(job),
            // The plan saw to it, for extractors that say what they require.
            _ => Err(Error::msg(format_args!("{} doesn't depend on one job `{}`", self.job(), def_of::<J>().name()))),
        }
    }

    /// The jobs `J` that the current job needs: several, if `J` is a family.
    pub(crate) fn dependencies<J: Job>(&self) -> impl Iterator<Item = JobId> {
        let plan = self.run.plan.as_deref();
        plan.map(|plan| plan.needed_of_type(self.id(), TypeId::of::<J>())).into_iter().flatten()
    }

    /// Notes how a job ended, for those who ask.
    pub(crate) fn note(&self, job: JobId, ended: Ended) {
        self.run.results.insert(job, ended);
    }

    pub(crate) fn ended(&self, job: JobId) -> Option<Ended> {
        self.run.results.get(job)
    }

    /// Whether it is a family that has not come into being.
    pub(crate) fn is_unborn(&self, job: JobId) -> bool {
        self.run.plan.as_ref().is_some_and(|plan| plan.is_unborn(job))
    }

    pub(crate) fn name_of(&self, job: JobId) -> &str {
        self.run.plan.as_ref().map_or("", |plan| plan.job(job).name())
    }

    /// Points the context at another try: one context serves one slot for the whole run.
    pub(crate) fn enter(&mut self, job: JobId, number: u32, phase: Phase, deadline: Option<u64>) {
        self.global.set_job(job);
        self.number = number;
        self.deadline = deadline;
        self.phase = phase;
    }

    pub(crate) fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
    }

    fn id(&self) -> JobId {
        self.global.job()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("job", &self.job())
            .field("try", &self.number)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
