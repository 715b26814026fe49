//! `plan`: what a run would do, in the words of whoever decides whether to start it (R8).

use std::io::{self, Write};

use super::paint::{self, word};
use super::{FAILED, PASSED, WOULD_RUN};
use crate::error::{Error, ErrorKind};
use crate::harmless::tame;
use crate::plan::PlannedJob;
use crate::report::{JobReport, Report};
use crate::runner::DoJobber;
use crate::status::Status;

/// What came of it, and what to exit with.
pub(super) fn plan(dojob: &mut DoJobber, exit_code: bool, as_json: bool) -> Result<(Report, u8), String> {
    let report = dojob.no_act(true).checknrun().map_err(|error| error.to_string())?;
    let mut out = super::stdout();
    let written = if as_json { super::write_json(&mut out, &report) } else { write(&mut out, &report) };
    let lost = super::written(written.and_then(|()| out.flush()));
    let any = |status| report.jobs().any(|job| job.status() == Some(status));
    let code = if lost != PASSED || any(Status::Failed) || any(Status::Cancelled) {
        FAILED
    } else if exit_code && any(Status::WouldRun) {
        WOULD_RUN
    } else {
        PASSED
    };
    Ok((report, code))
}

/// Each job that is not as it should be, and why; counts last.
pub(super) fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    for job in report.jobs() {
        let Some(status) = job.status().filter(|status| *status != Status::Ok) else {
            continue;
        };
        writeln!(out, "{} {}{}", word(status, 9), tame(job.name()), reason(job))?;
    }
    let always = [Status::WouldRun, Status::Ok];
    let mut told = counts(report.jobs().filter_map(JobReport::status), &always);
    let preliminary = counts(report.jobs().filter_map(JobReport::preliminary), &[]);
    for (_, told) in told.iter_mut().filter(|(status, _)| *status == Status::Unknown && !preliminary.is_empty()) {
        *told = format!("{told} (preliminary: {})", joined(&preliminary));
    }
    writeln!(out, "Plan: {}", joined(&told))
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
fn reason(job: JobReport<'_>) -> String {
    match (job.status(), job.error()) {
        (Some(Status::Unknown), error) if job.blocked_by().len() > 0 => {
            let blockers: Vec<_> = job.blocked_by().map(PlannedJob::name).map(tame).collect();
            format!(": {} would change first{}", few(&blockers), preliminary(job.preliminary(), error))
        }
        (_, Some(error)) => format!(": {}", in_words(error)),
        (Some(Status::Unknown), None) => format!(": {} would change first", few(&[])),
        _ => String::new(),
    }
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
