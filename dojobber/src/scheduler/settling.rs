//! Tries whose goal takes a while to show: pauses between one recheck and the next (R5).

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Next, Scheduler};
use crate::plan::{JobId, SECOND};

/// Tries that pause. They hold their limits, and no slot.
#[derive(Default)]
pub(super) struct Settling {
    /// When each goes on, or, if it is time, its place in the queue for a slot.
    paused: FxHashMap<JobId, Pause>,
    due: BTreeSet<(u64, JobId)>,
    /// By round and place.
    resumable: BTreeSet<(u32, JobId, JobId)>,
    /// Of those whose time is over, when they are told again.
    told_again: FxHashMap<JobId, u64>,
}

enum Pause {
    Until(u64),
    Over(u32, JobId),
    /// For good: it was told to end, and hasn't yet.
    Ends,
}

/// So long may one take to end whose time is over, before that is told again.
const MOMENT: u64 = SECOND;

impl Settling {
    pub(super) fn is_empty(&self) -> bool {
        self.paused.is_empty()
    }

    pub(super) fn next_due(&self) -> Option<u64> {
        self.due.first().map(|(due, _)| *due)
    }

    pub(super) fn jobs(&self) -> impl Iterator<Item = JobId> {
        self.paused.keys().copied()
    }

    pub(super) fn has_resumable(&self) -> bool {
        !self.resumable.is_empty()
    }

    pub(super) fn contains(&self, job: JobId) -> bool {
        self.paused.contains_key(&job)
    }

    /// If it pauses, it doesn't go on. Says whether it would have.
    pub(super) fn end(&mut self, job: JobId) -> bool {
        let Some(pause) = self.paused.get_mut(&job) else { return false };
        match std::mem::replace(pause, Pause::Ends) {
            Pause::Until(due) => self.due.remove(&(due, job)),
            Pause::Over(round, place) => self.resumable.remove(&(round, place, job)),
            Pause::Ends => false,
        }
    }

    pub(super) fn remove(&mut self, job: JobId) {
        self.end(job);
        self.paused.remove(&job);
    }
}

impl Scheduler {
    /// How many tries that paused were told to end, and haven't yet: all but those that wait.
    pub(crate) fn ending(&self) -> u32 {
        let Settling { paused, due, resumable, .. } = &self.settling;
        u32::try_from(paused.len() - due.len() - resumable.len()).unwrap_or(u32::MAX)
    }

    /// The time of the job's try is over. One that pauses ends at once, but for its value, whose drop may hang: if it has
    /// not ended in a moment, that is told as of those that run.
    pub(super) fn time_is_over(&mut self, job: JobId, now: u64) {
        if self.settling.end(job)
            && let Some(again) = now.checked_add(MOMENT)
        {
            self.settling.told_again.insert(job, again);
            self.expiries.insert((again, job));
        }
    }

    /// The job's try, which paused, is over.
    pub(super) fn leave_settling(&mut self, job: JobId) {
        self.settling.remove(job);
        if let Some(again) = self.settling.told_again.remove(&job) {
            self.expiries.remove(&(again, job));
        }
    }

    /// The recheck of the job's running try has failed, and `ran` is when its run ended. `None`: that counts. Else the
    /// try pauses until then, and [goes on](Next::Resume) when a slot is free.
    pub(crate) fn settle(&mut self, job: JobId, ran: u64, now: u64) -> Option<u64> {
        let terms = self.terms(job);
        let end = ran.saturating_add(terms.settle);
        if now >= end || self.stopping.is_cancelled() {
            return None;
        }
        let due = now.saturating_add(terms.settle_interval).min(end);
        self.jobs[job.index()].is_running = false;
        self.running -= 1;
        self.settling.paused.insert(job, Pause::Until(due));
        self.settling.due.insert((due, job));
        Some(due)
    }

    /// Tries that have paused for long enough wait for a slot.
    pub(super) fn collect_rested(&mut self, now: u64) {
        while let Some((due, job)) = self.settling.due.first().copied()
            && due <= now
        {
            self.settling.due.pop_first();
            let (round, place) = (self.jobs[job.index()].round, self.place(job));
            self.settling.paused.insert(job, Pause::Over(round, place));
            self.settling.resumable.insert((round, place, job));
        }
    }

    /// The first of them, unless one that starts comes first.
    pub(super) fn next_to_resume(&mut self) -> Option<Next> {
        let first = *self.settling.resumable.first()?;
        if self.first_startable().is_some_and(|other| other < first) {
            return None;
        }
        let (_, _, job) = first;
        self.settling.remove(job);
        self.jobs[job.index()].is_running = true;
        self.running += 1;
        Some(Next::Resume(self.try_of(job)))
    }
}
