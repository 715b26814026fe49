//! What the example programs print, word for word but for times. In `movie_night` and `fleet` is a file for each; the
//! README's pictures are in the repository's `docs`. `UPDATE_GOLDEN=1 cargo test -p dojobber-tests --test golden` writes
//! all of them anew, but for `docs/run.svg`, whose command is in the README.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

mod fleet;
mod movie_night;
mod pictures;
mod readme;

use std::path::{Path, PathBuf};
use std::process::Output;

use dojobber_tests::{Terminal, assert_golden};

/// One of the programs, found by its name, so that paths don't show; in a folder of its own.
struct Program {
    name: &'static str,
    /// Where it is.
    path: String,
    folder: tempfile::TempDir,
}

impl Program {
    fn new(name: &'static str, binary: &str) -> Self {
        let path = Path::new(binary).parent().unwrap().to_str().unwrap().to_owned();
        Self { name, path, folder: tempfile::tempdir().unwrap() }
    }

    /// What it says to standard output and standard error, and what it exits with.
    fn says(&self, args: &[&str]) -> (String, String, i32) {
        let mut command = dojobber_tests::command(self.name, args);
        let Output { status, stdout, stderr } =
            command.env("PATH", &self.path).current_dir(&self.folder).output().unwrap();
        let text = |bytes| without_numbers(&String::from_utf8(bytes).unwrap());
        (text(stdout), text(stderr), status.code().unwrap())
    }

    /// Compares all that it says with the file of this name.
    #[track_caller]
    fn golden(&self, file: &str, args: &[&str]) {
        let (out, err, code) = self.says(args);
        let err = if err.is_empty() { err } else { format!("--- standard error\n{err}") };
        let text = format!("$ {}\n{out}{err}--- exit code {code}\n", self.typed(args));
        assert_golden(&self.file(file), &text);
    }

    /// It runs at a terminal.
    fn at_terminal(&self, columns: u16, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        let env = [&[("PATH", &*self.path)], env].concat();
        Terminal::start_in(self.folder.path(), columns, self.name, args, &env)
    }

    /// Compares what is on the screen at its end with the file of this name. Returns all that was written to it.
    #[track_caller]
    fn golden_screen(&self, file: &str, columns: u16, args: &[&str], env: &[(&str, &str)]) -> String {
        let mut terminal = self.at_terminal(columns, args, env);
        let code = terminal.end();
        let text = format!("$ {}\n{}--- exit code {code}\n", self.typed(args), terminal.text());
        assert_golden(&self.file(file), &text);
        String::from_utf8(terminal.raw).unwrap()
    }

    /// The screen of the end at 80 and 120 columns, and without colours, which changes nothing else.
    #[track_caller]
    fn golden_screens(&self, file: &str, args: &[&str]) {
        let colored = self.golden_screen(&format!("{file}_80"), 80, args, &[]);
        assert!(has_colors(&colored), "{colored:?}");
        self.golden_screen(&format!("{file}_120"), 120, args, &[]);
        let plain = self.golden_screen(&format!("{file}_80"), 80, args, &[("NO_COLOR", "1")]);
        assert!(!has_colors(&plain), "{plain:?}");
    }

    /// What one would type.
    fn typed(&self, args: &[&str]) -> String {
        let quoted = |arg: &&str| if arg.contains(' ') { format!("'{arg}'") } else { (*arg).to_owned() };
        [&[self.name.to_owned()], &args.iter().map(quoted).collect::<Vec<_>>()[..]].concat().join(" ")
    }

    fn file(&self, file: &str) -> String {
        format!("golden/{}/{file}.txt", self.name)
    }
}

/// Whether a terminal is told of colours, or of bold text.
fn has_colors(raw: &str) -> bool {
    let mut commands = raw.split("\u{1b}[").skip(1);
    commands.any(|rest| rest.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with('m'))
}

/// The repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Times, processes and lines in the source as `…`: they differ from run to run, or with every change.
fn without_numbers(text: &str) -> String {
    let mut text = text.replace("tests/../", "");
    for before in
        [".rs:", " time=\"", " line=\"", "\"line\": ", "\"elapsed\": ", "\"started\": ", "\"ended\": ", "\"pid\": "]
    {
        text = blank(&text, before, "");
    }
    for before in ["\"date\": \"", " timestamp=\""] {
        text = blank(&text, before, "\"");
    }
    blank(&text, " in ", " s")
}

/// Numbers between these as `…`.
fn blank(text: &str, before: &str, after: &str) -> String {
    let mut parts = text.split(before);
    let mut blanked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        blanked.push_str(before);
        let rest = part
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '-' | 'T' | ':' | '+' | 'Z'));
        if rest.len() < part.len() && rest.starts_with(after) {
            blanked.push('…');
            blanked.push_str(rest);
        } else {
            blanked.push_str(part);
        }
    }
    blanked
}
