//! Jobs that don't return when they are told to end.

use super::*;

/// What ends the run.
#[derive(Clone, Copy, Debug)]
enum End {
    Cancel,
    Deadline,
}

/// In which of its functions the job is stuck.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stuck {
    Check,
    Run,
    Recheck,
}

const STUCK: [Stuck; 3] = [Stuck::Check, Stuck::Run, Stuck::Recheck];

/// `below` passes, `stuck` doesn't return before `free` is opened, which opens `is_free`, and `above` waits for both.
struct Case {
    dojob: DoJobber,
    notes: Lines,
    is_stuck: Gate,
    free: Gate,
    is_free: Gate,
}

fn case(stuck: Stuck) -> Case {
    let (notes, is_stuck, free, is_free) = (Lines::new(), Gate::new(), Gate::new(), Gate::new());
    let at = |phase: Stuck| {
        let (notes, is_stuck, free, is_free) = (notes.clone(), is_stuck.clone(), free.clone(), is_free.clone());
        move |ctx: &Context| -> Result {
            notes.push(ctx.phase().as_str());
            if phase == stuck && (phase != Stuck::Check || ctx.phase() == Phase::Check) {
                is_stuck.open();
                free.wait();
                notes.push("free");
                is_free.open();
            }
            bail!("in vain")
        }
    };
    let (check, recheck, run) = (at(Stuck::Check), at(Stuck::Recheck), at(Stuck::Run));
    let (of_stuck, of_below) = (notes.clone(), notes.clone());
    let mut dojob = DoJobber::new();
    dojob
        .grace(0.05)
        .add(DynJob::new("below").run(|_| ()).cleanup(move |_| of_below.push("cleaned up below")))
        .add(
            DynJob::new("stuck")
                .deps(["below"])
                .check(move |ctx| if ctx.phase() == Phase::Check { check(ctx) } else { recheck(ctx) })
                .run(run)
                .cleanup(move |_| of_stuck.push("cleaned up stuck")),
        )
        .add(DynJob::new("above").deps(["stuck"]).run(|_| -> Result { panic!("nothing starts") }))
        .root_named("above");
    Case { dojob, notes, is_stuck, free, is_free }
}

fn is_left_behind(way: Way, end: End, stuck: Stuck) {
    let Case { mut dojob, notes, is_stuck, free, is_free } = case(stuck);
    let lines = hear(&mut dojob);
    let canceller = match end {
        End::Cancel => {
            let cancel = dojob.cancel_handle();
            Some(thread::spawn(move || {
                is_stuck.wait();
                cancel.cancel();
            }))
        }
        End::Deadline => {
            dojob.deadline(0.05);
            None
        }
    };
    let (report, dojob) = within(15, move || (way.run(&mut dojob), dojob));
    if let Some(canceller) = canceller {
        canceller.join().unwrap();
    }

    let what = format!("{way:?} {end:?} {stuck:?}");
    let status = |job| report.status(job).unwrap();
    let statuses = (status("below"), status("stuck"), status("above"));
    assert_eq!(statuses, (Status::Changed, Status::Cancelled, Status::Cancelled), "{what}");
    let not_called = ("stuck", 1, Some("not called, since the try has not returned".to_owned()));
    let of_below = ("below", 1, None);
    let expected = if stuck == Stuck::Check { vec![of_below] } else { vec![not_called, of_below] };
    assert_eq!(cleanups(&report), expected, "{what}");
    let heard = lines.take();
    for line in ["cancelled", "stuck overruns 1", "over"] {
        assert_eq!(heard.iter().filter(|heard| *heard == line).count(), 1, "{what} {line}: {heard:#?}");
    }
    assert!(report.failure(), "{what}");
    let called = notes.take();
    assert_eq!(called.last().unwrap(), "cleaned up below", "{what}");

    free.open();
    is_free.wait();
    // The thread that was left behind has time to do harm.
    thread::sleep(milliseconds(20));
    assert_eq!(notes.take(), ["free"], "{what}: nothing more of the job is called");
    assert!(lines.take().is_empty(), "{what}: nothing more is told");
    assert_eq!(dojob.report().unwrap().status("stuck"), Some(Status::Cancelled), "{what}");
}

