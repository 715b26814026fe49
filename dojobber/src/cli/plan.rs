//! `plan`: what a run would do, in the words of whoever decides whether to start it (R8).

use std::io::{self, Write};

use super::paint::{self, word};
use super::screen::{Early, Mode, Shown};
use super::{FAILED, PASSED, Stop, WOULD_RUN, after_signal};
use crate::error::{Error, ErrorKind};
use crate::harmless::tame;
use crate::report::{JobReport, Report};
use crate::runner::DoJobber;
use crate::status::Status;

/// How a plan is told.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub(super) quiet: bool,
    pub(super) json: bool,
    /// Whether the exit code tells that something would run.
    pub(super) exit_code: bool,
}

/// What came of it, and what to exit with.
pub(super) fn plan(dojob: &mut DoJobber, how: Told) -> Result<(Report, u8), Stop> {
    let report = check(dojob, how.quiet)?;
    let mut out = super::stdout();
    let written = if how.json { super::write_json(&mut out, &report) } else { write(&mut out, &report, how.quiet) };
    let lost = super::written(written.and_then(|()| out.flush()));
    let any = |status| report.jobs().any(|job| job.status() == Some(status));
    let code = if let Some(signal) = report.interrupted_by() {
        after_signal(signal)
    } else if lost != PASSED || report.jobs().any(is_failure) {
        FAILED
    } else if how.exit_code && any(Status::WouldRun) {
        WOULD_RUN
    } else {
        PASSED
    };
    Ok((report, code))
}

/// Only checks. An interruption waits for checks that are under way, as that of a run does for jobs, and says so; so does
/// a long silence. An error says why it can't be done.
pub(super) fn check(dojob: &mut DoJobber, is_quiet: bool) -> Result<Report, Stop> {
    let mode = if is_quiet { Mode::None } else { Mode::Plain { jobs: false } };
    let screen = Shown::start(mode, false, Early::of(dojob));
    dojob.on_event(screen.listener());
    let report = dojob.no_act(true).handle_signals(true).checknrun();
    screen.end();
    Ok(report?)
}

/// Whether its own check couldn't find out, which is a failure to tell. One that is preliminary isn't: what it asked may come
/// into being with what would change first.
fn is_unsure(job: JobReport<'_>) -> bool {
    job.status() == Some(Status::Unknown)
        && job.preliminary().is_none()
        && job.error().is_some_and(|error| error.kind() == ErrorKind::Unsure)
}

/// Whether it is no answer to what would run.
fn is_failure(job: JobReport<'_>) -> bool {
    matches!(job.status(), Some(Status::Failed | Status::Cancelled)) || is_unsure(job)
}

/// Each job that is not as it should be, and why; counts last. When it is quiet, only those jobs that make it a failure.
pub(super) fn write(out: &mut impl Write, report: &Report, is_quiet: bool) -> io::Result<()> {
    for job in report.jobs().filter(|job| !is_quiet || is_failure(*job)) {
        let Some(status) = job.status().filter(|status| *status != Status::Ok) else {
            continue;
        };
        writeln!(out, "{} {}{}", word(status, 9), tame(job.name()), reason(report, job))?;
    }
    let always = [Status::WouldRun, Status::Ok];
    let mut told = counts(report.jobs().filter_map(JobReport::status), &always);
    let unknown = unknown(report);
    for (_, told) in told.iter_mut().filter(|(status, _)| *status == Status::Unknown && !unknown.is_empty()) {
        *told = format!("{told} ({unknown})");
    }
    writeln!(out, "Plan: {}", joined(&told))
}

/// What is known of those that are unknown, if anything is; it adds up to all of them.
fn unknown(report: &Report) -> String {
    let unknown = || report.jobs().filter(|job| job.status() == Some(Status::Unknown));
    let (unsure, total) = (unknown().filter(|job| is_unsure(*job)).count(), unknown().count());
    let checked = unknown().filter(|job| job.preliminary().is_some()).count();
    let preliminary = counts(unknown().filter_map(JobReport::preliminary), &[]);
    let mut parts = Vec::new();
    if unsure > 0 {
        parts.push(format!("{unsure} couldn't find out"));
    }
    if checked > 0 {
        parts.push(format!("preliminary: {}", joined(&preliminary)));
    }
    let rest = total - unsure - checked;
    if rest > 0 && !parts.is_empty() {
        parts.push(format!("{rest} not checked"));
    }
    parts.join("; ")
}

