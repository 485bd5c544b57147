//! PINs, callers, queues, recordings, turns.

use std::collections::BTreeMap;
use std::time::Duration;

use callform_table::Moment;
use serde::{Deserialize, Serialize};

use crate::evidence::Recorded;
use crate::ids::{CollectionId, ContactId, PersonId, ProfileId, QueueId};
use crate::pin::{Pin, PinKind};

/// Failed tries within a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// How many.
    #[serde(default)]
    pub failed: u32,
    /// Since when they are counted.
    #[serde(default)]
    pub since: Moment,
}

impl Tries {
    /// Whether there are fewer than so many within a stretch of time.
    pub fn allow(&self, most: u32, within: Duration, now: Moment) -> bool {
        now >= self.since + within || self.failed < most
    }

    /// One more.
    pub fn fail(&mut self, within: Duration, now: Moment) {
        if now >= self.since + within {
            *self = Self { failed: 0, since: now };
        }
        self.failed = self.failed.saturating_add(1);
    }
}

/// What concerns all callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What callers' numbers are hashed with: 64 hexadecimal digits. It is drawn again every day, so that hashes cannot be
    /// traced back to numbers afterwards.
    pub salt: String,
    /// When it was drawn.
    pub drawn: Moment,
    /// Wrong PINs of all callers.
    #[serde(default)]
    pub wrong: Tries,
}

/// A caller, known by a keyed hash of the number alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Wrong PINs.
    pub wrong: Tries,
    /// When it may be forgotten.
    pub expires: Moment,
}

/// What a PIN opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinRecord {
    /// The PIN.
    pub pin: Pin,
    /// Which kind.
    pub opens: PinKind,
    /// Of owners and conversations: the collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<CollectionId>,
    /// Of users: the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// When it was drawn.
    pub created: Moment,
    /// Whether it opens nothing any more; nobody else is given it until it expires.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// Until when it opens anything. The table may have it a while longer.
    pub expires: Moment,
}

impl PinRecord {
    /// Whether it opens anything at a time.
    pub fn is_valid(&self, now: Moment) -> bool {
        !self.retired && now < self.expires
    }
}

/// A queue of the pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolQueue {
    /// The queue.
    pub queue: QueueId,
    /// The routing profile whose agents it reaches.
    pub profile: ProfileId,
    /// Since when it is in the pool.
    pub since: Moment,
    /// Which collection has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<CollectionId>,
    /// Whether it is to leave the pool: nobody gets it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
}

/// A recording: an object that arrived, or that a contact record says will come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// Where: `bucket/key`.
    pub location: String,
    /// Whose it is, once a contact record said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// When it was first heard of.
    pub since: Moment,
    /// What is known of it.
    #[serde(default)]
    pub known: Recorded,
    /// Whether it is of a conversation that was erased: it is deleted whenever it comes, and this is a mark.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// When it may be forgotten: of one that nobody has asked for, and marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
}

/// What was said to a bot, and what it understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// In which conversation.
    pub contact: ContactId,
    /// Which turn, from 1.
    pub nth: u32,
    /// When it came.
    pub said_at: Moment,
    /// What was heard.
    pub heard: String,
    /// How: `Speech`, `DTMF`, `Text`.
    #[serde(default)]
    pub by: String,
    /// The intent.
    #[serde(default)]
    pub intent: String,
    /// How the intent stands, in Lex's words.
    #[serde(default)]
    pub state: String,
    /// What is known by name.
    #[serde(default)]
    pub slots: BTreeMap<String, String>,
}
