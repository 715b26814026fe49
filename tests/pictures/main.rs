//! The graph as a picture, in every format.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{Direction, Picture, Theme};
use dojobber_tests::Lines;

mod display;
mod families;
mod formats;
mod hostile;
mod large;

/// A job of every kind, and of every way to end that needs no cancellation.
fn party() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob
        .lines_to(Lines::new())
        .clock(VirtualClock::new())
        .default_tries(1)
        .add(DynJob::new("Oven").check(|_| true))
        .add(DynJob::new("Dough").storage(|_| false).check(|done, _| *done).run(|done, _| *done = true))
        .add(DynJob::new("Pizza").deps(["Oven", "Dough"]).run(|_| ()))
        .add(DynJob::new("Wine").check(|_| false).run(|_| -> Result { bail!("the cellar is locked") }))
        .add(DynJob::new("Party").deps(["Pizza", "Wine"]))
        .root_named("Party");
    dojob
}

fn drawn(picture: &Picture<'_>, format: &Format) -> String {
    let mut drawn = Vec::new();
    picture.write(&mut drawn, format).unwrap();
    String::from_utf8(drawn).unwrap()
}

/// Compares with the file of this name in `golden`; writes it anew where `UPDATE_GOLDEN` is set.
#[track_caller]
fn assert_golden(name: &str, drawn: &str) {
    dojobber_tests::assert_golden(&format!("pictures/golden/{name}"), drawn);
}

/// What Graphviz makes of a source, in this format; `None` where it is not installed, which CI doesn't accept.
fn graphviz(source: &str, format: &str) -> Option<String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut dot = Command::new("dot");
    let started =
        dot.arg(format!("-T{format}")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        assert!(std::env::var_os("CI").is_none(), "CI needs Graphviz");
        return None;
    };
    child.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    Some(String::from_utf8(output.stdout).unwrap())
}
