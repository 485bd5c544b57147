//! Somebody to be called.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{AttemptId, LoadId, Number, PersonId};
use crate::moment::Moment;
use crate::outcome::Outcome;

/// Who is called first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before all others.
    High,
    /// After those.
    #[default]
    Normal,
}

/// Where a person is; everybody is in exactly one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// To be called.
    #[default]
    Pending,
    /// A call is going on, or may be.
    Live,
    /// Reached, and not to be called again.
    Done,
    /// Not reached, and not to be called again.
    Failed,
    /// To be called once somebody says in which time zone they are.
    Waiting,
    /// Not to be called: disabled, do-not-call, no consent.
    Blocked,
}

/// Who may act, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// For this attempt.
    pub attempt: AttemptId,
    /// Until then; afterwards Connect is asked what became of it.
    pub until: Moment,
}

/// Somebody to be called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As the list names them.
    pub id: PersonId,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Their numbers, the preferred one first; at least one, each once.
    pub numbers: Vec<Number>,
    /// The lines of [`Person::load`] that brought them, in the same order; 0 for numbers that came another way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u64>,
    /// Which of them is called next: below their count.
    #[serde(default)]
    pub next_number: usize,
    /// Those of them that must not be called, and why: `invalid`, `not_allowed`, `do_not_call`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bad: BTreeMap<Number, String>,
    /// Their time zones: of the list, or those that their number may be in. Empty where nobody knows.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Whether somebody named the zone, so that numbers do not tell it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zone_named: bool,
    /// Further columns of the list; they go along with the call as contact attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Who is called first.
    #[serde(default)]
    pub priority: Priority,
    /// Whether they are to be called at all.
    pub enabled: bool,
    /// Where they are.
    pub standing: Standing,
    /// Why they are blocked (`disabled`, `do_not_call`, `no_consent`), have failed (`attempts`, `invalid`, `not_allowed`) or wait
    /// (`no_zone`, `no_hour`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When they are to be called next; nothing while they are not to be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// The call that is going on, or may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Attempts in the current period.
    #[serde(default)]
    pub attempts: u32,
    /// Since when the current period counts: its first attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Moment>,
    /// Attempts ever.
    #[serde(default)]
    pub attempts_ever: u32,
    /// When they were last called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<Moment>,
    /// When they were last reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Moment>,
    /// How often they were reached.
    #[serde(default)]
    pub successes: u32,
    /// What became of the last call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The last word they chose: `Happy`, `Sad`, or the key itself where it has no word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<String>,
    /// How many times in a row they chose the word that escalates.
    #[serde(default)]
    pub sad: u32,
    /// When they were last escalated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Moment>,
    /// The disposition of the last talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// When they came.
    pub created: Moment,
    /// The load that brought them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadId>,
}

impl Default for PersonId {
    fn default() -> Self {
        Self::from("")
    }
}

impl Person {
    /// The number to be called next: the first from [`Person::next_number`] on that may be called, round and round.
    pub fn number(&self) -> Option<&Number> {
        let from = self.next_number.min(self.numbers.len());
        self.numbers[from..].iter().chain(&self.numbers[..from]).find(|number| !self.bad.contains_key(number))
    }

    /// After a call to a number that did not reach them the one after it is next.
    pub(crate) fn rotate(&mut self, called: &Number) {
        if let Some(at) = self.numbers.iter().position(|number| number == called) {
            self.next_number = (at + 1) % self.numbers.len();
        }
    }
}
