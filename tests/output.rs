//! What a run shows: lines, spans, the report as JSON. What its graph looks like: `pictures`.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::time::Duration;

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber_tests::Lines;

/// Runs a job of every kind, and of every way to end.
fn party(lines: &Lines) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob
        .lines_to(lines.clone())
        .clock(VirtualClock::new())
        .default_tries(1)
        .add(DynJob::new("Oven").check(|_| true))
        .add(DynJob::new("Dough").storage(|_| false).check(|done, _| *done).run(|done, _| *done = true))
        .add(DynJob::new("Pizza").deps(["Oven", "Dough"]).tries(2).retry_delay(60).run(|ctx| -> Result {
            ensure!(ctx.try_number().is_last(), "the courier is lost");
            Ok(())
        }))
        .add(
            DynJob::new("Wine").check(|_| -> Result<u8> { Ok("none".parse::<u8>()?) }).run(|_| -> Result {
                Err(Error::from("cellar locked").context("fetching a bottle").context("serving"))
            }),
        )
        .add(DynJob::new("Party").deps(["Pizza", "Wine"]))
        .root_named("Party");
    dojob
}

/// R17.
mod lines {
    use super::*;

    #[test]
    fn there_are_none_unless_asked_for() {
        let lines = Lines::new();
        party(&lines).checknrun().unwrap();
        assert!(lines.take().is_empty());
    }

    /// Keeps what it is given at a time.
    #[derive(Clone, Default)]
    struct Pieces(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

    impl std::io::Write for Pieces {
        fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().push(String::from_utf8_lossy(piece).into_owned());
            Ok(piece.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_job_says_at_a_time_nothing_comes_between() {
        let pieces = Pieces::default();
        let mut dojob = DoJobber::new();
        let job = DynJob::new("Cook").run(|ctx| {
            ctx.println("eggs\nflour\n\nmilk");
            ctx.println("");
            ctx.println("done");
        });
        dojob.add(job).root_named("Cook").lines_to(pieces.clone()).checknrun().unwrap();
        assert_eq!(*pieces.0.lock().unwrap(), ["Cook: eggs\nCook: flour\nCook: \nCook: milk\n", "Cook: done\n"]);
    }

    #[test]
    fn verbose_prints_one_a_phase() {
        let lines = Lines::new();
        party(&lines).verbose(true).checknrun().unwrap();
        assert_eq!(
            lines.take(),
            [
                "Oven.check: pass",
                "Dough.check: fail",
                "Dough.run: pass",
                "Dough.recheck: pass",
                "Pizza.check: fail",
                "Pizza.run: fail",
                r#"Pizza.recheck: fail "the courier is lost""#,
                "Wine.check: fail",
                "Wine.run: fail",
                r#"Wine.recheck: fail "invalid digit found in string""#,
                "Pizza.check: fail",
                "Pizza.run: pass",
                "Pizza.recheck: pass",
            ]
        );
    }

    #[test]
    fn debug_adds_why_and_the_whole_chain_of_errors() {
        let lines = Lines::new();
        party(&lines).debug(true).checknrun().unwrap();
        let lines = without_backtraces(lines.take());
        let wine: Vec<_> = lines.iter().skip_while(|line| *line != "Wine.check: fail").take(8).collect();
        assert_eq!(
            wine,
            [
                "Wine.check: fail",
                "    invalid digit found in string",
                "Wine.run: fail",
                "    serving",
                "      caused by: fetching a bottle",
                "      caused by: cellar locked",
                r#"Wine.recheck: fail "invalid digit found in string""#,
                "    invalid digit found in string",
            ]
        );
        let why_dough = lines.iter().skip_while(|line| *line != "Dough.check: fail").nth(1);
        assert_eq!(why_dough.unwrap(), "    check returned false");
    }

    /// Whether errors have one is the environment's business.
    fn without_backtraces(lines: Vec<String>) -> Vec<String> {
        let frame = |line: &str| {
            line.trim_start().starts_with("at ") || line.trim_start().starts_with(|c: char| c.is_ascii_digit())
        };
        lines.into_iter().filter(|line| !frame(line)).collect()
    }

    #[test]
    fn verbose_and_debug_can_be_switched_off_again() {
        let lines = Lines::new();
        let mut dojob = party(&lines);
        dojob.debug(true).verbose(false).checknrun().unwrap();
        assert!(lines.take().is_empty());
        dojob.debug(true).debug(false).checknrun().unwrap();
        assert_eq!(lines.take().len(), 13, "the verbose ones are left");
    }

    #[test]
    fn a_failed_clean_up_is_always_told() {
        let run = |setup: fn(&mut DoJobber)| {
            let lines = Lines::new();
            let mut dojob = DoJobber::new();
            let job = DynJob::new("Duster").run(|_| ()).cleanup(|_| -> Result { bail!("the cupboard is full") });
            dojob.add(job).root_named("Duster").lines_to(lines.clone());
            setup(&mut dojob);
            dojob.checknrun().unwrap();
            lines.take()
        };
        let failed = r#"Duster.cleanup: fail "the cupboard is full""#;
        assert_eq!(run(|_| ()), [failed]);
        let verbose = run(|dojob| _ = dojob.verbose(true));
        assert_eq!(verbose, ["Duster.check: fail", "Duster.run: pass", "Duster.recheck: pass", failed]);
        let debug = run(|dojob| _ = dojob.debug(true));
        assert_eq!(debug[3..5], [failed, "    the cupboard is full"]);
    }

    #[test]
    fn a_clean_up_that_passes_is_not() {
        let lines = Lines::new();
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("Duster").run(|_| ()).cleanup(|_| ())).root_named("Duster");
        dojob.lines_to(lines.clone()).debug(true).checknrun().unwrap();
        assert_eq!(lines.take(), ["Duster.check: fail", "Duster.run: pass", "Duster.recheck: pass"]);
    }

    #[test]
    fn a_writer_that_fails_does_not_stop_the_run() {
        struct Broken;
        impl std::io::Write for Broken {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
        }
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("job").run(|_| ())).root_named("job").lines_to(Broken).debug(true);
        assert!(dojob.checknrun().unwrap().success());
    }
}

mod events {
    use super::*;

