//! How long runs take: with a slot for each job as long as the longest way through the graph, with fewer of them no
//! longer than what list scheduling promises.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::disallowed_methods, reason = "threads are in real time")]

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use dojobber::prelude::*;
use dojobber_tests::{Dice, Way};

/// What starting threads, waking them and sleeping longer than was asked for may cost altogether, beside 2 % and what it
/// costs a hand-written program, too. A machine that is busy with others needs more, so the best of some runs counts.
const OVERHEAD: Duration = Duration::from_millis(3);
const RUNS: usize = 15;

/// A job that sleeps in each try.
struct Sleeper {
    deps: Vec<usize>,
    takes: Duration,
    tries: u32,
    retry_delay: Duration,
}

impl Sleeper {
    fn new(dice: &mut Dice, job: usize) -> Self {
        let millis = |millis: u32| Duration::from_millis(millis.into());
        Self {
            deps: dice.deps(job, 3),
            takes: millis(1 + dice.small(20)),
            tries: if dice.percent(25) { 2 + dice.small(2) } else { 1 },
            retry_delay: millis(dice.small(25)),
        }
    }

    /// From the start of its first try to the end of its last one, which passes: the delay counts from each start.
    fn lasts(&self) -> Duration {
        self.takes + (self.tries - 1) * self.takes.max(self.retry_delay)
    }

    /// How much of that it holds a slot.
    fn works(&self) -> Duration {
        self.takes * self.tries
    }
}

fn graph(seed: u64, jobs: usize) -> Vec<Sleeper> {
    let mut dice = Dice::new(seed);
    (0..jobs).map(|job| Sleeper::new(&mut dice, job)).collect()
}

/// The longest way through the graph.
fn critical_path(graph: &[Sleeper]) -> Duration {
    let mut ends: Vec<Duration> = Vec::new();
    for job in graph {
        let ready = job.deps.iter().map(|dep| ends[*dep]).max().unwrap_or_default();
        ends.push(ready + job.lasts());
    }
    ends.into_iter().max().unwrap()
}

fn run(graph: &[Sleeper], slots: usize) -> Duration {
    let mut dojob = DoJobber::new();
    for (index, job) in graph.iter().enumerate() {
        let takes = job.takes;
        let run = move |ctx: &Context| {
            thread::sleep(takes);
            ctx.try_number().is_last()
        };
        let deps = job.deps.iter().map(ToString::to_string);
        let tries = job.tries;
        dojob.add(DynJob::new(index.to_string()).deps(deps).tries(tries).retry_delay(job.retry_delay).run(run));
    }
    dojob.add(DynJob::new("all").deps((0..graph.len()).map(|job| job.to_string())));
    let report = Way::Threads(slots).run(dojob.root_named("all"));
    assert!(report.success());
    report.elapsed()
}

/// The same with a thread for each job, which waits for those of its dependencies.
fn by_hand(graph: &[Sleeper]) -> Duration {
    let done: Vec<OnceLock<()>> = graph.iter().map(|_| OnceLock::new()).collect();
    let since = Instant::now();
    thread::scope(|scope| {
        for (job, done_with_it) in graph.iter().zip(&done) {
            let done = &done;
            scope.spawn(move || {
                for dep in &job.deps {
                    done[*dep].wait();
                }
                for left in (0..job.tries).rev() {
                    let started = Instant::now();
                    thread::sleep(job.takes);
                    if left > 0 {
                        thread::sleep(job.retry_delay.saturating_sub(started.elapsed()));
                    }
                }
                done_with_it.set(()).unwrap();
            });
        }
    });
    since.elapsed()
}

/// Runs it until it is in time, at most so often. How much longer than `path` the program written by hand takes tells how
/// busy the machine is.
fn is_in_time(graph: &[Sleeper], slots: usize, at_least: Duration, at_most: Duration, what: &str) {
    let path = critical_path(graph);
    let (mut best, mut best_by_hand) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        let took = run(graph, slots);
        assert!(took >= at_least, "{what}: {took:?} is less than is possible, {at_least:?}");
        best = best.min(took);
        best_by_hand = best_by_hand.min(by_hand(graph));
        if best <= at_most.mul_f64(best_by_hand.div_duration_f64(path)) + OVERHEAD {
            return;
        }
    }
    panic!("{what}: {best:?} at best, at most {at_most:?} where {path:?} take no longer than {best_by_hand:?}");
}

#[test]
fn with_a_slot_for_each_job_a_run_takes_as_long_as_the_longest_way_through() {
    for seed in 0..10 {
        let graph = graph(seed, 30);
        let path = critical_path(&graph);
        let at_most = path + path / 50;
        is_in_time(&graph, graph.len(), path, at_most, &format!("seed {seed}"));
    }
}

#[test]
fn with_fewer_slots_a_run_is_within_the_bound_of_list_scheduling() {
    for seed in 100..106 {
        let graph = graph(seed, 30);
        let path = critical_path(&graph);
        let work: Duration = graph.iter().map(Sleeper::works).sum();
        for slots in [2, 4] {
            let each = u32::try_from(slots).unwrap();
            // A slot is idle only while all that isn't in one waits for the longest way, whose tries wait for a slot at
            // most as long as all slots work.
            let at_most = work / each + path;
            is_in_time(&graph, slots, path.max(work / each), at_most, &format!("seed {seed}, {slots} slots"));
        }
    }
}
