//! Global storage: typed keys, errors that say who set what, and jobs that race (R6).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use dojobber::prelude::*;
use dojobber::{Access, AnyJob, Event, EventKind, Key, Plan, Status};
use dojobber_tests::Gate;

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
fn strict_globals_end_the_try_whichever_call_raced() {
    let has_run = Arc::new(AtomicBool::new(false));
    let (is_done, run) = (Arc::clone(&has_run), Arc::clone(&has_run));
    let racers: [AnyJob; 4] = [
        // Its recheck would pass.
        DynJob::new("racer")
            .check(move |_| is_done.load(Ordering::SeqCst))
            .run(move |ctx| {
                run.store(true, Ordering::SeqCst);
                ctx.global().set("count", 2)
            })
            .into(),
        DynJob::new("racer").run(|ctx| ctx.global().set("count", 3)).into(),
        DynJob::new("racer")
            .storage(|ctx| ctx.global().contains("count"))
            .run(|_, _| -> Result { panic!("it runs though its construction raced") })
            .into(),
        DynJob::new("racer")
            .storage(|ctx| ctx.global().contains("count"))
            .check(|_, _| ())
            .run(|_, _| -> Result { panic!("it runs though its construction raced") })
            .into(),
    ];
    for (index, racer) in racers.into_iter().enumerate() {
        let mut dojob = DoJobber::new();
        dojob.strict_globals(true).lines_to(std::io::sink()).default_tries(1);
        dojob.add(setter("set", "count")).add(racer);
        let report = dojob.root_named("set").root_named("racer").checknrun().unwrap();
        assert_eq!(report.status("racer"), Some(Status::Failed), "{index}");
        assert_eq!(report.error("racer").unwrap().kind(), dojobber::ErrorKind::Raced, "{index}");
    }
    assert!(has_run.load(Ordering::SeqCst));
}

#[test]
fn strict_globals_fail_a_try_whose_race_another_one_told() {
    let (has_read, is_told) = (Gate::new(), Gate::new());
    let mut dojob = DoJobber::new();
    let told = is_told.clone();
    dojob.strict_globals(true).lines_to(std::io::sink()).default_tries(1).workers(2);
    dojob.on_event(move |_, event| {
        if let EventKind::Race { .. } = event.kind {
            told.open();
        }
    });
    dojob.add(setter("set", "count"));
    let read = has_read.clone();
    let racer = move |ctx: &Context| -> Result {
        ctx.global().get::<u32>("count")?;
        read.open();
        is_told.wait();
        Ok(())
    };
    // The root's order has it behind what it races with, on which it doesn't depend.
    let set = Gate::new();
    let is_set = set.clone();
    dojob.add(DynJob::new("says so").deps(["set"]).check(move |_| set.open()));
    dojob.add(DynJob::new("racer").check(move |ctx| {
        is_set.wait();
        racer(ctx)
    }));
    dojob.add(DynJob::new("other").deps(["says so"]).check(move |_| has_read.wait()));
    let report = dojob.root_named("other").root_named("racer").checknrun().unwrap();
    assert_eq!(report.status("racer"), Some(Status::Failed));
    assert_eq!(report.races().count(), 1);
}

#[test]
fn a_race_in_a_clean_up_is_told() {
    for strict in [false, true] {
        for slots in [1, 2] {
            let mut dojob = DoJobber::new();
            let races = race_events(&mut dojob);
            dojob.strict_globals(strict).lines_to(std::io::sink()).workers(slots);
            dojob.add(setter("set", "count"));
            let reads = |ctx: &Context| ctx.global().get::<u32>("count").map(drop);
            dojob.add(DynJob::new("use").run(|_| ()).cleanup(reads));
            let report = dojob.root_named("set").root_named("use").checknrun().unwrap();
            assert!(report.success(), "a clean-up is no try");
            let expected = ("use".to_owned(), "count".to_owned(), "set".to_owned(), Access::Read);
            assert_eq!(*races.lock().unwrap(), [expected]);
            assert_eq!(report.races().count(), 1);
        }
    }
}

/// Whether each depends on the first is found out in one step more, not by going over all of them again.
#[test]
fn a_long_chain_whose_jobs_all_read_what_the_first_set() {
    let mut dojob = DoJobber::new();
    let races = race_events(&mut dojob);
    dojob.add(setter("0", "count"));
    let read = |ctx: &Context| ctx.global().get::<u32>("count").map(drop);
    for job in 1..20_000 {
        dojob.add(DynJob::new(job.to_string()).deps([(job - 1).to_string()]).check(read));
    }
    assert!(dojob.root_named("19999").checknrun().unwrap().success());
    assert!(races.lock().unwrap().is_empty());
}

/// Members that came into being during the run stand behind what their `each` needed and did.
mod of_families {
    use super::*;

    #[derive(Default)]
    struct Source;

    #[job]
    impl Source {
        fn check(&self, global: &Global) -> Result<u32> {
            global.set("of source", 1)?;
            Ok(2)
        }
        fn run(&self) {}
    }

    #[derive(Clone)]
    struct Part {
        n: u32,
    }

    #[job(each = parts, key = n, name = "Part {n}", tries = 1)]
    impl Part {
        fn check(&self, global: &Global) -> Result {
            global.get::<u32>("of source")?;
            global.get::<u32>("of each")?;
            // Its fellows it doesn't stand behind.
            if self.n == 1 {
                global.get::<u32>("of part 0")?;
            }
            global.set(&format!("of part {}", self.n), 1)
        }
        fn run(&self) {}
    }

    fn parts(Output(source): Output<Source>, global: &Global) -> Result<Vec<Part>> {
        global.set("of each", 1)?;
        Ok((0..*source).map(|n| Part { n }).collect())
    }

    #[derive(Default)]
    struct Above;

    #[job(deps = [Part])]
    impl Above {
        fn check(&self, global: &Global) -> Result {
            for key in ["of source", "of each", "of part 0", "of part 1"] {
                global.get::<u32>(key)?;
            }
            Ok(())
        }
        fn run(&self) {}
    }

    #[test]
    fn who_depends_by_the_family_does_not_race() {
        let mut dojob = DoJobber::new();
        let races = race_events(dojob.lines_to(std::io::sink()));
        let report = dojob.root::<Above>().checknrun().unwrap();
        assert!(report.success());
        let fellows = ("Part 1".to_owned(), "of part 0".to_owned(), "Part 0".to_owned(), Access::Read);
        assert_eq!(*races.lock().unwrap(), [fellows]);
    }
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
