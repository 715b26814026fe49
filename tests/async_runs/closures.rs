//! Async closures that say whether there is anything to do, and that make a try's storage.

use super::*;

/// On the caller's runtimes, and on one of its own.
fn each_way(dojob: impl Fn() -> DoJobber, check: impl Fn(&Report)) {
    check(&dojob().checknrun().unwrap());
    for runtime in runtimes() {
        check(&runtime.block_on(dojob().checknrun_async()).unwrap());
    }
}

fn lone(job: impl Into<dojobber::AnyJob>) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.default_retry_delay(0).add(job).root_named("job");
    dojob
}

#[test]
fn when_is_asked_at_every_try_and_before_there_is_a_storage() {
    let job = || {
        let job = DynJob::new("job").storage_async(|ctx| {
            Box::pin(async move {
                sleep(milliseconds(1)).await;
                ctx.global().set("made", true).unwrap();
            })
        });
        lone(job.run(|(), _| ()).when_async(|ctx| {
            Box::pin(async move {
                sleep(milliseconds(1)).await;
                ensure!(ctx.try_number().is_last(), "nobody knows");
                Ok::<_, Error>(false)
            })
        }))
    };
    each_way(job, |report| {
        assert_eq!(report.status("job"), Some(Status::Skipped));
        let job = report.job("job").unwrap();
        assert_eq!(job.tries().len(), 3);
        assert!(!report.global().contains("made"));
        assert_eq!(job.error().unwrap().to_string(), "its `when` returned false");
    });
}

#[test]
fn each_try_has_a_storage_of_its_own_which_its_clean_up_gets() {
    let job = || {
        let job = DynJob::new("job").storage_async(|ctx| {
            Box::pin(async move {
                tokio::task::yield_now().await;
                vec![ctx.try_number().number]
            })
        });
        let job = job.run_async(|numbers, ctx| {
            Box::pin(async move {
                numbers.push(10);
                ctx.try_number().is_last()
            })
        });
        lone(job.cleanup(|numbers, ctx| ctx.global().update("sum", |sum: u32| sum + numbers.iter().sum::<u32>())))
    };
    each_way(job, |report| {
        assert_eq!(report.status("job"), Some(Status::Changed));
        assert_eq!(report.global().get::<u32>("sum").unwrap(), 36);
    });
}

#[test]
fn one_that_fails_or_takes_too_long_fails_its_try() {
    let job = || {
        let job = DynJob::new("job").timeout(0.05).try_storage_async(|ctx| {
            Box::pin(async move {
                match ctx.try_number().number {
                    1 => bail!("nobody answers"),
                    2 => panic!("nobody ever did"),
                    _ => std::future::pending::<Result<()>>().await,
                }
            })
        });
        lone(job.run(|(), _| ()))
    };
    each_way(job, |report| {
        let errors: Vec<_> =
            report.job("job").unwrap().tries().into_iter().filter_map(|one| Some(one.error()?.kind())).collect();
        assert_eq!(errors, [ErrorKind::Failed, ErrorKind::Panicked, ErrorKind::TimedOut]);
    });
}
