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
    // Says whether a job is to do its work, and counts it then.
    let begins = || {
        let (inside, is_second) = (Arc::clone(&inside), Arc::clone(&is_second));
        move || {
            let is_first = !is_second.load(Ordering::SeqCst);
            inside.fetch_add(usize::from(is_first), Ordering::SeqCst);
            is_first
        }
    };
    // Notes what nobody is to do in the first run.
    let notes_in_first = |text: String| {
        let (notes, is_second) = (notes.clone(), Arc::clone(&is_second));
        move || {
            if !is_second.load(Ordering::SeqCst) {
                notes.push(&text);
            }
        }
    };
    let works = |name: &'static str| {
        let (notes, begins) = (notes.clone(), begins());
        move |ctx: &Context| {
            if begins() {
                // Seldom enough that another run has begun before it asks.
                while !ctx.is_cancelled() {
                    thread::sleep(milliseconds(10));
                }
                notes.push(format!("{name} was told"));
            }
        }
    };
    let checks = |name: &'static str| {
        let rechecked = notes_in_first(format!("{name} was rechecked"));
        move |ctx: &Context| {
            if ctx.phase() == Phase::Recheck {
                rechecked();
            }
            ctx.phase() == Phase::Recheck
        }
    };
    let cleans = |name: &'static str| {
        let cleaned = notes_in_first(format!("{name} was cleaned up"));
        move |_: &Context| cleaned()
    };
    let check_hops = checks("hops");
    let (of_waits, waits_begins) = (notes.clone(), begins());
    let (of_stuck, stuck_begins) = (free.clone(), begins());
    let runs_above = notes_in_first("above was run".to_owned());
    dojob
        .default_retry_delay(0)
        .add(DynJob::new("blocks").check(checks("blocks")).run(works("blocks")).cleanup(cleans("blocks")))
        .add(
            DynJob::new("hops")
                .check_async(move |ctx| Box::pin(std::future::ready(check_hops(ctx))))
                .run(works("hops"))
                .cleanup(cleans("hops")),
        )
        .add(
            DynJob::new("waits")
                .run_async(move |_| {
                    let (lines, is_first) = (of_waits.clone(), waits_begins());
                    Box::pin(async move {
                        if is_first {
                            let guard = Noted(lines.clone(), "waits was dropped");
                            sleep(milliseconds(200)).await;
                            lines.push("waits went on");
                            drop(guard);
                        }
                    })
                })
                .cleanup(cleans("waits")),
        )
        .add(DynJob::new("stuck").run(move |_| {
            if stuck_begins() {
                of_stuck.wait();
            }
        }))
        .add(DynJob::new("above").deps(["blocks", "hops", "waits", "stuck"]).run(move |_| runs_above()))
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

/// It goes off when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("it went off");
    }
}

/// Of jobs that have run, for their clean-ups; of one that settles; and of one that is at work.
#[test]
fn values_that_panic_when_they_are_dropped_with_it_do_no_harm() {
    for runtime in runtimes() {
        let mut dojob = DoJobber::new();
        dojob.workers(8).lines_to(Lines::new());
        for name in ["one", "other"] {
            dojob.add(DynJob::new(name).storage(|_| Bomb).run(|_, _| ()).cleanup(|_, _| ()));
        }
        let settles = DynJob::new("settles").settle(60).storage(|_| Bomb).check(|_, _| false).run(|_, _| ());
        let waits = DynJob::new("waits").storage(|_| Bomb).run_async(|_, _| Box::pin(std::future::pending::<()>()));
        dojob.add(settles).add(waits).add(DynJob::new("all").deps(["one", "other", "settles", "waits"]));
        dojob.root_named("all");
        runtime.block_on(async {
            let timed_out = tokio::time::timeout(milliseconds(30), dojob.checknrun_async()).await;
            assert!(timed_out.is_err());
        });
        dojob.add(DynJob::new("next").run(|_| ()));
        assert!(dojob.checknrun_from_named("next").unwrap().success());
    }
}

/// Clean-ups in the reverse order of runs: `last` has run last, and waits; `first` would be next.
fn with_clean_ups(notes: &Lines) -> DoJobber {
    let mut dojob = DoJobber::new();
    for (name, deps) in [("first", None), ("last", Some("first"))] {
        let notes = notes.clone();
        dojob.add(DynJob::new(name).deps(deps).run_async(|_| Box::pin(async {})).cleanup_async(move |_| {
            let notes = notes.clone();
            Box::pin(async move {
                notes.push(format!("{name} begins"));
                sleep(milliseconds(30)).await;
                notes.push(format!("{name} ends"));
            })
        }));
    }
    dojob.root_named("last");
    dojob
}

#[test]
fn a_clean_up_that_is_under_way_ends_as_it_would_and_no_other_one_begins() {
    for runtime in runtimes() {
        for is_by_hand in [false, true] {
            let notes = Lines::new();
            let mut dojob = with_clean_ups(&notes);
            runtime.block_on(async {
                let begun = async {
                    while !notes.clone().take().contains(&"last begins".to_owned()) {
                        sleep(milliseconds(1)).await;
                    }
                };
                if is_by_hand {
                    dojob.auto_cleanup(false).checknrun_async().await.unwrap();
                    tokio::select! { biased; () = begun => {}, _ = dojob.cleanup_async() => panic!("it can't have ended") }
                } else {
                    tokio::select! { biased; () = begun => {}, _ = dojob.checknrun_async() => panic!("it can't have ended") }
                }
                sleep(milliseconds(100)).await;
                assert_eq!(notes.take(), ["last ends"]);
                assert!(dojob.cleanup_async().await.is_ok(), "nothing is left to call");
                assert_eq!(notes.take(), [""; 0]);
            });
        }
    }
}
