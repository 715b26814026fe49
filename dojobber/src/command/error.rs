//! Why a program that a job started is a failure.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use super::platform::signal_name;
use super::wait::Why;
use crate::error::{Error, ErrorKind};
use crate::event::Stream;
use crate::harmless::bare_line;

/// As much of a line is shown where there is room for one line only, in characters.
const SHOWN: usize = 200;

/// Why a program that a job [started](crate::Context::command) is a failure: what it was, what became of it, and the last
/// lines that it said.
///
/// It is found in the [`Error`] of the job:
///
/// ```
/// # #[cfg(unix)] {
/// use dojobber::prelude::*;
/// use dojobber::CommandError;
///
/// let mut dojob = DoJobber::new();
/// dojob.add(DynJob::new("Format").tries(1).run(|ctx| {
///     ctx.command("sh").args(["-c", "echo 'no medium' >&2; exit 3"]).run()
/// }));
/// let report = dojob.root_named("Format").checknrun().unwrap();
/// let error = report.error("Format").unwrap();
/// assert_eq!(error.to_string(), r"`sh -c 'echo '\''no medium'\'' >&2; exit 3'` exited with status 3: no medium");
///
/// let error: &CommandError = error.downcast_ref().unwrap();
/// assert_eq!(error.status().unwrap().code(), Some(3));
/// assert_eq!(error.last_lines().map(|(_, line)| line).collect::<Vec<_>>(), ["no medium"]);
/// # }
/// ```
///
/// Its message ends with the last line that the program wrote to standard error, if any, without its colours and cut after
/// 200 characters. The last
/// lines are no causes, so they are not in the [chain](Error::chain) of errors; [`debug`](crate::DoJobber::debug) lines,
/// `JUnit` XML and JSON have them behind it.
#[derive(Debug)]
pub struct CommandError {
    command: String,
    failure: Failure,
    last: Vec<(Stream, String)>,
}

#[derive(Debug)]
pub(super) enum Failure {
    NotStarted {
        error: io::Error,
        reason: Option<String>,
    },
    Exited(ExitStatus),
    /// It isn't known how it ended.
    Lost(io::Error),
    Stopped {
        why: Why,
        started: bool,
    },
}

impl CommandError {
    pub(super) fn new(command: String, failure: Failure, last: Vec<(Stream, String)>) -> Self {
        Self { command, failure, last }
    }

    /// The program and its arguments, quoted as in a shell.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// How the program ended, if it was started and ended by itself.
    pub fn status(&self) -> Option<ExitStatus> {
        match self.failure {
            Failure::Exited(status) => Some(status),
            _ => None,
        }
    }

    /// Why the program could not be started, if that was it.
    pub fn io_error(&self) -> Option<&io::Error> {
        match &self.failure {
            Failure::NotStarted { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The last lines that it said, at most ten of its standard output and ten of its standard error, in the order in
    /// which they came.
    pub fn last_lines(&self) -> impl DoubleEndedIterator<Item = (Stream, &str)> {
        self.last.iter().map(|(stream, line)| (*stream, &**line))
    }

    /// As the error of a job, of the kind that it is.
    pub(super) fn into_error(self) -> Error {
        let kind = match &self.failure {
            Failure::Stopped { why: Why::TimedOut(_), .. } => ErrorKind::TimedOut,
            Failure::Stopped { why: Why::Cancelled | Why::RunOver(_), .. } => ErrorKind::Cancelled,
            _ => ErrorKind::Failed,
        };
        Error::of_kind(kind, self)
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.command, self.failure)?;
        let said = self.last_lines().rev().find(|(stream, line)| *stream == Stream::Stderr && !line.trim().is_empty());
        match said {
            Some((_, line)) => write!(f, ": {}", shown(bare_line(line).trim())),
            None => Ok(()),
        }
    }
}

fn shown(line: &str) -> String {
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotStarted { reason: Some(reason), .. } => write!(f, "could not be started: {reason}"),
            Failure::NotStarted { error, .. } => write!(f, "could not be started: {error}"),
            Failure::Exited(status) => match (status.code(), signal_name(*status)) {
                (Some(code), _) => write!(f, "exited with status {code}"),
                (None, Some(signal)) => write!(f, "was ended by {signal}"),
                (None, None) => write!(f, "failed, {status}"),
            },
            Failure::Lost(error) => write!(f, "ended somehow: {error}"),
            Failure::Stopped { why: Why::TimedOut(after), started: true } => {
                write!(f, "was stopped after {}, when the time was over", seconds(*after))
            }
            Failure::Stopped { why: Why::TimedOut(_), started: false } => {
                f.write_str("was not started, since the time was over")
            }
            Failure::Stopped { why: Why::RunOver(after), started: true } => {
                write!(f, "was stopped after {}, when the time of the run was over", seconds(*after))
            }
            Failure::Stopped { why: Why::RunOver(_), started: false } => {
                f.write_str("was not started, since the time of the run was over")
            }
            Failure::Stopped { why: Why::Cancelled, started: true } => {
                f.write_str("was stopped, since the run was cancelled")
            }
            Failure::Stopped { why: Why::Cancelled, started: false } => {
                f.write_str("was not started, since the run was cancelled")
            }
            Failure::Stopped { why: Why::Asked, .. } => f.write_str(
                "asked at the terminal, where no job is answered, since several may run at once: give it what it wants by \
                 `stdin`, or have it ask nothing (as by `sudo -n`, `ssh -o BatchMode=yes`, GIT_TERMINAL_PROMPT=0)",
            ),
        }
    }
}

impl StdError for CommandError {}

/// Such that people read it: tenths of seconds, and thousandths where these are none.
fn seconds(time: Duration) -> String {
    let places = if time < Duration::from_millis(100) { 3 } else { 1 };
    format!("{:.places$} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_such_that_people_read_them() {
        let told = [499_561_592, 4_000_123, 61_240_000_000].map(|nanos| seconds(Duration::from_nanos(nanos)));
        assert_eq!(told, ["0.5 s", "0.004 s", "61.2 s"]);
    }
}
