//! What other programs read: events as lines of JSON, and the report as JSON. Both have a version, and a promise.
//!
//! # The promise
//!
//! Within a version, nothing that is documented here is taken away, renamed, or given another type or meaning. What may
//! come in any release, and what a reader has to put up with:
//!
//! - fields that are not documented here, in any object: ignore them;
//! - events that are not documented here: ignore their lines;
//! - further words where a word says of what kind something is (`kind` of a job or an error, `status`, `phase`, `stream`,
//!   `access`): treat them as something that you don't know.
//!
//! Anything else gets another version, which is told in the changelog. The order of fields is none of the promise.
//! [`EVENTS_SCHEMA`] and [`REPORT_SCHEMA`] say the same to programs; new fields and events pass them, too.
#![doc = include_str!("events.md")]
#![doc = include_str!("report.md")]

use std::cell::Cell;
use std::fmt;
use std::time::SystemTime;

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::event::{Event, EventKind};
use crate::harmless;
use crate::outcome::Value;
use crate::plan::{JobId, Plan, PlannedJob};

/// The version that events have, in their field `version`.
pub const EVENTS_VERSION: u32 = 1;

/// The version that the report has, in its field `version`.
pub const REPORT_VERSION: u32 = 1;

/// The JSON Schema (2020-12) of one line of events.
pub const EVENTS_SCHEMA: &str = include_str!("events.schema.json");

/// The JSON Schema (2020-12) of the report.
pub const REPORT_SCHEMA: &str = include_str!("report.schema.json");

/// An event as a JSON object on one line, without the newline: for files, pipes and programs that read along. The
/// [module](crate::json) documents them one by one. Characters that would steer a terminal are written as `\u001b`.
///
/// ```
/// use dojobber::json::EventJson;
/// use dojobber::prelude::*;
/// use std::sync::{Arc, Mutex};
///
/// #[job]
/// fn bake() {}
///
/// let lines = Arc::new(Mutex::new(Vec::new()));
/// let seen = Arc::clone(&lines);
/// DoJobber::new()
///     .root::<bake>()
///     .clock(dojobber::testing::VirtualClock::new())
///     .on_event(move |plan, event| seen.lock().unwrap().push(EventJson::new(plan, event).to_string()))
///     .checknrun()
///     .unwrap();
/// let lines = lines.lock().unwrap();
/// assert_eq!(lines[1], r#"{"version":1,"at":0.0,"event":"try_started","job":"bake","try":1,"round":1}"#);
/// assert_eq!(lines.last().unwrap(), r#"{"version":1,"at":0.0,"event":"run_ended","success":true}"#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EventJson<'e> {
    plan: &'e Plan,
    event: &'e Event,
}

impl<'e> EventJson<'e> {
    /// This event of a run of this plan.
    pub fn new(plan: &'e Plan, event: &'e Event) -> Self {
        Self { plan, event }
    }

    /// As it is displayed; and what is not in it, if the job has a result that is no JSON.
    pub(crate) fn line(&self) -> serde_json::Result<(String, Option<String>)> {
        let lost = Cell::default();
        let line = serde_json::to_string(&Noting(*self, &lost)).map(harmless::json)?;
        Ok((line, lost.take()))
    }
}

impl fmt::Display for EventJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line().map_err(|_| fmt::Error)?.0)
    }
}

/// Nothing of this comes from how [`Event`] itself is serialized: that may change as the crate does, and this may not.
impl Serialize for EventJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Noting(*self, &Cell::default()).serialize(serializer)
    }
}

/// Notes what it had to leave out.
struct Noting<'e, 'n>(EventJson<'e>, &'n Cell<Option<String>>);

impl Serialize for Noting<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(EventJson { plan, event }, lost) = self;
        let mut out = Fields { map: serializer.serialize_map(None)?, plan, lost };
        out.field("version", &EVENTS_VERSION)?;
        out.field("at", &event.at.as_secs_f64())?;
        out.kind(&event.kind)?;
        out.map.end()
    }
}

/// A date of the clock, as RFC 3339 has it, in UTC.
pub(crate) fn date(date: SystemTime) -> String {
    humantime::format_rfc3339_millis(date).to_string()
}

struct Fields<'p, M> {
    map: M,
    plan: &'p Plan,
    lost: &'p Cell<Option<String>>,
}

