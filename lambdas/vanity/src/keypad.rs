//! The letters on the keys of telephones.

/// Which letters are on which key.
///
/// | name | 1 | 7 | 9 | where |
/// |---|---|---|---|---|
/// | `e161` | | PQRS | WXYZ | ITU-T E.161 and ISO/IEC 9995-8: every telephone of today |
/// | `classic` | | PRS | WXY | telephones of North America until the 1990s: no Q and no Z |
/// | `qz-on-1` | QZ | PRS | WXY | systems that kept the classic keys and put Q and Z on the 1 |
///
/// The other keys are ABC, DEF, GHI, JKL, MNO and TUV on all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keypad {
    /// `e161`
    #[default]
    E161,
    /// `classic`
    Classic,
    /// `qz-on-1`
    QzOn1,
}

impl Keypad {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::E161, Self::Classic, Self::QzOn1];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::E161 => "e161",
            Self::Classic => "classic",
            Self::QzOn1 => "qz-on-1",
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|keypad| keypad.name() == name)
    }

    /// The letters of a key, lower case.
    pub fn letters(self, digit: u8) -> &'static [u8] {
        match (digit, self) {
            (1, Self::QzOn1) => b"qz",
            (2, _) => b"abc",
            (3, _) => b"def",
            (4, _) => b"ghi",
            (5, _) => b"jkl",
            (6, _) => b"mno",
            (7, Self::E161) => b"pqrs",
            (7, Self::Classic | Self::QzOn1) => b"prs",
            (8, _) => b"tuv",
            (9, Self::E161) => b"wxyz",
            (9, Self::Classic | Self::QzOn1) => b"wxy",
            _ => b"",
        }
    }

    /// The digit whose key carries a letter; a digit is itself; `None` for everything else.
    pub fn digit(self, character: char) -> Option<u8> {
        Some(match (character.to_ascii_uppercase(), self) {
            ('A'..='C', _) => 2,
            ('D'..='F', _) => 3,
            ('G'..='I', _) => 4,
            ('J'..='L', _) => 5,
            ('M'..='O', _) => 6,
            ('Q' | 'Z', Self::Classic) => return None,
            ('Q' | 'Z', Self::QzOn1) => 1,
            ('P'..='S', _) => 7,
            ('T'..='V', _) => 8,
            ('W'..='Z', _) => 9,
            (digit @ '0'..='9', _) => digit as u8 - b'0',
            _ => return None,
        })
    }

    /// What someone dials who reads a text: the digits of its letters and digits, as text. Everything else is not dialed.
    pub fn dialed(self, text: &str) -> String {
        text.chars().filter_map(|character| self.digit(character)).map(|digit| char::from(b'0' + digit)).collect()
    }

    /// Whether letters and digits dial digits, each 0 to 9.
    pub(crate) fn spells(self, letters: &[u8], digits: &[u8]) -> bool {
        letters.len() == digits.len()
            && letters.iter().zip(digits).all(|(&letter, &digit)| self.digit(char::from(letter)) == Some(digit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_on_the_key_that_carries_it() {
        for (keypad, letters) in [(Keypad::E161, 26), (Keypad::Classic, 24), (Keypad::QzOn1, 26)] {
            let mut seen = 0;
            for key in 0..=9 {
                for &letter in keypad.letters(key) {
                    assert_eq!(keypad.digit(char::from(letter)), Some(key));
                    assert_eq!(keypad.digit(char::from(letter.to_ascii_uppercase())), Some(key));
                    seen += 1;
                }
            }
            assert_eq!(seen, letters, "{}", keypad.name());
            let with_key = ('a'..='z').filter(|letter| keypad.digit(*letter).is_some()).count();
            assert_eq!(with_key, letters, "{}", keypad.name());
        }
        assert_eq!(Keypad::E161.dialed("1-800-AABUILD"), "18002228453");
    }

    #[test]
    fn q_and_z_are_where_each_keypad_has_them() {
        assert_eq!(Keypad::ALL.map(|keypad| keypad.dialed("quiz")), ["7849", "84", "1841"]);
    }

    #[test]
    fn every_keypad_has_a_name_of_its_own() {
        for keypad in Keypad::ALL {
            assert_eq!(Keypad::named(keypad.name()), Some(keypad));
        }
        assert_eq!(Keypad::named("E161"), None);
    }
}
