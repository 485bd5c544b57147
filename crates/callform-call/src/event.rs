//! What happened in a simulation.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A contact of the simulation, in the order they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactId(pub usize);

/// A flow of the center.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub usize);

/// A block of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId {
    /// The flow.
    pub flow: FlowId,
    /// The block, in the order of the flow's actions.
    pub block: usize,
}

/// Who is spoken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The customer.
    Customer,
    /// The agent.
    Agent,
}

/// Why a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The contact came to it, or was transferred to it by another flow.
    Main,
    /// The customer waits in a queue.
    CustomerQueue,
    /// Before the agent is joined.
    AgentWhisper,
    /// Before the customer is joined.
    CustomerWhisper,
    /// A customer who was called has picked up.
    OutboundWhisper,
    /// The customer is on hold.
    CustomerHold,
    /// The agent is on hold.
    AgentHold,
    /// An agent uses a quick connect.
    Transfer,
    /// The agent has left, the customer has not.
    Disconnect,
    /// A flow calls it as a module.
    Module,
}

/// How something is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speech {
    /// Text that is read out, or written in a chat.
    Text(Arc<str>),
    /// Text with marks for the voice.
    Ssml(Arc<str>),
    /// A recorded prompt, by its name.
    Prompt(Arc<str>),
    /// A recording elsewhere, by its address.
    Media(Arc<str>),
}

impl Speech {
    /// What is said: the text, or the name or address of the recording.
    pub fn content(&self) -> &str {
        match self {
            Speech::Text(text) | Speech::Ssml(text) | Speech::Prompt(text) | Speech::Media(text) => text,
        }
    }
}

/// What a queue's contacts wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueId {
    /// A queue of the center.
    Queue(usize),
    /// The queue of one agent.
    Agent(usize),
}

/// Measures of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Agents who could take a contact now.
    AgentsAvailable,
    /// Agents who are there, busy or not.
    AgentsStaffed,
    /// Agents who are signed in.
    AgentsOnline,
    /// Contacts that wait.
    ContactsInQueue,
    /// How long the oldest of them has waited, in milliseconds (?): the console asks for seconds, and exports and probes of
    /// the service have milliseconds.
    OldestContactAge,
}

impl Metric {
    /// The value of `MetricType`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "NumberOfAgentsAvailable" => Metric::AgentsAvailable,
            "NumberOfAgentsStaffed" => Metric::AgentsStaffed,
            "NumberOfAgentsOnline" => Metric::AgentsOnline,
            "NumberOfContactsInQueue" => Metric::ContactsInQueue,
            "OldestContactInQueueAgeSeconds" => Metric::OldestContactAge,
            _ => return None,
        })
    }
}

/// How a contact began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The customer called, or wrote.
    Inbound,
    /// Connect called or wrote for a program.
    Api,
    /// A callback that a flow made.
    Callback,
    /// An agent handed it on.
    Transfer,
    /// An agent called.
    Outbound,
    /// The agent left before the customer.
    Disconnect,
}

impl Method {
    /// `$.InitiationMethod`.
    pub fn name(self) -> &'static str {
        match self {
            Method::Inbound => "INBOUND",
            Method::Api => "API",
            Method::Callback => "CALLBACK",
            Method::Transfer => "TRANSFER",
            Method::Outbound => "OUTBOUND",
            Method::Disconnect => "DISCONNECT",
        }
    }
}

/// How a contact ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A block disconnected it.
    Disconnected(BlockId),
    /// The customer hung up.
    CustomerLeft,
    /// The agent ended it, and no flow was to run then.
    AgentLeft,
    /// It was handed to a number outside, for good.
    HandedOver {
        /// The block.
        at: BlockId,
        /// The number.
        number: String,
    },
    /// It was transferred to a flow that is not part of the center.
    LeftTo {
        /// The block.
        at: BlockId,
        /// What the flow is called there.
        flow: String,
    },
    /// Nothing follows the block.
    RanOff(BlockId),
    /// An error occurred for which the block has no branch.
    Unhandled {
        /// The block.
        at: BlockId,
        /// The error.
        error: Arc<str>,
    },
    /// Blocks follow one another without an end, and no time passes: the circle in its order.
    Endless(Vec<BlockId>),
    /// The block is of a type nobody knows, so nobody can say what follows.
    UnknownType {
        /// The block.
        at: BlockId,
        /// Its type.
        action_type: Arc<str>,
    },
    /// A callback found nobody at home as often as was to be tried.
    NotReached,
    /// The flow of a whisper, a hold or a module alone has ended: nothing was to follow.
    Finished,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// To which contact.
    pub contact: ContactId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A contact began.
    Began(Method),
    /// A flow began.
    Flow(FlowId, Role),
    /// A block is done and was left by one of its [ways](crate::program::Way); `None` where it ended the flow.
    Left(BlockId, Option<usize>),
    /// Something was said, or played.
    Said {
        /// To whom.
        to: Party,
        /// By which block.
        by: BlockId,
        /// What.
        speech: Speech,
    },
    /// The customer pressed keys that counted.
    Pressed(Arc<str>),
    /// The customer pressed keys that nobody waited for.
    Lost(Arc<str>),
    /// The customer said or wrote something that a bot took for this intent.
    Intent(Arc<str>),
    /// The customer said nothing and pressed nothing until the time was up.
    Silent(u64),
    /// An attribute of the contact was set.
    Attribute(Arc<str>, Arc<str>),
    /// A function was called.
    Lambda {
        /// By which block.
        by: BlockId,
        /// The function, as the block names it.
        function: Arc<str>,
        /// `Details.Parameters`.
        parameters: Map<String, Value>,
        /// What it answered, or the error.
        answer: Result<Value, String>,
    },
    /// Another service was asked.
    Service {
        /// By which block.
        by: BlockId,
        /// The error, where there was one.
        error: Option<Arc<str>>,
    },
    /// Recording of the conversation: who is recorded, and whether the automated part is.
    Recording(Recording),
    /// The contact waits in a queue.
    Queued(QueueId),
    /// The contact left the queue without an agent.
    Dequeued(QueueId),
    /// A callback was made.
    Callback {
        /// The contact that will be called.
        contact: ContactId,
        /// How long until it is queued, in seconds.
        delay: u64,
        /// How often it is called again where nobody picks up.
        retries: u64,
    },
    /// A callback's customer is being called.
    Ringing,
    /// The customer or another party did not pick up.
    NoAnswer,
    /// An agent took the contact, by name.
    Accepted(Arc<str>),
    /// Customer and agent hear each other.
    Joined,
    /// The customer is on hold.
    OnHold,
    /// The customer is connected with a number outside.
    Outside(Arc<str>),
    /// The contact is over.
    Ended(End),
}

/// Who is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each may be recorded without the others")]
pub struct Recording {
    /// The agent, while the two are joined.
    pub agent: bool,
    /// The customer, while the two are joined.
    pub customer: bool,
    /// What the customer does before an agent is there.
    pub automated: bool,
    /// The agent's screen.
    pub screen: bool,
}
