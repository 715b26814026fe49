//! "Did you mean …?" for names.

/// Names longer than this are not typed: to compare them would take seconds, since that costs the product of their lengths.
const LONGEST: usize = 200;

/// The candidate that `name` is most likely a misspelling of, if one is near enough.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (folded, length) = (name.to_lowercase(), name.chars().count());
    let most = 1.max(length / 3);
    if length > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.chars().count().abs_diff(length) <= most)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_misspellings_and_nothing_else() {
        let names = ["PopcornBowl", "Popcorn", "Pizza"];
        assert_eq!(nearest("popcorn", names), Some("Popcorn"));
        assert_eq!(nearest("PopconrBowl", names), Some("PopcornBowl"));
        assert_eq!(nearest("Burger", names), None);
    }

    /// It would take minutes.
    #[test]
    fn of_very_long_names_none_is_near() {
        let long = "x".repeat(100_000);
        assert_eq!(nearest(&long, [&*format!("{long}!")]), None);
        assert_eq!(nearest("x", [&*long]), None);
    }
}
