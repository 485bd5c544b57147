//! Numbers, contacts, agents, loads, escalations.

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::ids::{AgentId, AttemptId, ContactId, LoadId, Number, PersonId};
use crate::item::Lease;
use crate::moment::{Day, Moment};

/// A number that was called, or must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRecord {
    /// The number.
    pub number: Number,
    /// Whose it is; more than one where people share it.
    #[serde(default)]
    pub persons: Vec<PersonId>,
    /// The call that is going on, or may be, whoever it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// When it was last called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<Moment>,
    /// The day that [`NumberRecord::calls`] counts, in the dialer's zone.
    #[serde(default)]
    pub today: Day,
    /// Calls on that day.
    #[serde(default)]
    pub calls: u32,
    /// Why it must not be called again: `do_not_call`, `invalid`, `not_allowed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
}

impl NumberRecord {
    /// One that was never called.
    pub fn new(number: Number) -> Self {
        Self {
            number,
            persons: Vec::new(),
            lease: None,
            last_attempt: None,
            today: Day::default(),
            calls: 0,
            blocked: None,
        }
    }
}

/// A contact of Connect: whose call it is, or what was heard of it before that was known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The contact.
    pub id: ContactId,
    /// The attempt; nothing while only events of it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptId>,
    /// Who called in and pressed a key, where it is no attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<PersonId>,
    /// What events said before the attempt was known.
    #[serde(default)]
    pub evidence: Evidence,
    /// When it may be forgotten.
    pub expires: Moment,
}

/// An agent, as their events tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The agent.
    pub id: AgentId,
    /// Whether they could take a call at once.
    pub free: bool,
    /// The last event that was taken in; earlier ones are not.
    pub at: Moment,
    /// When it may be forgotten.
    pub expires: Moment,
}

/// What a list does with people who are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// They stay as they are.
    #[default]
    Keep,
    /// Names, attributes, zones and further numbers are taken over; never what became of calls.
    Update,
}

/// How many rows of a list came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// New people, or further numbers of new people.
    pub accepted: u64,
    /// The same person and number again in this list.
    pub duplicate: u64,
    /// People who are there already and stay as they are.
    pub unchanged: u64,
    /// People who are there already and were changed.
    pub updated: u64,
    /// Rows that cannot be dialed.
    pub invalid: u64,
}

/// How far a list is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The load.
    pub id: LoadId,
    /// What the list does with people who are there already.
    #[serde(default)]
    pub existing: Existing,
    /// The first row of the list, which names the columns.
    pub header: String,
    /// The byte of the list where the next row begins.
    pub offset: u64,
    /// The line of that row, the header being 1.
    pub line: u64,
    /// What became of the rows before it.
    pub rows: RowCounts,
    /// Whether the whole list is read.
    pub complete: bool,
}

/// Why somebody has to look after a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationReason {
    /// They were not reached for as many days as the policy says.
    NotReached,
    /// They chose the word that escalates as many times in a row as the policy says.
    Mood,
}

/// A person somebody has to look after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Whom.
    pub person: PersonId,
    /// Why.
    pub why: EscalationReason,
    /// Since when.
    pub at: Moment,
    /// What proves that somebody was told: the contact of a task, a message's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<String>,
    /// When it may be forgotten.
    pub expires: Moment,
}
