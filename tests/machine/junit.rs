//! `JUnit` XML, read back by somebody else's parser.

use std::collections::BTreeMap;
use std::time::Duration;

use dojobber::Report;
use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber_tests::{Lines, harmless, hostile_names, spelt};
use roxmltree::{Document, Node};

use super::provoke::{everything, misfortunes, no_act, overrun};

fn xml(report: &Report) -> String {
    let mut xml = Vec::new();
    report.write_junit("the \u{7}suite", &mut xml).unwrap();
    String::from_utf8(xml).unwrap()
}

/// Holds it to `junit.xsd`; not where `xmllint` isn't installed, which CI doesn't accept.
#[track_caller]
fn hold_to_schema(xml: &str) {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/machine/junit.xsd");
    let mut xmllint = Command::new("xmllint");
    let started =
        xmllint.args(["--noout", "--schema", schema, "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        assert!(std::env::var_os("CI").is_none(), "CI needs xmllint");
        return;
    };
    child.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{xml}", String::from_utf8_lossy(&output.stderr));
}

/// What no schema can say: the sums are right.
fn adds_up(document: &Document<'_>) {
    let suites = document.root_element();
    let count = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    for suite in suites.children().filter(Node::is_element) {
        let tests: Vec<_> = suite.children().filter(Node::is_element).collect();
        let with = |name: &str| tests.iter().filter(|test| child(**test, name).is_some()).count();
        for node in [suites, suite] {
            assert_eq!(count(node, "tests"), tests.len());
            assert_eq!(count(node, "failures"), with("failure"));
            assert_eq!(count(node, "errors"), with("error"));
            assert_eq!(count(node, "skipped"), with("skipped"));
        }
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// What came of each test, in short.
fn told(xml: &str) -> BTreeMap<String, Vec<String>> {
    hold_to_schema(xml);
    let document = Document::parse(xml).unwrap_or_else(|error| panic!("{error}\n{xml}"));
    adds_up(&document);
    let tests = document.descendants().filter(|node| node.tag_name().name() == "testcase");
    let part = |part: Node<'_, '_>| {
        // Of a try that was followed by others, it is in an element of its own.
        let text = child(part, "stackTrace").unwrap_or(part).text().map(str::trim).unwrap_or_default();
        format!("{}: {} | {text}", part.tag_name().name(), part.attribute("message").unwrap())
    };
    tests
        .map(|test| {
            let parts = test.children().filter(Node::is_element).map(part).collect();
            (test.attribute("name").unwrap().to_owned(), parts)
        })
        .collect()
}

#[test]
fn each_try_has_the_reason_of_its_run() {
    let stove = DynJob::new("stove").tries(3).retry_delay(0).check(|_| -> Result { bail!("it is on") });
    let mut dojob = DoJobber::new();
    dojob.lines_to(Lines::new()).add(stove.run(|_| -> Result { bail!("it is stuck") })).root_named("stove");
    let told = told(&xml(&dojob.checknrun().unwrap()));
    let each = |part: &str| format!("{part}: it is on | it is on\ncaused by: it is stuck");
    assert_eq!(told["stove"], [each("failure"), each("rerunFailure"), each("rerunFailure")]);
}

#[test]
fn every_way_to_end() {
    let told = told(&xml(&everything().checknrun().unwrap()));
    let expected: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("Guests", &[][..]),
        ("Invite", &[]),
        ("Invite Ann", &[]),
        ("Invite Bob", &[]),
        ("Welcome", &[]),
        ("above", &["skipped: blocked by broken | "]),
        (
            "broken",
            &[
                "failure: message 1 | message 1\ncaused by: cause 1\n\\u{1b}[31mred",
                "rerunFailure: message 2 | message 2\ncaused by: cause 2\n\\u{1b}[31mred",
            ],
        ),
        ("far above", &["skipped: blocked by broken | "]),
        ("getter", &[]),
        ("left out", &["skipped: excluded | "]),
        ("messy", &[]),
        ("messy (clean-up after try 1)", &["failure: no broom | no broom"]),
        ("ok", &[]),
        ("retried", &["flakyFailure: not yet | not yet", "flakyFailure: not yet | not yet"]),
        ("setter", &[]),
        ("slow to show", &[]),
        ("a\\u{1b}[31m\\u{0}\\n<b>&\"\\u{ffff}]]>", &["failure: it wasn't to be | it wasn't to be"]),
    ]);
    let told: BTreeMap<_, Vec<_>> =
        told.iter().map(|(name, parts)| (name.as_str(), parts.iter().map(String::as_str).collect())).collect();
    assert_eq!(told, expected.into_iter().map(|(name, parts)| (name, parts.to_vec())).collect());
}

#[test]
fn every_way_to_fail() {
    let told = told(&xml(&misfortunes().checknrun().unwrap()));
    let failed = told.values().filter(|parts| matches!(&parts[..], [part] if part.starts_with("failure: "))).count();
    assert_eq!((failed, told.len()), (6, 7), "{told:?}");
}

#[test]
fn a_run_that_was_cancelled() {
    let told = told(&xml(&overrun().checknrun().unwrap()));
    let expected = ["error: the run was cancelled | the run was cancelled"];
    assert_eq!(
        (&told["asleep"][..], &told["later"][..]),
        (&expected.map(str::to_owned)[..], &["error: cancelled | ".to_owned()][..])
    );
}

#[test]
fn a_run_that_only_checks() {
    let told = told(&xml(&no_act().checknrun().unwrap()));
    assert_eq!(told["first"], ["failure: 0 → 1 | 0 → 1"]);
    assert_eq!(told["second"], ["skipped: unknown because of first | "]);
}

#[test]
fn nothing_at_all() {
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("all")).root_named("all");
    let xml = xml(&dojob.checknrun().unwrap());
    assert_eq!(told(&xml)["all"], [""; 0]);
    assert!(xml.contains(r#"<testsuite name="the \u{7}suite""#), "{xml}");
}

#[test]
fn when_it_started() {
    let mut dojob = DoJobber::new();
    let clock = VirtualClock::new();
    clock.advance(Duration::from_millis(1_795_637_047_125));
    dojob.add(DynJob::new("all")).root_named("all").clock(clock);
    let xml = xml(&dojob.checknrun().unwrap());
    assert!(xml.contains(r#" timestamp="2026-11-25T20:04:07.125+00:00""#), "{xml}");
}

#[test]
fn names_and_errors_that_mean_something() {
    let mut dojob = DoJobber::new();
    dojob.default_retry_delay(0).lines_to(Lines::new());
    for name in hostile_names() {
        let [error, untidy] = [name.clone(), name.clone()];
        let job = DynJob::new(&name).tries(2).run(move |_| -> Result { Err(Error::msg(&error).context(&error)) });
        dojob.add(job.cleanup(move |_| -> Result { Err(Error::msg(&untidy)) })).root_named(name);
    }
    let xml = xml(&dojob.checknrun().unwrap());
    harmless(&xml);
    let told = told(&xml);
    for name in hostile_names() {
        // As many lines as there were.
        let text: Vec<_> = name.lines().map(spelt).collect();
        let text = text.join("\n");
        let name = spelt(&name);
        let each = ["failure", "rerunFailure"].map(|part| format!("{part}: {name} | {text}\ncaused by: {text}"));
        assert_eq!(told[&name], each);
        for number in [1, 2] {
            assert_eq!(told[&format!("{name} (clean-up after try {number})")], [format!("failure: {name} | {text}")]);
        }
    }
}

/// If the schema let everything pass, the other tests would see nothing.
#[test]
fn the_schema_refuses_what_is_wrong() {
    let xml = xml(&everything().checknrun().unwrap());
    for (right, wrong) in [
        ("<testsuites ", "<testsuites mood=\"new\" "),
        (" type=\"failed\"", ""),
        ("flakyFailure", "flaky"),
        (" time=\"0.", " time=\"a while "),
        (" tests=\"", " tests=\"-"),
        ("<skipped message=\"excluded\"/>", "<skipped/>"),
    ] {
        assert!(xml.contains(right), "{right}");
        let wrong = xml.replace(right, wrong);
        // In CI it must be there, as the other tests see to.
        let refused = std::panic::catch_unwind(|| hold_to_schema(&wrong));
        assert!(
            refused.is_err() || std::process::Command::new("xmllint").arg("--version").output().is_err(),
            "{wrong}"
        );
    }
}
