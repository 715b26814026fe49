//! All that the page shows, as data.

use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::drawing::Drawing;
use super::timeline::{Lanes, Timeline};
use super::times::critical;
use super::transcript::{Span, Taken, TryTaken, What};
use crate::catch::catch;
use crate::context::Phase;
use crate::error::Error;
use crate::event::Stream;
use crate::job::Kind;
use crate::output::graph::{Model, WORST_FIRST, look};
use crate::output::json;
use crate::plan::JobId;
use crate::report::{JobReport, Report, TryReport};
use crate::status::Status;

/// Handing a slot over takes less than this, and is no wait.
const HAND_OVER: Duration = Duration::from_micros(100);

/// The page's data. Times are seconds from the start of the run, jobs are numbers.
#[derive(Serialize)]
pub(super) struct Page<'r> {
    title: &'r str,
    success: bool,
    no_act: bool,
    date: String,
    elapsed: f64,
    interrupted_by: Option<i32>,
    cancelled: Option<f64>,
    /// How statuses look, the worst first.
    looks: Vec<LookData>,
    jobs: Vec<JobData<'r>>,
    cleanups: Vec<CleanupData<'r>>,
    races: Vec<String>,
    critical: Vec<usize>,
    timeline: Timeline,
    graph: Drawing,
}

#[derive(Serialize)]
struct LookData {
    status: Status,
    word: &'static str,
    mark: &'static str,
    fill: Option<&'static str>,
    ink: Option<&'static str>,
}

#[derive(Serialize)]
struct JobData<'r> {
    name: &'r str,
    description: &'r str,
    kind: Kind,
    family: Option<&'r str>,
    file: String,
    line: u32,
    most_tries: u32,
    needs: Vec<usize>,
    status: Option<Status>,
    /// The first of them, and whether there are more.
    blocked_by: (Vec<usize>, bool),
    error: Option<&'r Error>,
    /// What its check said is to change.
    change: Option<String>,
    /// What it would be by its check alone.
    preliminary: Option<Status>,
    /// As JSON to read, or why there is none.
    result: Option<String>,
    tries: Vec<TryData<'r>>,
}

#[derive(Serialize)]
struct TryData<'r> {
    number: u32,
    round: u32,
    passed: bool,
    started: f64,
    ended: f64,
    /// For a slot or a limit.
    waited: f64,
    overran: bool,
    phases: Vec<PhaseData<'r>>,
    /// When, in which phase, who, what.
    lines: Vec<(f64, Phase, Stream, String)>,
    forgotten: usize,
}

#[derive(Serialize)]
struct PhaseData<'r> {
    phase: Phase,
    passed: bool,
    started: f64,
    ended: f64,
    error: Option<&'r Error>,
}

#[derive(Serialize)]
struct CleanupData<'r> {
    job: usize,
    number: u32,
    error: Option<&'r Error>,
}

impl<'r> Page<'r> {
    pub(super) fn new(report: &'r Report, taken: &Taken, title: &'r str, collapse_above: usize) -> Self {
        Maker::new(report, taken).page(title, collapse_above)
    }
}

/// What is known of the run while the page is made.
struct Maker<'r, 't> {
    report: &'r Report,
    taken: &'t Taken,
    /// Each behind those that it needs.
    order: Vec<JobId>,
    /// By their ids.
    numbers: Vec<usize>,
    /// By their numbers; none for those that were not tried.
    ended: Vec<Option<Duration>>,
    overran: FxHashSet<(JobId, u32)>,
    /// Of families that came into being during the run: when they did, and what their members waited for with them.
    families: FxHashMap<JobId, (Duration, Vec<usize>)>,
    nothing: TryTaken,
    lanes: Lanes,
}

