//! No-act that looks beyond jobs that would run (R8): what needs them is checked, too, though it stays unknown.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Scheduler, Verdict};
use crate::job::Kind;
use crate::plan::JobId;
use crate::status::Status;

/// Empty unless the settings are deep.
#[derive(Default)]
pub(super) struct Preliminary {
    /// Jobs that need one which would run or is unknown: what their checks say is preliminary.
    jobs: FxHashSet<JobId>,
    /// Unknown jobs beyond which nobody looks, since one below them has failed, or never came into being.
    barred: FxHashSet<JobId>,
}

impl Scheduler {
    /// Whether the job is unknown whatever its check says.
    #[inline]
    pub(super) fn is_preliminary(&self, job: JobId) -> bool {
        self.preliminary.jobs.contains(&job)
    }

    /// The job's one try has ended, which by itself means this.
    pub(super) fn end_deep(&mut self, job: JobId, status: Status) -> Verdict {
        let is_preliminary = self.is_preliminary(job);
        let ended = if is_preliminary { Status::Unknown } else { status };
        self.jobs[job.index()].ended = Some(ended);
        match ended {
            Status::Failed => self.fail(job),
            Status::WouldRun | Status::Unknown => self.look_beyond(job),
            Status::Cancelled => {}
            _ => {
                self.pass(job);
                self.fail_lacking();
            }
        }
        // One that was cut short has said nothing.
        if is_preliminary && status != Status::Cancelled { Verdict::Preliminary(status) } else { Verdict::Ended(ended) }
    }

    /// The job would run, or is unknown. What needs it is, too, and may be tried once all else that it needs has ended.
    pub(super) fn look_beyond(&mut self, job: JobId) {
        let graph = Arc::clone(&self.graph);
        let mut stack = vec![job];
        while let Some(below) = stack.pop() {
            let added = self.added.remove(&below).unwrap_or_default();
            for dependent in graph.dependents_of(below).iter().chain(&added) {
                self.preliminary.jobs.insert(*dependent);
                let missing = &mut self.missing[dependent.index()];
                *missing -= 1;
                if *missing > 0 || self.jobs[dependent.index()].ended.is_some() {
                    continue;
                }
                if self.is_moot(*dependent) {
                    self.end_swept(*dependent, Status::Unknown);
                    stack.push(*dependent);
                } else {
                    self.push_ready(self.jobs[dependent.index()].round, *dependent);
                }
            }
            // A family that does not come into being: nobody knows the members that these wait for.
            for waiting in self.waiting.remove(&below).unwrap_or_default() {
                if self.jobs[waiting.index()].ended.is_none() {
                    self.end_barred(waiting);
                    self.bar(waiting);
                }
            }
        }
    }

    /// Whether there is nothing to be learnt from trying the job: it has no check that says more than the jobs that it
    /// needs, is a family that would come into being from what is not there yet, or would not be tried anyway.
    pub(super) fn is_moot(&self, job: JobId) -> bool {
        let has_check = !matches!(self.policy(job).kind, Kind::Group | Kind::Family);
        self.is_preliminary(job) && (!has_check || self.jobs[job.index()].untried.is_some())
    }

    /// The job has ended as one that would run, or is unknown, and others may look beyond it.
    pub(super) fn is_open_ended(&self, job: JobId) -> bool {
        let ended = self.jobs[job.index()].ended;
        self.settings.deep
            && matches!(ended, Some(Status::WouldRun | Status::Unknown))
            && !self.preliminary.barred.contains(&job)
    }

    /// What a new dependency of a job is like that has ended so.
    pub(super) fn depend_on_open_end(&mut self, job: JobId) {
        self.preliminary.jobs.insert(job);
    }

    /// Ends a job that will not be tried since one below it did not pass (R8, R15).
    pub(super) fn end_barred(&mut self, job: JobId) {
        if self.settings.deep {
            self.preliminary.barred.insert(job);
        }
        self.end_swept(job, if self.settings.no_act { Status::Unknown } else { Status::Blocked });
    }

    /// No try will start any more. What would have been checked is unknown all the same, with all above it.
    pub(super) fn close_preliminary(&mut self) {
        let mut jobs: Vec<_> = self.preliminary.jobs.iter().copied().collect();
        jobs.sort_unstable();
        for job in jobs {
            if self.jobs[job.index()].ended.is_none() {
                self.end_barred(job);
            }
            self.bar(job);
        }
    }
}
