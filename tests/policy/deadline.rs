//! The time of a whole run (R20), and how those jobs end that never passed.

use super::*;

#[test]
fn a_run_ends_when_its_time_is_over() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let mut dojob =
            alone(how.cleanup(how.run(DynJob::new("job").retry_delay(4).tries(9), |_| bail!("no")), |_| ()));
        dojob.add(how.run(DynJob::new("above").deps(["job"]), |_| Ok(()))).root_named("above").deadline(10);
        let lines = hear(&mut dojob);
        let report = how.go(&mut dojob, &clock);
        assert_eq!(starts(&report, "job"), [0.0, 4.0, 8.0], "{how:?}");
        assert_eq!((report.status("job"), report.status("above")), (Some(Status::Cancelled), Some(Status::Cancelled)));
        assert_eq!(report.error("job").unwrap().to_string(), "no");
        assert_eq!((report.elapsed(), report.cleanups().len()), (seconds(10.0), 3), "{how:?}");
        assert_eq!(lines.take().iter().filter(|line| *line == "cancelled").count(), 1, "{how:?}");
    }
}

#[test]
fn a_job_is_told_of_whatever_time_ends_first() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let left = |ctx: &Context| ctx.time_left().unwrap();
        let of_job = clock.clone();
        let job = how.run(DynJob::new("job").timeout(5), move |ctx| {
            assert_eq!(left(ctx), seconds(5.0));
            of_job.advance(seconds(4.0));
            assert_eq!(left(ctx), seconds(1.0));
            Ok(())
        });
        let of_next = clock.clone();
        let next = how.run(DynJob::new("next").timeout(5).deps(["job"]), move |ctx| {
            assert_eq!(left(ctx), seconds(3.0));
            of_next.advance(seconds(3.0));
            assert!(ctx.is_cancelled() && left(ctx).is_zero());
            Ok(())
        });
        let mut dojob = alone(job);
        dojob.add(next).add(how.run(DynJob::new("last").deps(["next"]), |_| Ok(()))).root_named("last").deadline(7);
        let report = how.go(&mut dojob, &clock);
        // What returns in good order has passed.
        let statuses = ["job", "next", "last"].map(|job| report.status(job).unwrap());
        assert_eq!(
            statuses,
            [Status::Changed, Status::Changed, Status::Cancelled],
            "{how:?} {:?}",
            report.error("job")
        );
    }
}

#[test]
fn each_job_ends_as_it_did() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let mut dojob = DoJobber::new();
        let fails = |name: &str| how.run(DynJob::new(name).retry_delay(3), |_| bail!("no"));
        let passes = |name: &str| {
            how.run(how.check(DynJob::new(name), |ctx| Ok(ctx.job() == "ok" || ctx.phase() == Phase::Recheck)), |_| {
                Ok(())
            })
        };
        dojob
            .deadline(20)
            .add(passes("ok"))
            .add(passes("changed").deps(["ok"]))
            .add(passes("skipped").deps(["changed"]).when(|_| false))
            .add(fails("failed").deps(["skipped"]))
            .add(passes("blocked").deps(["failed"]))
            .add(passes("above").deps(["blocked", "ok"]))
            .add(fails("cancelled").tries(99))
            .add(passes("never").deps(["cancelled"]))
            .add(passes("both").deps(["cancelled", "failed"]))
            .root_named("above")
            .root_named("never")
            .root_named("both");
        let report = how.go(&mut dojob, &clock);
        for (job, status) in [
            ("ok", Status::Ok),
            ("changed", Status::Changed),
            ("skipped", Status::Skipped),
            ("failed", Status::Failed),
            ("blocked", Status::Blocked),
            ("above", Status::Blocked),
            ("cancelled", Status::Cancelled),
            ("never", Status::Cancelled),
            ("both", Status::Blocked),
        ] {
            assert_eq!(report.status(job), Some(status), "{how:?} {job}");
        }
        assert!(report.failure() && report.partial_success());
        let blockers = report.job("above").unwrap().blocked_by().map(|job| job.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(blockers, ["failed"]);
        assert_eq!(report.job("never").unwrap().blocked_by().len(), 0);
    }
}

#[test]
fn no_run_is_entered_behind_it() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let of_check = clock.clone();
        let job = how.check(DynJob::new("job"), move |_| {
            of_check.advance(seconds(10.0));
            Ok(false)
        });
        let mut dojob = alone(how.run(job, |_| panic!("no run follows")));
        let report = how.go(dojob.deadline(5), &clock);
        assert_eq!(report.status("job"), Some(Status::Cancelled), "{how:?} {:?}", report.error("job"));
    }
}

#[test]
fn a_clean_up_has_none() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let of_run = clock.clone();
        let job = how.run(DynJob::new("job").timeout(20), move |_| {
            of_run.advance(seconds(10.0));
            Ok(())
        });
        let job = how.cleanup(job, |ctx| assert_eq!((ctx.time_left(), ctx.is_cancelled()), (None, false)));
        let report = how.go(alone(job).deadline(5), &clock);
        assert_eq!(report.cleanups().map(|one| one.error.is_none()).collect::<Vec<_>>(), [true], "{how:?}");
    }
}
