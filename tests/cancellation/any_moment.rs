//! Whenever a run is cancelled, it ends in order.

use std::collections::BTreeSet;
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

/// Short jobs that block, spin until they are told to end, fail and are retried, with clean-ups.
fn case(dice: &mut Dice) -> Case {
    let (entered, cleaned) = (Tries::default(), Tries::default());
    let mut dojob = DoJobber::new();
    let jobs = 10 + dice.below(15);
    for job in 0..jobs {
        let deps: Vec<_> = dice.deps(job, 3).into_iter().map(|dep| dep.to_string()).collect();
        let (blocks, spins) = (dice.small(1500), dice.percent(25));
        let passes_from = dice.small(4);
        let (runs, counter) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&counter);
        let (note_run, note_cleanup) = (Arc::clone(&entered), Arc::clone(&cleaned));
        let mut one = DynJob::new(job.to_string())
            .deps(deps)
            .tries(3)
            .retry_delay(f64::from(dice.small(3)) / 1000.0)
            .check(move |_| counted.load(Ordering::SeqCst) >= passes_from)
            .run(move |ctx| -> Result {
                note(&note_run, ctx);
                runs.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_micros(u64::from(blocks)));
                if spins {
                    let started = Instant::now();
                    while !ctx.is_cancelled() && started.elapsed() < milliseconds(4) {
                        thread::yield_now();
                    }
                    ensure!(!ctx.is_cancelled(), "told to end");
                }
                counter.fetch_add(1, Ordering::SeqCst);
                Ok(())
            });
        if dice.percent(80) {
            one = one.cleanup(move |ctx| note(&note_cleanup, ctx));
        } else {
            // Nobody cleans up after it, as far as the test is concerned, too.
            let nothing = Tries::default();
            one = one.cleanup(move |ctx| note(&nothing, ctx));
        }
        dojob.add(one);
    }
    dojob.add(DynJob::new("all").deps((0..jobs).map(|job| job.to_string()))).root_named("all");
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
    let way = Way::Threads([1, 2, 4, 8][dice.below(4)]);
    let report = way.run(&mut dojob);
    let ended = Instant::now();
    let cancelled_at = canceller.join().unwrap();
    assert!(ended.saturating_duration_since(cancelled_at) < Duration::from_secs(10), "within the grace");

    let lines = lines.take();
    let cancelled = lines.iter().position(|line| line == "cancelled");
    if let Some(cancelled) = cancelled {
        let started = |line: &&String| line.contains(" tries ") || line.contains(" enters run ");
        assert_eq!(lines[cancelled..].iter().find(started), None, "{lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains(" overruns ")), "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "over");
    assert!(report.jobs().all(|job| job.status().is_some()), "{lines:#?}");

    // By the events: once for each run that was entered, backwards.
    let tries = |what: &str| -> Vec<String> { lines.iter().filter(|l| l.contains(what)).cloned().collect() };
    let mut runs = tries(" enters run ");
    runs.reverse();
    let cleaned_up: Vec<_> = tries(" cleans up ").iter().map(|l| l.replace(" cleans up ", " enters run ")).collect();
    assert_eq!(cleaned_up, runs, "{lines:#?}");
    // By what was called, the same.
    let entered = entered.lock().unwrap();
    assert_eq!(entered.len(), runs.len());
    assert_eq!(report.cleanups().len(), runs.len());
    let cleaned = cleaned.lock().unwrap();
    let once: BTreeSet<_> = cleaned.iter().collect();
    assert_eq!(once.len(), cleaned.len(), "none twice");
    assert!(cleaned.iter().all(|one| entered.contains(one)));
    cancelled.is_some()
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
