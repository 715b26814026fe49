//! The clock that a run goes by.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::alarm::Alarm;

/// The clock that a run goes by; the system's, unless [`DoJobber::clock`](crate::DoJobber::clock) gives another one.
pub trait Clock: Send + Sync {
    /// The time since some moment that stays the same.
    fn now(&self) -> Duration;

    /// Returns when [`now`](Self::now) has reached `when`, or as soon as the alarm rings.
    fn wait_until(&self, when: Duration, alarm: &Alarm);

    /// The date and time of day, told with the start of a run and looked at by nothing else; the system's, if not given.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn date(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Whether time stands still unless somebody waits, as that of a test's clock. Such a clock is only waited for while
    /// no try is running: what runs takes no time.
    fn stands_still(&self) -> bool {
        false
    }
}

/// The end of the year 9999.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// The time of one run.
#[derive(Clone)]
pub(crate) struct RunTime {
    pub(crate) clock: Arc<dyn Clock>,
    /// When the run started, by that clock, in nanoseconds.
    origin: u64,
}

impl RunTime {
    /// From now on.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let origin = nanoseconds(clock.now());
        Self { clock, origin }
    }

    /// Nanoseconds since the start of the run.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        nanoseconds(self.clock.now()).saturating_sub(self.origin)
    }

    /// The date and time of day, from 1970 to 9999: beyond, nothing can write it, and no run is to fail for it.
    pub(crate) fn date(&self) -> SystemTime {
        self.clock.date().clamp(UNIX_EPOCH, UNIX_EPOCH + LAST)
    }

    /// Blocks until then, or until the alarm rings.
    pub(crate) fn wait_until(&self, when: u64, alarm: &Alarm) {
        self.clock.wait_until(Duration::from_nanos(when.saturating_add(self.origin)), alarm);
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
        wait_until(self, when, alarm);
    }
}

/// That of the tokio runtime of whoever awaits a run: the system's, unless a test has paused it.
#[cfg(feature = "tokio")]
pub(crate) struct RuntimeClock(tokio::time::Instant);

#[cfg(feature = "tokio")]
impl RuntimeClock {
    pub(crate) fn new() -> Self {
        Self(tokio::time::Instant::now())
    }
}

#[cfg(feature = "tokio")]
impl Clock for RuntimeClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait_until(&self, when: Duration, alarm: &Alarm) {
        wait_until(self, when, alarm);
    }
}

fn wait_until(clock: &impl Clock, when: Duration, alarm: &Alarm) {
    while !alarm.has_rung()
        && let Some(left) = when.checked_sub(clock.now())
        && !left.is_zero()
    {
        alarm.wait(left);
    }
}
