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

/// A run whose nap is cut short: what is said while it lasts, and what then. The chores come after the nap.
#[track_caller]
fn cut_short(chores: &str, args: &[&str], end: impl Fn(&Napping), at_once: &str, (cancelled, code): (&str, i32)) {
    let pipe = Pipe::new();
    let mut run = Napping::start(&[&["--pipe", pipe.path(), "--chores", chores], args].concat());
    assert_eq!(run.line(), "nap: good night\n");
    end(&run);
    // The nap lasts, and this is said nevertheless.
    assert_eq!(run.line(), format!("{at_once}\n"));
    pipe.say("get up");
    let count = cancelled.split([':', ' ']).nth(2).unwrap();
    let end = format!("failure: 1 changed, {count} cancelled in … s");
    assert_eq!(run.end(), (lines(["changed nap in … s", cancelled, &end]), Some(code)));
}

#[test]
fn an_interruption_is_answered_at_once() {
    let at_once = "interrupted: waiting up to 30 s for nap; once more ends at once";
    let cancelled = "cancelled: 16 (dream, chore 1, chore 2 and 13 more)";
    cut_short("15", &[], |run| run.signal("INT"), at_once, (cancelled, 130));
}

#[test]
fn a_run_whose_time_is_over_says_so_once() {
    let at_once = "cancelled, since its time is over: waiting up to 30 s for nap";
    for deadline in ["0.2", "200ms"] {
        let cancelled = "cancelled: 3 (dream, chore 1, chore 2)";
        cut_short("2", &["--deadline", deadline], |_| (), at_once, (cancelled, 1));
    }
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
        let without_command = |line: &str| match (line.split_once('`'), line.rsplit_once("` ")) {
            (Some((before, _)), Some((_, behind))) => format!("{before}{behind}"),
            _ => line.to_owned(),
        };
        err.lines().map(without_command).collect::<Vec<_>>().join("\n")
    };
    let expected = "\
alarm: GET /
alarm: 500 oops
failed alarm in … s: exited with status 1: 500 oops
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

/// What variables say to this program alone, such as where its events go, is not for programs that its jobs start; those
/// may be of dojobber, too.
#[test]
fn programs_do_not_get_what_is_said_to_this_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command_of(ENDING, &["--env", "--progress", "none", "-v"]);
    for name in ["EVENTS", "JUNIT", "REPORT", "LOCK"] {
        command.env(format!("DOJOBBER_{name}"), folder.path().join(name));
    }
    command
        .env("DOJOBBER_GRAPH", folder.path().join("graph.dot"))
        .env("DOJOBBER_ONLY", "env")
        .env("DOJOBBER_JSON", "1");
    // How to do it is for all of them; so is what is none of dojobber's.
    command.env("DOJOBBER_NO_CLEANUP", "1").env("DOJOBBER_OWN", "1");
    let run = said(&mut command);
    let said: Vec<_> = run.err.lines().filter_map(|line| line.strip_prefix("env: ")).collect();
    assert_eq!(said, ["DOJOBBER_GRAPH=of its own", "DOJOBBER_NO_CLEANUP=1", "DOJOBBER_OWN=1"], "{}", run.err);
    assert!(run.code == 0 && folder.path().join("EVENTS").exists());
}

/// Checks are waited for, as in a run, so that nothing that they started is left alone.
#[test]
fn checks_that_are_interrupted() {
    for verb in [&["plan"][..], &["why", "clock"]] {
        let pipe = Pipe::new();
        let mut run = Napping::start(&[verb, &["--tick", "--pipe", pipe.path()]].concat());
        assert_eq!(run.line(), "clock: tick\n");
        run.signal("INT");
        assert_eq!(run.line(), "interrupted: waiting up to 30 s for clock; once more ends at once\n", "{verb:?}");
        pipe.say("tock");
        assert_eq!(run.end(), (String::new(), Some(130)), "{verb:?}");
    }
}

