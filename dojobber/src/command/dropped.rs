//! What is left of programs whose futures are dropped: whoever drops them knows why, but not what they were.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Call;
use super::wait::Why;
use crate::context::Context;
use crate::error::{Error, ErrorKind};

/// The first program, of those that the dropped code of a try waited for.
#[derive(Default)]
pub(crate) struct Dropped(Mutex<Option<Call>>);

/// A program that a future follows; leaves it with the context if that is dropped.
pub(super) struct Followed<'c> {
    pub(super) ctx: &'c Context,
    pub(super) call: Call,
    pub(super) has_ended: bool,
}

impl Dropped {
    /// Has code dropped that ends with this error. Returns that of the program which the code waited for, if it did.
    pub(crate) fn end(&self, with: Error, drop: impl FnOnce()) -> Error {
        // What the code has dropped itself doesn't count.
        self.lock().take();
        drop();
        let call = self.lock().take();
        match (call, with.kind()) {
            (Some(call), ErrorKind::TimedOut) => {
                let time = call.limits.time.unwrap_or_default();
                call.stopped(Why::TimedOut(time))
            }
            (Some(call), ErrorKind::Cancelled) => {
                let why = call.limits.cancelled();
                call.stopped(why)
            }
            _ => with,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Followed<'_> {
    /// It has come to its end.
    pub(super) fn end(mut self) -> Call {
        self.has_ended = true;
        std::mem::take(&mut self.call)
    }
}

impl Drop for Followed<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.ctx.dropped().lock().get_or_insert(std::mem::take(&mut self.call));
        }
    }
}
