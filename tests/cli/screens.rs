//! What a run shows at a terminal.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use dojobber_tests::Terminal;

use super::{command_of, lines, party, without_times};

pub(crate) const STAGE: &str = env!("CARGO_BIN_EXE_stage");

/// A named pipe in a folder of its own.
pub(crate) struct Pipe {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Pipe {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self { _folder: folder, path }
    }

    pub(crate) fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// Lets the play go on.
    pub(crate) fn say(&self, how: &str) {
        fs::write(&self.path, how).unwrap();
    }
}

/// The run with a play under way, and the sound to be tried again.
const MOMENT_80: &str = "\
Play: the overture
 INFO run{jobs=4}:job{job=\"Play\"}:try{try=1}:phase{phase=\"run\"}: stage: the curt
ain rises
Play: strings are tuned
  Play  run, … s
  Check the sound in the hall, front to back, with all its doors and windows clo
[=====>              ] 1/4  1 ok  … s, about … s left
";
const MOMENT_120: &str = "\
Play: the overture
 INFO run{jobs=4}:job{job=\"Play\"}:try{try=1}:phase{phase=\"run\"}: stage: the curtain rises
Play: strings are tuned
  Play  run, … s
  Check the sound in the hall, front to back, with all its doors and windows closed  waits … s for try 2 of 2
[=====>              ] 1/4  1 ok  … s, about … s left
";
const FAILED_80: &str = "\
Play: the overture
 INFO run{jobs=4}:job{job=\"Play\"}:try{try=1}:phase{phase=\"run\"}: stage: the curt
ain rises
Play: strings are tuned
failed Play in … s: the critics left: it went badly
failed Play
    the critics left
    caused by: it went badly
    it said last:
      the overture
      strings are tuned
blocked by Play: 1 (Show)
Check the sound in the hall, front to back, with all its doors and windows close
d passed in its try 2
failure: 1 changed, 1 ok, 1 failed, 1 blocked in … s
";
const FAILED_120: &str = "\
Play: the overture
 INFO run{jobs=4}:job{job=\"Play\"}:try{try=1}:phase{phase=\"run\"}: stage: the curtain rises
Play: strings are tuned
failed Play in … s: the critics left: it went badly
failed Play
    the critics left
    caused by: it went badly
    it said last:
      the overture
      strings are tuned
blocked by Play: 1 (Show)
Check the sound in the hall, front to back, with all its doors and windows closed passed in its try 2
failure: 1 changed, 1 ok, 1 failed, 1 blocked in … s
";

/// The program's name, and that of the pipe, differ from machine to machine, so their line is looked at on its own.
fn without_again(text: &str) -> &str {
    text.split_inclusive('\n')
        .find(|line| line.starts_with("try again: "))
        .map_or(text, |line| &text[..text.find(line).unwrap()])
}

fn a_moment(columns: u16, env: &[(&str, &str)], expected: &str) -> Vec<u8> {
    let pipe = Pipe::new();
    let mut terminal = Terminal::start(columns, STAGE, &["-j", "4", "--pipe", pipe.path()], env);
    terminal.wait_for_all(expected);
    pipe.say("well");
    terminal.wait_for(|text| text.contains(" 2/4 "));
    // The key that interrupts.
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 130);
    assert!(terminal.text().contains("cancelled Check the sound"), "{}", terminal.text());
    // Nothing of the bar is left.
    assert!(!terminal.text().contains("/4"), "{}", terminal.text());
    terminal.raw
}

#[test]
fn a_moment_in_a_run() {
    let raw = a_moment(80, &[], MOMENT_80);
    assert!(String::from_utf8_lossy(&raw).contains("\u{1b}[32m1 ok"));
    a_moment(120, &[], MOMENT_120);
}

#[test]
fn verbose_lines_above_the_bar() {
    let pipe = Pipe::new();
    let mut terminal = Terminal::start(80, STAGE, &["-v", "--delay", "0", "--pipe", pipe.path()], &[]);
    terminal.wait_for(|text| text.contains("strings are tuned") && text.contains("/4  "));
    // Nothing is said twice.
    let said = terminal.text().lines().filter(|line| line.starts_with("Play: ")).count();
    assert_eq!(said, 2, "{}", terminal.text());
    assert!(terminal.text().contains("Lights.check: pass\n"), "{}", terminal.text());
    pipe.say("well");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.text().contains("Play.recheck: pass\n"), "{}", terminal.text());
}

#[test]
fn a_moment_without_colours() {
    let raw = a_moment(80, &[("NO_COLOR", "1")], MOMENT_80);
    let raw = String::from_utf8_lossy(&raw);
    let has_colours =
        raw.split("\u{1b}[").skip(1).any(|rest| rest.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with('m'));
    assert!(!has_colours, "{raw:?}");
}

#[test]
fn the_end_of_a_run() {
    for (columns, expected) in [(80, FAILED_80), (120, FAILED_120)] {
        let pipe = Pipe::new();
        let args = ["--pipe", pipe.path(), "--delay", "0", "-j4"];
        let mut terminal = Terminal::start(columns, STAGE, &args, &[]);
        terminal.wait_for(|text| text.contains("strings are tuned"));
        pipe.say("badly");
        assert_eq!(terminal.end(), 1);
        let text = terminal.text();
        assert_eq!(without_again(&text), expected);
        // It goes on in the next line wherever that is, be it at a blank.
        let again = format!("try again: {STAGE} --pipe {} --delay 0 -j4", pipe.path());
        let joined = |text: &str| text.replace(['\n', ' '], "");
        assert!(joined(&text).contains(&joined(&again)), "{text}");
    }
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_gets_lines() {
    for env in [&[("TERM", "dumb")][..], &[("TERM", "dumb"), ("CI", "true")]] {
        let mut terminal = Terminal::start(80, env!("CARGO_BIN_EXE_party"), &["take_nap"], env);
        assert_eq!(terminal.end(), 0);
        let expected = lines(["changed CleanRoom in … s", "changed take_nap in … s", "success: 2 changed in … s"]);
        assert_eq!(terminal.text(), expected);
        assert!(!terminal.raw.contains(&0x1b), "{env:?}");
    }
}

#[test]
fn a_question_first() {
    let plan = "\
would run CleanRoom: there is dust on the couch
unknown   take_nap: CleanRoom would change first
Plan: 1 would run, 1 unknown, 0 hold
Do it? [y/N]";
    for (keys, code, end) in [
        ("y\r", 0, " y\nsuccess: 2 changed in … s\n"),
        ("n\r", 1, " n\nnothing was done\n"),
        ("NO\r", 1, " NO\nnothing was done\n"),
        ("\r", 1, "\nnothing was done\n"),
        ("\u{4}", 1, "\nnothing was done\n"),
        ("perhaps\u{4}\u{4}", 1, " perhaps\nnothing was done\n"),
    ] {
        let args = ["--ask", "take_nap", "--progress", "none"];
        let mut terminal = Terminal::start(80, env!("CARGO_BIN_EXE_party"), &args, &[]);
        terminal.wait_for(|text| text.contains("Do it?"));
        terminal.type_in(keys);
        assert_eq!(terminal.end(), code, "{keys:?}");
        assert_eq!(terminal.text(), format!("{plan}{end}"), "{keys:?}");
    }
    let mut terminal = Terminal::start(80, env!("CARGO_BIN_EXE_party"), &["--ask", "take_nap"], &[]);
    terminal.wait_for(|text| text.contains("Do it?"));
    // The key that interrupts.
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 130);
    // Terminals may show the key.
    assert_eq!(terminal.text().replace(" ^C", ""), format!("{plan}\nnothing was done\n"));
}

#[test]
fn a_question_once_more() {
    let mut terminal = Terminal::start(80, env!("CARGO_BIN_EXE_party"), &["--ask", "take_nap", "-q"], &[]);
    for (keys, said) in [("perhaps\r", "perhaps"), ("yess\r", "yess"), ("yes\r", "yes")] {
        terminal.wait_for(|text| text.ends_with("Do it? [y/N]\n"));
        terminal.type_in(keys);
        terminal.wait_for(|text| text.contains(&format!("Do it? [y/N] {said}\n")));
    }
    assert_eq!(terminal.end(), 0);
    let unclear = |said: &str| format!("Do it? [y/N] {said}\nPlease answer yes or no.\n");
    assert!(terminal.text().ends_with(&format!("{}{}Do it? [y/N] yes\n", unclear("perhaps"), unclear("yess"))));
    let mut terminal = Terminal::start(80, env!("CARGO_BIN_EXE_party"), &["--ask", "--only", "Weather"], &[]);
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.text().contains("Do it?"), "{}", terminal.text());
}

/// What is asked about is shown; what checks say meanwhile isn't.
#[test]
fn a_quiet_question() {
    let plan = "would run clock: check returned false\nPlan: 1 would run, 0 hold\nDo it? [y/N] y\n";
    for (flag, before, after) in
        [("-q", "", ""), ("--progress=none", "clock: tick\n", "clock: tick\nclock: tick\nsuccess: 1 changed in … s\n")]
    {
        let mut terminal = Terminal::start(80, env!("CARGO_BIN_EXE_ending"), &["--tick", "--ask", flag], &[]);
        terminal.wait_for(|text| text.contains("Do it?"));
        terminal.type_in("y\r");
        assert_eq!(terminal.end(), 0);
        assert_eq!(terminal.text(), format!("{before}{plan}{after}"));
    }
}

/// Its files are as they were, and nobody holds its lock.
#[test]
fn a_question_that_is_interrupted_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let [lock, events] = ["lock", "events"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let args = ["--ask", "take_nap", "--lock", &lock, "--events", &events];
    let mut terminal = Terminal::start(80, env!("CARGO_BIN_EXE_party"), &args, &[]);
    terminal.wait_for(|text| text.contains("Do it?"));
    let id = fs::read_to_string(&lock).unwrap();
    assert!(Command::new("sh").arg("-c").arg(format!("kill -TERM {id}")).status().unwrap().success());
    assert_eq!(terminal.end(), 143);
    assert!(terminal.text().ends_with("Do it? [y/N]\nnothing was done\n"), "{}", terminal.text());
    assert_eq!(fs::read_to_string(&lock).unwrap(), "");
    assert!(!Path::new(&events).exists());
}

#[test]
fn nobody_to_ask() {
    let said = party(&["--ask", "take_nap", "-v"]);
    assert_eq!((said.code, &*said.err), (2, "error: `--ask` needs a terminal to ask at\n"));
}

#[test]
fn one_copy_at_a_time() {
    let pipe = Pipe::new();
    let lock = pipe.path.with_file_name("lock");
    let lock = lock.to_str().unwrap();
    let args = ["--pipe", pipe.path(), "--delay", "0", "--lock", lock];
    let mut first = Command::new(STAGE).args(args).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = io::BufReader::new(first.stderr.take().unwrap());
    let mut line = String::new();
    // It runs, so it has the file.
    while !line.contains("overture") {
        line.clear();
        assert!(io::BufRead::read_line(&mut told, &mut line).unwrap() > 0, "it ended");
    }
    let second = party(&["take_nap", "-v", "--lock", lock]);
    let expected = format!("error: {lock}: held by process {}\n", first.id());
    assert_eq!((second.code, second.err), (2, expected));
    pipe.say("well");
    io::copy(&mut told, &mut io::sink()).unwrap();
    assert!(first.wait().unwrap().success());
    assert_eq!(party(&["take_nap", "--lock", lock]).code, 0);
    assert_eq!(party(&["take_nap", "--lock", "/nowhere/lock"]).code, 2);
    assert!(Path::new(lock).exists());
}

#[test]
fn without_a_terminal_there_are_lines() {
    let pipe = Pipe::new();
    let mut stage = command_of(STAGE, &["--pipe", pipe.path(), "--delay", "0"]);
    let mut stage = stage.stderr(Stdio::piped()).spawn().unwrap();
    pipe.say("badly");
    let mut err = String::new();
    io::Read::read_to_string(&mut stage.stderr.take().unwrap(), &mut err).unwrap();
    assert_eq!(stage.wait().unwrap().code(), Some(1));
    let sound = "Check the sound in the hall, front to back, with all its doors and windows closed";
    let expected = lines([
        "ok Lights in … s",
        "Play: the overture",
        " INFO run{jobs=4}:job{job=\"Play\"}:try{try=1}:phase{phase=\"run\"}: stage: the curtain rises",
        "Play: strings are tuned",
        "failed Play in … s: the critics left: it went badly",
        "blocked Show",
        &format!("changed {sound} in … s, in its try 2"),
        "failed Play",
        "    the critics left",
        "    caused by: it went badly",
        "    it said last:",
        "      the overture",
        "      strings are tuned",
        "blocked by Play: 1 (Show)",
        &format!("{sound} passed in its try 2"),
        "failure: 1 changed, 1 ok, 1 failed, 1 blocked in … s",
    ]);
    assert_eq!(without_times(without_again(&err)), expected);
}

#[test]
fn the_graph_is_a_tree_on_a_terminal_and_never_pixels() {
    let at_terminal = |args: &[&str]| {
        let mut terminal = Terminal::start(60, env!("CARGO_BIN_EXE_party"), &[&["graph"], args].concat(), &[]);
        (terminal.end(), terminal.text())
    };
    let tree = lines(["HaveParty (group)", "├─ play_music (run only)", "│  └─ CleanRoom", "└─ Weather", "4 jobs"]);
    assert_eq!(at_terminal(&[]), (0, tree));
    for args in [&["--format", "png"][..], &["--format", "png", "-o", "-"]] {
        let (code, text) = at_terminal(args);
        assert!(code == 2 && text.starts_with("error: a PNG is nothing for a terminal"), "{code}: {text}");
    }
    assert!(at_terminal(&["--format", "dot"]).1.starts_with("digraph"));
    assert!(at_terminal(&["-o", "-"]).1.starts_with("digraph"));
}
