//! `run`: doing it, and what to say at the end.

use std::io::{self, Write};

use super::files::Files;
use super::flags::Show;
use super::paint::word;
use super::screen::{Early, Mode, Shown, Tails};
use super::{FAILED, PASSED, few, lines};
use crate::harmless::{calm_line, tame};
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
    lines::tell(dojob, &show.detail);
    let screen = Shown::start(mode, show.detail.is_verbose(), Early::of(dojob));
    dojob.on_event(screen.listener());
    let report = dojob.checknrun_plan(plan);
    let (tails, cancelled) = screen.end();
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
    let end = End { report: &report, tails, cancelled, is_quiet: show.detail.quiet, again };
    let _ = end.write(&mut anstream::stderr().lock());
    Ok((report, code))
}

/// What there is to say at the end.
struct End<'e> {
    report: &'e Report,
    tails: Tails,
    /// Why the run was cancelled, if that has not been told.
    cancelled: Option<&'static str>,
    is_quiet: bool,
    again: &'e str,
}

impl End<'_> {
    /// What is left to look at, and what came of it all in one line.
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let report = self.report;
        if report.no_act() {
            return super::plan::write(out, report, false);
        }
        if let Some(reason) = self.cancelled {
            writeln!(out, "{reason}")?;
        }
        for job in report.jobs().filter(|job| !self.is_plainly_cancelled(*job)) {
            failure(out, job, &self.tails)?;
        }
        self.cancelled(out)?;
        blocked(out, report)?;
        if !self.is_quiet {
            let retried = report.jobs().filter(|job| job.status().is_some_and(Status::passed) && job.tries().len() > 1);
            for job in retried {
                writeln!(out, "{} passed in its try {}", tame(job.name()), job.tries().len())?;
            }
        }
        cleanups(out, report)?;
        if !self.is_quiet || !report.success() {
            writeln!(out, "{}", summary(report))?;
        }
        if !report.success() {
            writeln!(out, "try again: {}", tame(self.again))?;
        }
        Ok(())
    }

    /// There is nothing more to be said of it than that it was cancelled, and perhaps why.
    fn is_plainly_cancelled(&self, job: JobReport<'_>) -> bool {
        let is_told = job.error().is_none_or(|error| error.chain().len() == 1) && job.tries().len() < 2;
        job.status() == Some(Status::Cancelled) && is_told && self.tails.of(job.planned().id()).len() == 0
    }

    /// Jobs that were cancelled, those with the same reason in one line.
    fn cancelled(&self, out: &mut impl Write) -> io::Result<()> {
        let mut groups: Vec<(Option<String>, Vec<String>)> = Vec::new();
        for job in self.report.jobs().filter(|job| self.is_plainly_cancelled(*job)) {
            let (why, name) = (job.error().map(ToString::to_string), tame(job.name()));
            match groups.iter_mut().find(|(known, _)| *known == why) {
                Some((_, names)) => names.push(name),
                None => groups.push((why, vec![name])),
            }
        }
        for (why, names) in groups {
            let word = word(Status::Cancelled, 0);
            match &names[..] {
                [name] => writeln!(out, "{word} {name}")?,
                names => writeln!(out, "{word}: {} ({})", names.len(), few(names))?,
            }
            for line in why.iter().flat_map(|why| why.lines()) {
                writeln!(out, "    {}", tame(line))?;
            }
        }
        Ok(())
    }
}

/// Clean-ups that failed; those of several tries of a job, if in the same way, once.
fn cleanups(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut groups: Vec<(&str, String, usize)> = Vec::new();
    for cleanup in report.cleanups() {
        let Some(error) = cleanup.error else { continue };
        let (name, error) = (cleanup.job.name(), format!("{error:#}"));
        match groups.iter_mut().find(|(job, known, _)| *job == name && *known == error) {
            Some((.., count)) => *count += 1,
            None => groups.push((name, error, 1)),
        }
    }
    for (name, error, count) in groups {
        let times = if count > 1 { format!(" {count} times") } else { String::new() };
        writeln!(out, "clean-up failed{times}: {}: {}", tame(name), tame(&error))?;
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
    // The error of a program ends with its last line, which need not be told twice.
    let lines = tails.of(job.planned().id());
    let is_told = job.error().map_or(lines.len() == 0, |error| error.tells(lines.clone()));
    if !is_told {
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
    let mut counts: Vec<_> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    match report.cleanups().filter(|cleanup| cleanup.error.is_some()).count() {
        0 => {}
        1 => counts.push("1 clean-up failed".to_owned()),
        count => counts.push(format!("{count} clean-ups failed")),
    }
    let verdict = if report.success() { "success" } else { "failure" };
    format!("{verdict}: {} in {:.1} s", counts.join(", "), report.elapsed().as_secs_f64())
}
