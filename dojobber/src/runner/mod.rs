//! [`DoJobber`]: what to run, how, and then running it.

mod configure;

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
use crate::catch::{catch, install_hook};
use crate::clock::{Clock, RunTime, SystemClock};
use crate::context::{Context, RunData};
use crate::error::Error;
use crate::executor::{Session, Slot, run};
use crate::extract::{ArgsType, Requires};
use crate::family::{FamilyDef, Member};
use crate::given::GivenTerms;
use crate::global::Store;
use crate::job::{JobDef, def_of};
use crate::output::Format;
use crate::plan::{
    Catalogue, Defaults, JobPlace, Key, Plan, PlanError, Problem, Refused, Request, SECOND, Source, Wanted, plan,
};
use crate::race::Watch;
use crate::record::Record;
use crate::report::Report;
use crate::results::Results;
use crate::scheduler::Settings;
use crate::state::{StateType, States};
use crate::step::drive;

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
    clock: Arc<dyn Clock>,
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
}

/// A run whose clean-ups are left for later (R7).
struct Pending {
    session: Session,
    slot: Slot,
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
            clock: Arc::new(SystemClock::new()),
            audience: Audience::new(),
            cancel: CancelHandle::default(),
            #[cfg(feature = "signals")]
            signals: None,
            #[cfg(all(feature = "cli", feature = "process"))]
            of_command_line: false,
            pending: None,
            report: None,
        }
    }
}

/// Running it.
impl DoJobber {
    /// Works up the graph until all roots hold or nothing more can be done.
    ///
    /// An error means that the graph can't be run, and that nothing was. A job that fails is no error: the report
    /// tells. Can be called again, and then starts afresh (R11); clean-ups that are still due come first.
    pub fn checknrun(&mut self) -> Result<Report, PlanError> {
        let plan = self.plan_to_run(self.roots.clone())?;
        self.run_plan(plan)
    }

    /// As [`checknrun`](Self::checknrun), for a part of the graph: `J` and what it needs (R11).
    pub fn checknrun_from<J: Job>(&mut self) -> Result<Report, PlanError> {
        let plan = self.plan_to_run(Some(vec![Key::Def(def_of::<J>())]))?;
        self.run_plan(plan)
    }

    /// As [`checknrun_from`](Self::checknrun_from), for the job of this name.
    pub fn checknrun_from_named(&mut self, name: impl Into<String>) -> Result<Report, PlanError> {
        let plan = self.plan_to_run(Some(vec![Key::Name(name.into())]))?;
        self.run_plan(plan)
    }

    /// As [`checknrun`](Self::checknrun), for a plan of this `DoJobber` that was made before: what somebody has looked
    /// at is what is run.
    pub fn checknrun_plan(&mut self, plan: Plan) -> Result<Report, PlanError> {
        self.cancel.0.renew();
        self.run_plan(plan)
    }

    /// The run has begun, with the making of its plan.
    fn run_plan(&mut self, plan: Plan) -> Result<Report, PlanError> {
        let arguments = self.arguments_for(&plan)?;
        // What could fail has been. Whether the last run's clean-ups fail is told by their lines.
        let _ = self.cleanup();
        let pending = self.prepare(plan, arguments);
        let mut pending = self.drive(pending);
        pending.session.record.interrupted_by = self.cancel.0.take_signal();
        Ok(self.keep_report(pending))
    }

    /// As [`checknrun`](Self::checknrun), on the tokio runtime of whoever awaits it: async jobs are its tasks, blocking ones
    /// get threads. With the feature `tokio`.
    ///
    /// If the future is dropped before its end, the run is cancelled: async code is dropped at its `.await`, blocking
    /// code told, and clean-ups are not called. What the last run had left to be cleaned up stays left, but for what has been
    /// called (R7).
    ///
    /// It is an error, too, if that is awaited in no runtime, or in one without timers where the run may have to wait: for the
    /// next try of a job, say, or the end of a time limit.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// async fn fetch() -> Result {
    ///     tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    ///     Ok(())
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let report = DoJobber::new().root::<fetch>().workers(100).checknrun_async().await?;
    /// assert!(report.success());
    /// # Ok::<_, dojobber::PlanError>(())
    /// # }).unwrap();
    /// ```
    #[cfg(feature = "tokio")]
    pub async fn checknrun_async(&mut self) -> Result<Report, PlanError> {
        let plan = self.plan_to_run(self.roots.clone())?;
        let arguments = self.arguments_for(&plan)?;
        self.has_runtime_for(&plan)?;
        let _ = self.cleanup_async().await;
        let mut left = Forgotten(None);
        let pending = self.prepare(plan, arguments);
        let mut pending = drive_async(pending, self.slots, &mut left.0).await;
        pending.session.record.interrupted_by = self.cancel.0.take_signal();
        Ok(self.keep_report(pending))
    }

