//! Runs by a clock that goes on by itself, so that whoever keeps the time has to be told of what comes earlier.

use super::cut_short::{Gate, assert_left_in_order, graph};
use super::graphs::{as_inline, retries};
use super::*;
use crate::sync::atomic::AtomicU64;
use crate::{Alarm, Clock};

/// It goes on a little whenever somebody looks at it.
#[derive(Default)]
struct PassingClock(AtomicU64);

impl Clock for PassingClock {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.fetch_add(50, Ordering::SeqCst))
    }

    fn wait_until(&self, when: Duration, alarm: &Alarm) {
        while !alarm.has_rung() && self.now() < when {
            thread::yield_now();
        }
    }
}

#[test]
fn retries_whose_time_comes() {
    as_inline(|calls| {
        let mut dojob = retries(calls);
        dojob.clock(PassingClock::default());
        dojob
    });
}

#[test]
fn a_grace_that_is_over_or_not() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = graph(&calls);
            dojob.clock(PassingClock::default()).grace(0.4);
            let events = hear(&mut dojob);
            let report = in_threads(&mut dojob, slots);
            assert_left_in_order(&calls.all(), &report);
            assert_told_in_order(&events.all());
        });
    }
}

#[test]
fn a_deadline_at_any_moment() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = retries(&calls);
            let moment = shuttle::rand::thread_rng().next_u64() % 4000;
            dojob.clock(PassingClock::default()).deadline(Duration::from_millis(moment)).grace(Duration::MAX);
            let report = in_threads(&mut dojob, slots);
            assert!(report.jobs().all(|job| job.status().is_some()));
            assert_in_order(&calls.all(), slots, report.plan());
        });
    }
}

#[test]
fn a_job_that_does_not_return_is_left_when_its_grace_is_over() {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let over = Gate::default();
            let until_over = over.clone();
            let mut dojob = dojobber();
            dojob.add(acts(&calls, "stuck", &[], move |_| until_over.wait()));
            dojob.add(job(&calls, "beside", &[], 3).retry_delay(1)).add(job(&calls, "after", &["stuck"], 1));
            dojob.add(DynJob::new("all").deps(["after", "beside"])).root_named("all");
            dojob.clock(PassingClock::default()).deadline(1).grace(1);
            let report = in_threads(&mut dojob, slots);
            assert_left_in_order(&calls.all(), &report);
            assert_eq!(report.status("stuck"), Some(Status::Cancelled));
            assert!(calls.all().iter().all(|call| call.job != "after"));
            over.open();
        });
    }
}
