//! Limits: how many tries at once may hold what they share (R21).

use std::collections::BTreeSet;

use super::Scheduler;
use crate::plan::JobId;

pub(super) struct Limits {
    /// How many more tries may hold each.
    free: Vec<u32>,
    /// Tries that may start but for this limit, by round and place. When it comes free, the first of them may; where
    /// another limit then stands in its way, it waits for that one, and the next of these may.
    parked: Vec<BTreeSet<(u32, JobId, JobId)>>,
}

impl Limits {
    pub(super) fn new(sizes: &[u32]) -> Self {
        Self { free: sizes.to_vec(), parked: vec![BTreeSet::new(); sizes.len()] }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.free.is_empty()
    }

    #[cfg(test)]
    pub(super) fn free(&self) -> &[u32] {
        &self.free
    }

    pub(super) fn forget_waiting(&mut self) {
        self.parked.iter_mut().for_each(BTreeSet::clear);
    }
}

impl Scheduler {
    /// How many more tries may hold each limit.
    #[cfg(test)]
    pub(crate) fn free_limits(&self) -> &[u32] {
        self.limits.free()
    }

    /// Takes the first of the tries that may start, by round and place, whose limits are all free. It holds them now.
    #[inline]
    pub(super) fn pop_startable(&mut self) -> Option<(u32, JobId)> {
        if self.limits.is_empty() {
            return self.ready.pop();
        }
        self.first_startable()?;
        let (round, job) = self.ready.pop()?;
        for limit in self.limits_of(job) {
            self.limits.free[limit] -= 1;
        }
        Some((round, job))
    }

    /// That try: round, place, job.
    pub(super) fn first_startable(&mut self) -> Option<(u32, JobId, JobId)> {
        loop {
            let (round, place, job) = self.ready.peek()?;
            let limits = if self.limits.is_empty() { Vec::new() } else { self.limits_of(job) };
            let Some(full) = limits.iter().position(|limit| self.limits.free[*limit] == 0) else {
                return Some((round, place, job));
            };
            self.ready.pop();
            self.limits.parked[limits[full]].insert((round, place, job));
            // What it doesn't take, another one may.
            for (index, limit) in limits.into_iter().enumerate() {
                if index != full && self.limits.free[limit] > 0 {
                    self.unpark(limit);
                }
            }
        }
    }

    pub(super) fn release_limits(&mut self, job: JobId) {
        for limit in self.limits_of(job) {
            self.limits.free[limit] += 1;
            self.unpark(limit);
        }
    }

    fn unpark(&mut self, limit: usize) {
        if let Some((round, _, job)) = self.limits.parked[limit].pop_first() {
            self.push_ready(round, job);
        }
    }

    fn limits_of(&self, job: JobId) -> Vec<usize> {
        self.terms(job).limits.iter().map(|limit| usize::from(*limit)).collect()
    }
}
