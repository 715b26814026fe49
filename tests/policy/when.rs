//! Conditions, of jobs, groups and members.

use super::*;

#[derive(Clone)]
struct Water {
    plant: &'static str,
}

/// Each member is asked.
#[job(each = plants, name = "water {plant}", when = is_thirsty)]
impl Water {
    fn check(&self, global: &Global) -> bool {
        global.contains(self.plant)
    }

    async fn run(&self, global: &Global) -> Result {
        tokio::task::yield_now().await;
        global.set(self.plant, "wet")
    }

    fn cleanup(&self) {}
}

fn plants() -> [Water; 3] {
    ["fern", "cactus", "rose"].map(|plant| Water { plant })
}

async fn is_thirsty(ctx: &Context) -> Result<bool> {
    tokio::task::yield_now().await;
    ensure!(ctx.job() != "water rose" || ctx.arg("has_hygrometer")?, "nobody knows");
    Ok(ctx.job() != "water cactus")
}

#[job(when = is_summer, deps = [Water])]
struct Garden;

fn is_summer(ctx: &Context) -> Result<bool> {
    ctx.arg("is_summer")
}

#[job(deps = [Garden], when = is_summer)]
fn mow() {}

#[job(deps = [mow])]
fn rest() {}

fn dojob(no_act: bool, is_summer: bool, has_hygrometer: bool) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<rest>().default_tries(2).no_act(no_act).arg("is_summer", is_summer);
    dojob.arg("has_hygrometer", has_hygrometer);
    dojob
}

fn statuses(report: &Report) -> Vec<Status> {
    let jobs = ["water fern", "water cactus", "water rose", "Garden", "mow", "rest"];
    jobs.map(|job| report.status(job).unwrap()).to_vec()
}

fn go(way: Way, dojob: &mut DoJobber) -> Report {
    How { way, code: Code::Mixed }.go(dojob, &VirtualClock::new())
}

#[test]
fn what_is_not_due_is_skipped_and_lets_others_pass() {
    for way in WAYS {
        let report = go(way, &mut dojob(false, true, true));
        let (changed, skipped) = (Status::Changed, Status::Skipped);
        assert_eq!(statuses(&report), [changed, skipped, changed, Status::Ok, changed, changed], "{way:?}");
        let report = go(way, &mut dojob(false, false, true));
        assert_eq!(statuses(&report), [changed, skipped, changed, skipped, skipped, changed], "{way:?}");
        assert!(report.success());
        assert_eq!(report.error("mow").unwrap().kind(), ErrorKind::Skipped);
        assert_eq!(phases(&report, "mow").len(), 0);
        assert_eq!(report.cleanups().len(), 2, "{way:?}");
    }
}

#[test]
fn one_that_fails_is_a_failed_try() {
    for way in WAYS {
        let report = go(way, &mut dojob(false, true, false));
        let blocked = Status::Blocked;
        let golden = [Status::Changed, Status::Skipped, Status::Failed, blocked, blocked, blocked];
        assert_eq!(statuses(&report), golden, "{way:?}");
        assert_eq!(report.error("water rose").unwrap().to_string(), "nobody knows");
        assert_eq!(starts(&report, "water rose"), [0.0, 1.0], "{way:?}");
        assert_eq!(phases(&report, "water rose"), ["check fail"; 2], "{way:?}");
        assert_eq!(report.cleanups().len(), 1);
    }
}

#[test]
fn no_act_asks_too() {
    for way in WAYS {
        let (would, unknown) = (Status::WouldRun, Status::Unknown);
        let report = go(way, &mut dojob(true, false, true));
        assert_eq!(statuses(&report), [would, Status::Skipped, would, unknown, unknown, unknown], "{way:?}");
        let report = go(way, &mut dojob(true, false, false));
        assert_eq!(statuses(&report), [would, Status::Skipped, Status::Failed, unknown, unknown, unknown], "{way:?}");
        let blockers = report.job("rest").unwrap().blocked_by().map(|job| job.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(blockers, ["water fern", "water rose"], "{way:?}");
        assert_eq!(report.cleanups().len(), 0);
    }
}

#[test]
fn jobs_made_by_code_are_asked_at_every_try() {
    for how in every_way() {
        let asked = Arc::new(AtomicU32::new(0));
        let times = Arc::clone(&asked);
        let job = how.run(DynJob::new("job"), |_| bail!("no")).retry_delay(2);
        let job = job.when(move |ctx| -> Result<bool> {
            times.fetch_add(1, Ordering::SeqCst);
            ensure!(ctx.try_number().number != 2, "nobody knows");
            Ok(!ctx.try_number().is_last())
        });
        let report = how.go(&mut alone(how.cleanup(job, |_| ())), &VirtualClock::new());
        assert_eq!((report.status("job"), asked.load(Ordering::SeqCst)), (Some(Status::Skipped), 3), "{how:?}");
        assert_eq!(phases(&report, "job"), ["check fail", "run fail", "recheck fail", "check fail"], "{how:?}");
        assert_eq!((starts(&report, "job"), report.cleanups().len()), (vec![0.0, 2.0, 4.0], 1), "{how:?}");
    }
}
