//! What flows meet outside of themselves.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::center::Center;
use crate::contact::Contact;
pub use crate::event::Metric;
use crate::event::{BlockId, Event, QueueId, Speech};
use crate::text::Path;

/// Everything that no flow says: what functions answer, who is at work, what fails, what comes by chance.
///
/// Each question has an answer for a quiet day: nothing fails, no queue is full, one agent is there.
pub trait Surroundings {
    /// The answer of a function.
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer;

    /// The answer of another service: customer profiles, cases, tasks, views, data tables. Values are read under the
    /// service's namespace.
    fn service(&mut self, _call: &ServiceCall<'_>) -> ServiceAnswer {
        ServiceAnswer::default()
    }

    /// A block is about to begin, for this contact and at this time: nothing is asked, and what is asked next is about the
    /// two of them.
    fn begins(&mut self, _at: BlockId, _contact: &Contact, _center: &Center, _now: Timestamp) {}

    /// Something happened.
    fn told(&mut self, _event: &Event) {}

    /// How long something takes to say on the phone, in whole seconds: the contact goes on after it, and questions wait for
    /// their answer from then on.
    fn speaking(&mut self, _speech: &Speech) -> u64 {
        0
    }

    /// The queue that takes the contacts which a block puts into this one.
    fn queue(&mut self, queue: QueueId) -> QueueId {
        queue
    }

    /// The error with which a block fails, if it does. Asked before each block that has error branches.
    fn failure(&mut self, _at: BlockId, _center: &Center) -> Option<Arc<str>> {
        None
    }

    /// A number from 1 to 100.
    fn percent(&mut self, _at: BlockId) -> u32 {
        1
    }

    /// A measure of a queue; `None` where Connect has none.
    fn metric(&mut self, _queue: QueueId, _metric: Metric) -> Option<i64> {
        None
    }

    /// Whether a queue takes no more contacts, beside those that wait in the simulation.
    fn is_full(&mut self, _queue: QueueId) -> bool {
        false
    }

    /// Whether hours are open, in place of their schedule.
    fn is_open(&mut self, _hours: usize) -> Option<bool> {
        None
    }

    /// A value where a block compares a path that has none, or `None` to leave it so. `compared` are the values it is
    /// compared with.
    fn unknown(&mut self, _at: BlockId, _path: &Path, _compared: &[&str]) -> Option<String> {
        None
    }
}

/// A call of a function.
#[derive(Clone, Copy, Debug)]
pub struct LambdaCall<'a> {
    /// By which block.
    pub at: BlockId,
    /// The function as the block names it: an ARN, a name, or a marker of the blueprint.
    pub function: &'a str,
    /// `Details.Parameters`.
    pub parameters: &'a Map<String, Value>,
    /// How long the block waits, in seconds.
    pub seconds: u64,
    pub(crate) contact: &'a Contact,
    pub(crate) center: &'a Center,
}

impl LambdaCall<'_> {
    /// The center.
    pub fn center(&self) -> &Center {
        self.center
    }

    /// The event that Connect sends: `Name`, and `Details` with `ContactData` and `Parameters`.
    pub fn event(&self) -> Value {
        json!({
            "Name": "ContactFlowEvent",
            "Details": { "ContactData": self.contact.as_event(self.center), "Parameters": self.parameters },
        })
    }
}

/// What a function does.
#[derive(Clone, Debug, PartialEq)]
pub enum LambdaAnswer {
    /// It answers.
    Value(Value),
    /// It fails, with a reason for people.
    Fails(String),
    /// It takes longer than the block waits.
    TimesOut,
}

/// A call of another service.
#[derive(Clone, Copy, Debug)]
pub struct ServiceCall<'a> {
    /// By which block.
    pub at: BlockId,
    /// The type of the block.
    pub action_type: &'a str,
    /// Its parameters, with values in the place of paths.
    pub parameters: &'a Value,
    /// The results it tells apart: its conditions' operands.
    pub results: &'a [Arc<str>],
}

/// What another service does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceAnswer {
    /// The error, where there is one.
    pub error: Option<Arc<str>>,
    /// What is compared by the block's conditions.
    pub result: Option<Arc<str>>,
    /// What is read under the namespace from now on.
    pub values: Value,
}

/// Surroundings in which functions answer nothing at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuietDay;

impl Surroundings for QuietDay {
    fn lambda(&mut self, _call: &LambdaCall<'_>) -> LambdaAnswer {
        LambdaAnswer::Value(json!({}))
    }
}
