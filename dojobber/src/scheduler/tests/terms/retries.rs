//! How long is waited before a further try (R5).

use std::collections::BTreeSet;

use super::told;
use crate::plan::{Factor, SECOND};
use crate::scheduler::Next;
use crate::scheduler::tests::case::Act::{FailsInRun, Holds};
use crate::scheduler::tests::case::{Case, Scripted, job};
use crate::scheduler::tests::driver::play;
use crate::scheduler::tests::trace::Step;

fn fails_thrice(retry_delay: u64) -> Scripted {
    job([], &[FailsInRun, FailsInRun, FailsInRun, Holds]).retry_delay(retry_delay)
}

#[test]
fn a_delay_that_grows_counts_from_the_end_of_the_try_before() {
    let mut grows = fails_thrice(1).takes(0, 1);
    grows.terms.retry_backoff = Factor(2.0);
    assert_eq!(told([grows.clone()]), "0 A1 r1, 2 A2 r2, 5 A3 r3, 10 A4 r4");
    grows.terms.retry_max_delay = 3;
    assert_eq!(told([grows]), "0 A1 r1, 2 A2 r2, 5 A3 r3, 9 A4 r4");
}

#[test]
fn no_delay_is_longer_than_the_longest() {
    let mut slow = fails_thrice(10).takes(0, 1);
    slow.terms.retry_max_delay = 4;
    assert_eq!(told([slow]), "0 A1 r1, 4 A2 r2, 8 A3 r3, 12 A4 r4");
}

#[test]
fn jitter_spreads_retries_by_the_seed() {
    let mut fails = job([], &[FailsInRun, Holds]).retry_delay(SECOND);
    (fails.terms.retry_jitter, fails.terms.retry_max_delay) = (Factor(0.5), SECOND);
    let retried_at = |seed| {
        let trace = play(&Case { seed, ..Case::new([fails.clone()]) }).unwrap();
        trace.0.last().unwrap().at
    };
    let times: BTreeSet<_> = (0..100).map(retried_at).collect();
    assert!(times.len() > 90, "{times:?}");
    assert!(times.iter().all(|time| (SECOND..=SECOND + SECOND / 2).contains(time)), "{times:?}");
    assert_eq!(retried_at(7), retried_at(7));

    let mut fails = fails_thrice(SECOND);
    fails.terms.retry_jitter = Factor(1.0);
    let starts: Vec<_> = play(&Case::new([fails]))
        .unwrap()
        .0
        .into_iter()
        .filter_map(|entry| match entry.step {
            Step::Asked(Next::Start(_)) => Some(entry.at),
            _ => None,
        })
        .collect();
    assert_ne!(starts[1] - starts[0], starts[2] - starts[1], "each try has its own");
}
