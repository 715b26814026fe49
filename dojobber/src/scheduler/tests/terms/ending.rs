//! Runs that end early: fail-fast, cancellation, the run's deadline and grace.

use std::sync::Arc;

use super::story;
use crate::plan::id;
use crate::scheduler::tests::case::Act::{Changes, FailsBefore, FailsForGood, FailsInRun, Holds, ShowsLate};
use crate::scheduler::tests::case::{Cancel, Case, Part, Scripted, job};
use crate::scheduler::tests::growth::family;
use crate::scheduler::{Entered, Next, Scheduler, TryOutcome, Why};
use crate::status::Status::{Blocked, Cancelled, Changed, Failed, Ok};

fn fail_fast(jobs: impl IntoIterator<Item = Scripted>) -> Case {
    Case { slots: 2, fail_fast: true, ..Case::new(jobs) }
}

#[test]
fn once_a_job_has_failed_nothing_new_starts_and_tries_go_on_to_their_end() {
    // C would have been next; D is above A.
    let fails = job([], &[FailsInRun]).takes(0, 3);
    let runs = job([], &[Changes]).takes(0, 5).has_cleanup();
    let case = fail_fast([fails.clone(), runs, job([], &[Holds]), job([0], &[Holds])]);
    assert_eq!(story(&case), ("0 A1 r1, 0 B1 r1, ~B1".to_owned(), vec![Failed, Changed, Cancelled, Blocked]));
    let settles = job([], &[ShowsLate(2)]).settles(20, 4);
    let case = fail_fast([fails, settles.limits([]), job([1], &[Holds])]);
    assert_eq!(story(&case), ("0 A1 r1, 0 B1 r1, 4 B1, 8 B1".to_owned(), vec![Failed, Changed, Cancelled]));
}

#[test]
fn once_a_job_has_failed_nothing_is_tried_again() {
    // A waits for its second try when B fails; C fails after that.
    let waits = job([], &[FailsInRun, Holds]).retry_delay(9).has_cleanup();
    let fails = job([], &[FailsForGood, Holds]).takes(2, 0);
    let case = fail_fast([waits, fails, job([], &[FailsInRun, Holds]).takes(0, 5)]);
    assert_eq!(story(&case), ("0 A1 r1, 0 B1 r1, 0 C1 r1, ~A1".to_owned(), vec![Cancelled, Failed, Cancelled]));
}

#[test]
fn a_try_that_fails_is_not_yet_a_job_that_has() {
    let case = fail_fast([job([], &[FailsInRun, Holds]), job([], &[Holds]), job([0], &[Holds])]);
    assert_eq!(story(&case), ("0 A1 r1, 0 B1 r1, 0 A2 r2, 0 C1 r2".to_owned(), vec![Ok, Ok, Ok]));
}

#[test]
fn a_family_that_has_not_come_into_being_is_blocked_by_what_its_members_would_need() {
    // All members of B, of E and of H would need A, with which the run ends. D waits for a member of B, G needs E; H has
    // been tried, and J needs it.
    let fails = job([], &[FailsBefore]).takes(1, 0);
    let tried = job([], &[FailsBefore, Holds]).retry_delay(9);
    let jobs = [
        vec![fails],
        family(1, job([], &[Holds]).takes(5, 0).members_need([0]), []),
        vec![job([1], &[FailsBefore]).is(Part::Lacking)],
        family(4, job([1], &[Holds]).members_need([0]), []),
        vec![job([5], &[Holds])],
        family(7, tried.members_need([0]), []),
        vec![job([8], &[Holds])],
    ];
    let case = Case { slots: 1, ..fail_fast(jobs.concat()) };
    let untried = [vec![Failed], vec![Blocked; 9]].concat();
    assert_eq!(story(&case), ("0 A1 r1".to_owned(), untried));
    // With a slot for H, and none for the others.
    let mut case = Case { slots: 2, limits: vec![1], ..case };
    case.jobs[0].terms.limits = [0].into();
    case.jobs[1].terms.limits = [0].into();
    let tried = [vec![Failed], vec![Blocked; 6], vec![Cancelled, Blocked, Blocked]].concat();
    assert_eq!(story(&case), ("0 A1 r1, 0 H1 r1".to_owned(), tried));
}

