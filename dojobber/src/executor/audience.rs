//! Who hears of events.

use std::io::{self, Write};
use std::time::Duration;

use crate::event::{Event, EventKind};
use crate::output::{Detail, Lines};
use crate::plan::Plan;

/// Somebody who is told of every event.
pub(crate) type Listener = Box<dyn FnMut(&Plan, &Event) + Send>;

/// All who hear of events.
pub(crate) struct Audience {
    pub(crate) listeners: Vec<Listener>,
    /// Where the verbose lines go (R17).
    pub(crate) lines_to: Box<dyn Write + Send>,
    pub(crate) detail: Detail,
}

impl Audience {
    pub(crate) fn new() -> Self {
        Self { listeners: Vec::new(), lines_to: Box::new(io::stderr()), detail: Detail::Quiet }
    }

    /// Where nobody listens, only failed clean-ups and races are told of, and all else costs these few comparisons.
    #[inline]
    pub(crate) fn wants(&self, kind: &EventKind) -> bool {
        self.detail > Detail::Quiet
            || !self.listeners.is_empty()
            || matches!(kind, EventKind::CleanupEnded { error: Some(_), .. } | EventKind::Race { .. })
    }

    pub(crate) fn tell(&mut self, plan: &Plan, now: u64, kind: EventKind) -> EventKind {
        let event = Event { at: Duration::from_nanos(now), kind };
        let lines = Lines::new(plan, &event, self.detail).to_string();
        if !lines.is_empty() {
            // In one write, so that other writers don't come between. What can't be written is lost: the run goes on.
            let _ = self.lines_to.write_all(lines.as_bytes());
        }
        for listener in &mut self.listeners {
            listener(plan, &event);
        }
        event.kind
    }
}
