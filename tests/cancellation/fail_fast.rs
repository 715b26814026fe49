//! Runs that stop at the first failure.

use std::sync::{Arc, Barrier};

use super::*;

#[test]
fn what_runs_when_a_job_fails_finishes_and_nothing_else_starts() {
    let all = Arc::new(Barrier::new(3));
    let failed = Gate::new();
    let mut dojob = DoJobber::new();
    let lines = hear(&mut dojob);
    let opens = failed.clone();
    dojob.fail_fast(true).on_event(move |_, event| {
        if matches!(event.kind, EventKind::JobEnded { status: Status::Failed, .. }) {
            opens.open();
        }
    });
    // All are in their run when `fails` fails.
    let meet = |name: &str, waits: bool, passes: bool| {
        let (all, failed) = (Arc::clone(&all), failed.clone());
        let name = name.to_owned();
        DynJob::new(&name).retry_delay(0).cleanup(|_| ()).run(move |_| -> Result {
            all.wait();
            if waits {
                failed.wait();
            }
            ensure!(passes, "{name} broke");
            Ok(())
        })
    };
    dojob
        .add(meet("fails", false, false).tries(1))
        .add(meet("slow", true, true))
        .add(meet("flaky", true, false).tries(3))
        .add(DynJob::new("later").run(|_| ()))
        .add(DynJob::new("above slow").deps(["slow"]).run(|_| ()))
        .add(DynJob::new("above fails").deps(["fails"]).run(|_| ()))
        .add(DynJob::new("all").deps(["fails", "slow", "flaky", "later", "above slow", "above fails"]));
    let report = within(20, move || Way::Threads(3).run(dojob.root_named("all")));

    let status = |job| report.status(job).unwrap();
    assert_eq!((status("fails"), status("above fails"), status("all")), {
        (Status::Failed, Status::Blocked, Status::Blocked)
    });
    assert_eq!(status("slow"), Status::Changed);
    assert_eq!((status("flaky"), report.job("flaky").unwrap().tries().len()), (Status::Cancelled, 1));
    assert_eq!(report.error("flaky").unwrap().to_string(), "flaky broke");
    assert_eq!((status("later"), status("above slow")), (Status::Cancelled, Status::Cancelled));
    let mut cleaned: Vec<_> = report.cleanups().map(|cleanup| cleanup.job.name()).collect();
    cleaned.sort_unstable();
    assert_eq!(cleaned, ["fails", "flaky", "slow"]);
    assert!(!has(&lines.take(), "cancelled"), "nobody cancelled it");
}

#[test]
fn a_failure_that_is_retried_stops_nothing() {
    for way in Way::ALL {
        let mut dojob = DoJobber::new();
        dojob
            .fail_fast(true)
            .add(DynJob::new("flaky").retry_delay(0).run(|ctx| ctx.try_number().is_last()))
            .add(DynJob::new("beside").run(|_| ()))
            .add(DynJob::new("all").deps(["flaky", "beside"]));
        assert!(way.run(dojob.root_named("all")).success(), "{way:?}");
    }
}

#[test]
fn a_job_that_waits_for_its_retry_is_cancelled_with_its_last_error() {
    for way in Way::ALL {
        let mut dojob = DoJobber::new();
        dojob
            .fail_fast(true)
            .add(DynJob::new("waits").retry_delay(3600).run(|_| -> Result { bail!("not yet") }))
            .add(DynJob::new("passes").deps(["below"]).run(|_| ()))
            .add(DynJob::new("below").run(|_| thread::sleep(milliseconds(5))))
            .add(DynJob::new("fails").deps(["passes"]).tries(1).run(|_| -> Result { bail!("never") }))
            .add(DynJob::new("all").deps(["waits", "fails"]));
        let report = within(20, move || way.run(dojob.root_named("all")));
        assert_eq!(report.status("waits"), Some(Status::Cancelled), "{way:?}");
        assert_eq!(report.error("waits").unwrap().to_string(), "not yet");
        assert_eq!(report.status("fails"), Some(Status::Failed));
        assert_eq!(report.status("all"), Some(Status::Blocked));
    }
}
