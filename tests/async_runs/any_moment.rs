//! Whenever a run of blocking and async jobs is cancelled, it ends in order, and so do the programs that its jobs started.

use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, mpsc};

use dojobber_tests::Dice;

use super::*;

/// Tries, as name and number, in some order.
type Tries = Arc<Mutex<Vec<(String, u32)>>>;

/// What the jobs of a run did.
#[derive(Clone, Default)]
struct Seen {
    entered: Tries,
    cleaned: Tries,
    /// The process of each program that was started, and has said so.
    processes: Arc<Mutex<Vec<u32>>>,
}

fn note(tries: &Tries, ctx: &Context) {
    tries.lock().unwrap().push((ctx.job().to_owned(), ctx.try_number().number));
}

/// How one job passes its time.
#[derive(Clone)]
struct Work {
    seen: Seen,
    takes: Duration,
    /// Waits to be told to end, or some milliseconds.
    waits: bool,
    /// Starts a program that takes a minute.
    starts: bool,
    done: Arc<AtomicU32>,
}

const PROGRAM: [&str; 2] = ["-c", "echo $$; exec sleep 60"];

/// The program has ended by then, of what it was asked; until then it isn't reaped.
const SOON: Duration = Duration::from_millis(20);

impl Work {
    fn block(&self, ctx: &Context) -> Result {
        note(&self.seen.entered, ctx);
        if self.starts {
            ctx.command("sh").args(PROGRAM).kill_after(SOON).run()?;
        }
        thread::sleep(self.takes);
        let started = Instant::now();
        while self.waits && !ctx.is_cancelled() && started.elapsed() < milliseconds(4) {
            thread::yield_now();
        }
        ensure!(!self.waits || !ctx.is_cancelled(), "told to end");
        self.done.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn wait(self, ctx: &Context) -> Result {
        note(&self.seen.entered, ctx);
        if self.starts {
            ctx.command("sh").args(PROGRAM).kill_after(SOON).run_async().await?;
        }
        sleep(self.takes).await;
        if self.waits {
            sleep(milliseconds(4)).await;
        }
        self.done.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Some jobs, which fail and are retried; of each function, some are async.
fn case(dice: &mut Dice, programs: u32) -> (DoJobber, Seen) {
    let seen = Seen::default();
    let mut dojob = DoJobber::new();
    let mut names: Vec<String> = Vec::new();
    for job in 0..10 + dice.below(15) {
        let name = format!("job {job}");
        let done = Arc::new(AtomicU32::new(0));
        let work = Work {
            seen: seen.clone(),
            takes: Duration::from_micros(dice.small(1500).into()),
            waits: dice.percent(25),
            starts: dice.percent(programs),
            done: Arc::clone(&done),
        };
        let passes_from = dice.small(4);
        let mut one = DynJob::new(&name)
            .deps(dice.deps(job, 3).into_iter().map(|dep| &names[dep]))
            .tries(3)
            .retry_delay(f64::from(dice.small(3)) / 1000.0);
        let is_done = move || done.load(Ordering::SeqCst) >= passes_from;
        one = if dice.percent(50) {
            one.check_async(move |_| {
                let is_done = is_done.clone();
                Box::pin(async move {
                    tokio::task::yield_now().await;
                    is_done()
                })
            })
        } else {
            one.check(move |_| is_done())
        };
        one = if dice.percent(50) {
            one.run_async(move |ctx| Box::pin(work.clone().wait(ctx)))
        } else {
            one.run(move |ctx| work.block(ctx))
        };
        let cleaned = Arc::clone(&seen.cleaned);
        one = if dice.percent(50) {
            one.cleanup_async(move |ctx| {
                let cleaned = Arc::clone(&cleaned);
                Box::pin(async move {
                    sleep(Duration::from_micros(100)).await;
                    note(&cleaned, ctx);
                })
            })
        } else {
            one.cleanup(move |ctx| note(&cleaned, ctx))
        };
        dojob.add(one);
        names.push(name);
    }
    dojob.add(DynJob::new("all").deps(names)).root_named("all");
    (dojob, seen)
}

/// Runs it on some runtime; says on which.
fn run(dojob: &mut DoJobber, dice: &mut Dice) -> (Report, &'static str) {
    dojob.workers(1 + dice.below(8));
    let [one, many] = runtimes();
    match dice.below(3) {
        0 => (one.block_on(dojob.checknrun_async()).unwrap(), "a runtime in this thread"),
        1 => (many.block_on(dojob.checknrun_async()).unwrap(), "a runtime with threads"),
        _ => (dojob.checknrun().unwrap(), "a runtime of its own"),
    }
}

/// Cancels a run at some moment; says whether it heard of that before it was over, and how many programs it had started.
fn cancel_once(seed: u64) -> (bool, usize) {
    let mut dice = Dice::new(seed);
    let (mut dojob, deeds) = case(&mut dice, 8);
    let lines = hear(&mut dojob);
    let (begins, begun) = mpsc::channel();
    let processes = Arc::clone(&deeds.processes);
    dojob.grace(10).on_event(move |_, event| {
        let _ = begins.send(());
        if let EventKind::Output { line, .. } = &event.kind {
            processes.lock().unwrap().push(line.parse().unwrap());
        }
    });
    let cancel = dojob.cancel_handle();
    let moment = Duration::from_micros(dice.small(12_000).into());
    let canceller = thread::spawn(move || {
        begun.recv().unwrap();
        thread::sleep(moment);
        cancel.cancel();
        Instant::now()
    });
    let (report, way) = run(&mut dojob, &mut dice);
    let ended = Instant::now();
    let cancelled_at = canceller.join().unwrap();
    let what = format!("seed {seed}, {way}");
    assert!(ended.saturating_duration_since(cancelled_at) < Duration::from_secs(5), "{what}: within the grace");

    let processes = deeds.processes.lock().unwrap().clone();
    #[cfg(target_os = "linux")]
    for process in &processes {
        is_gone(*process, &what);
    }

    let lines: Vec<_> = lines.take().into_iter().filter(|line| !line.contains("Output")).collect();
    let told = lines.iter().position(|line| line == "cancelled");
    if let Some(told) = told {
        let starts = |line: &&String| line.contains(" tries ") || line.contains(" enters run ");
        assert_eq!(lines[told..].iter().find(starts), None, "{what} {lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains(" overruns ")), "{what} {lines:#?}");
    assert_eq!(lines.last().unwrap(), "over");
    assert!(report.jobs().all(|job| job.status().is_some()), "{what} {lines:#?}");
    for line in ["cancelled", "over"] {
        assert!(lines.iter().filter(|other| *other == line).count() <= 1);
    }

    // By the events: once for each run that was entered, backwards.
    let tries = |what: &str| -> Vec<String> {
        lines.iter().filter(|line| line.contains(what)).map(|line| line.replace(what, " ")).collect()
    };
    let mut runs = tries(" enters run ");
    runs.reverse();
    assert_eq!(tries(" cleans up "), runs, "{what} {lines:#?}");
    assert_eq!(report.cleanups().len(), runs.len());
    // By what was called, the same.
    let sorted = |tries: &Tries| {
        let mut tries = tries.lock().unwrap().clone();
        tries.sort();
        tries
    };
    assert_eq!(sorted(&deeds.entered).len(), runs.len(), "{what} {lines:#?}");
    assert_eq!(sorted(&deeds.cleaned), sorted(&deeds.entered), "{what}");
    (told.is_some(), processes.len())
}

/// It was ended with the run, and is reaped soon.
#[cfg(target_os = "linux")]
fn is_gone(process: u32, what: &str) {
    let stat = || std::fs::read_to_string(format!("/proc/{process}/stat")).ok();
    let ended = Instant::now();
    while let Some(stat) = stat() {
        assert!(ended.elapsed() < Duration::from_secs(2), "{what}: it is not reaped: {stat}");
        thread::sleep(milliseconds(1));
    }
}

#[test]
fn a_run_can_be_cancelled_at_any_moment() {
    let (mut heard, mut started) = (0, 0);
    for seed in 0..200 {
        let (is_told, processes) = within(30, move || cancel_once(seed));
        heard += usize::from(is_told);
        started += processes;
    }
    assert!(heard > 100, "the moments are too late: {heard}");
    assert!(started > 20, "too few programs: {started}");
}

/// Cancels it at some moment, and waits for nothing; says how many tries were left behind.
fn leave_behind(seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let (mut dojob, deeds) = case(&mut dice, 0);
    let lines = hear(&mut dojob);
    let cancel = dojob.cancel_handle();
    let at = 10 + dice.below(60);
    let mut events = 0;
    dojob.grace(0).lines_to(Lines::new()).on_event(move |_, _| {
        events += 1;
        if events == at {
            cancel.cancel();
        }
    });
    let (report, way) = run(&mut dojob, &mut dice);
    // What was left behind may still be about to enter it.
    let called = deeds.cleaned.lock().unwrap().clone();
    let lines = lines.take();
    assert!(report.jobs().all(|job| job.status().is_some()), "{way} {lines:#?}");
    let runs = lines.iter().filter(|line| line.contains(" enters run ")).count();
    let left = report.cleanups().filter(|cleanup| cleanup.error.is_some()).count();
    assert_eq!((called.len(), report.cleanups().len()), (runs - left, runs), "{way} {lines:#?}");
    assert!(called.iter().all(|one| deeds.entered.lock().unwrap().contains(one)), "{way}");
    lines.iter().filter(|line| line.contains(" overruns ")).count()
}

#[test]
fn a_run_that_leaves_jobs_behind_is_over_and_cleans_up_after_the_others() {
    let left: usize = (0..150).map(|seed| within(20, move || leave_behind(seed))).sum();
    assert!(left > 30, "too few were left behind: {left}");
}
