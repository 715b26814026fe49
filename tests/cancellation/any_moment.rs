//! Whenever a run is cancelled, it ends in order.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

use dojobber_tests::Dice;

use super::*;

/// Tries, as name and number, in some order.
type Tries = Arc<Mutex<Vec<(String, u32)>>>;

struct Case {
    dojob: DoJobber,
    entered: Tries,
    cleaned: Tries,
}

fn note(tries: &Tries, ctx: &Context) {
    tries.lock().unwrap().push((ctx.job().to_owned(), ctx.try_number().number));
}

/// Short jobs that block, spin until they are told to end, fail and are retried, most with clean-ups.
fn case(dice: &mut Dice) -> Case {
    let (entered, cleaned) = (Tries::default(), Tries::default());
    let mut dojob = DoJobber::new();
    let mut names: Vec<String> = Vec::new();
    for job in 0..10 + dice.below(15) {
        let is_bare = dice.percent(20);
        let name = format!("{} {job}", if is_bare { "bare" } else { "job" });
        let (blocks, spins) = (dice.small(1500), dice.percent(25));
        let passes_from = dice.small(4);
        let done = Arc::new(AtomicU32::new(0));
        let is_done = Arc::clone(&done);
        let note_run = Arc::clone(&entered);
        let mut one = DynJob::new(&name)
            .deps(dice.deps(job, 3).into_iter().map(|dep| &names[dep]))
            .tries(3)
            .retry_delay(f64::from(dice.small(3)) / 1000.0)
            .check(move |_| is_done.load(Ordering::SeqCst) >= passes_from)
            .run(move |ctx| -> Result {
                if !is_bare {
                    note(&note_run, ctx);
                }
                thread::sleep(Duration::from_micros(blocks.into()));
                let started = Instant::now();
                while spins && !ctx.is_cancelled() && started.elapsed() < milliseconds(4) {
                    thread::yield_now();
                }
                ensure!(!spins || !ctx.is_cancelled(), "told to end");
                done.fetch_add(1, Ordering::SeqCst);
                Ok(())
            });
        if !is_bare {
            let note_cleanup = Arc::clone(&cleaned);
            one = one.cleanup(move |ctx| note(&note_cleanup, ctx));
        }
        dojob.add(one);
        names.push(name);
    }
    dojob.add(DynJob::new("all").deps(names)).root_named("all");
    Case { dojob, entered, cleaned }
}

/// Cancels it at some moment; says whether it heard of that before it was over.
fn cancel_once(seed: u64) -> bool {
    let mut dice = Dice::new(seed);
    let Case { mut dojob, entered, cleaned } = case(&mut dice);
    let lines = hear(&mut dojob);
    let (starts, started) = mpsc::channel();
    dojob
        .on_event(move |_, _| {
            let _ = starts.send(());
        })
        .grace(10);
    let cancel = dojob.cancel_handle();
    let moment = Duration::from_micros(u64::from(dice.small(12_000)));
    let canceller = thread::spawn(move || {
        started.recv().unwrap();
        thread::sleep(moment);
        cancel.cancel();
        Instant::now()
    });
    let way = WAYS[dice.below(WAYS.len())];
    let report = way.run(&mut dojob);
    let ended = Instant::now();
    let cancelled_at = canceller.join().unwrap();
    assert!(ended.saturating_duration_since(cancelled_at) < Duration::from_secs(10), "within the grace");

    let lines = lines.take();
    let told = lines.iter().position(|line| line == "cancelled");
    if let Some(told) = told {
        let starts = |line: &&String| line.contains(" tries ") || line.contains(" enters run ");
        assert_eq!(lines[told..].iter().find(starts), None, "{lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains(" overruns ")), "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "over");
    assert!(report.jobs().all(|job| job.status().is_some()), "{lines:#?}");

    // By the events: once for each run that was entered, backwards.
    let tries = |what: &str| -> Vec<String> {
        let tries = lines.iter().filter(|line| line.contains(what) && !line.starts_with("bare"));
        tries.map(|line| line.replace(what, " ")).collect()
    };
    let mut runs = tries(" enters run ");
    runs.reverse();
    assert_eq!(tries(" cleans up "), runs, "{lines:#?}");
    assert_eq!(report.cleanups().len(), runs.len());
    // By what was called, the same.
    let sorted = |tries: &Tries| {
        let mut tries = tries.lock().unwrap().clone();
        tries.sort();
        tries
    };
    assert_eq!(sorted(&entered).len(), runs.len());
    assert_eq!(sorted(&cleaned), sorted(&entered));
    told.is_some()
}

/// Cancels it at some moment, and waits for nothing; says how many tries were left behind.
fn leave_behind(seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let Case { mut dojob, entered, cleaned } = case(&mut dice);
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
    let report = WAYS[dice.below(WAYS.len())].run(&mut dojob);
    // What was left behind may still be about to enter it.
    let called = cleaned.lock().unwrap().clone();
    let lines = lines.take();
    assert!(report.jobs().all(|job| job.status().is_some()), "{lines:#?}");
    let runs = lines.iter().filter(|line| line.contains(" enters run ") && !line.starts_with("bare")).count();
    let left = report.cleanups().filter(|cleanup| cleanup.error.is_some()).count();
    assert_eq!((called.len(), report.cleanups().len()), (runs - left, runs), "{lines:#?}");
    assert!(called.iter().all(|one| entered.lock().unwrap().contains(one)));
    for job in report.jobs().filter(|job| lines.contains(&format!("{} overruns {}", job.name(), job.tries().len()))) {
        assert_eq!(job.status(), Some(Status::Cancelled));
    }
    lines.iter().filter(|line| line.contains(" overruns ")).count()
}

#[test]
fn a_run_that_waits_for_nothing_leaves_behind_what_runs_and_nothing_else() {
    let left = within(120, || (1000..1200).map(leave_behind).sum::<usize>());
    assert!(left > 100, "only {left} tries were left behind");
}

/// So that the tests of this file, which libtest runs beside each other, share the moments.
fn cancel_all(seeds: std::ops::Range<u64>) {
    let all = seeds.end - seeds.start;
    let heard = within(120, move || {
        let heard = seeds.filter(|seed| {
            let seed = *seed;
            let once = std::panic::catch_unwind(|| cancel_once(seed));
            once.unwrap_or_else(|panic| {
                eprintln!("seed {seed}");
                std::panic::resume_unwind(panic)
            })
        });
        heard.count()
    });
    assert!(heard > usize::try_from(all).unwrap() / 3, "only {heard} of {all} runs were cut short");
}

#[test]
fn a_run_that_is_cancelled_at_any_moment_ends_in_order() {
    cancel_all(0..150);
}

#[test]
fn and_so_do_others_beside_it() {
    cancel_all(150..300);
}
