//! Runs whose future is dropped before its end.

use super::*;

/// Notes when it is dropped.
struct Noted(Lines, &'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.push(self.1);
    }
}

struct Case {
    dojob: DoJobber,
    notes: Lines,
    /// How many jobs are at work.
    inside: Arc<AtomicUsize>,
    /// Jobs do their work at once.
    is_second: Arc<AtomicBool>,
    free: Gate,
}

/// Jobs that are at work until they are told to end, blocking or async, and one that comes behind them.
fn case() -> Case {
    let (notes, free) = (Lines::new(), Gate::new());
    let (inside, is_second) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut dojob = DoJobber::new();
    let works = |name: &'static str| {
        let (notes, inside, is_second) = (notes.clone(), Arc::clone(&inside), Arc::clone(&is_second));
        move |ctx: &Context| {
            if !is_second.load(Ordering::SeqCst) {
                inside.fetch_add(1, Ordering::SeqCst);
                // Seldom enough that another run has begun before it asks.
                while !ctx.is_cancelled() {
                    thread::sleep(milliseconds(10));
                }
                notes.push(format!("{name} was told"));
            }
        }
    };
    let (blocks, hops) = (works("blocks"), works("hops"));
    let (of_waits, of_inside, of_second) = (notes.clone(), Arc::clone(&inside), Arc::clone(&is_second));
    let rechecks = |name: &'static str| {
        let notes = notes.clone();
        let is_second = Arc::clone(&is_second);
        move |ctx: &Context| {
            if !is_second.load(Ordering::SeqCst) && ctx.phase() == Phase::Recheck {
                notes.push(format!("{name} was rechecked"));
            }
            ctx.phase() == Phase::Recheck
        }
    };
    let hops_checks = rechecks("hops");
    let cleans = |name: &'static str| {
        let (notes, is_second) = (notes.clone(), Arc::clone(&is_second));
        move |_: &Context| {
            if !is_second.load(Ordering::SeqCst) {
                notes.push(format!("{name} was cleaned up"));
            }
        }
    };
    let (stuck, stuck_second, stuck_inside) = (free.clone(), Arc::clone(&is_second), Arc::clone(&inside));
    let (above, is_second_above) = (notes.clone(), Arc::clone(&is_second));
    dojob
        .default_retry_delay(0)
        .add(DynJob::new("blocks").check(rechecks("blocks")).run(blocks).cleanup(cleans("blocks")))
        .add(
            DynJob::new("hops")
                .check_async(move |ctx| Box::pin(std::future::ready(hops_checks(ctx))))
                .run(hops)
                .cleanup(cleans("hops")),
        )
        .add(
            DynJob::new("waits")
                .run_async(move |_| {
                    let (notes, inside, is_second) =
                        (of_waits.clone(), Arc::clone(&of_inside), of_second.load(Ordering::SeqCst));
                    Box::pin(async move {
                        if !is_second {
                            let noted = Noted(notes.clone(), "waits was dropped");
                            inside.fetch_add(1, Ordering::SeqCst);
                            sleep(milliseconds(200)).await;
                            notes.push("waits went on");
                            drop(noted);
                        }
                    })
                })
                .cleanup(cleans("waits")),
        )
        .add(DynJob::new("stuck").run(move |_| {
            if !stuck_second.load(Ordering::SeqCst) {
                stuck_inside.fetch_add(1, Ordering::SeqCst);
                stuck.wait();
            }
        }))
        .add(DynJob::new("above").deps(["blocks", "hops", "waits", "stuck"]).run(move |_| {
            if !is_second_above.load(Ordering::SeqCst) {
                above.push("above was run");
            }
        }))
        .workers(10)
        .root_named("above");
    Case { dojob, notes, inside, is_second, free }
}

/// Polls it until all four are at work, and drops it then.
async fn leave(dojob: &mut DoJobber, inside: &AtomicUsize) {
    let all = async {
        while inside.load(Ordering::SeqCst) < 4 {
            sleep(milliseconds(1)).await;
        }
    };
    tokio::select! {
        _ = dojob.checknrun_async() => panic!("it can't have ended"),
        () = all => {}
    }
}

fn check(notes: &Lines, free: &Gate, what: &str) {
    free.open();
    let mut heard = Vec::new();
    let started = Instant::now();
    while heard.len() < 3 && started.elapsed() < Duration::from_secs(2) {
        heard.extend(notes.take());
        thread::sleep(milliseconds(1));
    }
    // Time to do harm in.
    thread::sleep(milliseconds(20));
    heard.extend(notes.take());
    heard.sort();
    assert_eq!(heard, ["blocks was told", "hops was told", "waits was dropped"], "{what}");
}

#[test]
fn async_code_is_dropped_and_blocking_code_told_and_nothing_follows() {
    for runtime in runtimes() {
        within(20, move || {
            let Case { mut dojob, notes, inside, free, .. } = case();
            let lines = hear(&mut dojob);
            runtime.block_on(leave(&mut dojob, &inside));
            let told = lines.take();
            // A runtime in this thread goes on only while somebody blocks on it.
            runtime.block_on(async { sleep(milliseconds(5)).await });
            check(&notes, &free, "alone");
            assert!(!told.contains(&"over".to_owned()));
            assert!(lines.take().is_empty(), "nothing more is told");
            assert!(dojob.report().is_none());
        });
    }
}

#[test]
fn the_next_run_which_follows_at_once_is_a_whole_one_and_saves_nothing_of_that_one() {
    for is_async in [false, true] {
        for runtime in runtimes() {
            within(20, move || {
                let Case { mut dojob, notes, inside, is_second, free } = case();
                let report = runtime.block_on(async {
                    leave(&mut dojob, &inside).await;
                    is_second.store(true, Ordering::SeqCst);
                    if is_async { dojob.checknrun_async().await } else { dojob.checknrun() }
                });
                let report = report.unwrap();
                assert!(report.success());
                assert!(report.jobs().all(|job| job.status() == Some(Status::Changed)));
                assert_eq!(report.cleanups().len(), 3);
                // Those of the first one are to end nonetheless.
                is_second.store(false, Ordering::SeqCst);
                runtime.block_on(async { sleep(milliseconds(5)).await });
                check(&notes, &free, if is_async { "async" } else { "blocking" });
            });
        }
    }
}

#[test]
fn a_run_that_is_dropped_before_its_first_poll_does_nothing() {
    for runtime in runtimes() {
        let Case { mut dojob, inside, is_second, .. } = case();
        runtime.block_on(async {
            drop(dojob.checknrun_async());
            sleep(milliseconds(2)).await;
            assert_eq!(inside.load(Ordering::SeqCst), 0);
            is_second.store(true, Ordering::SeqCst);
            assert!(dojob.checknrun_async().await.unwrap().success());
        });
    }
}
