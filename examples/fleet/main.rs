//! Bringing a fleet of hosts to what a file says: what families are for. Hosts are directories here, and services are
//! state files, so the example can be run, broken by hand, and run again.
//!
//! ```text
//! cargo run --example fleet -- --root /tmp/fleet --hosts examples/fleet/hosts.toml -v
//! ```
//!
//! The second time nothing runs: every job finds that its goal holds. Delete a file, or change one, and exactly that is
//! put right (`-n` tells beforehand), with the restart that it implies. Add a host to the file, and only its jobs run.
//!
//! - `provision.rs`: three families, each step of a host needing that host's step before;
//! - `greet.rs`: a step that joins from a file of its own;
//! - `watch.rs`: results of all members at once, and a family that comes into being during the run;
//! - `hosts.rs` and `files.rs`: what it is all about, without a job.
//!
//! Exits with 0 if everything holds, with 1 if not (with `-n`: if something would run), and with 2 if there is something
//! wrong with the command line, with the hosts file, or with the jobs. Ctrl-C ends it with 130.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use dojobber::prelude::{DoJobber, Report, Status};
use dojobber::{JobReport, PlannedJob};

use crate::files::{Paths, Templates};
use crate::hosts::Inventory;
use crate::provision::Fleet;

mod files;
mod greet;
mod hosts;
mod provision;
mod watch;

/// Bring a fleet of hosts to what a file says
#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    paths: Paths,
    /// Only the jobs with this tag (`config`, `watch`) and what they need; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// Only check; tell what would run
    #[arg(short, long)]
    no_act: bool,
    /// How each phase of each job ends
    #[arg(short, long)]
    verbose: bool,
}

fn main() -> ExitCode {
    match bring_about(CommandLine::parse()) {
        Ok(report) => {
            explain(&report);
            report.exit_code()
        }
        Err(error) => {
            eprintln!("fleet: {error}");
            ExitCode::from(2)
        }
    }
}

fn bring_about(CommandLine { paths, tag, no_act, verbose }: CommandLine) -> Result<Report, Box<dyn Error>> {
    let mut dojob = DoJobber::new();
    dojob.set_args(Inventory::read(&paths.hosts)?).set_args(paths).state(Templates::new()?);
    if tag.is_empty() {
        dojob.root::<Fleet>();
    }
    for tag in tag {
        dojob.tag(tag);
    }
    // A disk that refused a file will do so a second later.
    Ok(dojob.default_tries(1).no_act(no_act).verbose(verbose).handle_signals(true).checknrun()?)
}

/// Says what was changed or would be, and why what does not hold doesn't.
fn explain(report: &Report) {
    for job in report.jobs() {
        match job.status() {
            Some(Status::Ok) | None => {}
            Some(status) => println!("{}: {status}{}", job.name(), reason(job)),
        }
    }
    let ok = report.jobs().filter(|job| job.status() == Some(Status::Ok)).count();
    println!("{ok} of {} jobs are ok", report.jobs().len());
}

fn reason(job: JobReport<'_>) -> String {
    let blocked_by: Vec<_> = job.blocked_by().map(PlannedJob::name).collect();
    match job.error() {
        _ if !blocked_by.is_empty() => format!(", because of {}", blocked_by.join(", ")),
        Some(error) => format!(" ({error})"),
        None => String::new(),
    }
}
