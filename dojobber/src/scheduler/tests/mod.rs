//! The scheduler does what the rules say: a table of small runs, rule by rule, and then thousands of random ones, each
//! held against a model that was written from the rules alone.

mod case;
mod driver;
mod growth;
mod invariants;
mod known;
mod model;
mod preliminary;
mod random;
mod terms;
mod trace;

use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;

use self::case::Act::{Changes, FailsBefore, FailsInRun, Holds};
use self::case::{Cancel, Case, Scripted, job};
use self::driver::play;
use self::random::cases;
use self::trace::{Judged, Trace};
use super::{Blame, Next, RunVerdict, Scheduler, TryOutcome};
use crate::plan::JobId;
use crate::status::Status;

/// At least so many; `PROPTEST_CASES` can ask for more. They come from a generator that is quick in debug builds, too.
fn at_least(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases.max(cases), rng_algorithm: RngAlgorithm::XorShift, ..default }
}

/// Holds a run against the model and against every invariant. Returns how each job ended.
fn judge(case: &Case, trace: &Trace) -> Judged<Vec<Status>> {
    model::agrees(case, trace)?;
    let statuses = invariants::hold(case, trace)?;
    let case = &growth::as_it_came(case, &statuses);
    invariants::scripts_decide(case, &statuses)?;
    invariants::blame_is_reachability(case, &statuses)?;
    invariants::verdict_is_fair(&statuses)?;
    Ok(statuses)
}

proptest! {
    #![proptest_config(at_least(5_000))]

    #[test]
    fn keeps_the_rules(case in cases()) {
        judge(&case, &play(&case)?)?;
    }
}