#[test]
fn a_job_that_is_stuck_when_the_run_is_cancelled_is_left_behind() {
    for stuck in STUCK {
        for way in WAYS {
            is_left_behind(way, End::Cancel, stuck);
        }
    }
}

#[test]
fn a_job_that_is_stuck_when_the_time_of_the_run_is_over_is_left_behind() {
    for stuck in STUCK {
        for way in [Way::Inline, Way::Threads(1), Way::Threads(4)] {
            is_left_behind(way, End::Deadline, stuck);
        }
    }
}

#[test]
fn a_job_that_was_left_behind_does_no_harm_to_the_next_run() {
    let free = Gate::new();
    let is_free = free.clone();
    let spoken = Gate::new();
    let has_spoken = spoken.clone();
    let runs = std::sync::atomic::AtomicU32::new(0);
    let mut dojob = DoJobber::new();
    let cancel = dojob.cancel_handle();
    let lines = hear(&mut dojob);
    dojob
        .grace(0.01)
        .add(DynJob::new("stuck").run(move |ctx| {
            if runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                cancel.cancel();
                is_free.wait();
                ctx.println("too late");
                has_spoken.open();
            }
        }))
        .root_named("stuck");
    let report = Way::Threads(2).run(&mut dojob);
    assert_eq!(report.status("stuck"), Some(Status::Cancelled));
    assert!(has(&lines.take(), "stuck overruns 1"));
    free.open();
    for _ in 0..20 {
        assert!(Way::Threads(2).run(&mut dojob).success());
    }
    spoken.wait();
    let lines = lines.take();
    assert!(!lines.iter().any(|line| line == "stuck overruns 1" || line.contains("too late")), "{lines:#?}");
}

/// A value that takes no good end.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("it went off");
    }
}

#[test]
fn a_value_that_was_left_behind_and_panics_when_dropped_does_no_harm() {
    for stuck in [Stuck::Check, Stuck::Run] {
        let (free, gone) = (Gate::new(), Gate::new());
        let mut dojob = DoJobber::new();
        let blocks_at = |phase: Stuck| {
            let (free, gone, cancel) = (free.clone(), gone.clone(), dojob.cancel_handle());
            move |_: &mut Bomb, _: &Context| {
                if phase == stuck {
                    cancel.cancel();
                    free.wait();
                    gone.open();
                }
                false
            }
        };
        let (check, run) = (blocks_at(Stuck::Check), blocks_at(Stuck::Run));
        dojob
            .grace(0.01)
            .lines_to(Lines::new())
            .add(DynJob::new("below").run(|_| ()).cleanup(move |_| {
                // While the run is under way, what was left behind returns.
                free.open();
                gone.wait();
                thread::sleep(milliseconds(20));
            }))
            .add(DynJob::new("stuck").deps(["below"]).storage(|_| Bomb).check(check).run(run))
            .root_named("stuck");
        let report = within(20, move || Way::Threads(2).run(&mut dojob));
        assert_eq!(report.status("stuck"), Some(Status::Cancelled));
        assert_eq!(cleanups(&report), [("below", 1, None)]);
    }
}

#[test]
fn no_run_is_entered_once_the_time_of_the_run_is_over() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        let lines = hear(&mut dojob);
        dojob
            .deadline(0.02)
            .add(
                DynJob::new("slow")
                    .check(|ctx| {
                        while !ctx.is_cancelled() {
                            thread::yield_now();
                        }
                        // Longer than it takes the run to notice.
                        thread::sleep(milliseconds(20));
                        false
                    })
                    .run(|_| ()),
            )
            .root_named("slow");
        let report = way.run(&mut dojob);
        let lines = lines.take();
        assert_eq!(report.status("slow"), Some(Status::Cancelled), "{lines:#?}");
        assert!(!has(&lines, "slow enters run 1"), "{lines:#?}");
    }
}

