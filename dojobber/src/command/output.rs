//! What a program said.

use std::borrow::Cow;
use std::process::ExitStatus;

/// What a program said, and how it ended: from [`Command::output`](crate::Command::output).
#[derive(Clone, Debug)]
pub struct CommandOutput {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

impl CommandOutput {
    /// How it ended; always a success.
    pub fn status(&self) -> ExitStatus {
        self.status
    }

    /// What it wrote to its standard output, as text: all of it, with the newline at the end. What is no UTF-8 is
    /// replaced by `�`.
    pub fn stdout(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// What it wrote to its standard error, as text.
    pub fn stderr(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }

    /// What it wrote to its standard output, as it is.
    pub fn stdout_bytes(&self) -> &[u8] {
        &self.stdout
    }

    /// What it wrote to its standard error, as it is.
    pub fn stderr_bytes(&self) -> &[u8] {
        &self.stderr
    }
}
