//! Time limits (R20).

use super::*;

fn error(report: &Report) -> (Option<Status>, ErrorKind, Vec<String>) {
    let error = report.error("job").unwrap();
    (report.status("job"), error.kind(), error.chain())
}

#[test]
fn nothing_of_a_try_follows_a_run_that_took_too_long() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let of_run = clock.clone();
        let job = how.check(DynJob::new("job").timeout(5).tries(2).settle(60), |ctx| Ok(ctx.phase() == Phase::Recheck));
        let job = how.run(job, move |ctx| {
            of_run.advance(seconds(10.0));
            ensure!(!ctx.try_number().is_last(), "too late anyway");
            Ok(())
        });
        let report = how.go(&mut alone(how.cleanup(job, |_| ())), &clock);
        let text = ["timed out after 5 s", "too late anyway"].map(str::to_owned).to_vec();
        assert_eq!(error(&report), (Some(Status::Failed), ErrorKind::TimedOut, text), "{how:?}");
        assert_eq!(phases(&report, "job"), ["check fail", "run fail", "check fail", "run fail"], "{how:?}");
        assert_eq!(report.cleanups().len(), 2, "{how:?}");
    }
}

#[test]
fn a_check_that_passes_too_late_has_failed() {
    for how in every_way() {
        for no_act in [false, true] {
            let clock = VirtualClock::new();
            let of_check = clock.clone();
            let job = how.check(DynJob::new("job").timeout(5).tries(1), move |_| {
                of_check.advance(seconds(5.0));
                Ok(true)
            });
            let mut dojob = alone(how.run(job, |_| panic!("no run follows")));
            let report = how.go(dojob.no_act(no_act), &clock);
            let expected = (Some(Status::Failed), ErrorKind::TimedOut, vec!["timed out after 5 s".to_owned()]);
            assert_eq!((error(&report), phases(&report, "job")), (expected, vec!["check fail".to_owned()]), "{how:?}");
        }
    }
}

#[test]
fn a_construction_that_takes_too_long_has_failed() {
    for way in WAYS {
        for is_async in [false, true] {
            let clock = VirtualClock::new();
            let of_new = clock.clone();
            let job = DynJob::new("job").timeout(5).tries(2).storage(move |_| of_new.advance(seconds(6.0)));
            let job = if is_async {
                job.check_async(|(), _| Box::pin(std::future::ready(true)))
            } else {
                job.check(|(), _| true)
            };
            let mut dojob = DoJobber::new();
            dojob.add(job.run(|(), _| -> Result { panic!("no run follows") })).root_named("job");
            let report = How { way, code: Code::Blocking }.go(&mut dojob, &clock);
            let error = error(&report);
            assert_eq!((error.0, error.1), (Some(Status::Failed), ErrorKind::TimedOut), "{way:?}");
            assert_eq!(phases(&report, "job"), ["check fail"; 2], "{way:?}");
            assert_eq!(starts(&report, "job"), [0.0, 6.0], "{way:?}");
        }
    }
}

#[test]
fn a_job_can_opt_out_of_the_default() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let takes = |name: &str| {
            let clock = clock.clone();
            how.run(DynJob::new(name).tries(1), move |ctx| {
                assert_eq!(ctx.time_left().is_some(), ctx.job() == "job");
                clock.advance(seconds(6.0));
                Ok(())
            })
        };
        let mut dojob = alone(takes("job"));
        dojob.add(takes("patient").timeout(Duration::MAX)).root_named("patient").default_timeout(5);
        // One behind the other, since time passes for all.
        let one = How { way: if how.way.slots() == 1 { how.way } else { Way::Threads(1) }, ..how };
        let report = one.go(&mut dojob, &clock);
        assert_eq!(report.status("patient"), Some(Status::Changed), "{how:?}");
        assert_eq!(error(&report).1, ErrorKind::TimedOut, "{how:?}");
    }
}