#[test]
fn a_run_whose_time_is_over_while_nothing_runs_is_cancelled_too() {
    for way in [Way::Inline, Way::Threads(2)] {
        let mut dojob = DoJobber::new();
        let lines = hear(&mut dojob);
        dojob.deadline(0.02).add(DynJob::new("waits").retry_delay(3600).run(|_| false)).root_named("waits");
        let report = within(20, move || way.run(&mut dojob));
        assert_eq!(report.status("waits"), Some(Status::Cancelled));
        assert_eq!(report.job("waits").unwrap().tries().len(), 1);
        assert!(has(&lines.take(), "cancelled"), "it is told");
    }
}

#[test]
fn clean_ups_that_were_left_for_later_are_called_behind_a_job_that_was_left_behind() {
    for way in WAYS {
        let (free, notes) = (Gate::new(), Lines::new());
        let (is_free, of_below) = (free.clone(), notes.clone());
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        dojob
            .grace(0.01)
            .auto_cleanup(false)
            .add(DynJob::new("below").run(|_| ()).cleanup(move |_| of_below.push("cleaned up")))
            .add(DynJob::new("stuck").deps(["below"]).run(move |_| {
                cancel.cancel();
                is_free.wait();
            }))
            .root_named("stuck");
        let (report, mut dojob) = within(20, move || (way.run(&mut dojob), dojob));
        assert_eq!(report.status("stuck"), Some(Status::Cancelled), "{way:?}");
        // Even where nobody is left to have a slot.
        dojob.workers(0);
        within(20, move || dojob.cleanup()).unwrap();
        assert_eq!(notes.take(), ["cleaned up"], "{way:?}");
        free.open();
    }
}

#[derive(Clone)]
struct Guest {
    name: u32,
}

#[job(run_only, each = guests, name = "guest {name}")]
impl Guest {
    fn run() {}
}

#[job]
fn look_for_guests() -> Result<u32> {
    Ok(1)
}

fn guests(_: Output<look_for_guests>, State(gates): State<(Gate, Gate)>) -> Vec<Guest> {
    let (is_called, free) = &*gates;
    is_called.open();
    free.wait();
    vec![Guest { name: 1 }]
}

#[test]
fn a_family_that_was_left_behind_does_not_come_into_being() {
    for way in [Way::Threads(1), Way::Threads(4)] {
        let (is_called, free) = (Gate::new(), Gate::new());
        let mut dojob = DoJobber::new();
        let lines = hear(&mut dojob);
        let (when_told, cancel) = (free.clone(), dojob.cancel_handle());
        let waits = is_called.clone();
        let canceller = thread::spawn(move || {
            waits.wait();
            cancel.cancel();
        });
        dojob.grace(0.01).root::<Guest>().state((is_called, free)).on_event(move |_, event| {
            if let EventKind::Overrunning { .. } = event.kind {
                // Whoever is told of it takes so long that `each` returns meanwhile.
                when_told.open();
                thread::sleep(milliseconds(30));
            }
        });
        let report = within(20, move || way.run(&mut dojob));
        canceller.join().unwrap();
        assert_eq!(report.status("Guest"), Some(Status::Cancelled), "{way:?}");
        let lines = lines.take();
        let behind = lines.iter().skip_while(|line| *line != "Guest overruns 1").skip(1).cloned().collect::<Vec<_>>();
        assert_eq!(behind, ["Guest ends cancelled", "over"], "{way:?} {lines:#?}");
    }
}

/// Phases of the job that was left behind, as far as they had ended.
fn phases(report: &Report) -> Vec<String> {
    let tries = report.job("stuck").unwrap().tries();
    let phases = tries.iter().flat_map(|one| one.phases());
    phases.map(|one| format!("{} {} {:?}", one.phase, one.passed, one.error.map(Error::to_string))).collect()
}

