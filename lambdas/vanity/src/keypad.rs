//! The letters on the keys of a telephone (ITU-T E.161).

/// The digit whose key carries a letter; a digit is itself; `None` for everything else.
pub fn digit(character: char) -> Option<u8> {
    Some(match character.to_ascii_uppercase() {
        'A'..='C' => 2,
        'D'..='F' => 3,
        'G'..='I' => 4,
        'J'..='L' => 5,
        'M'..='O' => 6,
        'P'..='S' => 7,
        'T'..='V' => 8,
        'W'..='Z' => 9,
        digit @ '0'..='9' => digit as u8 - b'0',
        _ => return None,
    })
}

/// The letters of a key, lower case; none for 0 and 1.
pub fn letters(digit: u8) -> &'static [u8] {
    match digit {
        2 => b"abc",
        3 => b"def",
        4 => b"ghi",
        5 => b"jkl",
        6 => b"mno",
        7 => b"pqrs",
        8 => b"tuv",
        9 => b"wxyz",
        _ => b"",
    }
}

/// What someone dials who reads a text: the digits of its letters and digits, as text. Everything else is not dialed.
pub fn dialed(text: &str) -> String {
    text.chars().filter_map(digit).map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_on_the_key_that_carries_it() {
        let mut seen = 0;
        for key in 0..=9 {
            for &letter in letters(key) {
                assert_eq!(digit(char::from(letter)), Some(key));
                assert_eq!(digit(char::from(letter.to_ascii_uppercase())), Some(key));
                seen += 1;
            }
        }
        assert_eq!(seen, 26);
        assert_eq!(dialed("1-800-AABUILD"), "18002228453");
    }
}
