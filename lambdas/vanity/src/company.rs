//! The company whose name a number should spell, and the parts of its name that are worth spelling.

use thiserror::Error;

use crate::keypad::Keypad;
use crate::words;

/// Shortest part of a name that counts, in letters.
const SHORTEST_PART: usize = 3;

/// Fewest letters of a name that is cut off at the end of the number.
const SHORTEST_CUT: usize = 4;

/// Forms of companies: a name is whole without them.
const LEGAL_FORMS: [&str; 16] = [
    "AG",
    "BV",
    "CO",
    "COMPANY",
    "CORP",
    "CORPORATION",
    "GMBH",
    "INC",
    "LIMITED",
    "LLC",
    "LLP",
    "LTD",
    "NV",
    "PLC",
    "SA",
    "SL",
];

/// Words that say nothing of a company by themselves.
const FILLERS: [&str; 10] = ["AND", "AT", "BY", "FOR", "IN", "OF", "ON", "THE", "TO", "WITH"];

/// Characters of a name that are looked at.
pub const LONGEST_NAME: usize = 100;

/// The name of a company, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    spellings: Vec<Spelling>,
}

/// Why a name cannot count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// It is too long.
    #[error("the company's name is longer than {LONGEST_NAME} characters")]
    TooLong,
    /// No key carries any of it.
    #[error("the company's name has no two letters and digits that a telephone has keys for, with a letter among them")]
    NoLetters,
}

/// How much of the name is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// Some of its words, its initials, or its beginning at the end of the number.
    Part,
    /// The whole name.
    Whole,
}

/// One way to spell the name or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// Letters and digits, lower case, one after the other.
    pub letters: Vec<u8>,
    /// How much of the name this is.
    pub extent: Extent,
    /// How it is written: `ACME-PLUMBING`.
    pub written: String,
    /// How it is said: `acme plumbing`, with letters told one by one where nobody could say the word.
    pub said: String,
}

/// A word of the name as the company writes it: `KWGlobal` has the words `KW` and `Global`.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    /// Whether it is written together with the word before.
    joined: bool,
}

impl Company {
    /// Takes a name apart that must count: one without letters, or with too many, is refused. An empty one prefers nothing.
    pub fn read(name: &str) -> Result<Self, NameError> {
        let name = name.trim();
        if name.chars().count() > LONGEST_NAME {
            return Err(NameError::TooLong);
        }
        let company = Self::new(name);
        if !name.is_empty() && company.spellings.is_empty() { Err(NameError::NoLetters) } else { Ok(company) }
    }

    /// Takes a name apart. A name without letters has no spellings, and prefers nothing.
    pub fn new(name: &str) -> Self {
        let name: String = name.chars().take(LONGEST_NAME).map(without_accent).collect();
        let tokens = tokens(&name);
        let mut company = Self::default();
        let core = without_legal_form(&tokens);
        company.add(&tokens, Extent::Whole);
        company.add(core, Extent::Whole);
        for length in (1..=core.len()).rev() {
            for part in core.windows(length) {
                let speaks = part.iter().any(|token| !FILLERS.contains(&token.text.to_ascii_uppercase().as_str()));
                if speaks && part.iter().map(|token| token.text.len()).sum::<usize>() >= SHORTEST_PART {
                    company.add(part, Extent::Part);
                }
            }
        }
        let initials: Vec<_> =
            core.iter().filter_map(|token| token.text.get(..1)).map(|text| Token { text, joined: true }).collect();
        if initials.len() >= SHORTEST_PART {
            company.add(&initials, Extent::Part);
        }
        company
    }

    /// The ways to spell the name, whole ones first, each once.
    pub fn spellings(&self) -> &[Spelling] {
        &self.spellings
    }

