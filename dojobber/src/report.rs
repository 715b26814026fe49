//! What came of a run.

use std::fmt;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::Job;
use crate::context::Phase;
use crate::error::{Error, ErrorKind, Result};
use crate::global::Global;
use crate::output::json;
use crate::plan::{JobId, Plan, PlannedJob, after_signal};
use crate::record::{NONE, Record, TryRecord};
use crate::scheduler::{Blame, RunVerdict};
use crate::status::Status;

/// What came of a run. Cloning is cheap: the clones share one value.
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::Status;
///
/// #[job(tries = 1)]
/// fn bake() -> Result { bail!("the oven is cold") }
/// #[job(deps = [bake])]
/// struct Party;
///
/// let report = DoJobber::new().root::<Party>().checknrun().unwrap();
/// assert!(report.failure() && !report.partial_success());
/// assert_eq!(report.status("Party"), Some(Status::Blocked));
/// assert_eq!(report.error("bake").unwrap().to_string(), "the oven is cold");
/// let party = report.get::<Party>().unwrap();
/// assert_eq!(party.blocked_by().map(|job| job.name()).collect::<Vec<_>>(), ["bake"]);
/// ```
#[derive(Clone)]
pub struct Report(Arc<Inner>);

struct Inner {
    plan: Arc<Plan>,
    record: Record,
    global: Global,
    verdict: RunVerdict,
    blame: OnceLock<Blame>,
}

impl Report {
    /// Whether every job passed and no clean-up failed (R9).
    pub fn success(&self) -> bool {
        self.0.verdict.success
    }

    /// Whether any job is `Ok` or `Changed` (R9).
    pub fn partial_success(&self) -> bool {
        self.0.verdict.partial_success
    }

    /// Not [`success`](Self::success).
    pub fn failure(&self) -> bool {
        !self.success()
    }

    /// What a program that does nothing else is to exit with: 0 after a success, 1 after a failure; 128 and the signal's
    /// number if the run was [cancelled by a signal](Self::interrupted_by), as shells have it.
    ///
    /// ```no_run
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// fn bake() {}
    ///
    /// fn main() -> std::process::ExitCode {
    ///     match DoJobber::new().root::<bake>().checknrun() {
    ///         Ok(report) => report.exit_code(),
    ///         Err(error) => {
    ///             eprintln!("{error}");
    ///             error.exit_code()
    ///         }
    ///     }
    /// }
    /// ```
    pub fn exit_code(&self) -> ExitCode {
        match self.interrupted_by() {
            Some(signal) => ExitCode::from(after_signal(signal)),
            None if self.success() => ExitCode::SUCCESS,
            None => ExitCode::FAILURE,
        }
    }

    /// The number of the signal that cancelled the run: 1 is `SIGHUP`, 2 `SIGINT`, and 15 `SIGTERM`. `None` if none did, or if nobody
    /// asked for that: see `DoJobber::handle_signals`, which comes with the feature `signals` (R23). A signal that came
    /// before the run had ended counts even if nothing was left to be done.
    pub fn interrupted_by(&self) -> Option<i32> {
        self.0.record.interrupted_by
    }

    /// How the job of this name ended; `None` if there is no such job.
    pub fn status(&self, name: &str) -> Option<Status> {
        self.job(name)?.status()
    }

    /// Why the last failed try of the job of this name failed, whatever came after it; why it was skipped; in no-act, why
    /// it would run.
    pub fn error(&self, name: &str) -> Option<&Error> {
        self.job(name)?.error()
    }

    /// The result of the job `J` (R19); `None` if it is not in the plan, did not pass, or has none.
    pub fn output<J: Job>(&self) -> Option<&J::Output> {
        self.0.record.results.get(&self.0.plan.get::<J>()?.id())?.downcast_ref()
    }

