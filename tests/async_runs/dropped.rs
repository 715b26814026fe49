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
    let mut heard = notes.take_of(3);
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

/// One run whose clean-ups were left for later, of which the second one doesn't come to its end.
struct Left {
    dojob: DoJobber,
    /// All events.
    lines: Lines,
    notes: Lines,
    hangs: Arc<AtomicBool>,
    free: Gate,
}

async fn left(is_async: bool) -> Left {
    let (notes, hangs, free) = (Lines::new(), Arc::new(AtomicBool::new(false)), Gate::new());
    let mut dojob = DoJobber::new();
    let cleans = |name: &'static str| {
        let notes = notes.clone();
        move |_: &Context| notes.push(name)
    };
    let (of_hanging, is_hanging, until_free) = (notes.clone(), Arc::clone(&hangs), free.clone());
    let hanging = DynJob::new("hangs").deps(["first"]).run(|_| ());
    let hanging = if is_async {
        hanging.cleanup_async(move |_| {
            let guard = Noted(of_hanging.clone(), "hangs is dropped");
            is_hanging.store(true, Ordering::SeqCst);
            Box::pin(async move {
                let _guard = guard;
                std::future::pending::<()>().await;
            })
        })
    } else {
        hanging.cleanup(move |_| {
            is_hanging.store(true, Ordering::SeqCst);
            until_free.wait();
        })
    };
    dojob
        .auto_cleanup(false)
        .lines_to(Lines::new())
        .add(DynJob::new("first").run(|_| ()).cleanup(cleans("first")))
        .add(hanging)
        .add(DynJob::new("last").deps(["hangs"]).run(|_| ()).cleanup(cleans("last")))
        .root_named("last");
    let lines = hear(&mut dojob);
    drop(dojob.checknrun_async());
    assert!(dojob.checknrun_async().await.unwrap().success());
    Left { dojob, lines, notes, hangs, free }
}

impl Left {
    /// Polls what calls them until the second one hangs, and drops it then.
    async fn leave(&mut self, by_hand: bool) {
        let Self { dojob, hangs, .. } = self;
        let hang = async {
            while !hangs.load(Ordering::SeqCst) {
                sleep(milliseconds(1)).await;
            }
        };
        let cleaned = async {
            if by_hand {
                drop(dojob.cleanup_async().await);
            } else {
                drop(dojob.checknrun_async().await);
            }
        };
        tokio::select! {
            () = cleaned => panic!("it can't have ended"),
            () = hang => {}
        }
        // Time to drop it in.
        sleep(milliseconds(5)).await;
    }
}

/// R7: each is called once, and none is lost without a word.
#[test]
fn clean_ups_that_nobody_awaits_any_more_are_still_to_come_and_the_one_under_way_has_failed() {
    for runtime in runtimes() {
        for (is_async, by_hand) in [(true, true), (true, false), (false, true), (false, false)] {
            let what = format!("{is_async} {by_hand}");
            let mut left = runtime.block_on(left(is_async));
            runtime.block_on(left.leave(by_hand));
            let called = if is_async { &["last", "hangs is dropped"][..] } else { &["last"] };
            assert_eq!(left.notes.take(), called, "{what}");
            left.lines.take();
            let error = left.dojob.cleanup().unwrap_err();
            let failed: Vec<_> = error.failed().map(|(job, error)| format!("{job}: {error}")).collect();
            assert_eq!(failed, ["hangs: its future was dropped before it had ended"], "{what}");
            assert_eq!(left.notes.take(), ["first"], "{what}");
            let told = ["hangs cleaned up 1: its future was dropped before it had ended", "first cleans up 1"];
            assert_eq!(left.lines.take()[..2], told, "{what}");
            let report = left.dojob.report().unwrap();
            let cleaned: Vec<_> = report.cleanups().map(|one| (one.job.name(), one.error.is_some())).collect();
            assert_eq!(cleaned, [("last", false), ("hangs", true), ("first", false)], "{what}");
            assert!(!report.success(), "{what}");
            left.dojob.cleanup().unwrap();
            assert_eq!(left.notes.take(), [""; 0], "{what}");
            left.free.open();
        }
    }
}

#[test]
fn the_next_run_first_calls_those_that_nobody_awaited() {
    for runtime in runtimes() {
        for is_async in [true, false] {
            let mut left = runtime.block_on(left(is_async));
            runtime.block_on(left.leave(false));
            left.notes.take();
            left.lines.take();
            assert!(left.dojob.checknrun().unwrap().success());
            let lines = left.lines.take();
            let place = |wanted: &str| lines.iter().position(|line| line.starts_with(wanted)).unwrap();
            let order = ["hangs cleaned up 1: ", "first cleaned up 1", "started"].map(place);
            assert!(order.is_sorted(), "{lines:#?}");
            assert_eq!(left.notes.take(), ["first"]);
            left.free.open();
        }
    }
}