proptest! {
    #![proptest_config(at_least(500))]

    /// R11: a new scheduler knows nothing of the last run.
    #[test]
    fn plays_the_same_again(case in cases()) {
        prop_assert_eq!(play(&case)?, play(&case)?);
    }

    /// R4: with one slot and no delays the same program prints the same trace, however long its tries take.
    #[test]
    fn with_one_slot_and_no_delays_time_does_not_matter(mut case in cases()) {
        (case.slots, case.cancel) = (1, Cancel::Never);
        for job in &mut case.jobs {
            job.terms.retry_delay = 0;
        }
        let timed = play(&case)?;
        case.jobs = case.jobs.into_iter().map(|job| job.takes(0, 0)).collect();
        let timeless = play(&case)?;
        prop_assert!(timed.starts().eq(timeless.starts()), "{:?}", (timed, timeless));
        prop_assert!(timed.cleanups().eq(timeless.cleanups()), "{:?}", (timed, timeless));
    }

    /// R4: without failures, one slot goes from place to place.
    #[test]
    fn without_failures_jobs_start_place_by_place(mut case in cases()) {
        (case.slots, case.cancel, case.no_act) = (1, Cancel::Never, false);
        for scene in case.jobs.iter_mut().flat_map(|job| &mut job.script) {
            scene.act = if scene.act == Changes { Changes } else { Holds };
        }
        let trace = play(&case)?;
        prop_assert!(trace.starts().map(|start| start.job).eq(case.ids()), "{trace:?}");
    }
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

#[test]
fn the_lowest_place_starts_first() {
    let jobs = [job([], &[Holds]), job([0], &[Holds]), job([], &[Holds]), job([1, 2], &[Holds])];
    assert_eq!(told(jobs), "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 D1 r1");
}

#[test]
fn a_retry_belongs_to_the_next_round() {
    let jobs = [job([], &[FailsInRun, FailsInRun, Holds]), job([], &[Holds]), job([], &[FailsInRun, Holds])];
    assert_eq!(told(jobs), "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 A2 r2, 0 C2 r2, 0 A3 r3");
}

#[test]
fn a_first_try_belongs_to_the_highest_round_in_which_a_dependency_passed() {
    // A passes in round 2, so C, though its place is lower, comes after D.
    let jobs = [job([], &[FailsInRun, Holds]), job([], &[Holds]), job([0, 1], &[Holds]), job([1], &[Holds])];
    assert_eq!(told(jobs), "0 A1 r1, 0 B1 r1, 0 D1 r1, 0 A2 r2, 0 C1 r2");
}

#[test]
fn no_round_is_waited_for() {
    let waits = job([], &[FailsInRun, Holds]).retry_delay(7);
    let jobs = [waits, job([], &[FailsInRun, FailsInRun, Holds]), job([1], &[Holds])];
    assert_eq!(told(jobs), "0 A1 r1, 0 B1 r1, 0 B2 r2, 0 B3 r3, 0 C1 r3, 7 A2 r2");
}

#[test]
fn the_delay_counts_from_the_start_of_the_try_before() {
    let short = job([], &[FailsInRun, FailsInRun, Holds]).retry_delay(10).takes(1, 2);
    assert_eq!(told([short]), "0 A1 r1, 10 A2 r2, 20 A3 r3");
    let long = job([], &[FailsInRun, Holds]).retry_delay(10).takes(1, 20);
    assert_eq!(told([long]), "0 A1 r1, 21 A2 r2");
    let endless = job([], &[FailsInRun, FailsInRun, Holds]).retry_delay(u64::MAX);
    assert_eq!(told([endless]), format!("0 A1 r1, {} A2 r2, {0} A3 r3", u64::MAX));
}

#[test]
fn a_job_that_waits_holds_no_slot() {
    let waits = job([], &[FailsInRun, Holds]).retry_delay(10).takes(0, 1);
    let busy = job([], &[Holds]).takes(6, 0);
    let jobs = [waits, busy.clone(), busy.clone(), busy];
    assert_eq!(told(jobs.clone()), "0 A1 r1, 1 B1 r1, 7 C1 r1, 13 D1 r1, 19 A2 r2");
    let two = Case { slots: 2, ..Case::new(jobs) };
    assert_eq!(story(&two).0, "0 A1 r1, 0 B1 r1, 1 C1 r1, 6 D1 r1, 10 A2 r2");
}

#[test]
fn the_next_try_waits_for_the_last_one_to_return() {
    let slow = job([], &[FailsInRun, Holds]).retry_delay(2).takes(0, 9);
    let jobs = Case { slots: 4, ..Case::new([slow, job([], &[Holds])]) };
    assert_eq!(story(&jobs).0, "0 A1 r1, 0 B1 r1, 9 A2 r2");
}

#[test]
fn a_failure_blocks_all_above_it_and_nothing_else() {
    use Status::{Blocked, Changed, Failed};
    // A and B fail; C is above A, D above C, E above D and B; F is above neither.
    let case = Case::new([
        job([], &[FailsInRun, FailsInRun]),
        job([], &[FailsBefore]),
        job([0], &[Holds]),
        job([2], &[Holds]),
        job([1, 3], &[Holds]),
        job([], &[Changes]),
    ]);
    let (told, statuses) = story(&case);
    assert_eq!(told, "0 A1 r1, 0 B1 r1, 0 F1 r1, 0 A2 r2");
    assert_eq!(statuses, [Failed, Failed, Blocked, Blocked, Blocked, Changed]);
    let blame = Blame::of_graph(1, &case.graph(), &statuses);
    assert_eq!(blame[3..], [vec![JobId(0)], vec![JobId(0), JobId(1)], vec![]]);
}

#[test]
fn swept_jobs_are_kept_until_they_are_taken() {
    let fails = job([], &[FailsInRun]);
    let case = Case { slots: 2, ..Case::new([fails.clone(), fails, job([0], &[Holds]), job([1], &[Holds])]) };
    let mut scheduler = Scheduler::new(case.graph(), case.settings());
    for _ in 0..2 {
        assert!(matches!(scheduler.next(0), Next::Start(_)));
    }
    for job in [JobId(0), JobId(1)] {
        scheduler.finish(job, TryOutcome::Failed, 0);
    }
    assert!(scheduler.has_swept());
    assert_eq!(scheduler.take_swept(), [(JobId(2), Status::Blocked), (JobId(3), Status::Blocked)]);
    assert!(!scheduler.has_swept());
    assert_eq!(scheduler.take_swept(), []);
}

#[test]
fn cleanups_run_backwards_from_the_last_run_that_was_entered() {
    // With two slots, B enters its run before A does; C's check holds, so its run is never entered.
    let late = job([], &[FailsInRun, Changes]).takes(5, 1).has_cleanup();
    let early = job([], &[FailsInRun]).takes(1, 1).has_cleanup();
    let case = Case { slots: 2, ..Case::new([late, early, job([], &[Holds]).has_cleanup(), job([], &[Changes])]) };
    assert_eq!(story(&case).0, "0 A1 r1, 0 B1 r1, 2 C1 r1, 2 D1 r1, 6 A2 r2, ~A2, ~A1, ~B1");
    let left = Case { cleanup: false, ..case };
    assert_eq!(story(&left).0, "0 A1 r1, 0 B1 r1, 2 C1 r1, 2 D1 r1, 6 A2 r2, ., ~A2, ~A1, ~B1");
}

#[test]
fn cleaning_up_a_second_time_does_nothing() {
    let case = Case { cleanup: false, ..Case::new([job([], &[Changes]).has_cleanup()]) };
    let mut scheduler = Scheduler::new(case.graph(), case.settings());
    assert!(matches!(scheduler.next(0), Next::Start(_)));
    assert!(scheduler.entered_run(JobId(0)).is_some());
    scheduler.finish(JobId(0), TryOutcome::Changed, 0);
    assert_eq!(scheduler.next(0), Next::Done);
    assert!(scheduler.has_pending_cleanups());
    scheduler.clean_up();
    assert!(matches!(scheduler.next(0), Next::CleanUp(_)));
    scheduler.cleaned_up();
    for _ in 0..2 {
        assert!(!scheduler.has_pending_cleanups());
        assert_eq!(scheduler.next(0), Next::Done);
        scheduler.clean_up();
    }
}

#[test]
fn no_act_only_checks() {
    use Status::{Failed, Ok, Unknown, WouldRun};
    let case = Case::new([
        job([], &[FailsInRun, Holds]).has_cleanup(),
        job([], &[FailsBefore, Holds]),
        job([], &[Holds]),
        job([0], &[Holds]),
        job([1], &[Holds]),
        job([3], &[Holds]),
        job([2], &[Changes]),
    ]);
    let told = (
        "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 G1 r1".to_owned(),
        vec![WouldRun, Failed, Ok, Unknown, Unknown, Unknown, WouldRun],
    );
    assert_eq!(story(&Case { no_act: true, ..case }), told);
}

#[test]
fn after_a_cancellation_nothing_starts_and_what_runs_ends_as_it_does() {
    use Status::{Blocked, Cancelled, Changed, Failed};
    let takes_long = |acts| job([], acts).takes(3, 3).has_cleanup();
    let case = Case::new([
        takes_long(&[Changes]),
        takes_long(&[FailsInRun]),
        takes_long(&[FailsInRun, Holds]),
        job([], &[FailsInRun, Holds]).retry_delay(9).has_cleanup(),
        job([0], &[Holds]),
        job([1, 2], &[Holds]),
        job([2], &[Holds]),
    ]);
    let case = Case { slots: 4, cancel: Cancel::At(4), ..case };
    let told = "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 D1 r1, 4 A1 stopped, 4 B1 stopped, 4 C1 stopped, ~C1, ~B1, ~A1, ~D1";
    // D was waiting. E could have been tried; F needs one that failed, and one that was given up.
    let statuses = vec![Changed, Failed, Cancelled, Cancelled, Cancelled, Blocked, Cancelled];
    assert_eq!(story(&case), (told.to_owned(), statuses));
}

#[test]
fn a_cancellation_before_or_after_everything() {
    let chain = [job([], &[Changes]).has_cleanup(), job([0], &[Holds])];
    let before = Case { cancel: Cancel::BeforeQuestion(0), ..Case::new(chain.clone()) };
    assert_eq!(story(&before), (String::new(), vec![Status::Cancelled, Status::Cancelled]));
    let after = Case { cancel: Cancel::BeforeQuestion(5), ..Case::new(chain) };
    assert_eq!(story(&after), ("0 A1 r1, 0 B1 r1, ~A1".to_owned(), vec![Status::Changed, Status::Ok]));
}

#[test]
fn nothing_to_do_is_done() {
    assert_eq!(story(&Case::new([])), (String::new(), Vec::new()));
}

#[test]
fn verdicts() {
    use Status::{Blocked, Cancelled, Changed, Failed, Ok, Skipped, Unknown, WouldRun};
    let of = |statuses: &[Status], cleanups_failed| {
        let verdict = RunVerdict::of(statuses.iter().copied().map(Some), cleanups_failed);
        (verdict.success, verdict.partial_success)
    };
    assert_eq!(of(&[Ok, Changed, Skipped], false), (true, true));
    assert_eq!(of(&[Ok, Changed, Skipped], true), (false, true));
    assert_eq!(of(&[Skipped], false), (true, false));
    for bad in [Failed, Blocked, Cancelled, WouldRun, Unknown] {
        assert_eq!(of(&[bad], false), (false, false));
        assert_eq!(of(&[Changed, bad], false), (false, true));
    }
    let unfinished = RunVerdict::of([Some(Ok), None], false);
    assert_eq!((unfinished.success, unfinished.partial_success), (false, true));
}

/// Places and marks of more jobs than fit into one word, and more levels than fit on a stack.
#[test]
fn large_graphs() {
    let jobs = 100_000;
    let chain = (0..jobs).map(|place| match place {
        0 => job([], &[FailsInRun]),
        _ => job([place - 1], &[Holds]),
    });
    let chain = Case::new(chain);
    let trace = play(&chain).unwrap();
    assert_eq!(trace.in_short(), "0 A1 r1");
    let statuses = invariants::hold(&chain, &trace).unwrap();
    assert!(statuses[1..].iter().all(|status| *status == Status::Blocked));
    let blame = Blame::of_graph(1, &chain.graph(), &statuses);
    assert_eq!(blame[jobs as usize - 1], [JobId(0)]);

    let wide = Case::new((0..5_000).map(|place| job([], &[if place % 2 == 0 { FailsInRun } else { Holds }, Holds])));
    let order = play(&wide).unwrap().starts().map(|start| start.job.0).collect::<Vec<_>>();
    assert_eq!(order, (0..5_000).chain((0..5_000).step_by(2)).collect::<Vec<_>>());
}
