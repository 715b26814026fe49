//! Particular moments to cancel a run at.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier};

use dojobber::CancelHandle;

use super::*;

#[test]
fn cancelling_before_the_run_starts_has_no_effect() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("job").run(|_| ())).root_named("job");
        dojob.cancel_handle().cancel();
        assert!(way.run(&mut dojob).success());
    }
}

/// Whether whoever makes the members cancels the run.
struct Cancels(CancelHandle, AtomicBool);

#[derive(Clone)]
struct Plot {
    number: u32,
}

#[job(each = plots, name = "plot {number}", run_only)]
impl Plot {
    fn run(&self) {}
}

fn plots(State(cancels): State<Cancels>, ctx: &Context) -> [Plot; 1] {
    assert!(!ctx.is_cancelled());
    if cancels.1.swap(false, Ordering::SeqCst) {
        cancels.0.cancel();
        assert!(ctx.is_cancelled());
    }
    [Plot { number: 1 }]
}

#[test]
fn cancelling_while_the_plan_of_a_run_is_made_cancels_that_run() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        dojob.root::<Plot>().state(Cancels(cancel, AtomicBool::new(true)));
        assert_eq!(way.run(&mut dojob).status("plot 1"), Some(Status::Cancelled), "{way:?}");
        assert!(way.run(&mut dojob).success(), "the next one starts afresh");
    }
}

#[test]
fn cancelling_while_a_mere_plan_is_made_has_no_effect_on_runs() {
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    dojob.root::<Plot>().state(Cancels(cancel, AtomicBool::new(true)));
    let plan = dojob.plan().unwrap();
    dojob.plan().unwrap();
    assert!(dojob.checknrun_plan(plan).unwrap().success());
}

#[test]
fn cancelling_during_the_last_runs_clean_ups_cancels_the_run_that_called_them() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        dojob
            .auto_cleanup(false)
            .add(DynJob::new("job").run(|_| ()).cleanup(move |_| cancel.cancel()))
            .add(DynJob::new("above").deps(["job"]).run(|_| ()));
        assert!(way.run(dojob.root_named("above")).success());
        let report = way.run(&mut dojob);
        assert_eq!((report.status("job"), report.status("above")), {
            (Some(Status::Cancelled), Some(Status::Cancelled))
        });
        assert!(way.run(&mut dojob).success(), "{way:?}");
    }
}

/// It was not under way when it was cancelled, whether before its clean-ups or while they are called.
#[test]
fn cancelling_a_run_that_is_over_changes_nothing_of_it() {
    for way in WAYS {
        for during in [false, true] {
            let mut dojob = DoJobber::new();
            let (cancel, from_outside) = (dojob.cancel_handle(), dojob.cancel_handle());
            let lines = hear(&mut dojob);
            dojob
                .auto_cleanup(false)
                .add(DynJob::new("job").run(|_| ()).cleanup(move |_| {
                    if during {
                        cancel.cancel();
                    }
                }))
                .root_named("job");
            assert!(way.run(&mut dojob).success());
            lines.take();
            if !during {
                from_outside.cancel();
            }
            dojob.cleanup().unwrap();
            assert_eq!(lines.take(), ["job cleans up 1", "job cleaned up 1", "over"], "{way:?} {during}");
            assert!(dojob.success(), "{way:?} {during}");
            assert!(way.run(&mut dojob).success(), "the next one starts afresh");
        }
    }
}

#[test]
fn cancelling_twice_is_cancelling_once() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let (cancel, again) = (dojob.cancel_handle(), dojob.cancel_handle());
        let lines = hear(&mut dojob);
        dojob
            .add(DynJob::new("cancels").run(move |_| cancel.cancel()).cleanup(move |_| again.cancel()))
            .add(DynJob::new("above").deps(["cancels"]).run(|_| ()));
        let report = way.run(dojob.root_named("above"));
        assert_eq!(report.status("cancels"), Some(Status::Changed));
        assert_eq!(report.status("above"), Some(Status::Cancelled));
        let lines = lines.take();
        assert_eq!(lines.iter().filter(|line| *line == "cancelled").count(), 1, "{lines:#?}");
        assert_eq!(cleanups(&report), [("cancels", 1, None)]);
    }
}

#[test]
fn a_job_that_cancels_the_run_ends_those_beside_it() {
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    let (both, other) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (meets, is_met) = (Arc::clone(&both), Arc::clone(&both));
    drop(other);
    dojob
        .add(DynJob::new("spins").tries(3).retry_delay(0).run(move |ctx| -> Result {
            meets.wait();
            while !ctx.is_cancelled() {
                thread::yield_now();
            }
            bail!("told to end")
        }))
        .add(DynJob::new("cancels").run(move |_| {
            is_met.wait();
            cancel.cancel();
        }))
        .add(DynJob::new("all").deps(["spins", "cancels"]));
    let report = within(20, move || Way::Threads(2).run(dojob.root_named("all")));
    assert_eq!(report.status("cancels"), Some(Status::Changed));
    assert_eq!(report.status("spins"), Some(Status::Cancelled));
    assert_eq!(report.error("spins").unwrap().to_string(), "told to end");
    assert_eq!(report.job("spins").unwrap().tries().len(), 1);
}

