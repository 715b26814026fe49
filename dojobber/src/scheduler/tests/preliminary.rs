//! No-act that looks beyond what would run (R8).

use proptest::prelude::*;

use super::case::Act::{self, Changes, FailsBefore, FailsInRun, Holds, IsUnsure, Skips};
use super::case::{Cancel, Case, job};
use super::driver::play;
use super::growth::{family, growing_cases};
use super::random::cases;
use super::terms::cases_of;
use super::trace::{Step, Trace};
use super::{at_least, model};
use crate::plan::JobId;
use crate::scheduler::Verdict;
use crate::status::Status::{self, Cancelled, Failed, Ok, Skipped, Unknown, WouldRun};

/// The same in a deep no-act.
fn deep(case: Case) -> Case {
    Case { no_act: true, deep: true, ..case }
}

/// How each job ended; `None` if it did not come into being.
fn statuses(case: &Case, trace: &Trace) -> Vec<Option<Status>> {
    let mut statuses = vec![None; case.jobs.len()];
    for (job, status) in trace.0.iter().flat_map(|entry| entry.ended().collect::<Vec<_>>()) {
        statuses[job.index()] = Some(status);
    }
    statuses
}

proptest! {
    #![proptest_config(at_least(3_000))]

    #[test]
    fn keeps_the_rules(case in prop_oneof![cases(), growing_cases(cases()), cases_of(20)]) {
        let case = deep(case);
        model::agrees(&case, &play(&case)?)?;
    }

    /// What is looked at besides changes nothing but how many checks are called: each once, and none is run.
    #[test]
    fn ends_as_without_looking_beyond(case in prop_oneof![cases(), growing_cases(cases())]) {
        let case = deep(Case { cancel: Cancel::Never, ..case });
        let trace = play(&case)?;
        let plain = Case { deep: false, ..case.clone() };
        let without = play(&plain)?;
        prop_assert_eq!(statuses(&case, &trace), statuses(&plain, &without));
        let enters = trace.0.iter().any(|entry| matches!(entry.step, Step::EnteredRun { .. }));
        prop_assert!(!enters, "something is run");
        let tried = |trace: &Trace| -> Vec<JobId> {
            let mut jobs: Vec<_> = trace.starts().map(|start| start.job).collect();
            jobs.sort_unstable();
            jobs
        };
        let (deep, flat) = (tried(&trace), tried(&without));
        prop_assert!(deep.windows(2).all(|two| two[0] < two[1]), "{deep:?}");
        prop_assert!(flat.iter().all(|job| deep.contains(job)), "{flat:?} {deep:?}");
    }
}

/// What happens with one slot, how jobs end, and what the preliminary answers are.
#[track_caller]
fn told(case: Case) -> (String, Vec<Option<Status>>, Vec<(u32, Status)>) {
    let case = deep(case);
    let trace = play(&case).unwrap();
    model::agrees(&case, &trace).unwrap();
    let preliminary = trace.0.iter().filter_map(|entry| match entry.step {
        Step::Finished { job, verdict: Verdict::Preliminary(status), .. } => Some((job.0, status)),
        _ => None,
    });
    (trace.in_short(), statuses(&case, &trace), preliminary.collect())
}

#[test]
fn whatever_needs_a_job_that_would_run_is_checked_and_stays_unknown() {
    let acts: [&[Act]; 4] = [&[Holds], &[Changes], &[Skips], &[IsUnsure]];
    let above = acts.map(|acts| job([0], acts));
    let jobs = [vec![job([], &[Changes])], above.to_vec(), vec![job([], &[Holds]), job([1, 2, 5], &[FailsBefore])]];
    let (told, statuses, preliminary) = told(Case::new(jobs.concat()));
    assert_eq!(told, "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 D1 r1, 0 E1 r1, 0 F1 r1, 0 G1 r1");
    assert_eq!(statuses, [WouldRun, Unknown, Unknown, Unknown, Unknown, Ok, Unknown].map(Some));
    assert_eq!(preliminary, [(1, Ok), (2, WouldRun), (3, Skipped), (4, Unknown), (6, Failed)]);
}

#[test]
fn above_a_failed_job_nothing_is_checked() {
    // C needs A, which would run, and B, which fails; D is above C. E is above a job that can't tell.
    let jobs = [
        job([], &[FailsInRun]),
        job([], &[FailsBefore]),
        job([0, 1], &[Holds]),
        job([0, 2], &[Holds]),
        job([0], &[IsUnsure]),
        job([4], &[Holds]),
    ];
    let (told, statuses, _) = told(Case::new(jobs));
    assert_eq!(told, "0 A1 r1, 0 B1 r1, 0 E1 r1, 0 F1 r1");
    assert_eq!(statuses, [WouldRun, Failed, Unknown, Unknown, Unknown, Unknown].map(Some));
}

#[test]
fn a_family_that_would_come_into_being_later_is_unknown_and_others_look_beyond_it() {
    // A would run; the family B needs it. E waits for its member C, F for the whole of it; G is above E.
    let never = family(1, job([0], &[Holds]), [job([], &[Holds])]);
    let waiting = [job([1, 2], &[Holds]), job([3], &[Holds]), job([4], &[Holds])];
    let (told, statuses, preliminary) = told(Case::new([vec![job([], &[Changes])], never, waiting.to_vec()].concat()));
    assert_eq!(told, "0 A1 r1, 0 F1 r1");
    let unborn = None;
    assert_eq!(statuses, [Some(WouldRun), Some(Unknown), unborn, unborn, Some(Unknown), Some(Unknown), Some(Unknown)]);
    assert_eq!(preliminary, [(5, Ok)]);
}

#[test]
fn members_that_need_a_job_that_would_run_are_checked() {
    // A would run, and the member D needs it; F needs the whole family, G the member C.
    let born = family(1, job([], &[Holds]), [job([], &[Holds]), job([0], &[Changes])]);
    let waiting = [job([4], &[Holds]), job([1, 2], &[Holds])];
    let (told, statuses, preliminary) = told(Case::new([vec![job([], &[Changes])], born, waiting.to_vec()].concat()));
    assert_eq!(told, "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 D1 r1, 0 F1 r1, 0 G1 r1");
    assert_eq!(statuses, [WouldRun, Ok, Ok, Unknown, Unknown, Unknown, Ok].map(Some));
    assert_eq!(preliminary, [(3, WouldRun), (5, Ok)]);
}

#[test]
fn what_a_cancellation_leaves_unchecked_is_unknown_where_it_was_before() {
    // The check of B is cut short; C is above it, D above nothing that would run.
    let jobs = [job([], &[Changes]), job([0], &[Holds]).takes(5, 0).heeds(0), job([1], &[Holds]), job([], &[Holds])];
    let case = Case { cancel: Cancel::At(2), ..Case::new(jobs) };
    let (told, statuses, preliminary) = told(case);
    assert_eq!(told, "0 A1 r1, 0 B1 r1, 2 B1 stopped");
    assert_eq!(statuses, [WouldRun, Unknown, Unknown, Cancelled].map(Some));
    assert_eq!(preliminary, []);
}