    /// The spelling whose beginning fills the given digits to their end, when the rest of the name has no room.
    pub(crate) fn cut(&self, digits: &[u8], keypad: Keypad) -> Option<Spelling> {
        let whole = self.spellings.iter().rfind(|spelling| spelling.extent == Extent::Whole)?;
        let room = digits.len();
        let length = whole.letters.len();
        let long_enough = room >= SHORTEST_CUT && room * 2 >= length && room < length;
        let text = whole.letters.get(..room).filter(|text| long_enough && keypad.spells(text, digits))?;
        let text = String::from_utf8_lossy(text).into_owned();
        Some(Spelling {
            letters: text.clone().into_bytes(),
            extent: Extent::Part,
            written: text.to_ascii_uppercase(),
            said: said(&[Token { text: &text, joined: false }]),
        })
    }

    fn add(&mut self, tokens: &[Token<'_>], extent: Extent) {
        let Some(spelling) = spelled(tokens, extent) else { return };
        let fits = extent == Extent::Whole || spelling.letters.len() <= words::LONGEST;
        if fits && self.spellings.iter().all(|known| known.letters != spelling.letters) {
            self.spellings.push(spelling);
        }
    }
}

/// A name as one, if it has two letters and digits at least, and a letter among them.
pub(crate) fn spelling(name: &str) -> Option<Spelling> {
    let name: String = name.chars().take(LONGEST_NAME).map(without_accent).collect();
    spelled(&tokens(&name), Extent::Whole)
}

fn spelled(tokens: &[Token<'_>], extent: Extent) -> Option<Spelling> {
    let letters: Vec<u8> =
        tokens.iter().flat_map(|token| token.text.bytes()).map(|byte| byte.to_ascii_lowercase()).collect();
    if letters.len() < 2 || !letters.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    let mut written = String::new();
    for (place, token) in tokens.iter().enumerate() {
        if place > 0 && !token.joined {
            written.push('-');
        }
        written.push_str(&token.text.to_ascii_uppercase());
    }
    Some(Spelling { letters, extent, written, said: said(tokens) })
}

impl Spelling {
    /// Whether the digits begin with this spelling.
    pub(crate) fn starts(&self, digits: &[u8], keypad: Keypad) -> bool {
        digits.get(..self.letters.len()).is_some_and(|digits| keypad.spells(&self.letters, digits))
    }
}

/// The letter on the keypad for an accented one: people dial MULLER for Müller.
fn without_accent(character: char) -> char {
    match character {
        'à'..='å' | 'À'..='Å' => 'a',
        'ç' | 'Ç' => 'c',
        'è'..='ë' | 'È'..='Ë' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' => 'i',
        'ñ' | 'Ñ' => 'n',
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' => 'u',
        'ý' | 'ÿ' | 'Ý' => 'y',
        other => other,
    }
}

/// The words of a name: separated by anything that is no letter or digit, and by capitals as in `KWGlobal`.
fn tokens(name: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for word in name.split(|character: char| !character.is_ascii_alphanumeric() && character != '\'') {
        let mut joined = false;
        for text in capitals(word).into_iter().flat_map(|text| text.split('\'')) {
            if !text.is_empty() {
                tokens.push(Token { text, joined });
                joined = true;
            }
        }
    }
    tokens
}

/// Cuts before a capital that begins a word: `KW|Global`, `Call|Form`.
fn capitals(word: &str) -> Vec<&str> {
    let bytes = word.as_bytes();
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        let before_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let begins =
            bytes[at].is_ascii_uppercase() && (bytes[at - 1].is_ascii_lowercase() || (before_lower && at > start + 1));
        if begins {
            parts.push(&word[start..at]);
            start = at;
        }
    }
    parts.push(&word[start..]);
    parts
}

fn without_legal_form<'a, 'b>(tokens: &'a [Token<'b>]) -> &'a [Token<'b>] {
    match tokens.split_last() {
        Some((last, rest)) if !rest.is_empty() && LEGAL_FORMS.contains(&last.text.to_ascii_uppercase().as_str()) => {
            without_legal_form(rest)
        }
        _ => tokens,
    }
}

