//! What a ranking depends on besides the number.

use crate::company::Company;
use crate::keypad::Keypad;
use crate::own::OwnWords;
use crate::words::Words;

/// What makes the words of a number better or worse for someone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Whose name comes first.
    pub company: Company,
    /// Words and brands of one's own.
    pub own: OwnWords,
    /// The keys that callers have.
    pub keypad: Keypad,
}

impl From<Company> for Preferences {
    fn from(company: Company) -> Self {
        Self { company, ..Self::default() }
    }
}

/// Raise it when the points or the search change what is found.
const RULES: u32 = 2;

/// A text that differs when rules, words, offensive words or preferences do: a ranking that was kept with the same
/// version is the ranking of today.
pub fn version(preferences: &Preferences) -> String {
    let lists = Words::embedded().checksum();
    let mut digest = Digest::default();
    digest.add(include_bytes!("../words/blocked.txt"));
    digest.add(preferences.keypad.name().as_bytes());
    for spelling in preferences.company.spellings() {
        digest.add(spelling.written.as_bytes());
        digest.add(spelling.said.as_bytes());
    }
    digest.add(b"=");
    for word in preferences.own.iter() {
        digest.add(word.spelling.said.as_bytes());
        digest.add(format!("{}={}", word.spelling.written, word.weight).as_bytes());
    }
    format!("{RULES}.{lists:08x}.{:016x}", digest.0)
}

/// FNV-1a over texts and the borders between them.
struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    fn add(&mut self, text: &[u8]) {
        for byte in text.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preference_changes_the_version_and_nothing_else_does() {
        let of = |company: &str, own: &str, keypad| {
            version(&Preferences { company: Company::new(company), own: OwnWords::read(own).unwrap(), keypad })
        };
        let versions = [
            of("Acme", "", Keypad::E161),
            of("Acme Tea", "", Keypad::E161),
            of("Acme", "tea", Keypad::E161),
            of("Acme", "tea=1", Keypad::E161),
            of("Acme", "", Keypad::Classic),
            of("", "acme", Keypad::E161),
        ];
        for (place, one) in versions.iter().enumerate() {
            assert!(!versions[..place].contains(one), "{versions:?}");
        }
        assert_eq!(of("Acme", "", Keypad::E161), versions[0]);
        assert_eq!(of("Acme ", "", Keypad::E161), versions[0], "the same name");
        assert_ne!(Words::embedded().checksum(), 0);
    }
}
