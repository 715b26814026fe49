//! Which failures a job waits behind (R15), and the verdict on the run (R9).

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::plan::{JobId, id};
use crate::status::Status;

/// So many blockers of each job are known beforehand: as many as outputs for people name.
const FIRST: usize = 50;

/// For every job, the jobs that keep it from being tried: those that failed, or in no-act would run or can't tell, at
/// any distance below it; not those in between.
///
/// Where many failed, all lists together could be as long as the square of the graph. So of each job just the first few
/// are found out beforehand, in one pass; the rest when somebody asks for them all.
pub(crate) struct Blame {
    /// A job's list, in [`Blame::lists`]; list 0 is the empty one.
    of: Vec<u32>,
    /// The same of cancelled jobs: they wait behind nothing, but what is above them does. They are families that were tried,
    /// and whose members would need what has failed.
    through: FxHashMap<JobId, u32>,
    lists: Vec<Arc<First>>,
}

/// The first blockers of a job, in the order of ids, and whether there are more.
#[derive(Default, PartialEq, Eq, Hash)]
struct First {
    jobs: Vec<JobId>,
    more: bool,
}

/// What stands in a job's way, of what it needs directly.
enum InTheWay {
    /// A blocker.
    Itself,
    /// Those that this one waits behind.
    Behind,
    Nothing,
}

impl Blame {
    /// One pass over all jobs, `order` having each behind those that it needs. Jobs with the same blockers share one
    /// list.
    pub(crate) fn new<N: Iterator<Item = JobId>>(
        order: &[JobId],
        needs: impl Fn(JobId) -> N,
        status: impl Fn(JobId) -> Option<Status>,
    ) -> Self {
        Self::of_first(FIRST, order, needs, status)
    }

    fn of_first<N: Iterator<Item = JobId>>(
        most: usize,
        order: &[JobId],
        needs: impl Fn(JobId) -> N,
        status: impl Fn(JobId) -> Option<Status>,
    ) -> Self {
        let mut lists = Lists::new(most);
        let mut blame = Self { of: vec![0; order.len()], through: FxHashMap::default(), lists: Vec::new() };
        let mut parts = Vec::new();
        for job in order {
            parts.clear();
            let is_cancelled = status(*job) == Some(Status::Cancelled);
            if is_cancelled || is_behind(status(*job)) {
                for dependency in needs(*job) {
                    match blame.in_the_way(dependency, &status) {
                        InTheWay::Itself => parts.push(lists.number(First { jobs: vec![dependency], more: false })),
                        InTheWay::Behind => parts.push(blame.list_of(dependency)),
                        InTheWay::Nothing => {}
                    }
                }
                parts.sort_unstable();
                parts.dedup();
            }
            match lists.union(&parts) {
                0 => {}
                list if is_cancelled => drop(blame.through.insert(*job, list)),
                list => blame.of[job.index()] = list,
            }
        }
        Self { lists: lists.all, ..blame }
    }

    /// The first of the jobs that block this one, in the order of ids, and whether there are more.
    pub(crate) fn first(&self, job: JobId) -> (&[JobId], bool) {
        let First { jobs, more } = &*self.lists[self.of[job.index()] as usize];
        (jobs, *more)
    }

    /// All jobs that block this one, in the order of ids. `needs` and `status` are those that this was made of.
    pub(crate) fn all<N: Iterator<Item = JobId>>(
        &self,
        job: JobId,
        needs: impl Fn(JobId) -> N,
        status: impl Fn(JobId) -> Option<Status>,
    ) -> Vec<JobId> {
        let (first, more) = self.first(job);
        if !more {
            return first.to_vec();
        }
        let mut seen = FxHashSet::from_iter([job]);
        let (mut stack, mut blockers) = (vec![job], Vec::new());
        while let Some(above) = stack.pop() {
            for dependency in needs(above) {
                match self.in_the_way(dependency, &status) {
                    InTheWay::Itself if seen.insert(dependency) => blockers.push(dependency),
                    InTheWay::Behind if seen.insert(dependency) => stack.push(dependency),
                    _ => {}
                }
            }
        }
        blockers.sort_unstable();
        blockers
    }

    /// All blockers of each job of a graph that nothing has been added to. Of these, so many are found out beforehand.
    #[cfg(test)]
    pub(super) fn of_graph(most: usize, graph: &crate::plan::Graph, statuses: &[Status]) -> Vec<Vec<JobId>> {
        let order: Vec<_> = (0..graph.policies.len()).map(id).collect();
        let needs = |job| graph.dependencies.of(job).iter().copied();
        let status = |job: JobId| Some(statuses[job.index()]);
        let blame = Self::of_first(most, &order, needs, status);
        let blockers = order.into_iter().map(|job| {
            let (all, (first, more)) = (blame.all(job, needs, status), blame.first(job));
            assert_eq!((&all[..all.len().min(most)], all.len() > most), (first, more), "of {job:?}");
            all
        });
        blockers.collect()
    }

    fn list_of(&self, job: JobId) -> u32 {
        self.through.get(&job).copied().unwrap_or(self.of[job.index()])
    }

    fn in_the_way(&self, dependency: JobId, status: impl Fn(JobId) -> Option<Status>) -> InTheWay {
        match status(dependency) {
            Some(Status::Failed | Status::WouldRun) => InTheWay::Itself,
            // It was checked, and can't tell.
            Some(Status::Unknown) if self.of[dependency.index()] == 0 => InTheWay::Itself,
            status if is_behind(status) || self.through.contains_key(&dependency) => InTheWay::Behind,
            _ => InTheWay::Nothing,
        }
    }
}

fn is_behind(status: Option<Status>) -> bool {
    matches!(status, Some(Status::Blocked | Status::Unknown))
}

/// Lists of jobs, each once.
struct Lists {
    /// How long they may be.
    most: usize,
    all: Vec<Arc<First>>,
    numbers: FxHashMap<Arc<First>, u32>,
}

impl Lists {
    fn new(most: usize) -> Self {
        let mut lists = Self { most, all: Vec::new(), numbers: FxHashMap::default() };
        lists.number(First::default());
        lists
    }

    fn number(&mut self, list: First) -> u32 {
        if let Some(number) = self.numbers.get(&list) {
            return *number;
        }
        let (list, number) = (Arc::new(list), id(self.all.len()).0);
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
                let lists = || parts.iter().map(|part| &self.all[*part as usize]);
                let mut jobs: Vec<_> = lists().flat_map(|list| list.jobs.iter().copied()).collect();
                jobs.sort_unstable();
                jobs.dedup();
                let more = jobs.len() > self.most || lists().any(|list| list.more);
                jobs.truncate(self.most);
                self.number(First { jobs, more })
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
