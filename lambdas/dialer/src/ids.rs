//! Names of things. Each is text of its own type.

use std::fmt;
use std::sync::Arc;

use callform_table::name;
use serde::{Deserialize, Serialize};

name!(
    /// Whoever is to be called, as the list names them (`A0001`), or their first number where it does not.
    PersonId
);
name!(
    /// One attempt to call one person: at most 64 letters, digits and `-`, new for every claim.
    ///
    /// It goes along with the call as client token (at most 500 characters), as the contact's name and as its attribute
    /// [`ATTEMPT_ATTRIBUTE`](crate::phone::ATTEMPT_ATTRIBUTE).
    AttemptId
);
name!(
    /// Connect's identifier of a contact.
    ContactId
);
name!(
    /// The ARN of an agent.
    AgentId
);
name!(
    /// One load of a list.
    LoadId
);

/// A phone number in E.164: a plus and at most 15 digits, the first of which is not 0.
///
/// That a number exists, or even that its country has numbers of this form, is looked at where lists are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number(Arc<str>);

impl Number {
    /// Reads exactly this form; nothing is trimmed or corrected.
    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let fits = (2..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        (fits && !digits.starts_with('0')).then(|| Self(text.into()))
    }

    /// As text, with its plus.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without its plus.
    pub fn digits(&self) -> &str {
        self.0.get(1..).unwrap_or_default()
    }
}

impl TryFrom<String> for Number {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_e164(&text).ok_or_else(|| "a phone number must be in E.164, such as +15550100".to_owned())
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.0.as_ref().to_owned()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_e164_is_a_number() {
        assert_eq!(Number::from_e164("+15550100").unwrap().digits(), "15550100");
        for text in ["", "+", "15550100", "+0155", "+1 555", "+1234567890123456", "+1555a", "+٣٤"] {
            assert_eq!(Number::from_e164(text), None, "{text}");
        }
    }
}
