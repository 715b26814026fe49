//! `run`: doing it, and what to say at the end.

use std::io::{self, Write};

use super::files::Files;
use super::flags::Show;
use super::paint::word;
use super::plan::few;
use super::screen::{Mode, Shown, Tails, stderr};
use super::{FAILED, PASSED};
use crate::event::{Event, EventKind};
use crate::harmless::{calm_line, tame};
use crate::output::{Detail, Lines};
use crate::plan::{Plan, PlannedJob};
use crate::report::{JobReport, Report};
use crate::runner::DoJobber;
use crate::status::Status;

/// What came of it, and what to exit with. The plan is one of this `dojob`, and can be run. `again` is what to type to try
/// again.
pub(super) fn run(
    dojob: &mut DoJobber,
    plan: Plan,
    mut files: Files,
    show: &Show,
    mode: Mode,
    again: &str,
) -> Result<(Report, u8), String> {
    files.begin(dojob)?;
    dojob.verbose(show.verbose).debug(show.debug);
    let screen = Shown::start(mode, show.is_verbose());
    if show.quiet {
        dojob.lines_to(io::sink()).on_event(quiet_lines);
    } else {
        dojob.lines_to(stderr());
    }
    dojob.on_event(screen.listener());
    let report = dojob.checknrun_plan(plan);
    let tails = screen.end();
    let report = report.map_err(|error| error.to_string())?;
    let mut code = match report.interrupted_by() {
        Some(signal) => super::interrupted(signal),
        None if report.success() => PASSED,
        None => FAILED,
    };
    if show.json {
        code = code.max(super::written(super::write_json(&mut io::stdout().lock(), &report)));
    }
    code = code.max(files.finish(&report));
    // To standard error, since what a program is asked for is on standard output.
    let _ = write(&mut anstream::stderr().lock(), &report, &tails, show.quiet, again);
    Ok((report, code))
}

/// What is printed even when nothing else is (R17), but for what jobs say.
fn quiet_lines(plan: &Plan, event: &Event) {
    if !matches!(event.kind, EventKind::Output { .. }) {
        // What can't be written is lost: the run goes on.
        let _ = write!(stderr(), "{}", Lines::new(plan, event, Detail::Quiet));
    }
}

/// What is left to look at, and what came of it all in one line.
fn write(out: &mut impl Write, report: &Report, tails: &Tails, quiet: bool, again: &str) -> io::Result<()> {
    if report.no_act() {
        return super::plan::write(out, report);
    }
    for job in report.jobs() {
        failure(out, job, tails)?;
    }
    blocked(out, report)?;
    if !quiet {
        let retried = report.jobs().filter(|job| job.status().is_some_and(Status::passed) && job.tries().len() > 1);
        for job in retried {
            writeln!(out, "{} passed in its try {}", tame(job.name()), job.tries().len())?;
        }
    }
    for cleanup in report.cleanups() {
        if let Some(error) = cleanup.error {
            writeln!(out, "clean-up failed: {}: {}", tame(cleanup.job.name()), tame(&format!("{error:#}")))?;
        }
    }
    if !quiet || !report.success() {
        writeln!(out, "{}", summary(report))?;
    }
    if !report.success() {
        writeln!(out, "try again: {}", tame(again))?;
    }
    Ok(())
}

fn failure(out: &mut impl Write, job: JobReport<'_>, tails: &Tails) -> io::Result<()> {
    let Some(status @ (Status::Failed | Status::Cancelled)) = job.status() else {
        return Ok(());
    };
    let count = job.tries().len();
    let tries = if count > 1 { format!(" after {count} tries") } else { String::new() };
    writeln!(out, "{} {}{tries}", word(status, 0), tame(job.name()))?;
    let chain = job.error().map(crate::Error::chain).unwrap_or_default();
    for (depth, message) in chain.iter().enumerate() {
        let cause = if depth == 0 { "" } else { "caused by: " };
        for line in message.lines() {
            writeln!(out, "    {cause}{}", tame(line))?;
        }
    }
    // The error of a program tells what it said last, which need not be told twice.
    let lines = tails.of(job.planned().id());
    let is_told = lines.clone().last().is_some_and(|last| chain.iter().any(|message| message.contains(last)));
    if !is_told && lines.len() > 0 {
        writeln!(out, "    it said last:")?;
        for line in lines {
            writeln!(out, "      {}", calm_line(line))?;
        }
    }
    Ok(())
}

/// Jobs that were blocked, under what blocked them.
fn blocked(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut groups: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for job in report.jobs().filter(|job| job.status() == Some(Status::Blocked)) {
        let by: Vec<_> = job.blocked_by().map(PlannedJob::name).collect();
        let name = tame(job.name());
        match groups.iter_mut().find(|(known, _)| *known == by) {
            Some((_, names)) => names.push(name),
            None => groups.push((by, vec![name])),
        }
    }
    for (by, names) in groups {
        let by: Vec<_> = by.into_iter().map(tame).collect();
        let count = names.len();
        writeln!(out, "{} by {}: {count} ({})", word(Status::Blocked, 0), few(&by), few(&names))?;
    }
    Ok(())
}

fn summary(report: &Report) -> String {
    let mut counts: Vec<(Status, usize)> = Vec::new();
    for status in report.jobs().filter_map(JobReport::status) {
        match counts.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += 1,
            None => counts.push((status, 1)),
        }
    }
    let counts: Vec<_> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let verdict = if report.success() { "success" } else { "failure" };
    format!("{verdict}: {} in {:.1} s", counts.join(", "), report.elapsed().as_secs_f64())
}
