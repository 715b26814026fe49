//! The forms that `#[job]` accepts: that they compile, and what they do.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(unused_qualifications, reason = "paths of all kinds are what is tested")]
#![allow(clippy::unnecessary_wraps, reason = "what is returned is tested, not why")]

mod conditions;
mod constants;
mod families;
mod from_macros;
mod instances;
mod items;
mod others;
mod parameters;
mod places;
mod returns;
mod values;

use dojobber::prelude::*;
use dojobber::{Job, Kind, Status};
use dojobber_tests::{root, run};

/// The names of the jobs below `J`, in the order of the plan.
#[track_caller]
fn names<J: Job>() -> Vec<String> {
    root::<J>().plan().unwrap().jobs().map(|job| job.name().to_owned()).collect()
}

/// The text of the error that `J` failed with.
#[track_caller]
fn error_of<J: Job>(name: &str) -> String {
    let report = root::<J>().checknrun().unwrap();
    report.error(name).unwrap().to_string()
}
