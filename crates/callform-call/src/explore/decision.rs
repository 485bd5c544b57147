//! What is decided on the way of a contact, and not by the flows.

use std::sync::Arc;

use serde_json::Value;

use crate::center::Center;
use crate::contact::Channel;
use crate::event::{BlockId, ContactId, Method, QueueId};
use crate::simulation::Input;
use crate::surroundings::{LambdaAnswer, Metric};

/// Something that is decided outside of the flows.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// How the contact begins.
    Channel(Channel),
    /// Who began it.
    Method(Method),
    /// The customer's number.
    Customer(Arc<str>),
    /// The number that was called.
    System(Arc<str>),
    /// An attribute it has from the start.
    Attribute(Arc<str>, Arc<str>),
    /// The working queue it has from the start.
    Queue(Option<QueueId>),
    /// Somebody does something.
    Does(ContactId, Input),
    /// Nobody does anything for so many seconds.
    Waits(ContactId, u64),
    /// A block does what it is for.
    Works(BlockId),
    /// A block fails.
    Fails(BlockId, Arc<str>),
    /// A function answers.
    Lambda {
        /// By which block it was asked.
        at: BlockId,
        /// The function as the block names it.
        function: Arc<str>,
        /// What it answers.
        answer: LambdaAnswer,
    },
    /// Another service answers.
    Service {
        /// By which block it was asked.
        at: BlockId,
        /// The error, where there is one.
        error: Option<Arc<str>>,
        /// The result, where it tells some apart.
        result: Option<Arc<str>>,
        /// Values that are read later.
        values: Value,
    },
    /// Chance gives a number from 1 to 100.
    Percent(BlockId, u32),
    /// A measure of a queue.
    Metric(QueueId, Metric, i64),
    /// Whether a queue takes no more.
    Full(QueueId, bool),
    /// Whether hours are open.
    Open(usize, bool),
    /// The value of a path that nothing has set; `None` where it stays without one.
    Value {
        /// The block that compares it.
        at: BlockId,
        /// The path as it is written.
        path: Arc<str>,
        /// The value.
        value: Option<Arc<str>>,
    },
}

impl Decision {
    /// True for what goes without saying on a quiet day. What a function answers never does.
    pub fn is_usual(&self) -> bool {
        match self {
            Decision::Works(_)
            | Decision::Full(_, false)
            | Decision::Channel(Channel::Voice)
            | Decision::Method(Method::Inbound)
            | Decision::Queue(None)
            | Decision::Open(_, true)
            | Decision::Value { value: None, .. } => true,
            Decision::Metric(_, metric, value) => super::facts::quiet(*metric) == *value,
            Decision::Service { error: None, result: None, values, .. } => is_empty(values),
            _ => false,
        }
    }

    /// What is decided, for people.
    pub fn words(&self, center: &Center) -> String {
        match self {
            Decision::Channel(channel) => format!("by {}", channel.name().to_lowercase()),
            Decision::Method(method) => format!("begun as {}", method.name()),
            Decision::Customer(number) => format!("the customer calls from {number}"),
            Decision::System(number) => format!("the number called is {number}"),
            Decision::Attribute(name, value) => format!("attribute `{name}` is `{value}` from the start"),
            Decision::Queue(queue) => match queue {
                Some(queue) => format!("the working queue is {} from the start", center.queue_name(*queue)),
                None => "there is no working queue at the start".to_owned(),
            },
            Decision::Does(_, input) => doing(input, center),
            Decision::Waits(_, seconds) => format!("nobody does anything for {seconds} s"),
            Decision::Works(at) => format!("{} works", block_name(center, *at)),
            Decision::Fails(at, error) => format!("{} fails: {error}", block_name(center, *at)),
            Decision::Lambda { function, answer, .. } => {
                let name = center.function_name(function);
                match answer {
                    LambdaAnswer::Value(value) => format!("function {name} answers {value}"),
                    LambdaAnswer::Fails(_) => format!("function {name} fails"),
                    LambdaAnswer::TimesOut => format!("function {name} does not answer in time"),
                }
            }
            Decision::Service { at, error, result, values } => {
                let name = block_name(center, *at);
                match (error, result) {
                    (Some(error), _) => format!("{name} fails: {error}"),
                    (None, Some(result)) => format!("{name} answers {result}"),
                    (None, None) if is_empty(values) => format!("{name} answers"),
                    (None, None) => format!("{name} answers {values}"),
                }
            }
            Decision::Percent(_, number) => format!("chance gives {number}"),
            Decision::Metric(queue, metric, value) => {
                format!("queue {} has {value} {}", center.queue_name(*queue), of_metric(*metric))
            }
            Decision::Full(queue, full) => {
                format!("queue {} is {}full", center.queue_name(*queue), if *full { "" } else { "not " })
            }
            Decision::Open(hours, open) => {
                let name = center.hours().get(*hours).map(|hours| Arc::clone(&hours.name)).unwrap_or_default();
                format!("hours {name} are {}", if *open { "open" } else { "closed" })
            }
            Decision::Value { path, value, .. } => match value {
                Some(value) => format!("{path} is `{value}`"),
                None => format!("{path} has no value"),
            },
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn block_name(center: &Center, at: BlockId) -> String {
    let program = center.flow(at.flow);
    let block = &program.blocks[at.block];
    format!("block {} ({})", block.identifier, block.action_type)
}

fn of_metric(metric: Metric) -> &'static str {
    match metric {
        Metric::AgentsAvailable => "agents available",
        Metric::AgentsStaffed => "agents staffed",
        Metric::AgentsOnline => "agents online",
        Metric::ContactsInQueue => "contacts waiting",
        Metric::OldestContactAge => "ms as the longest wait",
    }
}

fn doing(input: &Input, center: &Center) -> String {
    match input {
        Input::Keys(keys) => format!("the customer presses {keys}"),
        Input::Intent { name, .. } => format!("the bot understands {name}"),
        Input::Action(action, _) => format!("the customer chooses {action}"),
        Input::Event(event) => format!("{event} happens"),
        Input::HangUp => "the customer hangs up".to_owned(),
        Input::PickUp => "who is called picks up".to_owned(),
        Input::NoAnswer => "who is called does not pick up".to_owned(),
        Input::Busy => "the call fails".to_owned(),
        Input::OutsideHangsUp => "the other side hangs up".to_owned(),
        Input::Accept(_) => "an agent takes the contact".to_owned(),
        Input::Hold => "the agent puts the customer on hold".to_owned(),
        Input::Resume => "the agent comes back".to_owned(),
        Input::AgentHangsUp => "the agent hangs up".to_owned(),
        Input::HandOn { flow, .. } => format!("the agent hands the customer on by flow {}", center.flow(*flow).key),
    }
}
