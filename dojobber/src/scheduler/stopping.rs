//! Ending early: tries whose time is over (R20), and whole runs (R23).

use rustc_hash::FxHashSet;

use super::{Entered, Next, Scheduler, Why};
use crate::plan::{JobId, id};
use crate::status::Status;

#[derive(Default)]
pub(super) struct Stopping {
    /// Nothing new starts.
    halted: bool,
    /// When the run was cancelled.
    cancelled: Option<u64>,
    /// Tries that have yet to be stopped because of that, last first.
    to_stop: Vec<Entered>,
    /// And those that then have yet to be given up, last first.
    to_give_up: Vec<Entered>,
    /// Async jobs whose tries are in blocking code.
    blocking: FxHashSet<JobId>,
}

impl Stopping {
    pub(super) fn is_halted(&self) -> bool {
        self.halted
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }
}

impl Scheduler {
    /// Nothing new is to start, and what is under way is to end as soon as it can.
    pub(crate) fn cancel(&mut self, now: u64) {
        if self.stopping.is_cancelled() {
            return;
        }
        self.halt();
        self.stopping.cancelled = Some(now);
        let running = (0..self.jobs.len()).map(id).filter(|job| self.jobs[job.index()].is_running);
        let mut jobs: Vec<_> = running.chain(self.settling.jobs()).collect();
        jobs.sort_unstable_by(|one, other| other.cmp(one));
        self.stopping.to_stop = jobs.into_iter().map(|job| self.try_of(job)).collect();
        self.stopping.to_give_up.clone_from(&self.stopping.to_stop);
    }

    /// Whether nothing new starts, since the run was cancelled or its time is over by now.
    pub(crate) fn is_over(&mut self, now: u64) -> bool {
        self.keep_deadline(now);
        self.stopping.is_cancelled()
    }

    #[inline]
    fn keep_deadline(&mut self, now: u64) {
        if self.settings.deadline.is_some_and(|deadline| deadline <= now) && !self.closed {
            self.cancel(now);
        }
    }

    /// Nothing new is to start.
    pub(super) fn halt(&mut self) {
        self.stopping.halted = true;
        while self.ready.pop().is_some() {}
        self.delayed.clear();
        self.limits.forget_waiting();
    }

    /// What is to be done about tries, or the run, that shall not go on.
    #[inline]
    pub(super) fn next_to_stop(&mut self, now: u64) -> Option<Next> {
        self.keep_deadline(now);
        if let Some((deadline, job)) = self.expiries.first().copied()
            && deadline <= now
        {
            self.expiries.pop_first();
            self.time_is_over(job, now);
            return Some(Next::Stop(self.try_of(job), Why::TimedOut));
        }
        let cancelled = self.stopping.cancelled?;
        while let Some(stop) = self.stopping.to_stop.pop() {
            if self.is_open(stop) {
                self.settling.end(stop.job);
                return Some(Next::Stop(stop, Why::Cancelled));
            }
        }
        if cancelled.saturating_add(self.settings.grace) > now {
            return None;
        }
        self.give_up()
    }

    /// The first of the tries that can be given up now.
    fn give_up(&mut self) -> Option<Next> {
        let mut to_give_up = std::mem::take(&mut self.stopping.to_give_up);
        to_give_up.retain(|entered| self.is_open(*entered));
        let first = to_give_up.iter().rposition(|entered| self.can_be_left(entered.job));
        let given_up = first.map(|index| to_give_up.remove(index));
        self.stopping.to_give_up = to_give_up;
        let given_up = given_up?;
        self.leave(given_up.job);
        self.stopping.blocking.remove(&given_up.job);
        self.entered.retain(|entered| *entered != given_up);
        let unknown = self.is_preliminary(given_up.job);
        self.end_swept(given_up.job, if unknown { Status::Unknown } else { Status::Cancelled });
        Some(Next::GiveUp(given_up))
    }

    /// The running try of an async job is about to be in blocking code.
    #[cfg(feature = "tokio")]
    pub(crate) fn enter_blocking(&mut self, job: JobId) {
        self.stopping.blocking.insert(job);
    }

    /// That has returned. Says whether the try was not given up meanwhile.
    #[cfg(feature = "tokio")]
    pub(crate) fn leave_blocking(&mut self, job: JobId) -> bool {
        self.stopping.blocking.remove(&job)
    }

    /// Whether the job's running try is where it can't be ended, but be given up. Async code is dropped at its `.await`,
    /// whenever it comes there.
    pub(crate) fn can_be_left(&self, job: JobId) -> bool {
        !self.policy(job).is_async || self.stopping.blocking.contains(&job)
    }

    /// When the run is to be cancelled, or not to be waited for any more.
    pub(super) fn next_of_stopping(&self) -> Option<u64> {
        let time = match self.stopping.cancelled {
            // Clean-ups may take their time.
            None => self.settings.deadline.filter(|_| !self.closed)?,
            Some(cancelled) => {
                let can_be = |entered: &Entered| self.is_open(*entered) && self.can_be_left(entered.job);
                self.stopping.to_give_up.iter().any(can_be).then(|| cancelled.saturating_add(self.settings.grace))?
            }
        };
        // What is farther away than time can be counted never comes.
        (time != u64::MAX).then_some(time)
    }

    /// Whether the try holds a slot, or settles, or did and has yet to end.
    fn is_open(&self, Entered { job, number }: Entered) -> bool {
        let state = &self.jobs[job.index()];
        state.tries == number && (state.is_running || self.settling.contains(job))
    }
}
