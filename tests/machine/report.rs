//! The report as JSON keeps to its schema, and says the same as the events.

use dojobber::json::REPORT_SCHEMA;

use super::provoke::{events, everything, misfortunes, no_act, overrun};
use super::{Schema, json};

#[test]
fn every_report_keeps_to_the_schema() {
    let (strict, published) = (Schema::strict(REPORT_SCHEMA), Schema::new(json(REPORT_SCHEMA)));
    for mut dojob in [everything(), misfortunes(), overrun(), no_act()] {
        let report = serde_json::to_value(dojob.checknrun().unwrap()).unwrap();
        assert_eq!(report["version"], 1);
        strict.hold(&report);
        published.hold(&report);
    }
}

#[test]
fn events_and_report_spell_the_same() {
    for mut dojob in [everything(), misfortunes(), overrun(), no_act()] {
        let lines = events(&mut dojob);
        let report = serde_json::to_value(dojob.checknrun().unwrap()).unwrap();
        let lines = lines.lock().unwrap();
        for job in report["jobs"].as_array().unwrap() {
            let ended = lines.iter().find(|line| line["event"] == "job_ended" && line["job"] == job["name"]).unwrap();
            for field in ["status", "result"] {
                assert_eq!(ended[field], job[field], "{}", job["name"]);
            }
            // The report keeps the error of a try that was followed by a better one.
            if !ended["error"].is_null() {
                assert_eq!(ended["error"], job["error"]);
            }
        }
    }
}
