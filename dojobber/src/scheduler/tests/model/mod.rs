//! The rules once more, as naively as can be: what happened is kept try by try, and everything else is looked up
//! there, job by job, whenever somebody asks.

mod ending;
mod preliminary;

use proptest::prelude::*;

use super::case::{Case, Part};
use super::terms::delays;
use super::trace::{Judged, Step, Trace};
use crate::plan::JobId;
use crate::scheduler::{Entered, Next, Start, TryOutcome, Verdict, Why};
use crate::status::Status;

/// The scheduler said and did at every step what the rules say.
pub(super) fn agrees(case: &Case, trace: &Trace) -> Judged {
    let mut model = Model::new(case);
    for (index, entry) in trace.0.iter().enumerate() {
        let said = match entry.step {
            Step::Asked(next) => Step::Asked(model.next(entry.at, next)),
            Step::EnteredRun { job, .. } => Step::EnteredRun { job, kept: model.entered_run(job) },
            Step::Settled { job, ran, .. } => Step::Settled { job, ran, until: model.settle(job, ran, entry.at) },
            Step::Finished { job, outcome, verdict } => {
                Step::Finished { job, outcome, verdict: model.finish(job, outcome, entry.at, verdict) }
            }
            Step::Cancelled => {
                model.cancel(entry.at);
                Step::Cancelled
            }
            Step::CleanUpOrdered => {
                model.cleanup = true;
                Step::CleanUpOrdered
            }
        };
        let said = (said, model.sweep());
        let did = (entry.step, entry.swept.clone());
        prop_assert_eq!(did, said, "at {}, after {}", entry.at, Trace(trace.0[..index].to_vec()).in_short());
    }
    Ok(())
}

struct Model<'c> {
    case: &'c Case,
    /// By job: one below it has failed.
    barred: Vec<bool>,
    /// By job: it is a family that was tried, and whose members would need what has failed.
    lost: Vec<bool>,
    /// By job: what its check says is preliminary, in a deep no-act.
    preliminary: Vec<bool>,
    /// By job: it would run, or is unknown, and others look beyond it.
    open_ended: Vec<bool>,
    /// By job.
    tries: Vec<Vec<Try>>,
    /// To be cleaned up after, in the order of R7.
    entered: Vec<Entered>,
    cleanup: bool,
    /// When that happened.
    cancelled: Option<u64>,
    /// No try is running, and none will start.
    over: bool,
    /// By job: its end has been told.
    told: Vec<bool>,
    /// By job: all else that it needs had passed, and it lacked a member, while tries could start.
    lacks: Vec<bool>,
}

#[derive(Default)]
struct Try {
    started: u64,
    round: u32,
    has_run: bool,
    /// When it goes on, while it pauses.
    paused: Option<u64>,
    /// Why it was told to stop.
    told: Vec<Why>,
    outcome: Option<TryOutcome>,
    given_up: bool,
    /// It returned when nothing could start any more.
    late: bool,
    /// When the next one may start.
    due: u64,
}

impl Try {
    fn is_open(&self) -> bool {
        self.outcome.is_none() && !self.given_up
    }
}

impl<'c> Model<'c> {
    fn new(case: &'c Case) -> Self {
        Self {
            case,
            barred: vec![false; case.jobs.len()],
            lost: vec![false; case.jobs.len()],
            preliminary: vec![false; case.jobs.len()],
            open_ended: vec![false; case.jobs.len()],
            tries: case.jobs.iter().map(|_| Vec::new()).collect(),
            entered: Vec::new(),
            cleanup: case.cleanup,
            cancelled: None,
            over: false,
            told: vec![false; case.jobs.len()],
            lacks: vec![false; case.jobs.len()],
        }
    }

    /// What to do, which is what was said if that is right: the order among tries that are to end is no rule.
    fn next(&mut self, now: u64, said: Next) -> Next {
        if self.case.deadline.is_some_and(|deadline| deadline <= now) && !self.over {
            self.cancel(now);
        }
        let ending = self.ending(now);
        if let Some(first) = ending.first() {
            let next = *ending.iter().find(|next| **next == said).unwrap_or(first);
            self.end_early(next);
            return next;
        }
        let is_running = |job: &JobId| self.open(*job).is_some_and(|open| open.paused.is_none());
        let running = self.case.ids().filter(is_running).count();
        let has_slot = running < self.case.slots as usize;
        let halted = self.is_halted();
        let startable = self.case.ids().filter(|_| !halted).filter_map(|job| self.next_try(job));
        let startable: Vec<_> = startable.collect();
        let paused = |job| Some((self.open(job)?.paused?, self.open(job)?.round, job));
        let paused: Vec<_> = self.case.ids().filter_map(paused).collect();
        if has_slot {
            // Of the tries that may start or go on now, the one with the lowest (round, place) does (R4).
            let starts = startable.iter().filter(|(due, _, job)| *due <= now && self.fits(*job));
            let resumes = paused.iter().filter(|(due, ..)| *due <= now);
            let lowest = starts.map(|try_| (try_, true)).chain(resumes.map(|try_| (try_, false)));
            if let Some(((_, round, job), starts)) = lowest.min_by_key(|((_, round, job), _)| (*round, *job)) {
                return self.go(*round, *job, starts, now);
            }
        }
        if running > 0 || !paused.is_empty() || !startable.is_empty() {
            let dues = startable.iter().chain(&paused).filter(|_| has_slot).map(|(due, ..)| *due);
            let expiries = self.case.ids().filter_map(|job| self.expiry(job));
            let times = dues.filter(|due| *due > now).chain(expiries).chain(self.next_of_run(running > 0));
            return Next::Wait(times.min());
        }
        self.over = true;
        self.look_below();
        if self.cleanup
            && let Some(entered) = self.entered.pop()
        {
            return Next::CleanUp(entered);
        }
        Next::Done
    }

