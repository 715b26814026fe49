//! Listeners that panic, which ends the run, whichever thread tells them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

fn panics_at(moment: fn(&EventKind) -> bool) {
    for slots in 1..=3 {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = dojobber();
            for name in ["a", "b", "c"] {
                dojob.add(job(&calls, name, &[], 2).retry_delay(1));
            }
            dojob.add(DynJob::new("all").deps(["a", "b", "c"])).root_named("all");
            dojob.on_event(move |_, event| {
                if moment(&event.kind) {
                    // No panic of the test's: it is not reported.
                    std::panic::resume_unwind(Box::new("the listener"));
                }
            });
            let panic = catch_unwind(AssertUnwindSafe(|| in_threads(&mut dojob, slots))).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"the listener"));
            // No job runs once that is over.
            let calls = calls.all();
            assert_eq!(calls.iter().filter(|call| call.begins).count() * 2, calls.len(), "{calls:#?}");
        });
    }
}

#[test]
fn at_a_try() {
    panics_at(|kind| matches!(kind, EventKind::TryStarted { number: 2, .. }));
}

#[test]
fn at_the_end_of_a_phase() {
    panics_at(|kind| matches!(kind, EventKind::PhaseEnded { phase: Phase::Run, .. }));
}

#[test]
fn at_the_end_of_a_job() {
    panics_at(|kind| matches!(kind, EventKind::JobEnded { .. }));
}

#[test]
fn at_a_clean_up() {
    panics_at(|kind| matches!(kind, EventKind::CleanupStarted { .. }));
}
