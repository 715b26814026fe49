//! Time limits, delays, settling, limits, and runs that end early.

mod cases;
mod ending;
mod settling;

use proptest::prelude::*;

use self::cases::cases_of;
use super::case::Case;
use super::driver::play;
use super::trace::{Judged, Trace};
use super::{at_least, model};
use crate::status::Status;

/// Holds a run against the model and against every invariant. Returns how each job ended.
fn judge(case: &Case, trace: &Trace) -> Judged<Vec<Option<Status>>> {
    model::agrees(case, trace)?;
    let mut statuses = vec![None; case.jobs.len()];
    for entry in &trace.0 {
        for (job, status) in entry.ended() {
            prop_assert_eq!(statuses[job.index()].replace(status), None, "{:?} ended again", job);
        }
    }
    Ok(statuses)
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
