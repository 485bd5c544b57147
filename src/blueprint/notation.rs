//! Small pieces of notation that several sections share: short forms, durations, secrets, the members of every
//! resource.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use callform_source::Spanned;
use callform_source::de::{JSON_TEXT, ONE_OR_MANY};
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Named resources of one section, in the order they are written.
pub type Section<T> = IndexMap<Spanned<String>, T>;

/// The name of something else: a key of the blueprint, `builtin/<name>`, or the ARN of what exists outside it.
pub type Name = Spanned<String>;

/// Either a scalar that says it all, or an object with the details.
#[derive(Clone, Debug, PartialEq)]
pub enum Short<S, T> {
    /// The scalar.
    Short(S),
    /// The object.
    Full(T),
}

impl<'de, S: Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Short<S, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShortVisitor(PhantomData))
    }
}

struct ShortVisitor<S, T>(PhantomData<(S, T)>);

impl<'de, S: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for ShortVisitor<S, T> {
    type Value = Short<S, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar or an object")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Short::Short)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Short::Short)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Short::Short)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Short::Short)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Short::Full)
    }
}

impl<S: JsonSchema, T: JsonSchema> JsonSchema for Short<S, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Or{}", S::schema_name(), T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let short = generator.subschema_for::<S>();
        let full = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [short, full] })
    }
}

/// One text, or a list of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts(pub Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(ONE_OR_MANY, TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Texts, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Texts)
    }
}

impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Texts".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
    }
}

/// Any value, as the JSON that it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactJson {
    /// To be looked at.
    pub value: serde_json::Value,
    /// The same as text, with numbers as they were written: `1.0` is no `1`.
    pub text: String,
}

impl<'de> Deserialize<'de> for ExactJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(JSON_TEXT, ExactJsonVisitor)
    }
}

struct ExactJsonVisitor;

impl Visitor<'_> for ExactJsonVisitor {
    type Value = ExactJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ExactJson, E> {
        let value = serde_json::from_str(text).map_err(E::custom)?;
        Ok(ExactJson { value, text: text.to_owned() })
    }
}

impl JsonSchema for ExactJson {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ExactJson".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

/// A length of time, written `15s`, `2m` or `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// The length in whole seconds.
    pub seconds: u32,
}

impl Duration {
    /// Reads the same notation as flows do; `None` for anything else and for what does not fit 32 bits of seconds.
    pub fn parse(text: &str) -> Option<Self> {
        let length = callform_flow::steps::Duration::parse(text)?;
        u32::try_from(length.seconds).ok().map(|seconds| Self { seconds })
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("a length of time is written like `15s`, `2m` or `1h30m`"))
    }
}

impl JsonSchema for Duration {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "pattern": "^([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$",
            "x-title": "this is no length of time",
            "x-help": "Write whole numbers and units: `15s`, `2m` or `1h30m`.",
            "description": "A length of time, such as `15s`, `2m` or `1h30m`.",
            "examples": ["15s", "2m"]
        })
    }
}

/// A secret that stays where it is: CloudFormation reads it during a deployment, Callform never does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretReference {
    /// Name or ARN of a secret in Secrets Manager. Give this or `ssm`.
    pub secret: Option<Spanned<String>>,
    /// The member to take where the secret is a JSON object. Without it the whole secret is the value.
    pub key: Option<String>,
    /// Name of a String parameter of the Systems Manager Parameter Store. Give this or `secret`.
    pub ssm: Option<Spanned<String>>,
    /// Version of the parameter (`ssm` only). CloudFormation takes the latest without it.
    pub version: Option<u32>,
}

/// A password: a reference to a secret. A literal password is refused (`literal-password`).
pub type Password = Spanned<Short<String, SecretReference>>;

/// What every resource can say about itself.
#[derive(Clone, Copy, Debug)]
pub struct Common<'a> {
    /// Tags of this resource.
    pub tags: Option<&'a BTreeMap<String, String>>,
    /// The key it had before.
    pub renamed_from: Option<&'a Spanned<String>>,
    /// The logical ID it keeps.
    pub id: Option<&'a Spanned<String>>,
    /// Refuse plans that delete or replace it.
    pub prevent_destroy: bool,
    /// Keep it when it leaves the blueprint; `None` takes the default of its kind.
    pub retain: Option<bool>,
}

impl Common<'_> {
    /// Nothing said: for resources that come with another one.
    pub const NONE: Common<'static> =
        Common { tags: None, renamed_from: None, id: None, prevent_destroy: false, retain: None };
}

impl<'a> Common<'a> {
    /// Those of something that comes with another thing, and had this name before that was renamed.
    pub fn renamed(from: Option<&'a Spanned<String>>) -> Self {
        Common { renamed_from: from, ..Common::NONE }
    }
}

/// A definition that has the members of every resource.
pub trait Definition {
    /// The members of every resource.
    fn common(&self) -> Common<'_>;
}

/// Declares a resource's notation: its own members and those of every resource.
macro_rules! resource {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
            /// Tags of this resource, besides those of the center.
            pub tags: Option<std::collections::BTreeMap<String, String>>,
            /// The key this resource had before: it is kept under its new key instead of being replaced.
            pub renamed_from: Option<callform_source::Spanned<String>>,
            /// Pins the logical ID in the CloudFormation template, whatever the key.
            pub id: Option<callform_source::Spanned<String>>,
            /// Refuses every plan that would delete or replace this resource.
            #[serde(default)]
            pub prevent_destroy: bool,
            /// Whether to keep the resource, unmanaged, when it leaves the blueprint or the center is destroyed.
            /// Default: true for the instance, tables, buckets and keys, false for everything else.
            pub retain: Option<bool>,
        }

        impl $crate::blueprint::Definition for $name {
            fn common(&self) -> $crate::blueprint::Common<'_> {
                $crate::blueprint::Common {
                    tags: self.tags.as_ref(),
                    renamed_from: self.renamed_from.as_ref(),
                    id: self.id.as_ref(),
                    prevent_destroy: self.prevent_destroy,
                    retain: self.retain,
                }
            }
        }
    };
}
pub(crate) use resource;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let seconds = |text| Duration::parse(text).map(|duration| duration.seconds);
        assert_eq!(seconds("15s"), Some(15));
        assert_eq!(seconds("2m"), Some(120));
        assert_eq!(seconds("8h"), Some(28_800));
        assert_eq!(seconds("1d"), Some(86_400));
        for wrong in ["", "s", "15", "-1s", "1.5h", "15 s", "99999999999s", "4294967295d"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
