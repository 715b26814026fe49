//! Runs that come to their own end.

use std::sync::OnceLock;

use super::*;

/// Makes a graph whose root is `all`.
pub(super) type Graph = fn(&Calls) -> DoJobber;

/// How it goes in the calling thread, one after the other.
type Expected = (Vec<Call>, BTreeMap<String, Option<Status>>);

fn inline(graph: Graph) -> Expected {
    let calls = Calls::new();
    let mut dojob = graph(&calls);
    let report = dojob.workers(1).checknrun().unwrap();
    (sorted(&calls), statuses(&report))
}

fn sorted(calls: &Calls) -> Vec<Call> {
    let mut calls = calls.all();
    calls.sort();
    calls
}

/// In threads all goes as in one, whoever listens.
pub(super) fn as_inline(graph: Graph) {
    let expected = Arc::new(OnceLock::new());
    let once = Arc::clone(&expected);
    take(RandomScheduler::new_from_seed(SEED, 1), &Arc::new(move || drop(once.set(inline(graph)))));
    for slots in 1..=3 {
        for listens in [false, true] {
            let expected = Arc::clone(&expected);
            explore(move || {
                let calls = Calls::new();
                let mut dojob = graph(&calls);
                let events = listens.then(|| hear(&mut dojob));
                let report = in_threads(&mut dojob, slots);
                assert_in_order(&calls.all(), slots, report.plan());
                assert_eq!(Some(&(sorted(&calls), statuses(&report))), expected.get());
                if let Some(events) = events {
                    assert_told_in_order(&events.all());
                }
            });
        }
    }
}

#[test]
fn a_chain() {
    as_inline(|calls| {
        let mut dojob = dojobber();
        dojob.add(job(calls, "a", &[], 1)).add(job(calls, "b", &["a"], 2)).add(job(calls, "c", &["b"], 0));
        dojob.add(job(calls, "all", &["c"], 1)).root_named("all");
        dojob
    });
}

#[test]
fn a_diamond() {
    as_inline(|calls| {
        let mut dojob = dojobber();
        dojob.add(job(calls, "a", &[], 1)).add(job(calls, "b", &["a"], 1)).add(job(calls, "c", &["a"], 1));
        dojob.add(job(calls, "all", &["b", "c"], 1)).root_named("all");
        dojob
    });
}

fn fan(calls: &Calls) -> DoJobber {
    let mut dojob = dojobber();
    for name in ["a", "b", "c", "d"] {
        dojob.add(job(calls, name, &[], 1));
    }
    dojob.add(DynJob::new("all").deps(["a", "b", "c", "d"])).root_named("all");
    dojob
}

#[test]
fn a_fan() {
    as_inline(fan);
}

pub(super) fn retries(calls: &Calls) -> DoJobber {
    let mut dojob = dojobber();
    dojob.default_tries(3).add(job(calls, "late", &[], 3).retry_delay(1));
    dojob.add(job(calls, "never", &[], 4).retry_delay(0.7)).add(job(calls, "soon", &[], 2).retry_delay(0));
    dojob.add(job(calls, "behind", &["late", "soon"], 2)).add(job(calls, "blocked", &["never"], 0));
    dojob.add(DynJob::new("all").deps(["behind", "blocked"])).root_named("all");
    dojob
}

#[test]
fn retries_and_their_delays() {
    as_inline(retries);
}

#[test]
fn limits() {
    as_inline(|calls| {
        let mut dojob = dojobber();
        dojob.limit("one", 1).limit("two", 2);
        for (name, limits) in [("a", &["one"][..]), ("b", &["one", "two"]), ("c", &["two"]), ("d", &["two"])] {
            dojob.add(job(calls, name, &[], 1).limits(limits.iter().copied()));
        }
        dojob.add(DynJob::new("all").deps(["a", "b", "c", "d"])).root_named("all");
        dojob
    });
}

