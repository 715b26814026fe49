//! What goes wrong: panics, errors of all types, graphs that can't be run, arguments that are missing.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

mod arguments;
mod errors;
mod graphs;
mod left_to_others;
mod panics;

use std::io;

use dojobber::prelude::*;
use dojobber::{AnyJob, ErrorKind, FromContext, Job, JobReport, PlannedJob, Problem, Status};
use dojobber_tests::Lines;
use serde::{Deserialize, Serialize};

/// A job in a crate that nothing here names: it is not linked, and that is told.
#[test]
fn a_job_that_is_not_linked_in() {
    let error = DoJobber::new().root_named("linked_job").checknrun().unwrap_err().to_string();
    assert!(error.contains("a crate that nothing names is not linked: `use its_name as _;` links it"), "{error}");
}
