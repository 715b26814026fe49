//! Why a program that a job started is a failure.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::process::ExitStatus;

use super::platform::signal_name;
use super::wait::Why;
use crate::error::{Error, ErrorKind};
use crate::event::Stream;

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
/// Its message ends with the last line that the program wrote to standard error, if any, cut after 200 characters.
/// [`debug`](crate::DoJobber::debug) lines, and all else that prints the whole chain of errors, have all lines that are
/// left.
#[derive(Debug)]
pub struct CommandError {
    command: String,
    failure: Failure,
    last: Option<LastLines>,
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

/// The cause of a failure, as far as the program told it.
#[derive(Debug)]
struct LastLines(Vec<(Stream, String)>);

impl CommandError {
    pub(super) fn new(command: String, failure: Failure, last: Vec<(Stream, String)>) -> Self {
        Self { command, failure, last: (!last.is_empty()).then_some(LastLines(last)) }
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
        let lines = self.last.as_ref().map(|last| last.0.iter()).unwrap_or_default();
        lines.map(|(stream, line)| (*stream, &**line))
    }

    /// As the error of a job, of the kind that it is.
    pub(super) fn into_error(self) -> Error {
        let kind = match &self.failure {
            Failure::Stopped { why: Why::TimedOut(_), .. } => ErrorKind::TimedOut,
            Failure::Stopped { why: Why::Cancelled, .. } => ErrorKind::Cancelled,
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
            Some((_, line)) => write!(f, ": {}", shown(line.trim())),
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
                write!(f, "was stopped after {} s, when the time was over", after.as_secs_f64())
            }
            Failure::Stopped { why: Why::TimedOut(_), started: false } => {
                f.write_str("was not started, since the time was over")
            }
            Failure::Stopped { why: Why::Cancelled, started: true } => {
                f.write_str("was stopped, since the run was cancelled")
            }
            Failure::Stopped { why: Why::Cancelled, started: false } => {
                f.write_str("was not started, since the run was cancelled")
            }
        }
    }
}

impl StdError for CommandError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.last.as_ref().map(|last| last as _)
    }
}

impl fmt::Display for LastLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it said last:")?;
        self.0.iter().try_for_each(|(stream, line)| {
            let stream = if *stream == Stream::Stderr { "stderr" } else { "stdout" };
            write!(f, "\n  {stream}: {line}")
        })
    }
}

impl StdError for LastLines {}
