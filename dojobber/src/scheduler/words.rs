//! What the scheduler and whoever drives it say to each other.

use crate::plan::JobId;
use crate::status::Status;

/// How a run is to go.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Settings {
    /// How many tries may run at once; at least 1.
    pub(crate) slots: u32,
    /// Only check (R8).
    pub(crate) no_act: bool,
    /// In no-act, also check what needs a job that would run (R8).
    pub(crate) deep: bool,
    /// Clean up when all tries are over; else [`Scheduler::clean_up`] does it (R7).
    pub(crate) cleanup: bool,
    /// Start nothing more once a job has failed for good.
    pub(crate) fail_fast: bool,
    /// When the run is cancelled.
    pub(crate) deadline: Option<u64>,
    /// For so long after a cancellation, running tries are waited for.
    pub(crate) grace: u64,
    /// Of the jitter of retries.
    pub(crate) seed: u64,
}

impl Settings {
    /// As many tries at once, and nothing that ends a run early.
    #[cfg(test)]
    pub(crate) fn with_slots(slots: u32) -> Self {
        let (no_act, deep, cleanup, fail_fast, deadline, seed) = (false, false, true, false, None, 0);
        Self { slots, no_act, deep, cleanup, fail_fast, deadline, grace: 30 * crate::plan::SECOND, seed }
    }
}

/// What the driver is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Begin a try, and say later how it [finished](Scheduler::finish).
    Start(Start),
    /// Go on with a try that [settles](Scheduler::settle): recheck once more.
    Resume(Entered),
    /// This try is to end as soon as it can: what can be dropped is dropped, what can't be is told. It is finished, as
    /// any other, when it has returned; one that settles, at once, or when its value has been dropped, and it holds no slot
    /// meanwhile. If its time was over and that takes longer than a moment, it is told once more.
    Stop(Entered, Why),
    /// A try is not waited for any more: it will never be finished, and has no clean-up.
    GiveUp(Entered),
    /// Nothing before this time, or before a running try has finished.
    Wait(Option<u64>),
    /// Clean up after a try, then [say so](Scheduler::cleaned_up).
    CleanUp(Entered),
    /// All is over.
    Done,
}

/// A try that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) job: JobId,
    /// Counted from 1.
    pub(crate) number: u32,
    /// The round that the try belongs to (R4).
    pub(crate) round: u32,
    /// When its time is over (R20).
    pub(crate) deadline: Option<u64>,
    /// Whether the run of an earlier try was entered.
    pub(crate) has_run: bool,
}

/// A try that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entered {
    pub(crate) job: JobId,
    pub(crate) number: u32,
}

/// Why a try is to end early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its time is over (R20).
    TimedOut,
    /// The run was cancelled, or its time is over.
    Cancelled,
}

/// How a try ended. A word wide: what it is moved about in is then read as it was written, in words, which is what processors
/// forward fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum TryOutcome {
    /// The check held.
    Held,
    /// The check held after run.
    Changed,
    /// Its condition does not hold.
    Skipped,
    Failed,
    /// It failed in a way that no further try can mend.
    FailedForGood,
    /// It was dropped because the run was cancelled.
    Interrupted,
    /// In no-act: the check does not hold, or there is none.
    WouldRun,
    /// In no-act: the check could not find out.
    Unsure,
}

impl TryOutcome {
    /// What the job is, if that was its last try.
    pub(crate) fn status(self) -> Status {
        match self {
            TryOutcome::Held => Status::Ok,
            TryOutcome::Changed => Status::Changed,
            TryOutcome::Skipped => Status::Skipped,
            TryOutcome::Failed | TryOutcome::FailedForGood => Status::Failed,
            TryOutcome::Interrupted => Status::Cancelled,
            TryOutcome::WouldRun => Status::WouldRun,
            TryOutcome::Unsure => Status::Unknown,
        }
    }
}

/// What a finished try means for its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ended(Status),
    /// It is unknown, and would have ended so by its check alone.
    Preliminary(Status),
    /// Not before this time.
    Retry(u64),
}
