//! A program with words of its own on the command line, jobs and tags with commas in their names, and families of both
//! kinds. Its arguments are called as some of dojobber's structs and fields are.

use std::process::ExitCode;

use dojobber::DynJob;
use dojobber::prelude::*;
use serde::Deserialize;

/// Show pictures
#[derive(clap::Args, Deserialize)]
#[command(version = "7")]
struct Show {
    /// The first picture
    what: String,
    /// The other ones
    more: Vec<String>,
    /// What falls off the wall
    #[arg(long)]
    job: Option<String>,
}

#[derive(Default)]
struct Unpack;

/// All pictures are there.
#[job(tries = 1)]
impl Unpack {
    fn check(&self, Args(show): Args<Show>, global: &Global) -> Result<Vec<String>> {
        ensure!(global.contains("unpacked"), "they are in their boxes");
        Ok(std::iter::once(&show.what).chain(&show.more).cloned().collect())
    }

    fn run(&self, global: &Global) -> Result {
        global.set("unpacked", true)
    }
}

#[derive(Clone)]
struct Hang {
    what: String,
}

/// A picture is on the wall.
#[job(each = unpacked, name = "Hang {what}", tries = 1, run_only)]
impl Hang {
    fn run(&self, Args(show): Args<Show>) -> Result {
        ensure!(show.job.as_ref() != Some(&self.what), "the nail is bent");
        Ok(())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "`each` takes its parameters as extractors make them")]
fn unpacked(pictures: Output<Unpack>) -> Vec<Hang> {
    pictures.iter().map(|what| Hang { what: what.clone() }).collect()
}

#[derive(Clone)]
struct Label {
    what: String,
    written: bool,
}

/// There is a label.
#[job(each = pictures, name = "Label {what}")]
impl Label {
    fn check(&self) -> bool {
        self.written || self.what == "Sunrise"
    }

    fn run(&mut self) {
        self.written = true;
    }
}

fn pictures(Args(show): Args<Show>) -> Vec<Label> {
    std::iter::once(&show.what).chain(&show.more).map(|what| Label { what: what.clone(), written: false }).collect()
}

/// Visitors may come.
#[job(deps = [Hang, Label])]
struct Exhibition;

fn main() -> ExitCode {
    dojobber::cli::<Show>()
        .root::<Exhibition>()
        .configure(|dojob, _| {
            dojob.add(DynJob::new("Buy nails, hooks").tags(["loud, dusty"]).run(|ctx| ctx.println("all of them")));
            dojob.add(DynJob::new("Buy glue").tags(["loud"]).run(|ctx| ctx.println("some")));
            // Called as a member of the family would be.
            dojob.add(DynJob::new("Hang[a mirror]").run(|ctx| ctx.println("it hangs")));
            Ok(())
        })
        .main()
}
