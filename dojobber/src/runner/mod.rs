//! [`DoJobber`]: what to run, how, and then running it.

#[cfg(feature = "tokio")]
mod asynchronous;
mod configure;
mod planning;

pub use self::configure::Workers;

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
#[cfg(feature = "cli")]
use std::time::Duration;

use crate::Job;
use crate::alarm::CancelHandle;
use crate::arguments::Arguments;
use crate::audience::Audience;
use crate::catch::install_hook;
use crate::clock::{Clock, RunTime, SystemClock};
use crate::context::{Context, RunData};
use crate::error::Error;
use crate::executor::{Session, Slot, run};
use crate::given::GivenTerms;
use crate::global::Store;
use crate::job::def_of;
use crate::output::Format;
#[cfg(feature = "tokio")]
use crate::own_runtime::OwnRuntime;
use crate::plan::{Catalogue, Defaults, Key, Plan, PlanError, Problem, SECOND};
use crate::race::Watch;
use crate::record::Record;
use crate::report::Report;
use crate::results::Results;
use crate::scheduler::Settings;
use crate::state::States;

/// Runs jobs: says which, says how, and [`checknrun`](Self::checknrun).
///
/// ```
/// use dojobber::prelude::*;
///
/// #[derive(Default)]
/// struct CleanCouch { dusted: bool }
///
/// #[job]
/// impl CleanCouch {
///     fn check(&self) -> Result { ensure!(self.dusted, "the couch is dusty"); Ok(()) }
///     fn run(&mut self) { self.dusted = true; }
/// }
///
/// #[job(deps = [CleanCouch])]
/// struct PrepareRoom;
///
/// let mut dojob = DoJobber::new();
/// dojob.root::<PrepareRoom>().default_tries(1);
/// let report = dojob.checknrun()?;
/// assert!(report.success());
/// # Ok::<_, dojobber::PlanError>(())
/// ```
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct DoJobber {
    catalogue: Catalogue,
    /// `None` for all that nothing depends on.
    roots: Option<Vec<Key>>,
    /// Names of jobs to leave out.
    excluded: Vec<String>,
    defaults: Defaults,
    arguments: Arguments,
    states: States,
    /// Mistakes in what was given, to be told together with those in the graph.
    problems: Vec<Problem>,
    no_act: bool,
    deep: bool,
    cleanup: bool,
    fail_fast: bool,
    slots: u32,
    /// Nanoseconds from the start of the run to its cancellation.
    deadline: Option<u64>,
    /// Nanoseconds from a cancellation until tries are given up.
    grace: u64,
    restore_dir: bool,
    strict_globals: bool,
    retry_seed: u64,
    /// `None` for the system's or, for whoever awaits a run, that of their runtime.
    clock: Option<Arc<dyn Clock>>,
    audience: Audience,
    cancel: CancelHandle,
    /// While signals cancel the run.
    #[cfg(feature = "signals")]
    signals: Option<crate::signals::Registration>,
    /// Whether a command line says what it does, and with it the environment's variables.
    #[cfg(all(feature = "cli", feature = "process"))]
    of_command_line: bool,
    pending: Option<Pending>,
    report: Option<Report>,
    /// Of `checknrun`, for async code; from the making of a plan to the end of its run.
    #[cfg(feature = "tokio")]
    runtime: OwnRuntime,
}

/// A run whose clean-ups are left for later (R7).
struct Pending {
    session: Session,
    slot: Slot,
    /// How many of its clean-ups the caller has been told of.
    told: usize,
}

impl DoJobber {
    /// Nothing to run yet; 3 tries, a second apart, one at a time; clean-ups right behind; no output but failed
    /// clean-ups.
    pub fn new() -> Self {
        Self {
            catalogue: Catalogue::default(),
            roots: Some(Vec::new()),
            excluded: Vec::new(),
            defaults: Defaults { tries: 3, terms: GivenTerms::default(), limits: Vec::new() },
            arguments: Arguments::default(),
            states: States::default(),
            problems: Vec::new(),
            no_act: false,
            deep: false,
            cleanup: true,
            fail_fast: false,
            slots: 1,
            deadline: None,
            grace: 30 * SECOND,
            restore_dir: false,
            strict_globals: false,
            retry_seed: 0,
            clock: None,
            audience: Audience::new(),
            cancel: CancelHandle::default(),
            #[cfg(feature = "signals")]
            signals: None,
            #[cfg(all(feature = "cli", feature = "process"))]
            of_command_line: false,
            pending: None,
            report: None,
            #[cfg(feature = "tokio")]
            runtime: OwnRuntime::default(),
        }
    }
}

