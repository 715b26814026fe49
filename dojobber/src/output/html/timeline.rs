//! What stands where in the timeline.

use serde::Serialize;

use super::times::{Interval, rows};
use super::transcript::{Span, What};

/// The timeline. Times are seconds from the start of the run, jobs are numbers.
#[derive(Default, Serialize)]
pub(super) struct Timeline {
    /// How many rows there are of each.
    slots: usize,
    retries: usize,
    queues: usize,
    bars: Vec<Bar>,
    waits: Vec<Wait>,
}

/// A try, or what of it lies between two pauses; or a clean-up.
#[derive(Serialize)]
struct Bar {
    job: usize,
    number: u32,
    row: usize,
    from: f64,
    to: f64,
    /// What, from, to.
    spans: Vec<(&'static str, f64, f64)>,
    failed: bool,
}

#[derive(Serialize)]
struct Wait {
    job: usize,
    /// Which try it was in, or in front of.
    number: u32,
    kind: &'static str,
    row: usize,
    from: f64,
    to: f64,
}

/// Bars and waits, before they have rows.
#[derive(Default)]
pub(super) struct Lanes {
    bars: Vec<(Interval, Bar)>,
    waits: Vec<(Interval, Wait)>,
}

impl Lanes {
    /// A bar for each part of a try between pauses, and its pauses.
    pub(super) fn one_try(&mut self, job: usize, number: u32, at: Interval, spans: &[Span], failed: bool) {
        let (mut from, ended) = at;
        let mut parts = Vec::new();
        for span in spans {
            let to = span.to.unwrap_or(ended);
            match span.what {
                What::Phase(phase) => parts.push((phase.as_str(), span.from.as_secs_f64(), to.as_secs_f64())),
                What::Settle => {
                    self.bar(job, number, (from, span.from), std::mem::take(&mut parts), false);
                    self.wait(job, number, "settle", (span.from, to));
                    from = to;
                }
            }
        }
        self.bar(job, number, (from, ended.max(from)), parts, failed);
    }

    pub(super) fn clean_up(&mut self, job: usize, number: u32, at: Interval, failed: bool) {
        let spans = vec![("cleanup", at.0.as_secs_f64(), at.1.as_secs_f64())];
        self.bar(job, number, at, spans, failed);
    }

    fn bar(&mut self, job: usize, number: u32, at: Interval, spans: Vec<(&'static str, f64, f64)>, failed: bool) {
        let (from, to) = (at.0.as_secs_f64(), at.1.as_secs_f64());
        self.bars.push((at, Bar { job, number, row: 0, from, to, spans, failed }));
    }

    pub(super) fn wait(&mut self, job: usize, number: u32, kind: &'static str, at: Interval) {
        if at.0 < at.1 {
            let (from, to) = (at.0.as_secs_f64(), at.1.as_secs_f64());
            self.waits.push((at, Wait { job, number, kind, row: 0, from, to }));
        }
    }

    /// With rows for all of them.
    pub(super) fn timeline(self) -> Timeline {
        let mut timeline = Timeline::default();
        let (places, mut bars): (Vec<_>, Vec<_>) = self.bars.into_iter().unzip();
        for (bar, row) in bars.iter_mut().zip(rows(&places)) {
            bar.row = row;
            timeline.slots = timeline.slots.max(row + 1);
        }
        timeline.bars = bars;
        let (queues, retries) = self.waits.into_iter().partition::<Vec<_>, _>(|(_, wait)| wait.kind == "queue");
        for (group, count) in [(retries, &mut timeline.retries), (queues, &mut timeline.queues)] {
            let (places, waits): (Vec<_>, Vec<_>) = group.into_iter().unzip();
            for (mut wait, row) in waits.into_iter().zip(rows(&places)) {
                wait.row = row;
                *count = (*count).max(row + 1);
                timeline.waits.push(wait);
            }
        }
        timeline
    }
}
