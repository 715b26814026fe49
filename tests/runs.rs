//! What happens when: retries and delays, clean-ups, a second run, cancelling, no-act. Time is virtual.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{Alarm, CancelHandle, Clock, ErrorKind, PlannedJob, Status};
use dojobber_tests::Lines;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// When the tries of the job of this name started, in seconds.
fn starts(report: &Report, job: &str) -> Vec<f64> {
    report.job(job).unwrap().tries().into_iter().map(|one| one.started().as_secs_f64()).collect()
}

/// R5.
mod retries {
    use super::*;

    #[test]
    fn a_delay_counts_from_the_start_of_the_try_before() {
        let clock = VirtualClock::new();
        let slow = clock.clone();
        let mut dojob = DoJobber::new();
        dojob.clock(clock).add(DynJob::new("slow").tries(3).retry_delay(10).run(move |_| {
            slow.advance(seconds(4));
            false
        }));
        let report = dojob.root_named("slow").checknrun().unwrap();
        assert_eq!(starts(&report, "slow"), [0.0, 10.0, 20.0]);
        assert_eq!(report.elapsed(), seconds(24));
    }

    #[test]
    fn a_try_that_takes_longer_than_the_delay_is_followed_at_once() {
        let clock = VirtualClock::new();
        let slow = clock.clone();
        let mut dojob = DoJobber::new();
        dojob.clock(clock).add(DynJob::new("slow").tries(3).retry_delay(0.5).run(move |_| {
            slow.advance(seconds(4));
            false
        }));
        let report = dojob.root_named("slow").checknrun().unwrap();
        assert_eq!(starts(&report, "slow"), [0.0, 4.0, 8.0]);
        let ends: Vec<_> = report.job("slow").unwrap().tries().iter().map(|one| one.ended().as_secs()).collect();
        assert_eq!(ends, [4, 8, 12]);
    }

