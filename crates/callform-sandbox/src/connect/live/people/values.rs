//! What entries of people consist of: lengths of time, keys, and what is chosen from.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Longest time that something takes, in seconds: a day.
const LONGEST: u64 = 86_400;

/// A length of time, in seconds: one, or any between two. One may be written as `20s`, `5m` or `2h`, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// This long.
    Exactly(u64),
    /// Between these.
    Between([u64; 2]),
}

impl Span {
    /// The least and the most, in milliseconds.
    pub(in super::super) fn milliseconds(self) -> (u64, u64) {
        match self {
            Self::Exactly(seconds) => (seconds * 1000, seconds * 1000),
            Self::Between([least, most]) => (least * 1000, most * 1000),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Exactly(seconds) => seconds.serialize(serializer),
            Self::Between(range) => range.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = |value: &Value| {
            let seconds = value.as_u64().or_else(|| seconds_of(value.as_str()?));
            seconds.filter(|seconds| *seconds <= LONGEST)
        };
        let span = match &value {
            Value::Array(range) => match range.iter().map(number).collect::<Option<Vec<_>>>().as_deref() {
                Some([least, most]) if least <= most => Some(Self::Between([*least, *most])),
                _ => None,
            },
            one => number(one).map(Self::Exactly),
        };
        span.ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{value} is no length of time: write seconds, such as `20`, or `5m`, or a range, such as `[10, 30]`, of at most \
                 {LONGEST}"
            ))
        })
    }
}

/// The seconds of `20s`, `5m` or `2h`.
fn seconds_of(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// What is chosen from: by weight, or in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice<T: Ord> {
    /// One after the other.
    InOrder(Vec<T>),
    /// By weight.
    Weights(BTreeMap<T, u32>),
}

impl<T: Ord + Serialize> Serialize for Choice<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::InOrder(list) => list.serialize(serializer),
            Self::Weights(weights) => weights.serialize(serializer),
        }
    }
}

impl<'de, T: Ord + DeserializeOwned> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let wrong = |problem: String| serde::de::Error::custom(problem);
        match value {
            Value::Array(list) => {
                let one = |value| serde_json::from_value(value).map_err(|error| wrong(error.to_string()));
                list.into_iter().map(one).collect::<Result<_, _>>().map(Self::InOrder)
            }
            Value::Object(weights) => {
                let one = |(what, weight): (String, Value)| {
                    let weight = weight.as_u64().and_then(|weight| u32::try_from(weight).ok());
                    let weight = weight.ok_or_else(|| wrong(format!("the weight of `{what}` is a whole number")))?;
                    if weight == 0 {
                        return Err(wrong(format!("`{what}` has a weight of 0, so it never comes; leave it out")));
                    }
                    Ok((serde_json::from_value(what.into()).map_err(|error| wrong(error.to_string()))?, weight))
                };
                weights.into_iter().map(one).collect::<Result<_, D::Error>>().map(Self::Weights)
            }
            _ => Err(wrong("write weights, such as `{ a: 60, b: 40 }`, or a list, such as `[a, b]`".to_owned())),
        }
    }
}

/// Keys of a phone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Keys(pub String);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = match Value::deserialize(deserializer)? {
            Value::String(keys) => keys,
            // More digits may have begun with zeros, which numbers do not have.
            Value::Number(key) if key.as_u64().is_some_and(|key| key < 10) => key.to_string(),
            other => return Err(serde::de::Error::custom(format!("write the keys {other} in quotes"))),
        };
        if keys.bytes().all(|key| key.is_ascii_digit() || matches!(key, b'*' | b'#')) {
            return Ok(Self(keys));
        }
        Err(serde::de::Error::custom(format!("`{keys}` are no keys: write digits, `*` and `#`, or \"\" for none")))
    }
}
