//! What tries share (R21).

use super::story;
use crate::scheduler::tests::case::Act::{FailsInRun, Holds, ShowsLate};
use crate::scheduler::tests::case::{Case, Scripted, job};

fn takes<const LIMITS: usize>(time: u64, limits: [u16; LIMITS]) -> Scripted {
    job([], &[Holds]).takes(time, 0).limits(limits)
}

/// What happens, with a slot for each.
#[track_caller]
fn told<const LIMITS: usize>(limits: [u32; LIMITS], jobs: impl IntoIterator<Item = Scripted>) -> String {
    story(&Case { slots: u32::MAX, limits: limits.to_vec(), ..Case::new(jobs) }).0
}

#[test]
fn no_more_tries_at_once_than_a_limit_lets() {
    let jobs = [takes(5, [0]), takes(5, [0]), takes(5, [0]), takes(5, [])];
    assert_eq!(told([2], jobs), "0 A1 r1, 0 B1 r1, 0 D1 r1, 5 C1 r1");
}

#[test]
fn the_first_whose_limits_are_all_free_starts() {
    let jobs = [takes(4, [0, 1]), takes(4, [0, 1]), takes(4, [1]), takes(4, [0]), takes(4, [2])];
    assert_eq!(told([1, 1, 1], jobs), "0 A1 r1, 0 E1 r1, 4 B1 r1, 8 C1 r1, 8 D1 r1");
}

#[test]
fn who_waits_reserves_nothing() {
    // B needs what A holds; so C takes the other, and D takes what A has held before C is over.
    let jobs = [takes(5, [0]), takes(1, [0, 1]), takes(7, [1]), takes(5, [0])];
    assert_eq!(told([1, 1], jobs), "0 A1 r1, 0 C1 r1, 5 D1 r1, 10 B1 r1");
}

#[test]
fn what_one_can_not_use_yet_another_one_does() {
    // At 2, C could have what B held, and lacks what A holds.
    let jobs = [takes(9, [1]), takes(2, [0]), takes(1, [0, 1]), takes(1, [0])];
    assert_eq!(told([1, 1], jobs), "0 A1 r1, 0 B1 r1, 2 D1 r1, 9 C1 r1");
}

#[test]
fn limits_are_held_while_a_try_settles_and_not_between_tries() {
    let settles = job([], &[ShowsLate(1)]).settles(10, 4).limits([0]);
    assert_eq!(told([1], [settles, takes(0, [0]), takes(0, [])]), "0 A1 r1, 0 C1 r1, 4 A1, 4 B1 r1");
    let fails = job([], &[FailsInRun, Holds]).retry_delay(9).limits([0]);
    assert_eq!(told([1], [fails, takes(1, [0])]), "0 A1 r1, 0 B1 r1, 9 A2 r2");
}
