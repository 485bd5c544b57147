//! Phone numbers as people and spreadsheets write them.
//!
//! A library reads them (`phonenumber`), and is not believed blindly: what comes out has to be what went in, but for the
//! country's own prefixes. What spreadsheets have made of a number is refused by its name, as it cannot be mended: the digits
//! that are gone are gone.

use std::str::FromStr as _;

use phonenumber::metadata::DATABASE;
use phonenumber::{PhoneNumber, Type, country};
use serde::{Deserialize, Serialize};

use crate::ids::Number;
use crate::policy::NumberCheck;

/// Why a text is no number to be dialed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NumberProblem {
    /// Nothing is there.
    #[error("there is no number")]
    Empty,
    /// `4.42072E+11`
    #[error("a spreadsheet has rounded the number (E+); format the column as text and enter it again")]
    Exponent,
    /// `15550100.0`, `1555,0100`
    #[error("a spreadsheet has made a decimal number of it; format the column as text and enter it again")]
    Decimal,
    /// `#DIV/0!`
    #[error("it is a spreadsheet's error; enter the number again")]
    SpreadsheetError,
    /// `TRUE`
    #[error("a spreadsheet has made a truth value of it; enter the number again")]
    Boolean,
    /// A national number without the zero that all of its country's have.
    #[error("the leading zero is gone; format the column as text, or write numbers with + and the country's code")]
    LostZero,
    /// More than digits, spaces and the usual signs.
    #[error("it has letters or signs that no phone number has")]
    Characters,
    /// `ext. 12`
    #[error("it has an extension, which cannot be dialed")]
    Extension,
    /// A national number, and nobody says of which country.
    #[error("it has no country; write it with + and the country's code, or say of which country such numbers are")]
    NoCountry,
    /// What was read is not what was written.
    #[error("it can be read in more than one way; write it with + and the country's code")]
    Ambiguous,
    /// Its country does not give out such numbers.
    #[error("there are no such numbers in its country")]
    Invalid,
    /// A call would cost the caller extra.
    #[error("it is a premium-rate number")]
    Premium,
}

/// The shortest numbers there are, with their country's code: emergency numbers are shorter.
const LEAST_DIGITS: usize = 7;

/// Reads a number. `country` is that of numbers without one: two capital letters.
pub fn read(text: &str, country: Option<&str>, check: NumberCheck) -> Result<Number, NumberProblem> {
    let text = fold(text);
    let text = text.trim().trim_start_matches('\'').trim();
    damaged(text)?;
    let compact = compact(text)?;
    let parsed = parse(&compact, country)?;
    let digits = format!("{}{}", parsed.code().value(), parsed.national());
    let number = Number::from_e164(&format!("+{digits}")).ok_or(NumberProblem::Invalid)?;
    is_what_was_written(&compact, &parsed, country)?;
    if parsed.number_type(&DATABASE) == Type::PremiumRate {
        return Err(NumberProblem::Premium);
    }
    // Numbers of films are taken as they are written whole; what is short, or is read by the rules of a country, has to exist.
    let is_whole = compact.starts_with('+') && digits.len() >= LEAST_DIGITS;
    match check {
        NumberCheck::Form if is_whole => Ok(number),
        _ if parsed.is_valid() => Ok(number),
        _ => Err(NumberProblem::Invalid),
    }
}

/// Full-width digits and signs, and the many blanks and dashes, as the plain ones.
fn fold(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xfee0).unwrap_or(char),
            '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{3000}' | '\u{feff}' => ' ',
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' => '-',
            other => other,
        })
        .collect()
}

/// What spreadsheets have made of numbers.
fn damaged(text: &str) -> Result<(), NumberProblem> {
    if text.is_empty() {
        return Err(NumberProblem::Empty);
    }
    if text.starts_with('#') {
        return Err(NumberProblem::SpreadsheetError);
    }
    let words = ["true", "false", "wahr", "falsch", "vrai", "faux", "verdadero", "falso", "vero"];
    if words.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Err(NumberProblem::Boolean);
    }
    let plain = text.trim_start_matches('+');
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((mantissa, exponent)) = plain.split_once(['E', 'e'])
        && is_digits(exponent.trim_start_matches(['+', '-']))
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
    {
        return Err(NumberProblem::Exponent);
    }
    match plain.split_once(['.', ',']) {
        // One group of three digits or more after one dot may be how a number is written: 555.0100.
        Some((whole, fraction))
            if is_digits(whole) && is_digits(fraction) && (fraction.len() < 3 || text.contains(',')) =>
        {
            Err(NumberProblem::Decimal)
        }
        _ => Ok(()),
    }
}

/// A plus, where there is one, and digits.
fn compact(text: &str) -> Result<String, NumberProblem> {
    let lower = text.to_ascii_lowercase();
    if lower.contains("ext") || lower.contains('x') || lower.contains(';') {
        return Err(NumberProblem::Extension);
    }
    let mut compact = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '0'..='9' => compact.push(char),
            '+' if compact.is_empty() => compact.push(char),
            ' ' | '-' | '.' | '(' | ')' | '/' => {}
            _ => return Err(NumberProblem::Characters),
        }
    }
    // +44 (0)20 …: the zero is not dialed from abroad.
    if compact.starts_with('+') && text.contains("(0)") {
        let digits = text.replacen("(0)", "", 1);
        return self::compact(&digits);
    }
    if compact.len() < 3 { Err(NumberProblem::Invalid) } else { Ok(compact) }
}

