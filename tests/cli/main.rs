//! The command line of a program of jobs, from outside: what it prints, and what it exits with.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

mod changes;
#[cfg(unix)]
mod ending;
mod files;
#[cfg(unix)]
mod hostile;
mod mistakes;
mod outputs;
#[cfg(unix)]
mod screens;
#[cfg(unix)]
mod secrets;
mod verbs;
mod words;

use std::process::{Command, Output};

use dojobber_tests::command as command_of;

/// What a run of the program said and exited with.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

fn party(args: &[&str]) -> Said {
    said(&mut command(args))
}

fn command(args: &[&str]) -> Command {
    command_of(env!("CARGO_BIN_EXE_party"), args)
}

fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| without_times(&String::from_utf8(bytes).unwrap());
    Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// Times differ from run to run.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let timed = line.match_indices(" in ").find_map(|(place, before)| {
            let (number, after) = line[place + before.len()..].split_once(" s")?;
            number.parse::<f64>().is_ok().then(|| format!("{} in … s{after}\n", &line[..place]))
        });
        timed.unwrap_or_else(|| format!("{line}\n"))
    };
    text.lines().map(line).collect()
}

/// Lines, as they are printed.
fn lines<const N: usize>(lines: [&str; N]) -> String {
    lines.join("\n") + "\n"
}
