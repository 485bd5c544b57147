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
    let limit = (length / 3).clamp(1, FARTHEST);
    let letters = letters(&word);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Both are lower bounds of the distance, and cost next to nothing.
        if candidate.chars().count().abs_diff(length) > limit {
            continue;
        }
        let others = self::letters(candidate);
        if (letters & !others).count_ones().max((others & !letters).count_ones()) as usize > limit {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &fold(candidate));
        if distance <= limit && distance < length && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Mistakes that a word may have.
const FARTHEST: usize = 6;

/// A bit for each letter and digit that occurs in a text; one bit may stand for several. A mistake changes one of them
/// at most into another.
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |bits, byte| {
        let byte = if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
        if byte.is_ascii() { bits | 1 << (byte % 64) } else { bits }
    })
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
