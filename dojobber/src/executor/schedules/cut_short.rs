//! Runs that are cancelled, at any moment, or run into their deadline.

use super::*;
use crate::sync::{Condvar, Mutex};
use crate::{CancelHandle, ErrorKind};

/// Cancels it at any moment; says when that was so.
fn canceller(cancel: &CancelHandle) -> impl Fn() + Send + Sync + 'static {
    let cancel = cancel.clone();
    move || {
        let cancel = cancel.clone();
        thread::spawn(move || {
            some_time_later(100);
            cancel.cancel();
        });
    }
}

/// A graph with something of everything, whose first job has it cancelled.
pub(super) fn graph(calls: &Calls) -> DoJobber {
    let mut dojob = dojobber();
    let cancel = canceller(&dojob.cancel_handle());
    dojob.add(acts(calls, "first", &[], move |_| cancel()));
    dojob.add(job(calls, "a", &["first"], 2).retry_delay(1)).add(job(calls, "b", &["first"], 1));
    dojob.add(job(calls, "c", &["a"], 1)).add(job(calls, "settles", &["first"], 2).settle(3).retry_delay(0));
    dojob.add(DynJob::new("all").deps(["b", "c", "settles"])).root_named("all");
    dojob
}

#[test]
fn whenever_it_is_cancelled_it_ends_in_order() {
    for slots in 1..=3 {
        for listens in [false, true] {
            explore(move || {
                let calls = Calls::new();
                let mut dojob = graph(&calls);
                dojob.grace(Duration::MAX);
                let events = listens.then(|| hear(&mut dojob));
                let report = in_threads(&mut dojob, slots);
                assert!(report.jobs().all(|job| job.status().is_some()));
                assert_in_order(&calls.all(), slots, report.plan());
                if let Some(events) = events {
                    let events = events.all();
                    assert_told_in_order(&events);
                    let is_cancelled = events.iter().any(|event| matches!(event.kind, EventKind::Cancelled));
                    let any_cancelled = report.jobs().any(|job| job.status() == Some(Status::Cancelled));
                    assert!(is_cancelled || !any_cancelled);
                }
            });
        }
    }
}

/// What had not ended when the run was over may still run: it is not looked at.
pub(super) fn assert_left_in_order(calls: &[Call], report: &Report) {
    assert!(report.jobs().all(|job| job.status().is_some()));
    let entered: BTreeSet<_> = calls.iter().filter(|call| call.begins(Phase::Run)).map(Call::attempt).collect();
    let cleaned: Vec<_> = calls.iter().filter(|call| call.begins(Phase::Cleanup)).map(Call::attempt).collect();
    assert!(cleaned.iter().all(|attempt| entered.contains(attempt)), "{calls:#?}");
    assert_eq!(cleaned.iter().collect::<BTreeSet<_>>().len(), cleaned.len(), "each once: {calls:#?}");
    let not_called: Vec<_> = report
        .cleanups()
        .filter(|cleanup| cleanup.error.is_some())
        .map(|cleanup| (cleanup.job.name().to_owned(), cleanup.number))
        .collect();
    assert!(not_called.iter().all(|attempt| !cleaned.contains(attempt)), "{not_called:?} {calls:#?}");
    assert!(entered.iter().all(|one| cleaned.contains(one) || not_called.contains(one)), "{not_called:?} {calls:#?}");
}

#[test]
fn whoever_waits_for_nothing_leaves_only_what_runs() {
    for slots in 1..=3 {
        for listens in [false, true] {
            explore(move || {
                let calls = Calls::new();
                let mut dojob = graph(&calls);
                dojob.grace(0);
                let events = listens.then(|| hear(&mut dojob));
                let report = in_threads(&mut dojob, slots);
                let calls_then = calls.all();
                assert_left_in_order(&calls_then, &report);
                if let Some(events) = events {
                    assert_told_in_order(&events.all());
                }
            });
        }
    }
}

/// What a job waits for that doesn't return.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(super) fn wait(&self) {
        let (is_open, news) = &*self.0;
        drop(news.wait_while(is_open.lock().unwrap(), |is_open| !*is_open));
    }

    pub(super) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

/// One job is stuck until the run is over: each wait for it would be for ever.
#[test]
fn a_job_that_does_not_return_is_left() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let over = Gate::default();
            let until_over = over.clone();
            let mut dojob = dojobber();
            let cancel = canceller(&dojob.cancel_handle());
            dojob.add(acts(&calls, "stuck", &[], move |_| {
                cancel();
                until_over.wait();
            }));
            dojob.add(job(&calls, "beside", &[], 2)).add(job(&calls, "after", &["stuck"], 1)).grace(0);
            dojob.add(DynJob::new("all").deps(["after", "beside"]));
            let report = in_threads(dojob.root_named("all"), slots);
            assert_left_in_order(&calls.all(), &report);
            assert_eq!(report.status("stuck"), Some(Status::Cancelled));
            assert_eq!(report.status("after"), Some(Status::Cancelled));
            assert!(calls.all().iter().all(|call| call.job != "after"));
            over.open();
        });
    }
}

