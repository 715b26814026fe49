//! Rechecks that are repeated (R5).

use super::*;

/// A job whose goal shows so many seconds after its run has returned, which takes one.
fn shows_after(how: How, clock: &VirtualClock, shows: f64) -> DynJob {
    let (of_check, of_run) = (clock.clone(), clock.clone());
    let ran = Arc::new(AtomicU32::new(0));
    let has_run = Arc::clone(&ran);
    let job = how.check(DynJob::new("job").settle_interval(1).tries(1), move |_| {
        let (now, ran) = (of_check.now(), u64::from(has_run.load(Ordering::SeqCst)));
        ensure!(ran > 0 && now >= milliseconds(ran) + seconds(shows), "nothing at {}", now.as_millis());
        Ok(true)
    });
    let job = how.run(job, move |_| {
        of_run.advance(seconds(1.0));
        ran.store(u32::try_from(of_run.now().as_millis()).unwrap(), Ordering::SeqCst);
        Ok(())
    });
    how.cleanup(job, |_| ())
}

/// When which of them was said to be rechecked again, in seconds.
fn rechecks(dojob: &mut DoJobber) -> Lines {
    let lines = Lines::new();
    let heard = lines.clone();
    dojob.on_event(move |_, event| {
        if let EventKind::Settling { recheck_at, number, .. } = &event.kind {
            heard.push(format!("{number} {} {}", event.at.as_secs_f64(), recheck_at.as_secs_f64()));
        }
    });
    lines
}

#[test]
fn what_shows_late_has_changed() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let mut dojob = alone(shows_after(how, &clock, 2.5).settle(10));
        let (rechecks, lines) = (rechecks(&mut dojob), Lines::new());
        dojob.clock(clock.clone()).verbose(true).lines_to(lines.clone());
        let report = how.way.run(&mut dojob);
        assert_eq!(report.status("job"), Some(Status::Changed), "{how:?}");
        assert_eq!(rechecks.take(), ["1 1 2", "1 2 3", "1 3 4"], "{how:?}");
        assert_eq!(report.elapsed(), seconds(4.0), "{how:?}");
        assert_eq!(lines.take(), ["job.check: fail", "job.run: pass", "job.recheck: pass"], "{how:?}");
        assert_eq!(report.cleanups().len(), 1);
    }
}

#[test]
fn the_last_recheck_is_at_the_end_and_alone_is_told() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let mut dojob = alone(shows_after(how, &clock, 60.0).settle(2.5).tries(2));
        let (rechecks, lines) = (rechecks(&mut dojob), Lines::new());
        dojob.clock(clock.clone()).verbose(true).lines_to(lines.clone());
        let report = how.way.run(&mut dojob);
        assert_eq!(report.status("job"), Some(Status::Failed), "{how:?}");
        let again = ["1 1 2", "1 2 3", "1 3 3.5", "2 4.5 5.5", "2 5.5 6.5", "2 6.5 7"];
        assert_eq!(rechecks.take(), again, "{how:?}");
        assert_eq!(report.error("job").unwrap().to_string(), "nothing at 7000");
        let told = ["job.check: fail", "job.run: pass", r#"job.recheck: fail "nothing at 3500""#];
        let told_again = ["job.check: fail", "job.run: pass", r#"job.recheck: fail "nothing at 7000""#];
        assert_eq!(lines.take(), [told, told_again].concat(), "{how:?}");
        assert_eq!(report.cleanups().len(), 2);
    }
}

#[test]
fn what_settles_holds_its_limits_and_no_slot() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let mut dojob = alone(shows_after(how, &clock, 3.0).settle(10).limit("db"));
        dojob
            .limit("db", 1)
            .add(how.run(DynJob::new("limited").limit("db"), |_| Ok(())))
            .add(how.run(DynJob::new("below"), |_| Ok(())))
            .add(how.run(DynJob::new("free").deps(["below"]), |_| Ok(())));
        let report = how.go(dojob.root_named("limited").root_named("free"), &clock);
        assert!(report.success());
        // With more slots than one, it starts beside the run, which takes a second.
        let free = starts(&report, "free")[0];
        assert!(free <= 1.0, "{how:?}: {free}");
        assert_eq!(starts(&report, "limited"), [4.0], "{how:?}");
    }
}

#[test]
fn the_first_failure_does_not_keep_it_from_settling() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let mut dojob = alone(shows_after(how, &clock, 2.0).settle(10));
        dojob
            .fail_fast(true)
            .add(how.run(DynJob::new("fails").deps(["below"]).tries(1), |_| bail!("no")))
            .add(how.run(DynJob::new("below"), |_| Ok(())))
            .add(how.run(DynJob::new("above").deps(["job"]), |_| Ok(())));
        let report = how.go(dojob.root_named("fails").root_named("above"), &clock);
        assert_eq!(report.status("job"), Some(Status::Changed), "{how:?}");
        assert_eq!(report.status("above"), Some(Status::Cancelled), "{how:?}");
        assert_eq!(report.cleanups().len(), 1);
    }
}