    /// The job's next try starts, or its last one goes on.
    fn go(&mut self, round: u32, job: JobId, starts: bool, now: u64) -> Next {
        let tries = &mut self.tries[job.index()];
        if starts {
            tries.push(Try { started: now, round, ..Try::default() });
        }
        let number = u32::try_from(tries.len()).unwrap();
        let last = tries.last_mut().unwrap();
        last.paused = None;
        if starts {
            let has_run = self.tries[job.index()].iter().any(|try_| try_.has_run);
            Next::Start(Start { job, number, round, deadline: self.expiry(job), has_run })
        } else {
            Next::Resume(Entered { job, number })
        }
    }

    /// None of the job's limits is held by as many as may (R21).
    fn fits(&self, job: JobId) -> bool {
        let limits_of = |job: JobId| self.case.job(job).terms.limits.iter();
        limits_of(job).all(|limit| {
            let held =
                self.case.ids().filter(|job| self.open(*job).is_some() && limits_of(*job).any(|has| has == limit));
            held.count() < self.case.limits[usize::from(*limit)] as usize
        })
    }

    /// Nothing starts any more.
    fn is_halted(&self) -> bool {
        let has_failed = |job| self.status(job) == Some(Status::Failed);
        self.cancelled.is_some() || self.case.fail_fast && self.case.ids().any(has_failed)
    }

    fn entered_run(&mut self, job: JobId) -> bool {
        let kept = self.case.job(job).has_cleanup;
        if let Some(last) = self.tries[job.index()].last_mut() {
            last.has_run = true;
        }
        if kept {
            let number = u32::try_from(self.tries[job.index()].len()).unwrap();
            self.entered.push(Entered { job, number });
        }
        kept
    }

    /// A recheck failed: another one follows after a while, as long as the time lasts, and one when it is over.
    fn settle(&mut self, job: JobId, ran: u64, now: u64) -> Option<u64> {
        let terms = &self.case.job(job).terms;
        let end = ran.saturating_add(terms.settle);
        let until = now.saturating_add(terms.settle_interval).min(end);
        let goes_on = now < end && self.cancelled.is_none();
        let last = self.tries[job.index()].last_mut().unwrap();
        last.paused = goes_on.then_some(until);
        last.paused
    }

    fn finish(&mut self, job: JobId, outcome: TryOutcome, now: u64, said: Verdict) -> Verdict {
        let late = self.is_halted();
        // No jitter, and the most there can be: anything between is right.
        let tries = u32::try_from(self.tries[job.index()].len()).unwrap();
        let delays = delays(&self.case.job(job).terms, tries);
        let last = self.tries[job.index()].last_mut().unwrap();
        (last.outcome, last.late) = (Some(outcome), late);
        let from = if self.case.job(job).terms.retry_backoff.0 > 1.0 { now } else { last.started };
        let due = from.saturating_add(delays.0)..=from.saturating_add(delays.1);
        last.due = match said {
            Verdict::Retry(said) if due.contains(&said) => said,
            _ => *due.start(),
        };
        let due = last.due;
        self.look_below();
        match self.status(job) {
            Some(_) if self.preliminary[job.index()] && outcome != TryOutcome::Interrupted => {
                self.told[job.index()] = true;
                Verdict::Preliminary(outcome.status())
            }
            Some(status) => {
                self.told[job.index()] = true;
                Verdict::Ended(status)
            }
            None => Verdict::Retry(due),
        }
    }

    /// Jobs that have ended, and whose end has not been told.
    fn sweep(&mut self) -> Vec<(JobId, Status)> {
        let untold = self.case.ids().filter(|job| !self.told[job.index()] && self.is_there(*job));
        let swept: Vec<_> = untold.filter_map(|job| Some((job, self.status(job)?))).collect();
        for (job, _) in &swept {
            self.told[job.index()] = true;
        }
        swept
    }

    /// The job's next try, if its dependencies have passed and it has neither ended nor is running: when the try may
    /// start (R5), its round (R4), and the job.
    fn next_try(&self, job: JobId) -> Option<(u64, u32, JobId)> {
        let is_tried = !matches!(self.case.job(job).part, Part::Whole | Part::Lacking);
        let is_free = is_tried && (self.is_free(job) || self.is_free_but_preliminary(job));
        if !is_free || self.open(job).is_some() || self.status(job).is_some() {
            return None;
        }
        if let Some(last) = self.tries[job.index()].last() {
            return Some((last.due, last.round + 1, job));
        }
        let dependencies = &self.case.job(job).dependencies;
        let rounds = dependencies.iter().map(|dependency| self.round(*dependency));
        Some((0, rounds.max().unwrap_or(1), job))
    }