/// It returns at the moment when it is given up, or about then.
#[test]
fn a_job_that_returns_as_it_is_given_up() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = dojobber();
            for name in ["a", "b"] {
                let cancel = canceller(&dojob.cancel_handle());
                dojob.add(acts(&calls, name, &[], move |_| {
                    cancel();
                    some_time_later(40);
                }));
            }
            dojob.add(DynJob::new("all").deps(["a", "b"])).grace(0);
            let report = in_threads(dojob.root_named("all"), slots);
            assert_left_in_order(&calls.all(), &report);
            // The next run begins with slots of its own, while that one's may still be at it.
            let mut other = dojobber();
            other.add(job(&calls, "other", &[], 2)).root_named("other");
            assert!(in_threads(&mut other, slots).success());
        });
    }
}

/// It takes its time when it is dropped.
struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        some_time_later(30);
    }
}

/// Their time is over, or the run is cancelled.
#[test]
fn tries_that_settle_end_at_any_moment_with_values_that_take_their_time() {
    for slots in 1..=2 {
        for grace in [Duration::ZERO, Duration::MAX] {
            explore(move || {
                let calls = Calls::new();
                let mut dojob = dojobber();
                let cancel = canceller(&dojob.cancel_handle());
                for name in ["a", "b", "c"] {
                    let job = DynJob::new(name).settle(3).timeout(2).tries(2).retry_delay(0);
                    dojob.add(job.storage(|_| Slow).check(|_, _| false).run(|_, _| ()));
                }
                dojob.add(job(&calls, "beside", &[], 2)).add(acts(&calls, "first", &[], move |_| cancel()));
                dojob.add(DynJob::new("all").deps(["a", "b", "c", "beside", "first"]));
                let report = in_threads(dojob.grace(grace).root_named("all"), slots);
                assert_left_in_order(&calls.all(), &report);
            });
        }
    }
}

/// It hangs when it is dropped, until so many do.
struct Hangs(Arc<AtomicU32>, Gate);

impl Drop for Hangs {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
        self.1.wait();
    }
}

/// Their time is over when another job's next try is due, which lets them go once all of them hang.
#[test]
fn values_that_hang_keep_no_slot() {
    for slots in 1..=2 {
        explore(move || {
            let (hanging, gate) = (Arc::new(AtomicU32::new(0)), Gate::default());
            let mut dojob = dojobber();
            for name in ["a", "b", "c"] {
                let (hanging, gate) = (Arc::clone(&hanging), gate.clone());
                let value = move |_: &Context| Hangs(Arc::clone(&hanging), gate.clone());
                let job = DynJob::new(name).settle(9).timeout(2).tries(1);
                dojob.add(job.storage(value).check(|_, _| false).run(|_, _| ()));
            }
            dojob.add(DynJob::new("opens").tries(2).retry_delay(2).run(move |ctx| {
                let is_second = ctx.try_number().is_last();
                while is_second && hanging.load(Ordering::SeqCst) < 3 {
                    thread::yield_now();
                }
                if is_second {
                    gate.open();
                }
                is_second
            }));
            for name in ["a", "b", "c", "opens"] {
                dojob.root_named(name);
            }
            let report = in_threads(&mut dojob, slots);
            assert_eq!(report.status("opens"), Some(Status::Changed), "{slots}");
        });
    }
}

#[test]
fn a_deadline_comes_while_jobs_wait_for_their_next_try() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = dojobber();
            dojob.default_tries(9).default_retry_delay(1).deadline(2.5);
            dojob.add(job(&calls, "a", &[], 9)).add(job(&calls, "b", &[], 9)).add(job(&calls, "c", &[], 1));
            dojob.add(DynJob::new("all").deps(["a", "b", "c"]));
            let events = hear(&mut dojob);
            let report = in_threads(dojob.root_named("all"), slots);
            assert_in_order(&calls.all(), slots, report.plan());
            assert_told_in_order(&events.all());
            assert_eq!(report.status("c"), Some(Status::Changed));
            for name in ["a", "b"] {
                assert_eq!(report.status(name), Some(Status::Cancelled));
                assert_eq!(report.job(name).unwrap().tries().len(), 3, "{slots} {name} {:#?}", events.all());
            }
            assert_eq!(report.elapsed(), second().mul_f64(2.5));
        });
    }
}

#[test]
fn a_try_that_takes_too_long_fails_alone() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let clock = VirtualClock::new();
            let mut dojob = dojobber();
            dojob.clock(clock.clone()).default_retry_delay(0);
            let slow = move |ctx: &Context| {
                if ctx.try_number().number == 1 {
                    clock.advance(2 * second());
                }
            };
            dojob.add(acts(&calls, "slow", &[], slow).timeout(1).tries(2)).add(job(&calls, "beside", &[], 2));
            dojob.add(DynJob::new("all").deps(["slow", "beside"]));
            let report = in_threads(dojob.root_named("all"), slots);
            assert!(report.success(), "{:?}", statuses(&report));
            assert_in_order(&calls.all(), slots, report.plan());
            let slow = report.job("slow").unwrap().tries();
            let error = slow[0].phases().find_map(|phase| phase.error).unwrap();
            assert_eq!((slow.len(), error.kind()), (2, ErrorKind::TimedOut));
        });
    }
}
