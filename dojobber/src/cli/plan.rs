//! `plan`: what a run would do, in the words of whoever decides whether to start it (R8).

use std::io::{self, Write};

use super::paint::word;
use super::{FAILED, PASSED, WOULD_RUN};
use crate::error::ErrorKind;
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
    let count = |status| report.jobs().filter(|job| job.status() == Some(status)).count();
    let counts = [
        (Status::WouldRun, "would run"),
        (Status::Unknown, "unknown"),
        (Status::Failed, "failed"),
        (Status::Cancelled, "cancelled"),
        (Status::Skipped, "skipped"),
        (Status::Ok, "hold"),
    ];
    let told: Vec<_> = counts
        .into_iter()
        .map(|(status, text)| (count(status), status, text))
        .filter(|(count, status, _)| *count > 0 || matches!(status, Status::WouldRun | Status::Ok))
        .map(|(count, _, text)| format!("{count} {text}"))
        .collect();
    writeln!(out, "Plan: {}", told.join(", "))
}

/// Why a job is not known to be as it should be.
fn reason(job: JobReport<'_>) -> String {
    match (job.status(), job.error()) {
        (_, Some(error)) if error.kind() == ErrorKind::Unsure => {
            format!(": its check couldn't find out: {}", tame(&format!("{error:#}")))
        }
        (_, Some(error)) => format!(": {}", tame(&format!("{error:#}"))),
        (Some(Status::Unknown), None) => {
            let blockers: Vec<_> = job.blocked_by().map(PlannedJob::name).map(tame).collect();
            format!(": {} would change first", few(&blockers))
        }
        _ => String::new(),
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
