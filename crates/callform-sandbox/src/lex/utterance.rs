//! Utterances: ways to say an intent, with places for slots.

use std::collections::{BTreeMap, BTreeSet};

/// How many words a slot takes that is followed by more.
const MOST_WORDS: usize = 40;

/// One way to say something.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Utterance {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// A word in its plain form.
    Word(String),
    /// A place for the slot of a name.
    Slot(String),
}

/// A word of an input.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// As it was said, without the punctuation at its ends.
    said: String,
    /// Without case and punctuation.
    plain: String,
}

/// The words of an input.
pub(super) fn words(text: &str) -> Vec<Word> {
    let word = |said: &str| {
        let said = said.trim_matches(|character: char| ".,;:!?\"()“”¿¡".contains(character));
        Word { said: said.to_owned(), plain: plain(said) }
    };
    text.split_whitespace().map(word).filter(|word| !word.plain.is_empty()).collect()
}

fn plain(word: &str) -> String {
    word.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What words say, as a text.
fn text(words: &[Word]) -> String {
    words.iter().map(|word| word.said.as_str()).collect::<Vec<_>>().join(" ")
}

/// How an utterance says an input.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fit<V> {
    /// Words that both have; the more, the better.
    pub(super) literal: usize,
    /// The slots and their values.
    pub(super) slots: BTreeMap<String, V>,
}

impl Utterance {
    /// Reads `where is {number}`.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, from)) = rest.split_once('{') {
            let Some((slot, after)) = from.split_once('}') else { break };
            parts.extend(words(before).into_iter().map(|word| Part::Word(word.plain)));
            parts.push(Part::Slot(slot.trim().to_owned()));
            rest = after;
        }
        parts.extend(words(rest).into_iter().map(|word| Part::Word(word.plain)));
        Self { parts }
    }

    /// How it says these words, all of them. `value` is what a slot takes a text for, if it does; of several ways, the
    /// first slots take the fewest words.
    pub(super) fn fit<V: Clone>(&self, words: &[Word], value: &dyn Fn(&str, &str) -> Option<V>) -> Option<Fit<V>> {
        let mut fit = Fit { literal: 0, slots: BTreeMap::new() };
        let found = !self.parts.is_empty() && go_on(&self.parts, words, value, &mut fit, &mut BTreeSet::new());
        found.then_some(fit)
    }
}

/// How many words a slot may take that is followed by these parts.
fn lengths(after: &[Part], words: &[Word]) -> std::ops::RangeInclusive<usize> {
    if after.is_empty() {
        return words.len().max(1)..=words.len();
    }
    1..=words.len().saturating_sub(after.len()).min(MOST_WORDS)
}

/// `dead` are the ends of parts and words that do not fit each other: each pair is tried once.
fn go_on<V: Clone>(
    parts: &[Part],
    words: &[Word],
    value: &dyn Fn(&str, &str) -> Option<V>,
    fit: &mut Fit<V>,
    dead: &mut BTreeSet<(usize, usize)>,
) -> bool {
    let Some((part, parts)) = parts.split_first() else { return words.is_empty() };
    if dead.contains(&(parts.len(), words.len())) {
        return false;
    }
    let fits = match part {
        Part::Word(own) => words.split_first().is_some_and(|(word, rest)| {
            let fits = word.plain == *own && go_on(parts, rest, value, fit, dead);
            fit.literal += usize::from(fits);
            fits
        }),
        Part::Slot(name) => lengths(parts, words).any(|length| {
            let (own, rest) = words.split_at(length);
            let Some(found) = value(name, &text(own)) else { return false };
            let fits = go_on(parts, rest, value, fit, dead);
            if fits {
                fit.slots.insert(name.clone(), found);
            }
            fits
        }),
    };
    if !fits {
        dead.insert((parts.len(), words.len()));
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slots take any text but `no`.
    fn fit(utterance: &str, input: &str) -> Option<(usize, Vec<String>)> {
        let value = |_: &str, text: &str| (text != "no").then(|| text.to_owned());
        let fit = Utterance::read(utterance).fit(&words(input), &value)?;
        Some((fit.literal, fit.slots.into_iter().map(|(name, value)| format!("{name}={value}")).collect()))
    }

    #[test]
    fn case_and_punctuation_do_not_matter() {
        assert_eq!(fit("I can't sign in!", "i cant  sign in"), Some((4, vec![])));
        assert_eq!(fit("Where's my order", "where's my order?"), Some((3, vec![])));
        assert_eq!(fit("where is my order", "where is my"), None);
        assert_eq!(fit("where is my", "where is my order"), None);
        assert_eq!(fit("", ""), None);
    }

    #[test]
    fn slots_take_words_as_they_were_said() {
        assert_eq!(fit("track {number}.", "Track AB-5."), Some((1, vec!["number=AB-5".to_owned()])));
        let both = vec!["a=New York".to_owned(), "b=Rome".to_owned()];
        assert_eq!(fit("from {a} to {b}", "From New York to Rome"), Some((2, both)));
        assert_eq!(fit("{a} {b}", "one two three"), Some((0, vec!["a=one".to_owned(), "b=two three".to_owned()])));
        assert_eq!(fit("track {number}", "track no"), None);
        assert_eq!(fit("track {number}", "track"), None);
    }

    #[test]
    fn many_slots_and_words_take_no_time() {
        let utterance = "{a} {b} {c} {d} {e} {f} end";
        assert_eq!(fit(utterance, &"word ".repeat(200)), None);
    }
}
