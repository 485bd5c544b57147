//! What a caller's address says: a North American number, or why there is none.

use thiserror::Error;

/// A number of the North American Numbering Plan.
///
/// Exchange codes are not checked: numbers set aside for fiction would not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The national digits, each 0 to 9: ten, or seven where the area code was left out.
    national: Vec<u8>,
    extension: Option<String>,
}

/// Why an address has no vanity numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoNumber {
    /// The caller's number is withheld, or the contact has none.
    #[error("the caller's number is withheld")]
    Withheld,
    /// A short code, such as an emergency number or the number of a service.
    #[error("this is a short code: too few digits for a phone number")]
    Short,
    /// A number outside the North American Numbering Plan: its keypads and lengths differ.
    #[error("only numbers of the North American Numbering Plan (+1) are turned into words")]
    Foreign,
    /// An address of internet telephony that names a person instead of a number.
    #[error("this is the address of a person or device and has no digits to dial")]
    NotDialed,
    /// Nothing that can be read as a number.
    #[error("this is no phone number; write it like +15550100134")]
    Unreadable,
}

/// What carriers send instead of a withheld number; the digits spell ANONYMOUS.
const ANONYMOUS_DIGITS: &str = "266696687";

/// Words that stand where a number was withheld.
const WITHHELD: [&str; 8] =
    ["anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld", "null"];

/// Longest address that is looked at, in bytes; SIP addresses are far shorter.
const LONGEST: usize = 512;

impl Number {
    /// Reads an address as Amazon Connect gives it, or as people write phone numbers.
    ///
    /// Takes E.164 (`+15550100134`), national and local forms with the usual separators, `tel:` and `sip:` addresses, and
    /// extensions (`;ext=12`, `x12`, `ext. 12`, `#12`), which are kept apart: they are not dialed with the number.
    pub fn read(address: &str) -> Result<Self, NoNumber> {
        let address = address.trim();
        if address.len() > LONGEST {
            return Err(NoNumber::Unreadable);
        }
        let lower = address.to_lowercase();
        let (user, is_address) = user_part(&lower);
        if user.is_empty() || WITHHELD.contains(&user) {
            return Err(NoNumber::Withheld);
        }
        let (main, extension) = without_extension(user);
        let international = main.starts_with('+') || main.starts_with("011");
        let Some(digits) = digits_of(main) else {
            return Err(if is_address { NoNumber::NotDialed } else { NoNumber::Unreadable });
        };
        if digits.trim_start_matches('1') == ANONYMOUS_DIGITS {
            return Err(NoNumber::Withheld);
        }
        if digits.is_empty() {
            return Err(NoNumber::Unreadable);
        }
        if main.starts_with("011") || (international && !digits.starts_with('1')) {
            return Err(NoNumber::Foreign);
        }
        let national = match digits.len() {
            0..=6 => return Err(NoNumber::Short),
            7 if !international => digits.as_str(),
            10 if !international => digits.as_str(),
            11 if digits.starts_with('1') => &digits[1..],
            // Long enough for a number of another country, written without its plus.
            8.. if !international => return Err(NoNumber::Foreign),
            _ => return Err(NoNumber::Unreadable),
        };
        if !('2'..='9').contains(&national.chars().next().unwrap_or('0')) {
            return Err(NoNumber::Unreadable);
        }
        Ok(Self { national: national.bytes().map(|byte| byte - b'0').collect(), extension })
    }

    /// The national digits, each 0 to 9: ten, or seven where the area code was left out.
    pub fn national(&self) -> &[u8] {
        &self.national
    }

    /// How many of the national digits are the area code: three, or none.
    pub fn area_digits(&self) -> usize {
        self.national.len() - 7
    }

    /// What is dialed: the country code 1 and the national digits; only these where the area code was left out.
    pub fn dialed(&self) -> String {
        let country = if self.area_digits() > 0 { "1" } else { "" };
        country.chars().chain(self.national.iter().map(|&digit| char::from(b'0' + digit))).collect()
    }

    /// `+15550100134`; without the plus where the area code was left out.
    pub fn e164(&self) -> String {
        let plus = if self.area_digits() > 0 { "+" } else { "" };
        format!("{plus}{}", self.dialed())
    }

    /// The extension that was written with the number.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }
}

