//! The English words that a number may spell: an automaton that walks the letters of each key.
//!
//! `words/words.fst` is made by `cargo xtask words` from SCOWL's lists (see `words/COPYRIGHT`). It maps each word to how
//! common it is. It is used where it lies in the program: nothing is read or unpacked when a function starts.

use std::sync::LazyLock;

use fst::raw::{Fst, Node, Output};

use crate::keypad::Keypad;

/// Longest word, in letters: a national number has ten digits.
pub const LONGEST: usize = 10;

/// How common a word is: the smallest of SCOWL's sizes that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Commonness {
    /// Size 10: the few thousand commonest words.
    Size10,
    /// Size 20.
    Size20,
    /// Size 35: what everyone knows.
    Size35,
    /// Size 40.
    Size40,
    /// Size 50.
    Size50,
    /// Size 55.
    Size55,
    /// Size 60: what a dictionary has.
    Size60,
}

impl Commonness {
    /// From the commonest to the rarest.
    pub const ALL: [Self; 7] =
        [Self::Size10, Self::Size20, Self::Size35, Self::Size40, Self::Size50, Self::Size55, Self::Size60];

    /// The number in the names of SCOWL's files.
    pub fn size(self) -> u8 {
        match self {
            Self::Size10 => 10,
            Self::Size20 => 20,
            Self::Size35 => 35,
            Self::Size40 => 40,
            Self::Size50 => 50,
            Self::Size55 => 55,
            Self::Size60 => 60,
        }
    }
}

/// Words that sound like digits. Whoever hears them dials the wrong key, so no number is made of them.
pub const SOUND_LIKE_DIGITS: [&str; 22] = [
    "ate", "eight", "five", "for", "fore", "four", "nil", "nine", "oh", "one", "owe", "seven", "six", "ten", "three",
    "to", "too", "two", "won", "zero", "zeros", "ones",
];

/// Two-letter words of the lists that are abbreviations or noises.
const NO_WORDS: [&str; 10] = ["ax", "cs", "eh", "em", "ha", "ho", "id", "pi", "re", "ox"];

/// Whether a word of the lists is fit for a number: short words only when they are common, none that sound like digits.
/// Offensive words are another matter: [`crate::blocklist`].
pub fn is_fit(word: &str, commonness: Commonness) -> bool {
    let common_enough = match word.len() {
        2 => commonness <= Commonness::Size20 && !NO_WORDS.contains(&word),
        3 => commonness <= Commonness::Size35,
        4..=LONGEST => true,
        _ => false,
    };
    common_enough && word.bytes().all(|byte| byte.is_ascii_lowercase()) && !SOUND_LIKE_DIGITS.contains(&word)
}

/// A set of words with how common each is.
pub struct Words(Fst<&'static [u8]>);

/// A word at the start of some digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    letters: [u8; LONGEST],
    length: usize,
    /// How common the word is.
    pub commonness: Commonness,
}

impl Found {
    /// The word, lower case.
    pub fn letters(&self) -> &[u8] {
        &self.letters[..self.length]
    }
}

static EMBEDDED: LazyLock<Words> = LazyLock::new(|| {
    Words(Fst::new(include_bytes!("../words/words.fst").as_slice()).expect("`cargo xtask words` writes an automaton"))
});

impl Words {
    /// The words that come with the program.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The checksum that the automaton ends with (CRC-32C).
    pub(crate) fn checksum(&self) -> u32 {
        self.0.as_bytes().last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// Hands over every word that the first digits spell, each once, in alphabetical order.
    pub fn at_start(&self, keypad: Keypad, digits: &[u8], mut found: impl FnMut(Found)) {
        let mut walk = Walk { fst: &self.0, keypad, letters: [0; LONGEST], found: &mut found };
        walk.on(self.0.root(), Output::zero(), digits, 0);
    }
}

struct Walk<'a, F> {
    fst: &'a Fst<&'static [u8]>,
    keypad: Keypad,
    letters: [u8; LONGEST],
    found: &'a mut F,
}

impl<F: FnMut(Found)> Walk<'_, F> {
    fn on(&mut self, node: Node<'_>, output: Output, digits: &[u8], depth: usize) {
        if node.is_final() {
            let class = usize::try_from(output.cat(node.final_output()).value()).unwrap_or(usize::MAX);
            if let Some(&commonness) = Commonness::ALL.get(class) {
                (self.found)(Found { letters: self.letters, length: depth, commonness });
            }
        }
        let (Some(&digit), true) = (digits.get(depth), depth < LONGEST) else { return };
        for &letter in self.keypad.letters(digit) {
            if let Some(index) = node.find_input(letter) {
                let transition = node.transition(index);
                self.letters[depth] = letter;
                self.on(self.fst.node(transition.addr), output.cat(transition.out), digits, depth + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fst::Streamer;

    use super::*;
    use crate::blocklist::Blocklist;

    fn all() -> Vec<(String, Commonness)> {
        let mut words = Vec::new();
        let mut stream = Words::embedded().0.stream();
        while let Some((word, class)) = stream.next() {
            let class = usize::try_from(class.value()).unwrap();
            words.push((String::from_utf8(word.to_vec()).unwrap(), Commonness::ALL[class]));
        }
        words
    }

    #[test]
    fn the_automaton_is_whole_and_every_word_in_it_fit() {
        Words::embedded().0.verify().unwrap();
        let words = all();
        assert!(words.len() > 60_000, "{}", words.len());
        for (word, commonness) in &words {
            assert!(is_fit(word, *commonness), "{word}");
            assert!(!Blocklist::embedded().forbids_word(word), "{word}");
        }
        assert!(words.contains(&("top".to_owned(), Commonness::Size10)));
        assert!(words.contains(&("flowers".to_owned(), Commonness::Size20)));
    }

    #[test]
    fn every_word_is_found_under_its_digits() {
        for (word, commonness) in all().iter().step_by(7) {
            let digits: Vec<u8> = word.chars().filter_map(|letter| Keypad::E161.digit(letter)).collect();
            let mut hits = 0;
            Words::embedded().at_start(Keypad::E161, &digits, |found| {
                if found.letters() == word.as_bytes() {
                    assert_eq!(found.commonness, *commonness);
                    hits += 1;
                }
            });
            assert_eq!(hits, 1, "{word}");
        }
    }

    #[test]
    fn zero_and_one_spell_nothing() {
        for digits in [&[0, 0, 0][..], &[1, 6, 8], &[]] {
            Words::embedded().at_start(Keypad::E161, digits, |found| panic!("{found:?}"));
        }
    }

    /// The notice must stay with the words.
    #[test]
    fn the_words_come_with_their_notice() {
        let notice = include_str!("../words/COPYRIGHT");
        for holder in ["Kevin Atkinson", "Princeton University", "Geoff Kuenning", "Permission to use, copy, modify"] {
            assert!(notice.contains(holder), "{holder}");
        }
    }
}
