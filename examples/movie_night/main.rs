//! Getting friends together to watch a movie: the example of the original DoJobber, job for job. The jobs are in
//! `jobs.rs`; here is the program that runs them.
//!
//! ```text
//! cargo run --example movie_night -- -v
//! cargo run --example movie_night -- --battery-state charged --couch-space
//! ```
//!
//! Exits with 0 if the movie is watched, with 1 if not, and with 2 if there is something wrong with the command line or
//! with the jobs. Ctrl-C ends it with 130, and the clean-ups are called.

use std::error::Error;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dojobber::PlannedJob;
use dojobber::prelude::{DoJobber, Format, Report};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::jobs::{MovieNight, WatchMovie};

mod jobs;

/// Get friends together to watch a movie
#[derive(Parser)]
struct CommandLine {
    /// Only check; tell what would run
    #[arg(short, long)]
    no_act: bool,
    #[command(flatten, next_help_heading = "What to watch, and how it turns out")]
    movie_night: MovieNight,
    #[command(flatten, next_help_heading = "What to show")]
    show: Show,
}

#[derive(clap::Args)]
struct Show {
    /// How each phase of each job ends
    #[arg(short)]
    verbose: bool,
    /// Besides, why it failed
    #[arg(short)]
    debug: bool,
    /// What the jobs log
    #[arg(long)]
    app_logs: bool,
    /// The graph, in the colours of what came of the jobs: into this file, for Graphviz
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// The same, in the format that the file's ending names: svg, png, mmd, json, txt, …
    #[arg(long, value_name = "FILE")]
    graph: Option<PathBuf>,
}

fn main() -> ExitCode {
    match watch_movie(CommandLine::parse()) {
        Ok(report) => report.exit_code(),
        Err(error) => {
            eprintln!("movie_night: {error}");
            ExitCode::from(2)
        }
    }
}

fn watch_movie(CommandLine { no_act, movie_night, show }: CommandLine) -> Result<Report, Box<dyn Error>> {
    if show.app_logs {
        log_to_stderr();
    }
    let mut dojob = DoJobber::new();
    dojob
        .root::<WatchMovie>()
        .set_args(movie_night)
        .default_retry_delay(0)
        .no_act(no_act)
        .verbose(show.verbose)
        .debug(show.debug)
        .handle_signals(true);
    let report = dojob.checknrun()?;
    if !show.verbose && !show.debug {
        explain(&report);
    }
    if let Some(file) = show.dot {
        let mut out = File::create(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        dojob.write_graph(&mut out, Format::Dot)?;
    }
    if let Some(file) = show.graph {
        report.picture().save(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(report)
}

/// Says why each job that did not pass didn't: what went wrong, or which jobs it waits for.
fn explain(report: &Report) {
    for job in report.jobs() {
        if let Some(status) = job.status().filter(|status| !status.passed()) {
            let reason = match job.error() {
                Some(error) => error.to_string(),
                None => job.blocked_by().map(PlannedJob::name).collect::<Vec<_>>().join(", "),
            };
            println!("{} {status}: {reason}", job.name());
        }
    }
}

/// What jobs log comes with the job, the try and the phase that it comes from. `RUST_LOG=info,dojobber=debug` adds how
/// dojobber finds its way through the jobs.
fn log_to_stderr() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).without_time().init();
}
