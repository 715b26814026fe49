//! Lines of a program's output, made of pieces as they come.

use std::collections::VecDeque;

use crate::event::Stream;

/// A line that is longer, in bytes, is cut into pieces of at most this.
pub(super) const LONGEST: usize = 64 * 1024;

/// How many lines an error tells.
const LAST: usize = 10;

/// Cuts bytes into lines.
#[derive(Default)]
pub(super) struct Splitter {
    /// A line of which no end has been seen.
    begun: Vec<u8>,
}

impl Splitter {
    /// Takes in more, and hands out the lines that are whole.
    pub(super) fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(String)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(piece);
            if self.begun.ends_with(b"\n") {
                self.begun.pop();
                if self.begun.ends_with(b"\r") {
                    self.begun.pop();
                }
                self.cut(0, &mut take);
                take(text(&self.begun));
                self.begun.clear();
            } else {
                // What is left may be `\r`, of which only the next byte tells whether it ends the line.
                self.cut(1, &mut take);
            }
        }
    }

    /// There is no more: what has begun is a line too.
    pub(super) fn finish(self, mut take: impl FnMut(String)) {
        if !self.begun.is_empty() {
            take(text(&self.begun));
        }
    }

    fn cut(&mut self, spare: usize, take: &mut impl FnMut(String)) {
        let mut start = 0;
        while self.begun.len() - start > LONGEST + spare {
            let mut end = start + LONGEST;
            // Not within a character, of which only the first byte isn't 0b10…; other bytes may be cut anywhere.
            while end > start + LONGEST - 3 && self.begun[end] & 0b1100_0000 == 0b1000_0000 {
                end -= 1;
            }
            take(text(&self.begun[start..end]));
            start = end;
        }
        self.begun.drain(..start);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The last lines of a program's output.
#[derive(Debug, Default)]
pub(super) struct Tail(VecDeque<(Stream, String)>);

impl Tail {
    /// Notes lines that follow those so far.
    pub(super) fn note(&mut self, lines: &[(Stream, String)]) {
        let lines = &lines[lines.len().saturating_sub(LAST)..];
        let surplus = (self.0.len() + lines.len()).saturating_sub(LAST);
        self.0.drain(..surplus);
        self.0.extend(lines.iter().cloned());
    }

    pub(super) fn into_lines(self) -> Vec<(Stream, String)> {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(pieces: &[&[u8]]) -> Vec<String> {
        let (mut splitter, mut lines) = (Splitter::default(), Vec::new());
        for piece in pieces {
            splitter.feed(piece, |line| lines.push(line));
        }
        splitter.finish(|line| lines.push(line));
        lines
    }

    #[test]
    fn lines_end_wherever_the_pieces_do() {
        assert_eq!(lines_of(&[b"a\nb", b"c", b"\n", b"\n", b"d"]), ["a", "bc", "", "d"]);
        assert_eq!(lines_of(&[b"a\r", b"\nb\r\n", b"c\rd\n"]), ["a", "b", "c\rd"]);
        assert_eq!(lines_of(&[]), Vec::<String>::new());
        assert_eq!(lines_of(&[b"\n"]), [""]);
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(lines_of(&[b"a\xffb\n\xc3", b"\xa4\n"]), ["a\u{fffd}b", "ä"]);
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let long = "x".repeat(LONGEST - 1) + "äy";
        let lines = lines_of(&[long.as_bytes(), b"\nz\n"]);
        assert_eq!(lines, [&"x".repeat(LONGEST - 1), "äy", "z"]);
        let endless = vec![0x80; 3 * LONGEST + 5];
        assert!(lines_of(&[&endless]).iter().all(|line| line.chars().count() <= LONGEST));
    }

    #[test]
    fn a_line_of_just_the_longest_is_one() {
        let long = "x".repeat(LONGEST);
        for end in [&b"\n"[..], b"\r\n", b""] {
            assert_eq!(lines_of(&[long.as_bytes(), end]), [&*long]);
        }
        assert_eq!(lines_of(&[long.as_bytes(), b"\r", b"\n"]), [&*long]);
    }

    #[test]
    fn the_tail_is_the_last_lines() {
        let line = |number: usize| (Stream::Stdout, number.to_string());
        let mut tail = Tail::default();
        tail.note(&[line(0), line(1)]);
        tail.note(&(2..8).map(line).collect::<Vec<_>>());
        tail.note(&(8..12).map(line).collect::<Vec<_>>());
        let last: Vec<_> = tail.into_lines().into_iter().map(|(_, line)| line).collect();
        assert_eq!(last, ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
        let mut tail = Tail::default();
        tail.note(&(0..25).map(line).collect::<Vec<_>>());
        assert_eq!(tail.into_lines()[0].1, "15");
    }
}
