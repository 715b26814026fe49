//! The floors: the same graphs, hand-written, with nothing but the calls and the counting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::graphs::Shape;

/// Closures, how many dependencies of each have not been called, and what needs each.
pub(crate) struct Floor {
    calls: Vec<Box<dyn Fn() -> bool + Send + Sync>>,
    missing: Vec<AtomicU32>,
    counts: Vec<u32>,
    dependents: Vec<Vec<u32>>,
    left: AtomicUsize,
    done: tokio::sync::Notify,
}

impl Floor {
    pub(crate) fn new(shape: Shape, jobs: usize) -> Self {
        let mut dependents = vec![Vec::new(); jobs];
        let mut counts = Vec::with_capacity(jobs);
        for index in 0..jobs {
            let mut needs = shape.needs(index, jobs);
            needs.sort_unstable();
            needs.dedup();
            counts.push(u32::try_from(needs.len()).unwrap());
            for need in needs {
                dependents[need].push(u32::try_from(index).unwrap());
            }
        }
        let calls = (0..jobs)
            .map(|index| -> Box<dyn Fn() -> bool + Send + Sync> {
                Box::new(move || std::hint::black_box(index) < usize::MAX)
            })
            .collect();
        let missing = counts.iter().map(|count| AtomicU32::new(*count)).collect();
        Self { calls, missing, counts, dependents, left: AtomicUsize::new(jobs), done: tokio::sync::Notify::new() }
    }

    /// For another round.
    pub(crate) fn reset(&self) {
        for (missing, count) in self.missing.iter().zip(&self.counts) {
            missing.store(*count, Ordering::Relaxed);
        }
        self.left.store(self.calls.len(), Ordering::Relaxed);
    }

    fn first(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).zip(&self.counts).filter(|(_, count)| **count == 0).map(|(job, _)| job)
    }

    /// Calls one, and says which may be called next.
    fn call(&self, job: u32) -> impl Iterator<Item = u32> + '_ {
        assert!((self.calls[job as usize])());
        let freed = |dependent: &&u32| self.missing[**dependent as usize].fetch_sub(1, Ordering::AcqRel) == 1;
        self.dependents[job as usize].iter().filter(freed).copied()
    }

    /// A loop over an order, in one thread.
    pub(crate) fn in_order(&self) -> usize {
        self.calls.iter().filter(|call| call()).count()
    }

    pub(crate) fn rayon(&self, pool: &rayon::ThreadPool) {
        fn spawn<'s>(floor: &'s Floor, job: u32, scope: &rayon::Scope<'s>) {
            scope.spawn(move |scope| floor.call(job).for_each(|next| spawn(floor, next, scope)));
        }
        pool.scope(|scope| self.first().for_each(|job| spawn(self, job, scope)));
    }

    pub(crate) async fn tokio(self: &Arc<Self>) {
        fn spawn(floor: &Arc<Floor>, job: u32) {
            let floor = Arc::clone(floor);
            tokio::spawn(async move {
                floor.call(job).for_each(|next| spawn(&floor, next));
                if floor.left.fetch_sub(1, Ordering::AcqRel) == 1 {
                    floor.done.notify_one();
                }
            });
        }
        self.first().for_each(|job| spawn(self, job));
        self.done.notified().await;
    }
}
