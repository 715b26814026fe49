//! Errors that say what is to follow: `permanent!` and `unsure!` (R5).

use super::*;

fn blocked_by(report: &Report, job: &str) -> Vec<String> {
    report.job(job).unwrap().blocked_by().map(|job| job.name().to_owned()).collect()
}

/// With a job that needs it.
fn with_above(how: How, job: DynJob) -> DoJobber {
    let mut dojob = alone(job);
    let above = how.check(DynJob::new("above").deps(["job"]), |_| Ok(true));
    dojob.add(how.run(above, |_| Ok(()))).root_named("above");
    dojob
}

#[test]
fn a_check_that_fails_for_good_is_not_followed_by_anything() {
    for how in every_way() {
        let job = how.check(DynJob::new("job").tries(5), |_| permanent!("no such user"));
        let report = how.go(&mut with_above(how, how.run(job, |_| panic!("no run"))), &VirtualClock::new());
        let error = report.error("job").unwrap();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Permanent, "no such user".to_owned()));
        assert_eq!(phases(&report, "job"), ["check fail"], "{how:?}");
        assert_eq!((report.status("job"), report.status("above")), (Some(Status::Failed), Some(Status::Blocked)));
        assert_eq!(blocked_by(&report, "above"), ["job"]);
    }
}

#[test]
fn behind_a_run_that_fails_for_good_the_recheck_decides() {
    for how in every_way() {
        for passes in [true, false] {
            let job = how.check(DynJob::new("job").tries(5), move |ctx| Ok(passes && ctx.phase() == Phase::Recheck));
            let job = how.run(job, |_| permanent!("the list can't be written"));
            let report = how.go(&mut alone(job), &VirtualClock::new());
            let status = if passes { Status::Changed } else { Status::Failed };
            assert_eq!(report.status("job"), Some(status), "{how:?}");
            let recheck = if passes { "recheck pass" } else { "recheck fail" };
            assert_eq!(phases(&report, "job"), ["check fail", "run fail", recheck], "{how:?} {passes}");
        }
    }
}

#[test]
fn a_run_without_a_check_that_fails_for_good_is_the_last() {
    for how in every_way() {
        let job = how.run(DynJob::new("job").tries(5), |_| permanent!("refused"));
        let report = how.go(&mut alone(job), &VirtualClock::new());
        assert_eq!(phases(&report, "job"), ["check fail", "run fail", "recheck fail"], "{how:?}");
        assert_eq!(report.error("job").unwrap().kind(), ErrorKind::Permanent);
    }
}

#[test]
fn a_construction_that_fails_for_good_is_the_last() {
    for way in WAYS {
        for is_async in [false, true] {
            let job = DynJob::new("job").tries(5).try_storage(|_| -> Result { permanent!("no place") });
            let job = if is_async {
                job.check_async(|(), _| Box::pin(std::future::ready(true)))
            } else {
                job.check(|(), _| true)
            };
            let mut dojob = DoJobber::new();
            dojob.add(job.run(|(), _| ())).root_named("job");
            let report = How { way, code: Code::Blocking }.go(&mut dojob, &VirtualClock::new());
            assert_eq!((report.status("job"), phases(&report, "job").len()), (Some(Status::Failed), 1), "{way:?}");
        }
    }
}

#[test]
fn a_check_that_cannot_tell_is_asked_again_and_no_run_follows() {
    for how in every_way() {
        for answers in [true, false] {
            let job = how.check(DynJob::new("job").retry_delay(1), move |ctx| {
                if ctx.phase() == Phase::Check && !(answers && ctx.try_number().is_last()) {
                    unsure!("the server doesn't answer");
                }
                Ok(ctx.phase() == Phase::Recheck)
            });
            let report = how.go(&mut with_above(how, how.run(job, |_| Ok(()))), &VirtualClock::new());
            let error = report.error("job").unwrap();
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Unsure, "the server doesn't answer".to_owned()));
            let (status, above) =
                if answers { (Status::Changed, Status::Ok) } else { (Status::Failed, Status::Blocked) };
            assert_eq!((report.status("job"), report.status("above")), (Some(status), Some(above)), "{how:?}");
            let rest = if answers { &["check fail", "run pass", "recheck pass"][..] } else { &["check fail"] };
            assert_eq!(phases(&report, "job"), [&["check fail"; 2], rest].concat(), "{how:?}");
            assert_eq!(starts(&report, "job"), [0.0, 1.0, 2.0], "{how:?}");
        }
    }
}

#[test]
fn in_no_act_what_cannot_tell_is_unknown_and_what_fails_for_good_failed() {
    for how in every_way() {
        for is_unsure in [true, false] {
            let job = how.check(DynJob::new("job"), move |_| {
                if is_unsure {
                    unsure!("no answer");
                }
                permanent!("no such user")
            });
            let mut dojob = with_above(how, how.run(job, |_| panic!("no run")));
            let top = how.check(DynJob::new("top").deps(["above"]), |_| panic!("its check is not called"));
            dojob.add(how.run(top, |_| Ok(()))).root_named("top").no_act(true);
            let report = how.go(&mut dojob, &VirtualClock::new());
            let status = if is_unsure { Status::Unknown } else { Status::Failed };
            let statuses = ["job", "above", "top"].map(|job| report.status(job).unwrap());
            assert_eq!(statuses, [status, Status::Unknown, Status::Unknown], "{how:?}");
            assert_eq!(
                (blocked_by(&report, "above"), blocked_by(&report, "top")),
                (vec!["job".into()], vec!["job".into()])
            );
            assert_eq!(phases(&report, "job"), ["check fail"], "{how:?}");
            let kind = if is_unsure { ErrorKind::Unsure } else { ErrorKind::Permanent };
            assert_eq!(report.error("job").unwrap().kind(), kind);
        }
    }
}
