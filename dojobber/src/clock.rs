//! The clock that a run goes by.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The clock that a run goes by; the system's, unless [`DoJobber::clock`](crate::DoJobber::clock) gives another one.
pub trait Clock: Send + Sync {
    /// The time since some moment that stays the same.
    fn now(&self) -> Duration;

    /// Returns when [`now`](Self::now) has reached `when`, or as soon as the alarm rings.
    fn wait_until(&self, when: Duration, alarm: &Alarm);
}

/// What ends a wait early: somebody cancelled the run.
#[derive(Debug, Default)]
pub struct Alarm {
    /// Looked at before every try, so it is no lock.
    rung: AtomicBool,
    /// Held while `rung` changes, so that nobody falls asleep between looking and waiting.
    sleepers: Mutex<()>,
    bell: Condvar,
}

impl Alarm {
    /// Whether it has rung.
    pub fn has_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire)
    }

    /// Blocks until it rings, at most this long.
    pub fn wait(&self, at_most: Duration) {
        let sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether it rang is not asked: whoever waits looks again, at the clock too.
        drop(self.bell.wait_timeout_while(sleepers, at_most, |()| !self.has_rung()));
    }

    fn ring(&self) {
        let sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        self.rung.store(true, Ordering::Release);
        drop(sleepers);
        self.bell.notify_all();
    }

    pub(crate) fn reset(&self) {
        self.rung.store(false, Ordering::Release);
    }
}

/// Cancels a run from another thread, or from a job of it: no further try starts, the running one ends as it does,
/// and clean-ups follow (R7). Jobs that have not passed by then are [`Cancelled`](crate::Status::Cancelled).
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::Status;
///
/// let mut dojob = DoJobber::new();
/// let cancel = dojob.cancel_handle();
/// dojob.add(DynJob::new("Enough").run(move |_| cancel.cancel()));
/// dojob.add(DynJob::new("Never").deps(["Enough"]).run(|_| ()));
/// let report = dojob.root_named("Never").checknrun().unwrap();
/// assert_eq!(report.status("Enough"), Some(Status::Changed));
/// assert_eq!(report.status("Never"), Some(Status::Cancelled));
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelHandle(pub(crate) Arc<Alarm>);

impl CancelHandle {
    /// Cancels the run that is under way, if one is; the next one starts afresh.
    pub fn cancel(&self) {
        self.0.ring();
    }
}

/// As the scheduler counts it; more than 584 years are 584 years.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(duration.subsec_nanos()))
}

/// The system's monotonic clock.
#[derive(Debug)]
pub(crate) struct SystemClock(std::time::Instant);

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub(crate) fn new() -> Self {
        Self(std::time::Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait_until(&self, when: Duration, alarm: &Alarm) {
        while !alarm.has_rung()
            && let Some(left) = when.checked_sub(self.now())
            && !left.is_zero()
        {
            alarm.wait(left);
        }
    }
}
