//! "Did you mean …?"

/// The candidate most like a word that was probably mistyped; `None` where nothing is near enough.
///
/// Upper and lower case, `-` and `_` count as equal. The first of equally near candidates wins.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace('-', "_");
    let word = fold(word);
    let length = word.chars().count();
    // Comparing costs the product of both lengths; nobody mistypes a page.
    if length > 200 {
        return None;
    }
    let limit = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &fold(candidate));
        if distance <= limit && distance < length && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_the_nearest_candidate() {
        let keys = ["queue", "queues", "quick_connects", "hours"];
        assert_eq!(did_you_mean("queu", keys), Some("queue"));
        assert_eq!(did_you_mean("quick-connects", keys), Some("quick_connects"));
        assert_eq!(did_you_mean("huors", keys), Some("hours"));
        assert_eq!(did_you_mean("Hours", keys), Some("hours"));
    }

    #[test]
    fn stays_silent_when_nothing_is_near() {
        assert_eq!(did_you_mean("users", ["hours", "flows"]), None);
        assert_eq!(did_you_mean("a", ["b", "c"]), None);
        assert_eq!(did_you_mean("", ["b"]), None);
        assert_eq!(did_you_mean(&"x".repeat(100_000), ["x"]), None);
    }
}
