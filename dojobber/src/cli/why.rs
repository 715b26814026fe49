//! `why`: how a job comes to be in the graph, and what it waits for.

use std::io::{self, Write};
use std::path::Path;

use super::Outcome;
use super::paint::word;
use super::past::Past;
use crate::harmless::tame;
use crate::nearest::nearest;
use crate::plan::{JobId, Plan};
use crate::report::Report;
use crate::runner::DoJobber;
use crate::status::Status;

/// So many ways from a root are shown.
const PATHS: usize = 5;

pub(super) fn why(dojob: &mut DoJobber, name: &str, events: Option<&Path>) -> Outcome {
    let past = events.map(Past::read).transpose()?;
    let report = dojob.no_act(true).checknrun().map_err(|error| error.to_string())?;
    let plan = report.plan();
    let Some(job) = plan.find(name) else {
        let near = nearest(name, plan.jobs().map(crate::PlannedJob::name));
        let near = near.map(|near| format!("; did you mean `{}`?", tame(near))).unwrap_or_default();
        return Err(format!("there is no job `{}` in this graph{near}", tame(name)));
    };
    let mut out = super::stdout();
    let written = write(&mut out, &report, job.id());
    let written = written.and_then(|()| past.map_or(Ok(()), |past| past.write(&mut out, name)));
    Ok(super::written(written.and_then(|()| out.flush())))
}

fn write(out: &mut impl Write, report: &Report, id: JobId) -> io::Result<()> {
    let plan = report.plan();
    let job = plan.job(id);
    let place = job.place();
    writeln!(out, "{} ({}:{})", tame(job.name()), place.file, place.line)?;
    for line in job.description().lines() {
        writeln!(out, "    {}", tame(line))?;
    }
    writeln!(out, "\nIt is in the graph because of")?;
    let (paths, more) = paths(plan, id);
    for path in paths {
        let names: Vec<_> = path.iter().map(|job| tame(plan.job(*job).name())).collect();
        writeln!(out, "    {}", names.join(" → "))?;
    }
    if more {
        writeln!(out, "    and more")?;
    }
    writeln!(out, "\nIt needs")?;
    let mut any = false;
    for dependency in job.dependencies() {
        any = true;
        let status = report.status(dependency.name());
        let status = status.map(|status| word(status, 9)).unwrap_or_default();
        writeln!(out, "    {status} {}", tame(dependency.name()))?;
    }
    if !any {
        writeln!(out, "    nothing")?;
    }
    let Some(of_job) = report.job(job.name()) else {
        return Ok(());
    };
    // "Would run" is a verb already.
    let is = if of_job.status() == Some(Status::WouldRun) { "" } else { "is " };
    write!(out, "\nNow it {is}{}", of_job.status().map(|status| word(status, 0)).unwrap_or_default())?;
    match of_job.error() {
        Some(error) => writeln!(out, ": {}", super::plan::in_words(error))?,
        None => {
            let by: Vec<_> = of_job.blocked_by().map(|job| tame(job.name())).collect();
            let because = if by.is_empty() { String::new() } else { format!(", because of {}", super::plan::few(&by)) };
            writeln!(out, "{because}")?;
        }
    }
    Ok(())
}

/// The first ways from a root to the job, the shortest first, and whether there are more.
fn paths(plan: &Plan, job: JobId) -> (Vec<Vec<JobId>>, bool) {
    // From the job up, breadth first: each step goes to what needs the last one.
    let mut dependents: Vec<Vec<JobId>> = vec![Vec::new(); plan.len()];
    for above in plan.jobs() {
        for need in above.dependencies() {
            dependents[need.id().index()].push(above.id());
        }
    }
    let is_root = |job: JobId| plan.roots().any(|root| root.id() == job);
    let (mut found, mut queue) = (Vec::new(), std::collections::VecDeque::from([vec![job]]));
    // In a graph with many ways, the first few are near.
    let mut steps = 0;
    while let Some(path) = queue.pop_front() {
        let last = path[path.len() - 1];
        if is_root(last) {
            if found.len() == PATHS {
                return (found, true);
            }
            found.push(path.iter().rev().copied().collect());
        }
        steps += 1;
        if steps > 10_000 {
            return (found, true);
        }
        for above in &dependents[last.index()] {
            let mut longer = path.clone();
            longer.push(*above);
            queue.push_back(longer);
        }
    }
    (found, false)
}
