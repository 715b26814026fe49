//! What is said of runs that end early, or untidily.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use dojobber_tests::Terminal;

use super::screens::Pipe;
use super::{command_of, lines, said, without_times};

const ENDING: &str = env!("CARGO_BIN_EXE_ending");

/// The run, and what it says.
struct Napping {
    child: Child,
    said: BufReader<ChildStderr>,
}

impl Napping {
    fn start(args: &[&str]) -> Self {
        let mut child = command_of(ENDING, args).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { child, said }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {}", self.child.id())).status().unwrap();
        assert!(sent.success());
    }

    /// The rest that it says, without times, and what it exits with.
    fn end(mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (without_times(rest.split("try again: ").next().unwrap()), self.child.wait().unwrap().code())
    }
}

#[test]
fn an_interruption_is_answered_at_once() {
    let pipe = Pipe::new();
    let mut run = Napping::start(&["--pipe", pipe.path(), "--chores", "15"]);
    assert_eq!(run.line(), "nap: good night\n");
    run.signal("INT");
    // The nap lasts, and this is said nevertheless.
    assert_eq!(run.line(), "interrupted: waiting up to 30 s for nap; once more ends at once\n");
    pipe.say("get up");
    let expected = lines([
        "changed nap in … s",
        "cancelled: 16 (dream, chore 1, chore 2 and 13 more)",
        "failure: 1 changed, 16 cancelled in … s",
    ]);
    assert_eq!(run.end(), (expected, Some(130)));
}

#[test]
fn a_run_whose_time_is_over_says_so_once() {
    let pipe = Pipe::new();
    let mut run = Napping::start(&["--pipe", pipe.path(), "--chores", "2", "--deadline", "0.2"]);
    assert_eq!(run.line(), "nap: good night\n");
    assert_eq!(run.line(), "cancelled, since its time is over: waiting up to 30 s for nap\n");
    pipe.say("get up");
    let expected = lines([
        "changed nap in … s",
        "cancelled: 3 (dream, chore 1, chore 2)",
        "failure: 1 changed, 3 cancelled in … s",
    ]);
    assert_eq!(run.end(), (expected, Some(1)));
    // Where there was no line for it, the end tells it.
    let run = said(&mut command_of(ENDING, &["--deadline", "0", "-q"]));
    let expected = lines([
        "cancelled, since its time is over",
        "cancelled: 2 (nap, dream)",
        "failure: 2 cancelled in … s",
        &format!("try again: {ENDING} --deadline 0 -q"),
    ]);
    assert_eq!((run.code, run.err), (1, expected));
}

#[test]
fn clean_ups_that_fail_are_counted_and_told_once() {
    let run = said(&mut command_of(ENDING, &["--untidy", "--progress", "none"]));
    let again = format!("try again: {ENDING} --untidy --progress none");
    let expected = lines([
        "nap: good night",
        "dream.cleanup: fail \"the bed is broken\"",
        "dream.cleanup: fail \"the bed is broken\"",
        "dream.cleanup: fail \"the bed is broken\"",
        "nap.cleanup: fail \"the bed is broken\"",
        "dream passed in its try 3",
        "clean-up failed 3 times: dream: the bed is broken",
        "clean-up failed: nap: the bed is broken",
        "failure: 2 changed, 4 clean-ups failed in … s",
        &again,
    ]);
    assert_eq!((run.code, run.err), (1, expected));
}

#[test]
fn the_key_that_interrupts_leaves_nothing_of_the_bar() {
    let pipe = Pipe::new();
    let mut terminal = Terminal::start(80, ENDING, &["--pipe", pipe.path(), "--chores", "2"], &[]);
    terminal.wait_for(|text| text.contains("nap  run"));
    terminal.type_in("\u{3}");
    terminal.wait_for_all(
        "\
nap: good night
interrupted: waiting up to … s for nap; once more ends at once
  nap  run, … s
[                    ] 0/4  … s, cancelled
",
    );
    pipe.say("get up");
    assert_eq!(terminal.end(), 130);
    let text = terminal.text();
    assert_eq!(text.matches("nap  run").count(), 0, "{text}");
    let end = "cancelled: 3 (dream, chore 1, chore 2)\nfailure: 1 changed, 3 cancelled in … s\n";
    assert!(text.contains(end), "{text}");
}

/// What it said is no cause of its failure.
#[test]
fn a_program_that_failed_said_something() {
    let told = |args: &[&str]| {
        let err = said(&mut command_of(ENDING, args)).err;
        let err = err.split("try again: ").next().unwrap().to_owned();
        // The command is long.
        let lines = err.lines().map(|line| line.rsplit_once("` ").map_or(line, |(_, end)| end));
        lines.collect::<Vec<_>>().join("\n")
    };
    let expected = "\
alarm: GET /
alarm: 500 oops
failed alarm in … s
exited with status 1: 500 oops
failed alarm
exited with status 1: 500 oops
    it said last:
      GET /
      500 oops
failure: 1 failed in … s";
    assert_eq!(told(&["--say", "GET /", "--say", "500 oops"]), expected);
    let expected = "\
failed alarm
exited with status 1: 500 oops
failure: 1 failed in … s";
    assert_eq!(told(&["--say", "500 oops", "-q"]), expected);
}