    /// The results of the members of the family `J` (R19), with their names, in their order; those that did not pass are
    /// left out.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[derive(Clone)]
    /// struct Double { number: u32 }
    ///
    /// #[job(each = numbers, name = "double {number}")]
    /// impl Double {
    ///     fn check(&self) -> Result<u32> { Ok(self.number * 2) }
    ///     fn run(&self) {}
    /// }
    /// fn numbers() -> [Double; 2] { [Double { number: 7 }, Double { number: 4 }] }
    ///
    /// let report = DoJobber::new().root::<Double>().checknrun().unwrap();
    /// assert_eq!(report.outputs::<Double>().collect::<Vec<_>>(), [("double 7", &14), ("double 4", &8)]);
    /// ```
    pub fn outputs<J: Job>(&self) -> impl Iterator<Item = (&str, &J::Output)> {
        let members = self.0.plan.jobs_of_type(std::any::TypeId::of::<J>());
        members.filter_map(|job| {
            let result = self.0.record.results.get(&job)?.downcast_ref()?;
            Some((self.0.plan.job(job).name(), result))
        })
    }

    /// The result of the job of this name, as JSON (R19); `None` if there is no such job, or if it has none.
    pub fn output_json(&self, name: &str) -> Option<Result<serde_json::Value>> {
        self.job(name)?.output_json()
    }

    /// All jobs, in the order of R4.
    pub fn jobs(&self) -> impl ExactSizeIterator<Item = JobReport<'_>> {
        self.0.plan.jobs().map(|planned| JobReport { report: self, planned })
    }

    /// The job of this name.
    pub fn job(&self, name: &str) -> Option<JobReport<'_>> {
        Some(JobReport { report: self, planned: self.0.plan.find(name)? })
    }

    /// The job of this type.
    pub fn get<J: Job>(&self) -> Option<JobReport<'_>> {
        Some(JobReport { report: self, planned: self.0.plan.get::<J>()? })
    }

    /// The clean-ups that were called, in that order (R7).
    pub fn cleanups(&self) -> impl ExactSizeIterator<Item = CleanupReport<'_>> {
        self.0.record.cleanups.iter().map(|cleanup| CleanupReport {
            job: self.0.plan.job(cleanup.job),
            number: cleanup.number,
            error: cleanup.error.as_ref(),
        })
    }

    /// Each race for a key of global storage that was met (see [`Global`]), in words.
    pub fn races(&self) -> impl ExactSizeIterator<Item = String> {
        self.0.record.races.iter().map(|race| race.text(&self.0.plan))
    }

    /// Tries that had not returned when they were to end (R20), each with its job: those whose time was over, and those
    /// that were given up after a cancellation.
    pub fn overran(&self) -> impl ExactSizeIterator<Item = (PlannedJob<'_>, u32)> {
        self.0.record.overran.iter().map(|(job, number)| (self.0.plan.job(*job), *number))
    }

    /// Whether only checks were called (R8).
    pub fn no_act(&self) -> bool {
        self.0.record.no_act
    }

    /// When the run started, by the clock's [`date`](crate::Clock::date).
    pub fn date(&self) -> SystemTime {
        self.0.record.date
    }

    /// From the start of the run to its end, clean-ups included.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.0.record.ended)
    }

    /// Global storage as the run left it (R6).
    pub fn global(&self) -> &Global {
        &self.0.global
    }

    /// The graph that was run.
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }

    pub(crate) fn new(plan: Arc<Plan>, record: Record, global: Global) -> Self {
        let cleanup_failed = record.cleanups.iter().any(|cleanup| cleanup.error.is_some());
        let verdict = RunVerdict::of(record.statuses.iter().copied(), cleanup_failed);
        Self(Arc::new(Inner { plan, record, global, verdict, blame: OnceLock::new() }))
    }

    pub(crate) fn status_of(&self, job: JobId) -> Option<Status> {
        self.0.record.statuses[job.index()]
    }

    fn blame(&self) -> &Blame {
        let Inner { plan, record, blame, .. } = &*self.0;
        blame.get_or_init(|| Blame::new(&plan.topological(), |job| plan.needs(job), |job| record.statuses[job.index()]))
    }

    fn blockers(&self, job: JobId) -> Vec<JobId> {
        self.blame().all(job, |job| self.0.plan.needs(job), |job| self.status_of(job))
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("success", &self.success())
            .field("jobs", &self.jobs().len())
            .finish_non_exhaustive()
    }
}

/// What came of one job.
#[derive(Clone, Copy)]
pub struct JobReport<'r> {
    report: &'r Report,
    planned: PlannedJob<'r>,
}

