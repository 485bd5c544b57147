//! What a person may ask to be forgotten: the records of a contact, or of a phone number.
//!
//! ```text
//! number ── contacts_of ─→ the contacts that carry it
//! contacts, number ── look ─→ cuts: where in a text something has to go ── rewrite ─→ the text without it
//!                  └─ fate_of_item ─→ what becomes of an item of the functions' tables
//! ```
//!
//! A record *of* the person goes whole: contact records and contact events of the contacts, in every version. In what is
//! of somebody else (the other legs of a call, an agent's events) only the strings that name the person become `null`.
//! Whether anything is left is asked of the new text with the same look: it finds what it found before, and nothing twice.

mod mention;
mod rewrite;
mod strings;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::local::{Input, LocalError, Piece, Values, unpacked};
use crate::{Mode, Record};

pub use mention::NoSubject;
pub use rewrite::rewrite;

/// Whose records are to be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    contacts: BTreeSet<String>,
    /// Digits, without the plus.
    numbers: BTreeSet<String>,
}

/// Something in a text that has to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its first byte, from 0, in the unpacked text.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// What takes its place; nothing, where the whole record goes.
    pub with: Option<Vec<u8>>,
}

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Records that were read, and what is none.
    pub read: u64,
    /// Records that go.
    pub removed: u64,
    /// Records of others that named the person.
    pub blanked: u64,
    /// Where, in order.
    pub cuts: Vec<Cut>,
    /// Keys under which the functions remember what goes, in either mode.
    pub keys: BTreeSet<String>,
}

impl Look {
    /// True where nothing of the person is in the text.
    pub fn is_clean(&self) -> bool {
        self.cuts.is_empty()
    }

    /// True where nothing of the text would be left.
    pub fn removes_all(&self) -> bool {
        self.removed > 0 && self.removed == self.read
    }
}

/// Why a person cannot be looked for in a text.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// It cannot be read.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// It is in a format whose records cannot be told apart here.
    #[error("`{name}` is {format}: it cannot be looked through")]
    Format {
        /// Its name.
        name: String,
        /// The format.
        format: &'static str,
    },
    /// A piece of it is no record and without end.
    #[error("`{name}` has more than 16 MB without an end at byte {offset}: it cannot be looked through")]
    Endless {
        /// Its name.
        name: String,
        /// Where.
        offset: u64,
    },
    /// The number is the center's.
    #[error(
        "the number is one that the center is called at (`SystemEndpoint` in `{name}`): it is in everybody's records"
    )]
    OwnNumber {
        /// The name of the input.
        name: String,
    },
}

/// What becomes of a record.
enum Fate {
    Keep,
    Blank(Vec<u8>),
    Remove,
}

/// What becomes of an item of a table that the functions write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemFate {
    /// It has nothing of the person.
    Keep,
    /// It is the person's.
    Remove,
    /// Its record is of somebody else and named the person; without that it is this.
    Blank(String),
}

/// Formats that begin with these bytes hold records, but not as text.
const FORMATS: [(&[u8], &str); 7] = [
    (b"PAR1", "Parquet"),
    (b"ORC", "ORC"),
    (b"Obj\x01", "Avro"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"PK\x03\x04", "a zip file"),
    (b"BZh", "packed with bzip2"),
    (b"\xff\x06\x00\x00sNaPpY", "packed with snappy"),
];

impl Subject {
    /// The contacts that are looked for, those of the number among them once they are known.
    pub fn contacts(&self) -> &BTreeSet<String> {
        &self.contacts
    }

    /// True where a number is looked for: then its contacts have to be found first.
    pub fn has_number(&self) -> bool {
        !self.numbers.is_empty()
    }

    /// Adds the contacts of a text that carry the number. Refuses a number that the center is called at.
    pub fn contacts_of(&mut self, input: Input<'_>) -> Result<(), LookError> {
        let mut found = BTreeSet::new();
        let numbers = Self { contacts: BTreeSet::new(), numbers: self.numbers.clone() };
        pieces(input, |name, piece| {
            if let Piece::Value { json, .. } = piece {
                found.extend(numbers.contact_of(name, json)?);
            }
            Ok(())
        })?;
        self.add_found(found);
        Ok(())
    }

    /// Adds contacts that carry the number. Those whose identifiers are too short to be told from other words are not
    /// looked for in records of others.
    pub fn add_found(&mut self, contacts: impl IntoIterator<Item = String>) {
        self.contacts.extend(contacts);
    }

    /// The contact that a record with the number is about.
    pub fn contact_of(&self, name: &str, json: &[u8]) -> Result<Option<String>, LookError> {
        let Some(value) = self.candidate(json) else { return Ok(None) };
        if let Some(inner) = put_aside(&value) {
            return self.contact_of(name, &inner);
        }
        if value["SystemEndpoint"]["Address"].as_str().is_some_and(|own| self.is_named_in(own)) {
            return Err(LookError::OwnNumber { name: name.to_owned() });
        }
        Ok(if self.is_named_by(&value) { contact(&value).map(str::to_owned) } else { None })
    }

