//! Runs on a tokio runtime: cancelled, dropped, large, and of blocking jobs beside async ones.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::disallowed_methods, reason = "runtimes are in real time, and so are those who cancel runs")]

mod any_moment;
mod closures;
mod contexts;
mod dropped;
mod many;
mod mixed;
mod no_timers;
mod panics;
mod paused;
mod planning;
mod sendable;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{ErrorKind, EventKind, Problem, Status};
use dojobber_tests::{Gate, Lines, hear, within};
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// One with the calling thread alone, and one with threads of its own.
fn runtimes() -> [Runtime; 2] {
    let mut builders = [Builder::new_current_thread(), Builder::new_multi_thread()];
    builders[1].worker_threads(2);
    builders.map(|mut builder| builder.enable_time().build().unwrap())
}
