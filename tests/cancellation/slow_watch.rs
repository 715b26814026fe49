//! Who finds out that a run is to end may be anybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use dojobber::{Alarm, Clock};

use super::*;

/// The system's time, and how often it was waited for.
struct Watched {
    since: Instant,
    waits: Arc<AtomicUsize>,
    /// Whoever waits for a time is late.
    late: Duration,
}

impl Clock for Watched {
    fn now(&self) -> Duration {
        self.since.elapsed()
    }

    fn wait_until(&self, when: Duration, alarm: &Alarm) {
        self.waits.fetch_add(1, Ordering::SeqCst);
        while !alarm.has_rung()
            && let Some(left) = (when + self.late).checked_sub(self.now())
        {
            alarm.wait(left);
        }
    }
}

#[test]
fn a_thread_that_works_can_leave_another_one_behind() {
    let (free, stuck) = (Gate::new(), Gate::new());
    let (is_free, is_stuck) = (free.clone(), stuck.clone());
    let clock = Watched { since: Instant::now(), waits: Arc::default(), late: Duration::from_hours(1) };
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    let lines = hear(&mut dojob);
    dojob
        .clock(clock)
        .grace(0.02)
        .add(DynJob::new("stuck").run(move |_| {
            stuck.open();
            is_free.wait();
        }))
        .add(DynJob::new("slow").run(move |_| {
            is_stuck.wait();
            cancel.cancel();
            // It is over behind the grace, but before anybody has looked.
            thread::sleep(milliseconds(60));
        }))
        .add(DynJob::new("all").deps(["stuck", "slow"]));
    let report = within(15, move || Way::Threads(2).run(dojob.root_named("all")));
    free.open();
    assert_eq!(report.status("slow"), Some(Status::Changed));
    assert_eq!(report.status("stuck"), Some(Status::Cancelled));
    assert!(has(&lines.take(), "stuck overruns 1"));
}

#[test]
fn clean_ups_that_outlast_the_time_of_the_run_are_waited_for_asleep() {
    let waits = Arc::new(AtomicUsize::new(0));
    let clock = Watched { since: Instant::now(), waits: Arc::clone(&waits), late: Duration::ZERO };
    let mut dojob = DoJobber::new();
    dojob
        .clock(clock)
        .deadline(0.05)
        .add(DynJob::new("job").run(|_| ()).cleanup(|_| thread::sleep(milliseconds(100))))
        .root_named("job");
    let report = within(20, move || Way::Threads(2).run(&mut dojob));
    assert!(report.success(), "all jobs had passed in time");
    let waits = waits.load(Ordering::SeqCst);
    assert!(waits < 20, "looked {waits} times");
}

#[test]
fn a_job_that_was_left_behind_calls_nothing_more_even_while_the_next_run_is_under_way() {
    let (free, returned) = (Gate::new(), Gate::new());
    let (is_free, returns) = (free.clone(), returned.clone());
    let calls = Arc::new(AtomicUsize::new(0));
    let (checked, ran) = (Arc::clone(&calls), Arc::clone(&calls));
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    dojob
        .grace(0.01)
        .lines_to(Lines::new())
        .add(
            DynJob::new("stuck")
                .tries(1)
                .check(move |_| {
                    match checked.fetch_add(1, Ordering::SeqCst) {
                        // The first run's.
                        0 => {
                            cancel.cancel();
                            is_free.wait();
                            returns.open();
                            false
                        }
                        // The second run's, whose cancellation nobody has asked for.
                        _ => {
                            free.open();
                            returned.wait();
                            thread::sleep(milliseconds(20));
                            true
                        }
                    }
                })
                .run(move |_| {
                    ran.fetch_add(100, Ordering::SeqCst);
                }),
        )
        .root_named("stuck");
    let (first, second) = within(20, move || (Way::Threads(2).run(&mut dojob), Way::Threads(2).run(&mut dojob)));
    assert_eq!(first.status("stuck"), Some(Status::Cancelled));
    assert_eq!(second.status("stuck"), Some(Status::Ok));
    assert_eq!(calls.load(Ordering::SeqCst), 2, "no run, and no further check");
}
