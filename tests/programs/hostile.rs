//! A program whose jobs' names, and all that they say, mean something to whatever reads them.

use std::path::PathBuf;
use std::process::ExitCode;

use dojobber::DynJob;
use dojobber::prelude::*;
use dojobber_tests::hostile_names;

/// Do harm
#[derive(clap::Args)]
struct Harm {
    /// A named pipe: each job waits for what is in it
    #[arg(long)]
    pipe: Option<PathBuf>,
    /// Which of the jobs comes first
    #[arg(long, default_value_t)]
    first: usize,
}

fn main() -> ExitCode {
    dojobber::cli::<Harm>()
        .configure(|dojob, harm| {
            dojob.default_tries(1).limit("all", 100);
            let mut names = hostile_names();
            names.rotate_left(harm.first);
            for name in &names {
                let (text, pipe) = (name.clone(), harm.pipe.clone());
                let run = move |ctx: &Context| -> Result {
                    ctx.println(&text);
                    // No argument can hold a NUL.
                    ctx.command("printf").args(["%s\n", &text.replace('\0', "")]).run()?;
                    if let Some(pipe) = &pipe {
                        std::fs::read(pipe)?;
                    }
                    Err(Error::msg(&text).context(&text))
                };
                let cleanup = name.clone();
                dojob.add(
                    DynJob::new(name)
                        .description(name)
                        .tags([name])
                        .run(run)
                        .cleanup(move |_| -> Result { Err(Error::msg(&cleanup)) }),
                );
            }
            dojob.add(DynJob::new("all").deps(names)).root_named("all");
            Ok(())
        })
        .main()
}
