//! `run`: doing it, and what to say at the end.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::files::Files;
use super::flags::Show;
use super::paint::word;
use super::plan::few_of_many;
use super::screen::{Early, Mode, Shown, Tails};
use super::{FAILED, PASSED, Stop, few, lines};
use crate::harmless::{calm_line, tame};
use crate::plan::{JobId, Plan, PlannedJob};
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
) -> Result<(Report, u8), Stop> {
    files.begin(dojob)?;
    lines::tell(dojob, &show.detail);
    let screen = Shown::start(mode, show.detail.is_verbose(), Early::of(dojob));
    dojob.on_event(screen.listener());
    let report = dojob.checknrun_plan(plan);
    let (tails, cancelled) = screen.end();
    let report = report?;
    let mut code = match report.interrupted_by() {
        Some(signal) => super::after_signal(signal),
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
        if !self.is_quiet {
            dropped(out, report)?;
        }
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

/// Values of tries that panicked when they were dropped, where that isn't why the job failed.
fn dropped(out: &mut impl Write, report: &Report) -> io::Result<()> {
    for job in report.jobs().filter(|job| !job.error().is_some_and(crate::Error::is_of_drop)) {
        let tries = job.tries();
        let errors = tries.iter().flat_map(|one| one.phases()).filter_map(|phase| phase.error);
        if let Some(error) = errors.into_iter().find(|error| error.is_of_drop()) {
            writeln!(out, "warning: {}: {}", tame(job.name()), tame(&format!("{error:#}")))?;
        }
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
    // In the order of the first job of each.
    let mut groups: Vec<(Vec<JobId>, bool, Vec<String>)> = Vec::new();
    let mut known: FxHashMap<(Vec<JobId>, bool), usize> = FxHashMap::default();
    for job in report.jobs().filter(|job| job.status() == Some(Status::Blocked)) {
        let (by, more) = job.first_blocked_by();
        let by: Vec<_> = by.map(PlannedJob::id).collect();
        let group = *known.entry((by.clone(), more)).or_insert_with(|| {
            groups.push((by, more, Vec::new()));
            groups.len() - 1
        });
        groups[group].2.push(tame(job.name()));
    }
    for (by, more, names) in groups {
        let by: Vec<_> = by.into_iter().map(|job| tame(report.plan().job(job).name())).collect();
        let (by, count, names) = (few_of_many(&by, more), names.len(), few(&names));
        writeln!(out, "{} by {by}: {count} ({names})", word(Status::Blocked, 0))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynjob::DynJob;

    /// A chain, each of whose jobs needs one of its own that fails, besides.
    fn chain_with_leaves(jobs: usize) -> DoJobber {
        let mut dojob = DoJobber::new();
        for job in 0..jobs {
            dojob.add(DynJob::new(format!("leaf {job}")).tries(1).check(|_| false).run(|_| ()));
            let below = job.checked_sub(1).map(|below| format!("link {below}"));
            dojob.add(DynJob::new(format!("link {job}")).deps(below.into_iter().chain([format!("leaf {job}")])));
        }
        dojob.root_named(format!("link {}", jobs - 1));
        dojob
    }

    /// All blockers of all jobs would be several thousand million.
    #[test]
    fn many_jobs_that_many_others_block_are_told_in_a_few_lines() {
        let mut dojob = chain_with_leaves(100_000);
        let report = dojob.checknrun().unwrap();
        let mut out = Vec::new();
        blocked(&mut out, &report).unwrap();
        let out = String::from_utf8(out).unwrap();
        let word = word(Status::Blocked, 0);
        let lines: Vec<_> = out.lines().map(|line| line.strip_prefix(&word).unwrap_or(line)).collect();
        assert_eq!(lines[1], " by leaf 0, leaf 1: 1 (link 1)");
        let last = " by leaf 0, leaf 1, leaf 2 and over 47 more: 99950 (link 50, link 51, link 52 and 99947 more)";
        assert_eq!((lines.len(), lines[50]), (51, last));

        let report = dojob.no_act(true).checknrun().unwrap();
        let mut out = Vec::new();
        super::super::plan::write(&mut out, &report, false).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(
            out.contains("leaf 0, leaf 1, leaf 2 and 47 more would change first, and others are in the way\n"),
            "{}",
            out.lines().last().unwrap_or_default()
        );
    }
}