#[test]
fn rechecks_that_are_repeated() {
    as_inline(|calls| {
        let mut dojob = dojobber();
        for (name, rechecks) in [("a", 3), ("b", 2), ("never", u32::MAX)] {
            let seen = AtomicU32::new(0);
            let [check, run, cleanup] = [(); 3].map(|()| calls.clone());
            let settles = move |ctx: &Context| {
                check.call(ctx, || ctx.phase() == Phase::Recheck && seen.fetch_add(1, Ordering::SeqCst) + 1 >= rechecks)
            };
            dojob.add(
                DynJob::new(name)
                    .tries(1)
                    .settle(2.5)
                    .settle_interval(1)
                    .check(settles)
                    .run(move |ctx| run.call(ctx, || ()))
                    .cleanup(move |ctx| cleanup.call(ctx, || ())),
            );
        }
        dojob.add(job(calls, "c", &["a"], 1));
        dojob.add(DynJob::new("all").deps(["b", "c", "never"])).root_named("all");
        dojob
    });
}

#[test]
fn clean_ups_by_hand() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = fan(&calls);
            dojob.auto_cleanup(false);
            in_threads(&mut dojob, slots);
            assert!(!calls.all().iter().any(|call| call.begins(Phase::Cleanup)));
            dojob.cleanup().unwrap();
            assert_in_order(&calls.all(), slots, dojob.report().unwrap().plan());
            // It starts afresh.
            assert!(in_threads(&mut dojob, slots).success());
        });
    }
}

/// Jobs that meet all need a slot at once: whoever could wake another thread, or start one, has to.
#[test]
fn no_slot_stays_idle_while_there_is_work() {
    for slots in [2, 3] {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = dojobber();
            let mut before = Vec::new();
            for wave in 0..3 {
                let meeting = Arc::new(shuttle::sync::Barrier::new(slots as usize));
                let names: Vec<_> = (0..slots).map(|job| format!("{wave} {job}")).collect();
                for name in &names {
                    let meeting = Arc::clone(&meeting);
                    let deps: Vec<_> = before.iter().map(String::as_str).collect();
                    dojob.add(acts(&calls, name, &deps, move |_| {
                        meeting.wait();
                    }));
                }
                before = vec![format!("after {wave}")];
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                dojob.add(acts(&calls, &before[0], &names, |_| ()));
            }
            let report = in_threads(dojob.root_named("after 2"), slots);
            assert!(report.success());
            assert_in_order(&calls.all(), slots, report.plan());
        });
    }
}

/// The same, where what is to be done at once becomes due when some time has passed.
#[test]
fn nor_does_one_when_a_delay_is_over() {
    explore(|| {
        let mut dojob = dojobber();
        let meeting = Arc::new(shuttle::sync::Barrier::new(2));
        for (name, delay) in [("a", 2), ("b", 2)] {
            let meeting = Arc::clone(&meeting);
            dojob.add(DynJob::new(name).tries(2).retry_delay(delay).run(move |ctx| {
                let is_last = ctx.try_number().is_last();
                if is_last {
                    meeting.wait();
                }
                is_last
            }));
        }
        dojob.add(DynJob::new("all").deps(["a", "b"]));
        let report = in_threads(dojob.root_named("all"), 2);
        assert!(report.success());
        assert_eq!(report.elapsed(), 2 * second());
    });
}

#[test]
fn what_jobs_share() {
    explore(|| {
        let calls = Calls::new();
        let mut dojob = dojobber();
        for name in ["a", "b", "c"] {
            dojob.add(acts(&calls, name, &[], |ctx| drop(ctx.global().update("count", |count: u32| count + 1))));
        }
        dojob.add(DynJob::new("all").deps(["a", "b", "c"]));
        let report = in_threads(dojob.root_named("all"), 3);
        assert_eq!(report.global().get::<u32>("count").unwrap(), 3);
        // Each of those behind the first is told once of whose value it changed.
        assert_eq!(report.races().count(), 2, "{:?}", report.races().collect::<Vec<_>>());
    });
}
