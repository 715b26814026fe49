//! Tries whose goal takes a while to show (R5).

use super::story;
use crate::scheduler::tests::case::Act::{Holds, ShowsLate};
use crate::scheduler::tests::case::{Case, job};
use crate::scheduler::tests::growth::family;

#[test]
fn a_member_that_goes_on_keeps_behind_those_before_it() {
    // C and D are members. C waits for the limit that A holds, D for the next recheck; both may go on at 2.
    let members = [job([], &[Holds]).limits([0]), job([], &[ShowsLate(1)]).settles(5, 2)];
    let holder = job([], &[Holds]).takes(2, 0).limits([0]);
    let jobs = [vec![holder], family(1, job([], &[Holds]), members)].concat();
    let case = Case { slots: 2, limits: vec![1], ..Case::new(jobs) };
    assert_eq!(story(&case).0, "0 A1 r1, 0 B1 r1, 0 D1 r1, 2 C1 r1, 2 D1");
}
