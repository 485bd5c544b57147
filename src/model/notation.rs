//! Addresses and references as text, the form they have in saved plans.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Address, Attribute, InvalidAddress, Reference, Target};

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Resource(address) => address.fmt(f),
            Target::Builtin { kind, name } => write!(f, "builtin/{kind}/{name}"),
            Target::Instance => f.write_str("instance"),
        }
    }
}

impl FromStr for Target {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "instance" {
            return Ok(Target::Instance);
        }
        match text.strip_prefix("builtin/") {
            Some(rest) => {
                let Address { kind, name } = rest.parse()?;
                Ok(Target::Builtin { kind, name })
            }
            None => text.parse().map(Target::Resource),
        }
    }
}

/// `queue/consulting` for the ARN, `queue/consulting#id` for the bare identifier, `table/numbers#ref` for what `Ref`
/// gives.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)?;
        match &self.attribute {
            Attribute::Arn => Ok(()),
            Attribute::Id => f.write_str("#id"),
            Attribute::Ref => f.write_str("#ref"),
            Attribute::Named(name) => write!(f, ".{name}"),
        }
    }
}

impl FromStr for Reference {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (target, attribute) = if let Some(target) = text.strip_suffix("#id") {
            (target, Attribute::Id)
        } else if let Some(target) = text.strip_suffix("#ref") {
            (target, Attribute::Ref)
        } else {
            (text, Attribute::Arn)
        };
        Ok(Reference { target: target.parse()?, attribute })
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn references_read_back_what_they_wrote() {
        let targets = [
            Target::Resource(Address::new(Kind::User, "mary.jane")),
            Target::Resource(Address::new(Kind::HierarchyGroup, "KWGlobal/Customer Service")),
            Target::Builtin { kind: Kind::Prompt, name: "Beep.wav".to_owned() },
            Target::Instance,
        ];
        for target in targets {
            for attribute in [Attribute::Arn, Attribute::Id, Attribute::Ref] {
                let reference = Reference { target: target.clone(), attribute };
                assert_eq!(reference.to_string().parse(), Ok(reference));
            }
        }
    }
}
