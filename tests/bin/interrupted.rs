//! A program that is signalled: what it does is its argument, and what it says is how far it has come.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{Command, EventKind, Report, Status};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("blocking") => done(&waiting().checknrun()),
        Some("async") => done(&awaiting().checknrun()),
        Some("hanging") => done(&hanging().checknrun()),
        Some("program") => done(&starting(DynJob::new("job").run(|ctx| program(ctx).run())).checknrun()),
        Some("async program") => {
            let job = DynJob::new("job").run_async(|ctx| {
                Box::pin(async {
                    // Dropped after the program's future, which it comes before.
                    let _dropped = Dropped;
                    program(ctx).run_async().await
                })
            });
            done(&starting(job).checknrun())
        }
        Some("before") => before(),
        Some("again") => again(),
        Some("planning" | "planning alone") => planning(),
        Some("left") => left(),
        Some("passing") => done(&lone(DynJob::new("job").run(|_| ())).checknrun()),
        Some("failing") => done(&lone(DynJob::new("job").tries(1).check(|_| false)).checknrun()),
        other => {
            eprintln!("what is {other:?}?");
            ExitCode::from(2)
        }
    }
}

fn done(report: &std::result::Result<Report, dojobber::PlanError>) -> ExitCode {
    match report {
        Ok(report) => {
            println!("{:?}, {:?}", report.interrupted_by(), report.status("job"));
            report.exit_code()
        }
        Err(error) => {
            println!("{:?}, {error}", error.interrupted_by());
            error.exit_code()
        }
    }
}

fn lone(job: DynJob) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.add(job).root_named("job").handle_signals(true);
    dojob
}

fn await_cancellation(ctx: &Context) {
    while !ctx.is_cancelled() {
        std::thread::yield_now();
    }
}

/// Its job returns when it is told to.
fn waiting() -> DoJobber {
    let run = |ctx: &Context| {
        println!("runs");
        await_cancellation(ctx);
    };
    let mut dojob = lone(DynJob::new("job").deps(["needed"]).check(|_| false).run(run));
    dojob.add(DynJob::new("needed").run(|_| ()).cleanup(|_| println!("cleaned up")));
    dojob
}

struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {
        println!("dropped");
    }
}

/// Its job awaits what never comes.
fn awaiting() -> DoJobber {
    let job = DynJob::new("job").run_async(|_| {
        Box::pin(async {
            let _dropped = Dropped;
            println!("runs");
            std::future::pending::<()>().await;
        })
    });
    lone(job.cleanup(|_| println!("cleaned up")))
}

/// Its job hears that it is to end, and doesn't.
fn hanging() -> DoJobber {
    let run = |ctx: &Context| -> bool {
        println!("runs");
        await_cancellation(ctx);
        println!("hangs");
        loop {
            std::thread::park();
        }
    };
    lone(DynJob::new("job").run(run).cleanup(|_| println!("cleaned up")))
}

/// Its job waits for a program, of which it says what that says.
fn starting(job: DynJob) -> DoJobber {
    let mut dojob = lone(job);
    dojob.on_event(|_, event| {
        if let EventKind::Output { line, .. } = &event.kind {
            println!("{line}");
        }
    });
    dojob
}

/// One that is asked to end, and doesn't, as little as what it started.
fn program(ctx: &Context) -> Command<'_> {
    // It is told when it is asked, by what the shell does when that comes.
    let script = "(trap '' TERM; exec sleep 60) & trap 'echo asked >&2' TERM; echo $$ $!; wait; wait; wait";
    ctx.command("sh").args(["-c", script]).kill_after(Duration::from_hours(1))
}

/// A signal comes before the run. A second `DoJobber`, which asked later, is cancelled later: so it knows.
fn before() -> ExitCode {
    let mut dojob = lone(DynJob::new("job").run(|_| println!("not to be said")));
    let report = waiting().checknrun();
    println!("{:?}", report.map(|report| report.interrupted_by()));
    done(&dojob.checknrun())
}

/// The run after one that was cancelled starts afresh.
fn again() -> ExitCode {
    let mut dojob = waiting();
    done(&dojob.checknrun());
    done(&dojob.checknrun_from_named("needed").inspect(|report| {
        println!("{:?}", report.status("needed") == Some(Status::Changed));
    }))
}

#[derive(Clone)]
struct Guest {
    name: &'static str,
}

#[job(each = guests, name = "{name}", run_only)]
impl Guest {
    fn run(&self) {
        println!("{} comes", self.name);
    }
}

/// Known at the second time.
async fn guests(State(asked): State<AtomicBool>) -> [Guest; 1] {
    if !asked.swap(true, Ordering::Relaxed) {
        let _dropped = Dropped;
        println!("runs");
        std::future::pending::<()>().await;
    }
    [Guest { name: "Ann" }]
}

/// The signal comes while the plan is made, of a run or alone.
fn planning() -> ExitCode {
    let mut dojob = DoJobber::new();
    dojob.root::<Guest>().state(AtomicBool::new(false)).handle_signals(true);
    if std::env::args().nth(1).as_deref() == Some("planning alone") {
        println!("{:?}", dojob.plan().map_err(|error| error.interrupted_by()).err());
    } else {
        done(&dojob.checknrun());
    }
    done(&dojob.checknrun())
}

/// Nobody asks any more.
fn left() -> ExitCode {
    let mut dojob = lone(DynJob::new("job").run(|_| ()));
    drop(lone(DynJob::new("job")));
    dojob.handle_signals(false);
    println!("runs");
    loop {
        std::thread::park();
    }
}