/// Polls what calls clean-ups, and lets tasks work meanwhile, until that is so; then it is dropped, before it can learn of it.
async fn drop_when(dojob: &mut DoJobber, is_so: impl Fn() -> bool) {
    let mut cleaned = std::pin::pin!(dojob.cleanup_async());
    while !is_so() {
        std::future::poll_fn(|cx| {
            assert!(cleaned.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        sleep(milliseconds(1)).await;
    }
}

/// On one thread nothing polls the task that is to call it before the future is dropped.
#[test]
fn a_clean_up_that_no_task_has_come_to_is_still_to_come() {
    let runtime = &runtimes()[0];
    let (notes, told, free) = (Lines::new(), Arc::new(AtomicUsize::new(0)), Gate::new());
    let mut dojob = DoJobber::new();
    let (cleaned, until_free, begun) = (notes.clone(), free.clone(), Arc::clone(&told));
    dojob
        .auto_cleanup(false)
        .add(DynJob::new("first").run(|_| ()).cleanup_async(move |_| {
            let cleaned = cleaned.clone();
            Box::pin(async move { cleaned.push("first") })
        }))
        .add(DynJob::new("last").deps(["first"]).run(|_| ()).cleanup(move |_| until_free.wait()))
        .root_named("last")
        .on_event(move |_, event| {
            if matches!(event.kind, EventKind::CleanupStarted { .. }) {
                begun.fetch_add(1, Ordering::SeqCst);
            }
        });
    assert!(runtime.block_on(dojob.checknrun_async()).unwrap().success());
    runtime.block_on(drop_when(&mut dojob, || {
        if told.load(Ordering::SeqCst) == 1 {
            free.open();
            while told.load(Ordering::SeqCst) == 1 {
                thread::yield_now();
            }
        }
        told.load(Ordering::SeqCst) == 2
    }));
    assert_eq!(notes.take(), [""; 0]);
    dojob.cleanup().unwrap();
    assert_eq!(notes.take(), ["first"]);
    let report = dojob.report().unwrap();
    let cleaned: Vec<_> = report.cleanups().map(|one| (one.job.name(), one.error.is_some())).collect();
    assert_eq!(cleaned, [("last", false), ("first", false)]);
}

/// R7: whoever asks next hears of it.
#[test]
fn a_clean_up_that_has_failed_is_told_of_though_nobody_awaited_the_end() {
    let runtime = &runtimes()[0];
    for waits_for_programs in [false, true] {
        let told = Arc::new(AtomicUsize::new(0));
        let ended = Arc::clone(&told);
        let mut dojob = DoJobber::new();
        dojob
            .auto_cleanup(false)
            .lines_to(Lines::new())
            .add(DynJob::new("fails").run(|_| ()).cleanup_async(move |ctx| {
                Box::pin(async move {
                    if waits_for_programs {
                        let stubborn = ctx.command("sh").args(["-c", "trap '' TERM; echo; sleep 9"]);
                        let stubborn = stubborn.kill_after(milliseconds(300)).run_async();
                        drop(tokio::time::timeout(milliseconds(100), stubborn).await);
                    }
                    Err::<(), _>(Error::msg("no"))
                })
            }))
            .root_named("fails")
            .on_event(move |_, event| {
                if matches!(event.kind, EventKind::CleanupEnded { .. }) {
                    ended.fetch_add(1, Ordering::SeqCst);
                }
            });
        assert!(runtime.block_on(dojob.checknrun_async()).unwrap().success());
        // Before it learns of the end, and while it waits for the program to be gone.
        let looks = AtomicUsize::new(if waits_for_programs { 0 } else { 9 });
        runtime.block_on(drop_when(&mut dojob, || {
            told.load(Ordering::SeqCst) == 1 && looks.fetch_add(1, Ordering::SeqCst) >= 9
        }));
        let error = dojob.cleanup().unwrap_err();
        let failed: Vec<_> = error.failed().map(|(job, error)| format!("{job}: {error}")).collect();
        assert_eq!(failed, ["fails: no"], "{waits_for_programs}");
        assert!(!dojob.report().unwrap().success());
        dojob.cleanup().unwrap();
    }
}
