//! Which failures a job waits behind (R15), and the verdict on the run (R9).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::plan::{JobId, id};
use crate::status::Status;

/// For every job, the jobs that keep it from being tried: those that failed, or in no-act would run or can't tell, at
/// any distance below it; not those in between.
pub(crate) struct Blame {
    /// A job's list, in [`Blame::lists`]; list 0 is the empty one.
    of: Vec<u32>,
    lists: Vec<Arc<[JobId]>>,
}

impl Blame {
    /// One pass over all jobs, `order` having each behind those that it needs. Jobs with the same blockers share one
    /// list.
    pub(crate) fn new<N: Iterator<Item = JobId>>(
        order: &[JobId],
        needs: impl Fn(JobId) -> N,
        status: impl Fn(JobId) -> Option<Status>,
    ) -> Self {
        let mut lists = Lists::new();
        let mut of: Vec<u32> = vec![0; order.len()];
        let mut parts = Vec::new();
        for job in order {
            parts.clear();
            if matches!(status(*job), Some(Status::Blocked | Status::Unknown)) {
                for dependency in needs(*job) {
                    match status(dependency) {
                        Some(Status::Failed | Status::WouldRun) => parts.push(lists.number(&[dependency])),
                        // It was checked, and can't tell.
                        Some(Status::Unknown) if of[dependency.index()] == 0 => parts.push(lists.number(&[dependency])),
                        Some(Status::Blocked | Status::Unknown) => parts.push(of[dependency.index()]),
                        _ => {}
                    }
                }
                parts.sort_unstable();
                parts.dedup();
            }
            of[job.index()] = lists.union(&parts);
        }
        Self { of, lists: lists.all }
    }

    /// Of a graph that nothing has been added to.
    #[cfg(test)]
    pub(crate) fn of_graph(graph: &crate::plan::Graph, status: impl Fn(JobId) -> Option<Status>) -> Self {
        let order: Vec<_> = (0..graph.policies.len()).map(id).collect();
        Self::new(&order, |job| graph.dependencies.of(job).iter().copied(), status)
    }

    /// The jobs that block this one, in the order of places.
    pub(crate) fn blockers(&self, job: JobId) -> &[JobId] {
        &self.lists[self.of[job.index()] as usize]
    }
}

/// Lists of jobs, each once.
struct Lists {
    all: Vec<Arc<[JobId]>>,
    numbers: FxHashMap<Arc<[JobId]>, u32>,
}

impl Lists {
    fn new() -> Self {
        let mut lists = Self { all: Vec::new(), numbers: FxHashMap::default() };
        lists.number(&[]);
        lists
    }

    fn number(&mut self, list: &[JobId]) -> u32 {
        if let Some(number) = self.numbers.get(list) {
            return *number;
        }
        let (list, number): (Arc<[JobId]>, _) = (list.into(), id(self.all.len()).0);
        self.all.push(Arc::clone(&list));
        self.numbers.insert(list, number);
        number
    }

    /// Nearly always there is one part, since a failure below is a failure all the way up.
    fn union(&mut self, parts: &[u32]) -> u32 {
        match parts {
            [] => 0,
            [only] => *only,
            _ => {
                let mut merged: Vec<_> =
                    parts.iter().flat_map(|part| self.all[*part as usize].iter().copied()).collect();
                merged.sort_unstable();
                merged.dedup();
                self.number(&merged)
            }
        }
    }
}

/// The verdict on a run (R9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunVerdict {
    /// Every job passed.
    pub(crate) success: bool,
    /// Any job is `Ok` or `Changed`.
    pub(crate) partial_success: bool,
}

impl RunVerdict {
    pub(crate) fn of(statuses: impl IntoIterator<Item = Option<Status>>, cleanups_failed: bool) -> Self {
        let mut verdict = Self { success: !cleanups_failed, partial_success: false };
        for status in statuses {
            verdict.success &= status.is_some_and(Status::passed);
            verdict.partial_success |= matches!(status, Some(Status::Ok | Status::Changed));
        }
        verdict
    }
}