impl<'r, 't> Maker<'r, 't> {
    fn new(report: &'r Report, taken: &'t Taken) -> Self {
        let order = report.plan().topological();
        let mut numbers = vec![0; order.len()];
        for (number, job) in order.iter().enumerate() {
            numbers[job.index()] = number;
        }
        let mut maker = Self {
            report,
            taken,
            order,
            numbers,
            ended: Vec::new(),
            overran: report.overran().map(|(job, number)| (job.id(), number)).collect(),
            families: FxHashMap::default(),
            nothing: TryTaken::default(),
            lanes: Lanes::default(),
        };
        maker.families = report.jobs().filter_map(|job| maker.family(job)).collect();
        maker.ended = report.jobs().map(|job| maker.ended(job)).collect();
        maker
    }

    fn page(mut self, title: &'r str, collapse_above: usize) -> Page<'r> {
        let report = self.report;
        let jobs: Vec<_> = report.jobs().enumerate().map(|(number, job)| self.job(number, job)).collect();
        let cleanups = report.cleanups().map(|cleanup| {
            let (job, number) = (self.number(cleanup.job.id()), cleanup.number);
            self.clean_up(cleanup.job.id(), number, cleanup.error.is_some());
            CleanupData { job, number, error: cleanup.error }
        });
        let cleanups = cleanups.collect();
        let model = Model::new(report.plan(), |job| report.status_of(job), collapse_above);
        Page {
            title,
            success: report.success(),
            no_act: report.no_act(),
            date: json::date(report.date()),
            elapsed: report.elapsed().as_secs_f64(),
            interrupted_by: report.interrupted_by(),
            cancelled: self.taken.cancelled.map(|at| at.as_secs_f64()),
            looks: WORST_FIRST.iter().map(|status| look_data(*status)).collect(),
            jobs,
            cleanups,
            races: report.races().collect(),
            critical: critical(&self.ended, |job| self.waited_for(job)),
            graph: Drawing::new(&model, &self.numbers),
            timeline: self.lanes.timeline(),
        }
    }

    fn number(&self, job: JobId) -> usize {
        self.numbers[job.index()]
    }

    fn ended(&self, job: JobReport<'_>) -> Option<Duration> {
        let last = *job.tries().last()?;
        let told = self.taken.ended.get(&job.planned().id()).copied();
        Some(told.unwrap_or_else(|| self.try_ended(job.planned().id(), last)))
    }

    fn taken(&self, job: JobId, number: u32) -> &TryTaken {
        self.taken.tries.get(&(job, number)).unwrap_or(&self.nothing)
    }

    fn try_ended(&self, job: JobId, one: TryReport<'_>) -> Duration {
        self.taken(job, one.number()).ended.unwrap_or_else(|| one.ended())
    }

    fn family(&self, job: JobReport<'_>) -> Option<(JobId, (Duration, Vec<usize>))> {
        let (plan, id) = (self.report.plan(), job.planned().id());
        let made = plan.is_late_family(id).then(|| job.tries().last().copied()).flatten()?;
        let others = plan.needs(id).filter(|need| plan.late_family_of(*need) != Some(id));
        Some((id, (self.try_ended(id, made), others.map(|need| self.number(need)).collect())))
    }

    /// The family that called the job into being during the run.
    fn late_family(&self, job: usize) -> Option<&(Duration, Vec<usize>)> {
        self.families.get(&self.report.plan().late_family_of(self.order[job])?)
    }

    /// What had to end before this job could start. A member waits for what its family had to know, too.
    fn waited_for(&self, job: usize) -> impl Iterator<Item = usize> {
        let own = self.report.plan().needs(self.order[job]).map(|need| self.number(need));
        own.chain(self.late_family(job).into_iter().flat_map(|(_, others)| others.iter().copied()))
    }

    /// When its first try could have started, if there was a slot.
    fn ready(&self, job: usize) -> Duration {
        let ended = self.waited_for(job).filter_map(|need| self.ended[need]).max();
        let born = self.late_family(job).map(|(born, _)| *born);
        ended.max(born).unwrap_or_default()
    }

    fn job(&mut self, number: usize, job: JobReport<'r>) -> JobData<'r> {
        let planned = job.planned();
        let place = planned.place();
        let plan = self.report.plan();
        let (blockers, more) = job.first_blocked_by();
        let blockers = blockers.map(|blocker| self.number(blocker.id())).collect();
        // How a result becomes data is the user's code.
        let result = match catch(|| job.output_json().transpose()) {
            Ok(result) => result.map(|result| format!("{result:#}")),
            Err(error) => Some(format!("(it can't be told as JSON: {error})")),
        };
        JobData {
            name: job.name(),
            description: planned.description(),
            kind: planned.kind(),
            family: plan.family_name(planned.id()),
            file: place.file,
            line: place.line,
            most_tries: planned.tries(),
            needs: planned.dependencies().map(|need| self.number(need.id())).collect(),
            status: job.status(),
            blocked_by: (blockers, more),
            error: job.error(),
            change: job.change().map(|change| format!("{change:#}")),
            preliminary: job.preliminary(),
            result,
            tries: self.tries(number, job),
        }
    }

    fn tries(&mut self, number: usize, job: JobReport<'r>) -> Vec<TryData<'r>> {
        let id = job.planned().id();
        let mut tries = Vec::new();
        let mut ready = self.ready(number);
        for one in job.tries() {
            let (started, ended) = (one.started(), self.try_ended(id, one));
            let waited = started.saturating_sub(ready);
            if waited > HAND_OVER {
                self.lanes.wait(number, one.number(), "queue", (ready, started));
            }
            let taken = self.taken(id, one.number());
            let retry_at = taken.retry_at;
            let spans = spans(one, taken);
            let phases = one.phases().map(|phase| PhaseData {
                phase: phase.phase,
                passed: phase.passed,
                started: first_of(&spans, phase.phase).unwrap_or(phase.ended).as_secs_f64(),
                ended: phase.ended.as_secs_f64(),
                error: phase.error,
            });
            tries.push(TryData {
                number: one.number(),
                round: one.round(),
                passed: one.passed() || (one.phases().next().is_none() && job.status() == Some(Status::Skipped)),
                started: started.as_secs_f64(),
                ended: ended.as_secs_f64(),
                waited: if waited > HAND_OVER { waited.as_secs_f64() } else { 0. },
                overran: self.overran.contains(&(id, one.number())),
                phases: phases.collect(),
                lines: lines(taken),
                forgotten: taken.forgotten,
            });
            let failed = !tries.last().is_some_and(|one| one.passed);
            self.lanes.one_try(number, one.number(), (started, ended), &spans, failed);
            ready = retry_at.unwrap_or(ended).max(ended);
            if let Some(retry_at) = retry_at {
                let next = job.tries().get(one.number() as usize).map(|next| next.started());
                let until = next.or(self.ended[number]).unwrap_or(retry_at).min(retry_at);
                self.lanes.wait(number, one.number() + 1, "retry", (ended, until));
            }
        }
        tries
    }

    fn clean_up(&mut self, job: JobId, number: u32, failed: bool) {
        if let Some(interval) = self.taken.cleanups.get(&(job, number)).copied() {
            self.lanes.clean_up(self.number(job), number, interval, failed);
        }
    }
}

fn look_data(status: Status) -> LookData {
    let look = look(Some(status));
    let (fill, ink) = look.colours.map(|colours| (colours.fill, colours.ink)).unzip();
    LookData { status, word: status.as_str(), mark: look.mark, fill, ink }
}

/// As they were told; else each phase from where the one before it ended.
fn spans(one: TryReport<'_>, taken: &TryTaken) -> Vec<Span> {
    if !taken.spans.is_empty() {
        return taken.spans.clone();
    }
    let mut from = one.started();
    let spans = one.phases().map(|phase| {
        let start = std::mem::replace(&mut from, phase.ended);
        Span { what: What::Phase(phase.phase), from: start, to: Some(phase.ended), passed: Some(phase.passed) }
    });
    spans.collect()
}

fn first_of(spans: &[Span], phase: Phase) -> Option<Duration> {
    spans.iter().find(|span| span.what == What::Phase(phase)).map(|span| span.from)
}

fn lines(taken: &TryTaken) -> Vec<(f64, Phase, Stream, String)> {
    let line = |line: &super::transcript::Line| (line.at.as_secs_f64(), line.phase, line.stream, line.text.clone());
    taken.lines.iter().map(line).collect()
}
