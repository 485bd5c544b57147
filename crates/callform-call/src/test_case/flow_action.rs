//! The flow actions that test cases can see begin, or change the answers of, and the resource of each.

use serde_json::{Map, Value, json};

/// A type of flow action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlowActionKind {
    /// A Lambda function is invoked.
    InvokeLambdaFunction,
    /// Hours of operation are asked.
    CheckHoursOfOperation,
    /// The contact is put into a queue.
    TransferContactToQueue,
    /// A Lex bot takes over.
    ConnectParticipantWithLexBot,
    /// The contact is taken from its queue into another. It can be overridden, but not observed. The flow language calls
    /// it `DequeueContactAndTransferToQueue`.
    DequeueAndTransferToQueue,
}

impl FlowActionKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::InvokeLambdaFunction,
        Self::CheckHoursOfOperation,
        Self::TransferContactToQueue,
        Self::ConnectParticipantWithLexBot,
        Self::DequeueAndTransferToQueue,
    ];

    /// The name in the testing language.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvokeLambdaFunction => "InvokeLambdaFunction",
            Self::CheckHoursOfOperation => "CheckHoursOfOperation",
            Self::TransferContactToQueue => "TransferContactToQueue",
            Self::ConnectParticipantWithLexBot => "ConnectParticipantWithLexBot",
            Self::DequeueAndTransferToQueue => "DequeueAndTransferToQueue",
        }
    }

    /// Whether a test case can observe that it starts.
    pub fn is_observable(self) -> bool {
        self != Self::DequeueAndTransferToQueue
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Where the resource is in the parameters: a member, or a member of a member.
    fn place(self) -> &'static [&'static str] {
        match self {
            Self::InvokeLambdaFunction => &["LambdaFunctionARN"],
            Self::CheckHoursOfOperation => &["HoursOfOperationId"],
            Self::TransferContactToQueue | Self::DequeueAndTransferToQueue => &["QueueId"],
            Self::ConnectParticipantWithLexBot => &["LexV2Bot", "AliasArn"],
        }
    }
}

/// A flow action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowAction {
    /// What it does.
    pub kind: FlowActionKind,
    /// ARN of the function or bot alias; ARN or id of the hours or queue.
    pub resource: String,
    /// The agent of a transfer to an agent's queue: ARN or id.
    pub agent: Option<String>,
}

/// Why members are no flow action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotAFlowAction {
    /// The type is none that test cases know.
    Type(String),
    /// The resource is missing.
    Resource(FlowActionKind),
}

impl FlowAction {
    /// An action on a resource.
    pub fn new(kind: FlowActionKind, resource: impl Into<String>) -> Self {
        Self { kind, resource: resource.into(), agent: None }
    }

    /// Reads `ActionType` and `ActionParameters`.
    pub(super) fn read(members: &Map<String, Value>) -> Result<Self, NotAFlowAction> {
        let name = members.get("ActionType").and_then(Value::as_str).unwrap_or_default();
        let kind = FlowActionKind::of(name).ok_or_else(|| NotAFlowAction::Type(name.to_owned()))?;
        let parameters = members.get("ActionParameters");
        let mut at = parameters;
        for member in kind.place() {
            at = at.and_then(|outer| outer.get(*member));
        }
        let resource = at.and_then(Value::as_str).filter(|resource| !resource.is_empty());
        let resource = resource.ok_or(NotAFlowAction::Resource(kind))?;
        let agent = parameters.and_then(|it| it.get("AgentId")).and_then(Value::as_str).map(str::to_owned);
        Ok(Self { kind, resource: resource.to_owned(), agent })
    }

    /// Writes `ActionType` and `ActionParameters`.
    pub(super) fn write(&self) -> Map<String, Value> {
        let resource = Value::from(self.resource.as_str());
        let mut parameters = match self.kind.place() {
            [outer, inner] => json!({ *outer: { *inner: resource } }),
            place => json!({ place.concat(): resource }),
        };
        if let Some(agent) = &self.agent {
            parameters["AgentId"] = agent.as_str().into();
        }
        Map::from_iter([
            ("ActionType".to_owned(), self.kind.name().into()),
            ("ActionParameters".to_owned(), parameters),
        ])
    }
}
