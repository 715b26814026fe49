//! `JUnit` XML, read back by somebody else's parser.

use std::collections::BTreeMap;

use dojobber::Report;
use dojobber::prelude::*;
use roxmltree::{Document, Node};

use super::provoke::{everything, no_act, overrun};

fn xml(report: &Report) -> String {
    let mut xml = Vec::new();
    report.write_junit("the \u{7}suite", &mut xml).unwrap();
    String::from_utf8(xml).unwrap()
}

/// Which elements may stand in which, and which attributes they have to have: what the schemas of the usual servers have in
/// common.
fn is_junit(document: &Document<'_>) {
    let suites = document.root_element();
    assert_eq!(suites.tag_name().name(), "testsuites");
    let count = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    for suite in suites.children().filter(Node::is_element) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        let tests: Vec<_> = suite.children().filter(Node::is_element).collect();
        let with = |name: &str| tests.iter().filter(|test| child(**test, name).is_some()).count();
        for node in [suites, suite] {
            assert_eq!(count(node, "tests"), tests.len());
            assert_eq!(count(node, "failures"), with("failure"));
            assert_eq!(count(node, "errors"), with("error"));
            assert_eq!(count(node, "skipped"), with("skipped"));
            assert!(node.attribute("time").unwrap().parse::<f64>().unwrap() >= 0.0);
        }
        for test in tests {
            assert_eq!(test.tag_name().name(), "testcase");
            assert!(!test.attribute("name").unwrap().is_empty() && !test.attribute("classname").unwrap().is_empty());
            let parts: Vec<_> = test.children().filter(Node::is_element).map(|part| part.tag_name().name()).collect();
            match &parts[..] {
                [] | ["skipped" | "error"] => {}
                ["failure", reruns @ ..] => assert!(reruns.iter().all(|part| *part == "rerunFailure"), "{parts:?}"),
                flaky => assert!(flaky.iter().all(|part| *part == "flakyFailure"), "{parts:?}"),
            }
        }
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// What came of each test, in short.
fn told(xml: &str) -> BTreeMap<String, Vec<String>> {
    let document = Document::parse(xml).unwrap_or_else(|error| panic!("{error}\n{xml}"));
    is_junit(&document);
    let tests = document.descendants().filter(|node| node.tag_name().name() == "testcase");
    let part = |part: Node<'_, '_>| {
        let text = part.text().map(str::trim).unwrap_or_default();
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
fn a_run_that_was_cancelled() {
    let told = told(&xml(&overrun().checknrun().unwrap()));
    assert!(told["later"][0].starts_with("error: "), "{told:?}");
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