/// Words as they are said: lower case, so that no voice takes them for abbreviations; those without a vowel letter by letter.
fn said(tokens: &[Token<'_>]) -> String {
    let words: Vec<String> = tokens
        .iter()
        .map(|token| {
            let lower = token.text.to_ascii_lowercase();
            let sayable = lower.len() > 2
                && lower.contains(['a', 'e', 'i', 'o', 'u', 'y'])
                && lower.bytes().all(|byte| byte.is_ascii_lowercase());
            if sayable { lower } else { one_by_one(token.text) }
        })
        .collect();
    words.join(" ")
}

/// Characters one by one: `K W`.
pub(crate) fn one_by_one(text: &str) -> String {
    let characters: Vec<String> = text.chars().map(|character| character.to_ascii_uppercase().to_string()).collect();
    characters.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spellings(name: &str) -> Vec<(String, Extent)> {
        Company::new(name).spellings.iter().map(|spelling| (spelling.written.clone(), spelling.extent)).collect()
    }

    #[test]
    fn the_whole_name_and_its_speaking_parts_count() {
        assert_eq!(spellings("AABUILD"), [("AABUILD".to_owned(), Extent::Whole)]);
        let expected = [
            ("ACME-PLUMBING-INC", Extent::Whole),
            ("ACME-PLUMBING", Extent::Whole),
            ("ACME", Extent::Part),
            ("PLUMBING", Extent::Part),
        ];
        assert_eq!(spellings("Acme Plumbing, Inc."), expected.map(|(text, extent)| (text.to_owned(), extent)));
        assert_eq!(spellings("KWGlobal")[0], ("KWGLOBAL".to_owned(), Extent::Whole));
        assert!(spellings("KWGlobal").contains(&("GLOBAL".to_owned(), Extent::Part)));
        let house = spellings("The House of Pie");
        assert!(house.contains(&("HOUSE-OF-PIE".to_owned(), Extent::Part)));
        assert!(house.contains(&("THOP".to_owned(), Extent::Part)), "{house:?}");
        assert!(!house.iter().any(|(text, _)| text == "THE" || text == "OF"), "{house:?}");
        assert_eq!(spellings("Müller")[0].0, "MULLER");
        assert_eq!(spellings(" – 42!"), []);
        assert_eq!(spellings(""), []);
        assert_eq!(spellings("日本"), []);
    }

    #[test]
    fn names_are_said_as_people_say_them() {
        let said = |name| Company::new(name).spellings[0].said.clone();
        assert_eq!(said("AABUILD"), "aabuild");
        assert_eq!(said("KWGlobal"), "K W global");
        assert_eq!(said("Acme Plumbing"), "acme plumbing");
        assert_eq!(said("3M"), "3 M");
        assert_eq!(said("McDonald's"), "M C donald S");
    }

    #[test]
    fn a_long_name_is_cut_at_the_end_of_the_number_only() {
        let company = Company::new("AABuilders");
        let cut = company.cut(&[2, 2, 2, 8, 4, 5, 3], Keypad::E161).unwrap();
        assert_eq!((cut.written.as_str(), cut.extent), ("AABUILD", Extent::Part));
        assert_eq!(company.cut(&[2, 2, 2, 8], Keypad::E161), None, "less than half of the name says nothing");
        assert_eq!(Company::new("AABUILD").cut(&[2, 2, 2, 8, 4, 5, 3], Keypad::E161), None, "it is not cut at all");
        assert_eq!(Company::new("AABUILD").cut(&[2, 2, 2, 8], Keypad::E161).unwrap().written, "AABU");
        assert_eq!(Company::new("BUILD").cut(&[2, 8, 4], Keypad::E161), None, "three letters say nothing");
    }

    #[test]
    fn a_name_that_cannot_count_is_refused() {
        assert_eq!(Company::read(" Acme "), Ok(Company::new("Acme")));
        assert_eq!(Company::read("  "), Ok(Company::default()));
        for name in ["日本", "42", "–", "X", "é"] {
            assert_eq!(Company::read(name), Err(NameError::NoLetters), "{name}");
        }
        assert_eq!(Company::read(&"é".repeat(100)).map(|company| company.spellings().len()), Ok(1));
        assert_eq!(Company::read(&"a".repeat(101)), Err(NameError::TooLong));
    }

    #[test]
    fn a_huge_name_costs_little() {
        assert!(Company::new(&"A b ".repeat(100_000)).spellings.len() < 2_000);
    }
}
