//! Small values that steps are made of.

use std::borrow::Cow;
use std::fmt;

use callform_source::Spanned;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::keyed::{BareText, keyed_enum};

keyed_enum! {
    /// What is played to the contact: text that is read out, SSML, a prompt, or audio in S3.
    ///
    /// Text and SSML may contain JSONPaths, such as `Hello $.Attributes.firstName`.
    pub enum Speech {
        /// Text in SSML.
        "ssml" => Ssml(SsmlSpeech),
        /// A prompt of the instance.
        "prompt" => Prompt(PromptSpeech),
        /// An audio file in S3.
        "audio" => Audio(AudioSpeech),
        ;
        /// Plain text, read out.
        Text(String),
    }
}

impl BareText for Speech {
    fn from_text(text: &str) -> Option<Self> {
        Some(Speech::Text(text.to_owned()))
    }

    fn text_schema() -> Value {
        json!({ "type": "string", "description": "Text that is read out. May contain JSONPaths." })
    }
}

/// Text in SSML.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SsmlSpeech {
    /// The text, `<speak>…</speak>`. May contain JSONPaths.
    pub ssml: Spanned<String>,
}

/// A prompt of the instance.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptSpeech {
    /// Name of a prompt of this blueprint, `builtin/<name>` for one every instance has, or one JSONPath.
    pub prompt: Spanned<String>,
}

/// An audio file in S3.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudioSpeech {
    /// The file, `s3://bucket/key`. May contain JSONPaths.
    pub audio: Spanned<String>,
}

/// A length of time: days, hours, minutes and seconds, such as `15s`, `2m` or `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// The whole length in seconds.
    pub seconds: u64,
}

impl Duration {
    /// A length in seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// Reads a length; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut seconds = 0_u64;
        let mut units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)].into_iter();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|character: char| !character.is_ascii_digit())?;
            let (number, from_unit) = rest.split_at(digits);
            let unit = from_unit.chars().next()?;
            let (_, factor) = units.find(|(name, _)| *name == unit)?;
            seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
            rest = &from_unit[unit.len_utf8()..];
        }
        (!text.is_empty()).then_some(Self { seconds })
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DurationVisitor;

        impl Visitor<'_> for DurationVisitor {
            type Value = Duration;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as `15s`, `2m` or `1h30m`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
                Duration::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(DurationVisitor)
    }
}

impl JsonSchema for Duration {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FlowDuration".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
            "description": "A length of time, such as `15s`, `2m` or `1h30m`.",
        })
    }
}

/// A text, number or truth value that the flow language keeps as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a number, true or false")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_bool<E: Error>(self, truth: bool) -> Result<Scalar, E> {
                Ok(Scalar(truth.to_string()))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_their_units() {
        let seconds = |text| Duration::parse(text).map(|duration| duration.seconds);
        assert_eq!(seconds("15s"), Some(15));
        assert_eq!(seconds("2m"), Some(120));
        assert_eq!(seconds("1d2h3m4s"), Some(93_784));
        for wrong in
            ["", "15", "s", "1s2m", "1m1m", "1.5m", "-1s", "99999999999999999999d", "1w", "9999999999999999999d"]
        {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