fn parse(compact: &str, country: Option<&str>) -> Result<PhoneNumber, NumberProblem> {
    if compact.starts_with('+') {
        return phonenumber::parse(None, compact).map_err(|_| NumberProblem::Invalid);
    }
    let id = country.and_then(|country| country::Id::from_str(country).ok()).ok_or(NumberProblem::NoCountry)?;
    phonenumber::parse(Some(id), compact).map_err(|_| NumberProblem::Invalid)
}

/// What was read is what was written, but for what stands before a number at home.
fn is_what_was_written(compact: &str, parsed: &PhoneNumber, country: Option<&str>) -> Result<(), NumberProblem> {
    let code = parsed.code().value().to_string();
    let national = parsed.national().to_string();
    if let Some(digits) = compact.strip_prefix('+') {
        return if digits.strip_prefix(&*code) == Some(&*national) { Ok(()) } else { Err(NumberProblem::Ambiguous) };
    }
    let before = compact.strip_suffix(&*national).ok_or(NumberProblem::Ambiguous)?;
    let trunk = country.and_then(|country| DATABASE.by_id(country)).and_then(|home| home.national_prefix());
    match before {
        "" if trunk == Some("0") => Err(NumberProblem::LostZero),
        "" => Ok(()),
        _ if Some(before) == trunk || before == code => Ok(()),
        _ if before.strip_suffix(&*code).is_some_and(|idd| matches!(idd, "00" | "011" | "810")) => Ok(()),
        _ => Err(NumberProblem::Ambiguous),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_valid(text: &str, country: &str) -> Result<String, NumberProblem> {
        let country = (!country.is_empty()).then_some(country);
        read(text, country, NumberCheck::Valid).map(|number| number.to_string())
    }

    /// What is made for trying things out dials no emergency number, and makes nothing up.
    #[test]
    fn numbers_of_films_are_whole_numbers() {
        let read = |text: &str| read(text, Some("US"), NumberCheck::Form).map(|number| number.to_string());
        assert_eq!(read("+15550100134").as_deref(), Ok("+15550100134"));
        assert_eq!(read("+15550100").as_deref(), Ok("+15550100"));
        assert_eq!(read("(202) 555-0191").as_deref(), Ok("+12025550191"));
        for text in ["911", "999", "988", "+1911", "00442079460000"] {
            assert!(read(text).is_err(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, country, number) in [
            ("+12025550191", "", "+12025550191"),
            ("(202) 555-0191", "US", "+12025550191"),
            ("202.555.0191", "US", "+12025550191"),
            ("1-202-555-0191", "US", "+12025550191"),
            ("12025550191", "US", "+12025550191"),
            ("'+1 202 555 0191", "", "+12025550191"),
            ("+44 (0)20 7946 0123", "", "+442079460123"),
            ("020 7946 0123", "GB", "+442079460123"),
            ("0044 20 7946 0123", "GB", "+442079460123"),
            ("442079460123", "GB", "+442079460123"),
            ("(+351) 282 43 50 50", "", "+351282435050"),
            ("030 12345678", "DE", "+493012345678"),
            ("+39 06 6982 1234", "", "+390669821234"),
            ("+４４２０７９４６０１２３", "", "+442079460123"),
            ("+44\u{a0}20\u{2011}7946\u{2011}0123", "", "+442079460123"),
        ] {
            assert_eq!(read_valid(text, country).as_deref(), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_dialed_is_refused_by_its_name() {
        use NumberProblem as P;
        for (text, country, problem) in [
            ("", "US", P::Empty),
            (" ", "US", P::Empty),
            ("4.42072E+11", "GB", P::Exponent),
            ("4,42072E+11", "GB", P::Exponent),
            ("442079460123.0", "GB", P::Decimal),
            ("442079460123,00", "GB", P::Decimal),
            ("#DIV/0!", "GB", P::SpreadsheetError),
            ("#N/A", "GB", P::SpreadsheetError),
            ("TRUE", "GB", P::Boolean),
            ("WAHR", "DE", P::Boolean),
            ("2079460123", "GB", P::LostZero),
            ("3012345678", "DE", P::LostZero),
            ("abc@example.com", "US", P::Extension),
            ("name", "US", P::Characters),
            ("+1 202 555 0191 ext 12", "", P::Extension),
            ("202-555-0191", "", P::NoCountry),
            ("202-555-0191", "ZZ", P::NoCountry),
            ("+1 202 555 019", "", P::Invalid),
            ("+15550100", "", P::Invalid),
            ("+999 123456", "", P::Invalid),
            ("++12025550191", "", P::Characters),
            ("(0xx15) 11 2345-6789", "BR", P::Extension),
            ("044 55 1234 5678", "MX", P::Invalid),
            ("+78001234567", "", P::Ambiguous),
            ("+1 900 555 0123", "", P::Premium),
        ] {
            assert_eq!(read_valid(text, country), Err(problem), "{text}");
        }
    }

    #[test]
    fn fictional_numbers_have_the_form() {
        for text in ["+15550100", "+15550100125", "+12025550191"] {
            assert_eq!(read(text, None, NumberCheck::Form).unwrap().as_str(), text);
        }
    }
}
