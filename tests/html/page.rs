//! The file itself, which needs no browser to be looked at.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::runs::{generated, party};

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).unwrap_or_else(|| panic!("no {start}")).0
}

/// What a page is made of.
pub(crate) fn data(page: &[u8]) -> Value {
    let page = std::str::from_utf8(page).unwrap();
    let data = between(page, "id=\"data\">", "</script>");
    assert!(!data.contains(['<', '>', '&', '\u{2028}']));
    serde_json::from_str(data).unwrap()
}

pub(crate) fn the_policy_lets_through_what_is_there() {
    let page = String::from_utf8(party().page()).unwrap();
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let directives: Vec<_> = policy.split("; ").collect();
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let style = hash(between(&page, "<style>", "</style>"));
    let script = hash(between(&page, "<script>", "</script>"));
    let expected = [
        "default-src 'none'",
        &format!("style-src {style}"),
        &format!("script-src {script}"),
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ];
    assert_eq!(
        directives, expected,
        "what STYLE_HASH and SCRIPT_HASH in output/html/page.rs should be is on the right"
    );
}

pub(crate) fn it_asks_nobody_for_anything() {
    let page = String::from_utf8(party().page()).unwrap();
    for call in [
        "//",
        "fetch(",
        "XMLHttpRequest",
        "import(",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "src=",
        "url(",
    ] {
        let lines = page.lines().filter(|line| line.contains(call) && !line.trim_start().starts_with("//"));
        assert_eq!(lines.collect::<Vec<_>>(), [""; 0], "{call}");
    }
}

pub(crate) fn without_a_transcript() {
    let run = party();
    let mut page = Vec::new();
    run.report.write_html(&mut page).unwrap();
    let data = data(&page);
    assert_eq!(data["title"], "Invite 0, Invite 1, Invite 2, …");
    let pizza = data["jobs"].as_array().unwrap().iter().find(|job| job["name"] == "Pizza").unwrap();
    assert_eq!(pizza["tries"].as_array().unwrap().len(), 2);
    assert_eq!(pizza["tries"][0]["lines"], serde_json::json!([]));
    assert_eq!(pizza["tries"][0]["phases"][1]["phase"], "run");
}

pub(crate) fn the_same_run_makes_the_same_page() {
    assert!(generated(100).page() == generated(100).page());
}
