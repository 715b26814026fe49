//! The report as JSON keeps to its schema, and says the same as the events.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dojobber::json::REPORT_SCHEMA;
use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{Alarm, Clock};

use serde_json::Value;

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

/// A clock that is set to this, in whatever way.
struct Set(SystemTime);

impl Clock for Set {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wait_until(&self, _: Duration, _: &Alarm) {}

    fn date(&self) -> SystemTime {
        self.0
    }
}

/// When the report of a run by this clock says that it started, and when its first event.
fn dates(clock: impl Clock + 'static) -> (SystemTime, String, String) {
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("all")).root_named("all").clock(clock);
    let lines = events(&mut dojob);
    let report = dojob.checknrun().unwrap();
    let text = |value: &Value| value["date"].as_str().unwrap().to_owned();
    (report.date(), text(&serde_json::to_value(&report).unwrap()), text(&lines.lock().unwrap()[0]))
}

#[test]
fn they_tell_when_the_run_started() {
    let clock = VirtualClock::new();
    clock.advance(Duration::from_millis(1_795_637_047_125));
    let (date, of_report, of_events) = dates(clock);
    assert_eq!(date, UNIX_EPOCH + Duration::from_millis(1_795_637_047_125));
    assert_eq!((&*of_report, &*of_events), ("2026-11-25T20:04:07.125Z", "2026-11-25T20:04:07.125Z"));
    // A machine whose clock is far off does its jobs all the same.
    assert_eq!(dates(Set(UNIX_EPOCH - Duration::from_secs(1))).1, "1970-01-01T00:00:00.000Z");
    assert_eq!(dates(Set(UNIX_EPOCH + Duration::from_secs(1 << 40))).1, "9999-12-31T23:59:59.000Z");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is held against the system's clock")]
fn the_date_is_that_of_the_system() {
    let before = SystemTime::now();
    let date = DoJobber::new().add(DynJob::new("all")).root_named("all").checknrun().unwrap().date();
    assert!(before <= date && date <= SystemTime::now());
}