    #[test]
    fn a_job_that_waits_holds_back_no_other() {
        let mut dojob = DoJobber::new();
        dojob
            .clock(VirtualClock::new())
            .add(DynJob::new("waits").tries(2).retry_delay(60).run(|_| false))
            .add(DynJob::new("quick").tries(4).retry_delay(10).run(|ctx| ctx.try_number().is_last()))
            .add(DynJob::new("after quick").deps(["quick"]).run(|_| ()))
            .add(DynJob::new("all").deps(["waits", "after quick"]));
        let report = dojob.root_named("all").checknrun().unwrap();
        assert_eq!(starts(&report, "waits"), [0.0, 60.0]);
        assert_eq!(starts(&report, "quick"), [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(starts(&report, "after quick"), [30.0]);
    }

    #[test]
    fn a_job_s_own_tries_and_delay_win_over_the_defaults() {
        let clock = VirtualClock::new();
        let mut dojob = DoJobber::new();
        dojob
            .clock(clock)
            .default_tries(2)
            .default_retry_delay(0.25)
            .add(DynJob::new("default").run(|_| false))
            .add(DynJob::new("own").tries(3).retry_delay(Duration::from_millis(1500)).run(|_| false))
            .add(DynJob::new("all").deps(["default", "own"]));
        let report = dojob.root_named("all").checknrun().unwrap();
        assert_eq!(starts(&report, "default"), [0.0, 0.25]);
        assert_eq!(starts(&report, "own"), [0.0, 1.5, 3.0]);
    }

    #[test]
    fn three_tries_a_second_apart_unless_told_otherwise() {
        let mut dojob = DoJobber::new();
        dojob.clock(VirtualClock::new()).add(DynJob::new("hopeless").run(|_| false)).root_named("hopeless");
        assert_eq!(starts(&dojob.checknrun().unwrap(), "hopeless"), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn every_try_starts_with_fresh_storage_and_knows_its_number() {
        let seen = Lines::new();
        let log = seen.clone();
        let job = DynJob::new("counts").tries(3).retry_delay(0).storage(|_| 0).check(|_, _| false).run(
            move |runs: &mut u32, ctx: &Context| {
                *runs += 1;
                log.push(format!("try {}, {} of {runs}", ctx.try_number(), ctx.phase()));
            },
        );
        DoJobber::new().add(job).root_named("counts").checknrun().unwrap();
        assert_eq!(seen.take(), ["try 1 of 3, run of 1", "try 2 of 3, run of 1", "try 3 of 3, run of 1"]);
    }

    /// What it does shows when somebody looks for the third time.
    #[derive(Default)]
    struct Config;

    #[job(tries = 2, retry_delay = 0)]
    impl Config {
        fn check(&self, global: &Global) -> Result<bool> {
            Ok(global.update("looks", |looks: u32| looks + 1)? > 2)
        }

        fn run(&self) {}
    }

    #[job]
    fn restart(config: Changed<Config>, global: &Global) -> Result {
        global.set("restarted", config.get())
    }

    #[test]
    fn a_check_that_holds_behind_the_run_of_an_earlier_try_holds_after_run() {
        for slots in [1, 2] {
            let report = DoJobber::new().root::<restart>().workers(slots).checknrun().unwrap();
            assert_eq!(report.job("Config").unwrap().tries().len(), 2);
            assert_eq!(report.status("Config"), Some(Status::Changed));
            assert!(report.global().get::<bool>("restarted").unwrap());
        }
    }

    #[test]
    fn a_check_that_holds_in_a_later_try_holds_at_once_if_none_has_run() {
        let unsure = DynJob::new("Unsure").tries(2).retry_delay(0).check(|ctx| {
            if ctx.try_number().number == 1 {
                unsure!("it is too dark");
            }
            Ok(())
        });
        let report = DoJobber::new().add(unsure.run(|_| ())).root_named("Unsure").checknrun().unwrap();
        assert_eq!(report.status("Unsure"), Some(Status::Ok));
    }

    #[test]
    fn the_report_keeps_the_last_error_of_a_job_that_passed_in_the_end() {
        let flaky = DynJob::new("flaky").tries(3).retry_delay(0).run(|ctx| -> Result {
            ensure!(ctx.try_number().is_last(), "try {} failed", ctx.try_number().number);
            Ok(())
        });
        let report = DoJobber::new().add(flaky).root_named("flaky").checknrun().unwrap();
        assert_eq!(report.status("flaky"), Some(Status::Changed));
        assert_eq!(report.error("flaky").unwrap().to_string(), "try 2 failed");
        let passed: Vec<_> = report.job("flaky").unwrap().tries().iter().map(|one| one.passed()).collect();
        assert_eq!(passed, [false, false, true]);
    }
}

/// R7.
mod cleanups {
    use super::*;

    /// A job whose clean-up notes that it was called.
    fn noting(name: &'static str, notes: &Lines) -> DynJob {
        let notes = notes.clone();
        DynJob::new(name).tries(1).run(|_| ()).cleanup(move |ctx| {
            notes.push(format!("{name} {}", ctx.phase()));
            ctx.global().set(name, "cleaned up")
        })
    }

    fn failing(name: &'static str, notes: &Lines) -> DynJob {
        let notes = notes.clone();
        DynJob::new(name).tries(1).run(|_| ()).cleanup(move |_| -> Result {
            notes.push(name);
            bail!("{name} is stuck")
        })
    }

    #[test]
    fn are_called_backwards_once_for_every_try_that_entered_run() {
        let notes = Lines::new();
        let note = notes.clone();
        let mut dojob = DoJobber::new();
        dojob
            .add(noting("first", &notes))
            .add(noting("holds", &notes).check(|_| true))
            .add(
                DynJob::new("retried")
                    .deps(["first", "holds"])
                    .tries(2)
                    .retry_delay(0)
                    .run(|_| false)
                    .cleanup(move |ctx| note.push(format!("retried {}", ctx.try_number()))),
            )
            .add(noting("never", &notes).deps(["retried"]));
        let report = dojob.root_named("never").checknrun().unwrap();
        assert_eq!(notes.take(), ["retried 2 of 2", "retried 1 of 2", "first cleanup"]);
        let called: Vec<_> = report.cleanups().map(|cleanup| (cleanup.job.name(), cleanup.number)).collect();
        assert_eq!(called, [("retried", 2), ("retried", 1), ("first", 1)]);
    }

    #[test]
    fn see_the_storage_of_their_try() {
        let notes = Lines::new();
        let note = notes.clone();
        let job = DynJob::new("stores")
            .tries(2)
            .retry_delay(0)
            .storage(|ctx| format!("made for {}", ctx.try_number()))
            .run(|_, _| false)
            .cleanup(move |storage, _| note.push(storage));
        DoJobber::new().add(job).root_named("stores").checknrun().unwrap();
        assert_eq!(notes.take(), ["made for 2 of 2", "made for 1 of 2"]);
    }

    #[test]
    fn one_that_fails_stops_no_other_but_the_run_is_no_success() {
        let notes = Lines::new();
        let mut dojob = DoJobber::new();
        dojob
            .lines_to(Lines::new())
            .add(noting("first", &notes))
            .add(failing("second", &notes).deps(["first"]))
            .add(failing("third", &notes).deps(["second"]));
        let report = dojob.root_named("third").checknrun().unwrap();
        assert_eq!(notes.take(), ["third", "second", "first cleanup"]);
        assert!(report.jobs().all(|job| job.status() == Some(Status::Changed)));
        assert!(report.failure() && report.partial_success() && dojob.failure());
        let errors: Vec<_> = report.cleanups().filter_map(|cleanup| cleanup.error).map(Error::to_string).collect();
        assert_eq!(errors, ["third is stuck", "second is stuck"]);
    }

    #[test]
    fn can_be_left_for_later_and_are_called_once() {
        let notes = Lines::new();
        let mut dojob = DoJobber::new();
        dojob.add(noting("only", &notes)).root_named("only").auto_cleanup(false);
        let report = dojob.checknrun().unwrap();
        assert!(report.success() && notes.take().is_empty());

        dojob.cleanup().unwrap();
        assert_eq!(notes.take(), ["only cleanup"]);
        assert_eq!(report.cleanups().len(), 0, "that report was made before");
        let report = dojob.report().unwrap();
        assert_eq!(report.cleanups().len(), 1);
        assert_eq!(report.global().get::<String>("only").unwrap(), "cleaned up");

        dojob.cleanup().unwrap();
        assert!(notes.take().is_empty());
    }

    /// R8: where they are left, they are not called by a run that is to change nothing.
    #[test]
    fn are_still_left_behind_a_run_in_no_act() {
        for is_async in [false, true] {
            let notes = Lines::new();
            let mut dojob = DoJobber::new();
            dojob.add(noting("only", &notes)).root_named("only").auto_cleanup(false);
            assert!(dojob.checknrun().unwrap().success());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            dojob.no_act(true);
            let checked = if is_async { runtime.block_on(dojob.checknrun_async()) } else { dojob.checknrun() }.unwrap();
            assert_eq!(checked.status("only"), Some(Status::WouldRun));
            assert!(notes.take().is_empty());

            dojob.no_act(false);
            assert!(dojob.checknrun().unwrap().success());
            assert_eq!(notes.take(), ["only cleanup"], "the next run that acts does them first");
            dojob.cleanup().unwrap();
            assert_eq!(notes.take(), ["only cleanup"]);
        }
    }

    #[test]
    fn that_fail_when_called_by_hand_are_an_error_that_names_them_all() {
        let notes = Lines::new();
        let lines = Lines::new();
        let mut dojob = DoJobber::new();
        dojob
            .auto_cleanup(false)
            .lines_to(lines.clone())
            .add(failing("oven", &notes))
            .add(failing("fridge", &notes).deps(["oven"]))
            .root_named("fridge");
        assert!(dojob.checknrun().unwrap().success());
        let error = dojob.cleanup().unwrap_err();
        assert_eq!(error.to_string(), "2 clean-ups failed: fridge: fridge is stuck; oven: oven is stuck");
        assert_eq!(error.failed().map(|(job, _)| job).collect::<Vec<_>>(), ["fridge", "oven"]);
        assert_eq!(
            lines.take(),
            [r#"fridge.cleanup: fail "fridge is stuck""#, r#"oven.cleanup: fail "oven is stuck""#]
        );
        assert!(dojob.failure(), "the verdict counts them");
    }

    #[test]
    fn are_none_before_the_first_run() {
        DoJobber::new().cleanup().unwrap();
    }
}

/// R11.
mod again {
    use super::*;

    #[test]
    fn a_second_run_starts_afresh() {
        let runs = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&runs);
        let mut dojob = DoJobber::new();
        dojob.default_retry_delay(0).root_named("job").add(
            DynJob::new("job").tries(2).check(|ctx| ctx.global().contains("done")).run(move |ctx| -> Result {
                // Only the fourth call, which is the second run's second, succeeds.
                ensure!(counter.fetch_add(1, Ordering::SeqCst) == 3, "not yet");
                ctx.global().set("done", true)
            }),
        );
        assert!(!dojob.success() && !dojob.partial_success() && dojob.failure() && dojob.report().is_none());

        let first = dojob.checknrun().unwrap();
        assert_eq!((first.status("job"), first.job("job").unwrap().tries().len()), (Some(Status::Failed), 2));
        let second = dojob.checknrun().unwrap();
        assert_eq!((second.status("job"), second.job("job").unwrap().tries().len()), (Some(Status::Changed), 2));
        let third = dojob.checknrun().unwrap();
        assert_eq!(third.status("job"), Some(Status::Failed), "global storage is new");

        assert_eq!(first.status("job"), Some(Status::Failed), "a report stays as it was");
        assert!(second.success() && dojob.failure());
    }

    #[test]
    fn clean_ups_that_are_due_come_first() {
        let notes = Lines::new();
        let (run, cleanup) = (notes.clone(), notes.clone());
        let mut dojob = DoJobber::new();
        dojob.auto_cleanup(false).root_named("tent").add(
            DynJob::new("tent")
                .run(move |ctx| {
                    run.push("pitched");
                    ctx.global().update("pegs", |pegs: u32| pegs + 4).map(drop)
                })
                .cleanup(move |ctx| -> Result {
                    cleanup.push(format!("struck, {} pegs", ctx.global().get::<u32>("pegs")?));
                    Ok(())
                }),
        );
        dojob.checknrun().unwrap();
        assert_eq!(notes.take(), ["pitched"]);
        dojob.checknrun().unwrap();
        assert_eq!(notes.take(), ["struck, 4 pegs", "pitched"]);
        dojob.auto_cleanup(true).checknrun().unwrap();
        assert_eq!(notes.take(), ["struck, 4 pegs", "pitched", "struck, 4 pegs"]);
    }

    #[test]
    fn a_run_that_is_refused_leaves_the_last_one_alone() {
        let notes = Lines::new();
        let cleanup = notes.clone();
        let mut dojob = DoJobber::new();
        dojob
            .auto_cleanup(false)
            .root_named("tent")
            .add(DynJob::new("tent").run(|_| ()).cleanup(move |_| cleanup.push("struck")));
        dojob.checknrun().unwrap();
        dojob.root_named("nowhere").checknrun().unwrap_err();
        assert!(dojob.success() && notes.take().is_empty());
        dojob.cleanup().unwrap();
        assert_eq!(notes.take(), ["struck"]);
    }

    #[test]
    fn what_somebody_has_looked_at_is_what_is_run() {
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("a").run(|_| ())).root_named("a");
        let plan = dojob.plan().unwrap();
        dojob.add(DynJob::new("b").run(|_| ())).root_named("b");
        assert_eq!(dojob.checknrun_plan(plan).unwrap().jobs().len(), 1);
        assert_eq!(dojob.checknrun().unwrap().jobs().len(), 2);
    }
}

mod cancelling {
    use super::*;

    #[test]
    fn ends_the_run_and_calls_the_clean_ups() {
        let notes = Lines::new();
        let note = notes.clone();
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        dojob
            .add(DynJob::new("before").run(|_| ()).cleanup(move |_| note.push("cleaned up")))
            .add(DynJob::new("cancels").deps(["before"]).tries(5).run(move |_| -> Result {
                cancel.cancel();
                bail!("interrupted")
            }))
            .add(DynJob::new("beside").deps(["before"]).run(|_| ()))
            .add(DynJob::new("all").deps(["cancels", "beside"]));
        let report = dojob.root_named("all").checknrun().unwrap();
        let status = |job| report.status(job).unwrap();
        assert_eq!(status("before"), Status::Changed);
        assert_eq!((status("cancels"), report.job("cancels").unwrap().tries().len()), (Status::Cancelled, 1));
        assert_eq!(report.error("cancels").unwrap().to_string(), "interrupted");
        assert_eq!((status("beside"), status("all")), (Status::Cancelled, Status::Cancelled));
        assert_eq!(notes.take(), ["cleaned up"]);
        assert!(report.failure() && report.partial_success());
    }

    #[test]
    fn ends_a_wait() {
        /// Somebody cancels the run while it waits.
        struct Impatient(VirtualClock, CancelHandle);

        impl Clock for Impatient {
            fn now(&self) -> Duration {
                self.0.now()
            }

            fn wait_until(&self, when: Duration, alarm: &Alarm) {
                self.1.cancel();
                self.0.wait_until(when, alarm);
            }
        }

        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        dojob.clock(Impatient(VirtualClock::new(), cancel)).root_named("waits");
        dojob.add(DynJob::new("waits").retry_delay(3600).run(|_| false));
        let report = dojob.checknrun().unwrap();
        assert_eq!((report.status("waits"), report.elapsed()), (Some(Status::Cancelled), Duration::ZERO));
    }

    #[test]
    fn lasts_for_one_run() {
        let runs = AtomicU32::new(0);
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let first_cancels = cancel.clone();
        dojob
            .add(DynJob::new("below").run(move |_| {
                if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                    first_cancels.cancel();
                }
            }))
            .add(DynJob::new("above").deps(["below"]).run(|_| ()));
        dojob.root_named("above");
        assert_eq!(dojob.checknrun().unwrap().status("above"), Some(Status::Cancelled));
        assert_eq!(dojob.checknrun().unwrap().status("above"), Some(Status::Changed));
        cancel.cancel();
        assert!(dojob.checknrun().unwrap().success(), "no run was under way");
    }
}

/// R8.
mod no_act {
    use super::*;

    fn never(what: &'static str) -> impl Fn(&Context) -> Result + Send + Sync {
        move |_| panic!("{what} was called")
    }

    #[test]
    fn only_checks() {
        let checks = Lines::new();
        let note = |passes: bool| {
            let checks = checks.clone();
            move |ctx: &Context| {
                checks.push(format!("{} {} {}", ctx.job(), ctx.phase(), ctx.no_act()));
                passes
            }
        };
        let mut dojob = DoJobber::new();
        dojob
            .no_act(true)
            .add(DynJob::new("holds").check(note(true)).run(never("run")).cleanup(never("cleanup")))
            .add(DynJob::new("missing").check(note(false)).run(never("run")).cleanup(never("cleanup")))
            .add(DynJob::new("run-only").run(never("run")).cleanup(never("cleanup")))
            .add(DynJob::new("above").deps(["holds", "missing", "run-only"]).check(never("check")))
            .add(DynJob::new("broken").try_storage(|_| Err::<(), _>("no oven")).check(|(), _| true))
            .add(DynJob::new("beside").deps(["holds"]).check(note(true)))
            .add(DynJob::new("all").deps(["above", "broken", "beside"]));
        let report = dojob.root_named("all").checknrun().unwrap();

        assert_eq!(checks.take(), ["holds check true", "missing check true", "beside check true"]);
        let status = |job| report.status(job).unwrap();
        assert_eq!((status("holds"), status("beside")), (Status::Ok, Status::Ok));
        assert_eq!((status("missing"), status("run-only")), (Status::WouldRun, Status::WouldRun));
        assert_eq!(
            (status("broken"), status("above"), status("all")),
            (Status::Failed, Status::Unknown, Status::Unknown)
        );
        assert_eq!(report.job("broken").unwrap().tries().len(), 1, "nothing is retried");
        assert_eq!(report.error("missing").unwrap().kind(), ErrorKind::ReturnedFalse);
        assert_eq!(report.error("run-only").unwrap().kind(), ErrorKind::RunOnly);
        let unknown_because: Vec<_> = report.job("all").unwrap().blocked_by().map(PlannedJob::name).collect();
        assert_eq!(unknown_because, ["missing", "run-only", "broken"]);
        assert!(report.no_act() && report.failure() && report.partial_success());
        assert_eq!(report.cleanups().len(), 0);
    }

    #[test]
    fn succeeds_where_nothing_is_left_to_do() {
        let mut dojob = DoJobber::new();
        dojob.no_act(true).add(DynJob::new("holds").check(|_| true).run(never("run"))).root_named("holds");
        assert!(dojob.checknrun().unwrap().success());
    }

    #[test]
    fn is_for_this_run_only() {
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("job").run(|_| ())).root_named("job");
        assert_eq!(dojob.no_act(true).checknrun().unwrap().status("job"), Some(Status::WouldRun));
        assert_eq!(dojob.no_act(false).checknrun().unwrap().status("job"), Some(Status::Changed));
    }
}

/// R10. One test, since all tests share the directory of their process.
#[test]
fn each_phase_can_start_in_the_directory_where_the_run_was_started() {
    let home = env::current_dir().unwrap();
    let elsewhere = env::temp_dir().canonicalize().unwrap();
    assert_ne!(home, elsewhere);
    let seen = Lines::new();
    let mut dojob = DoJobber::new();
    dojob.root_named("second");
    for (name, deps) in [("first", &[][..]), ("second", &["first"])] {
        let (seen, elsewhere) = (seen.clone(), elsewhere.clone());
        let wander = move |ctx: &Context| -> Result<bool> {
            seen.push(format!("{} {}: {}", ctx.job(), ctx.phase(), env::current_dir()?.display()));
            env::set_current_dir(&elsewhere)?;
            Ok(ctx.phase() == Phase::Recheck)
        };
        let (run, cleanup) = (wander.clone(), wander.clone());
        dojob.add(
            DynJob::new(name)
                .deps(deps.iter().copied())
                .tries(1)
                .check(wander)
                .run(run)
                .cleanup(move |ctx| cleanup(ctx).map(drop)),
        );
    }
    let phases = |first: &Path, then: &Path| -> Vec<String> {
        let of = |job: &str, phase: &str, at: &Path| format!("{job} {phase}: {}", at.display());
        let mut lines = vec![of("first", "check", first)];
        lines.extend(["run", "recheck"].map(|phase| of("first", phase, then)));
        lines.extend(["check", "run", "recheck"].map(|phase| of("second", phase, then)));
        lines.extend(["second", "first"].map(|job| of(job, "cleanup", then)));
        lines
    };

    dojob.restore_dir(true).checknrun().unwrap();
    assert_eq!(seen.take(), phases(&home, &home));
    env::set_current_dir(&home).unwrap();

    dojob.restore_dir(false).checknrun().unwrap();
    assert_eq!(seen.take(), phases(&home, &elsewhere));
    env::set_current_dir(&home).unwrap();

    // Async functions, and blocking ones of the same job.
    let mut dojob = DoJobber::new();
    let wander = |seen: &Lines, elsewhere: &Path, ctx: &Context| {
        seen.push(format!("job {}: {}", ctx.phase(), env::current_dir().unwrap().display()));
        env::set_current_dir(elsewhere).unwrap();
    };
    let [check, run, cleanup] = [(); 3].map(|()| (seen.clone(), elsewhere.clone()));
    let job = DynJob::new("job")
        .check(move |ctx| {
            wander(&check.0, &check.1, ctx);
            ctx.phase() == Phase::Recheck
        })
        .run_async(move |ctx| {
            wander(&run.0, &run.1, ctx);
            Box::pin(async {})
        })
        .cleanup_async(move |ctx| {
            wander(&cleanup.0, &cleanup.1, ctx);
            Box::pin(async {})
        });
    dojob.add(job).root_named("job").restore_dir(true).checknrun().unwrap();
    let at_home = ["check", "run", "recheck", "cleanup"].map(|phase| format!("job {phase}: {}", home.display()));
    assert_eq!(seen.take(), at_home);
    env::set_current_dir(&home).unwrap();

    let error = dojob.workers(2).checknrun().unwrap_err().to_string();
    let one = "`restore_dir(true)` needs one slot, but there are 2, and all tries share one working directory";
    assert_eq!(error, format!("the jobs can't be run: {one}"));
}
