//! The campaign: its state, its counters, its pace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::item::Standing;
use crate::moment::{Day, Moment};
use crate::outcome::Outcome;

/// Whether calls are placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing was started yet.
    #[default]
    Idle,
    /// Calls are placed.
    Running,
    /// No calls are placed until it is resumed; calls that are going on go on.
    Paused,
    /// No calls are placed any more; calls that are going on are waited for.
    Stopping,
    /// It was stopped, and no call is going on.
    Stopped,
    /// Nobody is left to be called.
    Done,
}

impl State {
    /// As in tables: `running`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }
}

/// How many persons are where. Their sum is the number of all persons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// To be called.
    pub pending: u64,
    /// A call is going on, or may be.
    pub live: u64,
    /// Reached, and not to be called again.
    pub done: u64,
    /// Not reached, and not to be called again.
    pub failed: u64,
    /// To be called once somebody says in which time zone they are.
    pub waiting: u64,
    /// Not to be called: disabled, do-not-call, no consent.
    pub blocked: u64,
}

impl Counts {
    /// All persons.
    pub fn total(&self) -> u64 {
        self.pending + self.live + self.done + self.failed + self.waiting + self.blocked
    }

    /// The number of those who are there.
    pub fn of(&mut self, standing: Standing) -> &mut u64 {
        match standing {
            Standing::Pending => &mut self.pending,
            Standing::Live => &mut self.live,
            Standing::Done => &mut self.done,
            Standing::Failed => &mut self.failed,
            Standing::Waiting => &mut self.waiting,
            Standing::Blocked => &mut self.blocked,
        }
    }

    /// One person comes.
    pub fn add(&mut self, standing: Standing) {
        *self.of(standing) += 1;
    }

    /// One person goes from one place to another.
    pub fn moved(&mut self, from: Standing, to: Standing) {
        let count = self.of(from);
        *count = count.saturating_sub(1);
        *self.of(to) += 1;
    }

    /// One person goes for good.
    pub fn remove(&mut self, standing: Standing) {
        let count = self.of(standing);
        *count = count.saturating_sub(1);
    }
}

/// Calls of the API that may be placed now: a token bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Tokens at [`Bucket::at`]; from 0 to the burst.
    pub tokens: f64,
    /// When they were counted; a bucket that was never used is full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// Until when nothing is to be placed, since Connect asked to slow down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Moment>,
    /// How often Connect asked to slow down since it last took a call.
    #[serde(default)]
    pub throttled: u32,
}

/// The agents, as last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agents {
    /// How many could take a call at once. Below 0 for moments, when events of agents overtake the count.
    pub available: i64,
    /// How many are signed in, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<u32>,
    /// When they were counted; events before that are in the count already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// When somebody last went to count them; one at a time, once in an interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Moment>,
    /// Whether the queue is closed or disabled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// When agents who are counted as available have rested: the wrap-up time of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resting: Vec<Moment>,
}

/// What happened on one day, in the zone of the dialer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// The day.
    pub day: Day,
    /// Calls that were placed.
    pub calls: u64,
    /// Calls that a person answered.
    pub answered: u64,
    /// Calls that a person answered, and nobody came.
    pub abandoned: u64,
}

/// The campaign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// Whether calls are placed.
    pub state: State,
    /// How many persons are where.
    pub counts: Counts,
    /// Of the calls that are going on, how many are with an agent.
    pub with_agent: u64,
    /// Calls of the API.
    pub bucket: Bucket,
    /// The agents.
    pub agents: Agents,
    /// The current day.
    pub today: Today,
    /// How many calls ended how, since the campaign was made.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Calls since the campaign was made.
    pub calls: u64,
    /// Since when it runs, or ran last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
    /// When it was done or stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// Why nothing can be placed before a person has looked at it: `not_permitted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// When somebody last looked for people whom nobody could call for days; once an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_after: Option<Moment>,
    /// The task token of the state machine that waits for the end; opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_token: Option<String>,
}
