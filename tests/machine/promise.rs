//! What is written of events and reports names all that there is in them.

use std::collections::BTreeSet;

use dojobber::json::{EVENTS_SCHEMA, REPORT_SCHEMA};

use super::json;

const EVENTS: &str = include_str!("../../dojobber/src/output/events.md");
const REPORT: &str = include_str!("../../dojobber/src/output/report.md");

#[test]
fn every_event_has_a_section_with_every_field() {
    let schema = json(EVENTS_SCHEMA);
    for (name, event) in schema["$defs"].as_object().unwrap() {
        let heading = match name.as_str() {
            "job" | "error" => "",
            name => &format!("\n## `{name}`\n"),
        };
        let (_, section) = EVENTS.split_once(heading).unwrap_or_else(|| panic!("there is no section on {name}"));
        let section = if heading.is_empty() { section } else { section.split("\n## ").next().unwrap() };
        for field in event["properties"].as_object().unwrap().keys() {
            let shared = ["version", "at", "event"].contains(&field.as_str());
            let told = if shared { EVENTS } else { section };
            assert!(told.contains(&format!("`{field}`")), "{name}: nothing on {field}");
        }
    }
    let sections = EVENTS.matches("\n## ").count();
    assert_eq!(sections, schema["allOf"].as_array().unwrap().len());
}

/// A new event has to be added to the schema; that it happens in a test, another test sees to.
#[test]
fn every_event_that_is_written_is_in_the_schema() {
    let code = include_str!("../../dojobber/src/output/json.rs");
    let calls = ["self.event(\"", "self.of_job(\"", "self.of_try(\""];
    let names = calls.iter().flat_map(|call| code.split(call).skip(1)).map(|rest| rest.split('"').next().unwrap());
    let schema = json(EVENTS_SCHEMA);
    let rules = schema["allOf"].as_array().unwrap().iter().map(|rule| rule["then"]["$ref"].as_str().unwrap());
    let rules: BTreeSet<_> = rules.map(|rule| rule.trim_start_matches("#/$defs/")).collect();
    assert_eq!(names.collect::<BTreeSet<_>>(), rules);
}

#[test]
fn every_word_is_told() {
    let schema = json(EVENTS_SCHEMA);
    for definition in schema["$defs"].as_object().unwrap().values() {
        for field in definition["properties"].as_object().unwrap().values() {
            for word in field["examples"].as_array().into_iter().flatten() {
                assert!(EVENTS.contains(&format!("`{}`", word.as_str().unwrap())), "nothing on {word}");
            }
        }
    }
}

#[test]
fn every_field_of_the_report_is_told() {
    let schema = json(REPORT_SCHEMA);
    let parts = schema["$defs"].as_object().unwrap().iter().filter(|(name, _)| *name != "error");
    for (name, part) in parts.map(|(name, part)| (name.as_str(), part)).chain([("report", &schema)]) {
        for field in part["properties"].as_object().unwrap().keys() {
            assert!(REPORT.contains(&format!("`{field}`")), "{name}: nothing on {field}");
        }
    }
}
