//! Runs on a runtime whose clock a test has paused: they go by it.

use std::future::pending;

use tokio::time::{Instant as At, timeout};

use super::*;

/// A runtime whose time passes at once when everybody waits. It knows nothing of blocking code in threads.
fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

const HOUR: Duration = Duration::from_hours(1);

/// How long it took by the runtime's clock; it may take no time.
fn took(dojob: &mut DoJobber) -> (Report, Duration) {
    let real = Instant::now();
    let (report, took) = paused().block_on(async {
        let start = At::now();
        let report = timeout(HOUR, dojob.workers(4).checknrun_async()).await.expect("an hour is enough").unwrap();
        (report, start.elapsed())
    });
    assert!(real.elapsed() < Duration::from_secs(10));
    assert!(took.abs_diff(report.elapsed()) < milliseconds(10), "{took:?} {:?}", report.elapsed());
    (report, took)
}

#[track_caller]
fn assert_about(took: Duration, seconds: u64) {
    assert!(took.abs_diff(Duration::from_secs(seconds)) < milliseconds(50), "{took:?}");
}

fn lone(job: DynJob) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.add(job).root_named("job");
    dojob
}

#[test]
fn retries_and_settling_and_what_jobs_await_take_their_time() {
    let flaky = DynJob::new("job").tries(3).retry_delay(30).run_async(|ctx| {
        Box::pin(async move {
            sleep(Duration::from_secs(10)).await;
            ensure!(ctx.try_number().is_last());
            Ok(())
        })
    });
    let (report, flaky) = took(&mut lone(flaky));
    assert!(report.success());
    assert_about(flaky, 70);
    let settles = DynJob::new("job")
        .settle(50)
        .settle_interval(5)
        .check_async(|ctx| {
            Box::pin(async move {
                ensure!(ctx.global().update("checks", |n: u32| n + 1)? > 4);
                Ok(())
            })
        })
        .run_async(|_| Box::pin(sleep(Duration::from_secs(7))));
    let (report, settled) = took(&mut lone(settles));
    assert_eq!(report.status("job"), Some(Status::Changed));
    assert_about(settled, 7 + 15);
}

#[test]
fn time_limits_are_over_by_that_clock_too() {
    let waits = || DynJob::new("job").tries(2).retry_delay(1).timeout(60).run_async(|_| Box::pin(pending::<()>()));
    let (report, limited) = took(&mut lone(waits()));
    assert_eq!(report.error("job").unwrap().kind(), ErrorKind::TimedOut);
    assert_about(limited, 120);
    let (report, cancelled) = took(lone(waits()).deadline(90));
    assert_eq!(report.status("job"), Some(Status::Cancelled));
    assert_about(cancelled, 90);
    let long = DynJob::new("job").tries(1).timeout(600).run_async(|_| Box::pin(sleep(Duration::from_secs(500))));
    let (report, long) = took(&mut lone(long));
    assert!(report.success());
    assert_about(long, 500);
}

#[test]
fn a_run_of_its_own_within_goes_by_the_systems() {
    let mut dojob = lone(DynJob::new("job").run_async(|_| Box::pin(sleep(milliseconds(20)))));
    let report = paused().block_on(async { dojob.checknrun() }).unwrap();
    assert!(report.success() && report.elapsed() >= milliseconds(20), "{:?}", report.elapsed());
}
