//! Names as they can be shown anywhere.

use std::borrow::Cow;

/// Longer names are shortened in pictures, and told in full by what a pointer shows.
const LONGEST: usize = 40;

/// At most 40 characters of a name: its beginning and its end, since names of members differ there.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        let long = format!("start{}end", "x".repeat(10_000));
        let short = short(&long);
        assert_eq!(short.chars().count(), LONGEST);
        assert!(short.starts_with("startxx") && short.contains('…') && short.ends_with("xxend"), "{short}");
    }
}
