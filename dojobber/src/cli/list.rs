//! `list` and `graph`: what there is, before anything runs.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::flags::Drawn;
use super::target::{STDOUT, Target};
use super::{FAILED, Outcome, PASSED, complain, files, values};
use crate::harmless::tame;
use crate::job::Kind;
use crate::output::Format;
use crate::output::json::JobJson;
use crate::plan::PlannedJob;
use crate::runner::DoJobber;

/// `roots` is what is to be said of those, if there is a choice: beside the list, which may be read by programs.
pub(super) fn list(dojob: &DoJobber, as_json: bool, roots: Option<&str>) -> Outcome {
    let plan = dojob.plan().map_err(|error| error.to_string())?;
    let mut out = super::stdout();
    let written = if as_json {
        let jobs: Vec<_> = plan.jobs().map(JobJson).collect();
        super::write_json(&mut out, &jobs)
    } else {
        in_words(&mut out, &plan.jobs().collect::<Vec<_>>())
    };
    let code = super::written(written.and_then(|()| out.flush()));
    if let Some(roots) = roots.filter(|_| code == PASSED) {
        // Where that can't be written, the list has to do.
        let _ = writeln!(anstream::stderr(), "{roots}");
    }
    Ok(code)
}

fn in_words(out: &mut impl Write, jobs: &[PlannedJob<'_>]) -> io::Result<()> {
    let mut crates: BTreeMap<String, usize> = BTreeMap::new();
    let width = jobs.iter().map(|job| job.name().chars().count()).max().unwrap_or(0).min(40);
    for job in jobs {
        // The first paragraph, whose lines are as long as its author's.
        let lines = job.description().lines().take_while(|line| !line.trim().is_empty());
        let summary = lines.map(str::trim).collect::<Vec<_>>().join(" ");
        let tags: Vec<_> = job.tags().map(tame).collect();
        let tags = if tags.is_empty() { String::new() } else { format!("  [{}]", tags.join(", ")) };
        let line = format!("{:width$}  {:8}  {}{tags}", tame(job.name()), kind(job.kind()), tame(&summary));
        writeln!(out, "{}", line.trim_end())?;
        *crates.entry(job.place().krate.unwrap_or_else(|| "code".to_owned())).or_default() += 1;
    }
    let from: Vec<_> = crates.iter().map(|(krate, count)| format!("{count} from {krate}")).collect();
    let noun = if jobs.len() == 1 { "job" } else { "jobs" };
    writeln!(out, "{} {noun}: {}", jobs.len(), from.join(", "))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Job => "job",
        Kind::RunOnly => "run-only",
        Kind::Group => "group",
        Kind::Family => "family",
    }
}

pub(super) fn graph(dojob: &DoJobber, file: Option<&Path>, drawn: Option<Drawn>) -> Outcome {
    let plan = dojob.plan().map_err(|error| error.to_string())?;
    let is_named = file.is_some();
    let file = file.filter(|file| *file != Path::new(STDOUT));
    let is_shown = file.is_none() && io::stdout().is_terminal();
    let format = match (drawn, file) {
        (Some(drawn), _) => drawn.format()?,
        (None, Some(file)) => values::format_of(file)?,
        (None, None) if is_shown && !is_named && Format::Text.check().is_ok() => Format::Text,
        (None, None) => Format::Dot,
    };
    if is_shown && format == Format::Png {
        return Err("a PNG is nothing for a terminal: write it into a file, with `-o FILE`".to_owned().into());
    }
    let Some(file) = file else {
        let (mut bytes, mut out) = (Vec::new(), io::stdout().lock());
        let drawn = plan.picture().fit_terminal().write(&mut bytes, &format);
        return Ok(super::written(drawn.and_then(|()| out.write_all(&bytes)).and_then(|()| out.flush())));
    };
    let mut target = Target::open(file)?;
    target.begin()?;
    Ok(match files::write(target, |to| plan.write_graph(to, format)) {
        Ok(()) => PASSED,
        Err(lost) => {
            complain(&lost);
            FAILED
        }
    })
}
