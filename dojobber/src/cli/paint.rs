//! Colours of the terminal; whoever writes leaves them out where there are none.

use anstyle::{AnsiColor, Style};

use crate::status::Status;

/// Before anything is written: a dumb terminal has no colours. Without this, `anstream` would see some wherever a `CI` is
/// in the environment.
pub(super) fn respect_terminal() {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|force| force != "0");
    if is_dumb && !is_forced {
        anstream::ColorChoice::Never.write_global();
    }
}

/// As the graph's colours, and bold where somebody has to look.
pub(super) fn of(status: Status) -> Style {
    let (color, bold) = match status {
        Status::Ok | Status::Skipped => (AnsiColor::Green, false),
        Status::Changed => (AnsiColor::Cyan, false),
        Status::Failed => (AnsiColor::Red, true),
        Status::WouldRun => (AnsiColor::Yellow, true),
        Status::Blocked | Status::Cancelled => (AnsiColor::Magenta, false),
        Status::Unknown => (AnsiColor::BrightBlack, false),
    };
    let style = Style::new().fg_color(Some(color.into()));
    if bold { style.bold() } else { style }
}

/// The status as one word, painted, and padded to so many columns.
pub(super) fn word(status: Status, width: usize) -> String {
    let style = of(status);
    let text = status.as_str();
    format!("{style}{text}{style:#}{}", " ".repeat(width.saturating_sub(text.len())))
}
