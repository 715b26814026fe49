//! Why a verb comes to nothing, and what to exit with then.

use std::io::{self, Write};

use anstream::AutoStream;

use super::{USAGE, after_signal, complain};
use crate::plan::PlanError;
use crate::runner::DoJobber;

/// Before anything was run.
pub(super) enum Stop {
    /// The program was used wrongly, or its graph can't be run.
    Usage(String),
    /// The signal of this number came while the plan was made: whatever else that met is of no interest.
    Interrupted(i32),
}

impl Stop {
    /// What is wrong, unless a signal has come meanwhile.
    pub(super) fn of(dojob: &DoJobber, message: String) -> Self {
        dojob.cancel_handle().0.signal().map_or(Self::Usage(message), Self::Interrupted)
    }

    /// Says so; returns what to exit with.
    pub(super) fn end(self) -> u8 {
        match self {
            Self::Usage(message) => {
                complain(&message);
                USAGE
            }
            Self::Interrupted(signal) => {
                // Where that can't be written, the exit code has to do.
                let _ =
                    writeln!(AutoStream::auto(io::stderr()), "interrupted while the plan was made; nothing was run");
                after_signal(signal)
            }
        }
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Usage(message)
    }
}

impl From<PlanError> for Stop {
    fn from(error: PlanError) -> Self {
        error.interrupted_by().map_or_else(|| Self::Usage(error.to_string()), Self::Interrupted)
    }
}
