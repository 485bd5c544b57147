//! `Spanned<T>` in serde and schemars.
//!
//! A deserializer of this crate recognizes `Spanned` by a struct name no other type has, and hands over the place as
//! three more fields.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{FileId, Span, Spanned};

pub(super) const NAME: &str = "$callform_source::Spanned";
pub(super) const FILE: &str = "$file";
pub(super) const START: &str = "$start";
pub(super) const END: &str = "$end";
pub(super) const VALUE: &str = "$value";
const FIELDS: &[&str] = &[FILE, START, END, VALUE];

/// Reads from [`from_node`](super::from_node) only; other formats have no places and are refused.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(NAME, FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place in a source file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Spanned<T>, A::Error> {
        let file = FileId(place(&mut map, FILE)?);
        let start = place(&mut map, START)?;
        let end = place(&mut map, END)?;
        expect_key(&mut map, VALUE)?;
        Ok(Spanned::new(map.next_value()?, Span::new(file, start, end)))
    }
}

fn place<'de, A: MapAccess<'de>>(map: &mut A, name: &'static str) -> Result<u32, A::Error> {
    expect_key(map, name)?;
    map.next_value()
}

fn expect_key<'de, A: MapAccess<'de>>(map: &mut A, name: &'static str) -> Result<(), A::Error> {
    match map.next_key_seed(Is(name))? {
        Some(true) => Ok(()),
        _ => Err(A::Error::custom("the value has no place in a source file")),
    }
}

/// Whether a key is this one. There are four for each value, so none is copied.
struct Is(&'static str);

impl<'de> DeserializeSeed<'de> for Is {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Is {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

impl<T: Serialize> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
