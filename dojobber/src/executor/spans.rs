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
}

impl Spans {
    pub(crate) fn new(plan: &Plan) -> Self {
        let run = tracing::info_span!(target: "dojobber", "run", jobs = plan.len(), outcome = Empty);
        Self { run, jobs: FxHashMap::default() }
    }

    /// The span of a try that begins.
    #[inline]
    pub(crate) fn try_started(&mut self, plan: &Plan, job: JobId, number: u32) -> Span {
        if self.run.is_disabled() { Span::none() } else { self.open_try(plan, job, number) }
    }

    #[cold]
    fn open_try(&mut self, plan: &Plan, job: JobId, number: u32) -> Span {
        let run = &self.run;
        let outer = self.jobs.entry(job).or_insert_with(
            || tracing::info_span!(target: "dojobber", parent: run, "job", job = plan.job(job).name(), outcome = Empty),
        );
        tracing::info_span!(target: "dojobber", parent: &*outer, "try", r#try = number, outcome = Empty)
    }

    #[inline]
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

/// Calls a function of a job in the span of its phase; what is no phase, in that of the try.
#[inline]
pub(crate) fn in_phase<T>(span: &Span, phase: Option<Phase>, call: impl FnOnce() -> Result<T>) -> Result<T> {
    if span.is_disabled() {
        return call();
    }
    let Some(phase) = phase else {
        return span.in_scope(call);
    };
    let span = phase_span(span, phase);
    let result = span.in_scope(call);
    outcome(&span, result.is_ok());
    result
}

pub(crate) fn phase_span(parent: &Span, phase: Phase) -> Span {
    tracing::info_span!(target: "dojobber", parent: parent, "phase", phase = phase.as_str(), outcome = Empty)
}

/// Notes how something ended in its span.
pub(crate) fn outcome(span: &Span, passed: bool) {
    span.record("outcome", if passed { "pass" } else { "fail" });
}
