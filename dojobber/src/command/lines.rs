//! Lines of a program's output, made of pieces as they come.

use crate::event::Stream;

/// A line that is longer, in bytes, is cut into pieces of at most this.
pub(super) const LONGEST: usize = 64 * 1024;

/// How many lines of each stream an error tells.
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

/// The last lines of each stream of a program's output, in the order in which they came. Which stream comes first is left
/// to chance where both say something, so neither may displace the other one: what is wrong would be lost among much
/// that isn't.
#[derive(Debug, Default)]
pub(super) struct Tail(Vec<(Stream, String)>);

impl Tail {
    /// Notes lines that follow those so far.
    pub(super) fn note(&mut self, lines: &[(Stream, String)]) {
        let mut room = [LAST; 2];
        let mut has_room = |(stream, _): &(Stream, String)| {
            let room = &mut room[usize::from(*stream == Stream::Stderr)];
            let had = *room > 0;
            *room = room.saturating_sub(1);
            had
        };
        let mut kept: Vec<_> = lines.iter().rev().filter(|line| has_room(line)).cloned().collect();
        kept.extend(self.0.drain(..).rev().filter(has_room));
        kept.reverse();
        self.0 = kept;
    }

    pub(super) fn into_lines(self) -> Vec<(Stream, String)> {
        self.0
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

    #[test]
    fn much_on_one_stream_displaces_nothing_on_the_other() {
        let mut tail = Tail::default();
        tail.note(&[(Stream::Stderr, "why".to_owned())]);
        tail.note(&vec![(Stream::Stdout, "what".to_owned()); 50]);
        let lines = tail.into_lines();
        assert_eq!((lines.len(), &*lines[0].1, &*lines[10].1), (11, "why", "what"));
    }
}
