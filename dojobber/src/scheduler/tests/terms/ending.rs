//! Runs that end early: fail-fast, cancellation, the run's deadline and grace.

use super::story;
use crate::scheduler::tests::case::Act::{FailsBefore, Holds};
use crate::scheduler::tests::case::{Case, Part, job};
use crate::scheduler::tests::growth::family;
use crate::status::Status::{Blocked, Cancelled, Failed, Ok};

#[test]
fn who_lacks_a_member_fails_fast() {
    // E waits for a member that there is not. F needs it; G comes behind it, and B is a member.
    let lacking = [job([0], &[FailsBefore]).is(Part::Lacking), job([3], &[Holds]), job([], &[Holds])];
    let jobs = [family(0, job([], &[Holds]), [job([], &[Holds])]), lacking.to_vec()].concat();
    let case = Case { fail_fast: true, ..Case::new(jobs) };
    let statuses = vec![Ok, Cancelled, Cancelled, Failed, Blocked, Cancelled];
    assert_eq!(story(&case), ("0 A1 r1".to_owned(), statuses));
}
