//! Who hears of events.

use std::io::{self, Write};
use std::time::Duration;

use crate::event::{Event, EventKind, Stream};
use crate::output::{Detail, Lines};
use crate::plan::Plan;
use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Somebody who is told of every event.
pub(crate) type Listener = Box<dyn FnMut(&Plan, &Event) + Send>;

/// All who hear of events. Clones are the same audience, as it was: who wants what is settled when a run starts.
#[derive(Clone)]
pub(crate) struct Audience {
    seats: Arc<Mutex<Seats>>,
    detail: Detail,
    has_listeners: bool,
}

struct Seats {
    listeners: Vec<Listener>,
    /// Where the verbose lines go (R17).
    lines_to: Box<dyn Write + Send>,
}

impl Audience {
    pub(crate) fn new() -> Self {
        let seats = Seats { listeners: Vec::new(), lines_to: Box::new(io::stderr()) };
        Self { seats: Arc::new(Mutex::new(seats)), detail: Detail::Quiet, has_listeners: false }
    }

    pub(crate) fn detail_mut(&mut self) -> &mut Detail {
        &mut self.detail
    }

    pub(crate) fn set_lines_to(&mut self, writer: Box<dyn Write + Send>) {
        self.lock().lines_to = writer;
    }

    pub(crate) fn listen(&mut self, listener: Listener) {
        self.lock().listeners.push(listener);
        self.has_listeners = true;
    }

    /// Whether somebody hears of everything.
    #[inline]
    pub(crate) fn wants_all(&self) -> bool {
        self.detail > Detail::Quiet || self.has_listeners
    }

    /// Where nobody listens, only failed clean-ups, races and what jobs say themselves are told of, and all else costs
    /// these few comparisons.
    #[inline]
    pub(crate) fn wants(&self, kind: &EventKind) -> bool {
        self.wants_all()
            || matches!(
                kind,
                EventKind::CleanupEnded { error: Some(_), .. }
                    | EventKind::Race { .. }
                    | EventKind::Output { stream: Stream::Job, .. }
            )
    }

    pub(crate) fn tell(&self, plan: &Plan, now: u64, kind: EventKind) -> EventKind {
        let event = Event { at: Duration::from_nanos(now), kind };
        self.tell_together(plan, std::slice::from_ref(&event));
        event.kind
    }

    /// Nothing else is told between these.
    pub(crate) fn tell_together(&self, plan: &Plan, events: &[Event]) {
        let lines: String = events.iter().map(|event| Lines::new(plan, event, self.detail).to_string()).collect();
        let mut seats = self.lock();
        if !lines.is_empty() {
            // In one write, so that other writers don't come between. What can't be written is lost: the run goes on.
            let _ = seats.lines_to.write_all(lines.as_bytes());
        }
        for event in events {
            for listener in &mut seats.listeners {
                listener(plan, event);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
