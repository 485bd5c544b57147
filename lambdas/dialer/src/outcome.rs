//! What became of a call.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What became of a call, in one word.
///
/// Only a key or the talk of an agent is success. A machine that was detected is never success, however long the silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A person talked with an agent.
    AnsweredByAgent,
    /// A person pressed a key that the flow asked for.
    AnsweredByKey,
    /// A machine answered: voice mail, fax.
    Machine,
    /// It rang, and nobody answered.
    NoAnswer,
    /// Busy.
    Busy,
    /// There is no such number; it is not called again.
    Invalid,
    /// The network or the service failed, before anybody answered.
    Failed,
    /// A person answered and waited, and the agent who was offered the call did not take it.
    AgentMissed,
    /// A person answered, waited for an agent, and hung up before one came.
    Abandoned,
    /// A person answered, and neither pressed a key nor came to an agent.
    HungUp,
    /// Connect could not say. It counts as a call that was made.
    Unknown,
}

impl Outcome {
    /// All of them, in order.
    pub const ALL: [Self; 11] = [
        Self::AnsweredByAgent,
        Self::AnsweredByKey,
        Self::Machine,
        Self::NoAnswer,
        Self::Busy,
        Self::Invalid,
        Self::Failed,
        Self::AgentMissed,
        Self::Abandoned,
        Self::HungUp,
        Self::Unknown,
    ];

    /// Whether the person was reached.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::AnsweredByAgent | Self::AnsweredByKey)
    }

    /// Whether a person answered, whatever came of it: what an abandon rate is a share of.
    pub const fn was_answered(self) -> bool {
        matches!(self, Self::AnsweredByAgent | Self::AnsweredByKey | Self::AgentMissed | Self::Abandoned | Self::HungUp)
    }

    /// Whether a person answered and got nobody: what an abandon cap counts.
    pub const fn is_abandon(self) -> bool {
        matches!(self, Self::Abandoned | Self::AgentMissed)
    }

    /// As in tables and reports: `answered_by_agent`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AnsweredByAgent => "answered_by_agent",
            Self::AnsweredByKey => "answered_by_key",
            Self::Machine => "machine",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
            Self::AgentMissed => "agent_missed",
            Self::Abandoned => "abandoned",
            Self::HungUp => "hung_up",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_the_one_in_tables() {
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.word());
        }
    }
}
