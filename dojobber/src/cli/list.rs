//! `list` and `graph`: what there is, before anything runs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::target::Target;
use super::{FAILED, Outcome, PASSED, complain, files, flags};
use crate::harmless::tame;
use crate::job::Kind;
use crate::output::Format;
use crate::output::json::JobJson;
use crate::plan::PlannedJob;
use crate::runner::DoJobber;

pub(super) fn list(dojob: &DoJobber, as_json: bool) -> Outcome {
    let plan = dojob.plan().map_err(|error| error.to_string())?;
    let mut out = super::stdout();
    let written = if as_json {
        let jobs: Vec<_> = plan.jobs().map(JobJson).collect();
        super::write_json(&mut out, &jobs)
    } else {
        in_words(&mut out, &plan.jobs().collect::<Vec<_>>())
    };
    Ok(super::written(written.and_then(|()| out.flush())))
}

fn in_words(out: &mut impl Write, jobs: &[PlannedJob<'_>]) -> io::Result<()> {
    let mut crates: BTreeMap<String, usize> = BTreeMap::new();
    let width = jobs.iter().map(|job| job.name().chars().count()).max().unwrap_or(0).min(40);
    for job in jobs {
        let summary = job.description().lines().next().unwrap_or_default();
        let line = format!("{:width$}  {:8}  {}", tame(job.name()), kind(job.kind()), tame(summary));
        writeln!(out, "{}", line.trim_end())?;
        *crates.entry(job.place().krate.unwrap_or_else(|| "code".to_owned())).or_default() += 1;
    }
    let from: Vec<_> = crates.iter().map(|(krate, count)| format!("{count} from {krate}")).collect();
    writeln!(out, "{} jobs: {}", jobs.len(), from.join(", "))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Job => "job",
        Kind::RunOnly => "run-only",
        Kind::Group => "group",
        Kind::Family => "family",
    }
}

pub(super) fn graph(dojob: &DoJobber, file: Option<&Path>) -> Outcome {
    let plan = dojob.plan().map_err(|error| error.to_string())?;
    match file {
        None => Ok(super::written(plan.write_graph(&mut io::stdout().lock(), Format::Dot))),
        Some(file) => {
            let format = flags::format_of(file)?;
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
    }
}
