//! How long a program of 1,000 jobs takes to answer, started anew each time, beside one that ends at once.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

mod jobs;

use std::process::{Command, ExitCode, Stdio};

use divan::Bencher;

/// Where this is in the environment, this program is the one that is measured.
const PROGRAM: &str = "BENCHMARKED_PROGRAM";

/// Make all parts
#[derive(clap::Args)]
struct Parts {
    /// Of what
    #[arg(long, default_value = "wood")]
    material: String,
}

fn main() -> ExitCode {
    match std::env::var(PROGRAM).as_deref() {
        Ok("jobs") => dojobber::cli::<Parts>()
            .configure(|dojob, parts| {
                dojob.arg("material", &parts.material);
                Ok(())
            })
            .root::<jobs::All>()
            .main(),
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => {
            divan::main();
            ExitCode::SUCCESS
        }
    }
}

fn start(program: &str, args: &str) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(args.split(' ')).env(PROGRAM, program).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().unwrap().success());
}

#[divan::bench(args = ["--help", "list", "list --json", "graph", "why j500", "plan", "run", "completions bash"], sample_count = 50, sample_size = 1)]
fn answer(bencher: Bencher<'_, '_>, args: &str) {
    bencher.bench(|| start("jobs", args));
}

/// What the system takes for a program of this size.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn floor(bencher: Bencher<'_, '_>) {
    bencher.bench(|| start("nothing", "--help"));
}
