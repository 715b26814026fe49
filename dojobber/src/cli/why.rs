//! `why`: how a job comes to be in the graph, and what it waits for.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

use super::paint::word;
use super::past::Past;
use super::{Outcome, Stop};
use crate::harmless::tame;
use crate::job::JobDef;
use crate::plan::{JobId, Plan};
use crate::quote::words;
use crate::report::{JobReport, Report};
use crate::runner::DoJobber;
use crate::status::Status;

/// So many ways from a root are shown.
const PATHS: usize = 5;

/// `roots_of` says in the graphs of which other roots a job is.
pub(super) fn why(
    dojob: &mut DoJobber,
    name: &str,
    events: Option<&Path>,
    roots_of: impl FnOnce(&DoJobber) -> Vec<&'static str>,
) -> Outcome {
    let past = events.map(Past::read).transpose()?;
    let report = super::plan::check(dojob, false)?;
    if let Some(signal) = report.interrupted_by() {
        return Ok(super::after_signal(signal));
    }
    let plan = report.plan();
    let mut out = super::stdout();
    let written = if let Some(job) = plan.find_typed(name) {
        write(&mut out, &report, job.id()).and_then(|()| past.map_or(Ok(()), |past| past.write(&mut out, job.name())))
    } else if let Some(past) = past.filter(|past| past.knows(name)) {
        of_the_past(&mut out, &past, name)
    } else {
        let members: Vec<_> = report.jobs().filter(|job| family_of(plan, *job) == Some(name)).collect();
        match (plan.unborn_family_of(name), members.first()) {
            (_, Some(first)) => of_members(&mut out, plan.family_def(first.planned().id()), name, &members),
            (Some(family), None) => of_an_unborn_family(&mut out, name, family),
            (None, None) => {
                let message = elsewhere(name, &roots_of(dojob)).unwrap_or_else(|| unknown(plan, name));
                return Err(Stop::of(dojob, message));
            }
        }
    };
    Ok(super::written(written.and_then(|()| out.flush())))
}

/// Whether the plan has this job or a member of this family, or may come to have it.
pub(super) fn is_in(plan: &Plan, name: &str) -> bool {
    plan.find_typed(name).is_some()
        || plan.unborn_family_of(name).is_some()
        || plan.jobs().any(|job| plan.family_name(job.id()) == Some(name))
}

fn elsewhere(name: &str, roots: &[&str]) -> Option<String> {
    let typed = words(["why", name, roots.first()?].map(OsStr::new));
    let quoted: Vec<_> = roots.iter().map(|root| format!("`{root}`")).collect();
    let those = if let [root] = &quoted[..] {
        format!("that of the root {root}")
    } else {
        format!("those of the roots {}", quoted.join(" and "))
    };
    Some(format!("`{}` is not in this graph, but in {those}: `{}`", tame(name), tame(&typed)))
}

fn unknown(plan: &Plan, name: &str) -> String {
    let unborn: Vec<_> = plan.unborn_families().map(|family| format!("`{}`", tame(family))).collect();
    let hint = match (plan.nearest_typed(name), &unborn[..]) {
        (Some(near), _) => format!("; did you mean `{}`?", tame(&near)),
        (None, []) => String::new(),
        (None, unborn) => format!(". (Members of {} come into being during the run.)", super::few(unborn)),
    };
    format!("there is no job `{}` in this graph{hint}", tame(name))
}

fn family_of<'p>(plan: &'p Plan, job: JobReport<'_>) -> Option<&'p str> {
    plan.family_name(job.planned().id())
}

/// Of a family that is known beforehand, the graph has the members alone.
fn of_members(out: &mut impl Write, family: Option<&JobDef>, name: &str, members: &[JobReport<'_>]) -> io::Result<()> {
    if let Some(family) = family {
        heading(out, name, (family.location.file(), family.location.line()), family.description)?;
    }
    writeln!(out, "\nIt is a family. In this graph its members are")?;
    for job in members {
        let status = job.status().map(|status| word(status, 9)).unwrap_or_default();
        writeln!(out, "    {status} {}", tame(job.name()))?;
    }
    Ok(())
}

/// Of what has a name that a member of the family may come to have.
fn of_an_unborn_family(out: &mut impl Write, name: &str, family: &str) -> io::Result<()> {
    writeln!(out, "{}\n", tame(name))?;
    writeln!(out, "It is made during the run, as a member of {}, if that has one of this key", tame(family))
}

/// Of a job that came into being during a run, or that is in other graphs only.
fn of_the_past(out: &mut impl Write, past: &Past, name: &str) -> io::Result<()> {
    writeln!(out, "{}\n", tame(name))?;
    match past.family_of(name) {
        Some(family) => writeln!(out, "It is made during the run, as a member of {}", tame(family))?,
        None => writeln!(out, "It is not in this graph")?,
    }
    past.write(out, name)
}

fn heading(out: &mut impl Write, name: &str, (file, line): (&str, u32), description: &str) -> io::Result<()> {
    writeln!(out, "{} ({file}:{line})", tame(name))?;
    for line in description.lines() {
        writeln!(out, "    {}", tame(line))?;
    }
    Ok(())
}

fn write(out: &mut impl Write, report: &Report, id: JobId) -> io::Result<()> {
    let plan = report.plan();
    let job = plan.job(id);
    let place = job.place();
    heading(out, job.name(), (&place.file, place.line), job.description())?;
    if plan.roots().any(|root| root.id() == id) {
        writeln!(out, "\nIt is a root of the graph")?;
    }
    let (paths, more) = paths(plan, id);
    if !paths.is_empty() || more {
        writeln!(out, "\nIt is in the graph because of")?;
    }
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

/// The first ways from another job that is a root to the job, the shortest first, and whether there are more.
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
        if is_root(last) && path.len() > 1 {
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