#[test]
fn who_lacks_a_member_fails_fast() {
    // E waits for a member that there is not. F needs it; G comes behind it, and B is a member.
    let lacking = [job([0], &[FailsBefore]).is(Part::Lacking), job([3], &[Holds]), job([], &[Holds])];
    let jobs = [family(0, job([], &[Holds]), [job([], &[Holds])]), lacking.to_vec()].concat();
    let case = Case { fail_fast: true, ..Case::new(jobs) };
    let statuses = vec![Ok, Cancelled, Cancelled, Failed, Blocked, Cancelled];
    assert_eq!(story(&case), ("0 A1 r1".to_owned(), statuses));
}

#[test]
fn of_two_who_lack_a_member_the_first_fails_fast() {
    // Both are found out when the family comes into being; C needs all of it, besides.
    let lacking = [job([0, 1], &[FailsBefore]).is(Part::Lacking), job([0], &[FailsBefore]).is(Part::Lacking)];
    let jobs = [family(0, job([], &[Holds]), []), lacking.to_vec()].concat();
    let case = Case { fail_fast: true, ..Case::new(jobs) };
    assert_eq!(story(&case), ("0 A1 r1".to_owned(), vec![Ok, Ok, Failed, Cancelled]));
}

#[test]
fn who_lacks_a_member_and_comes_too_late_to_be_tried_is_cancelled_as_others_are() {
    // A family's D and its neighbour E wait for C, which passes when the run has been cancelled.
    let slow = job([], &[Changes]).takes(0, 9);
    let waiting = [job([0, 2], &[FailsBefore]).is(Part::Lacking), job([2], &[Holds])];
    let jobs = [family(0, job([], &[Holds]), []), vec![slow], waiting.to_vec()].concat();
    let case = Case { slots: 2, cancel: Cancel::At(2), ..Case::new(jobs) };
    let (told, statuses) = story(&case);
    assert_eq!(statuses, [Ok, Ok, Changed, Cancelled, Cancelled], "{told}");
}

#[test]
fn a_cancellation_stops_each_try_that_runs_or_settles() {
    // A heeds that, B does not, C and D settle.
    let settles = job([], &[FailsInRun, Holds]).settles(20, 9);
    let jobs = [
        job([], &[Changes]).takes(0, 9).heeds(1),
        job([], &[Changes]).takes(0, 9),
        settles.clone(),
        settles.heeds(1),
        job([], &[Holds]),
    ];
    let case = Case { slots: 3, cancel: Cancel::At(2), ..Case::new(jobs) };
    let (told, statuses) = story(&case);
    let stopped = "2 A1 stopped, 2 B1 stopped, 2 C1 stopped, 2 D1 stopped";
    assert_eq!(told, format!("0 A1 r1, 0 B1 r1, 0 C1 r1, 0 D1 r1, 0 E1 r1, {stopped}"));
    assert_eq!(statuses, [Cancelled, Changed, Cancelled, Cancelled, Ok]);
}

#[test]
fn after_the_grace_period_tries_are_given_up() {
    let runs = |time| job([], &[Changes]).takes(0, time).has_cleanup();
    let case = Case { slots: 4, grace: 5, ..Case::new([runs(50), runs(1), runs(6), runs(8), job([0], &[Holds])]) };
    let statuses = vec![Cancelled, Changed, Changed, Changed, Cancelled];
    let starts = "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 D1 r1";
    let told = format!("{starts}, 3 A1 stopped, 3 C1 stopped, 3 D1 stopped, 8 A1 given up, ~D1, ~C1, ~B1");
    let cancelled = Case { cancel: Cancel::At(3), ..case.clone() };
    assert_eq!(story(&cancelled), (told.clone(), statuses.clone()));
    // The run's deadline does the same.
    assert_eq!(story(&Case { deadline: Some(3), ..case }), (told, statuses));
}

