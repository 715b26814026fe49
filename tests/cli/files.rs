//! What a run writes for other programs.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Said, command, lines, party, said};

/// A file in a directory that is gone with it.
fn file(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

fn read(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The party, with what it says of the run in this file.
fn with(flag: &str, file: &Path, args: &[&str]) -> Said {
    said(command(args).arg(flag).arg(file))
}

#[test]
fn events_are_lines_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, "party.jsonl");
    let run = with("--events", &file, &["--broken", "stereo"]);
    assert_eq!(run.code, 1);
    let events = read(&std::fs::read_to_string(&file).unwrap());
    assert_eq!(
        (&events[0]["event"], &events[0]["version"], &events[0]["roots"][0]),
        (&"run_started".into(), &1.into(), &"HaveParty".into())
    );
    let ended: Vec<_> = events.iter().filter(|event| event["event"] == "job_ended").collect();
    let ended: Vec<_> =
        ended.iter().map(|event| (event["job"].as_str().unwrap(), event["status"].as_str().unwrap())).collect();
    let expected = [("CleanRoom", "changed"), ("play_music", "failed"), ("HaveParty", "blocked"), ("Weather", "ok")];
    let sorted = |mut all: Vec<_>| {
        all.sort_unstable();
        all
    };
    assert_eq!(sorted(ended), sorted(expected.to_vec()));
    assert_eq!(events.last().unwrap()["success"], false);
    // Told in its own words as ever.
    assert!(run.err.contains("\nfailed play_music after 2 tries\n"), "{}", run.err);
}

#[test]
fn events_on_standard_output_and_from_the_environment() {
    let run = party(&["take_nap", "--events", "-"]);
    assert_eq!(read(&run.out).last().unwrap()["event"], "run_ended");
    let run = said(command(&["take_nap"]).env("DOJOBBER_EVENTS", "-"));
    assert_eq!(read(&run.out)[0]["event"], "run_started");
}

#[test]
fn two_outputs_in_one_place() {
    for args in [
        &["--events", "-", "--json"][..],
        &["--events", "-", "--junit", "-"],
        &["--junit", "-", "--json"],
        &["--report", "-", "--json"],
        &["--events", "/dev/null", "--junit", "/dev/null"],
    ] {
        let said = party(args);
        assert_eq!((said.code, &*said.out), (2, ""), "{args:?}");
        assert!(said.err.contains("two outputs can't go to the same place"), "{}", said.err);
    }
}

#[test]
fn an_output_in_the_place_of_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(file(&folder, "old"), "").unwrap();
    let around = format!("../{}/old", folder.path().file_name().unwrap().to_str().unwrap());
    for (lock, flag, output) in [
        ("old", "--events", "old"),
        ("old", "--junit", "./old"),
        (&around, "--report", "old"),
        ("new.svg", "--graph", "new.svg"),
        ("./new", "--events", "new"),
    ] {
        let said = said(command(&["take_nap", "--lock", lock, flag, output]).current_dir(folder.path()));
        assert_eq!(said.code, 2, "{lock} {flag} {output}");
        assert!(said.err.ends_with(": two outputs can't go to the same place\n"), "{}", said.err);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left");
}

#[test]
fn a_lock_leaves_the_files_of_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let notes = file(&folder, "notes");
    let number = std::process::id().to_string();
    for text in ["keep", "keep\n", &number, &format!("{number}\nand more\n"), "12 13\n", "-1\n", "99999999999\n", "\n"]
    {
        for args in [&["take_nap"][..], &["-n", "take_nap"], &["--guest", "Ann,Ann"]] {
            std::fs::write(&notes, text).unwrap();
            let said = with("--lock", &notes, args);
            let name = notes.display();
            let expected = format!(
                "error: {name}: it holds something that no lock wrote; give `--lock` a file of its own, such as \
                 `{name}.lock`: it need not be there yet\n"
            );
            assert_eq!((said.code, said.err), (2, expected), "{text:?} {args:?}");
            assert_eq!(std::fs::read_to_string(&notes).unwrap(), text);
        }
    }
    // Of a run that was killed, or over.
    for text in ["", "4194304\n"] {
        std::fs::write(&notes, text).unwrap();
        assert_eq!(with("--lock", &notes, &["take_nap"]).code, 0);
        assert_eq!(std::fs::read_to_string(&notes).unwrap(), "");
    }
    let said = with("--lock", folder.path(), &["take_nap"]);
    assert_eq!(said.code, 2, "{}", said.err);
}

