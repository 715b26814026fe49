//! Texts that others wrote (names, errors, what programs say), as they can be shown anywhere: whatever would steer a
//! terminal, break a line, turn text around or be no character of XML is spelt out or left out. All outputs share this.

use std::fmt::Write;

/// Ends colours.
const RESET: &str = "\u{1b}[0m";

/// A text on one line, with everything in it spelt out that steers. It stays readable; whoever wants it to the letter
/// reads the JSON.
pub(crate) fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => tamed.push_str("\\n"),
            '\r' => tamed.push_str("\\r"),
            '\t' => tamed.push(' '),
            character if steers(character) => tamed.extend(character.escape_unicode()),
            character => tamed.push(character),
        }
    }
    tamed
}

/// As [`tame`], but for newlines and tabs, which stay: a text of several lines.
pub(crate) fn tame_lines(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for part in text.split_inclusive(['\n', '\t']) {
        let rest = part.strip_suffix(['\n', '\t']).unwrap_or(part);
        tamed.push_str(&tame(rest));
        tamed.push_str(&part[rest.len()..]);
    }
    tamed
}

/// JSON that says the same, in which nothing steers whatever shows it, but for the newlines between its parts. (Other
/// control characters than those of C0 are legal in it, and so are marks of direction.)
pub(crate) fn json(json: String) -> String {
    let steers = |character: char| character != '\n' && steers(character);
    if !json.contains(steers) {
        return json;
    }
    let mut harmless = String::with_capacity(json.len() + 16);
    // They can stand in strings only.
    for character in json.chars() {
        if steers(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string can't fail.
                let _ = write!(harmless, "\\u{unit:04x}");
            }
        } else {
            harmless.push(character);
        }
    }
    harmless
}

/// Lines with nothing in them that would move the cursor. They keep their colours.
#[cfg(feature = "cli")]
pub(crate) fn calm(lines: &str) -> String {
    let mut calmed = String::with_capacity(lines.len());
    for line in lines.lines() {
        calm_into(&mut calmed, line, true);
        calmed.push('\n');
    }
    calmed
}

/// What is left to be seen of one line when all of it was written, with nothing in it that would move the cursor.
pub(crate) fn calm_line(line: &str) -> String {
    let mut calmed = String::with_capacity(line.len());
    calm_into(&mut calmed, written_last(line), true);
    calmed
}

/// As [`calm_line`], without its colours: a line to be quoted among other words.
pub(crate) fn bare_line(line: &str) -> String {
    let mut bare = String::with_capacity(line.len());
    calm_into(&mut bare, written_last(line), false);
    bare
}

/// Programs that count up go back to the start of their line, and write over it.
fn written_last(line: &str) -> &str {
    line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default()
}

/// What a terminal obeys is left out, but for colours where they are kept, and those end with their line.
fn calm_into(calmed: &mut String, line: &str, keeps_colours: bool) {
    let (mut rest, mut is_coloured) = (line, false);
    while let Some(start) = rest.find(|c: char| c != '\t' && steers(c)) {
        calmed.push_str(&rest[..start]);
        let (sequence, after) = split_control(&rest[start..]);
        if keeps_colours && is_colour(sequence) {
            calmed.push_str(sequence);
            is_coloured = !matches!(sequence, "\u{1b}[m" | RESET);
        }
        rest = after;
    }
    calmed.push_str(rest);
    if is_coloured {
        calmed.push_str(RESET);
    }
}

/// Others that end like this change what keys mean.
fn is_colour(sequence: &str) -> bool {
    let numbers = sequence.strip_prefix("\u{1b}[").and_then(|rest| rest.strip_suffix('m'));
    numbers.is_some_and(|numbers| numbers.chars().all(|c| c.is_ascii_digit() || c == ';' || c == ':'))
}

/// After the control sequence, or the one control character, that the text starts with. (ECMA-48 has them all.)
fn split_control(text: &str) -> (&str, &str) {
    let mut rest = text.chars();
    let kind = match rest.next() {
        Some('\u{1b}') => rest.clone().next().filter(|kind| matches!(kind, ' '..='~')).inspect(|_| _ = rest.next()),
        // The same two in one character.
        Some('\u{90}') => Some('P'),
        Some('\u{98}') => Some('X'),
        Some('\u{9b}') => Some('['),
        Some('\u{9d}') => Some(']'),
        Some('\u{9e}') => Some('^'),
        Some('\u{9f}') => Some('_'),
        _ => None,
    };
    let rest = rest.as_str();
    let rest = match kind {
        Some('[') => {
            let behind =
                rest.trim_start_matches(|c| matches!(c, '0'..='?')).trim_start_matches(|c| matches!(c, ' '..='/'));
            behind.strip_prefix(|c| matches!(c, '@'..='~')).unwrap_or(behind)
        }
        // One that doesn't end would hide all that follows.
        Some(']' | 'P' | 'X' | '^' | '_') => behind_text(rest).unwrap_or(rest),
        Some(' '..='/') => {
            let behind = rest.trim_start_matches(|c| matches!(c, ' '..='/'));
            behind.strip_prefix(|c| matches!(c, '0'..='~')).unwrap_or(behind)
        }
        _ => rest,
    };
    text.split_at(text.len() - rest.len())
}