#[test]
fn the_report_of_what_was_left_behind_is_the_same_whoever_listens() {
    let [check, run] = ["check", "run"].map(|phase| format!("{phase} false Some(\"in vain\")"));
    for (stuck, expected) in
        [(Stuck::Check, vec![]), (Stuck::Run, vec![check.clone()]), (Stuck::Recheck, vec![check, run])]
    {
        for way in WAYS {
            for listens in [false, true] {
                let Case { mut dojob, is_stuck, free, .. } = case(stuck);
                if listens {
                    hear(&mut dojob);
                }
                let cancel = dojob.lines_to(Lines::new()).cancel_handle();
                let canceller = thread::spawn(move || {
                    is_stuck.wait();
                    cancel.cancel();
                });
                let report = within(15, move || way.run(&mut dojob));
                canceller.join().unwrap();
                assert_eq!(phases(&report), expected, "{way:?} {stuck:?} {listens}");
                free.open();
            }
        }
    }
}

#[test]
fn a_report_does_not_change_once_the_run_is_over() {
    for way in WAYS {
        let (is_stuck, free, done) = (Gate::new(), Gate::new(), Gate::new());
        let mut dojob = DoJobber::new();
        let (cancel, is_free, is_done) = (dojob.cancel_handle(), free.clone(), done.clone());
        let refused = std::sync::Arc::new(std::sync::Mutex::new(None));
        let told = std::sync::Arc::clone(&refused);
        dojob
            .grace(0.01)
            .lines_to(Lines::new())
            .add(DynJob::new("below").run(|ctx| ctx.global().set("sofa", "free")).cleanup(|ctx| {
                // Until then, it is as it ever was.
                ctx.global().set("lamp", "off")
            }))
            .add(DynJob::new("stuck").deps(["below"]).run(move |ctx| {
                is_stuck.open();
                cancel.cancel();
                is_free.wait();
                let global = ctx.global();
                let (removed, there) = (global.remove("sofa"), global.get::<String>("sofa"));
                let set = [global.set("cat", 9), global.update("lamp", |_: String| "on".to_owned()).map(drop)];
                *told.lock().unwrap() = Some((removed, there.unwrap(), set.map(|set| set.unwrap_err().to_string())));
                is_done.open();
            }))
            .root_named("stuck");
        let (report, dojob) = within(15, move || (way.run(&mut dojob), dojob));
        let before = serde_json::to_value(&report).unwrap();
        free.open();
        done.wait();
        assert_eq!(serde_json::to_value(&report).unwrap(), before, "{way:?}");
        assert_eq!(serde_json::to_value(dojob.report().unwrap()).unwrap(), before, "{way:?}");
        assert_eq!(report.global().to_json(), serde_json::json!({ "lamp": "off", "sofa": "free" }), "{way:?}");
        let no = "the run is over, and so its global storage can only be read".to_owned();
        let refused = refused.lock().unwrap().take().unwrap();
        assert_eq!(refused, (false, "free".to_owned(), [no.clone(), no]), "{way:?}");
    }
}

#[test]
fn clean_ups_that_come_later_change_the_next_report_alone() {
    for way in WAYS {
        let mut dojob = DoJobber::new();
        dojob
            .auto_cleanup(false)
            .add(
                DynJob::new("job")
                    .run(|ctx| ctx.global().set("sofa", "free"))
                    .cleanup(|ctx| ctx.global().set("sofa", "taken")),
            )
            .root_named("job");
        let report = way.run(&mut dojob);
        dojob.cleanup().unwrap();
        let sofa = |report: &Report| report.global().get::<String>("sofa").unwrap();
        assert_eq!([sofa(&report), sofa(dojob.report().unwrap())], ["free", "taken"], "{way:?}");
    }
}
