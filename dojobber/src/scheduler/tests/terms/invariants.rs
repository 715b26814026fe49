//! What holds of every run whatever the order is, read off the trace step by step. Nothing here knows of rounds.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::super::case::{Case, Part};
use super::super::trace::{Entry, Judged, Step, Trace};
use super::delays;
use crate::plan::{JobId, Terms};
use crate::scheduler::{Entered, Next, Start, TryOutcome, Verdict, Why};
use crate::status::Status;

/// No step breaks a rule that can be seen from outside. Returns how each job ended; members that never came into being
/// did not.
pub(super) fn hold(case: &Case, trace: &Trace) -> Judged<Vec<Option<Status>>> {
    let jobs = vec![Job::default(); case.jobs.len()];
    let mut seen = Seen { case, jobs, entered: Vec::new(), cleanup: case.cleanup, cancelled: None, closed: false };
    for entry in &trace.0 {
        seen.step(entry)?;
    }
    prop_assert!(seen.entered.is_empty(), "not cleaned up: {:?}", seen.entered);
    Ok(seen.jobs.iter().map(|job| job.ended).collect())
}

/// What has been seen of the run so far.
struct Seen<'c> {
    case: &'c Case,
    jobs: Vec<Job>,
    /// Tries to be cleaned up after.
    entered: Vec<Entered>,
    cleanup: bool,
    cancelled: Option<u64>,
    /// Nothing runs, and nothing will.
    closed: bool,
}

#[derive(Clone, Default)]
struct Job {
    tries: u32,
    last: Last,
    started: u64,
    /// When the next try may start.
    due: u64,
    /// When the last recheck failed.
    rechecked: Option<u64>,
    /// Why the last try was told to stop.
    told: Vec<Why>,
    ended: Option<Status>,
}

/// What the job's last try does.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    IsOver,
    Runs,
    PausesUntil(u64),
}