impl<M: SerializeMap> Fields<'_, M> {
    fn field(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), M::Error> {
        self.map.serialize_entry(name, value)
    }

    fn event(&mut self, name: &'static str) -> Result<(), M::Error> {
        self.field("event", name)
    }

    fn of_job(&mut self, name: &'static str, job: JobId) -> Result<(), M::Error> {
        self.event(name)?;
        self.field("job", self.plan.job(job).name())
    }

    fn of_try(&mut self, name: &'static str, job: JobId, number: u32) -> Result<(), M::Error> {
        self.of_job(name, job)?;
        self.field("try", &number)
    }

    /// One that isn't data, such as a map with keys that are no text, must not cost the whole event.
    fn result(&mut self, job: JobId, result: Option<&Value>) -> Result<(), M::Error> {
        match result.map(|result| result.json_of(self.plan.job(job).name())).transpose() {
            Ok(json) => self.field("result", &json),
            Err(why) => {
                self.field("result", &())?;
                self.field("result_error", &why)?;
                self.lost.set(Some(why));
                Ok(())
            }
        }
    }

    /// Without a wildcard, so that no event is forgotten. A new one goes into `events.md` and the schema, too.
    fn kind(&mut self, kind: &EventKind) -> Result<(), M::Error> {
        match kind {
            EventKind::RunStarted { no_act, date: started } => {
                let plan = self.plan;
                self.event("run_started")?;
                self.field("date", &date(*started))?;
                self.field("no_act", no_act)?;
                self.field("roots", &plan.roots().map(PlannedJob::name).collect::<Vec<_>>())?;
                self.field("jobs", &plan.jobs().map(JobJson).collect::<Vec<_>>())
            }
            EventKind::TryStarted { job, number, round } => {
                self.of_try("try_started", *job, *number)?;
                self.field("round", round)
            }
            EventKind::PhaseStarted { job, number, phase } => {
                self.of_try("phase_started", *job, *number)?;
                self.field("phase", phase)
            }
            EventKind::PhaseEnded { job, number, phase, passed, error } => {
                self.of_try("phase_ended", *job, *number)?;
                self.field("phase", phase)?;
                self.field("passed", passed)?;
                self.field("error", error)
            }
            EventKind::TryFailed { job, number, error, retry_at } => {
                self.of_try("try_failed", *job, *number)?;
                self.field("error", error)?;
                self.field("retry_at", &retry_at.as_secs_f64())
            }
            EventKind::JobEnded { job, status, error, result, preliminary } => {
                self.of_job("job_ended", *job)?;
                self.field("status", status)?;
                self.field("error", error)?;
                self.result(*job, result.as_ref())?;
                self.field("preliminary", preliminary)
            }
            EventKind::FamilyMade { job, .. } => {
                let plan = self.plan;
                self.of_job("family_made", *job)?;
                self.field("members", &plan.members_of(*job).map(JobJson).collect::<Vec<_>>())
            }
            EventKind::Race { job, key, set_by, access } => {
                self.of_job("race", *job)?;
                self.field("key", key)?;
                self.field("set_by", self.plan.job(*set_by).name())?;
                self.field("access", access)
            }
            EventKind::Output { job, number, phase, stream, line } => {
                self.of_try("output", *job, *number)?;
                self.field("phase", phase)?;
                self.field("stream", stream)?;
                self.field("line", line)
            }
            EventKind::Overrunning { job, number } => self.of_try("overrunning", *job, *number),
            EventKind::Settling { job, number, error, recheck_at } => {
                self.of_try("settling", *job, *number)?;
                self.field("error", error)?;
                self.field("recheck_at", &recheck_at.as_secs_f64())
            }
            EventKind::Cancelled => self.event("cancelled"),
            EventKind::CleanupStarted { job, number } => self.of_try("cleanup_started", *job, *number),
            EventKind::CleanupEnded { job, number, error } => {
                self.of_try("cleanup_ended", *job, *number)?;
                self.field("error", error)
            }
            EventKind::RunEnded { success } => {
                self.event("run_ended")?;
                self.field("success", success)
            }
        }
    }
}

/// A job as it was planned: in events, and in lists of jobs.
pub(crate) struct JobJson<'p>(pub(crate) PlannedJob<'p>);

impl Serialize for JobJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(job) = self;
        let place = job.place();
        let mut out = serializer.serialize_struct("Job", 9)?;
        out.serialize_field("name", job.name())?;
        out.serialize_field("kind", &job.kind())?;
        out.serialize_field("description", job.description())?;
        out.serialize_field("tags", &job.tags().collect::<Vec<_>>())?;
        out.serialize_field("crate", &place.krate)?;
        out.serialize_field("file", &place.file)?;
        out.serialize_field("line", &place.line)?;
        out.serialize_field("dependencies", &job.dependencies().map(PlannedJob::name).collect::<Vec<_>>())?;
        out.serialize_field("tries", &job.tries())?;
        out.end()
    }
}