/// Running it.
impl DoJobber {
    /// Works up the graph until all roots hold or nothing more can be done.
    ///
    /// An error means that the graph can't be run, and that nothing was. A job that fails is no error: the report
    /// tells. Can be called again, and then starts afresh (R11); clean-ups that are still due come first, but in no-act (R8).
    pub fn checknrun(&mut self) -> Result<Report, PlanError> {
        self.run_roots(self.roots.clone())
    }

    /// As [`checknrun`](Self::checknrun), for a part of the graph: `J` and what it needs (R11).
    pub fn checknrun_from<J: Job>(&mut self) -> Result<Report, PlanError> {
        self.run_roots(Some(vec![Key::Def(def_of::<J>())]))
    }

    /// As [`checknrun_from`](Self::checknrun_from), for the job of this name.
    pub fn checknrun_from_named(&mut self, name: impl Into<String>) -> Result<Report, PlanError> {
        self.run_roots(Some(vec![Key::Name(name.into())]))
    }

    /// As [`checknrun`](Self::checknrun), for a plan of this `DoJobber` that was made before: what somebody has looked
    /// at is what is run.
    pub fn checknrun_plan(&mut self, plan: Plan) -> Result<Report, PlanError> {
        self.cancel.0.renew();
        let run = self.run_plan(plan);
        self.answered(run)
    }

    fn run_roots(&mut self, roots: Option<Vec<Key>>) -> Result<Report, PlanError> {
        let run = self.plan_to_run(roots).and_then(|plan| self.run_plan(plan));
        self.answered(run)
    }

    /// The run has begun, with the making of its plan.
    fn run_plan(&mut self, plan: Plan) -> Result<Report, PlanError> {
        let arguments = self.arguments_for(&plan)?;
        // What `each` has left there is this run's.
        #[cfg(feature = "tokio")]
        let runtime = std::mem::take(&mut self.runtime);
        // What could fail has been. Whether the last run's clean-ups fail is told by their lines.
        if !self.no_act {
            let _ = self.cleanup();
        }
        #[cfg(feature = "tokio")]
        (self.runtime = runtime);
        let pending = self.prepare(plan, arguments, self.system_time());
        let mut pending = self.drive(pending);
        pending.session.record.interrupted_by = self.cancel.0.take_signal();
        Ok(self.keep_report(pending))
    }

    fn prepare(&self, plan: Plan, arguments: Arguments, time: RunTime) -> Pending {
        let plan = Arc::new(plan);
        let data = self.run_data(Some(Arc::clone(&plan)), arguments, time);
        let settings = Settings {
            no_act: self.no_act,
            deep: self.no_act && self.deep,
            cleanup: self.cleanup,
            fail_fast: self.fail_fast,
            deadline: data.deadline,
            grace: self.grace,
            seed: self.retry_seed,
            slots: self.slots,
        };
        let watch = Watch::new(Arc::clone(&plan), self.strict_globals);
        let session = Session::new(plan, settings, self.audience.clone(), Arc::clone(&data.left_behind));
        let ctx = Context::new(Arc::new(data), Arc::new(Store::default()), Some(Arc::new(watch)));
        Pending { session, slot: Slot::new(ctx), told: 0 }
    }

    /// The graph that [`checknrun`](Self::checknrun) would run.
    pub fn plan(&self) -> Result<Plan, PlanError> {
        let planned = self.make_plan(self.roots.clone());
        planned.map_err(|refused| refused.error().during(self.cancel.0.signal()))
    }

    /// When a run is cancelled by itself, and how long code is waited for then, `None` if for ever.
    #[cfg(feature = "cli")]
    pub(crate) fn deadline_and_grace(&self) -> (Option<Duration>, Option<Duration>) {
        (self.deadline.map(Duration::from_nanos), (self.grace < u64::MAX).then(|| Duration::from_nanos(self.grace)))
    }

    /// As [`plan`](Self::plan), when all is there that its jobs take: [`checknrun_plan`](Self::checknrun_plan) of it will run.
    #[cfg(feature = "cli")]
    pub(crate) fn ready(&self) -> Result<Plan, PlanError> {
        let ready = self.plan_to_run(self.roots.clone()).and_then(|plan| self.arguments_for(&plan).map(|_| plan));
        ready.map_err(|error| error.during(self.cancel.0.signal()))
    }

