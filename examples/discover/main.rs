//! Jobs from everywhere: those of two library crates, spread over their modules, are found because they are linked in.
//! This program names none of them. A new job, module or crate takes part without a change here, but for one line a
//! crate.
//!
//! ```text
//! cargo run --example discover -- --list
//! cargo run --example discover -- -v --tag nightly
//! ```
//!
//! Exits with 0 if everything holds, with 1 if not, and with 2 if there is something wrong with the command line or with
//! the jobs (such as a tag that no job has).

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Parser;
use dojobber::PlanError;
use dojobber::prelude::{DoJobber, Report};
use house_jobs::House;

// Linkers leave out what nothing names: this line is all that it takes for the garden's jobs to be found. (The house's
// crate is named above.)
use garden_jobs as _;

/// Do what there is to do
#[derive(Parser)]
struct CommandLine {
    /// Only the set of jobs with this tag, and what they need; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// Only list what was found, by crate
    #[arg(long)]
    list: bool,
    /// Only check; tell what would run
    #[arg(short, long)]
    no_act: bool,
    /// How each phase of each job ends
    #[arg(short, long)]
    verbose: bool,
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    if command_line.list {
        list();
        return ExitCode::SUCCESS;
    }
    match tidy_up(command_line) {
        Ok(report) if report.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("discover: {error}");
            ExitCode::from(2)
        }
    }
}

fn tidy_up(CommandLine { tag, no_act, verbose, .. }: CommandLine) -> Result<Report, PlanError> {
    let mut dojob = DoJobber::new();
    dojob.state(House::default()).no_act(no_act).verbose(verbose);
    if tag.is_empty() {
        dojob.discover();
    }
    for tag in tag {
        dojob.tag(tag);
    }
    dojob.checknrun()
}

fn list() {
    let mut crates: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for job in dojobber::registered() {
        crates.entry(job.krate()).or_default().push(job);
    }
    for (krate, jobs) in crates {
        println!("{krate}: {} jobs", jobs.len());
        for job in jobs {
            println!("    {}: {} {:?}", job.name(), job.description(), job.tags());
        }
    }
}
