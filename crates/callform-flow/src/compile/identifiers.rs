//! Identifiers of actions: readable, valid, unique.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::validate::{FORBIDDEN_IDENTIFIERS, FORBIDDEN_IN_IDENTIFIERS, MAXIMUM_IDENTIFIER_LENGTH};

/// The identifiers handed out so far.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    taken: BTreeSet<String>,
}

impl Identifiers {
    /// A valid identifier made of these words that no other action has. Equal words get numbers in the order they come.
    pub(super) fn make(&mut self, words: &str) -> String {
        let base = clean(words);
        let mut identifier = shorten(&base, MAXIMUM_IDENTIFIER_LENGTH);
        let mut number = 1_u32;
        while !self.taken.insert(identifier.clone()) {
            number += 1;
            let suffix = format!(" {number}");
            identifier = shorten(&base, MAXIMUM_IDENTIFIER_LENGTH - suffix.len()) + &suffix;
        }
        identifier
    }
}

fn clean(words: &str) -> String {
    let is_space = |character: char| {
        character.is_whitespace() || character.is_control() || FORBIDDEN_IN_IDENTIFIERS.contains(&character)
    };
    let without_paths = if words.contains('$') { Cow::Owned(words.replace("$.", "")) } else { Cow::Borrowed(words) };
    let mut joined = String::with_capacity(without_paths.len());
    for word in without_paths.split(is_space).filter(|word| !word.is_empty()) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
        // No identifier is longer, and what follows changes nothing about it.
        if joined.len() > 8 * MAXIMUM_IDENTIFIER_LENGTH {
            break;
        }
    }
    match joined.as_str() {
        "" => "Step".to_owned(),
        word if FORBIDDEN_IDENTIFIERS.contains(&word) => format!("Step {word}"),
        _ => joined,
    }
}

/// Cuts at a word where that leaves at least half of the length.
fn shorten(text: &str, length: usize) -> String {
    if text.len() <= length || text.chars().count() <= length {
        return text.to_owned();
    }
    let cut: String = text.chars().take(length).collect();
    match cut.rfind(' ') {
        Some(space) if cut[..space].chars().count() * 2 >= length => cut[..space].to_owned(),
        _ => cut.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::is_valid_identifier;

    #[test]
    fn words_become_valid_identifiers() {
        let mut identifiers = Identifiers::default();
        for (words, expected) in [
            ("Say hello", "Say hello"),
            ("Say hello", "Say hello 2"),
            ("If $.Attributes.x = 1; {y}", "If Attributes.x 1 y"),
            ("", "Step"),
            ("%%", "Step 2"),
            ("constructor", "Step constructor"),
        ] {
            assert_eq!(identifiers.make(words), expected);
        }
    }

    #[test]
    fn long_words_are_cut_and_still_told_apart() {
        let mut identifiers = Identifiers::default();
        let words = "Say Sorry, we are closed. Please call back Monday to Friday 9 am to 6 pm";
        let made: Vec<String> = (0..12).map(|_| identifiers.make(words)).collect();
        assert_eq!(made[0], "Say Sorry we are closed. Please call back Monday");
        assert_eq!(made[1], "Say Sorry we are closed. Please call back 2");
        assert!(made.iter().all(|identifier| is_valid_identifier(identifier)), "{made:?}");
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len());
    }

    proptest::proptest! {
        #[test]
        fn any_words_become_valid_identifiers(words in proptest::collection::vec(".{0,80}", 1..4)) {
            let mut identifiers = Identifiers::default();
            for words in words.iter().chain(&words) {
                let identifier = identifiers.make(words);
                proptest::prop_assert!(is_valid_identifier(&identifier), "{identifier:?}");
            }
        }
    }
}