    /// Calls the clean-ups that [`auto_cleanup(false)`](Self::auto_cleanup) left for later (R7); a second call does
    /// nothing. [`report`](Self::report) then knows of them, too.
    pub fn cleanup(&mut self) -> Result<(), CleanupError> {
        let Some(pending) = self.take_pending() else {
            return Ok(());
        };
        let pending = self.drive(pending);
        self.cleaned_up(pending)
    }

    /// A run whose clean-ups are left, which now are to be called.
    fn take_pending(&mut self) -> Option<Pending> {
        let mut pending = self.pending.take()?;
        pending.session.scheduler.clean_up();
        Some(pending)
    }

    fn cleaned_up(&mut self, mut pending: Pending) -> Result<(), CleanupError> {
        let interrupted_by = &mut pending.session.record.interrupted_by;
        // It is still there for the next run, for which these clean-ups may have had to make room.
        *interrupted_by = interrupted_by.or(self.cancel.0.signal());
        let failed: Vec<_> = pending.session.record.cleanups[pending.told..]
            .iter()
            .filter_map(|cleanup| {
                Some((pending.session.plan.job(cleanup.job).name().to_owned(), cleanup.error.clone()?))
            })
            .collect();
        self.keep_report(pending);
        if failed.is_empty() { Ok(()) } else { Err(CleanupError { failed }) }
    }

    /// From now on, in a run that nobody awaits.
    pub(crate) fn system_time(&self) -> RunTime {
        RunTime::new(self.clock.clone().unwrap_or_else(|| Arc::new(SystemClock::new())))
    }

    pub(crate) fn run_data(&self, plan: Option<Arc<Plan>>, arguments: Arguments, time: RunTime) -> RunData {
        let (states, results) = (self.states.clone(), Results::default());
        RunData {
            plan,
            arguments,
            states,
            results,
            no_act: self.no_act,
            time,
            alarm: self.cancel.0.alarm(),
            #[cfg(feature = "process")]
            asked: crate::command::Asked::default(),
            #[cfg(all(feature = "cli", feature = "process"))]
            of_command_line: self.of_command_line,
            audience: self.audience.clone(),
            deadline: self.deadline,
            can_be_cancelled: self.can_be_cancelled(),
            left_behind: Arc::default(),
            directory: if self.restore_dir { std::env::current_dir().ok() } else { None },
        }
    }

    fn drive(&mut self, pending: Pending) -> Pending {
        install_hook();
        let Pending { mut session, mut slot, told } = pending;
        slot.tick();
        session.started(slot.now, slot.ctx.run().time.date());
        session = self.execute(session, &mut slot);
        // Before programs are waited for that only what is left there would end.
        #[cfg(feature = "tokio")]
        self.runtime.end();
        #[cfg(feature = "process")]
        slot.ctx.run().asked.await_none();
        slot.tick();
        session.ended(slot.now);
        Pending { session, slot, told }
    }

    /// Does what the scheduler says until all is over.
    fn execute(&self, session: Session, slot: &mut Slot) -> Session {
        #[cfg(feature = "tokio")]
        if session.plan.has_async() {
            return self
                .runtime
                .block_on(crate::executor::asynchronous::run(session, &slot.ctx, self.slots, &mut None));
        }
        let can_be_cut_short = can_be_cut_short(slot);
        run(session, slot, self.slots, can_be_cut_short)
    }

    /// Whether it, or somebody, can end the run early: who else has the line to it has a handle, or waits for signals.
    fn can_be_cancelled(&self) -> bool {
        self.deadline.is_some() || Arc::strong_count(&self.cancel.0) > 1
    }

    fn keep_report(&mut self, mut pending: Pending) -> Report {
        let (session, global) = (&mut pending.session, pending.slot.ctx.global());
        let unfinished = session.scheduler.has_pending_cleanups();
        // Clean-ups that are left for later add to both, which the report can't have then.
        let (record, global) = if unfinished {
            (session.record.clone(), global.copy())
        } else {
            (std::mem::replace(&mut session.record, Record::new(0)), global.unwatched())
        };
        // Nor can it change by what was left behind.
        global.close();
        let report = Report::new(Arc::clone(&session.plan), record, global);
        self.report = Some(report.clone());
        if unfinished {
            pending.told = pending.session.record.cleanups.len();
            self.pending = Some(pending);
        }
        report
    }
}

/// Whether the run may have to go on without a job that doesn't return: then that needs a thread of its own.
fn can_be_cut_short(slot: &Slot) -> bool {
    let run = slot.ctx.run();
    run.can_be_cancelled || run.plan.as_deref().is_some_and(has_timeouts)
}

fn has_timeouts(plan: &Plan) -> bool {
    plan.graph.terms.iter().any(|terms| terms.timeout.is_some())
}

