//! What events mean.

use serde_json::{Map, Value, json};

use super::flow_action::NotAFlowAction;
use super::{Event, FlowAction, Problem, ProblemKind};

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The test begins.
    TestInitiated,
    /// The test ends.
    TestCompleted,
    /// The simulated customer hears or reads something.
    MessageReceived {
        /// What.
        message: Message,
        /// How it is compared. Without it nothing ever matches: a criterion that is a bare string, or stands beside
        /// `Properties`, is none.
        criterion: Option<Criterion>,
    },
    /// An action of the flow begins.
    FlowActionStarted(FlowAction),
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A prompt, by its id or ARN, or one JSONPath.
    Prompt(String),
    /// Text; it may hold JSONPaths.
    Text(String),
    /// Text with SSML.
    Ssml(String),
    /// A recording in S3.
    Media {
        /// Where it is.
        uri: String,
    },
}

/// How a message is compared. There is none that asks for equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// What is said contains the text (console: "Contains").
    Inclusion,
    /// What is said means about the same (console: "Similar").
    Similarity,
}

impl Criterion {
    fn name(self) -> &'static str {
        match self {
            Self::Inclusion => "Inclusion",
            Self::Similarity => "Similarity",
        }
    }
}

impl EventKind {
    /// The `Type`.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::TestInitiated => "TestInitiated",
            Self::TestCompleted => "TestCompleted",
            Self::MessageReceived { .. } => "MessageReceived",
            Self::FlowActionStarted(_) => "FlowActionStarted",
        }
    }

    /// The `Properties`.
    pub(super) fn properties(&self) -> Map<String, Value> {
        match self {
            Self::TestInitiated | Self::TestCompleted => Map::new(),
            Self::FlowActionStarted(action) => action.write(),
            Self::MessageReceived { message, criterion } => {
                let (member, value) = match message {
                    Message::Prompt(id) => ("PromptId", id.as_str().into()),
                    Message::Text(text) => ("Text", text.as_str().into()),
                    Message::Ssml(ssml) => ("SSML", ssml.as_str().into()),
                    Message::Media { uri } => ("Media", json!({"Uri": uri, "SourceType": "S3", "MediaType": "Audio"})),
                };
                let criterion =
                    criterion.map(|criterion| ("MatchingCriteria".to_owned(), json!({"Type": criterion.name()})));
                [(member.to_owned(), value)].into_iter().chain(criterion).collect()
            }
        }
    }
}

fn invalid(text: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Event, text)
}

pub(super) fn meaning(event: &Event) -> Result<EventKind, Problem> {
    let nothing = Map::new();
    let properties = event.properties.as_ref().unwrap_or(&nothing);
    match event.event_type.as_str() {
        "TestInitiated" => Ok(EventKind::TestInitiated),
        "TestCompleted" => Ok(EventKind::TestCompleted),
        "MessageReceived" => {
            Ok(EventKind::MessageReceived { message: message(properties)?, criterion: criterion(properties)? })
        }
        "FlowActionStarted" => flow_action(properties),
        // How the service words it is not known (?).
        other => Err(invalid(format!("Invalid event type: {other}"))),
    }
}

fn message(properties: &Map<String, Value>) -> Result<Message, Problem> {
    let text = |member: &str| {
        let text = properties.get(member).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let media = properties.get("Media").and_then(|media| media.get("Uri")).and_then(Value::as_str);
    let mut given = [
        text("PromptId").map(Message::Prompt),
        text("Text").map(Message::Text),
        text("SSML").map(Message::Ssml),
        media.map(|uri| Message::Media { uri: uri.to_owned() }),
    ]
    .into_iter()
    .flatten();
    match (given.next(), given.next()) {
        (Some(message), None) => Ok(message),
        (None, _) => Err(invalid("At least one of PromptId, Text, or SSML must be present")),
        // Documented as mutually exclusive; the wording is not known (?).
        (Some(_), Some(_)) => Err(invalid("Only one of PromptId, Text, or SSML must be present")),
    }
}

fn criterion(properties: &Map<String, Value>) -> Result<Option<Criterion>, Problem> {
    // A bare string is taken, and loses its meaning.
    let Some(Value::Object(criteria)) = properties.get("MatchingCriteria") else { return Ok(None) };
    match criteria.get("Type").and_then(Value::as_str) {
        None => Ok(None),
        Some("Inclusion") => Ok(Some(Criterion::Inclusion)),
        Some("Similarity") => Ok(Some(Criterion::Similarity)),
        // How the service words it is not known (?).
        Some(other) => Err(invalid(format!("Invalid matching criteria type: {other}"))),
    }
}

fn flow_action(properties: &Map<String, Value>) -> Result<EventKind, Problem> {
    match FlowAction::read(properties) {
        Ok(action) if action.kind.is_observable() => Ok(EventKind::FlowActionStarted(action)),
        Ok(action) => Err(invalid(format!("Invalid flow action type: {}", action.kind.name()))),
        Err(NotAFlowAction::Type(name)) => Err(invalid(format!("Invalid flow action type: {name}"))),
        Err(NotAFlowAction::Resource(kind)) => Err(Problem::parameters(kind)),
    }
}
