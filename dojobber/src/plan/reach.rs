//! Whether jobs need other ones at any distance, for those who ask often while a run is under way.

use rustc_hash::FxHashMap;

use super::{JobId, Plan};

/// How many answers are kept, so that a large run doesn't fill the memory with them.
const KEPT: usize = 1 << 22;

/// What has been found out. Each job on the way is gone over once for each job that is asked about, however many ask.
///
/// Answers last: who asks is under way, so all that it needs has come into being.
#[derive(Default)]
pub(crate) struct Reach {
    /// For each job that was asked about, whether another one needs it.
    on: FxHashMap<JobId, FxHashMap<JobId, bool>>,
    kept: usize,
}

impl Reach {
    /// Whether a job comes behind another one, at any distance: it needs that, or its family does, or it is a member
    /// which that one's `each` called into being.
    pub(crate) fn depends(&mut self, plan: &Plan, job: JobId, on: JobId) -> bool {
        if self.kept > KEPT {
            *self = Self::default();
        }
        let known = self.on.entry(on).or_default();
        let before = known.len();
        let answer = search(plan, job, on, known);
        self.kept += known.len() - before;
        answer
    }
}

/// Depth first. A way that was found is one from all jobs on it; of one that has been left, there is none.
fn search(plan: &Plan, job: JobId, on: JobId, known: &mut FxHashMap<JobId, bool>) -> bool {
    if let Some(answer) = known.get(&job) {
        return *answer;
    }
    let mut way = vec![(job, plan.behind(job))];
    while let Some((above, needs)) = way.last_mut() {
        let Some(need) = needs.next() else {
            known.insert(*above, false);
            way.pop();
            continue;
        };
        if need == on || known.get(&need) == Some(&true) {
            known.extend(way.into_iter().map(|(job, _)| (job, true)));
            return true;
        }
        // The family that called the member into being needs its fellows, which the member doesn't.
        let is_family = plan.late_family_of(*above) == Some(need);
        if !is_family && !plan.is_before(need, on) && !known.contains_key(&need) {
            way.push((need, plan.behind(need)));
        }
    }
    false
}

impl Plan {
    /// What a job comes directly behind: what it needs, and of a member that came into being during the run its family,
    /// and what that needed to do so.
    fn behind(&self, job: JobId) -> impl Iterator<Item = JobId> {
        let family = self.late_family_of(job);
        let of_family = family.map(|family| self.graph.dependencies.of(family)).unwrap_or_default();
        self.needs(job).chain(family).chain(of_family.iter().copied())
    }

    /// Whether it is known that it doesn't need the other one: of jobs that were there before the run, none needs a
    /// later one.
    fn is_before(&self, job: JobId, other: JobId) -> bool {
        job < other && other.index() < self.nodes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynjob::DynJob;
    use crate::plan::id;
    use crate::runner::DoJobber;

    #[test]
    fn answers_as_the_graph_does_whatever_was_asked_before() {
        for seed in 0..50 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut dojob = DoJobber::new();
            let jobs = 30;
            for job in 0..jobs {
                let deps = (0..job).filter(|_| random.u8(..100) < 8).map(|dep| dep.to_string()).collect::<Vec<_>>();
                dojob.add(DynJob::new(job.to_string()).deps(deps)).root_named(job.to_string());
            }
            let plan = dojob.plan().unwrap();
            // All that each job comes behind: what it needs has a smaller id.
            let mut behind: Vec<Vec<bool>> = Vec::new();
            for job in 0..jobs {
                let mut all = vec![false; jobs];
                for need in plan.needs(id(job)) {
                    all[need.index()] = true;
                    all.iter_mut().zip(&behind[need.index()]).for_each(|(all, further)| *all |= further);
                }
                behind.push(all);
            }
            let mut reach = Reach::default();
            for _ in 0..400 {
                let (job, on) = (random.usize(..jobs), random.usize(..jobs));
                assert_eq!(reach.depends(&plan, id(job), id(on)), behind[job][on], "{seed}: {job} on {on}");
            }
        }
    }
}
