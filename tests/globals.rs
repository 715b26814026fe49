//! Global storage: typed keys, errors that say who set what, and jobs that race (R6).

use std::sync::{Arc, Mutex};

use dojobber::prelude::*;
use dojobber::{Access, Event, EventKind, Key, Plan};

static START: Key<String> = Key::new("start");

/// A job that sets a key, and lets everybody see that it did.
fn setter(name: &str, key: &'static str) -> DynJob {
    DynJob::new(name).check(move |ctx| ctx.global().contains(key)).run(move |ctx| ctx.global().set(key, 1))
}

/// A run-only job that does something with global storage.
fn user<R: dojobber::IntoOutcome>(name: &str, act: impl Fn(&Global) -> R + Send + Sync + 'static) -> DynJob {
    DynJob::new(name).tries(1).run(move |ctx| act(ctx.global()))
}

/// Job, key, who set it, and what the job did.
type Race = (String, String, String, Access);

fn race_events(dojob: &mut DoJobber) -> Arc<Mutex<Vec<Race>>> {
    let races: Arc<Mutex<Vec<Race>>> = Arc::default();
    let seen = Arc::clone(&races);
    dojob.on_event(move |plan: &Plan, event: &Event| {
        if let EventKind::Race { job, key, set_by, access } = &event.kind {
            let names = [*job, *set_by].map(|job| plan.job(job).name().to_owned());
            let [job, set_by] = names;
            seen.lock().expect("no listener panics").push((job, key.clone(), set_by, *access));
        }
    });
    races
}

#[test]
fn keys_with_types_and_plain_names_mean_the_same() {
    let mut dojob = DoJobber::new();
    dojob.add(user("use", |global| -> Result {
        assert!(!global.contains(&START));
        global.set(&START, "16:57".to_owned())?;
        assert_eq!(global.get(&START)?, "16:57");
        assert_eq!(global.get::<String>("start")?, "16:57");
        assert_eq!(global.update(&START, |start: String| start + " UTC")?, "16:57 UTC");
        assert!(global.remove(&START) && !global.remove("start"));
        assert_eq!(global.update("count", |count: u32| count + 1)?, 1);
        Ok(())
    }));
    let report = dojob.root_named("use").checknrun().unwrap();
    assert!(report.success(), "{:?}", report.error("use"));
    assert_eq!(report.global().get::<u32>("count").unwrap(), 1);
}

#[test]
fn errors_say_what_there_is_and_who_set_it() {
    let mut dojob = DoJobber::new();
    dojob.add(setter("set", "count"));
    dojob.add(user("typo", |global| global.get::<u32>("cuont")).deps(["set"]));
    dojob.add(user("type", |global| global.get::<String>("count")).deps(["set"]));
    let report = dojob.root_named("typo").root_named("type").checknrun().unwrap();
    assert_eq!(
        report.error("typo").unwrap().to_string(),
        "nothing in global storage is named `cuont`; there is `count`"
    );
    let error = report.error("type").unwrap().to_string();
    assert!(error.starts_with("global `count`, which set (") && error.contains("globals.rs:"), "{error}");
}

#[test]
fn a_race_is_told_once_with_both_places() {
    let lines: Arc<Mutex<Vec<u8>>> = Arc::default();
    let mut dojob = DoJobber::new();
    let races = race_events(&mut dojob);
    dojob.lines_to(Shared(Arc::clone(&lines)));
    dojob.add(setter("set", "count"));
    dojob.add(user("use", |global| {
        // Told once for each key, however often it is used.
        for _ in 0..3 {
            let _: Result<u32> = global.get("count");
        }
        global.set("count", 2)
    }));
    dojob.add(DynJob::new("all").deps(["set", "use"]));
    let report = dojob.root_named("all").checknrun().unwrap();

    assert!(report.success(), "it is a warning");
    let expected = ("use".to_owned(), "count".to_owned(), "set".to_owned(), Access::Read);
    assert_eq!(*races.lock().unwrap(), [expected]);
    let told: Vec<_> = report.races().collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("use (") && told[0].contains(") reads global `count`, which set ("), "{}", told[0]);
    assert!(told[0].ends_with(") set, and doesn't depend on set"), "{}", told[0]);
    // Printed though nothing was asked for.
    assert_eq!(String::from_utf8(lines.lock().unwrap().clone()).unwrap(), format!("warning: {}\n", told[0]));
}

#[test]
fn overwriting_and_removing_race_too() {
    for act in [
        (|global| global.set("count", 2)) as fn(&Global) -> Result,
        |global| global.update("count", |count: u32| count + 1).map(|_| ()),
        |global| {
            global.remove("count");
            Ok(())
        },
    ] {
        let mut dojob = DoJobber::new();
        let races = race_events(dojob.lines_to(std::io::sink()));
        dojob.add(setter("set", "count")).add(user("use", act)).add(DynJob::new("all").deps(["set", "use"]));
        assert!(dojob.root_named("all").checknrun().unwrap().success());
        assert_eq!(races.lock().unwrap().iter().map(|race| race.3).collect::<Vec<_>>(), [Access::Overwrite]);
    }
}

#[test]
fn who_depends_at_any_distance_does_not_race() {
    let mut dojob = DoJobber::new();
    let races = race_events(&mut dojob);
    dojob.add(setter("set", "count"));
    dojob.add(DynJob::new("between").deps(["set"]));
    dojob.add(user("use", |global| global.get::<u32>("count").map(|_| ())).deps(["between"]));
    // Its own keys are nobody's business, nor are keys that nobody has set.
    dojob.add(user("own", |global| global.set("own", 1).and_then(|()| global.set("own", 2))));
    dojob.add(user("none", |global| assert!(!global.contains("missing"))));
    let report = dojob.root_named("use").root_named("own").root_named("none").checknrun().unwrap();
    assert!(report.success());
    assert!(races.lock().unwrap().is_empty());
    assert_eq!(report.races().count(), 0);
}

#[test]
fn strict_globals_fail_the_try() {
    let mut dojob = DoJobber::new();
    dojob.strict_globals(true).lines_to(std::io::sink());
    dojob.add(setter("set", "count"));
    // Whatever the job makes of it.
    dojob.add(user("use", |global| global.get::<u32>("count").unwrap_or(0) < 9).tries(2));
    dojob.default_retry_delay(0);
    dojob.add(DynJob::new("all").deps(["set", "use"]));
    let report = dojob.root_named("all").checknrun().unwrap();
    assert_eq!(report.status("use"), Some(Status::Failed));
    let error = report.error("use").unwrap();
    assert_eq!(error.kind(), dojobber::ErrorKind::Raced);
    assert!(error.to_string().contains("reads global `count`"), "{error}");
    assert_eq!(report.job("use").unwrap().tries().len(), 2);
    assert_eq!(report.races().count(), 1);
}

#[test]
fn each_run_starts_with_nothing() {
    let mut dojob = DoJobber::new();
    dojob.add(user("once", ensure_absent));
    dojob.root_named("once");
    assert!(dojob.checknrun().unwrap().success());
    assert!(dojob.checknrun().unwrap().success());
}

fn ensure_absent(global: &Global) -> Result {
    ensure!(!global.contains("here"), "left over");
    global.set("here", true)
}

/// A writer whose text can be looked at afterwards.
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
