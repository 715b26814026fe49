//! `list` and `graph`: what there is, before anything runs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::paint::tame;
use super::{Outcome, PASSED, flags};
use crate::job::Kind;
use crate::output::Format;
use crate::plan::PlannedJob;
use crate::runner::DoJobber;

pub(super) fn list(dojob: &DoJobber, as_json: bool) -> Outcome {
    let plan = dojob.plan().map_err(|error| error.to_string())?;
    let mut out = anstream::stdout().lock();
    let written = if as_json {
        let jobs: Vec<_> = plan.jobs().map(in_json).collect();
        serde_json::to_writer_pretty(&mut out, &jobs).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else {
        in_words(&mut out, &plan.jobs().collect::<Vec<_>>())
    };
    Ok(super::written(written))
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

fn in_json(job: PlannedJob<'_>) -> serde_json::Value {
    let place = job.place();
    json!({
        "name": job.name(),
        "kind": job.kind(),
        "description": job.description(),
        "crate": place.krate,
        "file": place.file,
        "line": place.line,
        "dependencies": job.dependencies().map(PlannedJob::name).collect::<Vec<_>>(),
        "tries": job.tries(),
    })
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
    dojob.plan().map_err(|error| error.to_string())?;
    match file {
        None => Ok(super::written(dojob.write_graph(&mut io::stdout().lock(), Format::Dot))),
        Some(file) => {
            let format = flags::format_of(file)?;
            let mut out = File::create(file).map_err(|error| format!("{}: {error}", file.display()))?;
            dojob.write_graph(&mut out, format).map_err(|error| format!("{}: {error}", file.display()))?;
            Ok(PASSED)
        }
    }
}
