//! A conversation.

use callform_table::Moment;
use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::ids::{CollectionId, ContactId, PersonId};

/// How far a conversation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody called; the PINs are not known yet.
    #[default]
    Invited,
    /// The PINs were right, and a place is kept.
    Verified,
    /// The caller agreed; the conversation goes on, or its recording is waited for.
    Recording,
    /// It was accepted.
    Complete,
    /// It was too short.
    Short,
    /// The caller left before there was a conversation.
    Abandoned,
    /// It cannot be used.
    Rejected,
    /// What is left is a mark that it was.
    Erased,
}

impl State {
    /// Every state, in the order in which a conversation goes through them.
    pub const ALL: [Self; 8] = [
        Self::Invited,
        Self::Verified,
        Self::Recording,
        Self::Complete,
        Self::Short,
        Self::Abandoned,
        Self::Rejected,
        Self::Erased,
    ];

    /// As in tables: `complete`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Verified => "verified",
            Self::Recording => "recording",
            Self::Complete => "complete",
            Self::Short => "short",
            Self::Abandoned => "abandoned",
            Self::Rejected => "rejected",
            Self::Erased => "erased",
        }
    }
}

/// Why a conversation cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The caller did not agree to be recorded.
    NoConsent,
    /// The caller agreed, and took it back.
    Revoked,
    /// No recording came in time.
    NoRecording,
    /// The recording is not good enough.
    Quality,
    /// The goal was reached with others meanwhile.
    Surplus,
}

impl Why {
    /// As in tables: `no_consent`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoConsent => "no_consent",
            Self::Revoked => "revoked",
            Self::NoRecording => "no_recording",
            Self::Quality => "quality",
            Self::Surplus => "surplus",
        }
    }
}

/// What part of the goal a conversation has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// None.
    #[default]
    None,
    /// A place is kept for it.
    Reserved,
    /// It counts.
    Accepted,
}

/// Why a caller with the right PINs was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The collection takes no callers now.
    Closed,
    /// It has all the conversations that it is to have.
    Full,
}

/// One call, and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The contact, of a chain the first.
    pub id: ContactId,
    /// What it is a conversation of, once its PIN was right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<CollectionId>,
    /// Who called, once their PIN was right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// When it was first heard of.
    pub began: Moment,
    /// How far it is.
    pub state: State,
    /// Why it cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// What part of the goal it has.
    #[serde(default)]
    pub slot: Slot,
    /// The state that the collection's counters have it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<State>,
    /// Whether it is among the collection's live calls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
    /// Whether the time is over in which recordings and records are waited for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waited: bool,
    /// How often Connect was asked and did not know the call.
    #[serde(default)]
    pub asked: u32,
    /// Why the caller was turned away last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    /// Wrong PINs of this call: hashes, so that the same one is counted once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrong: Vec<String>,
    /// What is known of it.
    #[serde(default)]
    pub evidence: Evidence,
    /// When it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Moment>,
    /// When it has to be looked after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// When it may be forgotten: calls that never came behind the PINs, and marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
}

impl Conversation {
    /// One that was just heard of, and may be forgotten at a time.
    pub fn new(id: ContactId, began: Moment, expires: Moment) -> Self {
        Self {
            id,
            collection: None,
            person: None,
            began,
            state: State::Invited,
            why: None,
            slot: Slot::None,
            counted: None,
            live: false,
            waited: false,
            asked: 0,
            refused: None,
            wrong: Vec::new(),
            evidence: Evidence::default(),
            erased: None,
            due: None,
            expires: Some(expires),
        }
    }
}
