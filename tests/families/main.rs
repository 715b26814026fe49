//! Families, from the outside: jobs of which there is one for each value, known beforehand or found on the way, and
//! what joins the graph from elsewhere.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::needless_pass_by_value, reason = "`each` takes its parameters as extractors make them")]

mod added;
mod by_name;
mod counterparts;
mod excluded;
mod fixed;
mod joining;
mod late;
mod late_joins;
mod late_mistakes;
mod same_outcome;

use dojobber::PlannedJob;
use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber_tests::Lines;
use serde::Deserialize;

/// What most families here are made of.
#[derive(Clone, Default, Deserialize)]
struct Names(Vec<String>);

fn names(names: &[&str]) -> Names {
    Names(names.iter().map(|name| (*name).to_owned()).collect())
}

/// To run `J`.
fn root<J: dojobber::Job>() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<J>().clock(VirtualClock::new());
    dojob
}

/// What came of a run, and its verbose lines.
#[track_caller]
fn run(dojob: &mut DoJobber) -> (Report, Vec<String>) {
    let lines = Lines::new();
    let report = dojob.verbose(true).lines_to(lines.clone()).checknrun().unwrap();
    (report, lines.take())
}

/// The jobs that ran, in that order.
#[track_caller]
fn ran(dojob: &mut DoJobber) -> Vec<String> {
    let (_, lines) = run(dojob);
    lines.iter().filter_map(|line| Some(line.split_once(".run: ")?.0.to_owned())).collect()
}

/// Why nothing was run.
#[track_caller]
fn refused(dojob: &mut DoJobber) -> String {
    let lines = Lines::new();
    let error = dojob.verbose(true).lines_to(lines.clone()).checknrun().unwrap_err();
    assert_eq!(lines.take(), [""; 0], "nothing may run before all is known to be well");
    error.to_string()
}

/// `name status` of each job, sorted.
fn ends(report: &Report) -> Vec<String> {
    let mut ends: Vec<_> = report.jobs().map(|job| format!("{} {}", job.name(), job.status().unwrap())).collect();
    ends.sort_unstable();
    ends
}

/// What the job of this name was blocked by.
fn blockers<'r>(report: &'r Report, name: &str) -> Vec<&'r str> {
    report.job(name).unwrap().blocked_by().map(PlannedJob::name).collect()
}

/// Why the job of this name failed.
fn reason(report: &Report, name: &str) -> String {
    report.error(name).unwrap().to_string()
}
