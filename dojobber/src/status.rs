//! How jobs end.

use std::fmt;

use serde::Serialize;

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// The check held at once.
    Ok,
    /// The check held after run, of this try or an earlier one, or, for a run-only job, run succeeded.
    Changed,
    /// Nothing had to be done about it, said its `when`.
    Skipped,
    /// All its tries failed.
    Failed,
    /// A job below it failed, at any distance (R15).
    Blocked,
    /// The run was cancelled before it passed.
    Cancelled,
    /// In no-act: its check does not hold, or it has none (R8).
    WouldRun,
    /// In no-act: a job that it needs would run, failed, or is unknown itself; or its check couldn't find out (R8).
    Unknown,
}

impl Status {
    /// Whether what needs the job may go on: `Ok`, `Changed` or `Skipped`.
    pub fn passed(self) -> bool {
        matches!(self, Status::Ok | Status::Changed | Status::Skipped)
    }

    /// The original's three values: `true` if the job passed, `false` if it failed (in no-act, would run), and
    /// `None` if it was never tried to the end.
    pub fn verdict(self) -> Option<bool> {
        match self {
            Status::Ok | Status::Changed | Status::Skipped => Some(true),
            Status::Failed | Status::WouldRun => Some(false),
            Status::Blocked | Status::Cancelled | Status::Unknown => None,
        }
    }

    /// In words, as in reports: `ok`, `changed`, …, `would run`, `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Changed => "changed",
            Status::Skipped => "skipped",
            Status::Failed => "failed",
            Status::Blocked => "blocked",
            Status::Cancelled => "cancelled",
            Status::WouldRun => "would run",
            Status::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
