//! Several tries at once, in threads: the order that is left, slots, panics, and what threads share.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::disallowed_methods, reason = "threads are in real time")]

mod late;
mod none;
mod order;
mod panics;
mod shared;
mod slots;

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{ErrorKind, EventKind, Phase, Status};
use dojobber_tests::{Dice, Gate, Lines, Way, hear, within};

const WAYS: [Way; 6] =
    [Way::Threads(1), Way::Threads(2), Way::Threads(4), Way::Threads(8), Way::Tokio(1), Way::Tokio(4)];

fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Where in the lines this one is, which has to be there.
fn place(lines: &[String], line: &str) -> usize {
    lines.iter().position(|other| other == line).unwrap_or_else(|| panic!("no {line:?} in {lines:#?}"))
}
