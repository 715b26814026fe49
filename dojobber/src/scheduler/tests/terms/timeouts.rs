//! Tries whose time is over (R20).

use super::{story, told};
use crate::scheduler::tests::case::Act::{Changes, FailsInRun, Holds};
use crate::scheduler::tests::case::{Asks, Case, job};
use crate::status::Status::{Changed, Failed, Ok};

#[test]
fn a_try_that_can_be_dropped_ends_when_its_time_is_over() {
    let slow = job([], &[Changes, Holds]).takes(0, 9).timeout(5).heeds(0);
    let case = Case::new([slow, job([], &[Holds])]);
    let told = "0 A1 r1, 5 A1 timed out, 5 B1 r1, 5 A2 r2";
    assert_eq!(story(&case), (told.to_owned(), vec![Ok, Ok]));
}

#[test]
fn a_try_that_can_not_be_dropped_keeps_its_slot_and_fails_when_it_returns() {
    let slow = job([], &[Changes]).takes(0, 9).timeout(5).has_cleanup();
    let case = Case::new([slow, job([], &[Holds])]);
    assert_eq!(story(&case), ("0 A1 r1, 5 A1 timed out, 9 B1 r1, ~A1".to_owned(), vec![Failed, Ok]));
}

#[test]
fn a_try_that_settles_ends_at_once_when_its_time_is_over() {
    let settles = job([], &[FailsInRun, Holds]).takes(0, 1).settles(20, 4).timeout(6);
    assert_eq!(told([settles]), "0 A1 r1, 5 A1, 6 A1 timed out, 6 A2 r2");
}

#[test]
fn each_try_has_its_own_time() {
    let fails = job([], &[FailsInRun, FailsInRun, Changes]).takes(0, 4).timeout(5).retry_delay(3);
    assert_eq!(told([fails]), "0 A1 r1, 4 A2 r2, 8 A3 r3");
}

#[test]
fn a_try_is_in_time_if_it_returns_before_anybody_asks() {
    let at_the_end = Case::new([job([], &[Changes]).takes(0, 5).timeout(5)]);
    assert_eq!(story(&at_the_end), ("0 A1 r1".to_owned(), vec![Changed]));
    let unasked = Case { asks: Asks::Late, ..Case::new([job([], &[Changes]).takes(0, 9).timeout(5)]) };
    assert_eq!(story(&unasked), ("0 A1 r1".to_owned(), vec![Changed]));
}

#[test]
fn a_time_that_is_longer_than_can_be_counted_is_never_over() {
    let job = job([], &[FailsInRun, Changes]).takes(0, 9).retry_delay(10).timeout(u64::MAX - 5);
    assert_eq!(told([job]), "0 A1 r1, 10 A2 r2");
}
