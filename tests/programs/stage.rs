//! A program of jobs that take as long as a test wants, for the tests of what a run shows.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use dojobber::DynJob;
use dojobber::prelude::*;

/// Put on a show
#[derive(clap::Args)]
struct Stage {
    /// A named pipe: how the play goes is read from it
    #[arg(long)]
    pipe: PathBuf,
    /// How long the sound needs, in seconds
    #[arg(long, default_value_t = 50)]
    delay: u32,
}

const SOUND: &str = "Check the sound in the hall, front to back, with all its doors and windows closed";

fn play(pipe: &PathBuf, ctx: &Context) -> Result {
    ctx.println("the overture");
    tracing::info!("the curtain rises");
    // A program that would go back to the start of the line.
    ctx.command("printf").args([r"\r10%%\r\033[2K\033]0;the show\007strings \033(B\033[mare tuned\n"]).run()?;
    let how = fs::read_to_string(pipe)?;
    ensure!(how.trim() == "well", Error::msg(format!("it went {}", how.trim())).context("the critics left"));
    Ok(())
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(dojobber::cli::stderr).without_time().with_ansi(false).init();
    dojobber::cli::<Stage>()
        .configure(|dojob, stage| {
            let pipe = stage.pipe.clone();
            dojob
                .add(DynJob::new("Lights").check(|_| true))
                .add(DynJob::new(SOUND).tries(2).retry_delay(stage.delay).run(|ctx| ctx.try_number().number > 1))
                .add(DynJob::new("Play").deps(["Lights"]).tries(1).run(move |ctx| play(&pipe, ctx)))
                .add(DynJob::new("Show").deps([SOUND, "Play"]));
            Ok(())
        })
        .main()
}
