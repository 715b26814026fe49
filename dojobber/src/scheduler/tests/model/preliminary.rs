//! Jobs that are checked though one that they need would run (R8).

use super::Model;
use crate::plan::JobId;
use crate::scheduler::TryOutcome;
use crate::scheduler::tests::case::Part;
use crate::status::Status;

impl Model<'_> {
    /// Whether the job is preliminary, and whether it has ended so that others look beyond it. Of all that it needs this
    /// is known.
    pub(super) fn look_beyond(&mut self, job: JobId) {
        let needs = &self.case.job(job).dependencies;
        // It waits for a member of a family that does not come into being, or for that alone.
        let is_in_vain = |needed: &JobId| {
            let below = self.in_the_way(*needed);
            let is_whole = self.case.job(*needed).part == Part::Whole;
            self.case.job(below).part == Part::Each && !is_whole && self.open_ended[below.index()]
        };
        let is_barred = self.barred[job.index()] || needs.iter().any(is_in_vain);
        let below: Vec<_> = needs.iter().map(|needed| self.in_the_way(*needed).index()).collect();
        let is_preliminary =
            !is_barred && below.iter().any(|below| self.preliminary[*below] || self.open_ended[*below]);
        let last = self.tries[job.index()].last().and_then(|last| last.outcome);
        let has_ended = match self.case.job(job).part {
            Part::Each | Part::Whole | Part::Lacking => is_preliminary && self.all_have_ended(job),
            _ if is_preliminary => last.is_some(),
            _ => matches!(last, Some(TryOutcome::WouldRun | TryOutcome::Unsure)),
        };
        self.barred[job.index()] = is_barred;
        self.preliminary[job.index()] = is_preliminary;
        self.open_ended[job.index()] = has_ended;
    }

    pub(super) fn is_free_but_preliminary(&self, job: JobId) -> bool {
        let is_tried = self.case.job(job).part != Part::Each;
        is_tried && self.preliminary[job.index()] && self.all_have_ended(job)
    }

    pub(super) fn status_of_preliminary(&self, job: JobId) -> Option<Status> {
        let is_given_up = self.tries[job.index()].last().is_some_and(|last| last.given_up);
        (self.open_ended[job.index()] || self.over || is_given_up).then_some(Status::Unknown)
    }

    /// All that it needs has passed, or is open-ended.
    fn all_have_ended(&self, job: JobId) -> bool {
        let mut needs = self.case.job(job).dependencies.iter();
        needs.all(|needed| self.has_passed(*needed) || self.open_ended[self.in_the_way(*needed).index()])
    }
}