    /// In which a job passed. A family does so with its last member.
    fn round(&self, job: JobId) -> u32 {
        let of_dependencies = self.case.job(job).dependencies.iter().map(|dependency| self.round(*dependency));
        match self.case.job(job).part {
            Part::Whole => of_dependencies.max().unwrap_or(1),
            _ => self.tries[job.index()].last().map_or(1, |last| last.round),
        }
    }

    /// Members come into being when their family's `each` passes.
    fn is_there(&self, job: JobId) -> bool {
        self.case.each_of(job).is_none_or(|each| self.has_passed(each))
    }

    /// What is in the way of those who need the job: while that is not there, the `each` is.
    fn in_the_way(&self, job: JobId) -> JobId {
        self.case.each_of(job).filter(|_| !self.is_there(job)).unwrap_or(job)
    }

    fn is_free(&self, job: JobId) -> bool {
        self.case.job(job).dependencies.iter().all(|dependency| self.has_passed(*dependency))
    }

    fn look_below(&mut self) {
        for job in self.case.ids().filter(|job| self.is_there(*job)).collect::<Vec<_>>() {
            if self.case.job(job).part == Part::Lacking && self.is_free(job) && !self.is_halted() {
                self.lacks[job.index()] = true;
            }
            let is_in_vain = |below: JobId| {
                let [barred, lost] = [&self.barred, &self.lost].map(|jobs| jobs[below.index()]);
                barred || lost || self.has_failed(below)
            };
            let is_open = |below: JobId| self.preliminary[below.index()] || self.open_ended[below.index()];
            let mut below = self.case.job(job).dependencies.iter().map(|needed| self.in_the_way(*needed));
            let mut to_come = self.to_come(job).iter().map(|needed| self.in_the_way(*needed));
            let lacks_to_come = to_come.any(|below| is_in_vain(below) || is_open(below));
            let is_tried = !self.tries[job.index()].is_empty();
            let is_barred = below.any(is_in_vain) || lacks_to_come && !is_tried;
            self.barred[job.index()] = is_barred;
            self.lost[job.index()] = lacks_to_come && is_tried;
            if self.case.deep {
                self.look_beyond(job);
            }
        }
    }

    /// What stands in the way of a family, besides, that can't come into being any more; of what is above it, if it has been
    /// tried.
    fn to_come(&self, job: JobId) -> &[JobId] {
        let is_in_vain = self.over && !self.has_passed(job);
        if is_in_vain { &self.case.job(job).to_come } else { &[] }
    }

    fn status(&self, job: JobId) -> Option<Status> {
        let last = self.tries[job.index()].last();
        match last.and_then(|last| last.outcome) {
            _ if self.preliminary[job.index()] => self.status_of_preliminary(job),
            Some(TryOutcome::Held) => Some(Status::Ok),
            Some(TryOutcome::Changed) => Some(Status::Changed),
            Some(TryOutcome::Skipped) => Some(Status::Skipped),
            Some(TryOutcome::WouldRun) => Some(Status::WouldRun),
            Some(TryOutcome::Unsure) => Some(Status::Unknown),
            Some(TryOutcome::Interrupted) => Some(Status::Cancelled),
            _ if self.has_failed(job) => Some(Status::Failed),
            None if self.has_passed(job) => Some(Status::Ok),
            _ if self.barred[job.index()] => Some(if self.case.no_act { Status::Unknown } else { Status::Blocked }),
            _ if self.over || last.is_some_and(|last| last.late || last.given_up) => Some(Status::Cancelled),
            _ => None,
        }
    }

    /// All its tries failed. In no-act, there is one, and one that would run, or can't tell, counts as failed (R8).
    fn has_failed(&self, job: JobId) -> bool {
        let tries = &self.tries[job.index()];
        match tries.last().and_then(|last| last.outcome) {
            _ if self.preliminary[job.index()] => false,
            Some(TryOutcome::WouldRun | TryOutcome::Unsure) if self.case.deep => false,
            Some(TryOutcome::WouldRun | TryOutcome::Unsure | TryOutcome::FailedForGood) => true,
            Some(TryOutcome::Failed) => self.case.no_act || tries.len() == self.case.job(job).script.len(),
            Some(_) => false,
            None => self.lacks[job.index()],
        }
    }

    fn has_passed(&self, job: JobId) -> bool {
        let last = self.tries[job.index()].last().and_then(|last| last.outcome);
        match self.case.job(job).part {
            Part::Whole => self.is_free(job),
            _ if self.preliminary[job.index()] => false,
            _ => matches!(last, Some(TryOutcome::Held | TryOutcome::Changed | TryOutcome::Skipped)),
        }
    }

    /// The job's try that runs or settles.
    fn open(&self, job: JobId) -> Option<&Try> {
        self.tries[job.index()].last().filter(|last| last.is_open())
    }
}
