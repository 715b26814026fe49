//! Names that mean something to whatever reads them.

use dojobber_tests::{harmless, hostile_names, spelt};

use super::*;

fn party_of_hostiles() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.lines_to(Lines::new()).default_tries(1).default_retry_delay(0);
    for name in hostile_names() {
        dojob.add(DynJob::new(name).run(|_| ()));
    }
    dojob.add(DynJob::new("all").deps(hostile_names())).root_named("all");
    dojob
}

#[test]
fn dot() {
    let report = party_of_hostiles().checknrun().unwrap();
    let dot = drawn(&report.picture(), &Format::Dot);
    harmless(&dot);
    assert_eq!(dot.lines().count(), 2 * hostile_names().len() + 3, "a line for each node and arrow");
    let (Some(svg), Some(canon)) = (graphviz(&dot, "svg"), graphviz(&dot, "canon")) else {
        return;
    };
    // What its parser has read, and wrote down again: each name in full.
    let canon = canon.replace("\\\n", "");
    for name in hostile_names() {
        let tooltip = spelt(&name).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
        assert!(canon.contains(&format!("tooltip=\"{tooltip} (run-only job): changed\"")), "{name:?} in {canon}");
    }
    let svg = roxmltree::Document::parse_with_options(
        &svg,
        roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() },
    )
    .unwrap();
    let texts: Vec<_> =
        svg.descendants().filter(|node| node.has_tag_name("text")).filter_map(|node| node.text()).collect();
    for label in
        ["+ <script>alert('x')</script>", "+ say \"hi\" & 'bye' &lt; &#60; ]]>", "+ \\N \\n \\\" {of} <them> | ]"]
    {
        assert!(texts.contains(&label), "{label} in {texts:?}");
    }
}

#[test]
fn svg_and_png() {
    let report = party_of_hostiles().checknrun().unwrap();
    let drawn = drawn(&report.picture(), &Format::Svg);
    harmless(&drawn);
    let svg = roxmltree::Document::parse(&drawn).unwrap();
    let elements: std::collections::BTreeSet<_> =
        svg.descendants().filter(roxmltree::Node::is_element).map(|node| node.tag_name().name()).collect();
    assert_eq!(
        elements.into_iter().collect::<Vec<_>>(),
        ["desc", "g", "path", "rect", "style", "svg", "text", "title"]
    );
    let titles: Vec<_> =
        svg.descendants().filter(|node| node.has_tag_name("title")).filter_map(|node| node.text()).collect();
    for name in hostile_names() {
        let title = format!("{} (run-only job): changed", spelt(&name));
        assert!(titles.contains(&&*title), "{title} in {titles:?}");
    }
    let mut png = Vec::new();
    report.picture().write(&mut png, &Format::Png).unwrap();
    resvg::tiny_skia::Pixmap::decode_png(&png).unwrap();
}

#[test]
fn json_is_to_the_letter() {
    let report = party_of_hostiles().checknrun().unwrap();
    let json = drawn(&report.picture(), &Format::Json);
    harmless(&json);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let read: Vec<_> = json["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap()).collect();
    for name in hostile_names() {
        assert!(read.contains(&&*name), "{name:?}");
    }
}

#[test]
fn mermaid() {
    let report = party_of_hostiles().checknrun().unwrap();
    let mermaid = drawn(&report.picture(), &Format::Mermaid);
    harmless(&mermaid);
    for line in mermaid.lines().filter(|line| line.contains('"')) {
        let (_, label) = line.split_once('"').unwrap();
        let (label, end) = label.rsplit_once('"').unwrap();
        assert!(!label.contains(['"', '<', '>', '&', '`', '*', '{', '[', '\\', '%']), "{line}");
        assert!(end.ends_with(":::changed") || end.ends_with(":::ok"), "{line}");
    }
    assert!(mermaid.contains("#60;script#62;"), "{mermaid}");
}

#[test]
fn text() {
    let report = party_of_hostiles().checknrun().unwrap();
    let text = drawn(&report.picture(), &Format::Text);
    harmless(&text);
    assert_eq!(text.lines().count(), hostile_names().len() + 2);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("+ \\u{1b}[31mred\\u{1b}[0m\\u{7} (run only)"), "{text}");
}
