//! The types of flows.

use std::fmt;
use std::str::FromStr;

/// What a flow is for. Decides which actions it may use and when Connect runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowType {
    /// Inbound contacts, disconnect flows, contacts started through the API (`CONTACT_FLOW`).
    #[serde(rename = "inbound")]
    ContactFlow,
    /// What a customer hears while waiting in a queue (`CUSTOMER_QUEUE`).
    CustomerQueue,
    /// What a customer hears on hold (`CUSTOMER_HOLD`).
    CustomerHold,
    /// What a customer hears just before being joined with an agent (`CUSTOMER_WHISPER`).
    CustomerWhisper,
    /// What a called customer hears first, on agents' outbound calls and callbacks (`OUTBOUND_WHISPER`).
    OutboundWhisper,
    /// What an agent hears on hold (`AGENT_HOLD`).
    AgentHold,
    /// What an agent hears just before being joined with a customer (`AGENT_WHISPER`).
    AgentWhisper,
    /// Behind a quick connect to an agent (`AGENT_TRANSFER`).
    AgentTransfer,
    /// Behind a quick connect to a queue (`QUEUE_TRANSFER`).
    QueueTransfer,
    /// Outbound campaigns (`CAMPAIGN`).
    Campaign,
    /// A flow module, which other flows call. No flow type of the API: a resource of its own.
    Module,
}

impl FlowType {
    /// Every flow type, and [`FlowType::Module`] last.
    pub const ALL: [FlowType; 11] = [
        FlowType::ContactFlow,
        FlowType::CustomerQueue,
        FlowType::CustomerHold,
        FlowType::CustomerWhisper,
        FlowType::OutboundWhisper,
        FlowType::AgentHold,
        FlowType::AgentWhisper,
        FlowType::AgentTransfer,
        FlowType::QueueTransfer,
        FlowType::Campaign,
        FlowType::Module,
    ];

    /// The name in the API and in CloudFormation; `MODULE`, which neither has, for a module.
    pub fn api_name(self) -> &'static str {
        match self {
            FlowType::ContactFlow => "CONTACT_FLOW",
            FlowType::CustomerQueue => "CUSTOMER_QUEUE",
            FlowType::CustomerHold => "CUSTOMER_HOLD",
            FlowType::CustomerWhisper => "CUSTOMER_WHISPER",
            FlowType::OutboundWhisper => "OUTBOUND_WHISPER",
            FlowType::AgentHold => "AGENT_HOLD",
            FlowType::AgentWhisper => "AGENT_WHISPER",
            FlowType::AgentTransfer => "AGENT_TRANSFER",
            FlowType::QueueTransfer => "QUEUE_TRANSFER",
            FlowType::Campaign => "CAMPAIGN",
            FlowType::Module => "MODULE",
        }
    }

    /// The word in a blueprint.
    pub fn word(self) -> &'static str {
        match self {
            FlowType::ContactFlow => "inbound",
            FlowType::CustomerQueue => "customer_queue",
            FlowType::CustomerHold => "customer_hold",
            FlowType::CustomerWhisper => "customer_whisper",
            FlowType::OutboundWhisper => "outbound_whisper",
            FlowType::AgentHold => "agent_hold",
            FlowType::AgentWhisper => "agent_whisper",
            FlowType::AgentTransfer => "agent_transfer",
            FlowType::QueueTransfer => "queue_transfer",
            FlowType::Campaign => "campaign",
            FlowType::Module => "module",
        }
    }

    /// True for customer, agent and outbound whispers.
    pub fn is_whisper(self) -> bool {
        matches!(self, FlowType::CustomerWhisper | FlowType::AgentWhisper | FlowType::OutboundWhisper)
    }

    /// True for customer and agent hold.
    pub fn is_hold(self) -> bool {
        matches!(self, FlowType::CustomerHold | FlowType::AgentHold)
    }

    /// The set that holds only this type.
    pub const fn set(self) -> FlowTypeSet {
        FlowTypeSet(1 << self as u16)
    }
}

impl fmt::Display for FlowType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A text that names no flow type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no flow type")]
pub struct UnknownFlowType(String);

impl FromStr for FlowType {
    type Err = UnknownFlowType;

    /// Accepts the API's name and the blueprint's word.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        FlowType::ALL
            .into_iter()
            .find(|flow_type| flow_type.api_name() == text || flow_type.word() == text)
            .ok_or_else(|| UnknownFlowType(text.to_owned()))
    }
}

/// A set of flow types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowTypeSet(u16);

impl FlowTypeSet {
    /// The empty set.
    pub const NONE: FlowTypeSet = FlowTypeSet(0);

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: FlowTypeSet) -> FlowTypeSet {
        FlowTypeSet(self.0 | other.0)
    }

    /// True where the type is in the set.
    pub const fn contains(self, flow_type: FlowType) -> bool {
        self.0 & flow_type.set().0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_every_type_are_read_back() {
        for flow_type in FlowType::ALL {
            assert_eq!(flow_type.api_name().parse(), Ok(flow_type));
            assert_eq!(flow_type.word().parse(), Ok(flow_type));
        }
        assert!("contact".parse::<FlowType>().is_err());
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = FlowType::Campaign.set().and(FlowType::Module.set());
        let held: Vec<FlowType> = FlowType::ALL.into_iter().filter(|flow_type| set.contains(*flow_type)).collect();
        assert_eq!(held, [FlowType::Campaign, FlowType::Module]);
    }
}