/// What it would need is never known.
#[test]
fn a_plan_that_is_interrupted() {
    for verb in [&[][..], &["-q"], &["plan"], &["plan", "-q"], &["why", "nap"]] {
        for (signal, code) in [("INT", 130), ("TERM", 143)] {
            let mut run = Napping::start(&[verb, &["--guests", "async"]].concat());
            assert_eq!(run.line(), "who comes?\n");
            run.signal(signal);
            let said = "interrupted while the plan was made; nothing was run\n".to_owned();
            assert_eq!(run.end(), (said, Some(code)), "{verb:?}");
        }
    }
}

/// As also where the names that were typed have to be known first.
#[test]
fn looking_for_a_name_is_interrupted() {
    for args in [&["--only", "nobody"][..], &["plan", "--exclude", "nobody"], &["why", "nap", "--only", "nobody"]] {
        let mut run = Napping::start(&[args, &["--guests", "async"]].concat());
        assert_eq!(run.line(), "who comes?\n");
        run.signal("INT");
        let said = "interrupted while the plan was made; nothing was run\n".to_owned();
        assert_eq!(run.end(), (said, Some(130)), "{args:?}");
    }
}

/// As where `why` looks for a job in other graphs.
#[test]
fn looking_into_other_graphs_is_interrupted() {
    let mut run = Napping::start(&["why", "nobody", "--roots", "--guests", "async"]);
    assert_eq!(run.line(), "who comes?\n");
    run.signal("INT");
    assert_eq!(run.end(), ("interrupted while the plan was made; nothing was run\n".to_owned(), Some(130)));
}

/// Blocking code is not ended, but what comes of it is not run.
#[test]
fn a_plan_that_goes_on_until_its_code_returns_is_not_run() {
    let counts = "cancelled: 3 (warn Ann, nap, dream)";
    for (args, said) in [
        (&[][..], lines(["interrupted; once more ends at once", counts, "failure: 3 cancelled in … s"])),
        (&["-q"], lines(["interrupted", counts, "failure: 3 cancelled in … s"])),
        (&["plan"], lines(["interrupted; once more ends at once"])),
        (&["why", "nap"], lines(["interrupted; once more ends at once"])),
    ] {
        let mut run = Napping::start(&[args, &["--guests", "blocking"]].concat());
        assert_eq!(run.line(), "who lives here?\n");
        run.signal("TERM");
        assert_eq!(run.end(), (said, Some(143)), "{args:?}");
    }
}

/// Beside what a try failed with, which stays what it was.
#[test]
fn a_value_that_panics_when_it_is_dropped_is_told() {
    let run = said(&mut command_of(ENDING, &["--odd", "value"]));
    let warning = run.err.lines().find(|line| line.starts_with("warning: "));
    let warning = warning.unwrap_or_else(|| panic!("{}", run.err));
    let (what, message) = (warning.split(" at ").next().unwrap(), warning.rsplit(": ").next().unwrap());
    assert_eq!((what, message), ("warning: bomb: dropping the job's value: panicked", "it went off"), "{warning}");
    assert!(run.code == 1 && run.err.contains("\nfailed bomb\n    no fuse\n"), "{}", run.err);
    assert!(!said(&mut command_of(ENDING, &["--odd", "value", "-q"])).err.contains("warning"));
}

#[test]
fn a_result_that_is_no_json_is_named() {
    let run = said(&mut command_of(ENDING, &["--odd", "result", "--json"]));
    let expected = "error: standard output: the result of `odd` is no JSON: key must be a string\n";
    assert!(run.code == 1 && run.out.is_empty() && run.err.contains(expected), "{}", run.err);
    // In events it costs nothing but itself.
    let events = tempfile::NamedTempFile::new().unwrap();
    let path = events.path().to_str().unwrap();
    let run = said(&mut command_of(ENDING, &["--odd", "result", "--events", path]));
    let expected = format!("error: {path}: the result of `odd` is no JSON: key must be a string\n");
    assert!(run.code == 1 && run.err.contains(&expected), "{}", run.err);
    let written = std::fs::read_to_string(path).unwrap();
    let written: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ended = written.iter().find(|line| line["event"] == "job_ended").unwrap();
    assert_eq!((&ended["status"], &ended["result"]), (&"ok".into(), &serde_json::Value::Null));
    assert_eq!(ended["result_error"], "the result of `odd` is no JSON: key must be a string");
    assert_eq!(written.last().unwrap()["event"], "run_ended");
}