    fn prepare(&self, plan: Plan, arguments: Arguments) -> Pending {
        let plan = Arc::new(plan);
        let data = self.run_data(Some(Arc::clone(&plan)), arguments);
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
        Pending { session, slot: Slot::new(ctx) }
    }

    /// The graph that [`checknrun`](Self::checknrun) would run.
    pub fn plan(&self) -> Result<Plan, PlanError> {
        self.make_plan(self.roots.clone()).map_err(Refused::error)
    }

    /// When a run is cancelled by itself, and how long code is waited for then, `None` if for ever.
    #[cfg(feature = "cli")]
    pub(crate) fn deadline_and_grace(&self) -> (Option<Duration>, Option<Duration>) {
        (self.deadline.map(Duration::from_nanos), (self.grace < u64::MAX).then(|| Duration::from_nanos(self.grace)))
    }

    /// As [`plan`](Self::plan), when all is there that its jobs take: [`checknrun_plan`](Self::checknrun_plan) of it will run.
    #[cfg(feature = "cli")]
    pub(crate) fn ready(&self) -> Result<Plan, PlanError> {
        let plan = self.plan_to_run(self.roots.clone())?;
        self.arguments_for(&plan)?;
        Ok(plan)
    }

    /// Asks for names without making a plan.
    #[cfg(feature = "cli")]
    pub(crate) fn look_up<T>(&self, ask: impl FnOnce(&mut crate::plan::Lookup<'_>) -> T) -> T {
        install_hook();
        self.cancel.0.renew();
        let mut call_each = |def: &'static JobDef, family: FamilyDef| self.members(def, family);
        ask(&mut crate::plan::Lookup::new(&self.catalogue, &mut call_each))
    }

    /// Calls the clean-ups that [`auto_cleanup(false)`](Self::auto_cleanup) left for later (R7); a second call does
    /// nothing. [`report`](Self::report) then knows of them, too.
    pub fn cleanup(&mut self) -> Result<(), CleanupError> {
        let Some((pending, before)) = self.take_pending() else {
            return Ok(());
        };
        let pending = self.drive(pending);
        self.cleaned_up(pending, before)
    }

    /// As [`cleanup`](Self::cleanup), on the tokio runtime of whoever awaits it. With the feature `tokio`.
    ///
    /// If the future is dropped before its end, the clean-up that is under way counts as failed; those behind it are still
    /// to come.
    ///
    /// Panics where there is no such runtime; the clean-ups are still to come then.
    #[cfg(feature = "tokio")]
    pub async fn cleanup_async(&mut self) -> Result<(), CleanupError> {
        if self.pending.is_some() {
            assert!(crate::executor::asynchronous::has_runtime(), "clean-ups were awaited outside of a tokio runtime");
        }
        let Some((pending, before)) = self.take_pending() else {
            return Ok(());
        };
        let ctx = pending.slot.ctx.sibling();
        let mut left = StillToCome { session: None, ctx, pending: &mut self.pending };
        let pending = drive_async(pending, self.slots, &mut left.session).await;
        drop(left);
        self.cleaned_up(pending, before)
    }

    /// A run whose clean-ups are left, which now are to be called, and how many were called before.
    fn take_pending(&mut self) -> Option<(Pending, usize)> {
        let mut pending = self.pending.take()?;
        pending.session.scheduler.clean_up();
        let before = pending.session.record.cleanups.len();
        Some((pending, before))
    }

    fn cleaned_up(&mut self, mut pending: Pending, before: usize) -> Result<(), CleanupError> {
        let interrupted_by = &mut pending.session.record.interrupted_by;
        // It is still there for the next run, for which these clean-ups may have had to make room.
        *interrupted_by = interrupted_by.or(self.cancel.0.signal());
        let failed: Vec<_> = pending.session.record.cleanups[before..]
            .iter()
            .filter_map(|cleanup| {
                Some((pending.session.plan.job(cleanup.job).name().to_owned(), cleanup.error.clone()?))
            })
            .collect();
        self.keep_report(pending);
        if failed.is_empty() { Ok(()) } else { Err(CleanupError { failed }) }
    }

    /// As [`make_plan`](Self::make_plan). An error also tells what is missing.
    fn plan_to_run(&self, roots: Option<Vec<Key>>) -> Result<Plan, PlanError> {
        self.make_plan(roots).map_err(|Refused { mut problems, wanted }| {
            let missing = self.missing(&mut self.arguments.clone(), &wanted, JobPlace::clone);
            let is_told = |problem: &Problem| problems.iter().any(|told| told.is_of_same_type(problem));
            let news: Vec<_> = missing.into_iter().filter(|problem| !is_told(problem)).collect();
            problems.extend(news);
            PlanError::new(problems)
        })
    }

    fn make_plan(&self, roots: Option<Vec<Key>>) -> Result<Plan, Refused> {
        install_hook();
        self.cancel.0.renew();
        let mut call_each = |def: &'static JobDef, family: FamilyDef| self.members(def, family);
        let (catalogue, excluded, defaults) = (&self.catalogue, &self.excluded[..], &self.defaults);
        let planned = plan(Request { catalogue, roots, excluded, defaults, call_each: &mut call_each });
        let mut problems = self.problems.clone();
        if self.slots == 0 {
            let (term, value, must_be) = ("number of workers", "0".to_owned(), "at least 1");
            problems.push(Problem::BadTerm { job: None, term, value, must_be });
        }
        if self.restore_dir && self.slots > 1 {
            problems.push(Problem::SharedDirectory { slots: self.slots });
        }
        match planned {
            Ok(plan) if problems.is_empty() => Ok(plan),
            Ok(plan) => Err(Refused { problems, wanted: plan.wanted.placed(|job| plan.job(job).place()) }),
            Err(refused) => {
                problems.extend(refused.problems);
                Err(Refused { problems, wanted: refused.wanted })
            }
        }
    }

    /// Calls the `each` of a family, with what it takes.
    fn members(&self, def: &'static JobDef, family: FamilyDef) -> Result<Vec<Member>, Box<Problem>> {
        let place = || Source::Def(def).place(def.name());
        let mut requires = Requires::default();
        (family.requires)(&mut requires);
        let mut arguments = self.arguments.clone();
        for wanted in &requires.args {
            Self::provide(&mut arguments, *wanted, place)?;
        }
        for wanted in &requires.states {
            self.has_state(*wanted, place)?;
        }
        let data = self.run_data(None, arguments);
        let ctx = Context::planning(Arc::new(data), def.name());
        catch(|| drive((family.each)(&ctx)))
            .map_err(|error| Box::new(Problem::EachFailed { family: place(), reason: error.to_string() }))
    }

    pub(crate) fn run_data(&self, plan: Option<Arc<Plan>>, arguments: Arguments) -> RunData {
        let (states, results) = (self.states.clone(), Results::default());
        RunData {
            plan,
            arguments,
            states,
            results,
            no_act: self.no_act,
            time: RunTime::new(Arc::clone(&self.clock)),
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

    /// Everything that jobs take as `Args<T>` and `State<T>` must be there before anything runs.
    fn arguments_for(&self, plan: &Plan) -> Result<Arguments, PlanError> {
        let mut arguments = self.arguments.clone();
        let problems = self.missing(&mut arguments, &plan.wanted, |job| plan.job(*job).place());
        if problems.is_empty() { Ok(arguments) } else { Err(PlanError::new(problems)) }
    }

    /// What jobs take that is not there. Arguments that can be made are put beside the others.
    fn missing<J>(
        &self,
        arguments: &mut Arguments,
        wanted: &Wanted<J>,
        place: impl Fn(&J) -> JobPlace,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (job, args) in &wanted.args {
            problems.extend(Self::provide(arguments, *args, || place(job)).err().map(|problem| *problem));
        }
        for (job, state) in &wanted.states {
            problems.extend(self.has_state(*state, || place(job)).err().map(|problem| *problem));
        }
        problems
    }

    fn provide(arguments: &mut Arguments, wanted: ArgsType, job: impl Fn() -> JobPlace) -> Result<(), Box<Problem>> {
        arguments.provide(wanted).map_err(|error| {
            let (type_name, reason) = (wanted.name, error.to_string());
            Box::new(Problem::MissingArgs { job: job(), type_name, reason })
        })
    }

    fn has_state(&self, wanted: StateType, job: impl Fn() -> JobPlace) -> Result<(), Box<Problem>> {
        if self.states.has(wanted) {
            return Ok(());
        }
        Err(Box::new(Problem::MissingState { job: job(), type_name: wanted.name }))
    }

    fn drive(&self, pending: Pending) -> Pending {
        install_hook();
        let Pending { mut session, mut slot } = pending;
        slot.tick();
        session.started(slot.now, slot.ctx.run().time.date());
        let can_be_cut_short = can_be_cut_short(&slot);
        session = run(session, &mut slot, self.slots, can_be_cut_short);
        #[cfg(feature = "process")]
        slot.ctx.run().asked.await_none();
        slot.tick();
        session.ended(slot.now);
        Pending { session, slot }
    }

    /// Whether it, or somebody, can end the run early: who else has the line to it has a handle, or waits for signals.
    fn can_be_cancelled(&self) -> bool {
        self.deadline.is_some() || Arc::strong_count(&self.cancel.0) > 1
    }

    /// Whether there is a runtime to run on, with timers if they may be needed.
    #[cfg(feature = "tokio")]
    fn has_runtime_for(&self, plan: &Plan) -> Result<(), PlanError> {
        use crate::executor::asynchronous::{has_runtime, has_timers};
        let problem = match (has_runtime(), self.waits_by_runtime(plan)) {
            (false, _) => Problem::NoRuntime,
            (true, true) if !has_timers() => Problem::NoTimers,
            (true, _) => return Ok(()),
        };
        Err(PlanError::new(vec![problem]))
    }

    /// Whether anything can happen in the run for which a timer is needed.
    #[cfg(feature = "tokio")]
    fn waits_by_runtime(&self, plan: &Plan) -> bool {
        let (graph, has_timeouts) = (&plan.graph, has_timeouts(plan));
        let retries = || !self.no_act && graph.policies.iter().any(|policy| policy.tries > 1);
        let settles = || graph.terms.iter().any(|terms| terms.settle > 0);
        let keeps_time = has_timeouts || self.can_be_cancelled() || retries() || settles();
        // Whatever the run's clock, the time of async code is over by the runtime's.
        let ends_async = plan.has_async() && (has_timeouts || self.deadline.is_some());
        keeps_time && !self.clock.stands_still() || ends_async
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
            self.pending = Some(pending);
        }
        report
    }
}

/// If this is dropped before its end, what the session has come to is `left`.
#[cfg(feature = "tokio")]
async fn drive_async(pending: Pending, slots: u32, left: &mut Option<Session>) -> Pending {
    install_hook();
    let Pending { mut session, mut slot } = pending;
    slot.tick();
    session.started(slot.now, slot.ctx.run().time.date());
    session = crate::executor::asynchronous::run(session, &slot.ctx, slots, left).await;
    #[cfg(feature = "process")]
    if !slot.ctx.run().asked.is_none() {
        let run = Arc::clone(slot.ctx.run());
        // Nothing is lost if the runtime is shut down meanwhile.
        let _ = tokio::task::spawn_blocking(move || run.asked.await_none()).await;
    }
    slot.tick();
    session.ended(slot.now);
    Pending { session, slot }
}

/// A run whose future was dropped before its end, if it was: its clean-ups are never called.
#[cfg(feature = "tokio")]
struct Forgotten(Option<Session>);

#[cfg(feature = "tokio")]
impl Drop for Forgotten {
    fn drop(&mut self) {
        if let Some(session) = self.0.as_ref().filter(|session| session.scheduler.has_pending_cleanups()) {
            tracing::warn!(target: "dojobber", jobs = session.plan.len(), "clean-ups were never called");
        }
    }
}

/// Clean-ups whose future was dropped before its end, if it was: what is left of them is called later.
#[cfg(feature = "tokio")]
struct StillToCome<'d> {
    session: Option<Session>,
    ctx: Context,
    pending: &'d mut Option<Pending>,
}

#[cfg(feature = "tokio")]
impl Drop for StillToCome<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            *self.pending = Some(Pending { session, slot: Slot::new(self.ctx.sibling()) });
        }
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
