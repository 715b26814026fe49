//! What is to change, in the words of checks, and answers that are preliminary.

use std::path::Path;

use serde_json::Value;

use super::{Said, command_of, lines, said};

fn modes(dir: &Path, args: &[&str]) -> Said {
    said(command_of(env!("CARGO_BIN_EXE_modes"), args).arg("--dir").arg(dir))
}

#[test]
fn a_plan_shows_what_would_change() {
    let dir = tempfile::tempdir().unwrap();
    let plan = modes(dir.path(), &["plan", "--only", "MakeFile"]);
    let expected = lines(["would run MakeFile: a file of 7 bytes", "Plan: 1 would run, 0 hold"]);
    assert_eq!((plan.code, plan.out), (0, expected));
    // It is no error, and painted as changes are.
    let painted = modes(dir.path(), &["plan", "--only", "MakeFile", "--color", "always"]);
    assert!(painted.out.contains("MakeFile: \u{1b}[36ma file of 7 bytes\u{1b}[0m"), "{painted:?}");
    let why = modes(dir.path(), &["why", "MakeFile"]);
    assert!(why.out.ends_with("Now it would run: a file of 7 bytes\n"), "{why:?}");
}

#[test]
fn a_deep_plan_checks_what_is_unknown_and_says_that_it_is_preliminary() {
    let dir = tempfile::tempdir().unwrap();
    let expected = lines([
        "would run MakeFile: a file of 7 bytes",
        "unknown   SetMode: MakeFile would change first; preliminary: would run: mode 0644 → 0444",
        "unknown   Backup: MakeFile would change first; preliminary: its check couldn't find out: MakeFile has no result yet: \
         it would have to pass first",
        "unknown   Directory: MakeFile would change first; preliminary: holds",
        "unknown   tell: MakeFile would change first; preliminary: would run: it has no check, so it runs every time",
        "unknown   mow: MakeFile would change first; preliminary: skipped: `winter` returned false",
        "unknown   Files: MakeFile would change first",
        "Plan: 1 would run, 6 unknown (preliminary: 2 would run, 1 unknown, 1 skipped, 1 hold; 1 not checked), 0 hold",
    ]);
    let deep = modes(dir.path(), &["plan", "--deep"]);
    assert_eq!((deep.code, &*deep.out), (0, &*expected));
    let no_act = modes(dir.path(), &["-n", "--deep"]);
    assert_eq!((no_act.code, no_act.err), (1, expected));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is written");
    let env =
        said(command_of(env!("CARGO_BIN_EXE_modes"), &["plan", "--dir"]).arg(dir.path()).env("DOJOBBER_DEEP", "1"));
    assert_eq!(env, deep);
}

#[test]
fn verbose_lines_have_changes_and_so_have_reports() {
    let dir = tempfile::tempdir().unwrap();
    let junit = dir.path().join("junit.xml");
    let run = modes(dir.path(), &["-v", "--json", "--exclude", "Directory", "--exclude", "tell", "--exclude", "mow"]);
    let expected = lines([
        "MakeFile.check: fail \"a file of 7 bytes\"",
        "MakeFile.run: pass",
        "MakeFile.recheck: pass",
        "SetMode.check: fail \"mode 0644 → 0444\"",
        "SetMode.run: pass",
        "SetMode.recheck: pass",
        "Backup.check: fail",
    ]);
    assert!(run.err.starts_with(&expected), "{}", run.err);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let changes: Vec<_> = report["jobs"].as_array().unwrap().iter().map(|job| job["change"].as_str()).collect();
    assert_eq!(changes[..3], [Some("a file of 7 bytes"), Some("mode 0644 → 0444"), None]);
    std::fs::remove_dir_all(dir.path()).unwrap();
    std::fs::create_dir(dir.path()).unwrap();
    modes(dir.path(), &["-n", "--only", "MakeFile", "--junit", junit.to_str().unwrap()]);
    let xml = std::fs::read_to_string(junit).unwrap();
    assert!(xml.contains(r#"<failure message="a file of 7 bytes" type="change">"#), "{xml}");
}

#[test]
fn a_failure_that_wanted_a_change_is_an_ordinary_one() {
    let dir = tempfile::tempdir().unwrap();
    let run = modes(dir.path(), &["--only", "MakeFile", "--broken", "--tries", "1", "--progress", "none"]);
    assert_eq!(run.code, 1);
    let expected = "failed MakeFile\n    a file of 7 bytes\n    caused by: the disk is full\nfailure: 1 failed";
    assert!(run.err.starts_with(expected), "{}", run.err);
}

#[test]
fn events_tell_why_a_preliminary_answer_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let events = dir.path().join("events");
    modes(dir.path(), &["-n", "--deep", "--events", events.to_str().unwrap()]);
    let why = modes(dir.path(), &["why", "SetMode", "--events", events.to_str().unwrap()]);
    let expected = lines([
        "    its check's answer was preliminary: would run: mode 0644 → 0444",
        "    because of MakeFile: a file of 7 bytes",
    ]);
    assert!(why.out.ends_with(&expected), "{}", why.out);
}
