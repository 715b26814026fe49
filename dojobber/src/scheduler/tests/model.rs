//! The rules once more, as naively as can be: what happened is kept try by try, and everything else is looked up
//! there, job by job, whenever somebody asks.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::case::{Case, Part};
use super::driver::{Judged, Step, Trace};
use crate::plan::JobId;
use crate::scheduler::{Entered, Next, Start, TryOutcome, Verdict};
use crate::status::Status;

/// The scheduler said and did at every step what the rules say.
pub(super) fn agrees(case: &Case, trace: &Trace) -> Judged {
    let mut model = Model::new(case);
    for (index, entry) in trace.0.iter().enumerate() {
        let said = match entry.step {
            Step::Asked(_) => Step::Asked(model.next(entry.at)),
            Step::EnteredRun { job, .. } => Step::EnteredRun { job, kept: model.entered_run(job) },
            Step::Finished { job, outcome, .. } => Step::Finished { job, outcome, verdict: model.finish(job, outcome) },
            Step::Cancelled => {
                model.cancelled = true;
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

/// For each job, all that it needs, at any distance, by place.
pub(super) fn below(case: &Case) -> Vec<Vec<JobId>> {
    let mut below: Vec<Vec<JobId>> = Vec::new();
    for job in &case.jobs {
        let further = job.dependencies.iter().flat_map(|dependency| below[dependency.index()].iter());
        let all: BTreeSet<_> = job.dependencies.iter().chain(further).copied().collect();
        below.push(all.into_iter().collect());
    }
    below
}

struct Model<'c> {
    case: &'c Case,
    /// By job: one below it has failed.
    barred: Vec<bool>,
    /// By job.
    tries: Vec<Vec<Try>>,
    /// To be cleaned up after, in the order of R7.
    entered: Vec<Entered>,
    cleanup: bool,
    cancelled: bool,
    /// No try is running, and none will start.
    over: bool,
    /// By job: its end has been told.
    told: Vec<bool>,
}

struct Try {
    started: u64,
    round: u32,
    outcome: Option<TryOutcome>,
    /// It returned after the cancellation.
    late: bool,
}

impl<'c> Model<'c> {
    fn new(case: &'c Case) -> Self {
        Self {
            case,
            barred: vec![false; case.jobs.len()],
            tries: case.jobs.iter().map(|_| Vec::new()).collect(),
            entered: Vec::new(),
            cleanup: case.cleanup,
            cancelled: false,
            over: false,
            told: vec![false; case.jobs.len()],
        }
    }

    fn next(&mut self, now: u64) -> Next {
        let running = self.case.ids().filter(|job| self.is_running(*job)).count();
        let mut waits = Vec::new();
        if !self.cancelled && running < self.case.slots as usize {
            let open: Vec<_> = self.case.ids().filter_map(|job| self.next_try(job)).collect();
            // Of the tries that may start now, the one with the lowest (round, place) starts (R4).
            let lowest = open.iter().filter(|(due, ..)| *due <= now).map(|(_, round, job)| (*round, *job)).min();
            if let Some((round, job)) = lowest {
                let tries = &mut self.tries[job.index()];
                tries.push(Try { started: now, round, outcome: None, late: false });
                let number = u32::try_from(tries.len()).unwrap();
                return Next::Start(Start { job, number, round, deadline: None });
            }
            waits.extend(open.iter().map(|(due, ..)| *due));
        }
        if running > 0 || !waits.is_empty() {
            return Next::Wait(waits.into_iter().min());
        }
        self.over = true;
        if self.cleanup
            && let Some(entered) = self.entered.pop()
        {
            return Next::CleanUp(entered);
        }
        Next::Done
    }

    fn entered_run(&mut self, job: JobId) -> bool {
        let kept = self.case.job(job).has_cleanup;
        if kept {
            let number = u32::try_from(self.tries[job.index()].len()).unwrap();
            self.entered.push(Entered { job, number });
        }
        kept
    }

    fn finish(&mut self, job: JobId, outcome: TryOutcome) -> Verdict {
        let late = self.cancelled;
        let last = self.tries[job.index()].last_mut().unwrap();
        (last.outcome, last.late) = (Some(outcome), late);
        let due = last.started.saturating_add(self.case.job(job).retry_delay);
        self.look_below();
        match self.status(job) {
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
        let dependencies = &self.case.job(job).dependencies;
        let is_tried = !matches!(self.case.job(job).part, Part::Whole | Part::Lacking);
        let is_free = is_tried && self.is_free(job);
        if !is_free || self.is_running(job) || self.status(job).is_some() {
            return None;
        }
        if let Some(last) = self.tries[job.index()].last() {
            let due = last.started.saturating_add(self.case.job(job).retry_delay);
            return Some((due, last.round + 1, job));
        }
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
            let mut below = self.case.job(job).dependencies.iter().map(|needed| self.in_the_way(*needed));
            let is_barred = below.any(|below| self.barred[below.index()] || self.has_failed(below));
            self.barred[job.index()] = is_barred;
        }
    }

    fn status(&self, job: JobId) -> Option<Status> {
        let last = self.tries[job.index()].last();
        match last.and_then(|last| last.outcome) {
            Some(TryOutcome::Held) => Some(Status::Ok),
            Some(TryOutcome::Changed) => Some(Status::Changed),
            Some(TryOutcome::WouldRun) => Some(Status::WouldRun),
            Some(TryOutcome::Skipped) => Some(Status::Skipped),
            _ if self.has_failed(job) => Some(Status::Failed),
            None if self.has_passed(job) => Some(Status::Ok),
            _ if self.barred[job.index()] => Some(if self.case.no_act { Status::Unknown } else { Status::Blocked }),
            _ if self.over || last.is_some_and(|last| last.late) => Some(Status::Cancelled),
            _ => None,
        }
    }

    /// All its tries failed. In no-act, there is one, and one that would run counts as failed (R8).
    fn has_failed(&self, job: JobId) -> bool {
        let tries = &self.tries[job.index()];
        match tries.last().and_then(|last| last.outcome) {
            Some(TryOutcome::WouldRun) => true,
            Some(TryOutcome::Failed) => self.case.no_act || tries.len() == self.case.job(job).script.len(),
            Some(_) => false,
            None => self.case.job(job).part == Part::Lacking && self.is_free(job),
        }
    }

    fn has_passed(&self, job: JobId) -> bool {
        let last = self.tries[job.index()].last().and_then(|last| last.outcome);
        match self.case.job(job).part {
            Part::Whole => self.is_free(job),
            _ => matches!(last, Some(TryOutcome::Held | TryOutcome::Changed | TryOutcome::Skipped)),
        }
    }

    fn is_running(&self, job: JobId) -> bool {
        self.tries[job.index()].last().is_some_and(|last| last.outcome.is_none())
    }
}
