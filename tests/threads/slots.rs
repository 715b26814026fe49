//! How many tries run at once.

use super::*;

#[test]
fn as_many_tries_run_at_once_as_there_are_slots() {
    for slots in [2, 3, 5, 8] {
        let all = Arc::new(Barrier::new(slots));
        let mut dojob = DoJobber::new();
        for job in 0..2 * slots {
            let all = Arc::clone(&all);
            dojob.add(DynJob::new(job.to_string()).run(move |_| {
                all.wait();
            }));
        }
        dojob.add(DynJob::new("all").deps((0..2 * slots).map(|job| job.to_string()))).root_named("all");
        let report = within(20, move || Way::Threads(slots).run(&mut dojob));
        assert!(report.success());
    }
}

#[test]
fn never_more_tries_run_at_once_than_there_are_slots() {
    let mut most_of_all = 0;
    for seed in 0..80 {
        let mut dice = Dice::new(seed);
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut dojob = DoJobber::new();
        let jobs = 30;
        for job in 0..jobs {
            let (inside, most) = (Arc::clone(&inside), Arc::clone(&most));
            let (takes, fails) = (dice.small(300), dice.percent(30));
            let deps: Vec<_> = dice.deps(job, 2).iter().map(ToString::to_string).collect();
            let run = move |ctx: &Context| {
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_micros(takes.into()));
                inside.fetch_sub(1, Ordering::SeqCst);
                !fails || ctx.try_number().is_last()
            };
            dojob.add(DynJob::new(job.to_string()).deps(deps).tries(2).retry_delay(0.0002).run(run));
        }
        dojob.add(DynJob::new("all").deps((0..jobs).map(|job| job.to_string()))).root_named("all");
        let way = WAYS[dice.below(WAYS.len())];
        assert!(way.run(&mut dojob).success());
        let most = most.load(Ordering::SeqCst);
        assert!(most <= way.slots(), "{most} at once, {way:?}, seed {seed}");
        most_of_all = most_of_all.max(most);
    }
    assert!(most_of_all > 2, "the test would notice nothing");
}

#[test]
fn a_wait_for_a_retry_holds_no_slot() {
    for slots in [1, 2, 4] {
        // Each of them waits until another job, which needs a slot too, has run.
        let ran = Gate::new();
        let mut dojob = DoJobber::new();
        for job in 0..slots {
            let ran = ran.clone();
            dojob.add(DynJob::new(format!("retries {job}")).tries(2).retry_delay(0.05).run(move |ctx| {
                let is_last = ctx.try_number().is_last();
                if is_last {
                    ran.wait();
                }
                is_last
            }));
        }
        let opens = ran.clone();
        dojob
            .add(DynJob::new("below").run(|_| ()))
            .add(DynJob::new("meanwhile").deps(["below"]).run(move |_| opens.open()))
            .add(DynJob::new("all").deps((0..slots).map(|job| format!("retries {job}"))).deps(["meanwhile"]));
        let report = within(15, move || Way::Threads(slots).run(dojob.root_named("all")));
        assert!(report.success());
        let starts = |job: &str| report.job(job).unwrap().tries().iter().map(|one| one.started()).collect::<Vec<_>>();
        for job in 0..slots {
            let starts = starts(&format!("retries {job}"));
            assert!(starts[1] >= starts[0] + milliseconds(50), "the delay is kept: {starts:?}");
        }
    }
}

#[test]
fn a_run_has_no_more_threads_than_there_is_to_do() {
    let threads: Arc<Mutex<std::collections::HashSet<thread::ThreadId>>> = Arc::default();
    let mut dojob = DoJobber::new();
    let seen = Arc::clone(&threads);
    let job = |name: &str, deps: Option<&str>| {
        let seen = Arc::clone(&seen);
        DynJob::new(name).deps(deps).run(move |_| {
            seen.lock().unwrap().insert(thread::current().id());
        })
    };
    dojob.add(job("a", None)).add(job("b", Some("a"))).add(job("c", Some("b"))).root_named("c");
    assert!(Way::Threads(1000).run(&mut dojob).success());
    let threads = threads.lock().unwrap();
    assert!(threads.len() <= 2, "a chain is worked up by hardly more than one: {}", threads.len());
    assert!(!threads.contains(&thread::current().id()));
}

/// The threads of this process.
#[cfg(target_os = "linux")]
fn threads_called(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks.filter(|task| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name)).count()
}

/// In a process of its own, since other tests have threads too: see `runs_leave_no_threads`.
#[test]
#[ignore = "called by `runs_leave_no_threads`"]
#[cfg(target_os = "linux")]
fn a_thousand_runs() {
    let runs = Arc::new(AtomicUsize::new(0));
    let mut dojob = DoJobber::new();
    for job in 0..8 {
        let runs = Arc::clone(&runs);
        dojob.add(DynJob::new(job.to_string()).run(move |_| {
            runs.fetch_add(1, Ordering::SeqCst);
        }));
    }
    dojob.add(DynJob::new("all").deps((0..8).map(|job| job.to_string()))).root_named("all");
    for run in 0..1000 {
        assert!(WAYS[run % WAYS.len()].run(&mut dojob).success());
    }
    assert_eq!(runs.load(Ordering::SeqCst), 8000);
    // A thread that has said that it is over may need a moment to end.
    for _ in 0..200 {
        if threads_called("dojobber") == 0 {
            return;
        }
        thread::sleep(milliseconds(5));
    }
    panic!("{} threads are left", threads_called("dojobber"));
}

#[test]
#[cfg(target_os = "linux")]
fn runs_leave_no_threads() {
    let this = std::env::current_exe().unwrap();
    let ran =
        std::process::Command::new(this).args(["--ignored", "--exact", "slots::a_thousand_runs"]).output().unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && out.contains("1 passed"), "{out}");
}
