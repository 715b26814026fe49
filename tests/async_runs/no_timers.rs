//! Runtimes that can't keep time, and code that is in none.

use super::*;

fn without_timers() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn lone(job: impl Into<dojobber::AnyJob>) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.add(job).root_named("job").lines_to(Lines::new());
    dojob
}

fn runs(ran: &Arc<AtomicBool>) -> DynJob {
    let ran = Arc::clone(ran);
    DynJob::new("job").run_async(move |_| {
        ran.store(true, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    })
}

/// What may have to wait for a time.
fn waiting(ran: &Arc<AtomicBool>) -> Vec<DoJobber> {
    let one_try = || lone(runs(ran).tries(1));
    let mut dojobs = vec![lone(runs(ran)), lone(runs(ran).tries(1).timeout(1))];
    let settles = runs(ran).check_async(|_| Box::pin(std::future::ready(false))).tries(1).settle(1);
    dojobs.push(lone(settles));
    let mut with_deadline = one_try();
    with_deadline.deadline(1).clock(VirtualClock::new());
    dojobs.push(with_deadline);
    dojobs
}

#[test]
fn where_time_may_have_to_be_kept_it_is_told_before_anything_runs() {
    let ran = Arc::new(AtomicBool::new(false));
    for mut dojob in waiting(&ran) {
        let error = without_timers().block_on(dojob.checknrun_async()).unwrap_err();
        assert_eq!(error.problems(), [Problem::NoTimers]);
        assert!(error.to_string().contains("enable_time"), "{error}");
        assert!(!ran.load(Ordering::SeqCst) && dojob.report().is_none());
        // It has a runtime of its own there.
        assert!(dojob.checknrun().is_ok());
        ran.store(false, Ordering::SeqCst);
    }
    let mut dojob = lone(runs(&ran).tries(1));
    let cancel = dojob.cancel_handle();
    let error = without_timers().block_on(dojob.checknrun_async()).unwrap_err();
    assert_eq!(error.problems(), [Problem::NoTimers], "the grace period is a time, too");
    drop(cancel);
}

#[test]
fn where_no_time_is_kept_none_is_needed() {
    let ran = Arc::new(AtomicBool::new(false));
    let report = without_timers().block_on(lone(runs(&ran).tries(1)).checknrun_async());
    assert!(report.unwrap().success());
    let mut dojob = lone(DynJob::new("job").tries(3).run_async(|ctx| {
        let is_last = ctx.try_number().is_last();
        Box::pin(std::future::ready(is_last))
    }));
    let report = without_timers().block_on(dojob.clock(VirtualClock::new()).checknrun_async()).unwrap();
    assert_eq!((report.success(), report.elapsed()), (true, Duration::from_secs(2)));
}

/// Polls what needs no runtime until it is done.
fn poll<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut cx) {
            return done;
        }
    }
}

#[test]
fn outside_of_a_runtime_nothing_runs() {
    let ran = Arc::new(AtomicBool::new(false));
    let mut dojob = lone(runs(&ran));
    let error = poll(dojob.checknrun_async()).unwrap_err();
    assert_eq!(error.problems(), [Problem::NoRuntime]);
    assert!(!ran.load(Ordering::SeqCst));
}