    /// Finds what has to go.
    pub fn look(&self, input: Input<'_>) -> Result<Look, LookError> {
        let mut look = Look::default();
        pieces(input, |name, piece| {
            let (bytes, place, fate) = match piece {
                Piece::Value { json, place } => (json, place, self.fate(json, &mut look.keys)),
                Piece::Broken { text, place } if text.len() >= crate::local::LARGEST => {
                    return Err(LookError::Endless { name: name.to_owned(), offset: place.offset });
                }
                Piece::Broken { text, place } if self.is_named_in_bytes(text) => (text, place, Fate::Remove),
                Piece::Broken { text, place } => (text, place, Fate::Keep),
                Piece::Unended { .. } => return Ok(()),
            };
            look.read += 1;
            let with = match fate {
                Fate::Keep => return Ok(()),
                Fate::Blank(bytes) => {
                    look.blanked += 1;
                    Some(bytes)
                }
                Fate::Remove => {
                    look.removed += 1;
                    None
                }
            };
            look.cuts.push(Cut { start: place.offset, end: place.offset + bytes.len() as u64, with });
            Ok(())
        })?;
        Ok(look)
    }

    /// What becomes of an item with a key, a record and bytes that were put aside. `keys` are those of what goes.
    pub fn fate_of_item(
        &self,
        key: &str,
        record: Option<&str>,
        data: Option<&[u8]>,
        keys: &BTreeSet<String>,
    ) -> ItemFate {
        if keys.contains(key) || self.is_named_in(key) || data.is_some_and(|data| self.is_named_in_bytes(data)) {
            return ItemFate::Remove;
        }
        match record.map(|record| self.fate(record.as_bytes(), &mut BTreeSet::new())) {
            None | Some(Fate::Keep) => ItemFate::Keep,
            Some(Fate::Remove) => ItemFate::Remove,
            Some(Fate::Blank(bytes)) => String::from_utf8(bytes).map_or(ItemFate::Remove, ItemFate::Blank),
        }
    }

    fn fate(&self, json: &[u8], keys: &mut BTreeSet<String>) -> Fate {
        let Some(value) = self.candidate(json) else {
            // What has braces and is no JSON is not read by anyone; what names the person goes.
            return if self.is_named_in_bytes(json) && serde_json::from_slice::<Value>(json).is_err() {
                Fate::Remove
            } else {
                Fate::Keep
            };
        };
        if let (Some(raw), Some(inner)) = (value["rawData"].as_str(), put_aside(&value)) {
            return match self.fate(&inner, keys) {
                Fate::Keep if self.is_named_in_bytes(&inner) => Fate::Remove,
                Fate::Keep => Fate::Keep,
                Fate::Remove => Fate::Remove,
                Fate::Blank(inner) => {
                    let text = String::from_utf8_lossy(json);
                    Fate::Blank(text.replace(raw, &STANDARD.encode(inner)).into_bytes())
                }
            };
        }
        if contact(&value).is_some_and(|contact| self.contacts.contains(contact)) {
            let json = std::str::from_utf8(json).unwrap_or_default();
            let of = |mode| Record::read(json, mode).ok().map(|record| record.key.as_str().to_owned());
            keys.extend([Mode::Contact, Mode::Exact].into_iter().filter_map(of));
            return Fate::Remove;
        }
        if self.is_named_by(&value) {
            Fate::Blank(strings::blanked(json, |text| self.is_named_in(text)))
        } else {
            Fate::Keep
        }
    }

    /// The value of a record that may have to do with the person: most have not, and need not be read whole.
    fn candidate(&self, json: &[u8]) -> Option<Value> {
        let may_hide = |text: &[u8]| contains(text, b"\\u") || contains(text, b"\"rawData\"");
        (may_hide(json)
            || self.is_named_in_bytes(json)
            || self.contacts.iter().any(|contact| contains(json, contact.as_bytes())))
        .then(|| serde_json::from_slice(json).ok())
        .flatten()
    }

    fn is_named_by(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_named_in(text),
            Value::Number(number) => self.is_named_in(&number.to_string()),
            Value::Array(items) => items.iter().any(|item| self.is_named_by(item)),
            Value::Object(members) => {
                members.iter().any(|(name, value)| self.is_named_in(name) || self.is_named_by(value))
            }
            Value::Null | Value::Bool(_) => false,
        }
    }
}

/// The contact that a record or an event is about.
fn contact(value: &Value) -> Option<&str> {
    let members = [&value["ContactId"], &value["contactId"], &value["detail"]["contactId"]];
    members.into_iter().find_map(Value::as_str)
}

/// What Firehose put aside because it could not be delivered.
fn put_aside(value: &Value) -> Option<Vec<u8>> {
    value.get("errorCode")?;
    STANDARD.decode(value["rawData"].as_str()?).ok()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Hands on every piece of an input.
fn pieces(
    input: Input<'_>,
    mut handle: impl FnMut(&str, &Piece<'_>) -> Result<(), LookError>,
) -> Result<(), LookError> {
    let Input { name, content } = input;
    let unreadable = |source| LookError::Local(LocalError::Input { name: name.clone(), source });
    let mut content = unpacked(content).map_err(unreadable)?;
    let mut first = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut content, 10), &mut first).map_err(unreadable)?;
    if let Some((_, format)) = FORMATS.into_iter().find(|(magic, _)| first.starts_with(magic)) {
        return Err(LookError::Format { name, format });
    }
    let mut values = Values::new(std::io::Read::chain(&first[..], content));
    while let Some(piece) = values.next().map_err(unreadable)? {
        handle(&name, &piece)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