/// What came of it.
impl DoJobber {
    /// The last run's report, clean-ups by hand included; `None` before the first run.
    pub fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// [`Report::success`] of the last run; `false` before the first one (R9).
    pub fn success(&self) -> bool {
        self.report.as_ref().is_some_and(Report::success)
    }

    /// [`Report::partial_success`] of the last run; `false` before the first one (R9).
    pub fn partial_success(&self) -> bool {
        self.report.as_ref().is_some_and(Report::partial_success)
    }

    /// Not [`success`](Self::success) (R9).
    pub fn failure(&self) -> bool {
        !self.success()
    }

    /// Writes the graph: that of the last run, coloured by what came of it, or before the first run the one that
    /// would be run.
    ///
    /// Green: the check held. Dark green: it held after run. Red: failed, or in no-act would run. None: never tried.
    /// A mark in front of each name tells the same, and more. Arrows lead from a job to what it needs. Groups are boxes,
    /// run-only jobs hexagons; a family of more than 12 members is one node. [`Report::picture`] and [`Plan::picture`]
    /// draw it in other ways.
    ///
    /// Names are shown readably: line breaks, escape codes, marks that turn the direction of text and the like are spelt
    /// out, and long names shortened. [`Format::Json`] has them to the letter. It is an object with
    ///
    /// - `version`: 1. It grows when something changes its meaning or goes, not when something is added;
    /// - `jobs`: all jobs, each behind those that it needs, with `name`, `description`, `kind` (`job`, `run_only`, `group`,
    ///   `family`), `family` (the name of the one that it is a member of, or null), `status` (as in the report; null before
    ///   the run) and `place` (`crate`, `file` and `line`);
    /// - `edges`: pairs of numbers, counted from 0, of a job in `jobs` and of one that it needs.
    ///
    /// An error comes from the writer, or is a [`PlanError`] as [`io::ErrorKind::InvalidInput`]; for others see
    /// [`Picture::write`](crate::Picture::write).
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// fn bake() {}
    ///
    /// let mut dojob = DoJobber::new();
    /// dojob.root::<bake>().checknrun().unwrap();
    /// let mut json = Vec::new();
    /// dojob.write_graph(&mut json, Format::Json)?;
    /// let json: serde_json::Value = serde_json::from_slice(&json)?;
    /// assert_eq!(json["jobs"][0]["name"], "bake");
    /// assert_eq!(json["jobs"][0]["status"], "changed");
    /// # Ok::<_, std::io::Error>(())
    /// ```
    pub fn write_graph(&self, to: &mut dyn Write, format: Format) -> io::Result<()> {
        match &self.report {
            Some(report) => report.write_graph(to, format),
            None => self.plan_to_draw()?.write_graph(to, format),
        }
    }

    /// Shows the graph that [`write_graph`](Self::write_graph) writes: in the system's viewer or, where there is no
    /// display, in the terminal. With the feature `pictures`.
    #[cfg(feature = "pictures")]
    pub fn display_graph(&self) -> io::Result<()> {
        match &self.report {
            Some(report) => report.display_graph(),
            None => self.plan_to_draw()?.display_graph(),
        }
    }

    fn plan_to_draw(&self) -> io::Result<Plan> {
        self.plan().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
    }
}

impl Default for DoJobber {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for DoJobber {
    /// Clean-ups that were left for later, and never called, are forgotten: calling users' code while something may
    /// be unwinding would do more harm.
    fn drop(&mut self) {
        if let Some(pending) = &self.pending {
            tracing::warn!(target: "dojobber", jobs = pending.session.plan.len(), "clean-ups were never called");
        }
    }
}

impl fmt::Debug for DoJobber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoJobber")
            .field("no_act", &self.no_act)
            .field("retry_seed", &self.retry_seed)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

/// Clean-ups failed (R7). All were called nonetheless.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{} clean-up{} failed: {}", failed.len(), if failed.len() == 1 { "" } else { "s" }, list(failed))]
pub struct CleanupError {
    failed: Vec<(String, Error)>,
}

impl CleanupError {
    /// Each failed clean-up's job and error, in the order in which they were called.
    pub fn failed(&self) -> impl ExactSizeIterator<Item = (&str, &Error)> {
        self.failed.iter().map(|(job, error)| (job.as_str(), error))
    }
}

fn list(failed: &[(String, Error)]) -> String {
    let each: Vec<_> = failed.iter().map(|(job, error)| format!("{job}: {error}")).collect();
    each.join("; ")
}