impl<'r> JobReport<'r> {
    /// The job as it was planned.
    pub fn planned(self) -> PlannedJob<'r> {
        self.planned
    }

    /// The job's name.
    pub fn name(self) -> &'r str {
        self.planned.name()
    }

    /// How it ended. `None` only while the run that the report is of has not ended.
    pub fn status(self) -> Option<Status> {
        self.report.status_of(self.planned.id())
    }

    /// Why its last failed try failed, whatever came after it; why it was skipped; in no-act, why it would run.
    pub fn error(self) -> Option<&'r Error> {
        self.record().errors.get(&self.planned.id())
    }

    /// What its check said is to change ([`change`](fn@crate::change)), before anything did: in the first try that has such
    /// an answer. In no-act it is what would be done, else what was, or was to be.
    pub fn change(self) -> Option<&'r Error> {
        let wants = |one: TryReport<'r>| one.phases().find(|phase| phase.phase == Phase::Check)?.error;
        self.tries().into_iter().filter_map(wants).find(|error| error.kind() == ErrorKind::Change)
    }

    /// The status that it would have by its check alone, where it is [`Unknown`](Status::Unknown) and was checked
    /// nevertheless ([`deep`](crate::DoJobber::deep)). Its [`error`](Self::error) then is that check's.
    pub fn preliminary(self) -> Option<Status> {
        self.record().preliminary.get(&self.planned.id()).copied()
    }

    /// The jobs that it was blocked by, at any distance (R15); in no-act, those that would have to change before
    /// anything can be said about it (R8). In the order of R4. Where there are many, finding all takes as long as there are
    /// jobs between.
    pub fn blocked_by(self) -> impl ExactSizeIterator<Item = PlannedJob<'r>> {
        let plan = &self.report.0.plan;
        self.report.blockers(self.planned.id()).into_iter().map(move |id| plan.job(id))
    }

    /// The first of them, and whether there are more: for those who ask of every job, and tell people of it.
    #[cfg(any(feature = "cli", feature = "html", feature = "junit"))]
    pub(crate) fn first_blocked_by(self) -> (impl ExactSizeIterator<Item = PlannedJob<'r>>, bool) {
        let plan = &self.report.0.plan;
        let (first, more) = self.report.blame().first(self.planned.id());
        (first.iter().map(move |id| plan.job(*id)), more)
    }

    /// Its result as JSON (R19).
    pub fn output_json(self) -> Option<Result<serde_json::Value>> {
        Some(self.record().results.get(&self.planned.id())?.to_json())
    }

    /// Its tries, first to last.
    pub fn tries(self) -> Vec<TryReport<'r>> {
        let mut tries = Vec::new();
        let mut index = self.record().last_try[self.planned.id().index()];
        while index != NONE {
            let record = &self.record().tries[index as usize];
            tries.push(TryReport { report: self.report, index, record });
            index = record.previous;
        }
        tries.reverse();
        tries
    }

    fn record(self) -> &'r Record {
        &self.report.0.record
    }
}

/// What came of one try.
#[derive(Clone, Copy)]
pub struct TryReport<'r> {
    report: &'r Report,
    index: u32,
    record: &'r TryRecord,
}

impl<'r> TryReport<'r> {
    /// Which try of its job it is, counted from 1.
    pub fn number(self) -> u32 {
        self.record.number
    }

    /// The round that it belonged to (R4), counted from 1.
    pub fn round(self) -> u32 {
        self.record.round
    }

    /// When it started, counted from the start of the run.
    pub fn started(self) -> Duration {
        Duration::from_nanos(self.record.started)
    }

    /// When its last phase ended, counted from the start of the run.
    pub fn ended(self) -> Duration {
        self.record.phases().map(|(_, end, _)| end).max().unwrap_or_else(|| self.started())
    }

    /// Its phases, in their order.
    pub fn phases(self) -> impl Iterator<Item = PhaseReport<'r>> {
        let errors = &self.report.0.record.phase_errors;
        self.record.phases().map(move |(phase, ended, passed)| {
            let error = errors.get(&(self.index, phase));
            PhaseReport { phase, passed, ended, error }
        })
    }

    /// Why it failed: as [`JobReport::error`], which is that of the last try. The error of a recheck has that of its run among
    /// its causes.
    pub fn error(self) -> Option<Error> {
        if self.passed() {
            return None;
        }
        let told: Vec<_> = self.phases().filter_map(|phase| Some((phase.phase, phase.error?))).collect();
        let (phase, error) = *told.last()?;
        let of_run = told.iter().find(|(other, _)| phase == Phase::Recheck && *other == Phase::Run);
        Some(of_run.map_or_else(|| error.clone(), |(_, reason)| error.clone().because((*reason).clone())))
    }

    /// Whether it passed: its last phase did.
    pub fn passed(self) -> bool {
        self.phases().last().is_some_and(|phase| phase.passed)
    }
}