#[test]
fn what_is_cancelled_while_it_settles_says_what_it_waited_for() {
    for how in every_way() {
        for by_deadline in [true, false] {
            let clock = VirtualClock::new();
            let mut dojob = alone(shows_after(how, &clock, 60.0).settle(90).tries(3));
            let lines = Lines::new();
            if by_deadline {
                dojob.deadline(3.5);
            } else {
                let cancel = dojob.cancel_handle();
                dojob.on_event(move |_, event| {
                    if event.at == seconds(3.0) && matches!(event.kind, EventKind::Settling { .. }) {
                        cancel.cancel();
                    }
                });
            }
            dojob.clock(clock.clone()).verbose(true).lines_to(lines.clone());
            let report = how.way.run(&mut dojob);
            let what = format!("{how:?} {by_deadline}");
            let error = report.error("job").unwrap();
            assert_eq!((report.status("job"), error.kind()), (Some(Status::Cancelled), ErrorKind::Cancelled), "{what}");
            assert_eq!(error.chain(), ["the run was cancelled while it settled", "nothing at 3000"], "{what}");
            let golden = r#"job.recheck: fail "the run was cancelled while it settled""#;
            let mut told = lines.take();
            told.retain(|line| line != "cancelled");
            assert_eq!(told, ["job.check: fail", "job.run: pass", golden], "{what}");
            let ends = if by_deadline { 3.5 } else { 3.0 };
            assert_eq!((report.elapsed(), report.cleanups().len()), (seconds(ends), 1), "{what}");
        }
    }
}

#[test]
fn its_time_runs_while_it_settles() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let job = shows_after(how, &clock, 60.0).settle(90).timeout(3.5).tries(2).retry_delay(10);
        let report = how.go(&mut alone(job), &clock);
        let error = report.error("job").unwrap();
        assert_eq!((report.status("job"), error.kind()), (Some(Status::Failed), ErrorKind::TimedOut), "{how:?}");
        assert_eq!(error.chain(), ["timed out after 3.5 s", "nothing at 13000"], "{how:?}");
        assert_eq!(starts(&report, "job"), [0.0, 10.0], "{how:?}");
        assert_eq!((report.elapsed(), report.cleanups().len()), (seconds(13.5), 2), "{how:?}");
    }
}

#[test]
fn a_recheck_that_panics_is_repeated_and_one_that_fails_for_good_is_not() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let panics = how.check(DynJob::new("job").settle(3), |ctx| {
            assert!(ctx.phase() == Phase::Check, "out of order");
            Ok(false)
        });
        let mut dojob = alone(how.run(panics, |_| Ok(())).tries(1));
        let told = rechecks(&mut dojob);
        let report = how.go(&mut dojob, &clock);
        assert_eq!((told.take().len(), report.error("job").unwrap().kind()), (3, ErrorKind::Panicked), "{how:?}");
        let permanent = how.check(DynJob::new("job").settle(3), |ctx| {
            if ctx.phase() == Phase::Recheck {
                permanent!("for good");
            }
            Ok(false)
        });
        let mut dojob = alone(how.run(permanent, |_| Ok(())));
        let told = rechecks(&mut dojob);
        let report = how.go(&mut dojob, &clock);
        assert_eq!((told.take().len(), report.job("job").unwrap().tries().len()), (0, 1), "{how:?}");
    }
}

/// What it did may show all the same; for how long that is worth waiting for, the job has said.
#[test]
fn it_settles_also_where_run_failed() {
    for how in every_way() {
        for (shows, for_good) in [(2, false), (2, true), (60, false), (60, true)] {
            let what = format!("{how:?} {shows} {for_good}");
            let clock = VirtualClock::new();
            let of_check = clock.clone();
            let job = how.check(DynJob::new("job").settle(3).tries(2).retry_delay(0), move |ctx| {
                Ok(ctx.phase() == Phase::Recheck && of_check.now() >= seconds(f64::from(shows)))
            });
            let job = how.run(job, move |_| if for_good { permanent!("refused") } else { bail!("refused") });
            let report = how.go(&mut alone(job), &clock);
            let tries = report.job("job").unwrap().tries().len();
            if shows == 2 {
                assert_eq!((report.status("job"), tries), (Some(Status::Changed), 1), "{what}");
                assert_eq!(report.elapsed(), seconds(2.0), "{what}");
            } else {
                let expected = if for_good { (1, seconds(3.0)) } else { (2, seconds(6.0)) };
                assert_eq!((tries, report.elapsed()), expected, "{what}");
                let chain = ["check returned false", "refused"];
                assert_eq!(report.error("job").unwrap().chain()[..2], chain, "{what}");
            }
        }
    }
}