    #[test]
    fn tell_all_that_happens_in_order() {
        let lines = Lines::new();
        let log = lines.clone();
        let mut dojob = DoJobber::new();
        dojob
            .clock(VirtualClock::new())
            .on_event(move |_, event| {
                let kind = serde_json::to_string(&event.kind).unwrap();
                log.push(format!("{}: {kind}", event.at.as_secs_f64()));
            })
            .add(
                DynJob::new("late")
                    .tries(2)
                    .retry_delay(1.5)
                    .check(|ctx| -> Result<u32> {
                        ensure!(ctx.try_number().is_last(), "not yet");
                        Ok(42)
                    })
                    .cleanup(|_| ()),
            )
            .add(DynJob::new("doomed").tries(1).run(|_| -> Result { bail!("no") }))
            .add(DynJob::new("above").deps(["late", "doomed"]))
            .root_named("above");
        dojob.checknrun().unwrap();
        let [late, doomed, above] = [0, 1, 2];
        let not_yet = r#""error":{"kind":"failed","chain":["not yet"]}"#;
        let no = r#""error":{"kind":"failed","chain":["no"]}"#;
        let golden = format!(
            r#"
            0: {{"event":"run_started","no_act":false,"date":{{"secs_since_epoch":0,"nanos_since_epoch":0}}}}
            0: {{"event":"try_started","job":{late},"number":1,"round":1}}
            0: {{"event":"phase_started","job":{late},"number":1,"phase":"check"}}
            0: {{"event":"phase_ended","job":{late},"number":1,"phase":"check","passed":false,{not_yet}}}
            0: {{"event":"phase_started","job":{late},"number":1,"phase":"run"}}
            0: {{"event":"phase_ended","job":{late},"number":1,"phase":"run","passed":true,"error":null}}
            0: {{"event":"phase_started","job":{late},"number":1,"phase":"recheck"}}
            0: {{"event":"phase_ended","job":{late},"number":1,"phase":"recheck","passed":false,{not_yet}}}
            0: {{"event":"try_failed","job":{late},"number":1,{not_yet},"retry_at":{{"secs":1,"nanos":500000000}}}}
            0: {{"event":"try_started","job":{doomed},"number":1,"round":1}}
            0: {{"event":"phase_ended","job":{doomed},"number":1,"phase":"check","passed":false,"error":null}}
            0: {{"event":"phase_started","job":{doomed},"number":1,"phase":"run"}}
            0: {{"event":"phase_ended","job":{doomed},"number":1,"phase":"run","passed":false,{no}}}
            0: {{"event":"phase_ended","job":{doomed},"number":1,"phase":"recheck","passed":false,{no}}}
            0: {{"event":"job_ended","job":{doomed},"status":"failed",{no},"result":null,"preliminary":null}}
            0: {{"event":"job_ended","job":{above},"status":"blocked","error":null,"result":null,"preliminary":null}}
            1.5: {{"event":"try_started","job":{late},"number":2,"round":2}}
            1.5: {{"event":"phase_started","job":{late},"number":2,"phase":"check"}}
            1.5: {{"event":"phase_ended","job":{late},"number":2,"phase":"check","passed":true,"error":null}}
            1.5: {{"event":"job_ended","job":{late},"status":"changed","error":null,"result":42,"preliminary":null}}
            1.5: {{"event":"cleanup_started","job":{late},"number":1}}
            1.5: {{"event":"cleanup_ended","job":{late},"number":1,"error":null}}
            1.5: {{"event":"run_ended","success":false}}"#
        );
        assert_eq!(lines.take(), golden.trim().lines().map(str::trim).collect::<Vec<_>>());
    }
}

mod spans {
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Level, Subscriber};
    use tracing_subscriber::layer::{Context as Layered, Layer, SubscriberExt};
    use tracing_subscriber::registry::LookupSpan;

