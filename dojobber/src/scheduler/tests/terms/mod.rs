//! Time limits, delays, settling, limits, and runs that end early.

mod cases;
mod ending;
mod invariants;
mod settling;

use proptest::prelude::*;

use self::cases::cases_of;
use super::case::Case;
use super::driver::play;
use super::trace::{Judged, Trace};
use super::{at_least, model};
use crate::plan::Terms;
use crate::status::Status;

/// Holds a run against the model and against every invariant. Returns how each job ended.
fn judge(case: &Case, trace: &Trace) -> Judged<Vec<Option<Status>>> {
    model::agrees(case, trace)?;
    invariants::hold(case, trace)
}

/// The least and the most wait behind a try (R5).
pub(super) fn delays(terms: &Terms, try_number: u32) -> (u64, u64) {
    let delay = times(terms.retry_delay, terms.retry_backoff.0.powi(i32::try_from(try_number).unwrap() - 1));
    let delay = delay.min(terms.retry_max_delay);
    (delay, delay.saturating_add(times(delay, terms.retry_jitter.0)))
}

/// Exact for the numbers that are used here.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
fn times(delay: u64, factor: f64) -> u64 {
    (delay as f64 * factor) as u64
}

/// Plays the case, has it judged, and says what happened in short, and how jobs ended.
#[track_caller]
fn story(case: &Case) -> (String, Vec<Status>) {
    let trace = play(case).unwrap();
    let statuses = judge(case, &trace).unwrap();
    (trace.in_short(), statuses.into_iter().map(Option::unwrap).collect())
}

proptest! {
    #![proptest_config(at_least(5_000))]

    #[test]
    fn keeps_the_rules(case in cases_of(20)) {
        judge(&case, &play(&case)?)?;
    }
}
