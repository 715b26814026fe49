//! Blocking functions of a run that has a runtime: they can use it, wherever they are called.

use std::sync::Mutex;

use tokio::runtime::{Handle, Id};

use super::*;

/// The runtimes that functions were called in.
fn noted(ids: &Arc<Mutex<Vec<Id>>>) -> impl Fn() -> Result + Send + Sync + Clone + 'static {
    let ids = Arc::clone(ids);
    move || {
        let runtime = Handle::try_current()?;
        // What a blocking client does, say.
        let seven = runtime.block_on(async { tokio::spawn(async { 7 }).await })?;
        ensure!(seven == 7);
        ids.lock().unwrap().push(runtime.id());
        Ok(())
    }
}

/// A blocking job, and an async one with blocking functions: six calls.
fn case(ids: &Arc<Mutex<Vec<Id>>>) -> DoJobber {
    let notes = || {
        let note = noted(ids);
        move |_: &Context| note()
    };
    let mut dojob = DoJobber::new();
    dojob
        .add(DynJob::new("blocks").when(|_| Handle::try_current().is_ok()).run(notes()).cleanup(notes()))
        .add(DynJob::new("mixes").check(notes()).run_async(|_| Box::pin(async {})).cleanup(notes()))
        .add(
            DynJob::new("hops")
                .check_async(|ctx| Box::pin(std::future::ready(ctx.phase() == Phase::Recheck)))
                .run(notes())
                .cleanup(notes()),
        )
        .add(DynJob::new("all").deps(["blocks", "mixes", "hops"]).run(notes()));
    dojob.default_tries(1).root_named("all");
    dojob
}

fn assert_calls(report: &Report, ids: &Arc<Mutex<Vec<Id>>>) -> Id {
    assert!(report.success(), "{report:?}");
    let ids = std::mem::take(&mut *ids.lock().unwrap());
    // The check of `mixes` holds, so it has nothing to clean up.
    assert_eq!(ids.len(), 6);
    assert!(ids.iter().all(|id| *id == ids[0]));
    ids[0]
}

#[test]
fn blocking_code_is_in_the_runtime_of_whoever_awaits_the_run() {
    for runtime in runtimes() {
        for workers in [1, 4] {
            let ids = Arc::default();
            let report = runtime.block_on(case(&ids).workers(workers).checknrun_async()).unwrap();
            assert_eq!(assert_calls(&report, &ids), runtime.handle().id());
        }
    }
}

#[test]
fn blocking_code_beside_async_jobs_is_in_the_runtime_that_the_run_has() {
    let ids = Arc::default();
    assert_calls(&case(&ids).checknrun().unwrap(), &ids);
    for runtime in runtimes() {
        let report = runtime.block_on(async { case(&ids).workers(2).checknrun() }).unwrap();
        assert_ne!(assert_calls(&report, &ids), runtime.handle().id());
    }
}
