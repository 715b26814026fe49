//! The verbose lines (R17).

use std::fmt;

use crate::context::Phase;
use crate::error::ErrorKind;
use crate::event::{Event, EventKind, Stream};
use crate::harmless::{calm_line, tame, tame_lines};
use crate::plan::{JobId, Plan};
use crate::race::Race;
use crate::status::Status;

/// How much the verbose lines say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Nothing but failed clean-ups, warnings of races for global storage, and what jobs say themselves.
    Quiet,
    /// A line a phase.
    Verbose,
    /// Besides, the error chain of every failed phase, and its backtrace where there is one.
    Debug,
}

/// The lines that an event makes, each ended by a newline: nothing, or `NAME.check: pass` and the like (R17).
///
/// Nothing in them would steer a terminal: what names and errors contain of that is spelt out, and of what programs say only
/// colours are left.
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::{Detail, Lines};
/// use std::sync::{Arc, Mutex};
///
/// #[job]
/// fn fluff_pillows() {}
///
/// let lines = Arc::new(Mutex::new(String::new()));
/// let seen = Arc::clone(&lines);
/// DoJobber::new()
///     .root::<fluff_pillows>()
///     .on_event(move |plan, event| seen.lock().unwrap().push_str(&Lines::new(plan, event, Detail::Verbose).to_string()))
///     .checknrun()
///     .unwrap();
/// assert_eq!(
///     *lines.lock().unwrap(),
///     "fluff_pillows.check: fail\nfluff_pillows.run: pass\nfluff_pillows.recheck: pass\n",
/// );
/// ```
#[derive(Debug)]
pub struct Lines<'e> {
    plan: &'e Plan,
    event: &'e Event,
    detail: Detail,
}

impl<'e> Lines<'e> {
    /// The lines of this event of a run of this plan.
    pub fn new(plan: &'e Plan, event: &'e Event, detail: Detail) -> Self {
        Self { plan, event, detail }
    }

    fn name(&self, job: JobId) -> String {
        tame(self.plan.job(job).name())
    }
}

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (job, phase, error) = match &self.event.kind {
            EventKind::PhaseEnded { job, phase, passed: true, .. } if self.detail > Detail::Quiet => {
                return writeln!(f, "{}.{phase}: pass", self.name(*job));
            }
            EventKind::PhaseEnded { job, phase, passed: false, error, .. } if self.detail > Detail::Quiet => {
                (*job, *phase, error.as_ref())
            }
            EventKind::CleanupEnded { job, error: Some(error), .. } => (*job, Phase::Cleanup, Some(error)),
            EventKind::Race { job, key, set_by, access } => {
                let race = Race { job: *job, key: key.clone(), set_by: *set_by, access: *access };
                return writeln!(f, "warning: {}", tame(&race.text(self.plan)));
            }
            EventKind::Output { job, stream, line, .. } if *stream == Stream::Job || self.detail > Detail::Quiet => {
                return writeln!(f, "{}: {}", self.name(*job), calm_line(line));
            }
            EventKind::JobEnded { job, status: Status::Skipped, error: Some(error), .. }
                if self.detail > Detail::Quiet =>
            {
                return writeln!(f, "{}: skipped, {}", self.name(*job), tame(&error.to_string()));
            }
            EventKind::Overrunning { job, number } if self.detail > Detail::Quiet => {
                let name = self.name(*job);
                return writeln!(f, "{name}: try {number} is to end, and has not returned yet");
            }
            EventKind::Cancelled if self.detail > Detail::Quiet => return writeln!(f, "cancelled"),
            _ => return Ok(()),
        };
        let name = self.name(job);
        match error {
            Some(error) if matches!(phase, Phase::Recheck | Phase::Cleanup) || error.kind() == ErrorKind::Change => {
                // As the original prints it, which may be several lines.
                writeln!(f, "{name}.{phase}: fail \"{}\"", tame_lines(&error.to_string()))?;
            }
            _ => writeln!(f, "{name}.{phase}: fail")?,
        }
        match error {
            Some(error) if self.detail == Detail::Debug => {
                format!("{error:?}").lines().try_for_each(|line| writeln!(f, "    {}", tame(line)))
            }
            _ => Ok(()),
        }
    }
}
