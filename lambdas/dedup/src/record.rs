//! What a record is, and which record it is.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::timestamp::{Day, Timestamp};
use crate::{Mode, canonical};

/// Kinds of records that share Connect's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A contact record, in one of its versions.
    ContactRecord,
    /// An event of the agent event stream.
    AgentEvent,
    /// A contact event, as EventBridge sends it or its `detail` alone.
    ContactEvent,
}

impl Kind {
    /// The name of the folder for its records.
    pub fn folder(self) -> &'static str {
        match self {
            Self::ContactRecord => "contact-records",
            Self::AgentEvent => "agent-events",
            Self::ContactEvent => "contact-events",
        }
    }
}

/// Why bytes are no record. Tells nothing of their content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The `data` of a stream record is not base64.
    #[error("the data is not base64")]
    NotBase64,
    /// Not JSON, or not all of it.
    #[error("not valid JSON")]
    NotJson,
    /// A list of a file that was cut off between two records.
    #[error("this list has no end: the input is cut off")]
    Unended,
    /// JSON, but nothing that Connect puts on its streams.
    #[error("neither a contact record nor an agent event nor a contact event")]
    Unknown,
    /// A field that must be there is missing, null or empty.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A field is no timestamp.
    #[error("`{0}` is no timestamp")]
    NoTimestamp(&'static str),
    /// Nested deeper than any record.
    #[error("nested too deeply")]
    TooDeep,
    /// Does not fit into an answer of 6 MB with the records before it.
    #[error("too large for the answer")]
    TooLarge,
}

/// A record: what must be known of it to deliver it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Which contact, event or content it is. Copies and versions share it.
    pub key: Key,
    /// Which version; `Timestamp::ZERO` where there can only be one.
    pub version: Timestamp,
    /// The day it belongs to: that of the contact's initiation, or of the event.
    pub day: Day,
}

/// What copies and versions of a record have in common.
///
/// The ARN of the contact, so that centers that share a table cannot meet; for events `event/` and their identifier; for
/// content `sha256/` and the digest of its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key of a contact of an instance.
    pub fn of_contact(instance_arn: &str, contact_id: &str) -> Self {
        if instance_arn.is_empty() {
            Self(format!("contact/{contact_id}"))
        } else {
            Self(format!("{instance_arn}/contact/{contact_id}"))
        }
    }

    fn of_content(json: &str) -> Result<Self, Invalid> {
        let mut key = String::from("sha256/");
        for byte in canonical::digest(json)? {
            let _infallible = fmt::Write::write_fmt(&mut key, format_args!("{byte:02x}"));
        }
        Ok(Self(key))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key to send a record to a stream with: what must stay in order has the same.
///
/// The contact of a record or contact event, the agent of an agent event; for everything else its content. `None` where
/// that is nested too deeply.
pub fn partition_key(json: &str) -> Option<String> {
    let head = Head::read(json).ok();
    let named = head.and_then(|head| text(head.contact_id.or(head.agent_arn).or(head.event_contact_id)));
    match named {
        Some(name) if name.chars().count() <= LONGEST_PARTITION_KEY => Some(name.into_owned()),
        _ => Key::of_content(json).ok().map(|key| key.0),
    }
}

/// Kinesis takes partition keys of up to 256 characters.
const LONGEST_PARTITION_KEY: usize = 256;

/// The contact that a contact record is about, and those it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain<'a> {
    /// ARN of the instance; empty where the record does not tell.
    pub instance_arn: Cow<'a, str>,
    /// The first, the previous and the next contact, as far as the record names them.
    pub others: Vec<Cow<'a, str>>,
}

impl Record {
    /// Reads just as much of a JSON text as tells what it is.
    pub fn read(json: &str, mode: Mode) -> Result<Self, Invalid> {
        let head = Head::read(json)?;
        let kind = head.kind()?;
        let day = head.day(kind)?;
        let (key, version) = match (mode, kind) {
            (Mode::Exact, _) => (Key::of_content(json)?, Timestamp::ZERO),
            (Mode::Contact, Kind::ContactRecord) => {
                (Key::of_contact(&head.instance_arn(), &head.contact_id()?), head.last_update()?)
            }
            (Mode::Contact, Kind::AgentEvent | Kind::ContactEvent) => (head.event_key(kind, json)?, Timestamp::ZERO),
        };
        Ok(Self { kind, key, version, day })
    }
}