/// What follows a text that a terminal takes for itself, such as the name of its window.
fn behind_text(text: &str) -> Option<&str> {
    let end = text.find(['\u{7}', '\u{1b}', '\u{9c}'])?;
    ["\u{7}", "\u{9c}", "\u{1b}\\"].iter().find_map(|mark| text[end..].strip_prefix(mark))
}

/// Control characters, and such as have no shape but change how their neighbours are shown.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'
                | '\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_spelt_out() {
        assert_eq!(tame("plain <b> & \"q\" Ärger 字"), "plain <b> & \"q\" Ärger 字");
        assert_eq!(tame("a\u{1b}[31mb\r\nc\td\0\u{202e}e"), "a\\u{1b}[31mb\\r\\nc d\\u{0}\\u{202e}e");
        assert_eq!(tame_lines("\ta\u{1b}\r\nc\n\nd\0"), "\ta\\u{1b}\\r\nc\n\nd\\u{0}");
    }

    #[test]
    fn json_says_the_same() {
        let text = "\u{7f}\u{9b}2J \u{202e}\n\u{e0001} \\ \" ü";
        for written in [serde_json::to_string(text).unwrap(), serde_json::to_string_pretty(&[text]).unwrap()] {
            let harmless = json(written.clone());
            assert_eq!(harmless.find(|c| c != '\n' && steers(c)), None, "{harmless:?}");
            let [one, other]: [serde_json::Value; 2] =
                [&written, &harmless].map(|json| serde_json::from_str(json).unwrap());
            assert_eq!(one, other);
        }
    }

    #[test]
    fn lines_keep_their_colours_and_move_nothing() {
        assert_eq!(calm_line("a\u{1b}[31mb\u{1b}[2Kc\u{9c}d"), "a\u{1b}[31mbcd\u{1b}[0m");
        assert_eq!(calm_line("\r10%\r20%\u{8}\r"), "20%");
        assert_eq!(calm_line("\u{1b}[31ma\u{1b}[0mb"), "\u{1b}[31ma\u{1b}[0mb");
        assert_eq!(calm_line("\u{1b}[31"), "");
        assert_eq!(calm_line("a\u{1b}[>4;2mb"), "ab");
        assert_eq!(calm_line("20%\tä"), "20%\tä");
    }

    #[test]
    fn nothing_is_left_of_what_a_terminal_obeys() {
        // What names the window, or a link; ended either way.
        assert_eq!(calm_line("a\u{1b}]0;title\u{7}b\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\c"), "ablinkc");
        assert_eq!(calm_line("a\u{1b}Pq#0\u{1b}\\b\u{1b}_x\u{1b}\\c\u{1b}^y\u{9c}d\u{1b}Xz\u{1b}\\e"), "abcde");
        // As `tput sgr0` has it.
        assert_eq!(calm_line("\u{1b}[1ma\u{1b}(B\u{1b}[mb"), "\u{1b}[1ma\u{1b}[mb");
        assert_eq!(calm_line("a\u{1b}7b\u{1b}=c\u{1b}cd\u{1b}#8e"), "abcde");
        // The same in one character.
        assert_eq!(calm_line("a\u{9b}2Jb\u{9d}0;title\u{9c}c\u{9b}31md"), "abcd");
        // One that never ends hides nothing.
        assert_eq!(calm_line("a\u{1b}]0;title"), "a0;title");
        assert_eq!(calm_line("a\u{1b}"), "a");
        assert_eq!(calm_line("a\u{1b}ä"), "aä");
        assert_eq!(bare_line("10%\r\u{1b}[1mno \u{1b}[31mmedium\u{1b}[m"), "no medium");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn each_line_is_calmed() {
        assert_eq!(calm("a\u{1b}[31mb\rc\n\nd"), "a\u{1b}[31mbc\u{1b}[0m\n\nd\n");
    }
}
