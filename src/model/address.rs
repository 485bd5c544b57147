//! Names of resources inside a blueprint.

use std::fmt;

use crate::kinds::Kind;

/// A resource's name inside the blueprint, written `queue/customer_service`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The section.
    pub kind: Kind,
    /// The key in that section.
    pub name: String,
}

impl Address {
    /// Makes an address.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// A text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address; one looks like `queue/customer_service`")]
pub struct InvalidAddress(String);

impl std::str::FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAddress(text.to_owned());
        let (word, name) = text.split_once('/').ok_or_else(invalid)?;
        let kind = Kind::of_word(word).ok_or_else(invalid)?;
        if name.is_empty() { Err(invalid()) } else { Ok(Address::new(kind, name)) }
    }
}
