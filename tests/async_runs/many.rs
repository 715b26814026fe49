//! Async jobs cost no threads, and blocking ones don't hold them up.

use super::*;

#[test]
fn blocking_jobs_hold_no_async_ones_up() {
    for runtime in runtimes() {
        let (gate, ticks) = (Gate::new(), Arc::new(AtomicUsize::new(0)));
        let mut dojob = DoJobber::new();
        for job in 0..4 {
            let (run, check) = (gate.clone(), gate.clone());
            dojob.add(DynJob::new(format!("blocks {job}")).run(move |_| run.wait()));
            // An async job with a blocking function.
            let hops = DynJob::new(format!("hops {job}")).check(move |ctx| {
                check.wait();
                ctx.phase() == Phase::Recheck
            });
            dojob.add(hops.run_async(|_| Box::pin(std::future::ready(()))));
        }
        let ticker = Arc::clone(&ticks);
        dojob.add(DynJob::new("ticks").run_async(move |_| {
            let (gate, ticks) = (gate.clone(), Arc::clone(&ticker));
            Box::pin(async move {
                for _ in 0..20 {
                    sleep(milliseconds(1)).await;
                    ticks.fetch_add(1, Ordering::SeqCst);
                }
                // Were it held up by those who wait for this, it would never come so far.
                gate.open();
            })
        }));
        let names: Vec<_> = (0..4).flat_map(|job| [format!("blocks {job}"), format!("hops {job}")]).collect();
        dojob.add(DynJob::new("all").deps(names).deps(["ticks"])).root_named("all").workers(9);
        let report = within(20, move || runtime.block_on(dojob.checknrun_async()).unwrap());
        assert!(report.success());
        assert_eq!(ticks.load(Ordering::SeqCst), 20);
    }
}

#[cfg(target_os = "linux")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// In a process of its own, since other tests have threads too: see `ten_thousand_that_wait_a_second_take_little_more`.
#[test]
#[ignore = "called by `ten_thousand_that_wait_a_second_take_little_more`"]
#[cfg(target_os = "linux")]
fn ten_thousand() {
    let (most, inside, at_once) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut dojob = DoJobber::new();
    for job in 0..10_000 {
        let (most, inside, at_once) = (Arc::clone(&most), Arc::clone(&inside), Arc::clone(&at_once));
        dojob.add(DynJob::new(job.to_string()).run_async(move |_| {
            let (most, inside, at_once) = (Arc::clone(&most), Arc::clone(&inside), Arc::clone(&at_once));
            Box::pin(async move {
                at_once.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                sleep(Duration::from_secs(1)).await;
                inside.fetch_sub(1, Ordering::SeqCst);
                if job % 100 == 0 {
                    most.fetch_max(threads(), Ordering::SeqCst);
                }
            })
        }));
    }
    dojob.add(DynJob::new("all").deps((0..10_000).map(|job| job.to_string()))).root_named("all").workers(10_000);
    let [runtime, _] = runtimes();
    let started = Instant::now();
    let report = runtime.block_on(dojob.checknrun_async()).unwrap();
    let took = started.elapsed();
    assert!(report.success());
    assert_eq!(at_once.load(Ordering::SeqCst), 10_000);
    let most = most.load(Ordering::SeqCst);
    assert!((1..=2).contains(&most), "{most} threads");
    // Half a second more where all is optimised.
    assert!(took < milliseconds(2500), "{took:?}");
    println!("took {took:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_that_wait_a_second_take_little_more() {
    let mut this = std::process::Command::new(std::env::current_exe().unwrap());
    this.env("RUST_TEST_THREADS", "1");
    let ran = this.args(["--ignored", "--exact", "--nocapture", "many::ten_thousand"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && out.contains("1 passed"), "{out}{err}");
    println!("{out}");
}

#[test]
fn code_that_never_lets_go_of_its_thread_for_long_is_ended_all_the_same() {
    #[job(timeout = 0.05, tries = 1)]
    async fn spin() -> Result {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        // Each turn uses up a bit of what tokio lets a task do at a time, so that nothing else of the task can.
        loop {
            sender.send(())?;
            receiver.recv().await;
        }
    }

    let report = within(20, || DoJobber::new().root::<spin>().checknrun().unwrap());
    assert_eq!(report.error("spin").unwrap().kind(), ErrorKind::TimedOut);
}