#[test]
fn blocking_code_that_ignores_it_keeps_its_slot_until_it_returns() {
    for how in every_way().filter(|how| how.code != Code::Async) {
        let (gate, has_waited) = (Gate::new(), AtomicBool::new(false));
        let waits = gate.clone();
        let job = how.check(DynJob::new("job").timeout(0.03).tries(99).retry_delay(0), |_| Ok(false));
        let job = how.run(job, move |ctx| {
            assert!(ctx.time_left().unwrap() <= milliseconds(30));
            if has_waited.swap(true, Ordering::SeqCst) {
                permanent!("no more");
            }
            waits.wait();
            Ok(())
        });
        let mut dojob = alone(how.cleanup(job, |_| ()));
        let lines = hear(&mut dojob);
        // Behind the first try, on the one slot.
        let other = how.check(DynJob::new("other"), |_| Ok(true));
        dojob.add(how.run(other, |_| Ok(()))).root_named("other").on_event(move |_, event| {
            if matches!(event.kind, EventKind::Overrunning { .. }) {
                gate.open();
            }
        });
        let report = within(20, move || how.way.run(&mut dojob));
        let lines = lines.take();
        // On a busy machine, the time of a try may be over before it comes to run.
        let number = (1..99).find(|number| lines.contains(&format!("job enters run {number}"))).unwrap();
        let at = |what: &str| place(&lines, &format!("job {}", what.replace('N', &number.to_string())));
        assert!(at("overruns N") < at("leaves run N: fail"), "{how:?} {lines:#?}");
        assert!(!lines.contains(&format!("job enters recheck {number}")), "{how:?} {lines:#?}");
        if how.way.slots() == 1 && number == 1 {
            assert!(at("fails N") < place(&lines, "other tries 1"), "{how:?} {lines:#?}");
        }
        let first = report.job("job").unwrap().tries()[number - 1];
        let of_run = first.phases().find(|phase| phase.phase == Phase::Run).unwrap();
        assert_eq!(of_run.error.unwrap().kind(), ErrorKind::TimedOut, "{how:?}");
        assert!(first.ended() >= first.started() + milliseconds(30), "{how:?}");
        assert_eq!((report.status("other"), report.cleanups().len()), (Some(Status::Ok), 2), "{how:?}");
    }
}

#[test]
fn blocking_code_can_ask_whether_it_has_to_end() {
    for how in every_way().filter(|how| how.code != Code::Async) {
        let was_told = AtomicBool::new(false);
        let job = how.run(DynJob::new("job").timeout(0.03).tries(99).retry_delay(0), move |ctx| {
            assert!(ctx.time_left().unwrap() <= milliseconds(30) && ctx.deadline().is_some());
            if was_told.load(Ordering::SeqCst) {
                return Ok(());
            }
            while !ctx.is_cancelled() {
                thread::sleep(milliseconds(1));
            }
            assert!(ctx.time_left() == Some(Duration::ZERO));
            was_told.store(true, Ordering::SeqCst);
            bail!("told to end")
        });
        let mut dojob = alone(how.cleanup(job, |ctx| assert!(!ctx.is_cancelled() && ctx.time_left().is_none())));
        let report = within(20, move || how.way.run(&mut dojob));
        let text = ["timed out after 0.03 s", "told to end"].map(str::to_owned).to_vec();
        assert_eq!(error(&report), (Some(Status::Changed), ErrorKind::TimedOut, text), "{how:?}");
        assert!(report.cleanups().all(|one| one.error.is_none()) && report.elapsed() < seconds(10.0));
    }
}

#[test]
fn async_code_is_dropped_at_its_await_and_its_slot_is_free_at_once() {
    for way in WAYS {
        let is_dropped = Arc::new(AtomicBool::new(false));
        let (of_job, of_other) = (Arc::clone(&is_dropped), Arc::clone(&is_dropped));
        let job = DynJob::new("job").timeout(0.03).tries(99).retry_delay(0.05).run_async(move |_| {
            let is_first = !of_job.load(Ordering::SeqCst);
            let flag = OnDrop(Arc::clone(&of_job));
            Box::pin(async move {
                if is_first {
                    tokio::time::sleep(Duration::from_mins(1)).await;
                }
                drop(flag);
            })
        });
        let mut dojob = DoJobber::new();
        let lines = hear(&mut dojob);
        dojob.add(job).root_named("job");
        if way.slots() == 1 {
            let other = DynJob::new("other").run(move |_| assert!(of_other.load(Ordering::SeqCst)));
            dojob.add(other).root_named("other");
        }
        let report = within(20, move || way.run(&mut dojob));
        let lines = lines.take();
        assert!(report.success(), "{way:?} {lines:#?}");
        assert!(!lines.iter().any(|line| line.contains("overruns")), "{way:?} {lines:#?}");
        assert_eq!(report.error("job").unwrap().to_string(), "timed out after 0.03 s", "{way:?}");
        assert!(report.elapsed() < seconds(10.0));
    }
}

