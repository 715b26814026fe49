//! The command line of a program of jobs, from outside: what it prints, and what it exits with.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

mod changes;
mod files;
mod mistakes;
mod outputs;
#[cfg(unix)]
mod screens;
#[cfg(unix)]
mod secrets;
#[cfg(unix)]
mod terminal;
mod verbs;

use std::process::{Command, Output};

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

/// A program, in an environment without words for it.
fn command_of(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).env_remove("RUST_BACKTRACE");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DOJOBBER_") || name.contains("COLOR")) {
        command.env_remove(name);
    }
    command
}

fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| without_times(&String::from_utf8(bytes).unwrap());
    Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// Times differ from run to run.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" in ") {
        Some((before, after)) if after.ends_with(" s") => format!("{before} in … s\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Lines, as they are printed.
fn lines<const N: usize>(lines: [&str; N]) -> String {
    lines.join("\n") + "\n"
}
