//! Panics in async code, which are failures, and those of listeners, which aren't.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dojobber::EventKind;

use super::*;

/// Takes no good end.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(thread::panicking(), "the bomb went off");
    }
}

/// Runs it on both runtimes, and on one that the run makes itself.
fn each_way(case: impl Fn() -> DoJobber, check: impl Fn(Report)) {
    for runtime in runtimes() {
        let mut dojob = case();
        check(within(20, move || runtime.block_on(dojob.checknrun_async()).unwrap()));
    }
    let mut dojob = case();
    check(within(20, move || dojob.checknrun().unwrap()));
}

fn beside(dojob: &mut DoJobber, job: DynJob) {
    dojob
        .lines_to(Lines::new())
        .default_retry_delay(0)
        .add(job)
        .add(DynJob::new("beside").run_async(|_| Box::pin(async { sleep(milliseconds(1)).await })))
        .add(DynJob::new("all").deps(["job", "beside"]))
        .root_named("all");
}

#[track_caller]
fn job_panicked(report: &Report, text: &str) {
    let error = report.error("job").unwrap();
    assert_eq!((report.status("job"), error.kind()), (Some(Status::Failed), ErrorKind::Panicked), "{error:#}");
    assert!(format!("{error:#}").contains(text), "{error:#}");
    assert_eq!(report.status("beside"), Some(Status::Changed));
    assert_eq!(report.status("all"), Some(Status::Blocked));
}

#[test]
fn a_panic_at_the_first_poll_or_behind_an_await_is_a_failure() {
    for first_poll in [true, false] {
        for slots in [1, 4] {
            let case = || {
                let mut dojob = DoJobber::new();
                let job = DynJob::new("job").tries(2).run_async::<()>(move |_| {
                    Box::pin(async move {
                        if !first_poll {
                            sleep(milliseconds(1)).await;
                        }
                        panic!("out of order");
                    })
                });
                beside(&mut dojob, job.cleanup_async::<()>(|_| Box::pin(async { panic!("cleaning is, too") })));
                dojob.workers(slots);
                dojob
            };
            each_way(case, |report| {
                job_panicked(&report, "out of order");
                assert_eq!(report.job("job").unwrap().tries().len(), 2);
                let errors: Vec<_> = report.cleanups().map(|one| one.error.unwrap().to_string()).collect();
                assert!(errors.len() == 2 && errors.iter().all(|error| error.contains("cleaning is, too")));
            });
        }
    }
}

#[test]
fn a_panic_before_there_is_a_future_is_a_failure() {
    let case = || {
        let mut dojob = DoJobber::new();
        beside(&mut dojob, DynJob::new("job").tries(1).run_async::<()>(|_| panic!("no future")));
        dojob
    };
    each_way(case, |report| job_panicked(&report, "no future"));
}

#[test]
fn a_panic_of_what_is_dropped_at_its_await_hangs_nobody() {
    let waits = || {
        DynJob::new("job").tries(1).run_async(|_| {
            Box::pin(async {
                let bomb = Bomb;
                sleep(Duration::from_mins(1)).await;
                drop(bomb);
            })
        })
    };
    let timed_out = || {
        let mut dojob = DoJobber::new();
        beside(&mut dojob, waits().timeout(0.01));
        dojob.workers(4);
        dojob
    };
    each_way(timed_out, |report| {
        assert_eq!(report.status("job"), Some(Status::Failed));
        assert_eq!(report.status("beside"), Some(Status::Changed));
    });
    let cancelled = || {
        let mut dojob = DoJobber::new();
        beside(&mut dojob, waits());
        dojob.workers(4).deadline(0.01);
        dojob
    };
    each_way(cancelled, |report| assert!(report.jobs().all(|job| job.status().is_some())));
}

#[test]
fn a_value_that_panics_when_dropped_fails_its_try() {
    let case = || {
        let mut dojob = DoJobber::new();
        let job = DynJob::new("job")
            .tries(1)
            .storage(|_| Bomb)
            .check_async(|_, _| Box::pin(async { sleep(milliseconds(1)).await }));
        dojob
            .lines_to(Lines::new())
            .add(job.run(|_, _| ()))
            .add(DynJob::new("beside").run(|_| ()))
            .add(DynJob::new("all").deps(["job", "beside"]))
            .root_named("all");
        dojob
    };
    each_way(case, |report| job_panicked(&report, "dropping the job's value: "));
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
    for moment in moments {
        for on in 0..3 {
            let running = Arc::new(AtomicUsize::new(0));
            let mut dojob = DoJobber::new();
            dojob.default_retry_delay(0.001).lines_to(Lines::new()).workers(4).on_event(move |_, event| {
                assert!(!moment(&event.kind), "the listener panicked");
            });
            for job in 0..12 {
                let running = Arc::clone(&running);
                let job = DynJob::new(job.to_string()).run_async(move |ctx| {
                    let running = Arc::clone(&running);
                    Box::pin(async move {
                        running.fetch_add(1, Ordering::SeqCst);
                        let running = Leaves(running);
                        sleep(milliseconds(2)).await;
                        drop(running);
                        ctx.try_number().is_last()
                    })
                });
                dojob.add(job.cleanup_async(|_| Box::pin(std::future::ready(()))));
            }
            dojob.add(DynJob::new("all").deps((0..12).map(|job| job.to_string()))).root_named("all");
            let panic = within(20, move || {
                catch_unwind(AssertUnwindSafe(|| {
                    if on == 2 {
                        return dojob.checknrun();
                    }
                    let [one, many] = runtimes();
                    let runtime = if on == 0 { one } else { many };
                    let report = runtime.block_on(dojob.checknrun_async());
                    // What would go on in its threads would be seen.
                    std::mem::forget(runtime);
                    report
                }))
                .unwrap_err()
            });
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"the listener panicked"));
            assert_eq!(running.load(Ordering::SeqCst), 0, "no job runs once that is over");
        }
    }
}

/// Counts down when it is dropped.
struct Leaves(Arc<AtomicUsize>);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