impl<'a> Chain<'a> {
    /// Reads the chain of a contact record; `None` for everything else.
    pub fn read(json: &'a str) -> Option<Self> {
        let head = Head::read(json).ok()?;
        (head.kind() == Ok(Kind::ContactRecord)).then(|| Self {
            instance_arn: head.instance_arn(),
            others: [head.initial_contact_id, head.previous_contact_id, head.next_contact_id]
                .into_iter()
                .filter_map(text)
                .collect(),
        })
    }
}

/// The few members that tell what a record is. They may hold anything; all other members are only skipped.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "AWSContactTraceRecordFormatVersion")]
    format_version: Option<&'a RawValue>,
    #[serde(borrow, rename = "InstanceARN")]
    instance_arn: Option<&'a RawValue>,
    #[serde(borrow, rename = "ContactId")]
    contact_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "LastUpdateTimestamp")]
    last_update: Option<&'a RawValue>,
    #[serde(borrow, rename = "InitiationTimestamp")]
    initiation: Option<&'a RawValue>,
    #[serde(borrow, rename = "InitialContactId")]
    initial_contact_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "PreviousContactId")]
    previous_contact_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "NextContactId")]
    next_contact_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "AgentARN")]
    agent_arn: Option<&'a RawValue>,
    #[serde(borrow, rename = "EventType")]
    event_type: Option<&'a RawValue>,
    #[serde(borrow, rename = "EventId")]
    event_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "EventTimestamp")]
    event_timestamp: Option<&'a RawValue>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Option<&'a RawValue>,
    #[serde(borrow, rename = "id")]
    envelope_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "time")]
    envelope_time: Option<&'a RawValue>,
    #[serde(borrow, rename = "contactId")]
    event_contact_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventType")]
    contact_event_type: Option<&'a RawValue>,
    #[serde(borrow, rename = "initiationTimestamp")]
    event_initiation: Option<&'a RawValue>,
}

/// The text of a member, where it is one.
fn text(member: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let json = member?.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.is_empty() {
        None
    } else if inner.contains('\\') {
        serde_json::from_str::<String>(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

fn timestamp(name: &'static str, member: Option<&RawValue>) -> Result<Timestamp, Invalid> {
    let text = text(member).ok_or(Invalid::Missing(name))?;
    Timestamp::parse(&text).ok_or(Invalid::NoTimestamp(name))
}

impl<'a> Head<'a> {
    fn read(json: &'a str) -> Result<Self, Invalid> {
        if !json.trim_ascii_start().starts_with('{') {
            // A list would fill the members by position.
            return Err(if serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok() {
                Invalid::Unknown
            } else {
                Invalid::NotJson
            });
        }
        serde_json::from_str(json).map_err(|_| Invalid::NotJson)
    }

    fn kind(&self) -> Result<Kind, Invalid> {
        if self.agent_arn.is_some() && self.event_type.is_some() {
            Ok(Kind::AgentEvent)
        } else if text(self.detail_type).is_some_and(|name| name == "Amazon Connect Contact Event")
            || (self.event_contact_id.is_some() && self.contact_event_type.is_some())
        {
            Ok(Kind::ContactEvent)
        } else if self.contact_id.is_some() || self.format_version.is_some() {
            Ok(Kind::ContactRecord)
        } else {
            Err(Invalid::Unknown)
        }
    }

    fn day(&self, kind: Kind) -> Result<Day, Invalid> {
        let time = match kind {
            // What is never absent in documents may be absent in life; the version is needed in any case.
            Kind::ContactRecord => timestamp("InitiationTimestamp", self.initiation).or_else(|_| self.last_update()),
            Kind::AgentEvent => timestamp("EventTimestamp", self.event_timestamp),
            Kind::ContactEvent => timestamp("time", self.envelope_time)
                .or_else(|_| timestamp("initiationTimestamp", self.event_initiation)),
        };
        time.map(Timestamp::day)
    }

    fn contact_id(&self) -> Result<Cow<'a, str>, Invalid> {
        text(self.contact_id).ok_or(Invalid::Missing("ContactId"))
    }

    fn last_update(&self) -> Result<Timestamp, Invalid> {
        timestamp("LastUpdateTimestamp", self.last_update)
    }

    fn instance_arn(&self) -> Cow<'a, str> {
        text(self.instance_arn).unwrap_or_default()
    }

    fn event_key(&self, kind: Kind, json: &str) -> Result<Key, Invalid> {
        let id = if kind == Kind::AgentEvent { self.event_id } else { self.envelope_id };
        text(id).map_or_else(|| Key::of_content(json), |id| Ok(Key(format!("event/{id}"))))
    }
}

#[cfg(test)]
mod tests;
