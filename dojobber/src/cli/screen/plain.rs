//! Where there is no terminal: a line when a job ends, and one now and then when nothing is said.

use std::time::Duration;

use super::model::Model;
use super::view::{briefly, span};
use crate::cli::paint::word;
use crate::error::Error;
use crate::event::EventKind;
use crate::harmless::tame;
use crate::plan::Plan;
use crate::status::Status;

/// After so long a silence, a sign of life.
const SILENCE: Duration = Duration::from_secs(30);

/// A line has so many characters of each end of an error at most.
const LONGEST: usize = 100;

/// The line of a job that has ended, ended by a newline, with the first line of why it failed, since the end tells all of it;
/// nothing for other events, and for jobs that were cancelled before they were tried, which may be very many and are told of
/// at the end. Its time is that of all its tries and of the waits between them. To be asked before the model takes the event.
pub(super) fn ended(model: &Model, plan: &Plan, at: Duration, kind: &EventKind) -> Option<String> {
    let EventKind::JobEnded { job, status, error, .. } = kind else {
        return None;
    };
    let tried = model.tried(*job);
    if *status == Status::Cancelled && tried.is_none() {
        return None;
    }
    let took = tried.map(|(number, started)| {
        let took = at.saturating_sub(started).as_secs_f64();
        match status {
            _ if number == 1 => format!(" in {took:.1} s"),
            Status::Failed | Status::Cancelled => format!(" in {took:.1} s, after {number} tries"),
            _ => format!(" in {took:.1} s, in its try {number}"),
        }
    });
    let why = error.as_ref().map(|error| format!(": {}", first_line(error))).unwrap_or_default();
    let name = tame(plan.job(*job).name());
    Some(format!("{} {name}{}{why}\n", word(*status, 0), took.unwrap_or_default()))
}

/// What has room in one line. Of a long one, such as the command of a program and why that failed, both ends matter.
fn first_line(error: &Error) -> String {
    let text = format!("{error:#}");
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default();
    let more = if line.len() < text.len() { " …" } else { "" };
    let (start, end) = (line.char_indices().nth(LONGEST), line.char_indices().nth_back(LONGEST - 1));
    match (start, end) {
        (Some((start, _)), Some((end, _))) if start < end => {
            format!("{}…{}{more}", tame(&line[..start]), tame(&line[end..]))
        }
        _ => format!("{}{more}", tame(line)),
    }
}

/// Tells when to give a sign of life.
#[derive(Default)]
pub(super) struct Heart {
    /// When something was last said.
    last: Duration,
}

impl Heart {
    /// Something is said.
    pub(super) fn said(&mut self, now: Duration) {
        self.last = now;
    }

    /// The line, if the silence has lasted.
    pub(super) fn beat(&mut self, model: &Model, now: Duration) -> Option<String> {
        if now.saturating_sub(self.last) < SILENCE {
            return None;
        }
        self.last = now;
        let jobs = briefly(model, now);
        let jobs = if jobs.is_empty() { jobs } else { format!(": {jobs}") };
        Some(format!("… {}, {} of {} done{jobs}\n", span(now), model.done(), model.total))
    }
}
