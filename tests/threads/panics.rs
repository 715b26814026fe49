//! Panics of jobs, which are failures, and of listeners, which aren't.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

#[test]
fn a_panic_names_the_job_that_panicked_and_its_place() {
    let both = Arc::new(Barrier::new(2));
    let (one, two) = (Arc::clone(&both), both);
    let mut dojob = DoJobber::new();
    dojob
        .add(DynJob::new("one").tries(1).run(move |_| -> Result {
            one.wait();
            panic!("one is out of order")
        }))
        .add(DynJob::new("two").tries(1).run(move |_| -> Result {
            two.wait();
            panic!("two is out of order")
        }))
        .add(DynJob::new("all").deps(["one", "two"]));
    let report = within(20, move || Way::Threads(2).run(dojob.root_named("all")));
    for name in ["one", "two"] {
        let error = report.error(name).unwrap();
        assert_eq!(error.kind(), ErrorKind::Panicked);
        let text = format!("{error:?}");
        assert!(text.contains(&format!("{name} is out of order")), "{text}");
        assert!(text.contains("panics.rs:"), "{text}");
    }
}

#[test]
fn a_panicking_job_never_hangs_the_run() {
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let mut dojob = DoJobber::new();
        dojob.lines_to(Lines::new()).default_retry_delay(0);
        for job in 0..20 {
            let deps: Vec<_> = dice.deps(job, 2).iter().map(ToString::to_string).collect();
            let (new, check, run, cleanup) = (dice.percent(5), dice.percent(10), dice.percent(20), dice.percent(20));
            dojob.add(
                DynJob::new(job.to_string())
                    .deps(deps)
                    .storage(move |_| assert!(!new, "new"))
                    .check(move |(), ctx| {
                        assert!(!check, "check");
                        ctx.phase() == Phase::Recheck
                    })
                    .run(move |(), _| assert!(!run, "run"))
                    .cleanup(move |(), _| assert!(!cleanup, "cleanup")),
            );
        }
        dojob.add(DynJob::new("all").deps((0..20).map(|job| job.to_string()))).root_named("all");
        let way = WAYS[dice.below(WAYS.len())];
        let report = within(20, move || way.run(&mut dojob));
        assert!(report.jobs().all(|job| job.status().is_some()));
    }
}

/// A listener that panics when this line would be heard.
fn panics_at(what: fn(&EventKind) -> bool) -> (DoJobber, Arc<AtomicU32>) {
    let running = Arc::new(AtomicU32::new(0));
    let mut dojob = DoJobber::new();
    dojob.default_retry_delay(0.001).lines_to(Lines::new()).on_event(move |_, event| {
        assert!(!what(&event.kind), "the listener panicked");
    });
    for job in 0..12 {
        let running = Arc::clone(&running);
        dojob.add(
            DynJob::new(job.to_string())
                .run(move |ctx| {
                    running.fetch_add(1, Ordering::SeqCst);
                    thread::sleep(milliseconds(2));
                    running.fetch_sub(1, Ordering::SeqCst);
                    ctx.try_number().is_last()
                })
                .cleanup(|_| ()),
        );
    }
    dojob.add(DynJob::new("all").deps((0..12).map(|job| job.to_string()))).root_named("all");
    (dojob, running)
}

#[test]
fn a_panic_in_a_listener_is_one_of_the_run_and_hangs_nobody() {
    let moments: [fn(&EventKind) -> bool; 6] = [
        |kind| matches!(kind, EventKind::RunStarted { .. }),
        |kind| matches!(kind, EventKind::TryStarted { number: 2, .. }),
        |kind| matches!(kind, EventKind::PhaseEnded { phase: Phase::Run, .. }),
        |kind| matches!(kind, EventKind::JobEnded { .. }),
        |kind| matches!(kind, EventKind::CleanupEnded { .. }),
        |kind| matches!(kind, EventKind::RunEnded { .. }),
    ];
    for way in WAYS {
        for moment in moments {
            let (mut dojob, running) = panics_at(moment);
            let panic = within(20, move || catch_unwind(AssertUnwindSafe(|| way.run(&mut dojob))).unwrap_err());
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"the listener panicked"), "{way:?}");
            assert_eq!(running.load(Ordering::SeqCst), 0, "{way:?}: no job runs once that is over");
        }
    }
}

#[test]
fn a_listener_that_panics_at_the_cancellation_ends_the_run_too() {
    for _ in 0..20 {
        let (mut dojob, running) = panics_at(|kind| matches!(kind, EventKind::Cancelled));
        dojob.deadline(0.003);
        let panic = within(20, move || catch_unwind(AssertUnwindSafe(|| Way::Threads(4).run(&mut dojob))).unwrap_err());
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"the listener panicked"));
        assert_eq!(running.load(Ordering::SeqCst), 0, "no job runs once that is over");
    }
}

#[test]
fn a_run_can_follow_one_whose_listener_panicked() {
    let first = Arc::new(AtomicU32::new(0));
    let mut dojob = DoJobber::new();
    dojob.on_event(move |_, event| {
        let is_end = matches!(event.kind, EventKind::JobEnded { .. });
        assert!(!is_end || first.fetch_add(1, Ordering::SeqCst) > 0, "the first one");
    });
    dojob.add(DynJob::new("job").run(|_| ())).root_named("job");
    assert!(catch_unwind(AssertUnwindSafe(|| Way::Threads(2).run(&mut dojob))).is_err());
    assert!(Way::Threads(2).run(&mut dojob).success());
}
