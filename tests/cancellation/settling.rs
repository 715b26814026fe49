//! Values of tries that settled and are to end: what is dropped with them is a user's code, and keeps nobody from his work.

use super::*;

/// Waits for the gate when it is dropped, in the way of blocking code.
struct Slow {
    gate: Gate,
    notes: Lines,
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.notes.push("is dropped");
        self.gate.wait();
        self.notes.push("was dropped");
    }
}

/// It settles, for as long as it is let.
fn settles(job: DynJob, gate: &Gate, notes: &Lines) -> dojobber::DynJobWith<Slow> {
    let (gate, notes) = (gate.clone(), notes.clone());
    job.tries(1)
        .settle(60)
        .settle_interval(60)
        .storage(move |_| Slow { gate: gate.clone(), notes: notes.clone() })
        .check(|_, _| false)
        .run(|_, _| ())
}

/// The time of the one is over, and its value is dropped until it is seen that the time of the other one is, too.
#[test]
fn whoever_keeps_the_time_goes_on_while_a_value_is_dropped() {
    for way in WAYS.into_iter().chain([Way::TokioThreads(1)]) {
        let (gate, notes) = (Gate::new(), Lines::new());
        let mut dojob = DoJobber::new();
        let (overruns, is_over) = (gate.clone(), gate.clone());
        dojob
            .lines_to(Lines::new())
            .add(settles(DynJob::new("settles").timeout(0.05), &gate, &notes))
            .add(DynJob::new("busy").tries(1).timeout(0.15).run(move |_| is_over.wait()))
            .add(DynJob::new("all").deps(["settles", "busy"]))
            .root_named("all")
            .on_event(move |plan, event| match event.kind {
                EventKind::Overrunning { job, .. } if plan.job(job).name() == "busy" => overruns.open(),
                _ => {}
            });
        let report = within(15, move || way.run(&mut dojob));
        for job in ["settles", "busy"] {
            assert_eq!(report.error(job).map(Error::kind), Some(ErrorKind::TimedOut), "{way:?} {job}");
        }
        assert_eq!(notes.take(), ["is dropped", "was dropped"], "{way:?}");
    }
}

#[test]
fn a_value_that_does_not_come_to_its_end_is_left_behind() {
    for way in WAYS.into_iter().chain([Way::TokioThreads(1)]) {
        for slow_to_cancel in [false, true] {
            // On a machine that is busy, a short grace may be over before anybody has come to the value.
            let was_come_to = [0.1, 1.0, 10.0].into_iter().any(|grace| is_left_behind(way, slow_to_cancel, grace));
            assert!(was_come_to, "{way:?} {slow_to_cancel}");
        }
    }
}

/// Says whether its drop had begun.
fn is_left_behind(way: Way, slow_to_cancel: bool, grace: f64) -> bool {
    let (gate, notes) = (Gate::new(), Lines::new());
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    dojob
        .grace(grace)
        .lines_to(Lines::new())
        .add(settles(DynJob::new("settles"), &gate, &notes))
        .add(DynJob::new("below").run(|_| ()).cleanup(|_| ()))
        .root_named("settles")
        .root_named("below");
    let lines = hear(&mut dojob);
    dojob.on_event(move |_, event| {
        if matches!(event.kind, EventKind::Settling { .. }) {
            if slow_to_cancel {
                let cancel = cancel.clone();
                thread::spawn(move || {
                    thread::sleep(milliseconds(20));
                    cancel.cancel();
                });
            } else {
                cancel.cancel();
            }
        }
    });
    let report = within(30, move || way.run(&mut dojob));
    let (what, lines) = (format!("{way:?} {slow_to_cancel}"), lines.take());
    assert_eq!(report.status("settles"), Some(Status::Cancelled), "{what}");
    assert!(has(&lines, "settles overruns 1"), "{what} {lines:#?}");
    let begun = notes.take();
    assert!(begun.is_empty() || begun == ["is dropped"], "{what} {begun:?}");
    gate.open();
    if !begun.is_empty() {
        assert_eq!(notes.take_of(1), ["was dropped"], "{what}");
    }
    !begun.is_empty()
}