fn joined(counts: &[(Status, String)]) -> String {
    counts.iter().map(|(_, count)| count.as_str()).collect::<Vec<_>>().join(", ")
}

/// How many there are of each status, in words; of some also if there are none.
fn counts(statuses: impl Iterator<Item = Status>, always: &[Status]) -> Vec<(Status, String)> {
    let statuses: Vec<_> = statuses.collect();
    let count = |status| statuses.iter().filter(|known| **known == status).count();
    let words = [
        (Status::WouldRun, "would run"),
        (Status::Unknown, "unknown"),
        (Status::Failed, "failed"),
        (Status::Cancelled, "cancelled"),
        (Status::Skipped, "skipped"),
        (Status::Ok, "hold"),
    ];
    let told = words.into_iter().map(|(status, text)| (count(status), status, text));
    let told = told.filter(|(count, status, _)| *count > 0 || always.contains(status));
    told.map(|(count, status, text)| (status, format!("{count} {text}"))).collect()
}

/// Why a job is not known to be as it should be, or what it would change.
fn reason(report: &Report, job: JobReport<'_>) -> String {
    match (job.status(), job.error()) {
        (Some(Status::Unknown), error) if job.first_blocked_by().0.len() > 0 => {
            format!(": {}{}", blockers(report, job), preliminary(job.preliminary(), error))
        }
        (_, Some(error)) => format!(": {}", in_words(error)),
        (Some(Status::Unknown), None) => format!(": {} would change first", few(&[])),
        _ => String::new(),
    }
}

/// What is in the way of knowing more: of those jobs, what would change, and what isn't known or failed itself.
fn blockers(report: &Report, job: JobReport<'_>) -> String {
    let (mut changing, mut unknown, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let (first, more) = job.first_blocked_by();
    for blocker in first {
        let group = match report.status(blocker.name()) {
            Some(Status::Unknown) => &mut unknown,
            Some(Status::Failed) => &mut failed,
            _ => &mut changing,
        };
        group.push(tame(blocker.name()));
    }
    let is_unknown = if unknown.len() == 1 { "is unknown" } else { "are unknown" };
    let groups = [(changing, "would change first"), (unknown, is_unknown), (failed, "failed")];
    let told = groups.iter().filter(|(names, _)| !names.is_empty());
    let told = told.map(|(names, how)| format!("{} {how}", few(names))).collect::<Vec<_>>().join(", ");
    if more { format!("{told}, and others are in the way") } else { told }
}

/// What its check says for now.
fn preliminary(status: Option<Status>, error: Option<&Error>) -> String {
    match (status, error) {
        (None, None) => String::new(),
        (Some(Status::Ok), _) => "; preliminary: holds".to_owned(),
        (Some(status @ (Status::WouldRun | Status::Skipped)), Some(error)) => {
            format!("; preliminary: {status}: {}", in_words(error))
        }
        (Some(status), None) => format!("; preliminary: {status}"),
        (_, Some(error)) => format!("; preliminary: {}", in_words(error)),
    }
}

/// An error on one line. What is to change is no error, and painted as changes are.
pub(super) fn in_words(error: &Error) -> String {
    let text = tame(&format!("{error:#}"));
    match error.kind() {
        ErrorKind::Unsure => format!("its check couldn't find out: {text}"),
        ErrorKind::Change => {
            let style = paint::of(Status::Changed);
            format!("{style}{text}{style:#}")
        }
        _ => text,
    }
}

/// As [`few`] of them, where those are the first of many.
pub(super) fn few_of_many(first: &[String], more: bool) -> String {
    match first {
        [first, second, third, rest @ ..] if more => {
            format!("{first}, {second}, {third} and over {} more", rest.len())
        }
        names => few(names),
    }
}

/// The first of them, and how many there are beside.
pub(super) fn few(names: &[String]) -> String {
    match names {
        [] => "what it needs".to_owned(),
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        names => names.join(", "),
    }
}
