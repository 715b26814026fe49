//! For tests of programs that use dojobber.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::alarm::Alarm;
use crate::clock::{Clock, nanoseconds};
use crate::sync::Arc;
use crate::sync::atomic::{AtomicU64, Ordering};

/// A clock that nobody has to wait for: waiting until some time makes it that time.
///
/// Clones are the same clock.
///
/// ```
/// use std::time::Duration;
/// use dojobber::prelude::*;
/// use dojobber::testing::VirtualClock;
///
/// #[job(tries = 3, retry_delay = 3600)]
/// fn hopeless() -> Result { bail!("no") }
///
/// let clock = VirtualClock::new();
/// let report = DoJobber::new().root::<hopeless>().clock(clock.clone()).checknrun().unwrap();
/// assert!(report.failure());
/// assert_eq!(report.elapsed(), Duration::from_secs(2 * 3600));
/// ```
#[derive(Clone, Debug, Default)]
pub struct VirtualClock(Arc<AtomicU64>);

impl VirtualClock {
    /// A clock at 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets this much time pass: what a job calls that is to take time. Time ends after 584 years.
    pub fn advance(&self, by: Duration) {
        let later = |now: u64| Some(now.saturating_add(nanoseconds(by)));
        // It always says what comes next.
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, later);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::SeqCst))
    }

    fn wait_until(&self, when: Duration, alarm: &Alarm) {
        if !alarm.has_rung() {
            self.0.fetch_max(nanoseconds(when), Ordering::SeqCst);
        }
    }

    /// Its time, from the start of 1970.
    fn date(&self) -> SystemTime {
        UNIX_EPOCH + self.now()
    }

    fn stands_still(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_ends_and_does_not_begin_again() {
        let clock = VirtualClock::new();
        clock.advance(Duration::MAX);
        let end = clock.now();
        clock.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), end);
    }
}
