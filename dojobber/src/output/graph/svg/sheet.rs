//! The drawing's style sheet.

use std::fmt::Write;

use crate::output::graph::look::{WORST_FIRST, look};
use crate::output::graph::picture::Theme;

/// What has no status, on light paper.
const LIGHT: &str = "\
.paper{fill:#ffffff}\
.a{fill:none;stroke:#79828d;stroke-width:1.2}\
.h{fill:#5b646e}\
.f{fill:#f3f5f8;stroke:#79828d;stroke-dasharray:6 3}\
.s{fill:#ffffff;stroke:#39424c;stroke-width:1.2}\
text{fill:#1a2027}";
/// What is different on dark paper.
const DARK: &str = "\
.paper{fill:#14181d}\
.a{stroke:#8d97a3}\
.h{fill:#aab3bd}\
.f{fill:#1d232a;stroke:#8d97a3}\
.s{fill:#262d36;stroke:#b6bfc9}\
text{fill:#e8ecf0}";

pub(super) fn sheet(theme: Theme) -> String {
    let mut sheet = LIGHT.to_owned();
    match theme {
        Theme::Light => {}
        Theme::Dark => sheet.push_str(DARK),
        Theme::Auto => {
            // Writing to a string can't fail.
            let _ = write!(sheet, "@media(prefers-color-scheme:dark){{{DARK}}}");
        }
    }
    for status in WORST_FIRST {
        let look = look(Some(status));
        if let Some(colours) = look.colours {
            let (class, fill, ink) = (look.class, colours.fill, colours.ink);
            let _ = write!(sheet, ".{class} .s{{fill:{fill}}}.{class} text{{fill:{ink}}}");
        }
    }
    sheet.push_str(".would_run .s{stroke-width:2;stroke-dasharray:7 3}.skipped .s,.blocked .s,.cancelled .s,.unknown .s{stroke-dasharray:3 3}");
    sheet
}
