//! Keys of items, and parts of indexes.

use std::fmt;
use std::str::FromStr;

use crate::ids::{CollectionId, ContactId, PersonId, QueueId};
use crate::pin::{Pin, PinKind};

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// `line`
    Line,
    /// `collection#ID`
    Collection(CollectionId),
    /// `conversation#CONTACT`
    Conversation(ContactId),
    /// `person#ID`
    Person(PersonId),
    /// `pin#conversation#1234567`
    Pin(PinKind, Pin),
    /// `queue#ID`
    Queue(QueueId),
    /// `caller#HASH`
    Caller(String),
    /// `recording#BUCKET/KEY`
    Recording(String),
    /// `turn#CONTACT#N`
    Turn(ContactId, String),
}

impl Key {
    /// What keys of this kind begin with: `person#`.
    pub const fn prefix(&self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Collection(_) => "collection#",
            Self::Conversation(_) => "conversation#",
            Self::Person(_) => "person#",
            Self::Pin(..) => "pin#",
            Self::Queue(_) => "queue#",
            Self::Caller(_) => "caller#",
            Self::Recording(_) => "recording#",
            Self::Turn(..) => "turn#",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.prefix())?;
        match self {
            Self::Line => Ok(()),
            Self::Collection(id) => id.fmt(out),
            Self::Conversation(id) => id.fmt(out),
            Self::Person(id) => id.fmt(out),
            Self::Pin(kind, pin) => write!(out, "{}#{pin}", kind.word()),
            Self::Queue(id) => id.fmt(out),
            Self::Caller(hash) => out.write_str(hash),
            Self::Recording(location) => out.write_str(location),
            Self::Turn(contact, nth) => write!(out, "{contact}#{nth}"),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "line" {
            return Ok(Self::Line);
        }
        let unknown = || "a key must be one of this program's".to_owned();
        let (kind, id) = text.split_once('#').ok_or_else(unknown)?;
        Ok(match kind {
            "collection" => Self::Collection(id.into()),
            "conversation" => Self::Conversation(id.into()),
            "person" => Self::Person(id.into()),
            "pin" => {
                let (kind, pin) = id.split_once('#').ok_or_else(unknown)?;
                let kind = match kind {
                    "owner" => PinKind::Owner,
                    "conversation" => PinKind::Conversation,
                    "user" => PinKind::User,
                    _ => return Err(unknown()),
                };
                Self::Pin(kind, pin.parse().map_err(|_| unknown())?)
            }
            "queue" => Self::Queue(id.into()),
            "caller" => Self::Caller(id.to_owned()),
            "recording" => Self::Recording(id.to_owned()),
            "turn" => {
                let (contact, nth) = id.rsplit_once('#').ok_or_else(unknown)?;
                Self::Turn(contact.into(), nth.to_owned())
            }
            _ => return Err(unknown()),
        })
    }
}

/// A part of an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Of `by_due`: all that has to be looked after at some time.
    Due,
    /// Of `by_owner`: all collections, as they were made.
    Collections,
    /// Of `by_owner`: the pool of queues.
    Queues,
    /// Of `by_owner`: conversations, agents and PINs of a collection.
    Of(CollectionId),
    /// Of `by_owner`: recordings and turns of a conversation.
    Contact(ContactId),
    /// Of `by_person`: all people, as they were added.
    People,
    /// Of `by_person`: conversations and PINs of a person.
    Person(PersonId),
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Due => out.write_str("due"),
            Self::Collections => out.write_str("collections"),
            Self::Queues => out.write_str("queues"),
            Self::Of(id) => write!(out, "collection#{id}"),
            Self::Contact(id) => write!(out, "contact#{id}"),
            Self::People => out.write_str("people"),
            Self::Person(id) => write!(out, "person#{id}"),
        }
    }
}
