//! Without a grace period: async code is dropped at its `.await` all the same, and blocking code left behind at once.

use super::*;

/// Notes when it is dropped.
struct Guard(Lines);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.push("dropped");
    }
}

/// Who cancels the run, while the job awaits what never comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Another,
    /// The job itself, before that.
    Itself,
}

fn is_dropped(way: Way, who: Who) {
    let (notes, waits) = (Lines::new(), Gate::new());
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    let (of_guard, is_waiting, of_job) = (notes.clone(), waits.clone(), cancel.clone());
    let of_cleanup = notes.clone();
    dojob
        .grace(0)
        .lines_to(Lines::new())
        .add(
            DynJob::new("job")
                .run_async(move |_| {
                    let (guard, waits, cancel) = (Guard(of_guard.clone()), is_waiting.clone(), of_job.clone());
                    Box::pin(async move {
                        let _guard = guard;
                        tokio::task::yield_now().await;
                        if who == Who::Itself {
                            cancel.cancel();
                            // The watch has every opportunity.
                            thread::sleep(milliseconds(5));
                        }
                        waits.open();
                        std::future::pending::<()>().await;
                    })
                })
                .cleanup(move |_| of_cleanup.push("cleaned up")),
        )
        .root_named("job");
    let lines = hear(&mut dojob);
    let canceller = (who == Who::Another).then(|| {
        thread::spawn(move || {
            waits.wait();
            cancel.cancel();
        })
    });
    let report = within(15, move || way.run(&mut dojob));
    if let Some(canceller) = canceller {
        canceller.join().unwrap();
    }
    let (what, lines) = (format!("{way:?} {who:?}"), lines.take());
    assert_eq!(notes.take(), ["dropped", "cleaned up"], "{what} {lines:#?}");
    assert_eq!(report.status("job"), Some(Status::Cancelled), "{what}");
    assert_eq!(report.error("job").unwrap().kind(), ErrorKind::Cancelled, "{what}");
    assert_eq!(cleanups(&report), [("job", 1, None)], "{what}");
    assert!(!has(&lines, "job overruns 1"), "{what} {lines:#?}");
}

#[test]
fn async_code_is_dropped_at_its_await() {
    for way in WAYS.into_iter().chain([Way::TokioThreads(1), Way::TokioThreads(4)]) {
        for who in [Who::Another, Who::Itself] {
            for _ in 0..10 {
                is_dropped(way, who);
            }
        }
    }
}

/// Of an async job, the blocking functions can be left behind, also one that is called when grace is over.
#[test]
fn blocking_code_of_an_async_job_is_left_behind() {
    for way in WAYS.into_iter().chain([Way::TokioThreads(4)]) {
        for is_late in [false, true] {
            let (is_stuck, free) = (Gate::new(), Gate::new());
            let mut dojob = DoJobber::new();
            let cancel = dojob.cancel_handle();
            let waits = |stuck: bool| {
                let (is_stuck, free) = (is_stuck.clone(), free.clone());
                move || {
                    if stuck {
                        is_stuck.open();
                        free.wait();
                    }
                }
            };
            let (run_waits, recheck_waits) = (waits(!is_late), waits(is_late));
            let of_run = cancel.clone();
            dojob
                .grace(if is_late { 0.02 } else { 0.0 })
                .lines_to(Lines::new())
                .add(
                    DynJob::new("job")
                        .check(move |ctx| {
                            if ctx.phase() == Phase::Recheck {
                                recheck_waits();
                            }
                            false
                        })
                        .run(move |_| {
                            if is_late {
                                of_run.cancel();
                            }
                            run_waits();
                        })
                        .cleanup_async(|_| Box::pin(async {})),
                )
                .root_named("job");
            let lines = hear(&mut dojob);
            let canceller = thread::spawn(move || {
                is_stuck.wait();
                cancel.cancel();
            });
            let report = within(15, move || way.run(&mut dojob));
            canceller.join().unwrap();
            let (what, lines) = (format!("{way:?} {is_late}"), lines.take());
            assert_eq!(report.status("job"), Some(Status::Cancelled), "{what}");
            assert!(has(&lines, "job overruns 1"), "{what} {lines:#?}");
            assert_eq!(cleanups(&report).len(), 1, "{what}");
            assert!(cleanups(&report)[0].2.is_some(), "{what}");
            free.open();
        }
    }
}
