//! Items as flat records.

use serde_json::{Map, Value};

use crate::item::{Item, Key};

/// A record that is no item of this crate. The message names no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record is no item: {0}")]
pub struct Unreadable(String);

const OWN: [&str; 7] = ["key", "version", "shard", "due", "day", "at", "expires"];

impl Item {
    /// As a flat record: numbers, texts, lists and maps, nothing that a table cannot hold.
    pub fn to_attributes(&self) -> Map<String, Value> {
        let mut record = self.extra.clone();
        if let Ok(Value::Object(body)) = serde_json::to_value(&self.body) {
            record.extend(body);
        }
        record.insert("key".to_owned(), self.key.to_string().into());
        record.insert("version".to_owned(), self.version.into());
        let indexed = self.indexed();
        let number = |moment| serde_json::to_value(moment).unwrap_or_default();
        if let Some((shard, due)) = indexed.due {
            record.insert("shard".to_owned(), shard.to_string().into());
            record.insert("due".to_owned(), number(due));
        }
        if let Some((day, at)) = indexed.day {
            record.insert("day".to_owned(), day.to_string().into());
            record.insert("at".to_owned(), number(at));
        }
        if let Some(expires) = indexed.expires {
            record.insert("expires".to_owned(), expires.seconds().into());
        }
        record
    }

    /// Reads a flat record.
    pub fn from_attributes(record: Map<String, Value>) -> Result<Self, Unreadable> {
        let text = record.get("key").and_then(Value::as_str).ok_or_else(|| Unreadable("it has no key".to_owned()))?;
        let key: Key = text.parse().map_err(Unreadable)?;
        let version = record.get("version").and_then(Value::as_u64);
        let version = version.ok_or_else(|| Unreadable("it has no version".to_owned()))?;
        let body = crate::item::Body::deserialize_record(&record)?;
        let mut extra = record;
        if let Ok(Value::Object(known)) = serde_json::to_value(&body) {
            extra.retain(|name, value| !known.contains_key(name) && !OWN.contains(&name.as_str()) && !value.is_null());
        }
        Ok(Self { key, version, body, extra })
    }
}

impl crate::item::Body {
    fn deserialize_record(record: &Map<String, Value>) -> Result<Self, Unreadable> {
        serde::Deserialize::deserialize(Value::Object(record.clone()))
            .map_err(|error: serde_json::Error| Unreadable(hide_values(&error.to_string())))
    }
}

/// Serde's messages quote what is wrong; that may be a phone number.
fn hide_values(message: &str) -> String {
    message.chars().map(|char| if char.is_ascii_digit() { '·' } else { char }).collect()
}
