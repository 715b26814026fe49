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

/// A text on one line, with nothing in it that a terminal would obey.
pub(super) fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => tamed.push_str("\\n"),
            '\t' => tamed.push(' '),
            c if c.is_control() || is_direction(c) => tamed.extend(c.escape_unicode()),
            c => tamed.push(c),
        }
    }
    tamed
}

/// Lines with nothing in them that would move the cursor.
pub(super) fn calm(lines: &str) -> String {
    let mut calmed = String::with_capacity(lines.len());
    for line in lines.lines() {
        calm_into(&mut calmed, line);
        calmed.push('\n');
    }
    calmed
}

/// What is left to be seen of one line when all of it was written, with nothing in it that would move the cursor.
pub(super) fn calm_line(line: &str) -> String {
    let mut calmed = String::with_capacity(line.len());
    // Programs that count up go back to the start of their line, and write over it.
    calm_into(&mut calmed, line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default());
    calmed
}

/// What a terminal obeys but colours is left out, and those end with their line.
fn calm_into(calmed: &mut String, line: &str) {
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| (c.is_control() && c != '\t') || is_direction(c)) {
        calmed.push_str(&rest[..start]);
        let (sequence, after) = split_control(&rest[start..]);
        if sequence.ends_with('m') {
            calmed.push_str(sequence);
        }
        rest = after;
    }
    calmed.push_str(rest);
    if line.contains('\u{1b}') {
        calmed.push_str("\u{1b}[0m");
    }
}

/// After the control sequence, or the one control character, that the text starts with.
fn split_control(text: &str) -> (&str, &str) {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let end = match text.strip_prefix("\u{1b}[") {
        Some(rest) => rest
            .find(|c: char| !matches!(c, '0'..='?'))
            .map_or(text.len(), |end| 2 + end + rest[end..].chars().next().map_or(0, char::len_utf8)),
        None => first,
    };
    text.split_at(end)
}

/// Marks that turn what follows around.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_colours_and_move_nothing() {
        assert_eq!(calm("a\u{1b}[31mb\u{1b}[2Kc\rd\n"), "a\u{1b}[31mbcd\u{1b}[0m\n");
        assert_eq!(calm("10%\r20%\tä\n\n"), "10%20%\tä\n\n");
        assert_eq!(calm("\u{1b}[31"), "\u{1b}[0m\n");
        assert_eq!(calm_line("\r10%\r20%\u{8}\r"), "20%");
    }

    #[test]
    fn a_terminal_is_told_nothing_by_names() {
        assert_eq!(tame("a\u{1b}[31mb\nc\td\u{202e}e"), "a\\u{1b}[31mb\\nc d\\u{202e}e");
        assert_eq!(tame("Ärger im Büro"), "Ärger im Büro");
    }
}
