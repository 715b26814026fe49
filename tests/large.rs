//! A million jobs: nothing recurses over the graph, and everything takes linear time.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dojobber::prelude::*;
use dojobber::{PlannedJob, Status};

const MANY: u32 = 1_000_000;

/// How often the check of the one job that fails is called; nothing above it is tried at all.
const CHECK_AND_RECHECK: u32 = 2;

#[test]
fn a_chain_passes() {
    let (report, calls) = run(chain(None));
    assert!(report.success());
    assert_eq!((report.jobs().len(), calls), (MANY as usize, MANY));
    assert_eq!(report.status(&name(MANY - 1)), Some(Status::Ok));
}

#[test]
fn a_chain_is_blocked_by_the_job_at_its_end() {
    let (report, calls) = run(chain(Some(0)));
    assert_eq!(calls, CHECK_AND_RECHECK);
    blocked_by_one(&report, &name(0), MANY - 1);
}

#[test]
fn a_fan_passes() {
    let (report, calls) = run(fan(None));
    assert!(report.success());
    assert_eq!((report.jobs().len(), calls), (MANY as usize + 1, MANY));
    assert_eq!(report.status("root"), Some(Status::Ok));
}

#[test]
fn a_fan_is_blocked_by_the_one_that_fails() {
    let failing = MANY / 2;
    let (report, calls) = run(fan(Some(failing)));
    assert_eq!(calls, MANY - 1 + CHECK_AND_RECHECK);
    assert_eq!(report.jobs().filter(|job| job.status() == Some(Status::Ok)).count(), MANY as usize - 1);
    blocked_by_one(&report, &name(failing), 1);
}

/// All need one job, and one job needs all of them.
#[test]
fn a_fan_above_a_failed_job_is_blocked_by_it() {
    let (mut dojob, check) = (DoJobber::new(), Check::default());
    dojob.add(check.job("leaf".to_owned(), false));
    for index in 0..MANY {
        dojob.add(check.job(name(index), true).deps(["leaf"]));
    }
    dojob.add(DynJob::new("root").deps((0..MANY).map(name))).root_named("root");
    let (report, calls) = run((dojob, check));
    assert_eq!(calls, CHECK_AND_RECHECK);
    blocked_by_one(&report, "leaf", MANY + 1);
}

/// Each job of a chain also needs one of its own that fails, so all blockers of all jobs would be thousands of millions.
#[test]
fn a_chain_of_which_each_job_is_blocked_by_one_more() {
    let (mut dojob, check) = (DoJobber::new(), Check::default());
    let many = 100_000_u32;
    for index in 0..many {
        let leaf = format!("leaf {index}");
        dojob.add(check.job(leaf.clone(), false));
        let below = index.checked_sub(1).map(name);
        dojob.add(DynJob::new(name(index)).deps(below.into_iter().chain([leaf])));
    }
    let (report, _) = run({
        dojob.root_named(name(many - 1));
        (dojob, check)
    });
    let blockers = |index| {
        let job = report.job(&name(index)).unwrap();
        job.blocked_by().map(PlannedJob::name).collect::<Vec<_>>()
    };
    let leaves: Vec<_> = (0..many).map(|index| format!("leaf {index}")).collect();
    for index in [0, 1, 49, 50, many - 1] {
        assert_eq!(blockers(index), leaves[..=index as usize]);
    }
    let mut junit = Vec::new();
    report.write_junit("chain", &mut junit).unwrap();
    let junit = String::from_utf8(junit).unwrap();
    assert_eq!(junit.matches("leaf 49 and more\"").count(), many as usize - 50);
}

#[test]
fn a_cycle_of_them_is_shown_whole() {
    let mut dojob = DoJobber::new();
    for index in 0..MANY {
        dojob.add(DynJob::new(name(index)).deps([name((index + 1) % MANY)]));
    }
    let error = dojob.discover().checknrun().unwrap_err();
    let [dojobber::Problem::Cycle { jobs }] = error.problems() else { panic!("{} problems", error.problems().len()) };
    assert_eq!(jobs.len(), MANY as usize);
}

/// Each job but the first needs the one before it.
fn chain(failing: Option<u32>) -> (DoJobber, Check) {
    let (mut dojob, check) = (DoJobber::new(), Check::default());
    for index in 0..MANY {
        let job = check.job(name(index), failing != Some(index));
        dojob.add(if index == 0 { job } else { job.deps([name(index - 1)]) });
    }
    dojob.root_named(name(MANY - 1));
    (dojob, check)
}

/// One job needs all others.
fn fan(failing: Option<u32>) -> (DoJobber, Check) {
    let (mut dojob, check) = (DoJobber::new(), Check::default());
    for index in 0..MANY {
        dojob.add(check.job(name(index), failing != Some(index)));
    }
    dojob.add(DynJob::new("root").deps((0..MANY).map(name))).root_named("root");
    (dojob, check)
}

/// Makes jobs that count how often their checks are called.
#[derive(Default)]
struct Check(Arc<AtomicU32>);

impl Check {
    fn job(&self, name: String, passes: bool) -> DynJob {
        let calls = Arc::clone(&self.0);
        DynJob::new(name).tries(1).check(move |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            passes
        })
    }
}

/// The report, and how many checks were called.
fn run((mut dojob, check): (DoJobber, Check)) -> (Report, u32) {
    let report = dojob.checknrun().unwrap();
    (report, check.0.load(Ordering::Relaxed))
}

/// All that `failed` blocks, so many, name it and nothing else.
fn blocked_by_one(report: &Report, failed: &str, so_many: u32) {
    assert!(report.failure());
    assert_eq!(report.status(failed), Some(Status::Failed));
    let blocked = report.jobs().filter(|job| job.status() == Some(Status::Blocked));
    let by_failed = |job: &dojobber::JobReport<'_>| job.blocked_by().map(PlannedJob::name).eq([failed]);
    assert_eq!(blocked.filter(by_failed).count(), so_many as usize);
}

fn name(index: u32) -> String {
    format!("job {index}")
}
