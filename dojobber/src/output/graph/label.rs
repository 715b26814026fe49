//! Names as they can be shown anywhere.

use std::borrow::Cow;
use std::fmt::Write;

/// Longer names are shortened in pictures, and told in full by what a pointer shows.
const LONGEST: usize = 40;

/// A name in which everything is spelt out that would steer a terminal, break a line, turn the direction of the text
/// around it, or be no character of XML. What a name says stays readable; whoever wants it to the letter reads the JSON.
pub(super) fn readable(name: &str) -> Cow<'_, str> {
    if !name.contains(steers) {
        return Cow::Borrowed(name);
    }
    let mut readable = String::with_capacity(name.len() + 16);
    for character in name.chars() {
        match character {
            '\n' => readable.push_str("\\n"),
            '\r' => readable.push_str("\\r"),
            '\t' => readable.push_str("\\t"),
            '\u{1b}' => readable.push_str("\\e"),
            _ if steers(character) => {
                // Writing to a string can't fail.
                let _ = write!(readable, "\\u{{{:x}}}", u32::from(character));
            }
            _ => readable.push(character),
        }
    }
    Cow::Owned(readable)
}

/// At most 40 characters of a readable name: its beginning and its end, since names of members differ there.
pub(super) fn short(readable: &str) -> Cow<'_, str> {
    let length = readable.chars().count();
    if length <= LONGEST {
        return Cow::Borrowed(readable);
    }
    let end = LONGEST / 3;
    let start: String = readable.chars().take(LONGEST - end - 1).collect();
    let rest: String = readable.chars().skip(length - end).collect();
    Cow::Owned(format!("{start}…{rest}"))
}

/// Control characters, and such as have no shape but change how their neighbours are shown.
pub(super) fn steers(character: char) -> bool {
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
        assert_eq!(readable("plain <b> & \"q\" ü 字"), "plain <b> & \"q\" ü 字");
        assert_eq!(readable("a\n\u{1b}[31mred\0\u{202e}cod.exe"), "a\\n\\e[31mred\\u{0}\\u{202e}cod.exe");
    }

    #[test]
    fn long_names_keep_both_ends() {
        let long = format!("start{}end", "x".repeat(10_000));
        let short = short(&long);
        assert_eq!(short.chars().count(), LONGEST);
        assert!(short.starts_with("startxx") && short.contains('…') && short.ends_with("xxend"), "{short}");
    }
}
