//! Time limits, delays, settling, limits, and runs that end early.

mod cases;
mod ending;
mod invariants;
mod limits;
mod outcomes;
mod retries;
mod settling;
mod timeouts;

use proptest::prelude::*;

pub(super) use self::cases::cases_of;
use super::case::{Cancel, Case, Scripted};
use super::driver::play;
use super::growth::{as_it_came, with_unborn};
use super::invariants::{blame_is_reachability, verdict_is_fair};
use super::trace::{Judged, Trace};
use super::{at_least, model, random};
use crate::plan::{Factor, Terms};
use crate::scheduler::Start;
use crate::status::Status;

/// Holds a run against the model and against every invariant. Returns how each job ended.
fn judge(case: &Case, trace: &Trace) -> Judged<Vec<Status>> {
    model::agrees(case, trace)?;
    let ended = invariants::hold(case, trace)?;
    let statuses = with_unborn(case, &ended);
    let case = &as_it_came(case, &statuses);
    blame_is_reachability(case, &statuses)?;
    verdict_is_fair(&statuses)?;
    Ok(statuses)
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
    (trace.in_short(), statuses)
}

/// What happens, in short, with one slot.
#[track_caller]
fn told(jobs: impl IntoIterator<Item = Scripted>) -> String {
    story(&Case::new(jobs)).0
}

proptest! {
    #![proptest_config(at_least(5_000))]

    #[test]
    fn keeps_the_rules(case in cases_of(20)) {
        judge(&case, &play(&case)?)?;
    }
}

proptest! {
    #![proptest_config(at_least(1_000))]

    /// Whenever the run is cancelled, or its time is over.
    #[test]
    fn keeps_the_rules_whenever_it_ends(case in cases_of(6)) {
        let case = Case { cancel: Cancel::Never, deadline: None, ..case };
        let whole = play(&case)?;
        for question in 0..whole.questions() {
            let cancelled = Case { cancel: Cancel::BeforeQuestion(question), ..case.clone() };
            judge(&cancelled, &play(&cancelled)?)?;
        }
        for time in whole.times() {
            let timed = Case { deadline: Some(time), ..case.clone() };
            judge(&timed, &play(&timed)?)?;
        }
    }

    /// R11, and the jitter comes from the seed alone.
    #[test]
    fn plays_the_same_again(case in cases_of(20)) {
        prop_assert_eq!(play(&case)?, play(&case)?);
    }

    #[test]
    fn without_jitter_the_seed_does_not_matter(mut case in cases_of(20)) {
        for job in &mut case.jobs {
            job.terms.retry_jitter = Factor(0.0);
        }
        let other = Case { seed: !case.seed, ..case.clone() };
        prop_assert_eq!(play(&case)?, play(&other)?);
    }

    /// Terms that never come to bear change nothing.
    #[test]
    fn with_terms_to_spare_everything_is_as_without(case in random::cases_of(20)) {
        let mut spared = Case { limits: vec![u32::MAX; 2], deadline: Some(u64::MAX), ..case.clone() };
        for job in &mut spared.jobs {
            (job.terms.timeout, job.terms.limits) = (Some(u64::MAX / 2), [0, 1].into());
        }
        let starts = |trace: Trace| -> Vec<_> { trace.starts().map(|start| Start { deadline: None, ..start }).collect() };
        prop_assert_eq!(starts(play(&case)?), starts(play(&spared)?));
    }
}
