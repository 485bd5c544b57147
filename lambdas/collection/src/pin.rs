//! Personal identification numbers: digits that people key in.
//!
//! The last digit checks the others (Damm's algorithm: it notices every wrong digit and every two that change places), so that
//! who mistypes is told so and has not guessed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::outside::Rim;

/// What a PIN opens. Each kind has numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinKind {
    /// The results of one collection, for its owner.
    Owner,
    /// The conversations of one collection, for its callers.
    Conversation,
    /// Whoever calls.
    User,
}

impl PinKind {
    /// As in keys: `owner`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Conversation => "conversation",
            Self::User => "user",
        }
    }
}

/// A PIN: 2 to 19 digits, the last of which is right.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pin(Arc<str>);

/// A number that is no PIN. The message does not tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no PIN: its last digit does not match the others")]
pub struct NoPin;

/// Most digits of a PIN without its check digit.
pub const MOST_DIGITS: u32 = 18;

/// The quasigroup of order 10 of Damm's thesis.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

fn damm(digits: &str) -> u8 {
    digits.bytes().fold(0, |interim, digit| DAMM[usize::from(interim)][usize::from((digit - b'0') % 10)])
}

impl Pin {
    /// The PIN whose digits before the last are this number's.
    fn numbered(number: u64, digits: u32) -> Self {
        let width = usize::try_from(digits).unwrap_or_default();
        let front = format!("{number:0width$}");
        let check = damm(&front);
        Self(format!("{front}{check}").into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pin {
    type Err = NoPin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (2..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits && damm(text) == 0 { Ok(Self(text.into())) } else { Err(NoPin) }
    }
}

impl TryFrom<String> for Pin {
    type Error = NoPin;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.0.as_ref().to_owned()
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Debug output goes to logs: it does not tell the PIN.
impl fmt::Debug for Pin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pin({} digits)", self.0.len())
    }
}

/// A number below `end`, each as likely as any other.
pub(crate) fn below(rim: &impl Rim, end: u64) -> u64 {
    let end = end.max(1);
    // Numbers beyond the last whole multiple of `end` would favor small ones.
    let whole = u64::MAX - u64::MAX % end;
    loop {
        let number = rim.random();
        if number < whole {
            return number % end;
        }
    }
}

/// How many numbers are drawn before the space is walked through, and most steps of that walk.
const DRAWN: u64 = 24;
const WALKED: u64 = 4096;

/// Different PINs in an order that nobody can foresee: first drawn ones, and as the space may be nearly full, every one of a
/// walk from another drawn one then.
#[derive(Clone, Debug)]
pub struct Draw {
    digits: u32,
    space: u64,
    start: u64,
    step: u64,
    tried: u64,
}

impl Draw {
    /// PINs of so many digits before the check digit: 1 to 18.
    pub fn new(rim: &impl Rim, digits: u32) -> Self {
        let digits = digits.clamp(1, MOST_DIGITS);
        let space = 10_u64.pow(digits);
        // A step without a factor of 10 comes to every number before it comes to one again.
        let step = below(rim, space / 10) * 10 + [1, 3, 7, 9][usize::try_from(below(rim, 4)).unwrap_or_default()];
        Self { digits, space, start: below(rim, space), step, tried: 0 }
    }

    /// The next one; nothing when enough were tried.
    pub fn next(&mut self, rim: &impl Rim) -> Option<Pin> {
        let number = if self.tried < DRAWN {
            below(rim, self.space)
        } else {
            let walked = self.tried - DRAWN;
            if walked >= WALKED.min(self.space) {
                return None;
            }
            let place = u128::from(self.start) + u128::from(self.step) * u128::from(walked);
            u64::try_from(place % u128::from(self.space)).unwrap_or_default()
        };
        self.tried += 1;
        Some(Pin::numbered(number, self.digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_pins_are_noticed() {
        for number in [0_u64, 5_724, 123_456, 999_999] {
            let pin = Pin::numbered(number, 6);
            assert_eq!(pin.as_str().parse(), Ok(pin.clone()));
            let digits: Vec<u8> = pin.as_str().bytes().collect();
            for place in 0..digits.len() {
                for other in b'0'..=b'9' {
                    let mut wrong = digits.clone();
                    wrong[place] = other;
                    let text = String::from_utf8(wrong).unwrap();
                    assert_eq!(text.parse::<Pin>().is_ok(), text == pin.as_str(), "{text}");
                }
                let mut swapped = digits.clone();
                swapped.swap(place, (place + 1).min(digits.len() - 1));
                let text = String::from_utf8(swapped).unwrap();
                assert_eq!(text.parse::<Pin>().is_ok(), text == pin.as_str(), "{text}");
            }
        }
        // Of Damm's thesis.
        assert_eq!(Pin::numbered(572, 3).as_str(), "5724");
        for text in ["", "0", "12 34", "٣٤", "1234567890123456789012"] {
            assert_eq!(text.parse::<Pin>(), Err(NoPin), "{text}");
        }
    }
}
