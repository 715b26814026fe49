//! A program whose runs end early, or untidily, for the tests of what is said then.

use std::path::PathBuf;
use std::process::ExitCode;

use dojobber::DynJob;
use dojobber::prelude::*;

/// Take a nap
#[derive(clap::Args, serde::Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct Ending {
    /// What is read when the nap is over: a named pipe
    #[arg(long)]
    pipe: Option<PathBuf>,
    /// How many jobs come after the nap
    #[arg(long, default_value_t = 0)]
    chores: u32,
    /// A program that fails, so that nothing else is done: what it says
    #[arg(long)]
    say: Vec<String>,
    /// Nothing else is done, but a clock ticks, which is never right at once
    #[arg(long)]
    tick: bool,
    /// Nothing else is done, but a program tells what it has of the variables that are dojobber's
    #[arg(long)]
    env: bool,
    /// Nothing else is done, but a job is odd: it fails, and its `value` panics when it is dropped, or its `result` is no JSON
    #[arg(long, value_parser = ["value", "result"])]
    odd: Option<String>,
    /// Clean-ups fail
    #[arg(long)]
    untidy: bool,
    /// Who comes is asked while the plan is made: `async` code that never knows, or `blocking` code until it is to end
    #[arg(long, value_parser = ["async", "blocking"])]
    guests: Option<String>,
    /// There are roots: the neighbours, and the guests
    #[arg(long)]
    roots: bool,
}

#[derive(Clone)]
struct Guest {
    name: &'static str,
}

#[job(each = guests, name = "invite {name}", run_only)]
impl Guest {
    fn run(&self, ctx: &Context) {
        ctx.println(self.name);
    }
}

async fn guests(Args(ending): Args<Ending>) -> [Guest; 0] {
    if ending.guests.as_deref() == Some("async") {
        eprintln!("who comes?");
        std::future::pending::<()>().await;
    }
    []
}

#[derive(Clone)]
struct Neighbour {
    name: &'static str,
}

#[job(each = neighbours, name = "warn {name}", run_only)]
impl Neighbour {
    fn run(&self, ctx: &Context) {
        ctx.println(self.name);
    }
}

fn neighbours(ctx: &Context, Args(ending): Args<Ending>) -> Vec<Neighbour> {
    if ending.guests.as_deref() != Some("blocking") {
        return Vec::new();
    }
    eprintln!("who lives here?");
    while !ctx.is_cancelled() {
        std::thread::yield_now();
    }
    vec![Neighbour { name: "Ann" }]
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("it went off")
    }
}

const SAY: &str = r#"for line; do echo "$line" >&2; done; exit 1"#;

fn main() -> ExitCode {
    let mut cli = dojobber::cli::<Ending>();
    if std::env::args().any(|arg| arg == "--roots") {
        cli = cli.root::<Neighbour>().root::<Guest>();
    }
    cli.configure(|dojob, ending| {
        if !ending.say.is_empty() {
            let said = ending.say.clone();
            let alarm = move |ctx: &Context| ctx.command("sh").args(["-c", SAY, "say"]).args(&said).run();
            dojob.add(DynJob::new("alarm").tries(1).run(alarm));
            return Ok(());
        }
        if ending.tick {
            let pipe = ending.pipe.clone();
            let check = move |ctx: &Context| -> Result<bool> {
                ctx.println("tick");
                if let Some(pipe) = &pipe {
                    std::fs::read(pipe)?;
                }
                Ok(ctx.phase() == Phase::Recheck)
            };
            dojob.add(DynJob::new("clock").check(check).run(|_| ()));
            return Ok(());
        }
        if ending.env {
            let env = |ctx: &Context| {
                let words = ctx.command("sh").args(["-c", "env | grep ^DOJOBBER_ | sort"]);
                words.env("DOJOBBER_GRAPH", "of its own").run()
            };
            dojob.add(DynJob::new("env").tries(1).run(env));
            return Ok(());
        }
        if ending.odd.as_deref() == Some("value") {
            let check = |_: &mut Bomb, _: &Context| -> Result { permanent!("no fuse") };
            dojob.add(DynJob::new("bomb").storage(|_| Bomb).check(check));
            return Ok(());
        }
        if ending.odd.is_some() {
            let check = |_: &Context| Ok::<_, Error>(std::collections::BTreeMap::from([((1, 2), 3)]));
            dojob.add(DynJob::new("odd").check(check));
            return Ok(());
        }
        let (pipe, is_untidy) = (ending.pipe.clone(), ending.untidy);
        let nap = move |ctx: &Context| -> Result {
            ctx.println("good night");
            pipe.as_ref().map_or(Ok(()), |pipe| Ok(std::fs::read_to_string(pipe).map(drop)?))
        };
        let tidy = move |_: &Context| -> Result {
            ensure!(!is_untidy, "the bed is broken");
            Ok(())
        };
        dojob.add(DynJob::new("nap").tries(1).run(nap).cleanup(tidy));
        let dream = |ctx: &Context| ctx.try_number().number > 2;
        dojob.add(DynJob::new("dream").tries(3).retry_delay(0).deps(["nap"]).run(dream).cleanup(tidy));
        for number in 1..=ending.chores {
            dojob.add(DynJob::new(format!("chore {number}")).deps(["nap"]).run(|_| ()));
        }
        Ok(())
    })
    .main()
}
