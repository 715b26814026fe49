//! When a failed try is followed by another one (R5).

use std::cmp::Reverse;

use super::Scheduler;
use crate::plan::{JobId, Terms};

impl Scheduler {
    /// Plans the next try, in the round behind the one that failed; says when.
    pub(super) fn retry(&mut self, job: JobId, now: u64) -> u64 {
        let number = self.jobs[job.index()].tries;
        let terms = self.terms(job);
        let delay = delay(terms, number, || jitter(self.settings.seed, job, number));
        // A delay that grows says how long to leave the job alone; one that doesn't, how often to try.
        let counts_from_end = terms.retry_backoff.0 > 1.0;
        let state = &mut self.jobs[job.index()];
        state.round += 1;
        let (round, from) = (state.round, if counts_from_end { now } else { state.started });
        let due = from.saturating_add(delay);
        if due <= now {
            self.push_ready(round, job);
        } else {
            self.delayed.push(Reverse((due, round, job)));
        }
        due
    }
}

/// The wait behind the try with this number; `jitter` is called if it counts, and is from 0 to 1.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "nobody tells 2^53 ns from one more, and casts of floats saturate"
)]
fn delay(terms: &Terms, number: u32, jitter: impl FnOnce() -> f64) -> u64 {
    let backoff = terms.retry_backoff.0;
    let delay = if backoff > 1.0 {
        (terms.retry_delay as f64 * backoff.powf(f64::from(number - 1))) as u64
    } else {
        terms.retry_delay
    };
    let delay = delay.min(terms.retry_max_delay);
    if terms.retry_jitter.0 > 0.0 {
        delay.saturating_add((delay as f64 * terms.retry_jitter.0 * jitter()) as u64)
    } else {
        delay
    }
}

/// From the seed, the job and the try alone: what other jobs do, and in which order, changes nothing.
fn jitter(seed: u64, job: JobId, number: u32) -> f64 {
    let stream = u64::from(job.0) << 32 | u64::from(number);
    fastrand::Rng::with_seed(fastrand::Rng::with_seed(seed).u64(..) ^ stream).f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Factor, SECOND};

    #[test]
    fn grows_up_to_the_maximum() {
        let terms = Terms { retry_backoff: Factor(2.0), retry_max_delay: 5 * SECOND, ..Terms::plain(SECOND) };
        let delays: Vec<_> = (1..6).map(|number| delay(&terms, number, || 0.5)).collect();
        assert_eq!(delays, [SECOND, 2 * SECOND, 4 * SECOND, 5 * SECOND, 5 * SECOND]);
        assert_eq!(delay(&terms, u32::MAX, || 0.5), 5 * SECOND);
        assert_eq!(delay(&Terms { retry_max_delay: u64::MAX, ..terms }, u32::MAX, || 0.5), u64::MAX);
        assert_eq!(delay(&Terms { retry_max_delay: 3, ..Terms::plain(u64::MAX) }, 1, || 0.5), 3);
    }

    #[test]
    fn jitter_comes_on_top_of_the_delay() {
        let terms = Terms { retry_jitter: Factor(0.5), ..Terms::plain(SECOND) };
        assert_eq!(delay(&terms, 1, || 0.0), SECOND);
        assert_eq!(delay(&terms, 1, || 0.5), SECOND + SECOND / 4);
        let rolls: Vec<_> = (0..1000).map(|job| jitter(7, JobId(job), 1)).collect();
        let mean = rolls.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean) && rolls.iter().all(|roll| (0.0..1.0).contains(roll)), "{mean}");
        assert!((jitter(7, JobId(3), 2) - jitter(7, JobId(3), 2)).abs() < f64::EPSILON);
        assert!((jitter(7, JobId(3), 2) - jitter(8, JobId(3), 2)).abs() > f64::EPSILON);
    }
}
