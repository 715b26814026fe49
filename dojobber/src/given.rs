//! On what terms a job is to be tried, as users say it. What they leave out is the run's default.

use crate::delay::Delay;

/// What `#[job]` says of them, and the compiler has checked. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TermsDef {
    pub(crate) retry_delay: Option<u64>,
    pub(crate) timeout: Option<u64>,
    pub(crate) retry_backoff: Option<f64>,
    pub(crate) retry_max_delay: Option<u64>,
    pub(crate) retry_jitter: Option<f64>,
    pub(crate) settle: Option<u64>,
    pub(crate) settle_interval: Option<u64>,
    pub(crate) limits: &'static [&'static str],
}

impl TermsDef {
    /// Nothing is said.
    pub(crate) const NONE: Self = Self {
        retry_delay: None,
        timeout: None,
        retry_backoff: None,
        retry_max_delay: None,
        retry_jitter: None,
        settle: None,
        settle_interval: None,
        limits: &[],
    };
}

/// What code says of them, for one job or as the run's defaults; nobody has checked it yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct GivenTerms {
    pub(crate) retry_delay: Option<Delay>,
    pub(crate) timeout: Option<Delay>,
    pub(crate) retry_backoff: Option<f64>,
    pub(crate) retry_max_delay: Option<Delay>,
    pub(crate) retry_jitter: Option<f64>,
    pub(crate) settle: Option<Delay>,
    pub(crate) settle_interval: Option<Delay>,
    pub(crate) limits: Vec<Box<str>>,
}

/// A value that means nothing.
#[derive(Debug, PartialEq)]
pub(crate) struct Meaningless {
    pub(crate) term: &'static str,
    pub(crate) value: String,
    pub(crate) must_be: &'static str,
}

impl GivenTerms {
    /// All but the names of limits, which only a plan knows. What means nothing is left out, and told.
    pub(crate) fn checked(&self, mut wrong: impl FnMut(Meaningless)) -> TermsDef {
        let mut time = |term, given: Option<Delay>, least, must_be| match given?.nanoseconds() {
            Ok(nanoseconds) if nanoseconds >= least => Some(nanoseconds),
            Ok(_) => {
                wrong(Meaningless { term, value: "0 s".to_owned(), must_be });
                None
            }
            Err(value) => {
                wrong(Meaningless { term, value, must_be });
                None
            }
        };
        let (any, some) = ("a finite number of seconds, 0 or more", "a finite number of seconds, more than 0");
        let retry_delay = time("retry delay", self.retry_delay, 0, any);
        let timeout = time("timeout", self.timeout, 1, some);
        let retry_max_delay = time("longest retry delay", self.retry_max_delay, 0, any);
        let settle = time("time to settle", self.settle, 0, any);
        let settle_interval = time("settle interval", self.settle_interval, 1, some);
        let mut factor = |term, given: Option<f64>, most: f64, least: f64, must_be| {
            let given = given?;
            if given.is_finite() && (least..=most).contains(&given) {
                return Some(given);
            }
            wrong(Meaningless { term, value: given.to_string(), must_be });
            None
        };
        let retry_backoff = factor("retry backoff", self.retry_backoff, f64::MAX, 1.0, "a finite number, 1 or more");
        let retry_jitter = factor("retry jitter", self.retry_jitter, 1.0, 0.0, "a number from 0 to 1");
        TermsDef {
            retry_delay,
            timeout,
            retry_backoff,
            retry_max_delay,
            retry_jitter,
            settle,
            settle_interval,
            limits: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(given: &GivenTerms) -> (TermsDef, Vec<String>) {
        let mut wrong = Vec::new();
        let terms = given.checked(|one| wrong.push(format!("{} is {}, not {}", one.term, one.value, one.must_be)));
        (terms, wrong)
    }

    #[test]
    fn takes_what_means_something() {
        assert_eq!(checked(&GivenTerms::default()), (TermsDef::NONE, Vec::new()));
        let given = GivenTerms {
            retry_delay: Some(0.5.into()),
            timeout: Some(1e-9.into()),
            retry_backoff: Some(1.0),
            retry_max_delay: Some(0.into()),
            retry_jitter: Some(1.0),
            settle: Some(0.into()),
            settle_interval: Some(2.into()),
            limits: vec!["db".into()],
        };
        let expected = TermsDef {
            retry_delay: Some(500_000_000),
            timeout: Some(1),
            retry_backoff: Some(1.0),
            retry_max_delay: Some(0),
            retry_jitter: Some(1.0),
            settle: Some(0),
            settle_interval: Some(2_000_000_000),
            limits: &[],
        };
        assert_eq!(checked(&given), (expected, Vec::new()));
    }

    #[test]
    fn refuses_what_means_nothing() {
        let given = GivenTerms {
            retry_delay: Some(f64::NAN.into()),
            timeout: Some(0.into()),
            retry_backoff: Some(0.99),
            retry_max_delay: Some(f64::INFINITY.into()),
            retry_jitter: Some(f64::NAN),
            settle: Some((-1).into()),
            settle_interval: Some(1e-10.into()),
            limits: Vec::new(),
        };
        let expected = [
            "retry delay is NaN s, not a finite number of seconds, 0 or more",
            "timeout is 0 s, not a finite number of seconds, more than 0",
            "longest retry delay is inf s, not a finite number of seconds, 0 or more",
            "time to settle is -1 s, not a finite number of seconds, 0 or more",
            "settle interval is 0 s, not a finite number of seconds, more than 0",
            "retry backoff is 0.99, not a finite number, 1 or more",
            "retry jitter is NaN, not a number from 0 to 1",
        ];
        assert_eq!(checked(&given), (TermsDef::NONE, expected.map(str::to_owned).to_vec()));
        let infinite = GivenTerms { retry_backoff: Some(f64::INFINITY), ..GivenTerms::default() };
        assert_eq!(checked(&infinite).1, ["retry backoff is inf, not a finite number, 1 or more"]);
    }
}