#[test]
fn junit_xml() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, "party.xml");
    assert_eq!(with("--junit", &file, &["--broken", "stereo"]).code, 1);
    let xml = std::fs::read_to_string(&file).unwrap();
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="HaveParty" tests="4" skipped="1" failures="1" errors="0" time="…">
    <testsuite name="HaveParty" tests="4" skipped="1" errors="0" failures="1" timestamp="…" time="…">
        <testcase name="CleanRoom" classname="party" time="…" file="tests/programs/party.rs" line="…">
        </testcase>
        <testcase name="play_music" classname="party" time="…" file="tests/programs/party.rs" line="…">
            <failure message="turning it on" type="failed">turning it on
caused by: no sound</failure>
            <rerunFailure time="…" message="turning it on" type="failed">
                <stackTrace>turning it on
caused by: no sound</stackTrace>
            </rerunFailure>
        </testcase>
        <testcase name="Weather" classname="party" time="…" file="tests/programs/party.rs" line="…">
        </testcase>
        <testcase name="HaveParty" classname="party" time="…" file="tests/programs/party.rs" line="…">
            <skipped message="blocked by play_music"/>
        </testcase>
    </testsuite>
</testsuites>
"#;
    assert_eq!(without_numbers(&xml), expected);
    let xml = party(&["--junit", "-", "--broken", "broom"]).out;
    assert!(xml.contains("<flakyFailure") && xml.contains(r#"message="it needs a moment""#), "{xml}");
    assert!(xml.contains(r#"<testcase name="CleanRoom (clean-up after try 1)""#), "{xml}");
}

/// Times and lines differ. An element without children may be written in two ways.
fn without_numbers(xml: &str) -> String {
    let mut text = xml.to_owned();
    for attribute in [" time=\"", " line=\"", " timestamp=\""] {
        let mut parts = text.split(attribute);
        let first = parts.next().unwrap().to_owned();
        text = parts.fold(first, |text, part| text + attribute + "…" + &part[part.find('"').unwrap()..]);
    }
    let indent = " ".repeat(8);
    text.replace("…\"/>\n", &format!("…\">\n{indent}</testcase>\n"))
}

#[test]
fn a_page_for_browsers() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, "party.html");
    let run = said(command(&["--broken", "stereo"]).env("DOJOBBER_REPORT", &file));
    assert_eq!((run.code, &*run.out), (1, ""));
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>\n") && page.ends_with("</html>\n"));
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(data["title"], "HaveParty");
    let music = data["jobs"].as_array().unwrap().iter().find(|job| job["name"] == "play_music").unwrap();
    assert_eq!(music["error"]["chain"], serde_json::json!(["turning it on", "no sound"]));
    assert_eq!(music["tries"].as_array().unwrap().len(), 2);
    assert!(party(&["take_nap", "--report", "-"]).out.ends_with("</html>\n"));
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_runs() {
    for flag in ["--events", "--junit", "--report"] {
        let said = with(flag, Path::new("/nowhere/file"), &["take_nap", "-v"]);
        assert_eq!((said.code, &*said.out), (2, ""));
        assert!(said.err.starts_with("error: /nowhere/file: ") && !said.err.contains("check"), "{}", said.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_once_and_the_run_goes_on() {
    for flag in ["--events", "--junit", "--report"] {
        let said = with(flag, Path::new("/dev/full"), &["take_nap", "-v"]);
        assert_eq!((said.code, &*said.out), (1, ""));
        assert!(said.err.contains("take_nap.recheck: pass\n"), "{}", said.err);
        assert_eq!(said.err.matches("error: /dev/full: ").count(), 1, "{}", said.err);
        assert!(said.err.ends_with("success: 2 changed in … s\n"), "{}", said.err);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_told_once_and_the_run_goes_on() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command(&["take_nap", "-v", "--events", "-"]).stdout(writer).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("take_nap.recheck: pass\n"), "{err}");
    assert_eq!(err.matches("error: standard output: ").count(), 1, "{err}");
}

/// What `why` says of the run whose events are in the file.
fn why(file: &Path, job: &str) -> String {
    let why = with("--events", file, &["why", job]);
    assert_eq!(why.code, 0, "{}", why.err);
    let (_, told) = why.out.split_once("\nIn the run of ").unwrap_or_else(|| panic!("{}", why.out));
    told.replace(&file.display().to_string(), "FILE")
}

#[test]
fn why_it_ran_or_was_blocked_in_that_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, "party.jsonl");
    with("--events", &file, &["--broken", "stereo"]);
    let expected = lines(["FILE it was changed", "    it ran, since its check failed: there is dust on the couch"]);
    assert_eq!(why(&file, "CleanRoom"), expected);
    let expected = lines([
        "FILE it was failed after 2 tries",
        "    it ran, since it has no check",
        "    try 1 failed: turning it on: no sound",
        "    turning it on: no sound",
    ]);
    assert_eq!(why(&file, "play_music"), expected);
    let expected = lines(["FILE it was blocked", "    because of play_music: turning it on: no sound"]);
    assert_eq!(why(&file, "HaveParty"), expected);
    assert_eq!(why(&file, "Weather"), lines(["FILE it was ok", "    it didn't run, since its check passed"]));
    // Of a program that was killed, and of one that knows more than this one.
    let text = std::fs::read_to_string(&file).unwrap();
    let cut: String = text.lines().take(2).map(|line| line.to_owned() + "\n").collect();
    let later = r#"{"version":1,"at":0.1,"event":"brand_new","job":7}"#;
    std::fs::write(&file, format!("{cut}{later}\n{{\"vers")).unwrap();
    assert_eq!(why(&file, "Weather"), lines(["FILE it had not ended when its events did"]));
    with("--events", &file, &["take_nap"]);
    assert_eq!(why(&file, "Weather"), lines(["FILE there was no such job"]));
}

#[test]
fn files_that_hold_no_events() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, "party.jsonl");
    for (text, wrong) in [
        ("", "there are no events of a run in it"),
        ("hello\n", "line 1: it is no event"),
        ("{}\n", "line 1: it is no event: it has no version"),
        ("{\"version\":2,\"event\":\"x\"}\n", "line 1: its version is 2, and only 1 is known here"),
        ("\u{0}\n", "line 1: it is no event"),
    ] {
        std::fs::write(&file, text).unwrap();
        let why = with("--events", &file, &["why", "Weather"]);
        assert_eq!((why.code, &*why.out), (2, ""), "{text}");
        assert!(why.err.contains(wrong), "{}", why.err);
    }
    assert_eq!(with("--events", Path::new("/nowhere"), &["why", "Weather"]).code, 2);
}

/// Each output, into this file.
const OUTPUTS: [(&str, &str); 3] = [("--events", "events"), ("--junit", "junit.xml"), ("--graph", "graph.svg")];

#[test]
fn what_cannot_run_leaves_files_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let [new, old] = ["new", "old"].map(|name| folder.path().join(name));
    for args in [&["--guest", "Ann,Ann"][..], &["--only", "Wether"], &["--ask"], &["--junit", "/nowhere/file"]] {
        for (flag, name) in OUTPUTS {
            for file in [&new, &old] {
                let file = file.with_extension(name);
                let is_old = file.file_stem() == old.file_stem();
                if is_old {
                    std::fs::write(&file, "before").unwrap();
                }
                let said = with(flag, &file, args);
                assert_eq!((said.code, &*said.out), (2, ""), "{args:?} {flag}: {}", said.err);
                let left = std::fs::read_to_string(&file).ok();
                assert_eq!(left.as_deref(), is_old.then_some("before"), "{args:?} {flag}");
            }
        }
    }
}

