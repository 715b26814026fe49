//! What a try's outcome means for its job, and for those above.

use super::story;
use crate::plan::JobId;
use crate::scheduler::Blame;
use crate::scheduler::tests::case::Act::{
    Changes, FailsForGood, FailsForGoodInRun, FailsInRun, Holds, IsUnsure, Skips,
};
use crate::scheduler::tests::case::{Case, job};
use crate::status::Status::{Blocked, Failed, Ok, Skipped, Unknown, WouldRun};

#[test]
fn a_skipped_job_counts_as_passed() {
    let case = Case::new([job([], &[Skips, Holds]), job([0], &[Holds])]);
    assert_eq!(story(&case), ("0 A1 r1, 0 B1 r1".to_owned(), vec![Skipped, Ok]));
    let no_act = Case { no_act: true, ..case };
    assert_eq!(story(&no_act), ("0 A1 r1, 0 B1 r1".to_owned(), vec![Skipped, Ok]));
}

#[test]
fn a_failure_for_good_is_not_tried_again() {
    let fails = [job([], &[FailsForGood, Holds]), job([], &[FailsInRun, FailsForGoodInRun, Holds]).has_cleanup()];
    let case = Case::new(fails.into_iter().chain([job([0], &[Holds])]));
    assert_eq!(story(&case), ("0 A1 r1, 0 B1 r1, 0 B2 r2, ~B2, ~B1".to_owned(), vec![Failed, Failed, Blocked]));
}

#[test]
fn in_no_act_nothing_is_known_above_a_check_that_can_not_tell() {
    // C is above A, D above C and the changing B.
    let jobs = [job([], &[IsUnsure]), job([], &[Changes]), job([0], &[Holds]), job([1, 2], &[Holds])];
    let case = Case { no_act: true, ..Case::new(jobs) };
    let (told, statuses) = story(&case);
    assert_eq!((told.as_str(), &statuses[..]), ("0 A1 r1, 0 B1 r1", &[Unknown, WouldRun, Unknown, Unknown][..]));
    let blame = Blame::of_graph(1, &case.graph(), &statuses);
    assert_eq!((&blame[0][..], &blame[2][..]), (&[][..], &[JobId(0)][..]));
    assert_eq!(blame[3], [JobId(0), JobId(1)]);
}
