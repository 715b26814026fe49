//! What holds of every run whatever the order is, read off the trace step by step. Nothing here knows of rounds.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::case::{Act, Cancel, Case, Part};
use super::growth::with_unborn;
use super::trace::{Judged, Step, Trace};
use crate::plan::JobId;
use crate::scheduler::{Blame, Entered, Next, RunVerdict, Start, TryOutcome, Verdict, Why};
use crate::status::Status;

/// No step breaks a rule that can be seen from outside. Returns how each job ended.
pub(super) fn hold(case: &Case, trace: &Trace) -> Judged<Vec<Status>> {
    let mut seen = Seen {
        case,
        jobs: vec![Job::default(); case.jobs.len()],
        entered: Vec::new(),
        cleanup: case.cleanup,
        cancelled: false,
    };
    for entry in &trace.0 {
        // A family passes because its last member did.
        if let Step::Finished { job, outcome, verdict } = entry.step {
            seen.finish(job, outcome, verdict)?;
        }
        for (job, status) in &entry.swept {
            let is_whole = case.job(*job).part == Part::Whole && seen.are_met(*job);
            prop_assert!(!status.passed() || is_whole, "{job:?} passed untried");
            seen.end(*job, *status)?;
        }
        match entry.step {
            Step::Asked(Next::Start(start)) => seen.start(start, entry.at)?,
            Step::Asked(Next::Wait(until)) => seen.wait(until, entry.at)?,
            Step::Asked(Next::CleanUp(entered)) => seen.clean_up(entered)?,
            Step::Asked(Next::Done) => seen.done()?,
            // What runs here ends as it does, told or not.
            Step::Asked(Next::Stop(_, Why::Cancelled)) => prop_assert!(seen.cancelled, "stopped, but nobody did that"),
            Step::Asked(other) => return Err(TestCaseError::fail(format!("it said {other:?}"))),
            Step::Settled { until, .. } => prop_assert_eq!(until, None, "nothing settles"),
            Step::EnteredRun { job, kept } => seen.enter_run(job, kept)?,
            Step::Finished { .. } => {}
            Step::Cancelled => seen.cancelled = true,
            Step::CleanUpOrdered => seen.cleanup = true,
        }
    }
    prop_assert!(seen.entered.is_empty(), "not cleaned up: {:?}", seen.entered);
    seen.all_is_over()?;
    Ok(with_unborn(case, &seen.jobs.iter().map(|job| job.ended).collect::<Vec<_>>()))
}

/// What has been seen of the run so far.
struct Seen<'c> {
    case: &'c Case,
    jobs: Vec<Job>,
    /// Tries to be cleaned up after.
    entered: Vec<Entered>,
    cleanup: bool,
    cancelled: bool,
}

#[derive(Clone, Default)]
struct Job {
    tries: u32,
    last_start: Option<u64>,
    running: bool,
    ended: Option<Status>,
}

impl Seen<'_> {
    /// R5: a try may start once all dependencies have passed, when the last try has returned and the delay from its
    /// start is over.
    fn may_start(&self, job: JobId, at: u64) -> bool {
        let state = &self.jobs[job.index()];
        let Some(earliest) = self.earliest(job) else { return false };
        earliest <= at && !state.running && state.ended.is_none()
    }

    fn earliest(&self, job: JobId) -> Option<u64> {
        let scripted = self.case.job(job);
        let last_start = self.jobs[job.index()].last_start;
        let earliest = last_start.map_or(0, |last| last.saturating_add(scripted.terms.retry_delay));
        self.are_met(job).then_some(earliest)
    }

    /// All that it needs has passed.
    fn are_met(&self, job: JobId) -> bool {
        let has_passed = |dependency: &JobId| self.jobs[dependency.index()].ended.is_some_and(Status::passed);
        self.case.job(job).dependencies.iter().all(has_passed)
    }

    /// Whether it has come into being.
    fn is_there(&self, job: JobId) -> bool {
        let each = self.case.each_of(job).map(|each| self.jobs[each.index()].ended);
        each.is_none_or(|ended| ended.is_some_and(Status::passed))
    }

    fn running(&self) -> usize {
        self.jobs.iter().filter(|job| job.running).count()
    }

    fn start(&mut self, Start { job, number, .. }: Start, at: u64) -> Judged {
        prop_assert!(self.may_start(job, at), "{job:?} started too early, at {at}");
        prop_assert!(!self.cancelled, "{job:?} started though cancelled");
        let state = &mut self.jobs[job.index()];
        state.tries += 1;
        prop_assert_eq!(number, state.tries);
        prop_assert!(number as usize <= self.case.job(job).script.len(), "{job:?} tried too often");
        (state.last_start, state.running) = (Some(at), true);
        prop_assert!(self.running() <= self.case.slots as usize, "more tries than slots, at {at}");
        Ok(())
    }

    /// A job that waits, or a round, never holds back a job that may be tried; and nothing is waited for in vain.
    fn wait(&self, until: Option<u64>, at: u64) -> Judged {
        let full = self.running() == self.case.slots as usize;
        let held_back = self.case.ids().find(|job| self.may_start(*job, at));
        prop_assert!(full || self.cancelled || held_back.is_none(), "{:?} was held back, at {}", held_back, at);
        if let Some(until) = until {
            prop_assert!(!full && !self.cancelled, "a wait for a time that changes nothing");
            prop_assert!(self.case.ids().any(|job| self.may_start(job, until)), "a wait for nothing, until {}", until);
        }
        prop_assert!(until.is_some() || self.running() > 0, "a wait without end");
        Ok(())
    }

    fn enter_run(&mut self, job: JobId, kept: bool) -> Judged {
        prop_assert_eq!(kept, self.case.job(job).has_cleanup);
        if kept {
            self.entered.push(Entered { job, number: self.jobs[job.index()].tries });
        }
        Ok(())
    }

    fn finish(&mut self, job: JobId, outcome: TryOutcome, verdict: Verdict) -> Judged {
        self.jobs[job.index()].running = false;
        let has_tries_left = (self.jobs[job.index()].tries as usize) < self.case.job(job).script.len();
        let expected = match outcome {
            TryOutcome::Held => Status::Ok,
            TryOutcome::Changed => Status::Changed,
            TryOutcome::WouldRun => Status::WouldRun,
            TryOutcome::Skipped => Status::Skipped,
            TryOutcome::Failed if self.case.no_act || !has_tries_left => Status::Failed,
            TryOutcome::Failed if self.cancelled => Status::Cancelled,
            TryOutcome::Failed => {
                prop_assert_eq!(Some(verdict), self.earliest(job).map(Verdict::Retry));
                return Ok(());
            }
            other => return Err(TestCaseError::fail(format!("it was {other:?}"))),
        };
        prop_assert_eq!(verdict, Verdict::Ended(expected));
        self.end(job, expected)
    }

    /// Each job ends once, and not while a try of it runs.
    fn end(&mut self, job: JobId, status: Status) -> Judged {
        prop_assert!(!self.jobs[job.index()].running, "{job:?} ended while it was tried");
        let before = self.jobs[job.index()].ended.replace(status);
        prop_assert_eq!(before, None, "{:?} ended again", job);
        prop_assert!(self.is_there(job), "{:?} ended before it came into being", job);
        prop_assert!(status != Status::Cancelled || self.cancelled, "{:?} is cancelled, but nobody did that", job);
        Ok(())
    }

    /// R7: the last that was entered is the first, and all tries have returned. Once all jobs have ended, no try can
    /// start any more.
    fn clean_up(&mut self, entered: Entered) -> Judged {
        self.all_is_over()?;
        prop_assert!(self.cleanup, "cleaned up without an order to");
        prop_assert_eq!(self.entered.pop(), Some(entered));
        Ok(())
    }

    fn done(&self) -> Judged {
        self.all_is_over()?;
        prop_assert!(!self.cleanup || self.entered.is_empty(), "done before it is cleaned up");
        Ok(())
    }

    fn all_is_over(&self) -> Judged {
        let is_open = |job: JobId| self.jobs[job.index()].running || self.jobs[job.index()].ended.is_none();
        let open = self.case.ids().find(|job| is_open(*job) && self.is_there(*job));
        prop_assert_eq!(open, None, "a job has not ended");
        Ok(())
    }
}

