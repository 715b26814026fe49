//! "Did you mean …?" for names.

/// The candidate that `name` is most likely a misspelling of, if one is near enough.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= 1.max(name.chars().count() / 3))
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
}
