//! Signals that cancel runs, in processes of their own (R23). Each says how far it has come, and nobody just waits.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(what: &str) -> Self {
        Self::start_by(&[], what)
    }

    /// Has another program start it, which makes way for it.
    fn start_by(by: &[&str], what: &str) -> Self {
        let words = [by, &[env!("CARGO_BIN_EXE_interrupted"), what]].concat();
        let mut command = Command::new(words[0]);
        let mut child = command.args(&words[1..]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// It has come as far as that.
    fn says(&mut self, line: &str) {
        assert_eq!(self.lines.next().unwrap().unwrap(), line);
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {}", self.child.id())).status().unwrap();
        assert!(sent.success());
    }

    /// What else it says, and how it ends.
    fn end(mut self) -> (Vec<String>, ExitStatus) {
        let said = self.lines.by_ref().map(|line| line.unwrap()).collect();
        (said, self.child.wait().unwrap())
    }

    #[track_caller]
    fn ends(self, said: &[&str], code: i32) {
        let (all, status) = self.end();
        assert_eq!((all, status.code()), (said.iter().map(ToString::to_string).collect(), Some(code)));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // After a failed test only; else it has ended.
        let _ = self.child.kill();
    }
}

#[test]
fn blocking_code_is_told_and_clean_ups_follow() {
    for (signal, number, code) in [("INT", 2, 130), ("TERM", 15, 143)] {
        let mut program = Program::start("blocking");
        program.says("runs");
        program.signal(signal);
        program.ends(&["cleaned up", &format!("Some({number}), Some(Cancelled)")], code);
    }
}

/// Whoever runs the tests may ignore the signal, which is inherited.
#[cfg(target_os = "linux")]
const HANGUP: &[&str] = &["env", "--default-signal=HUP"];

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_that_is_closed_cancels_too() {
    let mut program = Program::start_by(HANGUP, "blocking");
    program.says("runs");
    program.signal("HUP");
    program.ends(&["cleaned up", "Some(1), Some(Cancelled)"], 129);
    let mut program = Program::start_by(HANGUP, "left");
    program.says("runs");
    program.signal("HUP");
    let (said, status) = program.end();
    assert_eq!((said, status.signal()), (Vec::new(), Some(1)));
}

/// The shell tells of it, and then the system does.
#[test]
#[cfg(target_os = "linux")]
fn a_terminal_that_is_closed_is_told_of_twice() {
    let mut program = Program::start_by(HANGUP, "hanging");
    program.says("runs");
    program.signal("HUP");
    program.says("hangs");
    program.signal("HUP");
    program.signal("TERM");
    program.ends(&[], 143);
}

#[test]
fn under_nohup_a_closed_terminal_changes_nothing() {
    let mut program = Program::start_by(&["nohup"], "blocking");
    program.says("runs");
    program.signal("HUP");
    program.signal("TERM");
    program.ends(&["cleaned up", "Some(15), Some(Cancelled)"], 143);
}

#[test]
fn async_code_is_dropped_and_clean_ups_follow() {
    let mut program = Program::start("async");
    program.says("runs");
    program.signal("INT");
    program.ends(&["dropped", "cleaned up", "Some(2), Some(Cancelled)"], 130);
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut program = Program::start("hanging");
        program.says("runs");
        program.signal("INT");
        program.says("hangs");
        program.signal(signal);
        program.ends(&[], code);
    }
}

/// A process that somebody else has started.
struct Stranger(String);

impl Stranger {
    /// One that is dead, and that nobody has asked about, is not.
    fn runs(&self) -> bool {
        let ps = Command::new("ps").args(["-o", "stat=", "-p", &self.0]).output().unwrap();
        let state = String::from_utf8(ps.stdout).unwrap();
        !state.trim().is_empty() && !state.starts_with('Z')
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // After a failed test only.
        if self.runs() {
            let _ = Command::new("sh").arg("-c").arg(format!("kill -KILL {}", self.0)).status();
        }
    }
}

#[test]
fn a_second_signal_ends_the_programs_that_jobs_started_too() {
    for (what, signal, code) in [("program", "INT", 130), ("program", "TERM", 143), ("async program", "INT", 130)] {
        let mut program = Program::start(what);
        let pids = program.lines.next().unwrap().unwrap();
        let strangers: Vec<_> = pids.split(' ').map(|pid| Stranger(pid.to_owned())).collect();
        assert!(strangers.len() == 2 && strangers.iter().all(Stranger::runs), "{pids}");
        program.signal("INT");
        if what == "program" {
            program.says("asked");
        } else {
            // What the program says is not heard any more, but it was asked when the future was dropped.
            program.says("dropped");
        }
        program.signal(signal);
        program.ends(&[], code);
        // The signal was sent before, but whoever gets it need not have ended at once.
        let all_end = (0..1000).any(|_| !strangers.iter().any(Stranger::runs));
        assert!(all_end, "{what}: {pids} run on");
    }
}

#[test]
fn a_signal_before_the_run_cancels_it_at_once() {
    let mut program = Program::start("before");
    program.says("runs");
    program.signal("TERM");
    program.ends(&["cleaned up", "Ok(Some(15))", "Some(15), Some(Cancelled)"], 143);
}

#[test]
fn the_next_run_starts_afresh() {
    let mut program = Program::start("again");
    program.says("runs");
    program.signal("INT");
    program.ends(&["cleaned up", "Some(2), Some(Cancelled)", "cleaned up", "true", "None, None"], 0);
}

/// That run has answered for the signal, which doesn't cancel the next one.
#[test]
fn a_signal_while_the_plan_is_made_cancels_that_run_alone() {
    let mut program = Program::start("planning");
    program.says("runs");
    program.signal("TERM");
    let (said, status) = program.end();
    assert_eq!(said[0], "dropped");
    assert!(
        said[1].starts_with("Some(15), the jobs can't be run: ") && said[1].contains("the run was cancelled"),
        "{said:?}"
    );
    assert_eq!((&said[2..], status.code()), (&["Ann comes".to_owned(), "None, None".to_owned()][..], Some(0)));
}

/// A mere plan is no run: the next one answers for the signal, and ends with what tells of that.
#[test]
fn a_signal_while_a_mere_plan_is_made_cancels_the_next_run_too() {
    let mut program = Program::start("planning alone");
    program.says("runs");
    program.signal("INT");
    program.ends(&["dropped", "Some(Some(2))", "Some(2), None"], 130);
}

#[test]
fn when_nobody_asks_any_more_signals_do_what_they_do() {
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let mut program = Program::start("left");
        program.says("runs");
        program.signal(signal);
        let (said, status) = program.end();
        assert_eq!((said, status.signal()), (Vec::new(), Some(number)));
    }
}

#[test]
fn without_a_signal_success_is_0_and_failure_1() {
    Program::start("passing").ends(&["None, Some(Changed)"], 0);
    Program::start("failing").ends(&["None, Some(Failed)"], 1);
}
