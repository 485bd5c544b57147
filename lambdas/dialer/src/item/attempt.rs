//! One call.

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::ids::{AgentId, AttemptId, ContactId, Number, PersonId};
use crate::moment::{Day, Moment};
use crate::outcome::Outcome;

/// How far a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// It may be placed; whether it was is not known.
    #[default]
    Claimed,
    /// Connect took it.
    Placed,
    /// It is over, or never was.
    Over,
}

/// What of a call stands in the campaign's counters; corrections take it back before they add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Among the calls that are with an agent.
    #[serde(default)]
    pub with_agent: bool,
    /// Among the outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// One call of one person, or the attempt to make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its identifier, which goes along with the call.
    pub id: AttemptId,
    /// Whom.
    pub person: PersonId,
    /// On which number.
    pub number: Number,
    /// How far it is.
    pub state: AttemptState,
    /// When it was claimed.
    pub claimed: Moment,
    /// The day of that in the dialer's zone.
    pub day: Day,
    /// After this moment nobody places it.
    pub not_after: Moment,
    /// When it was placed, as far as anybody knows: not later than this. Windows between calls begin here.
    pub began: Moment,
    /// When Connect is to be asked what became of it; nothing once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// The contact, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// Which attempt of the person's period it is, from 1.
    pub nth: u32,
    /// What is known of it.
    #[serde(default)]
    pub evidence: Evidence,
    /// What became of it, once it is over; nothing where no call was placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why no call was placed: `throttled`, `unavailable`, `not_allowed`, `invalid`, `not_permitted`, `never_started`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Moment>,
    /// What of it is counted.
    #[serde(default)]
    pub counted: Counted,
    /// How often Connect was asked what became of it and could not say.
    #[serde(default)]
    pub asked: u32,
    /// When it may be forgotten.
    pub expires: Moment,
}

impl Attempt {
    /// The agent who talked, where there was one who is known.
    pub fn agent(&self) -> Option<&AgentId> {
        self.evidence.talked.as_ref().map(|talked| &talked.agent).filter(|agent| !agent.as_str().is_empty())
    }
}
