//! Offensive words, which no number may spell: not as a word, and not across the border between two.
//!
//! `words/blocked.txt` is the list; it says what its marks mean.

use std::sync::LazyLock;

/// A list of offensive words.
#[derive(Debug, Default)]
pub struct Blocklist {
    /// By first letter `a` to `z`.
    by_letter: [Vec<Blocked>; 26],
}

#[derive(Debug)]
struct Blocked {
    letters: Vec<u8>,
    reach: Reach,
}

/// Where a word offends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Wherever its letters follow one another, in the middle of a longer word too.
    Anywhere,
    /// As a word, and where it crosses the border of a word; not inside a harmless longer one.
    Word,
}

static EMBEDDED: LazyLock<Blocklist> = LazyLock::new(|| Blocklist::read(include_str!("../words/blocked.txt")));

impl Blocklist {
    /// The list that comes with the program.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Reads a list: a word a line, `*` after one that offends inside longer words too, `#` before remarks.
    pub fn read(text: &str) -> Self {
        let mut list = Self::default();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim().to_ascii_lowercase();
            let (word, reach) = match line.strip_suffix('*') {
                Some(word) => (word, Reach::Anywhere),
                None => (line.as_str(), Reach::Word),
            };
            if let Some(bucket) = word.bytes().next().and_then(|first| list.by_letter.get_mut(bucket_of(first))) {
                bucket.push(Blocked { letters: word.bytes().collect(), reach });
            }
        }
        list
    }

    /// Whether a single word offends.
    pub fn forbids_word(&self, word: &str) -> bool {
        let text = word.to_ascii_lowercase();
        let end = text.len();
        self.forbids(text.as_bytes(), |from, to, anywhere| anywhere || (from == 0 && to == end))
    }

    /// Whether a number's text offends.
    ///
    /// `text` holds its letters, lower case, and digits. `counts` is asked about each occurrence of an offensive word,
    /// given by the place of its first letter, the one after its last, and whether the word offends anywhere.
    /// Among more letters than digits, digits count as the letters they look like: `5n4rk` is read too.
    pub fn forbids(&self, text: &[u8], counts: impl Fn(usize, usize, bool) -> bool) -> bool {
        (0..text.len()).any(|from| {
            self.starting_like(text[from]).any(|blocked| {
                let to = from + blocked.letters.len();
                text.get(from..to).is_some_and(|part| {
                    mostly_letters(part)
                        && part.iter().zip(&blocked.letters).all(|(&seen, &letter)| looks_like(seen, letter))
                }) && counts(from, to, blocked.reach == Reach::Anywhere)
            })
        })
    }

    /// The words whose first letter a character looks like; a `1` is an I and an L.
    fn starting_like(&self, seen: u8) -> impl Iterator<Item = &Blocked> {
        let second = (seen == b'1').then(|| bucket_of(b'l'));
        let buckets = std::iter::once(bucket_of(look(seen))).chain(second);
        buckets.filter_map(|bucket| self.by_letter.get(bucket)).flatten()
    }
}

/// Nobody reads a word into a group of digits because of a letter beside it.
fn mostly_letters(text: &[u8]) -> bool {
    text.iter().filter(|byte| byte.is_ascii_lowercase()).count() * 2 > text.len()
}

fn bucket_of(letter: u8) -> usize {
    usize::from(letter.wrapping_sub(b'a'))
}

/// The letter that a character looks like.
fn look(character: u8) -> u8 {
    match character {
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' => b'a',
        b'5' => b's',
        b'7' => b't',
        b'8' => b'b',
        other => other,
    }
}

fn looks_like(seen: u8, letter: u8) -> bool {
    look(seen) == letter || (seen == b'1' && letter == b'l')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Blocklist {
        Blocklist::read("# remark\nsnark*   # offends everywhere\n  boojum\n\n")
    }

    #[test]
    fn a_word_offends_as_its_mark_says() {
        assert!(list().forbids_word("snark"));
        assert!(list().forbids_word("Snarks"));
        assert!(list().forbids_word("boojum"));
        assert!(!list().forbids_word("boojums"));
        assert!(!list().forbids_word("remark"));
    }

    #[test]
    fn borders_do_not_hide_a_word() {
        // "sn ark", "boo jum", and "boojums" as one word.
        assert!(list().forbids(b"snark", |_, _, anywhere| anywhere));
        assert!(list().forbids(b"xxboojum", |from, to, anywhere| (from, to, anywhere) == (2, 8, false)));
        assert!(!list().forbids(b"boojums", |_, _, anywhere| anywhere));
    }

    #[test]
    fn digits_that_look_like_letters_do_not_hide_a_word() {
        assert!(list().forbids(b"5n4rk", |_, _, _| true));
        assert!(Blocklist::read("lob*").forbids(b"1ob", |_, _, _| true));
        assert!(!Blocklist::read("sob*").forbids(b"50b", |_, _, _| true), "mere digits offend nobody");
        assert!(!Blocklist::read("snob*").forbids(b"5n0b", |_, _, _| true), "and half of them do not");
    }

    #[test]
    fn the_list_of_the_program_is_read_whole() {
        let text = include_str!("../words/blocked.txt");
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
        let read: usize = Blocklist::embedded().by_letter.iter().map(Vec::len).sum();
        assert_eq!(read, lines);
        assert!(read > 100);
    }
}
