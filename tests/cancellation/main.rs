//! Runs that end early: cancelled, out of time, or stopped at the first failure.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::disallowed_methods, reason = "threads are in real time, and so are those who cancel them")]

mod any_moment;
mod fail_fast;
mod handed_down;
mod moments;
mod no_grace;
mod settling;
mod slow_watch;
mod stuck;

use std::thread;
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{ErrorKind, EventKind, Status};
use dojobber_tests::{Gate, Lines, Way, hear, within};

/// Where somebody can leave a job behind.
const WAYS: [Way; 5] = [Way::Threads(1), Way::Threads(2), Way::Threads(4), Way::Tokio(1), Way::Tokio(4)];

fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Each clean-up with its try, and its error.
fn cleanups(report: &Report) -> Vec<(&str, u32, Option<String>)> {
    report.cleanups().map(|one| (one.job.name(), one.number, one.error.map(Error::to_string))).collect()
}

fn has(lines: &[String], wanted: &str) -> bool {
    lines.iter().any(|line| line == wanted)
}
