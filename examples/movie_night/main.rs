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

use std::fs::File;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use dojobber::prelude::{Error, Format};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::jobs::{MovieNight, WatchMovie};

mod jobs;

/// Get friends together to watch a movie
#[derive(clap::Args)]
#[command(version)]
struct CommandLine {
    #[command(flatten, next_help_heading = "What to watch, and how it turns out")]
    night: MovieNight,
    /// What the jobs log
    #[arg(long, help_heading = "What to show")]
    app_logs: bool,
    /// The graph, in the colours of what came of the jobs: into this file, for Graphviz
    #[arg(long, value_name = "FILE", value_parser = create, help_heading = "What to show")]
    dot: Option<Arc<File>>,
}

fn main() -> ExitCode {
    dojobber::cli::<CommandLine>()
        .root::<WatchMovie>()
        .configure(|dojob, line| {
            if line.app_logs {
                log_to_stderr();
            }
            dojob.set_args(line.night.clone()).default_retry_delay(0);
            Ok(())
        })
        .finish(|report, line| {
            if let Some(mut file) = line.dot.as_deref() {
                let written = report.picture().write(&mut file, &Format::Dot);
                written.map_err(|error| Error::from(error).context("--dot"))?;
            }
            Ok(())
        })
        .main()
}

/// A file that can't be written is a mistake in the command line: nobody is invited before that is told.
fn create(file: &str) -> io::Result<Arc<File>> {
    File::create(file).map(Arc::new)
}

/// What jobs log comes with the job, the try and the phase that it comes from, above the bar where there is one.
/// `RUST_LOG=info,dojobber=debug` adds how dojobber finds its way through the jobs.
fn log_to_stderr() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(dojobber::cli::stderr).without_time().init();
}
