//! `tries` and `retry_delay`.

use super::*;
use std::time::Duration;

const HALF: f64 = 0.5;
const WHOLE: u64 = 2;
const LONG: Duration = Duration::from_hours(1);

const fn doubled(seconds: f64) -> f64 {
    seconds * 2.0
}

#[derive(Default)]
struct Own;

#[job(tries = Self::TRIES - 3, retry_delay = Self::DELAY)]
impl Own {
    const TRIES: u32 = 8;
    const DELAY: Duration = Duration::from_millis(10);

    fn check(&self) {}

    fn run(&self) {}
}

#[job(tries = Own::TRIES, retry_delay = 1.001)]
fn literal() {}

#[job(retry_delay = 3, tries = 1_0)]
fn whole() {}

#[job(retry_delay = HALF / 2.0)]
fn float() {}

#[job(retry_delay = WHOLE + 1)]
fn integer() {}

#[job(retry_delay = 1 + 1)]
fn sum() {}

#[job(retry_delay = doubled(0.75), tries = if WHOLE > 1 { 4 } else { 5 })]
fn computed() {}

#[job(retry_delay = LONG, tries = u32::MAX)]
fn long() {}

#[job(retry_delay = 0)]
fn none() {}

#[job(deps = [Own, literal, whole, float, integer, sum, computed, long, none])]
struct All;

#[test]
fn are_what_was_written() {
    let plan = root::<All>().plan().unwrap();
    let found: Vec<_> = plan.jobs().map(|job| (job.tries(), job.retry_delay())).take(9).collect();
    let millis = Duration::from_millis;
    let expected = [
        (5, millis(10)),
        (8, millis(1001)),
        (10, millis(3000)),
        (3, millis(250)),
        (3, millis(3000)),
        (3, millis(2000)),
        (4, millis(1500)),
        (u32::MAX, LONG),
        (3, millis(0)),
    ];
    assert_eq!(found, expected);
}
