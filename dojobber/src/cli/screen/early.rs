//! The line of a run that is cancelled: why, who is waited for, and for how long.

use std::time::Duration;

use super::model::{Model, Running};
use crate::alarm::CancelHandle;
use crate::cli::few;
use crate::context::Phase;
use crate::harmless::tame;
use crate::plan::Plan;
use crate::runner::DoJobber;

/// What there is to know beforehand of how a run is cancelled.
pub(in crate::cli) struct Early {
    deadline: Option<Duration>,
    /// How long code is waited for; `None` for ever.
    pub(super) grace: Option<Duration>,
    /// It knows of signals.
    cancel: CancelHandle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Signal,
    Deadline,
    /// The program's own code.
    Handle,
}

impl Early {
    /// For the next run.
    pub(in crate::cli) fn of(dojob: &DoJobber) -> Self {
        let (deadline, grace) = dojob.deadline_and_grace();
        Self { deadline, grace, cancel: dojob.cancel_handle() }
    }

    /// Why a run is cancelled at this time.
    pub(super) fn reason(&self, at: Duration) -> Reason {
        if self.cancel.0.signal().is_some() {
            Reason::Signal
        } else if self.deadline.is_some_and(|deadline| deadline <= at) {
            Reason::Deadline
        } else {
            Reason::Handle
        }
    }
}

impl Reason {
    pub(super) fn text(self) -> &'static str {
        match self {
            Reason::Signal => "interrupted",
            Reason::Deadline => "cancelled, since its time is over",
            Reason::Handle => "cancelled",
        }
    }
}

/// `interrupted: waiting up to 30 s for nap; once more ends at once`, ended by a newline.
pub(super) fn cancelled(model: &Model, plan: &Plan, reason: Reason, grace: Option<Duration>) -> String {
    // Async code is dropped, and a try that settles ends.
    let is_awaited = |job: &&Running| job.recheck_at.is_none() && !plan.policy(job.job).is_async;
    let of = |phase_is: fn(Phase) -> bool| -> Vec<String> {
        model.running.iter().filter(is_awaited).filter(|job| phase_is(job.phase)).map(|job| tame(&job.name)).collect()
    };
    let (tries, cleanups) = (of(|phase| phase != Phase::Cleanup), of(|phase| phase == Phase::Cleanup));
    let mut waits = Vec::new();
    if !tries.is_empty() && grace != Some(Duration::ZERO) {
        let most = grace.map(|grace| format!(" up to {} s", grace.as_secs_f64().ceil())).unwrap_or_default();
        waits.push(format!("waiting{most} for {}", few(&tries)));
    }
    if !cleanups.is_empty() {
        waits.push(format!("clean-ups go on, now of {}", few(&cleanups)));
    }
    let waits = if waits.is_empty() { String::new() } else { format!(": {}", waits.join(", ")) };
    let again = if reason == Reason::Signal { "; once more ends at once" } else { "" };
    format!("{}{waits}{again}\n", reason.text())
}
