//! Words and brands of one's own, with weights.

use thiserror::Error;

use crate::company::{self, Spelling};
use crate::words;

/// Most points that a word of one's own can add: less than the company's name.
pub const MOST_WEIGHT: i32 = 20_000;
/// Most words of one's own; each is compared with every place of a number.
pub const MOST_WORDS: usize = 1_000;

/// Words and brands that count beside those of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnWords {
    words: Vec<OwnWord>,
}

/// A word or brand of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnWord {
    pub(crate) spelling: Spelling,
    pub(crate) weight: i32,
}

/// Why a list of words cannot be read. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OwnWordsError {
    /// A weight is no number, or out of range.
    #[error("line {line}: the weight `{weight}` is no whole number from 0 to {MOST_WEIGHT}")]
    Weight {
        /// The line.
        line: usize,
        /// What stands for a weight.
        weight: String,
    },
    /// A word has no letters that can be dialed, or not 2 to 10 letters and digits.
    #[error("line {line}: `{word}` is not 2 to {longest} letters and digits with a letter among them", longest = words::LONGEST)]
    Word {
        /// The line.
        line: usize,
        /// The word.
        word: String,
    },
    /// A word is there twice.
    #[error("line {line}: `{word}` is there twice")]
    Twice {
        /// The line of the second.
        line: usize,
        /// The word.
        word: String,
    },
    /// There are too many.
    #[error("more than {MOST_WORDS} words")]
    TooMany,
}

impl OwnWords {
    /// Reads a list: words on lines of their own, or with commas or semicolons between; behind a word, `=` and its weight
    /// in points; remarks behind `#`.
    ///
    /// ```text
    /// # brands
    /// Kwik Fix = 5000
    /// FLOWERPOT, teapot = 20
    /// ```
    pub fn read(text: &str) -> Result<Self, OwnWordsError> {
        let mut own = Self::default();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.split('#').next().unwrap_or_default();
            for entry in content.split([',', ';']).map(str::trim).filter(|entry| !entry.is_empty()) {
                let word = word(line, entry)?;
                if own.words.iter().any(|known| known.spelling.letters == word.spelling.letters) {
                    return Err(OwnWordsError::Twice { line, word: word.spelling.written });
                }
                own.words.push(word);
            }
        }
        if own.words.len() > MOST_WORDS { Err(OwnWordsError::TooMany) } else { Ok(own) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &OwnWord> {
        self.words.iter()
    }
}

fn word(line: usize, entry: &str) -> Result<OwnWord, OwnWordsError> {
    let (name, weight) = match entry.split_once('=') {
        Some((name, weight)) => (name.trim(), weight.trim()),
        None => (entry, "0"),
    };
    let spelling = company::spelling(name)
        .filter(|spelling| (2..=words::LONGEST).contains(&spelling.letters.len()))
        .ok_or_else(|| OwnWordsError::Word { line, word: name.to_owned() })?;
    let in_range = weight.parse().ok().filter(|weight| (0..=MOST_WEIGHT).contains(weight));
    let weight = in_range.ok_or_else(|| OwnWordsError::Weight { line, weight: weight.to_owned() })?;
    Ok(OwnWord { spelling, weight })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, i32)> {
        let own = OwnWords::read(text).unwrap();
        own.iter().map(|word| (word.spelling.written.clone(), word.spelling.said.clone(), word.weight)).collect()
    }

    #[test]
    fn words_are_read_with_their_weights() {
        let expected = [
            ("KWIK-FIX", "kwik fix", 5_000),
            ("FLOWERPOT", "flowerpot", 0),
            ("TEAPOT", "teapot", 20),
            ("3M", "3 M", 7),
        ];
        let expected = expected.map(|(written, said, weight)| (written.to_owned(), said.to_owned(), weight));
        assert_eq!(read("# brands\nKwik Fix = 5000 # ours\n\nFLOWERPOT, teapot=20;3M =7\r\n"), expected);
        assert_eq!(read(""), []);
        assert_eq!(read("Müller")[0].0, "MULLER");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = |text: &str| OwnWords::read(text).unwrap_err().to_string();
        assert_eq!(error("tea\npot = much"), "line 2: the weight `much` is no whole number from 0 to 20000");
        assert_eq!(error("tea = -1"), "line 1: the weight `-1` is no whole number from 0 to 20000");
        assert_eq!(error("tea = 20001"), "line 1: the weight `20001` is no whole number from 0 to 20000");
        for wrong in ["x", "1234", "= 5", "antidisestablish", "日本"] {
            assert!(error(wrong).contains("is not 2 to 10 letters"), "{wrong}");
        }
        assert_eq!(error("tea pot\nTEA\nTeapot"), "line 3: `TEAPOT` is there twice");
        let many: Vec<String> = (b'a'..=b'z')
            .flat_map(|one| {
                (b'a'..=b'z')
                    .flat_map(move |two| ['x', 'y'].map(|end| format!("{}{}{end}", char::from(one), char::from(two))))
            })
            .collect();
        assert_eq!(error(&many.join("\n")), "more than 1000 words");
    }
}
