//! Names, errors and outputs that mean something to a terminal: they are told, and not obeyed.

use dojobber_tests::{Terminal, harmless, hostile_names, spelt, spelt_lines};
use serde_json::Value;

use super::{Said, command_of, said};

const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile");

fn hostile(args: &[&str]) -> Said {
    said(&mut command_of(HOSTILE, args))
}

/// Without the colours, all of which have to be over at the end of their line.
fn without_colours(shown: &str) -> String {
    let mut plain = String::new();
    for line in shown.lines() {
        let mut parts = line.split("\u{1b}[");
        plain.push_str(parts.next().unwrap());
        let mut is_coloured = false;
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap();
            assert!(part[end..].starts_with('m'), "it moves the cursor: {line:?}");
            is_coloured = !matches!(&part[..end], "" | "0");
            plain.push_str(&part[end + 1..]);
        }
        assert!(!is_coloured, "its colour goes on: {line:?}");
        plain.push('\n');
    }
    plain
}

fn json(text: &str) -> Value {
    harmless(text);
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// All that a run says, with colours as at a terminal, however much of it.
#[test]
fn a_run_and_its_end() {
    for args in [&[][..], &["-v"], &["-d"], &["-q"], &["--progress", "none"], &["-j4"]] {
        let run = hostile(&[args, &["--color", "always"]].concat());
        assert_eq!(run.code, 1);
        let err = without_colours(&run.err);
        // They may stand in what programs say.
        harmless(&err.replace('\t', " "));
        for name in hostile_names() {
            let lines = |before: &str| {
                let lines: Vec<_> = name.lines().map(|line| format!("    {before}{}\n", spelt(line))).collect();
                lines.concat()
            };
            let recap = format!("failed {}\n{}{}", spelt(&name), lines(""), lines("caused by: "));
            let (name, error) = (spelt(&name), spelt_lines(&name));
            assert!(err.contains(&recap), "{recap}in {err}");
            assert!(err.contains(&format!("{name}.cleanup: fail \"{error}\"\n")), "{name} in {err}");
            if args.first().is_some_and(|flag| ["-v", "-d"].contains(flag)) {
                assert!(err.contains(&format!("{name}.recheck: fail \"{error}\"\n")), "{name} in {err}");
            }
        }
    }
}

#[test]
fn what_is_told_without_running() {
    for verb in ["plan", "list"] {
        let told = hostile(&[verb, "--color", "always"]);
        assert_eq!((told.code, &*told.err), (0, ""));
        let out = without_colours(&told.out);
        harmless(&out);
        for name in hostile_names() {
            assert!(out.contains(&spelt(&name)), "{name:?} in {out}");
        }
        let json = json(&hostile(&[verb, "--json"]).out);
        let jobs = json.get("jobs").unwrap_or(&json).as_array().unwrap();
        for name in hostile_names() {
            assert!(jobs.iter().any(|job| job["name"] == *name && job["description"] == *name), "{name:?}");
        }
    }
    harmless(&hostile(&["graph"]).out);
    // No argument can hold a NUL.
    for name in hostile_names().iter().filter(|name| !name.contains('\0')) {
        let told = hostile(&["why", name, "--color", "always"]);
        assert_eq!((told.code, &*told.err), (0, ""), "{name:?}");
        let out = without_colours(&told.out);
        harmless(&out);
        assert!(
            out.starts_with(&format!("{} (", spelt(name))) && out.contains(&format!("all → {}", spelt(name))),
            "{out}"
        );
    }
}

#[test]
fn mistakes() {
    for name in hostile_names().iter().filter(|name| !name.contains('\0')) {
        let odd = format!("{name}!");
        for args in
            [["why", &odd], ["--exclude", &odd], ["--tag", &odd], ["--only", &odd], ["--lock", &format!("/no/{odd}")]]
        {
            let told = hostile(&[&args[..], &["--color", "always"]].concat());
            assert_eq!(told.code, 2, "{args:?}");
            harmless(&without_colours(&told.err));
        }
    }
}

#[test]
fn what_other_programs_read() {
    let folder = tempfile::tempdir().unwrap();
    let [events, junit, graph] = ["events", "junit.xml", "graph.svg"].map(|name| folder.path().join(name));
    let mut command = command_of(HOSTILE, &["--json", "--events"]);
    let run = said(command.arg(&events).arg("--junit").arg(&junit).arg("--graph").arg(&graph));
    assert_eq!(run.code, 1);
    let report = json(&run.out);
    let read = |file: &std::path::PathBuf| std::fs::read_to_string(file).unwrap();
    let events: Vec<_> = read(&events).lines().map(json).collect();
    let [junit, graph] = [&junit, &graph].map(read);
    harmless(&junit);
    harmless(&graph);
    let [junit, graph] = [&junit, &graph].map(|text| roxmltree::Document::parse(text).unwrap());
    for name in hostile_names() {
        let job = report["jobs"].as_array().unwrap().iter().find(|job| job["name"] == *name).unwrap();
        assert_eq!(job["error"]["chain"], Value::from(vec![name.clone(), name.clone()]));
        let of_job = |kind: &str| {
            events.iter().filter(|event| event["event"] == kind && event["job"] == *name).collect::<Vec<_>>()
        };
        assert_eq!(of_job("job_ended")[0]["error"]["chain"][0], *name);
        let said = |stream: &str| {
            let lines = of_job("output").into_iter().filter(|event| event["stream"] == stream);
            lines.map(|event| event["line"].as_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(said("job"), name.lines().collect::<Vec<_>>());
        assert_eq!(said("stdout").concat(), name.replace('\0', "").lines().collect::<String>());
        let test = junit.descendants().find(|node| node.attribute("name") == Some(&*spelt(&name))).unwrap();
        assert!(test.descendants().any(|node| node.attribute("message") == Some(&*spelt(&name))), "{name:?}");
        let title = format!("{} (run-only job): failed", spelt(&name));
        assert!(graph.descendants().any(|node| node.text() == Some(&*title)), "{title}");
    }
}

/// Jobs wait until the bar has shown them: of those that run, eight have a line.
#[test]
fn the_bar() {
    for first in [0, 7] {
        let folder = tempfile::tempdir().unwrap();
        let [pipe, same, nothing] = ["pipe", "same", "nothing"].map(|name| folder.path().join(name));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let args = ["-j", "8", "--pipe", pipe.to_str().unwrap(), "--first", &first.to_string()];
        let mut terminal = Terminal::start(80, HOSTILE, &args, &[]);
        let names = &hostile_names()[first..first + 8];
        let rows: Vec<_> =
            names.iter().map(|name| format!("\n  {}", spelt(name).chars().take(60).collect::<String>())).collect();
        terminal.wait_for(|text| rows.iter().all(|row| text.contains(row)));
        // Whoever reads from now on doesn't wait.
        std::fs::hard_link(&pipe, &same).unwrap();
        std::fs::write(&nothing, "").unwrap();
        std::fs::rename(nothing, &pipe).unwrap();
        std::fs::write(&same, "").unwrap();
        assert_eq!(terminal.end(), 1);
        let raw = String::from_utf8(terminal.raw).unwrap();
        let harm =
            raw.find(|c: char| c.is_control() && !"\r\n\t\u{1b}".contains(c) || "\u{202e}\u{200f}\u{feff}".contains(c));
        assert_eq!(harm.map(|at| raw[at..].chars().take(40).collect::<String>()), None);
        // Nobody but the bar moves the cursor, and it never clears all of the screen, nor names the window.
        assert!(!raw.contains("\u{1b}]") && !raw.contains("\u{1b}[2J"));
    }
}