/// Without a cancellation, the scripts alone decide how jobs end: neither slots nor times do.
pub(super) fn scripts_decide(case: &Case, statuses: &[Status]) -> Judged {
    if case.cancel != Cancel::Never {
        return Ok(());
    }
    let mut fates: Vec<Status> = Vec::new();
    for job in &case.jobs {
        let can_be_tried = job.dependencies.iter().all(|dependency| fates[dependency.index()].passed());
        let mut acts = job.script.iter().map(|scene| scene.act);
        fates.push(match (can_be_tried, case.no_act) {
            (false, false) => Status::Blocked,
            (false, true) => Status::Unknown,
            (true, false) => match acts.find(|act| matches!(act, Act::Holds | Act::Changes)) {
                Some(Act::Holds) => Status::Ok,
                Some(_) => Status::Changed,
                None => Status::Failed,
            },
            (true, true) => match job.script[0].act {
                Act::Holds => Status::Ok,
                Act::FailsBefore => Status::Failed,
                _ => Status::WouldRun,
            },
        });
    }
    prop_assert_eq!(statuses, fates);
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

/// R15: exactly the jobs above a failed one are blocked, and each names all that failed below it. But a family that was
/// tried, and cancelled before it came into being, is not, only what is above it (R23).
pub(super) fn blame_is_reachability(case: &Case, statuses: &[Status]) -> Judged {
    let blame = Blame::of_graph(3, &case.graph(), statuses);
    let below = below(case);
    let fails = |job: &JobId| match statuses[job.index()] {
        Status::Failed | Status::WouldRun => true,
        // In no-act: its check was called, and can't tell.
        Status::Unknown => below[job.index()].iter().all(|below| statuses[below.index()].passed()),
        _ => false,
    };
    let barred = if case.no_act { Status::Unknown } else { Status::Blocked };
    for (job, below) in case.ids().zip(&below) {
        let is_tried_family = statuses[job.index()] == Status::Cancelled && !case.job(job).to_come.is_empty();
        let blockers: Vec<_> = below.iter().copied().filter(|below| !is_tried_family && fails(below)).collect();
        prop_assert_eq!(&blame[job.index()], &blockers, "of {:?}", job);
        let is_barred = statuses[job.index()] == barred && !fails(&job);
        prop_assert_eq!(is_barred, !blockers.is_empty(), "{:?}", job);
    }
    Ok(())
}

/// R9, in its own words.
pub(super) fn verdict_is_fair(statuses: &[Status]) -> Judged {
    let all_passed = statuses.iter().filter(|status| status.passed()).count() == statuses.len();
    let partial_success = statuses.contains(&Status::Ok) || statuses.contains(&Status::Changed);
    for cleanups_failed in [false, true] {
        let verdict = RunVerdict::of(statuses.iter().copied().map(Some), cleanups_failed);
        let expected = RunVerdict { success: all_passed && !cleanups_failed, partial_success };
        prop_assert_eq!(verdict, expected, "clean-ups failed: {}", cleanups_failed);
    }
    Ok(())
}