#[test]
fn what_files_held_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    for (flag, name) in OUTPUTS {
        let file = file(&folder, name);
        let run = || {
            assert_eq!(with(flag, &file, &["take_nap"]).code, 0);
            std::fs::read_to_string(&file).unwrap()
        };
        std::fs::write(&file, "x".repeat(1_000_000)).unwrap();
        assert!(!run().contains('x') || run().len() < 1_000_000, "{flag}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    let [link, file] = ["link", "file"].map(|name| file(&folder, name));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert_eq!(with("--events", &link, &["take_nap"]).code, 0);
    assert!(std::fs::read_to_string(&file).unwrap().contains("run_ended"));
}

/// A folder of links to `/dev/full`, by name.
#[cfg(target_os = "linux")]
fn full(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    let link = file(folder, name);
    std::os::unix::fs::symlink("/dev/full", &link).unwrap();
    link
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_for_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["graph.svg", "graph.png", "graph.dot", "graph.json", "graph.txt", "graph.mmd"] {
        let full = full(&folder, name);
        let said = with("--graph", &full, &["take_nap", "-v"]);
        assert_eq!((said.code, &*said.out), (1, ""), "{name}: {}", said.err);
        assert!(said.err.contains("take_nap.recheck: pass\n"), "{}", said.err);
        assert_eq!(said.err.matches(&format!("error: {}: ", full.display())).count(), 1, "{}", said.err);
        let said = said_of_graph(&full);
        assert!(said.code == 1 && said.err.starts_with(&format!("error: {}: ", full.display())), "{}", said.err);
    }
}

fn said_of_graph(file: &Path) -> Said {
    said(command(&["graph", "-o"]).arg(file))
}

#[test]
fn a_picture_in_a_format_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = file(&folder, "graph.no-such-format");
    let pdf = file(&folder, "graph.pdf");
    for (file, path, says) in [
        (&unknown, std::env::var_os("PATH"), ": Graphviz can't write `no-such-format`: "),
        (&pdf, Some("/nowhere".into()), ": `pdf` needs Graphviz, whose `dot` can't be started ("),
    ] {
        let path = path.unwrap_or_default();
        let expected = format!("error: {}{says}", file.display());
        let run = said(command(&["take_nap", "-v", "--graph"]).arg(file).env("PATH", &path));
        let graph = said(command(&["graph", "-o"]).arg(file).env("PATH", &path));
        for said in [run, graph] {
            assert_eq!((said.code, &*said.out), (2, ""));
            // Where Graphviz isn't installed, both say so.
            let needs = format!("error: {}: `", file.display());
            assert!(said.err.starts_with(&expected) || said.err.starts_with(&needs), "{}", said.err);
            assert!(!said.err.contains("check") && !file.exists(), "{}", said.err);
        }
    }
}

/// What reads the first line, and then goes away.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_in_the_middle() {
    use std::io::{BufRead, BufReader, Read};
    let stage = super::screens::STAGE;
    let pipe = super::screens::Pipe::new();
    let args = ["--pipe", pipe.path(), "--delay", "0", "--events", "-"];
    let mut command = super::command_of(stage, &args);
    let mut run = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(run.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.contains("run_started"), "{line}");
    drop(out);
    pipe.say("well");
    let mut err = String::new();
    run.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(1), "{err}");
    assert_eq!(err.matches("error: standard output: ").count(), 1, "{err}");
    assert!(err.contains("\nchanged Play in "), "{err}");
}

/// Nobody hears what is said, yet all is done.
#[cfg(target_os = "linux")]
#[test]
fn standard_error_that_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let events = file(&folder, "events");
    for args in [&["take_nap"][..], &["take_nap", "-d"], &["--broken", "stereo"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run = command(args).arg("--events").arg(&events).stderr(full).output().unwrap();
        assert_eq!(run.status.code(), Some(i32::from(args.contains(&"--broken"))));
        assert!(std::fs::read_to_string(&events).unwrap().contains("run_ended"));
    }
}
