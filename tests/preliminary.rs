//! No-act that looks beyond what would run: what checks are handed, and what comes of them (R8).

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dojobber::prelude::*;
use dojobber::{Key, Workers};

static DONE: Key<bool> = Key::new("done");

#[derive(Default)]
struct Source;

/// Would run.
#[job]
impl Source {
    fn check(&self, global: &Global) -> Result<Vec<u32>> {
        ensure!(global.contains(&DONE), "nothing is there");
        Ok(vec![1, 2])
    }

    fn run(&self, global: &Global) -> Result {
        global.set(&DONE, true)
    }
}

#[derive(Default)]
struct Settled;

/// Holds already, and has a result.
#[job(deps = [Source])]
impl Settled {
    fn check(&self) -> Result<u32> {
        Ok(7)
    }

    fn run(&self) {}
}

#[derive(Default)]
struct Asks;

#[job]
impl Asks {
    fn check(&self, source: Option<Output<Source>>) -> bool {
        source.is_none()
    }

    fn run(&self) {}
}

#[derive(Default)]
struct AsksInNew;

#[job]
impl AsksInNew {
    fn new(_: Output<Source>) -> Self {
        Self
    }

    fn check(&self) {}

    fn run(&self) {}
}

#[derive(Default)]
struct IsTold;

#[job]
impl IsTold {
    fn check(&self, settled: Output<Settled>, changed: Changed<Source>) -> Result {
        ensure!(*settled == 7);
        if changed.get() { Err(change("restart")) } else { Ok(()) }
    }

    fn run(&self) {}
}

#[derive(Clone)]
struct Member {
    number: u32,
}

#[job(each = members, name = "member {number}")]
impl Member {
    fn check(&self) -> Result<u32> {
        Ok(self.number)
    }

    fn run(&self) {}
}

#[allow(clippy::needless_pass_by_value, reason = "`each` takes its parameters as extractors make them")]
fn members(source: Output<Source>) -> Vec<Member> {
    source.iter().map(|number| Member { number: *number }).collect()
}

#[derive(Default)]
struct Counts;

#[job]
impl Counts {
    fn check(&self, members: Outputs<Member>) -> bool {
        members.len() == 2
    }

    fn run(&self) {}
}

#[derive(Default)]
struct AnyNew;

#[job]
impl AnyNew {
    fn check(&self, changed: Changed<Member>) -> bool {
        !changed.get()
    }

    fn run(&self) {}
}

#[job(deps = [Asks, AsksInNew, IsTold, Counts, AnyNew])]
struct All;

fn deep() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<All>().no_act(true).deep(true);
    dojob
}

/// Each job's status, preliminary one, and error.
fn told(report: &Report) -> Vec<String> {
    let told = report.jobs().map(|job| {
        let status = job.status().unwrap();
        let preliminary = job.preliminary().map(|status| format!(" ({status})")).unwrap_or_default();
        let error = job.error().map(|error| format!(": {error}")).unwrap_or_default();
        format!("{} {status}{preliminary}{error}", job.name())
    });
    told.collect()
}

#[test]
fn checks_get_what_is_there_and_are_told_of_what_is_not() {
    let report = deep().checknrun().unwrap();
    let expected = [
        "Source would run: nothing is there",
        "Asks unknown (unknown): Source has no result yet: it would have to pass first",
        "AsksInNew unknown (unknown): Source has no result yet: it would have to pass first",
        "Settled unknown (ok)",
        "IsTold unknown (would run): restart",
        "Member unknown",
        "Counts unknown (unknown): Member has no result yet: it would have to pass first",
        "AnyNew unknown (unknown): Member has no result yet: it would have to pass first",
        "All unknown",
    ];
    assert_eq!(told(&report), expected);
    assert!(!report.success() && !report.partial_success());
    // What is unknown has no result, whatever its check said.
    assert_eq!(report.output::<Settled>(), None);
    let blockers = |name| report.job(name).unwrap().blocked_by().map(dojobber::PlannedJob::name).collect::<Vec<_>>();
    assert_eq!((blockers("IsTold"), blockers("All")), (vec!["Source"], vec!["Source"]));
    assert_eq!(report.cleanups().len(), 0);
}

#[test]
fn threads_and_tasks_find_the_same() {
    let expected = told(&deep().checknrun().unwrap());
    assert_eq!(told(&deep().workers(3).checknrun().unwrap()), expected);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let report = runtime.block_on(async { deep().workers(Workers::Auto).checknrun_async().await.unwrap() });
    assert_eq!(told(&report), expected);
}

#[test]
fn without_no_act_deep_changes_nothing() {
    let report = deep().no_act(false).checknrun().unwrap();
    assert_eq!(report.status("Source"), Some(Status::Changed));
    assert!(report.jobs().all(|job| job.preliminary().is_none()));
    let flat = deep().deep(false).checknrun().unwrap();
    assert_eq!(told(&flat)[1..].iter().filter(|told| told.ends_with(" unknown")).count(), 8);
}

#[test]
fn a_construction_that_can_not_find_out_has_not_failed() {
    struct Lost;
    #[job]
    impl Lost {
        fn new() -> Result<Self> {
            unsure!("nobody knows")
        }

        fn check(&self) {}

        fn run(&self) {}
    }
    let mut dojob = DoJobber::new();
    let status = dojob.root::<Lost>().no_act(true).checknrun().unwrap().status("Lost");
    assert_eq!(status, Some(Status::Unknown));
    assert_eq!(dojob.no_act(false).default_tries(1).checknrun().unwrap().status("Lost"), Some(Status::Failed));
}

/// R14: neither a chain of jobs nor one of groups is too long.
#[test]
fn a_long_chain_is_looked_at_to_its_end() {
    let (called, length) = (Arc::new(AtomicUsize::new(0)), 50_000);
    let mut dojob = DoJobber::new();
    let name = |number: usize| format!("{number}");
    dojob.add(DynJob::new(name(0)).check(|_| false).run(|_| ()));
    for number in 1..length {
        let job = DynJob::new(name(number)).deps([name(number - 1)]);
        let called = Arc::clone(&called);
        let check = move |_: &Context| {
            called.fetch_add(1, Ordering::Relaxed);
        };
        dojob.add(if number > length / 2 { job.check(check).run(|_| ()) } else { job });
    }
    let report = dojob.root_named(name(length - 1)).no_act(true).deep(true).checknrun().unwrap();
    assert_eq!(called.load(Ordering::Relaxed), length / 2 - 1);
    assert_eq!(report.job(&name(length - 1)).unwrap().preliminary(), Some(Status::Ok));
    assert_eq!(report.job(&name(7)).unwrap().preliminary(), None);
}