    use super::*;

    /// Notes how spans open and what is recorded and logged in them, each a step further in than what it stands in.
    struct Notes {
        lines: Lines,
        up_to: Level,
    }

    /// `name=value` for each field.
    #[derive(Default)]
    struct Fields(Vec<String>);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            self.0.push(format!("{field}={value:?}"));
        }
    }

    impl Notes {
        fn note(&self, depth: usize, what: &str, record: impl FnOnce(&mut Fields)) {
            let mut fields = Fields::default();
            record(&mut fields);
            self.lines.push(format!("{:indent$}{what} {}", "", fields.0.join(" "), indent = 2 * depth));
        }
    }

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notes {
        fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Layered<'_, S>) -> bool {
            *metadata.level() <= self.up_to
        }

        fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Layered<'_, S>) {
            let span = ctx.span(id).unwrap();
            self.note(span.scope().skip(1).count(), span.name(), |fields| attributes.record(fields));
        }

        fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Layered<'_, S>) {
            let span = ctx.span(id).unwrap();
            self.note(span.scope().skip(1).count(), span.name(), |fields| values.record(fields));
        }

        fn on_event(&self, event: &tracing::Event<'_>, ctx: Layered<'_, S>) {
            let depth = ctx.event_scope(event).into_iter().flatten().count();
            self.note(depth, event.metadata().target(), |fields| event.record(fields));
        }
    }

    fn noted(up_to: Level, call: impl FnOnce()) -> Vec<String> {
        let lines = Lines::new();
        let subscriber = tracing_subscriber::registry().with(Notes { lines: lines.clone(), up_to });
        tracing::subscriber::with_default(subscriber, call);
        lines.take()
    }

    #[test]
    fn stand_around_what_jobs_log() {
        let oven = DynJob::new("Oven").check(|_| true);
        let dough = DynJob::new("Dough")
            .deps(["Oven"])
            .tries(2)
            .check(|ctx| ctx.global().contains("dough"))
            .run(|ctx| -> Result {
                tracing::info!(target: "app", "kneading");
                ensure!(ctx.try_number().is_last(), "tired");
                ctx.global().set("dough", true)
            })
            .cleanup(|_| -> Result { bail!("the sink is full") });
        let mut dojob = DoJobber::new();
        dojob.clock(VirtualClock::new()).lines_to(Lines::new()).add(oven).add(dough).root_named("Dough");
        let lines = noted(Level::INFO, || assert!(dojob.checknrun().unwrap().failure()));
        let golden = r#"
run jobs=2
  job job="Oven"
    try try=1
      phase phase="check"
      phase outcome="pass"
    try outcome="pass"
  job outcome="ok"
  job job="Dough"
    try try=1
      phase phase="check"
      phase outcome="fail"
      phase phase="run"
        app message=kneading
      phase outcome="fail"
      phase phase="recheck"
      phase outcome="fail"
    try outcome="fail"
    try try=2
      phase phase="check"
      phase outcome="fail"
      phase phase="run"
        app message=kneading
      phase outcome="pass"
      phase phase="recheck"
      phase outcome="pass"
    try outcome="pass"
  job outcome="changed"
  job job="Dough"
    try try=2
      phase phase="cleanup"
      phase outcome="fail"
    try outcome="fail"
    try try=1
      phase phase="cleanup"
      phase outcome="fail"
    try outcome="fail"
run outcome="fail""#;
        assert_eq!(lines, golden.lines().skip(1).collect::<Vec<_>>());
    }

    #[test]
    fn debug_logging_tells_how_the_graph_was_built() {
        let plan = || drop(DoJobber::new().add(DynJob::new("Oven")).root_named("Oven").plan().unwrap());
        assert!(noted(Level::INFO, plan).is_empty());
        let lines = noted(Level::DEBUG, plan);
        assert!(lines.iter().any(|line| line.starts_with("dojobber ") && line.contains("jobs=1")), "{lines:?}");
    }
}