impl Seen<'_> {
    fn step(&mut self, entry: &Entry) -> Judged {
        let Entry { at, step, .. } = *entry;
        if let Step::Asked(next) = step {
            self.asked(next, at)?;
        }
        match step {
            Step::Finished { job, outcome, verdict } => self.finish(job, outcome, verdict, at)?,
            Step::Cancelled => self.cancelled = self.cancelled.or(Some(at)),
            Step::EnteredRun { job, kept } => self.enter_run(job, kept)?,
            Step::Settled { job, ran, until } => self.settle(job, ran, until, at)?,
            Step::CleanUpOrdered => self.cleanup = true,
            Step::Asked(_) => {}
        }
        for (job, status) in entry.ended() {
            self.end(job, status, step)?;
        }
        match step {
            Step::Asked(Next::CleanUp(entered)) => self.clean_up(entered),
            Step::Asked(Next::Done) => {
                prop_assert!(!self.cleanup || self.entered.is_empty(), "done before it is cleaned up");
                self.all_is_over()
            }
            _ => Ok(()),
        }
    }

    fn asked(&mut self, next: Next, at: u64) -> Judged {
        if self.case.deadline.is_some_and(|deadline| deadline <= at) && !self.closed {
            self.cancelled = self.cancelled.or(Some(at));
        }
        if !matches!(next, Next::Stop(..)) {
            let untold = self.case.ids().find(|job| self.to_be_told(*job, at).next().is_some());
            prop_assert_eq!(untold, None, "not told to stop at {}", at);
            let is_late = self.cancelled.is_some_and(|cancelled| cancelled.saturating_add(self.case.grace) <= at);
            let runs = self.running() > 0;
            prop_assert_eq!(matches!(next, Next::GiveUp(_)), is_late && runs, "it said {:?}, at {}", next, at);
        }
        match next {
            Next::Start(start) => self.start(start, at),
            Next::Resume(Entered { job, number }) => {
                prop_assert!(self.may_go_on(job, at), "{:?} went on too early, at {}", job, at);
                prop_assert_eq!(number, self.jobs[job.index()].tries);
                self.jobs[job.index()].last = Last::Runs;
                self.no_more_than_may()
            }
            Next::Stop(Entered { job, number }, why) => {
                prop_assert!(self.to_be_told(job, at).any(|told| told == why), "{:?} {:?} at {}", job, why, at);
                prop_assert_eq!(number, self.jobs[job.index()].tries);
                self.jobs[job.index()].told.push(why);
                Ok(())
            }
            Next::GiveUp(given_up) => {
                self.entered.retain(|entered| *entered != given_up);
                let state = &mut self.jobs[given_up.job.index()];
                prop_assert!(state.last == Last::Runs && state.tries == given_up.number);
                state.last = Last::IsOver;
                Ok(())
            }
            Next::Wait(until) => self.wait(until, at),
            Next::CleanUp(_) | Next::Done => {
                self.closed = true;
                Ok(())
            }
        }
    }

    /// Why the job's last try is to be told to stop, and has not been.
    fn to_be_told(&self, job: JobId, at: u64) -> impl Iterator<Item = Why> {
        let state = &self.jobs[job.index()];
        let deadline = self.terms(job).timeout.and_then(|timeout| state.started.checked_add(timeout));
        let timed_out = deadline.is_some_and(|deadline| deadline <= at).then_some(Why::TimedOut);
        let cancelled = self.cancelled.is_some().then_some(Why::Cancelled);
        let whys = timed_out.into_iter().chain(cancelled);
        whys.filter(|why| state.last != Last::IsOver && !state.told.contains(why))
    }

    fn start(&mut self, Start { job, number, deadline, .. }: Start, at: u64) -> Judged {
        prop_assert!(self.may_start(job, at), "{job:?} started at {at}");
        let timeout = self.terms(job).timeout;
        prop_assert_eq!(deadline, timeout.and_then(|timeout| at.checked_add(timeout)));
        let state = &mut self.jobs[job.index()];
        state.tries += 1;
        prop_assert_eq!(number, state.tries);
        prop_assert!(number as usize <= self.case.job(job).script.len(), "{job:?} tried too often");
        prop_assert!(number == 1 || !self.case.no_act, "{job:?} tried again, in no-act");
        (state.started, state.last, state.rechecked) = (at, Last::Runs, None);
        state.told.clear();
        self.no_more_than_may()
    }

    /// There are slots and limits for all that have started (R21).
    fn no_more_than_may(&self) -> Judged {
        prop_assert!(self.running() <= self.case.slots as usize, "more tries than slots");
        for (limit, most) in self.case.limits.iter().enumerate() {
            prop_assert!(self.held(limit) <= *most as usize, "more tries than limit {} lets", limit);
        }
        Ok(())
    }

    fn running(&self) -> usize {
        self.jobs.iter().filter(|job| job.last == Last::Runs).count()
    }

    fn held(&self, limit: usize) -> usize {
        let holds = |job: &JobId| {
            let has_limit = self.terms(*job).limits.iter().any(|held| usize::from(*held) == limit);
            has_limit && self.jobs[job.index()].last != Last::IsOver
        };
        self.case.ids().filter(holds).count()
    }

    /// Its dependencies have passed, its last try is over, and so is the wait behind that (R5); its limits are free.
    fn may_start(&self, job: JobId, at: u64) -> bool {
        let state = &self.jobs[job.index()];
        let is_idle = state.last == Last::IsOver && state.ended.is_none() && state.due <= at;
        let is_tried = !matches!(self.case.job(job).part, Part::Whole | Part::Lacking);
        let mut limits = self.terms(job).limits.iter().map(|limit| usize::from(*limit));
        let is_free = limits.all(|limit| self.held(limit) < self.case.limits[limit] as usize);
        is_idle && is_tried && is_free && self.are_met(job) && !self.is_halted()
    }

    fn may_go_on(&self, job: JobId, at: u64) -> bool {
        matches!(self.jobs[job.index()].last, Last::PausesUntil(until) if until <= at)
    }

    fn are_met(&self, job: JobId) -> bool {
        self.have_passed(&self.case.job(job).dependencies)
    }

    fn have_passed(&self, jobs: &[JobId]) -> bool {
        jobs.iter().all(|job| self.jobs[job.index()].ended.is_some_and(Status::passed))
    }

    fn is_halted(&self) -> bool {
        let has_failed = self.jobs.iter().any(|job| job.ended == Some(Status::Failed));
        self.cancelled.is_some() || self.case.fail_fast && has_failed
    }

    /// Nothing is held back that could start or go on, and nothing is waited for in vain.
    fn wait(&self, until: Option<u64>, at: u64) -> Judged {
        let could = |at| self.case.ids().find(|job| self.may_start(*job, at) || self.may_go_on(*job, at));
        if self.running() < self.case.slots as usize {
            prop_assert_eq!(could(at), None, "held back, at {}", at);
        }
        let open = self.case.ids().filter(|job| self.jobs[job.index()].last != Last::IsOver).count();
        prop_assert!(until.is_some() || open > 0, "a wait without end");
        let Some(until) = until else { return Ok(()) };
        prop_assert!(until > at, "a wait for the past");
        let of_tries = self.case.ids().any(|job| self.to_be_told(job, until).next().is_some());
        let of_run = match self.cancelled {
            None => self.case.deadline,
            Some(cancelled) => cancelled.checked_add(self.case.grace),
        };
        // A try whose time has come may find its limits full, but not before that.
        let of_retries = self.case.ids().any(|job| self.jobs[job.index()].due == until && self.are_met(job));
        let has_reason = of_tries || of_run == Some(until) || of_retries || could(until).is_some();
        prop_assert!(has_reason, "a wait for nothing, until {until}");
        Ok(())
    }

    fn enter_run(&mut self, job: JobId, kept: bool) -> Judged {
        prop_assert_eq!(kept, self.case.job(job).has_cleanup);
        if kept {
            self.entered.push(Entered { job, number: self.jobs[job.index()].tries });
        }
        Ok(())
    }

    /// Rechecks keep their interval, and the last of them comes when the time is over.
    fn settle(&mut self, job: JobId, ran: u64, until: Option<u64>, at: u64) -> Judged {
        let Terms { settle, settle_interval, .. } = *self.terms(job);
        let end = ran + settle;
        let state = &mut self.jobs[job.index()];
        prop_assert!(state.rechecked.is_none_or(|last| last + settle_interval <= at || end <= at), "too soon, at {at}");
        prop_assert_eq!(until.is_none(), at >= end || self.cancelled.is_some(), "settles at {}", at);
        if let Some(until) = until {
            prop_assert!(until == at + settle_interval || until == end && end < at + settle_interval);
            (state.rechecked, state.last) = (Some(at), Last::PausesUntil(until));
        }
        Ok(())
    }

    fn finish(&mut self, job: JobId, outcome: TryOutcome, verdict: Verdict, at: u64) -> Judged {
        let halted = self.is_halted();
        let Job { tries, started, .. } = self.jobs[job.index()];
        self.jobs[job.index()].last = Last::IsOver;
        let has_tries_left = (tries as usize) < self.case.job(job).script.len() && !self.case.no_act;
        let expected = match outcome {
            TryOutcome::Failed if has_tries_left && halted => Status::Cancelled,
            TryOutcome::Failed if has_tries_left => {
                let Verdict::Retry(due) = verdict else {
                    return Err(TestCaseError::fail(format!("{job:?} is not tried again")));
                };
                let terms = self.terms(job);
                let from = if terms.retry_backoff.0 > 1.0 { at } else { started };
                let (least, most) = delays(terms, tries);
                prop_assert!((from.saturating_add(least)..=from.saturating_add(most)).contains(&due), "due at {}", due);
                self.jobs[job.index()].due = due;
                return Ok(());
            }
            outcome => outcome.status(),
        };
        prop_assert_eq!(verdict, Verdict::Ended(expected));
        Ok(())
    }

    /// Each job ends once, for a reason, and not while a try of it runs.
    fn end(&mut self, job: JobId, status: Status, step: Step) -> Judged {
        prop_assert!(self.jobs[job.index()].last == Last::IsOver, "{:?} ended while it was tried", job);
        let of_try = matches!(step, Step::Finished { job: of, .. } if of == job);
        let barred = if self.case.no_act { Status::Unknown } else { Status::Blocked };
        let is_right = match status {
            _ if of_try => true,
            Status::Ok => self.case.job(job).part == Part::Whole && self.are_met(job),
            Status::Failed => self.case.job(job).part == Part::Lacking && self.are_met(job),
            Status::Cancelled => self.is_halted(),
            status => status == barred && !(self.are_met(job) && self.have_passed(&self.case.job(job).to_come)),
        };
        prop_assert!(is_right, "{:?} is {:?}", job, status);
        let before = self.jobs[job.index()].ended.replace(status);
        prop_assert_eq!(before, None, "{:?} ended again", job);
        Ok(())
    }

    /// R7: the last that was entered is the first, and all tries have returned.
    fn clean_up(&mut self, entered: Entered) -> Judged {
        self.all_is_over()?;
        prop_assert!(self.cleanup, "cleaned up without an order to");
        prop_assert_eq!(self.entered.pop(), Some(entered));
        Ok(())
    }

    fn all_is_over(&self) -> Judged {
        let passed = |job: JobId| self.jobs[job.index()].ended.is_some_and(Status::passed);
        let is_there = |job: JobId| self.case.each_of(job).is_none_or(passed);
        let is_open =
            |job: JobId| self.jobs[job.index()].last != Last::IsOver || self.jobs[job.index()].ended.is_none();
        prop_assert_eq!(self.case.ids().find(|job| is_open(*job) && is_there(*job)), None, "a job has not ended");
        Ok(())
    }

    fn terms(&self, job: JobId) -> &Terms {
        &self.case.job(job).terms
    }
}
