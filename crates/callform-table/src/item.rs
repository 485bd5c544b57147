//! Items, and how they look as flat records.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Moment;

/// An index of a table: a text that names a part of it, and a number of seconds by which the part is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The attribute that names the part.
    pub part: &'static str,
    /// The attribute that it is sorted by.
    pub sort: &'static str,
}

/// What a table holds.
pub trait Records: Copy + Debug + Default + PartialEq + 'static {
    /// The key of an item; as text it is the attribute `key`.
    type Key: Clone + Debug + Display + FromStr<Err = String> + Ord;
    /// What an item says; it must be a flat map in serde's eyes.
    type Body: Clone + Debug + DeserializeOwned + PartialEq + Serialize;
    /// A part of an index.
    type Part: Clone + Debug + Display + Ord;

    /// Every index of the table.
    const INDEXES: &'static [Index];

    /// Which index a part is of.
    fn index(part: &Self::Part) -> &'static Index;

    /// What keys of this kind begin with: `person#`.
    fn prefix(key: &Self::Key) -> &'static str;

    /// Where the indexes have an item: at most once in each.
    fn indexed(item: &Item<Self>) -> Vec<(Self::Part, Moment)>;

    /// When an item may be forgotten: the table's time to live, in whole seconds.
    fn expires(item: &Item<Self>) -> Option<Moment>;
}

/// An item: its key, its version (1 for a new one), what it says, and attributes that are unknown here.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<R: Records> {
    /// Its key.
    pub key: R::Key,
    /// How often it was written.
    pub version: u64,
    /// What it says.
    pub body: R::Body,
    /// What somebody else wrote into it.
    pub extra: Map<String, Value>,
}

/// A record that is no item. The message names no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record is no item: {0}")]
pub struct Unreadable(String);

impl<R: Records> Item<R> {
    /// As a flat record: numbers, texts, lists and maps, nothing that a table cannot hold.
    pub fn to_attributes(&self) -> Map<String, Value> {
        let mut record = self.extra.clone();
        if let Ok(Value::Object(body)) = serde_json::to_value(&self.body) {
            record.extend(body);
        }
        record.insert("key".to_owned(), self.key.to_string().into());
        record.insert("version".to_owned(), self.version.into());
        for (part, at) in R::indexed(self) {
            let index = R::index(&part);
            record.insert(index.part.to_owned(), part.to_string().into());
            record.insert(index.sort.to_owned(), serde_json::to_value(at).unwrap_or_default());
        }
        if let Some(expires) = R::expires(self) {
            record.insert("expires".to_owned(), expires.seconds().into());
        }
        record
    }

    /// Reads a flat record.
    pub fn from_attributes(record: Map<String, Value>) -> Result<Self, Unreadable> {
        let text = record.get("key").and_then(Value::as_str).ok_or_else(|| Unreadable("it has no key".to_owned()))?;
        let key: R::Key = text.parse().map_err(Unreadable)?;
        let version = record.get("version").and_then(Value::as_u64);
        let version = version.ok_or_else(|| Unreadable("it has no version".to_owned()))?;
        let body: R::Body = serde::Deserialize::deserialize(Value::Object(record.clone()))
            .map_err(|error: serde_json::Error| Unreadable(hide_values(&error.to_string())))?;
        let mut extra = record;
        if let Ok(Value::Object(known)) = serde_json::to_value(&body) {
            extra.retain(|name, value| !known.contains_key(name) && !is_own::<R>(name) && !value.is_null());
        }
        Ok(Self { key, version, body, extra })
    }
}

/// Whether an attribute is one that every item has, or one of an index.
fn is_own<R: Records>(name: &str) -> bool {
    matches!(name, "key" | "version" | "expires")
        || R::INDEXES.iter().any(|index| index.part == name || index.sort == name)
}

/// Serde's messages quote what is wrong; that may be a phone number.
fn hide_values(message: &str) -> String {
    message.chars().map(|char| if char.is_ascii_digit() { '·' } else { char }).collect()
}
