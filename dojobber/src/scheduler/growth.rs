//! Families that come into being while the run goes on.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Job, Scheduler, Untried};
use crate::plan::{JobId, NewJob, Policy, Released, id};
use crate::status::Status;

/// A job that came to the graph during the run.
#[derive(Clone, Copy)]
pub(super) struct Grown {
    pub(super) policy: Policy,
    /// That of its family, whose place in the order it takes.
    pub(super) place: JobId,
}

impl Scheduler {
    /// The running try of a family has called its members into being, and so is over; they take the family's place in
    /// the order. The family ends when all of them have passed. Their ids follow those that there are; `released` had
    /// waited for the family, and `lacking` for members that it doesn't have: those fail instead of being tried.
    pub(crate) fn grow(&mut self, family: JobId, members: Vec<NewJob>, released: &[Released], lacking: &[JobId]) {
        self.leave(family);
        let round = self.jobs[family.index()].round;
        let place = self.place(family);
        self.jobs[family.index()].untried = Some(Untried::Made);
        self.missing[family.index()] = id(members.len()).0;
        let first = self.jobs.len();
        let mut barred = Vec::new();
        for (index, member) in members.into_iter().enumerate() {
            let job = id(first + index);
            self.grown.push(Grown { policy: member.policy, place });
            self.jobs.push(Job::new(round));
            self.missing.push(0);
            self.added.entry(job).or_default().push(family);
            for dependency in member.dependencies {
                self.depend(job, dependency, &mut barred);
            }
        }
        self.waiting.remove(&family);
        for Released { job, member } in released {
            if let Some(member) = member {
                // It waits for the member now, instead of the family.
                self.missing[job.index()] -= 1;
                self.depend(*job, *member, &mut barred);
            }
        }
        for job in barred {
            if self.jobs[job.index()].ended.is_none() {
                self.end_barred(job);
                self.bar(job);
            }
        }
        // What is barred must not be ready.
        for job in first..self.jobs.len() {
            if self.missing[job] == 0 && self.jobs[job].ended.is_none() {
                self.push_ready(self.jobs[job].round, id(job));
            }
        }
        for released in released.iter().filter(|released| released.member.is_none()) {
            self.pass_to(released.job, round);
        }
        for job in lacking {
            self.jobs[job.index()].untried = Some(Untried::Lacks);
            self.pass_to(*job, round);
        }
        if self.missing[family.index()] == 0 {
            self.end_swept(family, Status::Ok);
            self.pass(family);
        }
        self.fail_lacking();
    }

    /// All that has just passed has been seen to. Of the jobs that turn out to lack a member, those fail that would be tried
    /// if they didn't: with `fail_fast`, the first one.
    #[inline]
    pub(super) fn fail_lacking(&mut self) {
        if self.lacking.is_empty() {
            return;
        }
        let mut lacking = std::mem::take(&mut self.lacking);
        lacking.sort_unstable();
        for job in lacking {
            // As with others, no try starts.
            if !self.stopping.is_halted() {
                self.end_swept(job, Status::Failed);
                self.fail(job);
            }
        }
    }

    /// A new dependency, which may have ended already.
    fn depend(&mut self, job: JobId, dependency: JobId, barred: &mut Vec<JobId>) {
        let Job { ended, round, .. } = self.jobs[dependency.index()];
        match ended {
            Some(status) if status.passed() => {
                let state = &mut self.jobs[job.index()];
                state.round = state.round.max(round);
            }
            Some(Status::Cancelled) | None => {
                self.missing[job.index()] += 1;
                self.added.entry(dependency).or_default().push(job);
            }
            Some(_) if self.is_open_ended(dependency) => self.depend_on_open_end(job),
            Some(_) => barred.push(job),
        }
    }

    /// No try will start any more. A family that has not come into being stands on what its members would have needed, too
    /// (R15, R23). So does what is above it, also where the family was tried, and is cancelled as others are.
    pub(super) fn close_unborn(&mut self) {
        let graph = Arc::clone(&self.graph);
        let mut tried_in_vain = FxHashSet::default();
        // A family comes behind all that it needs, so what is barred here is known before what needs it is looked at.
        for (family, needed) in &graph.to_come {
            let Job { tries, ended, untried, .. } = self.jobs[family.index()];
            let is_unborn = untried.is_none() && ended.is_none_or(|status| status == Status::Cancelled);
            let is_in_vain = |status: Status| !status.passed() && status != Status::Cancelled;
            let needs_in_vain =
                self.jobs[needed.index()].ended.is_some_and(is_in_vain) || tried_in_vain.contains(needed);
            if is_unborn && needs_in_vain {
                if tries == 0 {
                    self.end_barred(*family);
                } else {
                    tried_in_vain.insert(*family);
                }
                self.bar(*family);
            }
        }
    }
}
