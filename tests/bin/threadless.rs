//! A program that can't start threads, which its environment sees to: what comes of its runs.

#![allow(clippy::disallowed_methods, reason = "what takes too long does so in real time")]

use std::future::{pending, ready};
use std::time::Duration;

use dojobber::prelude::*;

fn main() {
    // Else it would show nothing.
    if std::thread::Builder::new().spawn(|| ()).is_ok() {
        println!("there are threads");
        return;
    }
    for with_async in [false, true] {
        for is_cancelled in [false, true] {
            tell(&jobs(with_async, is_cancelled).checknrun());
            println!("--");
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    match runtime {
        Ok(runtime) => tell(&runtime.block_on(jobs(true, false).checknrun_async())),
        Err(error) => println!("{error}"),
    }
}

fn tell(report: &std::result::Result<Report, dojobber::PlanError>) {
    match report {
        Err(error) => println!("{error}"),
        Ok(report) => {
            for job in report.jobs() {
                let (status, tries) = (job.status().map_or("none", |status| status.as_str()), job.tries().len());
                let error = job.error().map(|error| format!(", {error}")).unwrap_or_default();
                println!("{}: {status}, tries: {tries}{error}", job.name());
            }
            let cleanups: Vec<_> = report.cleanups().map(|cleanup| cleanup.job.name()).collect();
            println!("cleaned up: {cleanups:?}");
        }
    }
}

/// One that passes at its second try, one that takes too long, some that wait for nothing, and if it is asked for one that
/// cancels the run.
fn jobs(with_async: bool, is_cancelled: bool) -> DoJobber {
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    let second = |ctx: &Context| ctx.phase() == Phase::Recheck && ctx.try_number().number == 2;
    dojob
        .workers(4)
        .default_tries(1)
        .default_retry_delay(0.01)
        .add(DynJob::new("retried").tries(2).check(second).run(|_| ()).cleanup(|_| ()))
        .add(DynJob::new("slow").timeout(0.01).run(|_| std::thread::sleep(Duration::from_millis(20))))
        .add(DynJob::new("beside").run(|_| ()).cleanup(|_| ()))
        .add(DynJob::new("above").deps(["retried", "beside"]).run(move |_| {
            if is_cancelled {
                cancel.cancel();
            }
        }))
        .add(DynJob::new("last").deps(["above"]).run(|_| ()));
    let mut roots = vec!["last", "slow"];
    if with_async {
        let awaits = DynJob::new("awaits").run_async(|_| Box::pin(pending::<()>()));
        dojob
            .add(if is_cancelled { awaits } else { awaits.timeout(0.02) })
            .add(DynJob::new("mixed").check_async(|ctx| Box::pin(ready(ctx.phase() == Phase::Recheck))).run(|_| ()));
        roots.extend(["awaits", "mixed"]);
    }
    for root in roots {
        dojob.root_named(root);
    }
    dojob
}
