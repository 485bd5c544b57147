//! What blocks do, with their parameters.

use std::sync::Arc;

use callform_flow::Action;
use serde_json::Value;

use super::Utterance;
use crate::event::{Metric, Recording};
use crate::text::{Path, Text};

/// What a block does.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Say(Option<Utterance>),
    Menu(Entry),
    Store(Entry),
    /// Whether keys that come too early are kept.
    Buffer(bool),
    Bot(Bot),
    /// Prompts in turn, again and again; and after how many seconds they are interrupted.
    Repeat {
        prompts: Vec<Utterance>,
        interrupt: Option<u64>,
    },
    View(Service),
    Disconnect,
    EndFlow,
    /// The result is the branch of the block that invoked the module.
    EndModule(Option<Text>),
    Outside(Outside),
    SetQueue(Place),
    TransferToQueue,
    Dequeue(Place),
    TransferToAgent,
    CallbackNumber(Text),
    Callback(Callback),
    SetAttributes(Vec<(Arc<str>, Text)>),
    SetData(Vec<(Arc<str>, Text)>),
    SetFlowAttributes(Vec<(Arc<str>, Text)>),
    SetHooks(Vec<(Hook, Text)>),
    SetRouting(Routing),
    /// Who is recorded; `None` leaves it as it is.
    SetRecording(Option<Recording>),
    SetVoice(Option<Text>),
    /// Of no consequence to the customer: logging, streaming, tags of another kind.
    Nothing,
    SetTags(Vec<(Arc<str>, Text)>),
    Untag(Vec<Arc<str>>),
    /// Puts customer or agent of the contact that is transferred on hold, or takes them off.
    Hold,
    Compare(Path),
    CheckHours(Option<Target>),
    CheckMetric(Option<Metric>, Place),
    GetMetrics(Place),
    Loop {
        count: Text,
        name: Option<Arc<str>>,
    },
    Percent,
    Wait {
        seconds: Text,
        events: Vec<Arc<str>>,
    },
    TransferToFlow(Target),
    Module(Target),
    Lambda(Lambda),
    /// Another service answers.
    Service(Service),
    /// Nobody knows what it does.
    Unknown,
}

/// A parameter that names an object.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) text: Text,
    /// The object where the text is the same for every contact.
    pub(crate) fixed: Option<usize>,
}

/// Where contacts wait.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// The contact's working queue.
    Working,
    Queue(Target),
    Agent(Target),
}

/// An input of the customer by keys.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) prompt: Option<Utterance>,
    /// How long to wait for the first key, in seconds.
    pub(crate) seconds: u64,
    /// The most digits there can be.
    pub(crate) most: Option<Text>,
    /// What kind of phone number is wanted.
    pub(crate) phone: Option<Phone>,
    pub(crate) is_encrypted: bool,
    pub(crate) terminator: Arc<str>,
    pub(crate) has_cancel_key: bool,
    /// How long to wait for another key, in seconds.
    pub(crate) between: u64,
}

/// A phone number that is to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phone {
    /// With the country's code and a plus.
    E164,
    /// As it is written in a country.
    Local(Arc<str>),
}

#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) prompt: Option<Utterance>,
    pub(crate) attributes: Vec<(Arc<str>, Text)>,
    /// How long a customer of a chat has.
    pub(crate) seconds: Option<u64>,
}

/// A number outside that the customer is connected with.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    pub(crate) number: Text,
    /// How long it rings, in seconds.
    pub(crate) seconds: u64,
    /// Whether the flow goes on when the other side has hung up.
    pub(crate) goes_on: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) place: Place,
    pub(crate) delay: Text,
    pub(crate) attempts: Text,
    pub(crate) retry_delay: Text,
    pub(crate) flow: Option<Target>,
    pub(crate) caller_id: Option<Text>,
}

#[derive(Clone, Debug)]
pub(crate) enum Routing {
    Priority(Text),
    /// Seconds by which the contact counts as having waited longer.
    Age(Text),
}

#[derive(Clone, Debug)]
pub(crate) struct Lambda {
    pub(crate) function: Text,
    pub(crate) seconds: u64,
    pub(crate) parameters: Vec<(Arc<str>, Value)>,
    /// True where any JSON may come back.
    pub(crate) takes_json: bool,
    pub(crate) is_asynchronous: bool,
}

/// A call of another service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) parameters: Value,
    /// What its values are read under.
    pub(crate) namespace: Arc<str>,
}

/// Moments for which a contact can have a flow of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// The customer waits in a queue.
    CustomerQueue,
    /// The customer is on hold.
    CustomerHold,
    /// Before the customer is joined.
    CustomerWhisper,
    /// Before the agent is joined.
    AgentWhisper,
    /// The agent is on hold.
    AgentHold,
    /// The agent has left.
    CustomerRemaining,
    /// What the agent sees.
    DefaultAgentUi,
    /// What the agent sees when the customer has left.
    DisconnectAgentUi,
    /// The contact is paused.
    PauseContact,
    /// The contact goes on.
    ResumeContact,
}

impl Hook {
    /// Every hook, with its key in `EventHooks`.
    pub const ALL: [(Hook, &'static str); 10] = [
        (Hook::CustomerQueue, "CustomerQueue"),
        (Hook::CustomerHold, "CustomerHold"),
        (Hook::CustomerWhisper, "CustomerWhisper"),
        (Hook::AgentWhisper, "AgentWhisper"),
        (Hook::AgentHold, "AgentHold"),
        (Hook::CustomerRemaining, "CustomerRemaining"),
        (Hook::DefaultAgentUi, "DefaultAgentUI"),
        (Hook::DisconnectAgentUi, "DisconnectAgentUI"),
        (Hook::PauseContact, "PauseContact"),
        (Hook::ResumeContact, "ResumeContact"),
    ];

    pub(crate) fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(hook, name)| (name == key).then_some(hook))
    }
}

impl Op {
    /// True where a contact may leave by a condition.
    pub(super) fn takes_conditions(&self) -> bool {
        !matches!(self, Op::Disconnect | Op::EndFlow | Op::EndModule(_) | Op::Store(_))
    }

    /// True where a contact may leave by what simply follows; elsewhere the service wants it only for its form.
    pub(super) fn takes_next(&self, action: &Action) -> bool {
        let has_conditions = !action.transitions.conditions().is_empty();
        match self {
            Op::Menu(_) | Op::Bot(_) | Op::Compare(_) | Op::CheckHours(_) | Op::CheckMetric(..) => false,
            Op::View(_) | Op::Percent | Op::TransferToQueue | Op::TransferToFlow(_) => false,
            Op::Disconnect | Op::EndFlow | Op::EndModule(_) | Op::TransferToAgent => false,
            Op::Loop { .. } | Op::Wait { .. } => !has_conditions,
            Op::Repeat { interrupt, .. } => interrupt.is_none() && !has_conditions,
            Op::Outside(outside) => outside.goes_on,
            _ => true,
        }
    }
}
