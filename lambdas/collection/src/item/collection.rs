//! A collection.

use std::collections::BTreeMap;

use callform_table::Moment;
use serde::{Deserialize, Serialize};

use crate::ids::{CollectionId, ProfileId, QueueId};
use crate::item::{State, Tries};
use crate::pin::Pin;

/// Whom callers talk to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// An agent, who is reached over a queue of the pool.
    Human,
    /// A bot of the blueprint, by its key.
    Bot(String),
}

/// How far a collection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody may call yet.
    #[default]
    New,
    /// Callers are taken until the goal is reached.
    Running,
    /// No callers are taken until it is started again; conversations that are going on go on.
    Paused,
    /// No callers are taken any more; what is going on is waited for.
    Stopping,
    /// Everything that it used is given back.
    Ended,
}

impl Status {
    /// As in tables: `running`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Ended => "ended",
        }
    }

    /// Whether it may still take callers, now or later.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Running | Self::Paused)
    }
}

/// A queue that a collection has for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The queue.
    pub queue: QueueId,
    /// The routing profile whose agents it reaches.
    pub profile: ProfileId,
    /// Since when.
    pub since: Moment,
}

/// A collection: so many good conversations with an agent or a bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its name.
    pub id: CollectionId,
    /// What it is about; empty where nobody said.
    #[serde(default)]
    pub title: String,
    /// Whom callers talk to.
    pub mode: Mode,
    /// How many conversations are to be accepted.
    pub goal: u32,
    /// How far it is.
    pub state: Status,
    /// Conversations that were accepted.
    pub accepted: u32,
    /// Conversations that a place is kept for: with those that were accepted never more than the goal.
    pub reserved: u32,
    /// Calls that are going on behind the PINs.
    pub live: u32,
    /// Agents who have, or are about to have, the queue's routing profile.
    pub seated: u32,
    /// How many conversations are in which state.
    #[serde(default)]
    pub counts: BTreeMap<State, u32>,
    /// The queue it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The PIN of its callers.
    pub pin: Pin,
    /// The PIN of its owner.
    pub owner_pin: Pin,
    /// The least length of a conversation in seconds, where it is another than the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_seconds: Option<u32>,
    /// Wrong PINs of people who had a right one of this collection.
    #[serde(default)]
    pub wrong: Tries,
    /// When it was made.
    pub created: Moment,
    /// When it first took callers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
    /// Since when the goal is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Moment>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// When it has to be looked after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
}

impl Collection {
    /// Whether another conversation fits in.
    pub fn has_room(&self) -> bool {
        self.accepted.saturating_add(self.reserved) < self.goal
    }

    /// How many conversations are in a state.
    pub fn count(&self, state: State) -> u32 {
        self.counts.get(&state).copied().unwrap_or_default()
    }
}
