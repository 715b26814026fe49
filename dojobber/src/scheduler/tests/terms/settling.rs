//! Tries whose goal takes a while to show (R5).

use super::{story, told};
use crate::plan::{SECOND, id};
use crate::scheduler::tests::case::Act::{FailsBefore, FailsInRun, Holds, ShowsLate};
use crate::scheduler::tests::case::{Case, job};
use crate::scheduler::tests::growth::family;
use crate::scheduler::{Entered, Next, Scheduler, TryOutcome, Verdict, Why};
use crate::status::Status::{Changed, Failed, Ok};

#[test]
fn a_goal_that_shows_late_is_looked_for_again() {
    let shows = job([], &[ShowsLate(2)]).takes(0, 1).settles(10, 3);
    assert_eq!(story(&Case::new([shows])), ("0 A1 r1, 4 A1, 7 A1".to_owned(), vec![Changed]));
}

#[test]
fn the_last_recheck_comes_when_the_time_is_over() {
    let never_shows = job([], &[FailsInRun]).settles(7, 3);
    assert_eq!(story(&Case::new([never_shows])), ("0 A1 r1, 3 A1, 6 A1, 7 A1".to_owned(), vec![Failed]));
    let retried = job([], &[FailsInRun, Holds]).settles(3, 5);
    assert_eq!(told([retried]), "0 A1 r1, 3 A1, 3 A2 r2");
}

#[test]
fn a_try_that_settles_holds_no_slot() {
    let settles = job([], &[ShowsLate(1)]).settles(10, 2);
    let busy = job([], &[Holds]).takes(3, 0);
    assert_eq!(told([settles, busy.clone(), busy]), "0 A1 r1, 0 B1 r1, 3 A1, 3 C1 r1");
}

#[test]
fn a_try_that_goes_on_waits_for_a_slot_in_its_round() {
    // At 3, B makes room for A, which settles in round 2 and is due since 2, and for C, which is of round 1.
    let settles = job([], &[FailsBefore, ShowsLate(1)]).settles(9, 2);
    let mut busy = job([], &[FailsBefore, Holds]);
    busy.script[1].before_run = 3;
    let jobs = [settles, job([], &[Holds]).takes(3, 0), job([1], &[Holds]), busy];
    let case = Case { slots: 2, ..Case::new(jobs) };
    assert_eq!(story(&case).0, "0 A1 r1, 0 B1 r1, 0 D1 r1, 0 A2 r2, 0 D2 r2, 3 C1 r1, 3 A2");
}

#[test]
fn a_member_that_goes_on_keeps_behind_those_before_it() {
    // C and D are members. C waits for the limit that A holds, D for the next recheck; both may go on at 2.
    let members = [job([], &[Holds]).limits([0]), job([], &[ShowsLate(1)]).settles(5, 2)];
    let holder = job([], &[Holds]).takes(2, 0).limits([0]);
    let jobs = [vec![holder], family(1, job([], &[Holds]), members)].concat();
    let case = Case { slots: 2, limits: vec![1], ..Case::new(jobs) };
    assert_eq!(story(&case).0, "0 A1 r1, 0 B1 r1, 0 D1 r1, 2 C1 r1, 2 D1");
}

/// The time of a try is over at the moment at which it would go on, and it takes a while to end it.
#[test]
fn a_try_that_is_to_end_does_not_go_on_and_takes_no_slot() {
    let settles = job([], &[FailsInRun, Holds]).settles(9, 2).timeout(2);
    let case = Case::new([settles, job([], &[Holds])]);
    let mut scheduler = Scheduler::new(case.graph(), case.settings());
    let (first, entered) = (id(0), Entered { job: id(0), number: 1 });
    assert!(matches!(scheduler.next(0), Next::Start(start) if start.job == first));
    scheduler.entered_run(first);
    assert_eq!(scheduler.settle(first, 0, 0), Some(2));
    assert_eq!(scheduler.next(2), Next::Stop(entered, Why::TimedOut));
    assert!(!scheduler.is_spent(), "nothing is over before it has ended");
    assert!(matches!(scheduler.next(2), Next::Start(start) if start.job == id(1)), "the slot is for others");
    let again = Some(2 + SECOND);
    assert_eq!(scheduler.next(2), Next::Wait(again), "it does not go on");
    scheduler.finish(id(1), TryOutcome::Held, 3);
    assert_eq!(scheduler.next(3), Next::Wait(again), "it is awaited");
    assert!(matches!(scheduler.finish(first, TryOutcome::Failed, 4), Verdict::Retry(_)));
    assert!(matches!(scheduler.next(4), Next::Start(start) if (start.job, start.number) == (first, 2)));
}

/// Its value may hang.
#[test]
fn a_try_that_paused_when_its_time_was_over_and_does_not_end_is_told_of_once_more() {
    let settles = job([], &[FailsInRun, Holds]).settles(9, 2).timeout(2);
    let case = Case::new([settles.clone(), settles]);
    let mut scheduler = Scheduler::new(case.graph(), case.settings());
    let entered = |job| Entered { job: id(job), number: 1 };
    for job in [0, 1] {
        assert!(matches!(scheduler.next(0), Next::Start(start) if start.job == id(job)));
        scheduler.entered_run(id(job));
        assert_eq!(scheduler.settle(id(job), 0, 0), Some(2));
    }
    assert_eq!(scheduler.ending(), 0);
    for job in [0, 1] {
        assert_eq!(scheduler.next(2), Next::Stop(entered(job), Why::TimedOut));
    }
    assert_eq!(scheduler.ending(), 2);
    assert_eq!(scheduler.next(2), Next::Wait(Some(2 + SECOND)));
    assert!(matches!(scheduler.finish(id(1), TryOutcome::Failed, 3), Verdict::Retry(_)));
    assert!(matches!(scheduler.next(3), Next::Start(start) if (start.job, start.number) == (id(1), 2)));
    assert_eq!(scheduler.finish(id(1), TryOutcome::Held, 3), Verdict::Ended(Ok));
    assert_eq!(scheduler.next(2 + SECOND), Next::Stop(entered(0), Why::TimedOut));
    assert_eq!(scheduler.next(2 + SECOND), Next::Wait(None), "once is enough");
    assert!(matches!(scheduler.finish(id(0), TryOutcome::Failed, 3 + SECOND), Verdict::Retry(_)));
    assert_eq!(scheduler.ending(), 0);
}