#[test]
fn cancelling_while_a_check_runs_enters_no_run() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let lines = hear(&mut dojob);
        dojob
            .add(
                DynJob::new("checks")
                    .check(move |_| {
                        cancel.cancel();
                        false
                    })
                    .run(|_| -> Result { panic!("it was entered") })
                    .cleanup(|_| -> Result { panic!("there is nothing to clean up") }),
            )
            .root_named("checks");
        let report = way.run(&mut dojob);
        assert_eq!(report.status("checks"), Some(Status::Cancelled));
        assert_eq!(report.cleanups().len(), 0);
        assert!(!has(&lines.take(), "checks enters run 1"));
    }
}

#[test]
fn a_job_that_waits_for_its_retry_is_not_waited_for() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let failed = Gate::new();
        let has_failed = failed.clone();
        dojob.on_event(move |_, event| {
            if matches!(event.kind, EventKind::TryFailed { .. }) {
                failed.open();
            }
        });
        dojob.add(DynJob::new("waits").retry_delay(3600).run(|_| false)).root_named("waits");
        let canceller = thread::spawn(move || {
            has_failed.wait();
            cancel.cancel();
        });
        let report = within(20, move || way.run(&mut dojob));
        canceller.join().unwrap();
        assert_eq!(report.status("waits"), Some(Status::Cancelled));
    }
}

#[test]
fn cancelling_during_clean_ups_ends_none_of_them() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let told = Arc::new(AtomicU32::new(0));
        let is_told = Arc::clone(&told);
        dojob
            .grace(0.005)
            .add(DynJob::new("below").run(|_| ()).cleanup(move |ctx| {
                thread::sleep(milliseconds(30));
                is_told.fetch_add(u32::from(ctx.is_cancelled()), Ordering::SeqCst);
            }))
            .add(DynJob::new("above").deps(["below"]).run(|_| ()).cleanup(move |_| {
                cancel.cancel();
                thread::sleep(milliseconds(30));
            }));
        let report = way.run(dojob.root_named("above"));
        assert_eq!(cleanups(&report), [("above", 1, None), ("below", 1, None)]);
        assert!(report.success(), "all jobs had passed");
        assert_eq!(told.load(Ordering::SeqCst), 0, "a clean-up is never told to end");
    }
}

#[test]
fn a_handle_that_outlives_its_run_cancels_the_next_one_alone() {
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    let runs = AtomicU32::new(0);
    dojob
        .add(DynJob::new("below").run(move |_| {
            if runs.fetch_add(1, Ordering::SeqCst) == 1 {
                cancel.cancel();
            }
        }))
        .add(DynJob::new("above").deps(["below"]).run(|_| ()))
        .root_named("above");
    let statuses = [1, 2, 3].map(|_| Way::Threads(4).run(&mut dojob).status("above").unwrap());
    assert_eq!(statuses, [Status::Changed, Status::Cancelled, Status::Changed]);
}

/// Whoever listens hears why before what that means for the jobs.
#[test]
fn the_cause_comes_before_what_it_ends() {
    for way in WAYS {
        let mut blocking = DoJobber::new();
        let cancel = blocking.cancel_handle();
        let run = move |_: &Context| -> Result {
            cancel.cancel();
            bail!("cut short")
        };
        blocking.add(DynJob::new("job").run(run)).root_named("job");
        let mut asynchronous = DoJobber::new();
        let cancel = asynchronous.cancel_handle();
        let job = DynJob::new("job").run_async(move |_| {
            cancel.cancel();
            Box::pin(std::future::pending::<Result>())
        });
        asynchronous.add(job).root_named("job");
        let mut late = DoJobber::new();
        late.add(DynJob::new("job").run_async(|_| Box::pin(std::future::pending::<Result>()))).root_named("job");
        late.deadline(milliseconds(20));
        for (dojob, which) in [(&mut blocking, "blocking"), (&mut asynchronous, "async"), (&mut late, "late")] {
            if which != "blocking" && !matches!(way, Way::Tokio(_)) {
                continue;
            }
            let lines = hear(dojob);
            assert_eq!(way.run(dojob).status("job"), Some(Status::Cancelled));
            let lines = lines.take();
            let at = |start: &str| lines.iter().position(|line| line.starts_with(start));
            let (cause, end) = (at("cancelled").unwrap(), at("job leaves run").unwrap());
            assert!(cause < end, "{way:?}, {which}: {lines:#?}");
        }
    }
}
