//! What happened, as plain data: every output is made of this and of nothing else.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::context::Phase;
use crate::error::Error;
use crate::outcome::Value;
use crate::plan::JobId;
use crate::race::Access;
use crate::status::Status;

/// Something that happened in a run.
///
/// Jobs are named by their id; the [`Plan`](crate::Plan) that comes along has their names. Get events with
/// [`DoJobber::on_event`](crate::DoJobber::on_event).
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// When, counted from the start of the run.
    pub at: Duration,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The run begins; always the first event.
    RunStarted {
        /// Whether only checks are called (R8).
        no_act: bool,
        /// When that is, by the clock's [`date`](crate::Clock::date).
        date: SystemTime,
    },
    /// A try begins.
    TryStarted {
        /// The job.
        job: JobId,
        /// Which try of the job it is, counted from 1.
        number: u32,
        /// The round that it belongs to (R4), counted from 1.
        round: u32,
    },
    /// A function of the job is about to be called. Phases without a function of their own, such as the check of a
    /// run-only job, only end.
    PhaseStarted {
        /// The job.
        job: JobId,
        /// The try.
        number: u32,
        /// The phase.
        phase: Phase,
    },
    /// A phase is over.
    PhaseEnded {
        /// The job.
        job: JobId,
        /// The try.
        number: u32,
        /// The phase.
        phase: Phase,
        /// Whether it passed.
        passed: bool,
        /// Why it failed. The check of a run-only job fails without a reason.
        error: Option<Error>,
    },
    /// A try has failed, and another one will follow.
    TryFailed {
        /// The job.
        job: JobId,
        /// The try that failed.
        number: u32,
        /// Why.
        error: Error,
        /// The next try starts no earlier than this, counted from the start of the run.
        retry_at: Duration,
    },
    /// A job has ended; each does so once in a run.
    JobEnded {
        /// The job.
        job: JobId,
        /// How.
        status: Status,
        /// Why, where its last try failed, or it was skipped; in no-act why it would run, or would by its check alone.
        error: Option<Error>,
        /// Its result (R19).
        result: Option<Value>,
        /// Where it is `Unknown` and was checked nevertheless: the status that it would have by its check alone (R8).
        preliminary: Option<Status>,
    },
    /// A family has come into being; its members' ids follow those that there were. Its try ends with this, and the
    /// family itself when all members have.
    FamilyMade {
        /// The family.
        job: JobId,
        /// How many members it has.
        members: u32,
    },
    /// A job used a key of global storage that another job had set, on which it doesn't depend. Told once for each
    /// such job, key and setter.
    Race {
        /// The job.
        job: JobId,
        /// The key.
        key: String,
        /// The job that had set it.
        set_by: JobId,
        /// What the job did with it.
        access: Access,
    },
    /// A job, or a program that it started, said something.
    Output {
        /// The job.
        job: JobId,
        /// The try.
        number: u32,
        /// The phase.
        phase: Phase,
        /// Who said it.
        stream: Stream,
        /// One line, without its newline.
        line: String,
    },
    /// A try is to end, since its time is over (R20) or the run was cancelled, but its code is blocking and has not
    /// returned. It keeps its slot until it does, or until the run goes on without it, once the grace period after a
    /// cancellation is over (R23). A try that settled when its time was over holds none: of it this is told where its value
    /// takes longer than a second to be dropped.
    Overrunning {
        /// The job.
        job: JobId,
        /// The try.
        number: u32,
    },
    /// A try has failed its recheck, which will be repeated: its goal may take a while to show.
    Settling {
        /// The job.
        job: JobId,
        /// The try.
        number: u32,
        /// Why the recheck failed.
        error: Error,
        /// The next recheck starts no earlier than this, counted from the start of the run.
        recheck_at: Duration,
    },
    /// The run was cancelled, or its time is over: nothing more starts.
    Cancelled,
    /// The clean-up after a try is about to be called.
    CleanupStarted {
        /// The job.
        job: JobId,
        /// The try.
        number: u32,
    },
    /// The clean-up after a try has been called (R7).
    CleanupEnded {
        /// The job.
        job: JobId,
        /// The try.
        number: u32,
        /// Why it failed, if it did.
        error: Option<Error>,
    },
    /// All tries have returned or been given up (R23), and all clean-ups that were to be called have been. Clean-ups that were left for
    /// later ([`auto_cleanup(false)`](crate::DoJobber::auto_cleanup)) end with another one.
    RunEnded {
        /// The verdict (R9).
        success: bool,
    },
}

/// Who said a line of [output](EventKind::Output).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// The job itself, with [`Context::println`](crate::Context::println).
    Job,
    /// A program that it started, on its standard output.
    Stdout,
    /// A program that it started, on its standard error.
    Stderr,
}

impl EventKind {
    /// The job that the event is about.
    pub fn job(&self) -> Option<JobId> {
        match self {
            EventKind::RunStarted { .. } | EventKind::RunEnded { .. } | EventKind::Cancelled => None,
            EventKind::TryStarted { job, .. }
            | EventKind::PhaseStarted { job, .. }
            | EventKind::PhaseEnded { job, .. }
            | EventKind::TryFailed { job, .. }
            | EventKind::JobEnded { job, .. }
            | EventKind::FamilyMade { job, .. }
            | EventKind::Race { job, .. }
            | EventKind::Output { job, .. }
            | EventKind::Overrunning { job, .. }
            | EventKind::Settling { job, .. }
            | EventKind::CleanupStarted { job, .. }
            | EventKind::CleanupEnded { job, .. } => Some(*job),
        }
    }
}
