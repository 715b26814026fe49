//! Limits (R21).

use std::collections::BTreeMap;
use std::sync::Mutex;

use dojobber::AnyJob;

use super::*;

/// How many tries hold each limit, by the events.
type Held = Arc<Mutex<BTreeMap<String, (u32, u32)>>>;

/// Counts, and the most there ever were.
fn watch(dojob: &mut DoJobber) -> Held {
    let held = Held::default();
    let seen = Arc::clone(&held);
    dojob.on_event(move |plan, event| {
        let by = match event.kind {
            EventKind::TryStarted { .. } => 1,
            EventKind::TryFailed { .. } => -1,
            // What was never tried holds nothing.
            EventKind::JobEnded { status, .. } if status != Status::Blocked => -1,
            _ => return,
        };
        let mut seen = seen.lock().unwrap();
        for limit in plan.job(event.kind.job().unwrap()).limits() {
            let (now, most) = seen.entry(limit.to_owned()).or_default();
            *now = now.checked_add_signed(by).unwrap();
            *most = (*most).max(*now);
        }
    });
    held
}

/// Some jobs that fail, panic, settle and take too long, of some limits each.
fn case(dice: &mut Dice, how: How, clock: &VirtualClock) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.limit("a", 1).limit("b", 2).limit("c", 3).default_tries(3).default_settle_interval(0.5);
    let jobs = 5 + dice.below(30);
    for job in 0..jobs {
        let limits = ["a", "b", "c"].into_iter().filter(|_| dice.percent(35)).collect::<Vec<_>>();
        let deps: Vec<_> = dice.deps(job, 2).iter().map(ToString::to_string).collect();
        let (end, takes, settles) = (dice.below(6), seconds(f64::from(dice.small(4))), dice.percent(30));
        let mut one = DynJob::new(job.to_string()).deps(deps).limits(limits).retry_delay(dice.small(3));
        if settles {
            one = one.settle(2);
        }
        if end == 2 {
            one = one.timeout(1);
        }
        let one = how.check(one, move |ctx| {
            assert!(end != 3 || ctx.try_number().number > 1, "out of order");
            Ok(ctx.phase() == Phase::Recheck && (end != 0 || ctx.try_number().is_last()))
        });
        let clock = clock.clone();
        dojob.add(how.run(one, move |ctx| {
            clock.advance(takes);
            assert!(end != 1 || ctx.try_number().is_last(), "out of order");
            Ok(())
        }));
    }
    dojob.add(DynJob::new("all").deps((0..jobs).map(|job| job.to_string()))).root_named("all");
    dojob
}

#[test]
fn never_more_tries_hold_a_limit_than_it_allows() {
    let mut most_of_all = [0; 3];
    for (how, seed) in every_way().cycle().zip(0..420) {
        let clock = VirtualClock::new();
        let mut dojob = case(&mut Dice::new(seed), how, &clock);
        let held = watch(&mut dojob);
        let report = within(20, move || how.go(&mut dojob, &clock));
        assert!(report.jobs().all(|job| job.status().is_some()));
        let held = held.lock().unwrap();
        for ((limit, allowed), most_of_all) in [("a", 1), ("b", 2), ("c", 3)].into_iter().zip(&mut most_of_all) {
            let (now, most) = held.get(limit).copied().unwrap_or_default();
            assert_eq!(now, 0, "{how:?} {seed}: all are given back");
            assert!(most <= allowed, "{how:?} {seed}: {most} hold {limit}");
            *most_of_all = most.max(*most_of_all);
        }
    }
    assert_eq!(most_of_all, [1, 2, 3], "the test would notice nothing");
}

#[test]
fn whatever_becomes_of_a_try_its_limits_are_given_back() {
    #[derive(Clone, Copy, Debug)]
    enum Ends {
        Panics,
        TimesOut,
        Fails,
        FailsToConstruct,
        Settles,
    }
    for how in every_way() {
        for ends in [Ends::Panics, Ends::TimesOut, Ends::Fails, Ends::FailsToConstruct, Ends::Settles] {
            let clock = VirtualClock::new();
            let of_job = clock.clone();
            let mut job = DynJob::new("job").limits(["a", "b"]).tries(2).timeout(5);
            if let Ends::Settles = ends {
                job = job.settle(60);
            }
            let job = how.run(how.check(job, |_| Ok(false)), move |_| {
                match ends {
                    Ends::Panics => panic!("out of order"),
                    Ends::TimesOut => of_job.advance(seconds(6.0)),
                    _ => {}
                }
                Ok(())
            });
            let mut dojob = DoJobber::new();
            let no_place = |_: &Context| Err::<(), _>(Error::msg("no place"));
            dojob.add(match ends {
                Ends::FailsToConstruct => {
                    AnyJob::from(DynJob::new("job").limits(["a", "b"]).tries(2).try_storage(no_place).run(|(), _| ()))
                }
                _ => job.into(),
            });
            let held = watch(&mut dojob);
            let other = how.run(DynJob::new("other").limits(["b", "a"]), |_| Ok(()));
            dojob.add(other).limit("a", 1).limit("b", 1).root_named("job").root_named("other");
            let report = within(20, move || how.go(&mut dojob, &clock));
            let statuses = (report.status("job"), report.status("other"));
            assert_eq!(statuses, (Some(Status::Failed), Some(Status::Changed)), "{how:?} {ends:?}");
            assert_eq!(held.lock().unwrap()["a"], (0, 1), "{how:?} {ends:?}");
        }
    }
}

#[test]
fn a_limit_that_nobody_declared_is_an_error_before_anything_runs() {
    let ran = Arc::new(AtomicBool::new(false));
    let has_run = Arc::clone(&ran);
    let mut dojob = alone(DynJob::new("job").limit("db").run(move |_| has_run.store(true, Ordering::SeqCst)));
    let error = dojob.limit("dd", 1).checknrun().unwrap_err().to_string();
    assert!(error.contains("holds the limit `db`, which nobody declared; did you mean `dd`?"), "{error}");
    assert!(!ran.load(Ordering::SeqCst));
}
