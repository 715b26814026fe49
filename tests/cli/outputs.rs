//! What goes where, and what is lost.

use super::{command, party, said};

#[test]
fn the_report_as_json_is_all_of_standard_output() {
    let run = party(&["--json", "take_nap"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &report["success"]), (0, &true.into()));
    let plan = party(&["plan", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&plan.out).unwrap();
    assert_eq!(report["no_act"], true);
}

#[test]
fn a_clean_up_that_failed() {
    let run = party(&["--broken", "broom", "take_nap"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("clean-up failed: CleanRoom: the broom is broken\n"), "{}", run.err);
    assert_eq!(party(&["--broken", "broom", "take_nap", "--no-cleanup"]).code, 0);
}

#[test]
fn the_graph_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("party.dot");
    let run = party(&["take_nap", "--graph", file.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(std::fs::read_to_string(&file).unwrap().contains("CleanRoom"));
    assert!(party(&["graph"]).out.starts_with("digraph"));
}

#[test]
fn the_graph_in_a_format() {
    let starts = |args: &[&str], start: &[u8]| {
        let output = command(&[&["graph"], args].concat()).output().unwrap();
        assert!(output.status.success() && output.stdout.starts_with(start), "{args:?}: {output:?}");
    };
    starts(&["--format", "svg"], b"<svg");
    starts(&["--format", "png"], b"\x89PNG");
    starts(&["--format", "dot"], b"digraph");
    starts(&["--format", "mermaid"], b"flowchart");
    starts(&["--format", "json"], b"{");
    starts(&["--format", "text"], "HaveParty (group)\n├─ play_music".as_bytes());
    starts(&["-o", "-"], b"digraph");
    starts(&["-o", "-", "--format", "text"], b"HaveParty");
    // It wins over the ending.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("party.dot");
    starts(&["--format", "svg", "-o", file.to_str().unwrap()], b"");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("<svg"));
    let file = folder.path().join("party");
    starts(&["--format", "mermaid", "-o", file.to_str().unwrap()], b"");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("flowchart"));
    assert_eq!(party(&["graph", "--format", "docx"]).code, 2);
}

#[test]
fn colours_where_they_are_wanted() {
    let plain = party(&["plan"]).out;
    assert!(!plain.contains('\u{1b}'));
    assert!(party(&["plan", "--color", "always"]).out.contains('\u{1b}'));
    assert!(said(command(&["plan"]).env("CLICOLOR_FORCE", "1")).out.contains('\u{1b}'));
    assert!(!said(command(&["plan", "--color", "never"]).env("CLICOLOR_FORCE", "1")).out.contains('\u{1b}'));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    for args in [&["list"][..], &["plan"], &["completions", "bash"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(args).stdout(writer).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*err), (Some(1), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_for_what_is_only_printed() {
    for args in [&["list"][..], &["plan"], &["graph"], &["completions", "zsh"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(args).stdout(full).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {err}");
        assert!(err.starts_with("error: standard output: ") && err.lines().count() == 1, "{err}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_the_run_goes_on() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = command(&["--json", "take_nap", "-v"]).stdout(full).output().unwrap();
    let err = String::from_utf8(run.stderr).unwrap();
    assert!(err.contains("take_nap.run: pass") && err.contains("error: standard output: "), "{err}");
    assert_eq!(run.status.code(), Some(1));
}
