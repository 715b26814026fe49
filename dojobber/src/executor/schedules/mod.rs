//! Runs with threads, whose every step shuttle schedules, in thousands of orders. It fails a test where nobody can go on,
//! and prints the schedule (`shuttle::replay`).
//!
//! There is no real time here, and a wait with a timeout lasts until it is notified: so runs go by a clock that is moved.

mod alarm;
mod cut_short;
mod graphs;
mod late;
mod listeners;
mod passing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex as Unscheduled, PoisonError};
use std::time::Duration;

use shuttle::rand::RngCore;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};

use crate::prelude::*;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Arc, thread};
use crate::testing::VirtualClock;
use crate::{Event, EventKind, Plan};

/// So that each run of the tests takes the same schedules; `SHUTTLE_RANDOM_SEED` is for others.
const SEED: u64 = 0x5eed;

/// Takes a test through many schedules, of both kinds: `DOJOBBER_SCHEDULES` says how many of each.
fn explore(test: impl Fn() + Send + Sync + 'static) {
    let schedules = std::env::var("DOJOBBER_SCHEDULES").ok().and_then(|count| count.parse().ok()).unwrap_or(100);
    let test = Arc::new(test);
    // Threads that go on by turns find what needs many switches; such that are held up at few places, for long, what needs
    // patience.
    take(RandomScheduler::new_from_seed(SEED, schedules), &test);
    take(PctScheduler::new_from_seed(SEED, 3, schedules), &test);
}

fn take(scheduler: impl Scheduler + 'static, test: &Arc<impl Fn() + Send + Sync + 'static>) {
    let mut config = Config::new();
    config.stack_size = 512 * 1024;
    let test = Arc::clone(test);
    Runner::new(scheduler, config).run(move || test());
}

/// Lets others go first, some number of times: what follows happens at any moment.
fn some_time_later(at_most: u64) {
    let steps = AtomicU32::new(0);
    for _ in 0..shuttle::rand::thread_rng().next_u64() % at_most {
        steps.fetch_add(1, Ordering::SeqCst);
    }
}

/// One end of a call of a job's function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    job: String,
    number: u32,
    phase: Phase,
    begins: bool,
}

impl Call {
    fn begins(&self, phase: Phase) -> bool {
        self.begins && self.phase == phase
    }

    fn attempt(&self) -> (String, u32) {
        (self.job.clone(), self.number)
    }
}

/// What happens, in order. To note it is no step that could be scheduled.
#[derive(Clone)]
struct Log<T>(Arc<Unscheduled<Vec<T>>>);

impl<T: Clone> Log<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn push(&self, one: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    }

    fn all(&self) -> Vec<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

type Calls = Log<Call>;

impl Calls {
    /// Notes a call around what it does.
    fn call<T>(&self, ctx: &Context, function: impl FnOnce() -> T) -> T {
        let mut call =
            Call { job: ctx.job().to_owned(), number: ctx.try_number().number, phase: ctx.phase(), begins: true };
        self.push(call.clone());
        let returned = function();
        call.begins = false;
        self.push(call);
        returned
    }
}

/// A job that holds when its run was called so often, with a clean-up.
fn job(calls: &Calls, name: &str, deps: &[&str], runs: u32) -> DynJob {
    let done = Arc::new(AtomicU32::new(0));
    let is_done = Arc::clone(&done);
    let [check, run, cleanup] = [(); 3].map(|()| calls.clone());
    DynJob::new(name)
        .deps(deps.iter().copied())
        .check(move |ctx| check.call(ctx, || is_done.load(Ordering::SeqCst) >= runs))
        .run(move |ctx| {
            run.call(ctx, || done.fetch_add(1, Ordering::SeqCst));
        })
        .cleanup(move |ctx| cleanup.call(ctx, || some_time_later(3)))
}

/// A job whose run does this.
fn acts(calls: &Calls, name: &str, deps: &[&str], act: impl Fn(&Context) + Send + Sync + 'static) -> DynJob {
    let [run, cleanup] = [(); 2].map(|()| calls.clone());
    DynJob::new(name)
        .deps(deps.iter().copied())
        .run(move |ctx| run.call(ctx, || act(ctx)))
        .cleanup(move |ctx| cleanup.call(ctx, || ()))
}

/// Nothing to do yet, by a clock that is moved.
fn dojobber() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.clock(VirtualClock::new()).lines_to(std::io::sink());
    dojob
}