/// Notes that it was dropped.
struct OnDrop(Arc<AtomicBool>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn nothing_of_a_try_follows_a_construction_that_took_too_long() {
    for way in WAYS {
        for (has_check, no_act) in [(false, false), (true, false), (false, true), (true, true)] {
            let clock = VirtualClock::new();
            let of_new = clock.clone();
            let job = DynJob::new("job").timeout(5).tries(1).storage(move |_| of_new.advance(seconds(6.0)));
            let job = if has_check { job.check(|(), _| -> Result { panic!("no check follows") }) } else { job };
            let mut dojob = DoJobber::new();
            dojob.add(job.run(|(), _| -> Result { panic!("no run follows") })).root_named("job").no_act(no_act);
            let report = How { way, code: Code::Blocking }.go(&mut dojob, &clock);
            let expected = (Some(Status::Failed), ErrorKind::TimedOut, vec!["timed out after 5 s".to_owned()]);
            assert_eq!(error(&report), expected, "{way:?} {has_check} {no_act}");
        }
    }
}

/// A value whose drop takes 10 seconds.
struct Slow(VirtualClock);

impl Drop for Slow {
    fn drop(&mut self) {
        self.0.advance(seconds(10.0));
    }
}

/// Of a job with a timeout of 5 seconds, that needs what this adds to the run: it starts after 10 seconds, and passes.
#[track_caller]
fn starts_after_ten_seconds(before: impl Fn(&mut DoJobber, &VirtualClock)) {
    for way in WAYS {
        let clock = VirtualClock::new();
        let mut dojob = DoJobber::new();
        before(&mut dojob, &clock);
        dojob.add(DynJob::new("job").deps(["before"]).timeout(5).tries(1).run(|_| ())).root_named("job");
        let report = How { way, code: Code::Blocking }.go(&mut dojob, &clock);
        assert_eq!(report.status("job"), Some(Status::Changed), "{way:?} {:?}", report.error("job"));
        assert_eq!(starts(&report, "job"), [10.0], "{way:?}");
    }
}

#[test]
fn the_end_of_a_try_is_none_of_the_next_ones_time() {
    starts_after_ten_seconds(|dojob, clock| {
        let of_slow = clock.clone();
        let slow = DynJob::new("before").tries(2).storage(move |_| Slow(of_slow.clone()));
        dojob.add(slow.check(|_, _| true).run(|_, ctx: &Context| !ctx.try_number().is_last()));
    });
}

#[test]
fn a_listener_takes_none_of_a_jobs_time() {
    starts_after_ten_seconds(|dojob, clock| {
        let of_listener = clock.clone();
        dojob.add(DynJob::new("before").run(|_| ())).on_event(move |plan, event| match event.kind {
            EventKind::JobEnded { job, .. } if plan.job(job).name() == "before" => of_listener.advance(seconds(10.0)),
            _ => {}
        });
    });
}

/// A member that goes off when it is dropped, unless it was told not to.
#[derive(Clone)]
struct Charge {
    name: u32,
    armed: Arc<AtomicBool>,
}

impl Drop for Charge {
    fn drop(&mut self) {
        assert!(!self.armed.load(Ordering::SeqCst), "it went off");
    }
}

#[job]
fn survey() -> Result<u32> {
    Ok(2)
}

#[job(run_only, each = charges, name = "charge {name}", timeout = 5, tries = 1)]
impl Charge {
    fn run(&self) {}
}

fn charges(
    Output(count): Output<survey>,
    State(clock): State<VirtualClock>,
    State(armed): State<AtomicBool>,
) -> Vec<Charge> {
    armed.store(true, Ordering::SeqCst);
    let charges = (0..*count).map(|name| Charge { name, armed: Arc::clone(&armed) }).collect();
    clock.advance(seconds(6.0));
    charges
}

#[job]
async fn beside() {}

#[test]
fn members_that_came_too_late_do_no_harm_when_they_are_dropped() {
    for way in WAYS {
        for with_async in [false, true] {
            let clock = VirtualClock::new();
            let mut dojob = DoJobber::new();
            dojob.root::<Charge>().state(clock.clone()).state(AtomicBool::new(false)).clock(clock);
            if with_async {
                dojob.root::<beside>();
            }
            let report = within(20, move || way.run(dojob.lines_to(Lines::new())));
            let error = report.error("Charge").unwrap();
            assert_eq!(error.kind(), ErrorKind::TimedOut, "{way:?} {with_async}: {error:?}");
        }
    }
}
