//! What a job hands down to what it starts, so that this ends with it.

use std::sync::{Arc, Mutex};

use dojobber::Cancellation;

use super::*;

/// Starts a thread that waits for the end of the try, and says so.
fn waits(ended: &Lines, then: impl Fn() + Send + Sync + 'static) -> DynJob {
    let ended = ended.clone();
    DynJob::new("job").tries(1).run(move |ctx| {
        let (cancellation, ended) = (ctx.cancellation(), ended.clone());
        let waits = thread::spawn(move || {
            while !cancellation.clone().is_cancelled() {
                thread::sleep(Duration::from_millis(1));
            }
            ended.push("told");
        });
        then();
        waits.join().unwrap();
    })
}

#[test]
fn a_cancellation_reaches_it() {
    for way in WAYS {
        let (ended, mut dojob) = (Lines::new(), DoJobber::new());
        let cancel = dojob.cancel_handle();
        assert!(!cancel.is_cancelled());
        let cancels = cancel.clone();
        dojob.add(waits(&ended, move || cancels.cancel()));
        way.run(dojob.root_named("job"));
        assert_eq!(ended.take(), ["told"], "{way:?}");
        assert!(cancel.is_cancelled(), "it was");
        dojob.add(DynJob::new("other").run(|_| ()));
        assert!(dojob.checknrun_from_named("other").unwrap().success() && !cancel.is_cancelled());
    }
}

#[test]
fn so_does_the_end_of_the_trys_time_and_of_the_runs() {
    for way in WAYS {
        for is_of_run in [false, true] {
            let (ended, mut dojob) = (Lines::new(), DoJobber::new());
            let job = waits(&ended, || ());
            dojob.add(if is_of_run { job } else { job.timeout(0.02) });
            if is_of_run {
                dojob.deadline(0.02);
            }
            way.run(dojob.root_named("job"));
            assert_eq!(ended.take(), ["told"], "{way:?}");
        }
    }
}

#[test]
fn a_clean_up_is_never_told() {
    for way in WAYS {
        let (kept, mut dojob) = (Lines::new(), DoJobber::new());
        let (cancel, keeps) = (dojob.cancel_handle(), kept.clone());
        dojob.deadline(3600).add(DynJob::new("job").run(move |_| cancel.cancel()).cleanup(move |ctx| {
            let cancellation = ctx.cancellation();
            assert_eq!(cancellation.time_left(), None);
            keeps.push(format!("{}", cancellation.is_cancelled()));
        }));
        way.run(dojob.root_named("job"));
        assert_eq!(kept.take(), ["false"], "{way:?}");
    }
}

/// A task that a job started, and doesn't wait for.
fn starts_task(handed: &Arc<Mutex<Vec<tokio::task::JoinHandle<()>>>>) -> DynJob {
    let handed = Arc::clone(handed);
    DynJob::new("job").tries(1).run_async(move |ctx| {
        let handed = Arc::clone(&handed);
        Box::pin(async move {
            let cancellation: Cancellation = ctx.cancellation();
            handed.lock().unwrap().push(tokio::spawn(async move { cancellation.cancelled().await }));
            std::future::pending::<()>().await;
        })
    })
}

#[test]
fn a_task_is_told_too_and_also_when_the_run_is_left() {
    within(20, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let handed = Arc::default();
            let mut dojob = DoJobber::new();
            dojob.add(starts_task(&handed)).root_named("job");
            let awaited = tokio::time::timeout(Duration::from_millis(20), dojob.checknrun_async()).await;
            assert!(awaited.is_err());
            let mut dojob = DoJobber::new();
            dojob.add(starts_task(&handed).timeout(0.02)).root_named("job");
            assert!(!dojob.checknrun_async().await.unwrap().success());
            let tasks = std::mem::take(&mut *handed.lock().unwrap());
            assert_eq!(tasks.len(), 2);
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}
