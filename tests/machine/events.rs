//! Each event keeps to the schema, and none is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use dojobber::json::EVENTS_SCHEMA;
use dojobber::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::provoke::{LONG, events, everything, misfortunes, no_act, overrun};
use super::{Schema, json};

/// The lines of all runs that provoke something.
fn all() -> Vec<Value> {
    let mut all = Vec::new();
    for mut dojob in [everything(), misfortunes(), overrun(), no_act()] {
        let lines = events(&mut dojob);
        dojob.checknrun().unwrap();
        all.append(&mut lines.lock().unwrap());
    }
    all
}

fn words(lines: &[Value], field: &str) -> BTreeSet<String> {
    lines.iter().filter_map(|line| line[field].as_str()).map(str::to_owned).collect()
}

#[test]
fn every_event_happens_and_keeps_to_the_schema() {
    let lines = all();
    let strict = Schema::strict(EVENTS_SCHEMA);
    let published = Schema::new(json(EVENTS_SCHEMA));
    for line in &lines {
        strict.hold(line);
        published.hold(line);
        assert!(line["at"].as_f64().unwrap() < LONG.as_secs_f64());
    }
    let schema = json(EVENTS_SCHEMA);
    let known: BTreeSet<_> = schema["$defs"].as_object().unwrap().keys().cloned().collect();
    let mut seen = words(&lines, "event");
    seen.extend(["error".to_owned(), "job".to_owned()]);
    assert_eq!(seen, known);
}

/// Each word that the schema knows, where it knows it.
#[test]
fn every_word_is_said() {
    let lines = all();
    let schema = json(EVENTS_SCHEMA);
    let defs = schema["$defs"].as_object().unwrap();
    let mut count = 0;
    for (of, def) in defs {
        // Errors and jobs are parts of events.
        let said: Vec<_> = match of.as_str() {
            "error" => lines.iter().map(|line| line["error"].clone()).collect(),
            "job" => lines.iter().flat_map(|line| line["jobs"].as_array().cloned().unwrap_or_default()).collect(),
            event => lines.iter().filter(|line| line["event"] == *event).cloned().collect(),
        };
        for (field, rule) in def["properties"].as_object().unwrap() {
            let Some(known) = rule.get("examples") else { continue };
            let known = known.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned());
            assert_eq!(words(&said, field), known.collect(), "{of}, {field}");
            count += 1;
        }
    }
    assert!(count >= 7, "{count}");
}

#[test]
fn the_first_line_tells_of_the_plan_and_families_of_their_members() {
    let mut dojob = everything();
    let lines = events(&mut dojob);
    dojob.checknrun().unwrap();
    let lines = lines.lock().unwrap();
    assert_eq!((&lines[0]["event"], &lines[0]["no_act"]), (&"run_started".into(), &false.into()));
    let job = |name: &str| lines[0]["jobs"].as_array().unwrap().iter().find(|job| job["name"] == name).unwrap().clone();
    let invite = job("Invite");
    assert_eq!(
        (&invite["kind"], &invite["description"], &invite["dependencies"][0]),
        (&"family".into(), &"They know of it.".into(), &"Guests".into())
    );
    assert!(invite["file"].as_str().unwrap().ends_with("provoke.rs") && invite["line"].as_u64().unwrap() > 1);
    assert_eq!((&invite["crate"], &job("ok")["crate"]), (&"machine".into(), &Value::Null));
    let made = lines.iter().find(|line| line["event"] == "family_made").unwrap();
    let members: Vec<_> = made["members"].as_array().unwrap().iter().map(|member| &member["name"]).collect();
    assert_eq!(members, ["Invite Ann", "Invite Bob"]);
    assert_eq!(lines.last().unwrap()["event"], "run_ended");
}

#[test]
fn errors_have_their_chain_and_results_are_data() {
    let lines = all();
    let ended =
        |name: &str| lines.iter().find(|line| line["event"] == "job_ended" && line["job"] == name).unwrap().clone();
    assert_eq!(ended("ok")["result"], 7);
    let broken = ended("broken");
    assert_eq!(
        (&broken["error"]["kind"], &broken["error"]["chain"]),
        (&"failed".into(), &json(r#"["message 2", "cause 2\n\u001b[31mred"]"#))
    );
}

/// It panics when it is to be written.
struct Explosive;

impl Serialize for Explosive {
    fn serialize<S: Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
        panic!("boom");
    }
}

#[test]
fn a_result_that_json_cannot_hold_costs_nothing_else() {
    let mut dojob = DoJobber::new();
    let pairs = |_: &Context| -> Result<BTreeMap<(u8, u8), u8>> { Ok(BTreeMap::from([((1, 2), 3)])) };
    dojob.add(DynJob::new("pairs").check(pairs)).root_named("pairs");
    dojob.add(DynJob::new("bomb").check(|_| -> Result<Explosive> { Ok(Explosive) })).root_named("bomb");
    let lines = events(&mut dojob);
    assert!(dojob.checknrun().unwrap().success());
    let lines = lines.lock().unwrap();
    let ended: Vec<_> = lines.iter().filter(|line| line["event"] == "job_ended").collect();
    assert_eq!(ended.len(), 2);
    for line in ended {
        assert_eq!((&line["status"], &line["result"]), (&"ok".into(), &Value::Null));
        Schema::strict(EVENTS_SCHEMA).hold(line);
        let (job, why) = (line["job"].as_str().unwrap(), line["result_error"].as_str().unwrap());
        let cause = if job == "bomb" { "panicked" } else { "key must be a string" };
        assert!(why.starts_with(&format!("the result of `{job}` is no JSON: ")) && why.contains(cause), "{why}");
    }
    assert_eq!(lines.last().unwrap()["event"], "run_ended");
}

#[test]
fn the_schema_refuses_what_is_wrong_and_lets_new_things_pass() {
    let published = Schema::new(json(EVENTS_SCHEMA));
    let started = json(r#"{"version":1,"at":0.5,"event":"try_started","job":"x","try":1,"round":1}"#);
    let with = |field: &str, value: Value| {
        let mut line = started.clone();
        line[field] = value;
        published.check(&line)
    };
    published.hold(&started);
    assert!(with("mood", "new".into()).is_ok() && with("event", "brand_new".into()).is_ok());
    let mut new = started.clone();
    new["mood"] = "new".into();
    assert!(Schema::strict(EVENTS_SCHEMA).check(&new).is_err(), "the other tests would see nothing");
    for (field, value) in [("try", 0.into()), ("job", Value::Null), ("version", 2.into()), ("at", "now".into())] {
        assert!(with(field, value).is_err(), "{field}");
    }
    let mut without = started.clone();
    without.as_object_mut().unwrap().remove("round");
    assert!(published.check(&without).is_err());
}