mod report {
    use super::*;

    #[test]
    fn as_json() {
        let (oven, oven_line) = (DynJob::new("Oven"), line!());
        let (dough, dough_line) = (DynJob::new("Dough"), line!());
        let (party, party_line) = (DynJob::new("Party"), line!());
        let clock = VirtualClock::new();
        let baking = clock.clone();
        let mut dojob = DoJobber::new();
        dojob
            .clock(clock)
            .lines_to(Lines::new())
            .default_tries(1)
            .add(oven.description("It is hot.").check(|_| Ok::<_, Error>(vec![180, 200])))
            .add(
                dough
                    .tries(2)
                    .retry_delay(0.5)
                    .run(move |ctx| -> Result {
                        baking.advance(Duration::from_millis(250));
                        ctx.global().set("flour", "gone")?;
                        Err(Error::from("out of flour").context("baking"))
                    })
                    .cleanup(|ctx| -> Result {
                        ensure!(ctx.try_number().number == 1, "the sink is full");
                        Ok(())
                    }),
            )
            .add(party.deps(["Oven", "Dough"]))
            .root_named("Party");
        let report = dojob.checknrun().unwrap();

        let error = serde_json::json!({ "kind": "failed", "chain": ["baking", "out of flour"] });
        let failed_try = |number: u32, started: f64| {
            let ended = started + 0.25;
            serde_json::json!({
                "number": number, "round": number, "passed": false, "started": started, "phases": [
                    { "phase": "check", "passed": false, "ended": started, "error": null },
                    { "phase": "run", "passed": false, "ended": ended, "error": error },
                    { "phase": "recheck", "passed": false, "ended": ended, "error": error },
                ],
            })
        };
        let golden = serde_json::json!({
            "version": 1,
            "success": false,
            "partial_success": true,
            "no_act": false,
            "date": "1970-01-01T00:00:00.000Z",
            "elapsed": 0.75,
            "jobs": [
                {
                    "name": "Oven", "description": "It is hot.", "kind": "job", "file": file!(), "line": oven_line,
                    "dependencies": [], "status": "ok", "blocked_by": [], "error": null, "result": [180, 200],
                    "change": null, "preliminary": null,
                    "tries": [{
                        "number": 1, "round": 1, "passed": true, "started": 0.0,
                        "phases": [{ "phase": "check", "passed": true, "ended": 0.0, "error": null }],
                    }],
                },
                {
                    "name": "Dough", "description": "", "kind": "run_only", "file": file!(), "line": dough_line,
                    "dependencies": [], "status": "failed", "blocked_by": [], "error": error, "result": null,
                    "change": null, "preliminary": null,
                    "tries": [failed_try(1, 0.0), failed_try(2, 0.5)],
                },
                {
                    "name": "Party", "description": "", "kind": "group", "file": file!(), "line": party_line,
                    "dependencies": ["Oven", "Dough"], "status": "blocked", "blocked_by": ["Dough"], "error": null,
                    "change": null, "preliminary": null, "result": null, "tries": [],
                },
            ],
            "cleanups": [
                { "job": "Dough", "try": 2, "error": { "kind": "failed", "chain": ["the sink is full"] } },
                { "job": "Dough", "try": 1, "error": null },
            ],
            "global": { "flour": "gone" },
            "races": [],
            "overran": [],
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), golden);
    }

    #[test]
    fn a_result_that_is_no_json_is_an_error_where_it_is_asked_for() {
        let check = |_: &Context| Ok::<_, Error>(std::collections::BTreeMap::from([((1, 2), "a key that is no text")]));
        let report = DoJobber::new().add(DynJob::new("odd").check(check)).root_named("odd").checknrun().unwrap();
        assert!(report.success());
        report.output_json("odd").unwrap().unwrap_err();
        serde_json::to_string(&report).unwrap_err();
    }
}
