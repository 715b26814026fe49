//! The page: its text, its style, its script, and its data.

use std::io::{self, Write};

use serde::Serialize;

use super::data::Page;
use crate::harmless;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// One script, so that none of it is anybody's to call.
const SCRIPT: &str = concat!(
    "'use strict';(() => {\n",
    include_str!("text.js"),
    include_str!("state.js"),
    include_str!("pan.js"),
    // In front of those that have less room beside it.
    include_str!("details.js"),
    include_str!("graph.js"),
    include_str!("timeline.js"),
    include_str!("table.js"),
    include_str!("summary.js"),
    include_str!("main.js"),
    "})();\n"
);

/// What the page's policy lets through: these two, to the letter. The tests compute them, and say what they should be.
const STYLE_HASH: &str = "sha256-cSJKcqxzCqp/It8pnOX0sqF6QP5yqtKC5AY7Sg6uiMQ=";
const SCRIPT_HASH: &str = "sha256-rGFCNzf6qVZTlLi3YigYu0sWOXipu3vVNjpHvQ4d1so=";

pub(super) fn write(to: &mut dyn Write, page: &Page<'_>) -> io::Result<()> {
    let mut rest = PAGE;
    let mut until = |to: &mut dyn Write, mark: &str| {
        // The page has all of them, in this order: a test sees to that.
        let (before, after) = rest.split_once(mark).unwrap_or((rest, ""));
        rest = after;
        to.write_all(before.as_bytes())
    };
    until(to, "STYLE_HASH")?;
    to.write_all(STYLE_HASH.as_bytes())?;
    until(to, "SCRIPT_HASH")?;
    to.write_all(SCRIPT_HASH.as_bytes())?;
    until(to, "STYLE")?;
    to.write_all(STYLE.as_bytes())?;
    until(to, "DATA")?;
    to.write_all(embedded(page)?.as_bytes())?;
    until(to, "SCRIPT")?;
    to.write_all(SCRIPT.as_bytes())?;
    to.write_all(rest.as_bytes())?;
    to.flush()
}

/// As JSON in which nothing ends the script that holds it, begins a comment there, or steers whatever shows the source.
fn embedded(value: &impl Serialize) -> serde_json::Result<String> {
    let json = harmless::json(serde_json::to_string(value)?);
    // These can stand in strings only.
    Ok(json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_script_is_spelt_out() {
        let text = "</script><!-- & \u{2028}\u{202e}\"\u{e0001} ü";
        let out = embedded(&text).unwrap();
        let expected = r#""\u003c/script\u003e\u003c!-- \u0026 \u2028\u202e\"\udb40\udc01 ü""#;
        assert_eq!(out, expected);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
