//! Test cases of Amazon Connect: the testing language, version 2019-10-30, as data, and what the service makes of it.
//!
//! ```text
//! JSON ─from_json→ TestCaseContent ─to_json→ the same JSON
//! Event ─meaning→ EventKind      Action ─meaning→ ActionKind
//! Draft (content, entry point, initialization data as they are sent) ─problems, warnings→ what is wrong with it
//! ```
//!
//! Everything a document may contain survives decoding and encoding; what an event or an action means is read from it when
//! it is asked for.
//!
//! Source: the Amazon Connect developer guide, "Testing language", and the service model. Where the live service was seen to
//! differ from the guide, the service holds; what was seen once only, or by one person, is marked `(?)`.

mod action;
mod decode;
mod encode;
mod entry_point;
mod event;
mod flow_action;
mod problems;
pub mod run;
mod warnings;
#[cfg(test)]
mod tests;

pub use action::{
    ActionKind, Answer, Assertion, ErrorAnswer, Instruction, Operator, Override, OverrideError, Strategy,
};
pub use decode::DecodeError;
pub use entry_point::{EntryPoint, InitializationData, VoiceEntry};
pub use event::{Criterion, EventKind, Message};
pub use flow_action::{FlowAction, FlowActionKind};
pub use problems::{Draft, Problem, ProblemKind, problems};
pub use warnings::{Warning, WarningKind, warnings};

use serde_json::{Map, Value};

/// The only version that the service takes. Its older documentation has another one, which fails to deserialize.
pub const VERSION: &str = "2019-10-30";
/// Most characters the content may have. Source: the schema of `AWS::Connect::TestCase`.
pub const MAXIMUM_CONTENT_LENGTH: usize = 256_000;

/// What a test case observes and does.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCaseContent {
    /// Version of the language, [`VERSION`].
    pub version: String,
    /// What the editor keeps for itself; ignored when the test runs.
    pub metadata: Option<Map<String, Value>>,
    /// The observations ("interaction groups" in the console); their order means nothing.
    pub observations: Vec<Observation>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// One event that is waited for, and what is done when it comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Name, unique in the test case.
    pub identifier: String,
    /// What is waited for.
    pub event: Event,
    /// What is done then: the first, and what its transitions lead to.
    pub actions: Option<Vec<Action>>,
    /// How often it may happen; left out, it is exactly once.
    pub usage: Option<Map<String, Value>>,
    /// What is waited for afterwards.
    pub transitions: Option<ObservationTransitions>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// An event as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Name, which the console needs to show the event.
    pub identifier: Option<String>,
    /// What happens, such as `MessageReceived`.
    pub event_type: String,
    /// Who does it: `System`.
    pub actor: Option<String>,
    /// What of it is compared.
    pub properties: Option<Map<String, Value>>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// An action as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Name, unique in the test case.
    pub identifier: String,
    /// What it does, such as `SendInstruction`.
    pub action_type: String,
    /// Its settings.
    pub parameters: Option<Map<String, Value>>,
    /// What comes next.
    pub transitions: Option<ActionTransitions>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// What an observation leads to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObservationTransitions {
    /// The observations that become active; `None` and none are the end.
    pub next_observations: Option<Vec<String>>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// What an action leads to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionTransitions {
    /// The next action of the same observation.
    pub next_action: Option<String>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

impl TestCaseContent {
    /// Starts a test case that has nothing but observations.
    pub fn new(observations: Vec<Observation>) -> Self {
        Self { version: VERSION.to_owned(), metadata: None, observations, other: Map::new() }
    }

    /// Reads the content as it is sent: a JSON text.
    pub fn from_text(text: &str) -> Result<Self, DecodeError> {
        decode::text(text)
    }

    /// Reads the content.
    pub fn from_json(json: &Value) -> Result<Self, DecodeError> {
        decode::content(json)
    }

    /// Writes the content. Members come in the order of the documentation.
    pub fn to_json(&self) -> Value {
        encode::content(self)
    }

    /// The observations that no other one leads to: those that are active when the test begins.
    pub fn start(&self) -> impl Iterator<Item = &Observation> {
        self.observations
            .iter()
            .filter(|one| !self.observations.iter().any(|other| other.next_observations().contains(&one.identifier)))
    }

    /// The observation of an identifier.
    pub fn observation(&self, identifier: &str) -> Option<&Observation> {
        self.observations.iter().find(|observation| observation.identifier == identifier)
    }
}

impl Observation {
    /// An observation of something, with actions in their order and the observations that follow.
    pub fn new(
        identifier: impl Into<String>,
        event: &EventKind,
        actions: Vec<(String, ActionKind)>,
        next: Vec<String>,
    ) -> Self {
        let identifier = identifier.into();
        let names: Vec<String> = actions.iter().skip(1).map(|(name, _)| name.clone()).collect();
        let mut following = names.into_iter();
        let actions = actions.into_iter().map(|(name, kind)| Action::new(name, &kind, following.next())).collect();
        Self {
            event: Event::new(format!("{identifier}-event"), event),
            identifier,
            actions: Some(actions),
            usage: None,
            transitions: Some(ObservationTransitions { next_observations: Some(next), other: Map::new() }),
            other: Map::new(),
        }
    }

    /// The actions; empty where there are none.
    pub fn actions(&self) -> &[Action] {
        self.actions.as_deref().unwrap_or_default()
    }

    /// The observations that become active after this one.
    pub fn next_observations(&self) -> &[String] {
        self.transitions.as_ref().and_then(|it| it.next_observations.as_deref()).unwrap_or_default()
    }

    /// The actions in the order they are carried out: the first one (?), and what follows it. A circle ends where it
    /// would begin again.
    pub fn chain(&self) -> Vec<&Action> {
        let mut chain: Vec<&Action> = Vec::new();
        let mut next = self.actions().first();
        while let Some(action) = next.filter(|action| !chain.iter().any(|one| one.identifier == action.identifier)) {
            chain.push(action);
            let following = action.transitions.as_ref().and_then(|it| it.next_action.as_deref());
            next = following.and_then(|name| self.actions().iter().find(|one| one.identifier == name));
        }
        chain
    }
}

impl Event {
    /// The event of a kind, in the form the live service takes.
    pub fn new(identifier: impl Into<String>, kind: &EventKind) -> Self {
        Self {
            identifier: Some(identifier.into()),
            event_type: kind.type_name().to_owned(),
            actor: Some("System".to_owned()),
            properties: Some(kind.properties()),
            other: Map::new(),
        }
    }

    /// What the event means, or what the service says against it.
    pub fn meaning(&self) -> Result<EventKind, Problem> {
        event::meaning(self)
    }
}

impl Action {
    /// The action of a kind, in the form the live service takes.
    pub fn new(identifier: impl Into<String>, kind: &ActionKind, next: Option<String>) -> Self {
        Self {
            identifier: identifier.into(),
            action_type: kind.type_name().to_owned(),
            parameters: Some(kind.parameters()),
            transitions: Some(ActionTransitions { next_action: next, other: Map::new() }),
            other: Map::new(),
        }
    }

    /// What the action does, or what the service says against it.
    pub fn meaning(&self) -> Result<ActionKind, Problem> {
        action::meaning(self)
    }
}