/// There are more of them than threads.
#[test]
fn values_that_nobody_has_come_to_are_left_behind_too() {
    for way in [Way::Threads(1), Way::Tokio(1)] {
        let (gate, notes) = (Gate::new(), Lines::new());
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let left = std::sync::atomic::AtomicU32::new(4);
        dojob.grace(0.02).lines_to(Lines::new());
        for name in ["one", "two", "three", "four"] {
            dojob.add(settles(DynJob::new(name), &gate, &notes)).root_named(name);
        }
        dojob.on_event(move |_, event| {
            if matches!(event.kind, EventKind::Settling { .. })
                && left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) == 1
            {
                cancel.cancel();
            }
        });
        let report = within(15, move || way.run(&mut dojob));
        assert!(report.jobs().all(|job| job.status() == Some(Status::Cancelled)), "{way:?}");
        gate.open();
    }
}

/// Nothing of a user's is called for it.
#[test]
fn what_settles_and_has_no_value_to_drop_ends_without_grace() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        dojob
            .grace(0)
            .lines_to(Lines::new())
            .add(
                DynJob::new("settles")
                    .settle(60)
                    .storage(|_| "kept".to_owned())
                    .check(|_, _| false)
                    .run(|_, _| ())
                    .cleanup(|_, _| ()),
            )
            .root_named("settles");
        let lines = hear(&mut dojob);
        dojob.on_event(move |_, event| {
            if matches!(event.kind, EventKind::Settling { .. }) {
                cancel.cancel();
            }
        });
        let report = within(15, move || way.run(&mut dojob));
        let error = report.error("settles").unwrap();
        assert_eq!(error.chain()[0], "the run was cancelled while it settled", "{way:?}");
        assert_eq!(cleanups(&report), [("settles", 1, None)], "{way:?} {:#?}", lines.take());
    }
}

/// Nobody else would say why the run doesn't end.
#[test]
fn a_value_that_hangs_when_its_time_is_over_is_told_of() {
    for way in WAYS.into_iter().chain([Way::TokioThreads(1)]) {
        let (gate, notes) = (Gate::new(), Lines::new());
        let mut dojob = DoJobber::new();
        let is_told = gate.clone();
        let at_once = DynJob::new("at once").tries(1).timeout(0.05).settle(60).settle_interval(60);
        dojob
            .lines_to(Lines::new())
            .add(settles(DynJob::new("hangs").timeout(0.05), &gate, &notes))
            .add(at_once.storage(|_| Quick).check(|_, _| false).run(|_, _| ()))
            .root_named("hangs")
            .root_named("at once")
            .on_event(move |_, event| {
                if matches!(event.kind, EventKind::Overrunning { .. }) {
                    is_told.open();
                }
            });
        let report = within(15, move || way.run(&mut dojob));
        for job in ["hangs", "at once"] {
            assert_eq!(report.error(job).map(Error::kind), Some(ErrorKind::TimedOut), "{way:?} {job}");
        }
        let overran: Vec<_> = report.overran().map(|(job, number)| (job.name(), number)).collect();
        assert_eq!(overran, [("hangs", 1)], "{way:?}");
        assert_eq!(notes.take(), ["is dropped", "was dropped"], "{way:?}");
    }
}

/// It is dropped at once, but that is a user's code, too.
struct Quick;

impl Drop for Quick {
    fn drop(&mut self) {
        thread::yield_now();
    }
}

/// Of one slot. They hold none; a job that has it gets a thread, whether it is blocking, or async and calls what is.
#[test]
fn values_that_hang_keep_no_other_job_from_its_slot() {
    for way in [Way::Threads(1), Way::Tokio(1), Way::TokioThreads(1)] {
        for is_async in [false, true] {
            let (gate, notes) = (Gate::new(), Lines::new());
            let mut dojob = DoJobber::new();
            let (opens, is_dropped) = (gate.clone(), notes.clone());
            dojob.lines_to(Lines::new());
            for name in ["one", "two", "three"] {
                dojob.add(settles(DynJob::new(name).timeout(0.05), &gate, &notes)).root_named(name);
            }
            let hanging = std::sync::atomic::AtomicUsize::new(0);
            let sees = move |_: &Context| {
                let so_far = is_dropped.take().len() + hanging.load(std::sync::atomic::Ordering::SeqCst);
                hanging.store(so_far, std::sync::atomic::Ordering::SeqCst);
                so_far == 3
            };
            let opener = DynJob::new("opens").tries(3000).retry_delay(0.005).check(sees);
            let opener =
                if is_async { opener.run_async(|_| Box::pin(std::future::ready(()))) } else { opener.run(|_| ()) };
            dojob.add(opener).add(DynJob::new("behind").deps(["opens"]).run(move |_| opens.open()));
            dojob.root_named("behind");
            let report = within(15, move || way.run(&mut dojob));
            assert!(report.status("behind").is_some_and(Status::passed), "{way:?} {is_async}");
        }
    }
}
