//! On what terms jobs are tried, in whole runs: time limits, waits, settling, errors of some kinds, limits, conditions and
//! deadlines, however a run is conducted, for blocking code and async.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::disallowed_methods, reason = "what nobody interrupts is in real time")]

mod deadline;
mod errors;
mod limits;
mod retries;
mod settling;
mod timeouts;
mod when;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{BoxFuture, Clock, ErrorKind, EventKind, Status};
use dojobber_tests::{Dice, Gate, Lines, Way, hear, within};

/// What a job's functions are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Code {
    Blocking,
    Async,
    /// The check is async, run isn't.
    Mixed,
}

/// How a run is conducted. Where code is async, a way without tokio makes a runtime of its own.
#[derive(Clone, Copy, Debug)]
struct How {
    way: Way,
    code: Code,
}

const WAYS: [Way; 7] = [
    Way::Inline,
    Way::Threads(1),
    Way::Threads(2),
    Way::Threads(4),
    Way::Tokio(1),
    Way::Tokio(4),
    Way::TokioThreads(4),
];

fn every_way() -> impl Iterator<Item = How> + Clone {
    let codes = [Code::Blocking, Code::Async, Code::Mixed];
    codes.into_iter().flat_map(|code| WAYS.map(|way| How { way, code }))
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Suspends once, and calls it then.
fn later<T: Send, F: Fn(&Context) -> T + Send + Sync + 'static>(
    call: F,
) -> impl for<'c> Fn(&'c Context) -> BoxFuture<'c, T> {
    let call = Arc::new(call);
    move |ctx| {
        let call = Arc::clone(&call);
        Box::pin(async move {
            tokio::task::yield_now().await;
            call(ctx)
        })
    }
}

impl How {
    fn check(self, job: DynJob, check: impl Fn(&Context) -> Result<bool> + Send + Sync + 'static) -> DynJob {
        if self.code == Code::Blocking { job.check(check) } else { job.check_async(later(check)) }
    }

    fn run(self, job: DynJob, run: impl Fn(&Context) -> Result + Send + Sync + 'static) -> DynJob {
        if self.code == Code::Async { job.run_async(later(run)) } else { job.run(run) }
    }

    fn cleanup(self, job: DynJob, cleanup: impl Fn(&Context) + Send + Sync + 'static) -> DynJob {
        if self.code == Code::Blocking { job.cleanup(cleanup) } else { job.cleanup_async(later(cleanup)) }
    }

    /// In time that passes only when nobody works.
    fn go(self, dojob: &mut DoJobber, clock: &VirtualClock) -> Report {
        dojob.clock(clock.clone()).lines_to(Lines::new());
        self.way.run(dojob)
    }
}

/// A job that is called `job`, and is alone.
fn alone(job: DynJob) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.add(job).root_named("job");
    dojob
}

/// When the tries of the job started, in seconds.
fn starts(report: &Report, job: &str) -> Vec<f64> {
    report.job(job).unwrap().tries().iter().map(|one| one.started().as_secs_f64()).collect()
}

/// Phases that were over, as `check fail`, try by try.
fn phases(report: &Report, job: &str) -> Vec<String> {
    let tries = report.job(job).unwrap().tries();
    let phases = tries.iter().flat_map(|one| one.phases());
    phases.map(|one| format!("{} {}", one.phase, if one.passed { "pass" } else { "fail" })).collect()
}

fn place(lines: &[String], line: &str) -> usize {
    lines.iter().position(|other| other == line).unwrap_or_else(|| panic!("no {line:?} in {lines:#?}"))
}
