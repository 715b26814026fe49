//! R16: what a user's code leaves to others to show and to drop, anywhere in a run.

use std::fmt;
use std::time::Duration;

use dojobber::testing::VirtualClock;

use super::*;

/// Panics when it is dropped.
#[derive(Debug, Serialize)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the bomb went off")
    }
}

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tick")
    }
}

impl std::error::Error for Bomb {}

/// Panics when it is displayed.
#[derive(Debug)]
struct Mute;

impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no word")
    }
}

impl std::error::Error for Mute {}

/// Runs a job named "odd" with one slot and with two, beside a sound one, which has to pass.
fn each_way(odd: impl Fn(&VirtualClock) -> AnyJob, check: impl Fn(&Report, &[String])) {
    for slots in [1, 2] {
        let (lines, clock) = (Lines::new(), VirtualClock::new());
        let mut dojob = DoJobber::new();
        dojob.default_tries(1).default_retry_delay(0).workers(slots).verbose(true);
        dojob.lines_to(lines.clone()).clock(clock.clone());
        dojob.add(odd(&clock)).add(DynJob::new("sound").run(|_| ()));
        let report = dojob.root_named("odd").root_named("sound").checknrun().unwrap();
        assert_eq!(report.status("sound"), Some(Status::Changed));
        check(&report, &lines.take());
    }
}

fn failed(report: &Report) -> &Error {
    assert_eq!(report.status("odd"), Some(Status::Failed));
    report.error("odd").unwrap()
}

#[test]
fn what_a_panic_carries() {
    let odd = |_: &VirtualClock| DynJob::new("odd").run(|_| -> Result { std::panic::panic_any(Bomb) }).into();
    each_way(odd, |report, _| {
        assert!(failed(report).to_string().ends_with(": a value that is no text"));
    });
}

#[test]
fn an_error_that_cannot_be_displayed() {
    let told = |text: &str| {
        assert!(text.starts_with("an error that can't be displayed: panicked at "), "{text}");
        assert!(text.ends_with(": no word"), "{text}");
    };
    let odd = |_: &VirtualClock| DynJob::new("odd").run(|_| Err::<(), _>(Mute)).into();
    each_way(odd, |report, lines| {
        let error = failed(report);
        assert!(error.downcast_ref::<Mute>().is_some());
        told(&error.to_string());
        told(&format!("{error:#}"));
        told(format!("{error:?}").lines().next().unwrap());
        assert!(lines.iter().any(|line| line.starts_with("odd.recheck: fail \"an error that can't be displayed: ")));
    });
    let odd = |_: &VirtualClock| DynJob::new("odd").run(|_| ()).cleanup(|_| Err::<(), _>(Mute)).into();
    each_way(odd, |report, _| told(&report.cleanups().next().unwrap().error.unwrap().to_string()));
}

/// Panics when it is asked what caused it.
#[derive(Debug)]
struct Evasive;

impl fmt::Display for Evasive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was somebody else")
    }
}

impl std::error::Error for Evasive {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        panic!("no comment")
    }
}

#[test]
fn an_error_that_panics_when_it_is_asked_for_its_cause() {
    // The chain is asked for what a program said, too, where all is shown.
    let lines = Lines::new();
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("odd").tries(1).run(|_| Err::<(), _>(Evasive))).root_named("odd");
    let report = dojob.debug(true).lines_to(lines.clone()).checknrun().unwrap();
    let error = failed(&report);
    assert!(error.downcast_ref::<Evasive>().is_some());
    assert!(error.downcast_ref::<Bomb>().is_none());
    assert_eq!(error.chain(), ["it was somebody else"]);
    assert!(lines.take().iter().any(|line| line.contains("it was somebody else")));
    let json = serde_json::to_value(&report).unwrap();
    assert!(json.to_string().contains("it was somebody else"), "{json}");
}

#[test]
fn an_error_that_panics_when_it_is_dropped() {
    let odd = |_: &VirtualClock| DynJob::new("odd").tries(2).check(|_| Err::<(), _>(Bomb)).run(|_| ()).into();
    each_way(odd, |report, _| assert_eq!(failed(report).to_string(), "tick"));
}

#[test]
fn a_result_that_panics_when_it_is_dropped() {
    let odd = |clock: &VirtualClock| {
        let clock = clock.clone();
        let job = DynJob::new("odd").timeout(1).check(move |_| -> Result<Bomb> {
            clock.advance(Duration::from_secs(2));
            Ok(Bomb)
        });
        job.into()
    };
    each_way(odd, |report, _| assert_eq!(failed(report).kind(), ErrorKind::TimedOut));
}

#[test]
fn a_value_that_panics_when_it_is_dropped_behind_a_clean_up_that_did() {
    let odd = |_: &VirtualClock| {
        let cleanup = |_: &mut Bomb, _: &Context| -> Result { panic!("no way to clean up") };
        DynJob::new("odd").storage(|_| Bomb).run(|_, _| ()).cleanup(cleanup).into()
    };
    each_way(odd, |report, _| {
        assert_eq!(report.status("odd"), Some(Status::Changed));
        let error = report.cleanups().next().unwrap().error.unwrap();
        assert!(error.to_string().ends_with(": no way to clean up"), "{error}");
    });
}

#[test]
fn a_value_that_panics_when_it_is_dropped_changes_nothing_of_how_its_try_failed() {
    let odd = |_: &VirtualClock| {
        let check = |_: &mut Bomb, _: &Context| -> Result { permanent!("never") };
        DynJob::new("odd").tries(3).storage(|_| Bomb).check(check).into()
    };
    each_way(odd, |report, _| {
        assert_eq!((failed(report).kind(), failed(report).to_string()), (ErrorKind::Permanent, "never".into()));
        let [only] = report.job("odd").unwrap().tries()[..] else { panic!("one try") };
        let told: Vec<_> = only.phases().map(|phase| phase.error.unwrap().to_string()).collect();
        assert_eq!(told, ["dropping the job's value"]);
    });
}

#[test]
fn a_value_that_panics_when_it_is_dropped_of_a_try_that_was_ended() {
    for slots in [1, 2] {
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let job = DynJob::new("odd").storage(|_| Bomb);
        dojob.workers(slots).add(job.check(move |_, _| {
            cancel.cancel();
            false
        }));
        let report = dojob.root_named("odd").checknrun().unwrap();
        assert_eq!(report.status("odd"), Some(Status::Cancelled));
    }
}

#[test]
fn the_place_is_not_that_of_a_panic_which_a_job_caught_itself() {
    let mut dojob = DoJobber::new();
    dojob
        .default_tries(1)
        .add(DynJob::new("careful").check(|_| drop(std::panic::catch_unwind(|| panic!("its own")))))
        .add(
            DynJob::new("odd")
                .deps(["careful"])
                .run(|_| -> Result { std::panic::resume_unwind(Box::new("of a thread that it joined")) }),
        )
        .root_named("odd");
    let report = dojob.checknrun().unwrap();
    assert_eq!(report.error("odd").unwrap().to_string(), "panicked: of a thread that it joined");
}