#[test]
fn without_grace_tries_are_given_up_at_once() {
    let case = Case { grace: 0, deadline: Some(3), ..Case::new([job([], &[Changes]).takes(0, 9).has_cleanup()]) };
    assert_eq!(story(&case), ("0 A1 r1, 3 A1 stopped, 3 A1 given up".to_owned(), vec![Cancelled]));
}

#[test]
fn earlier_tries_of_what_was_given_up_are_cleaned_up_after() {
    let fails = job([], &[FailsInRun, Changes]).takes(0, 4).has_cleanup();
    let case = Case { cancel: Cancel::At(5), grace: 1, ..Case::new([fails]) };
    assert_eq!(story(&case), ("0 A1 r1, 4 A2 r2, 5 A2 stopped, 6 A2 given up, ~A1".to_owned(), vec![Cancelled]));
}

#[test]
fn a_run_may_be_over_before_its_deadline_and_before_it_begins() {
    let jobs = [job([], &[Changes]).takes(0, 3).has_cleanup()];
    let long = Case { deadline: Some(4), ..Case::new(jobs.clone()) };
    assert_eq!(story(&long), ("0 A1 r1, ~A1".to_owned(), vec![Changed]));
    let none = Case { deadline: Some(0), ..Case::new(jobs) };
    assert_eq!(story(&none), (String::new(), vec![Cancelled]));
}

#[test]
fn a_try_may_be_timed_out_and_stopped_and_given_up() {
    let slow = job([], &[Changes]).takes(0, 50).timeout(2);
    let case = Case { cancel: Cancel::At(3), grace: 4, ..Case::new([slow]) };
    assert_eq!(story(&case), ("0 A1 r1, 2 A1 timed out, 3 A1 stopped, 7 A1 given up".to_owned(), vec![Cancelled]));
}

/// Whatever the grace: whoever awaits ends when it is polled.
#[test]
#[cfg(feature = "tokio")]
fn async_code_is_given_up_only_where_it_calls_blocking_code() {
    let case = Case { slots: 2, grace: 0, ..Case::new([job([], &[Changes]), job([], &[Changes])]) };
    let mut graph = Arc::into_inner(case.graph()).expect("nobody else has it");
    graph.policies.iter_mut().for_each(|policy| policy.is_async = true);
    let mut scheduler = Scheduler::new(Arc::new(graph), case.settings());
    let [first, second] = [0, 1].map(|job| Entered { job: id(job), number: 1 });
    assert!(matches!(scheduler.next(0), Next::Start(_)));
    assert!(matches!(scheduler.next(0), Next::Start(_)));
    scheduler.enter_blocking(second.job);
    scheduler.cancel(1);
    assert_eq!(scheduler.next(1), Next::Stop(first, Why::Cancelled));
    assert_eq!(scheduler.next(1), Next::Stop(second, Why::Cancelled));
    assert_eq!(scheduler.next(1), Next::GiveUp(second));
    assert!(!scheduler.leave_blocking(second.job), "nobody waits for it");
    assert_eq!(scheduler.next(9), Next::Wait(None));
    // Its recheck, say.
    scheduler.enter_blocking(first.job);
    assert_eq!(scheduler.next_time(), Some(1), "it may be late");
    assert!(scheduler.leave_blocking(first.job));
    assert_eq!((scheduler.next_time(), scheduler.next(9)), (None, Next::Wait(None)));
    scheduler.finish(first.job, TryOutcome::Interrupted, 10);
    assert_eq!(scheduler.next(10), Next::Done);
}
