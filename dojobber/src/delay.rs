//! Delays as users write them.

use std::time::Duration;

/// A delay: a [`Duration`], or a number of seconds.
///
/// A number that no clock can wait for (negative, infinite, not a number) is refused when the plan is made (R5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay(Given);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Given {
    Nanoseconds(u64),
    Seconds(f64),
    NegativeSeconds(i32),
}

impl Delay {
    /// Nanoseconds, at most `u64::MAX` (584 years); else the text of a bad delay.
    pub(crate) fn nanoseconds(self) -> Result<u64, String> {
        match self.0 {
            Given::Nanoseconds(nanoseconds) => Ok(nanoseconds),
            Given::Seconds(seconds) if seconds.is_finite() && seconds >= 0.0 => {
                Ok(crate::private::delay(seconds).nanoseconds())
            }
            Given::Seconds(seconds) => Err(format!("{seconds} s")),
            Given::NegativeSeconds(seconds) => Err(format!("{seconds} s")),
        }
    }
}

impl From<Duration> for Delay {
    fn from(duration: Duration) -> Self {
        Self(Given::Nanoseconds(crate::private::delay(duration).nanoseconds()))
    }
}

impl From<f64> for Delay {
    fn from(seconds: f64) -> Self {
        Self(Given::Seconds(seconds))
    }
}

impl From<u64> for Delay {
    fn from(seconds: u64) -> Self {
        Self(Given::Nanoseconds(crate::private::delay(seconds).nanoseconds()))
    }
}

impl From<u32> for Delay {
    fn from(seconds: u32) -> Self {
        u64::from(seconds).into()
    }
}

impl From<i32> for Delay {
    fn from(seconds: i32) -> Self {
        match u32::try_from(seconds) {
            Ok(seconds) => seconds.into(),
            Err(_) => Self(Given::NegativeSeconds(seconds)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_and_refuses() {
        assert_eq!(Delay::from(1.001).nanoseconds(), Ok(1_001_000_000));
        assert_eq!(Delay::from(2).nanoseconds(), Ok(2_000_000_000));
        assert_eq!(Delay::from(Duration::MAX).nanoseconds(), Ok(u64::MAX));
        assert_eq!(Delay::from(-0.5).nanoseconds(), Err("-0.5 s".into()));
        assert_eq!(Delay::from(-1).nanoseconds(), Err("-1 s".into()));
        assert_eq!(Delay::from(f64::NAN).nanoseconds(), Err("NaN s".into()));
        assert_eq!(Delay::from(f64::INFINITY).nanoseconds(), Err("inf s".into()));
    }
}
