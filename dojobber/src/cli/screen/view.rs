//! The model in words: a line of counts, and one for each job that is under way or waits.

use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::model::{Model, Running, Waiting};
use crate::cli::paint::of;
use crate::harmless::tame;

/// How many running jobs, and how many waiting ones, have a line of their own.
const MOST: usize = 8;

/// A job is slow when its try has taken longer.
const SLOW: Duration = Duration::from_mins(1);

/// `4 ok, 1 failed  12 s, about 20 s left`.
pub(super) fn counts(model: &Model, now: Duration) -> String {
    let counts: Vec<_> = model
        .counts
        .iter()
        .map(|(status, count)| {
            let style = of(*status);
            format!("{style}{count} {status}{style:#}")
        })
        .collect();
    let gap = if counts.is_empty() { "" } else { "  " };
    let end = match left(model, now) {
        _ if model.is_cancelled => ", cancelled".to_owned(),
        Some(left) => format!(", about {} left", span(left)),
        None => String::new(),
    };
    format!("{}{gap}{}{end}", counts.join(", "), span(now))
}

/// A line for each of up to eight jobs that run, and of as many that wait, and how many more there are.
pub(super) fn rows(model: &Model, now: Duration) -> Vec<String> {
    let mut rows: Vec<_> = model.running.iter().take(MOST).map(|job| running(job, now)).collect();
    if let Some(more) = model.running.len().checked_sub(MOST).filter(|more| *more > 0) {
        rows.push(format!("  and {more} more"));
    }
    let mut jobs: Vec<_> = model.waiting.values().collect();
    // Stable, so that those due at once stand in their order.
    jobs.sort_by_key(|job| job.due);
    rows.extend(jobs.iter().take(MOST).map(|job| waiting(job, now)));
    if let Some(more) = jobs.len().checked_sub(MOST).filter(|more| *more > 0) {
        rows.push(format!("  and {more} more to be tried again"));
    }
    rows
}

/// The first jobs that are under way, in one line.
pub(super) fn briefly(model: &Model, now: Duration) -> String {
    let job = |job: &Running| format!("{} ({})", tame(&job.name), doing(job, now));
    let mut jobs: Vec<_> = model.running.iter().take(MOST).map(job).collect();
    let more = (model.running.len() + model.waiting.len()).saturating_sub(jobs.len());
    if let Some(next) = model.waiting.values().min_by_key(|job| job.due).filter(|_| jobs.is_empty()) {
        jobs.push(format!("{} (again in {})", tame(&next.name), span(next.due.saturating_sub(now))));
        jobs.extend((more > 1).then(|| format!("{} more", more - 1)));
    } else if more > 0 {
        jobs.push(format!("{more} more"));
    }
    jobs.join(", ")
}

/// `7 s`, `1:07`, `1:01:07`.
pub(super) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

fn running(job: &Running, now: Duration) -> String {
    let bold = Style::new().bold();
    let slow = if now.saturating_sub(job.started) > SLOW {
        let style = Style::new().fg_color(Some(AnsiColor::Yellow.into())).bold();
        format!("  {style}slow{style:#}")
    } else {
        String::new()
    };
    format!("  {bold}{}{bold:#}  {}{slow}", tame(&job.name), doing(job, now))
}

/// `run, try 2 of 3, 12 s`.
fn doing(job: &Running, now: Duration) -> String {
    let what = match job.recheck_at {
        Some(at) => format!("rechecks in {}", seconds_left(at, now)),
        None => job.phase.to_string(),
    };
    let tries = if job.of > 1 { format!(", try {} of {}", job.number, job.of) } else { String::new() };
    let end = if job.is_overrunning { ", is to end" } else { "" };
    format!("{what}{tries}, {}{end}", span(now.saturating_sub(job.started)))
}

fn waiting(job: &Waiting, now: Duration) -> String {
    format!("  {}  waits {} for try {} of {}", tame(&job.name), seconds_left(job.due, now), job.number, job.of)
}

fn seconds_left(until: Duration, now: Duration) -> String {
    span(rest(until, now))
}

/// Such that whole seconds of it are rounded up, so that nothing waits 0 s.
fn rest(until: Duration, now: Duration) -> Duration {
    until.saturating_sub(now) + Duration::from_millis(999)
}

/// If what is left takes as long as what is done, and no less than what is waited for. Nothing can be said of a run whose
/// first job hasn't ended.
fn left(model: &Model, now: Duration) -> Option<Duration> {
    let done = u32::try_from(model.done()).ok().filter(|done| *done > 0)?;
    let left = u32::try_from(model.total.saturating_sub(model.done())).ok().filter(|left| *left > 0)?;
    let due = model.waiting.values().map(|job| rest(job.due, now)).max().unwrap_or_default();
    // An estimate that has run out was wrong.
    (now / done).checked_mul(left).map(|left| left.max(due)).filter(|left| left.as_secs() > 0)
}