/// Runs it in threads, even where it is one.
fn in_threads(dojob: &mut DoJobber, slots: u32) -> Report {
    let cancel = dojob.cancel_handle();
    let report = dojob.workers(slots).checknrun().unwrap();
    drop(cancel);
    report
}

/// Hears of everything.
fn hear(dojob: &mut DoJobber) -> Log<Event> {
    let events = Log::new();
    let heard = events.clone();
    dojob.on_event(move |_, event| heard.push(event.clone()));
    events
}

/// What holds whatever the order: no two calls of one job at once, nor more than there are slots; dependencies first; what
/// was entered is cleaned up once, alone, when nothing else is left.
fn assert_in_order(calls: &[Call], slots: u32, plan: &Plan) {
    let mut open = BTreeMap::new();
    let (mut entered, mut cleaned) = (BTreeSet::new(), Vec::new());
    for call in calls {
        if !call.begins {
            assert_eq!(open.remove(&call.job), Some((call.number, call.phase)), "{calls:#?}");
            continue;
        }
        assert_eq!(open.insert(call.job.clone(), (call.number, call.phase)), None, "{calls:#?}");
        assert!(open.len() <= slots as usize, "{calls:#?}");
        if call.phase == Phase::Cleanup {
            assert_eq!(open.len(), 1, "{calls:#?}");
            assert!(entered.remove(&call.attempt()), "{calls:#?}");
            cleaned.push(call.job.clone());
            continue;
        }
        assert!(cleaned.is_empty(), "{calls:#?}");
        if call.phase == Phase::Run {
            assert!(entered.insert(call.attempt()), "{calls:#?}");
        }
        for dependency in plan.find(&call.job).unwrap().dependencies() {
            assert!(!open.contains_key(dependency.name()), "{calls:#?}");
        }
    }
    assert!(open.is_empty() && entered.is_empty(), "{open:?} {entered:?} {calls:#?}");
    // Backwards: nothing is cleaned up before what needs it.
    for (place, job) in cleaned.iter().enumerate() {
        for dependency in plan.find(job).unwrap().dependencies() {
            assert!(!cleaned[..place].iter().any(|earlier| earlier == dependency.name()), "{calls:#?}");
        }
    }
}

/// What holds of any run's events.
fn assert_told_in_order(events: &[Event]) {
    let kinds: Vec<_> = events.iter().map(|event| &event.kind).collect();
    assert!(matches!(kinds[0], EventKind::RunStarted { .. }), "{kinds:#?}");
    assert!(matches!(kinds[kinds.len() - 1], EventKind::RunEnded { .. }), "{kinds:#?}");
    assert!(events.is_sorted_by_key(|event| event.at), "{events:#?}");
    let mut tries = BTreeMap::new();
    let mut ended = BTreeSet::new();
    let (mut entered, mut is_cancelled, mut cleaning) = (Vec::new(), false, None);
    for kind in &kinds {
        match kind {
            EventKind::Cancelled => assert!(!std::mem::replace(&mut is_cancelled, true), "{kinds:#?}"),
            EventKind::TryStarted { job, number, .. } => {
                assert!(!is_cancelled && !ended.contains(job), "{kinds:#?}");
                assert_eq!(tries.insert(*job, *number).unwrap_or(0) + 1, *number, "{kinds:#?}");
            }
            EventKind::PhaseStarted { job, number, phase } => {
                assert_eq!(tries.get(job), Some(number), "{kinds:#?}");
                if *phase == Phase::Run {
                    assert!(!is_cancelled, "{kinds:#?}");
                    entered.push((*job, *number));
                }
            }
            EventKind::JobEnded { job, .. } => assert!(ended.insert(*job), "{kinds:#?}"),
            EventKind::CleanupStarted { job, number } => {
                assert_eq!(cleaning.replace((*job, *number)), None, "{kinds:#?}");
            }
            EventKind::CleanupEnded { job, number, error: None } => {
                assert_eq!(cleaning.take(), Some((*job, *number)), "{kinds:#?}");
                assert_eq!(entered.pop(), Some((*job, *number)), "{kinds:#?}");
            }
            // Of a try that was given up.
            EventKind::CleanupEnded { job, number, error: Some(_) } => {
                entered.retain(|entered| *entered != (*job, *number));
            }
            _ => {}
        }
    }
    assert!(entered.is_empty(), "{entered:?} {kinds:#?}");
}

fn statuses(report: &Report) -> BTreeMap<String, Option<Status>> {
    report.jobs().map(|job| (job.name().to_owned(), job.status())).collect()
}

fn second() -> Duration {
    Duration::from_secs(1)
}