/// What came of one phase of a try.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PhaseReport<'r> {
    /// Which phase.
    pub phase: Phase,
    /// Whether it passed.
    pub passed: bool,
    /// When it ended, counted from the start of the run.
    pub ended: Duration,
    /// Why it failed; the check of a run-only job fails without a reason.
    pub error: Option<&'r Error>,
}

/// What came of one clean-up.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CleanupReport<'r> {
    /// The job.
    pub job: PlannedJob<'r>,
    /// After which of its tries.
    pub number: u32,
    /// Why it failed, if it did.
    pub error: Option<&'r Error>,
}

impl fmt::Debug for JobReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobReport")
            .field("name", &self.name())
            .field("status", &self.status())
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TryReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.phases()).finish()
    }
}

/// As an object, which the module [`json`](crate::json) documents.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Report", 11)?;
        out.serialize_field("version", &json::REPORT_VERSION)?;
        out.serialize_field("success", &self.success())?;
        out.serialize_field("partial_success", &self.partial_success())?;
        out.serialize_field("no_act", &self.no_act())?;
        out.serialize_field("date", &json::date(self.date()))?;
        out.serialize_field("elapsed", &self.elapsed().as_secs_f64())?;
        out.serialize_field("jobs", &Each(|| self.jobs()))?;
        out.serialize_field("cleanups", &Each(|| self.cleanups()))?;
        out.serialize_field("races", &Each(|| self.races()))?;
        let overran = || self.overran().map(|(job, number)| serde_json::json!({ "job": job.name(), "try": number }));
        out.serialize_field("overran", &Each(overran))?;
        out.serialize_field("global", &self.global().to_json())?;
        out.end()
    }
}

impl Serialize for JobReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.planned.place();
        let result = self.record().results.get(&self.planned.id()).map(|result| result.json_of(self.name()));
        let result = result.transpose().map_err(serde::ser::Error::custom)?;
        let mut out = serializer.serialize_struct("Job", 13)?;
        out.serialize_field("name", self.name())?;
        out.serialize_field("description", self.planned.description())?;
        out.serialize_field("kind", &self.planned.kind())?;
        out.serialize_field("file", &place.file)?;
        out.serialize_field("line", &place.line)?;
        out.serialize_field("dependencies", &Each(|| self.planned.dependencies().map(PlannedJob::name)))?;
        out.serialize_field("status", &self.status())?;
        out.serialize_field("blocked_by", &Each(|| self.blocked_by().map(PlannedJob::name)))?;
        out.serialize_field("change", &self.change().map(|change| format!("{change:#}")))?;
        out.serialize_field("preliminary", &self.preliminary())?;
        out.serialize_field("error", &self.error())?;
        out.serialize_field("result", &result)?;
        out.serialize_field("tries", &self.tries())?;
        out.end()
    }
}

impl Serialize for TryReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Try", 5)?;
        out.serialize_field("number", &self.number())?;
        out.serialize_field("round", &self.round())?;
        out.serialize_field("passed", &self.passed())?;
        out.serialize_field("started", &self.started().as_secs_f64())?;
        out.serialize_field("phases", &Each(|| self.phases()))?;
        out.end()
    }
}

impl Serialize for PhaseReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Phase", 4)?;
        out.serialize_field("phase", &self.phase)?;
        out.serialize_field("passed", &self.passed)?;
        out.serialize_field("ended", &self.ended.as_secs_f64())?;
        out.serialize_field("error", &self.error)?;
        out.end()
    }
}

impl Serialize for CleanupReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Cleanup", 3)?;
        out.serialize_field("job", self.job.name())?;
        out.serialize_field("try", &self.number)?;
        out.serialize_field("error", &self.error)?;
        out.end()
    }
}

/// A list that is written as it is walked.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