/// What an address names, and whether it was a URI: `sip:+15550100134@example.com;user=phone` names `+15550100134`.
fn user_part(address: &str) -> (&str, bool) {
    let address = address.trim_start_matches('<').trim_end_matches('>');
    let (rest, scheme) = match address.split_once(':') {
        Some(("sip" | "sips" | "tel", rest)) => (rest, true),
        _ => (address, false),
    };
    match rest.split_once('@') {
        Some((user, _)) => (user, true),
        None => (rest, scheme),
    }
}

/// A number and its extension.
fn without_extension(text: &str) -> (&str, Option<String>) {
    // Longest marks first: `ext` ends with an `x` before nothing, `;ext=` holds `ext`.
    for mark in [";ext=", "extension", "ext.", "ext", "x", "#"] {
        if let Some((main, extension)) = text.split_once(mark) {
            let extension = extension.split(';').next().unwrap_or_default().trim();
            if !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit()) {
                return (main.trim(), Some(extension.to_owned()));
            }
        }
    }
    (text.split(';').next().unwrap_or_default().trim(), None)
}

/// The digits of a number, if nothing but digits and separators is there.
fn digits_of(text: &str) -> Option<String> {
    let mut digits = String::new();
    for (place, character) in text.chars().enumerate() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if place == 0 => {}
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2011}' | '\u{2013}' => {}
            _ => return None,
        }
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialed(address: &str) -> Result<String, NoNumber> {
        Number::read(address).map(|number| number.dialed())
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        for address in [
            "+15550100134",
            "15550100134",
            "5550100134",
            " (555) 010-0134 ",
            "1-555-010-0134",
            "555.010.0134",
            "tel:+1-555-010-0134",
            "sip:+15550100134@example.com",
            "sips:15550100134@10.0.0.1:5061;user=phone",
            "<sip:+15550100134@example.com>",
            "+15550100134;ext=12",
            "+1 555 010 0134 x12",
            "555-010-0134 ext. 12",
            "5550100134#12",
            "+15550100134;phone-context=example.com",
        ] {
            assert_eq!(dialed(address).as_deref(), Ok("15550100134"), "{address}");
        }
        assert_eq!(dialed("010-0134"), Err(NoNumber::Unreadable));
        assert_eq!(dialed("222-8453").as_deref(), Ok("2228453"));
    }

    #[test]
    fn an_extension_is_kept_apart() {
        let number = Number::read("+15550100134;ext=12").unwrap();
        assert_eq!(number.extension(), Some("12"));
        assert_eq!(number.e164(), "+15550100134");
        assert_eq!(Number::read("555-010-0134 ext. 7").unwrap().extension(), Some("7"));
        assert_eq!(Number::read("+15550100134").unwrap().extension(), None);
    }

    /// V4: `anonymous` and short numbers crashed the original.
    #[test]
    fn v4_callers_without_a_number_are_told_apart() {
        for (address, expected) in [
            ("anonymous", NoNumber::Withheld),
            ("Anonymous", NoNumber::Withheld),
            ("", NoNumber::Withheld),
            ("  ", NoNumber::Withheld),
            ("RESTRICTED", NoNumber::Withheld),
            ("unknown", NoNumber::Withheld),
            ("+266696687", NoNumber::Withheld),
            ("266696687", NoNumber::Withheld),
            ("sip:anonymous@anonymous.invalid", NoNumber::Withheld),
            ("911", NoNumber::Short),
            ("12345", NoNumber::Short),
            ("123456", NoNumber::Short),
            ("tel:411", NoNumber::Short),
            ("sip:mary.jane@example.com", NoNumber::NotDialed),
            ("hello", NoNumber::Unreadable),
            ("+1", NoNumber::Short),
            ("+155501001", NoNumber::Unreadable),
            ("+1555010013456", NoNumber::Unreadable),
            ("+", NoNumber::Unreadable),
            ("-", NoNumber::Unreadable),
            ("+10550100134", NoNumber::Unreadable),
            ("+11550100134", NoNumber::Unreadable),
            ("\u{0661}\u{0662}", NoNumber::Unreadable),
        ] {
            assert_eq!(dialed(address), Err(expected), "{address:?}");
        }
        assert_eq!(dialed(&"5".repeat(100_000)), Err(NoNumber::Unreadable));
    }

    /// V5: the original sliced a British number as if it were American.
    #[test]
    fn v5_numbers_of_other_countries_are_not_cut_to_pieces() {
        for address in ["+44 7700 900123", "+447700900123", "+4930123456", "011 44 7700 900123", "447700900123"] {
            assert_eq!(dialed(address), Err(NoNumber::Foreign), "{address}");
        }
    }
}
