//! `tracing` spans for the run, jobs, tries and phases, so that what a job logs says where it comes from.

use rustc_hash::FxHashMap;
use tracing::Span;
use tracing::field::Empty;

use crate::context::Phase;
use crate::error::Result;
use crate::plan::{JobId, Plan};
use crate::status::Status;

/// The open spans of a run. Where nobody listens, there are none, and nothing is kept.
pub(crate) struct Spans {
    run: Span,
    jobs: FxHashMap<JobId, Span>,
    tries: FxHashMap<JobId, Span>,
}

impl Spans {
    pub(crate) fn new(plan: &Plan) -> Self {
        let run = tracing::info_span!(target: "dojobber", "run", jobs = plan.len(), outcome = Empty);
        Self { run, jobs: FxHashMap::default(), tries: FxHashMap::default() }
    }

    #[inline]
    pub(crate) fn try_started(&mut self, plan: &Plan, job: JobId, number: u32) {
        if !self.run.is_disabled() {
            self.open_try(plan, job, number);
        }
    }

    #[cold]
    fn open_try(&mut self, plan: &Plan, job: JobId, number: u32) {
        let run = &self.run;
        let outer = self.jobs.entry(job).or_insert_with(
            || tracing::info_span!(target: "dojobber", parent: run, "job", job = plan.job(job).name(), outcome = Empty),
        );
        let span = tracing::info_span!(target: "dojobber", parent: &*outer, "try", r#try = number, outcome = Empty);
        self.tries.insert(job, span);
    }

    /// Calls a function of the job in the span of its phase; its construction, in that of the try.
    #[inline]
    pub(crate) fn in_phase<T>(&self, job: JobId, phase: Option<Phase>, call: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.run.is_disabled() {
            return call();
        }
        let parent = self.tries.get(&job).unwrap_or(&self.run);
        let Some(phase) = phase else {
            return parent.in_scope(call);
        };
        let span =
            tracing::info_span!(target: "dojobber", parent: parent, "phase", phase = phase.as_str(), outcome = Empty);
        let result = span.in_scope(call);
        outcome(&span, result.is_ok());
        result
    }

    /// Clean-ups come when their tries are over: one more try span, for the phase to be in.
    pub(crate) fn cleanup_started(&mut self, plan: &Plan, job: JobId, number: u32) {
        self.try_started(plan, job, number);
    }

    pub(crate) fn try_ended(&mut self, job: JobId, passed: bool) {
        if !self.tries.is_empty()
            && let Some(span) = self.tries.remove(&job)
        {
            outcome(&span, passed);
        }
    }

    pub(crate) fn job_ended(&mut self, job: JobId, status: Status) {
        if !self.jobs.is_empty()
            && let Some(span) = self.jobs.remove(&job)
        {
            span.record("outcome", status.as_str());
        }
    }

    pub(crate) fn run_ended(&self, success: bool) {
        outcome(&self.run, success);
    }
}

/// Notes how something ended in its span.
fn outcome(span: &Span, passed: bool) {
    span.record("outcome", if passed { "pass" } else { "fail" });
}
