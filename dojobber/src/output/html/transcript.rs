//! What a run's events tell that its report doesn't keep: what jobs said, and when.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::context::Phase;
use crate::event::{Event, EventKind, Stream};
use crate::plan::JobId;
use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many lines of each try are kept, and how many characters of each: the last ones, and the first ones.
const LINES: usize = 1_000;
const LONGEST: usize = 20_000;

/// What is taken down of a run for its [page](crate::Html): what jobs said, and when phases started. Clones share it.
///
/// Of each try, the last 1,000 lines are kept, and 20,000 characters of each. The next run starts it afresh.
#[derive(Clone, Default)]
pub struct Transcript(Arc<Mutex<Taken>>);

/// What was taken down.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) tries: FxHashMap<(JobId, u32), TryTaken>,
    /// When each job ended.
    pub(super) ended: FxHashMap<JobId, Duration>,
    /// When clean-ups started and ended.
    pub(super) cleanups: FxHashMap<(JobId, u32), (Duration, Duration)>,
    pub(super) cancelled: Option<Duration>,
}

/// Of one try.
#[derive(Default)]
pub(super) struct TryTaken {
    pub(super) spans: Vec<Span>,
    pub(super) ended: Option<Duration>,
    /// The next one starts no earlier.
    pub(super) retry_at: Option<Duration>,
    pub(super) lines: VecDeque<Line>,
    /// How many lines there were before these.
    pub(super) forgotten: usize,
}

/// What goes on in a try for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) what: What,
    pub(super) from: Duration,
    /// None while it goes on.
    pub(super) to: Option<Duration>,
    /// Of a phase that is over.
    pub(super) passed: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Phase(Phase),
    /// The pause before the recheck is repeated.
    Settle,
}

pub(super) struct Line {
    pub(super) at: Duration,
    pub(super) phase: Phase,
    pub(super) stream: Stream,
    pub(super) text: String,
}

impl Transcript {
    /// Takes down what an event tells.
    pub(crate) fn hear(&self, event: &Event) {
        self.lock().take(event.at, &event.kind);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript").field("tries", &self.lock().tries.len()).finish_non_exhaustive()
    }
}

impl Taken {
    fn take(&mut self, at: Duration, kind: &EventKind) {
        match kind {
            EventKind::RunStarted { .. } => *self = Self::default(),
            EventKind::TryStarted { job, number, .. } => {
                self.tries.insert((*job, *number), TryTaken::default());
            }
            EventKind::PhaseStarted { job, number, phase } => self.of(*job, *number).start(What::Phase(*phase), at),
            EventKind::PhaseEnded { job, number, phase, passed, .. } => {
                self.of(*job, *number).end(*phase, at, *passed);
            }
            EventKind::Settling { job, number, .. } => self.of(*job, *number).start(What::Settle, at),
            EventKind::TryFailed { job, number, retry_at, .. } => {
                let one = self.of(*job, *number);
                one.close(at);
                (one.ended, one.retry_at) = (Some(at), Some(*retry_at));
            }
            EventKind::FamilyMade { job, .. } => self.last_try_ended(*job, at),
            EventKind::JobEnded { job, .. } => {
                self.last_try_ended(*job, at);
                self.ended.insert(*job, at);
            }
            EventKind::Output { job, number, phase, stream, line } => {
                let one = self.of(*job, *number);
                if one.lines.len() == LINES {
                    one.lines.pop_front();
                    one.forgotten += 1;
                }
                let text = match line.char_indices().nth(LONGEST) {
                    Some((end, _)) => format!("{}…", &line[..end]),
                    None => line.clone(),
                };
                one.lines.push_back(Line { at, phase: *phase, stream: *stream, text });
            }
            EventKind::Cancelled => self.cancelled = Some(at),
            EventKind::CleanupStarted { job, number } => {
                self.cleanups.insert((*job, *number), (at, at));
            }
            EventKind::CleanupEnded { job, number, .. } => {
                self.cleanups.entry((*job, *number)).or_insert((at, at)).1 = at;
            }
            EventKind::Race { .. } | EventKind::Overrunning { .. } | EventKind::RunEnded { .. } => {}
        }
    }

    fn of(&mut self, job: JobId, number: u32) -> &mut TryTaken {
        self.tries.entry((job, number)).or_default()
    }

    /// Numbers of tries follow one another.
    fn last_try_ended(&mut self, job: JobId, at: Duration) {
        let mut number = 1;
        while self.tries.contains_key(&(job, number + 1)) {
            number += 1;
        }
        if let Some(one) = self.tries.get_mut(&(job, number)) {
            one.close(at);
            one.ended.get_or_insert(at);
        }
    }
}

impl TryTaken {
    fn start(&mut self, what: What, at: Duration) {
        self.close(at);
        self.spans.push(Span { what, from: at, to: None, passed: None });
    }

    fn close(&mut self, at: Duration) {
        if let Some(last) = self.spans.last_mut() {
            last.to.get_or_insert(at);
        }
    }

    fn end(&mut self, phase: Phase, at: Duration, passed: bool) {
        self.close(at);
        // After a pause that wasn't followed by another recheck, the one before it was the last.
        let of_phase = self.spans.iter_mut().rev().find(|span| span.what == What::Phase(phase));
        match of_phase.filter(|span| span.passed.is_none()) {
            Some(span) => span.passed = Some(passed),
            None => self.spans.push(Span { what: What::Phase(phase), from: at, to: Some(at), passed: Some(passed) }),
        }
    }
}
