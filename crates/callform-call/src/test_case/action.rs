//! What actions do.

use serde_json::{Map, Value, json};

use super::flow_action::NotAFlowAction;
use super::{Action, FlowAction, FlowActionKind, Problem, ProblemKind};

/// What an action does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// The simulated customer does something.
    Send(Instruction),
    /// Something is compared; the test fails where it does not hold.
    Assert(Assertion),
    /// The next time the flow uses a resource, something else answers.
    Override(Override),
    /// The test ends.
    EndTest,
    /// Values are written into the records, each under a label.
    LogData(Vec<(String, String)>),
}

/// What the simulated customer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Keys are pressed. Voice only.
    Dtmf(String),
    /// Something is said or written.
    Utterance {
        /// What.
        text: String,
        /// The language, such as `en-US`.
        language: Option<String>,
    },
    /// The customer hangs up.
    Disconnect,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// JSONPath of what is compared, such as `$.Queue.Name`.
    pub namespace: String,
    /// How.
    pub operator: Operator,
    /// With what.
    pub operand: String,
}

/// How an assertion compares. There is no `NotEquals`, and the documented `Exists` is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The same text.
    Equals,
    /// Begins with the operand.
    TextStartsWith,
    /// Ends with the operand.
    TextEndsWith,
    /// Contains the operand.
    TextContains,
    /// More than the operand.
    NumberGreaterThan,
    /// At least the operand.
    NumberGreaterOrEqualTo,
    /// Less than the operand.
    NumberLessThan,
    /// At most the operand.
    NumberLessOrEqualTo,
}

/// Another answer for the next use of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The use.
    pub action: FlowAction,
    /// What answers.
    pub strategy: Strategy,
}

/// What answers in the place of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Another resource of the same type, by its ARN.
    Substitute(String),
    /// A fixed answer.
    Answer(Answer),
}

/// A fixed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A function or a bot returns this JSON text.
    Data {
        /// The text.
        loaded: String,
        /// After so many seconds.
        delay: u64,
    },
    /// The hours of operation are open, or not. One report says that every such answer was refused (?).
    InHours(bool),
    /// The action fails.
    Error {
        /// How.
        error: ErrorAnswer,
        /// After so many seconds.
        delay: u64,
    },
}

/// How an overridden action fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorAnswer {
    /// It takes too long (functions and bots).
    TimeLimitExceeded,
    /// The queue is full (queues).
    QueueAtCapacity,
    /// Any other error.
    NoMatchingError,
}

/// Why an override is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// The strategy is none.
    #[error("Invalid strategy type: {0}")]
    Strategy(String),
    /// The answer is none for this type of action.
    #[error("Invalid mock response for {0}")]
    Answer(&'static str),
}

impl Operator {
    /// All operators.
    pub const ALL: [Self; 8] = [
        Self::Equals,
        Self::TextStartsWith,
        Self::TextEndsWith,
        Self::TextContains,
        Self::NumberGreaterThan,
        Self::NumberGreaterOrEqualTo,
        Self::NumberLessThan,
        Self::NumberLessOrEqualTo,
    ];

    /// The name in the testing language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::TextStartsWith => "TextStartsWith",
            Self::TextEndsWith => "TextEndsWith",
            Self::TextContains => "TextContains",
            Self::NumberGreaterThan => "NumberGreaterThan",
            Self::NumberGreaterOrEqualTo => "NumberGreaterOrEqualTo",
            Self::NumberLessThan => "NumberLessThan",
            Self::NumberLessOrEqualTo => "NumberLessOrEqualTo",
        }
    }

    /// Whether a value compares with an operand, as a block that compares has it. Numbers that are none compare with nothing.
    pub fn holds(self, value: &str, operand: &str) -> bool {
        crate::simulation::holds(self.name(), value, operand)
    }

    /// Empty operands were seen to be taken for these two.
    fn takes_empty(self) -> bool {
        matches!(self, Self::TextContains | Self::TextStartsWith)
    }
}

impl ErrorAnswer {
    /// The name, which is that of the branch the flow takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeLimitExceeded => "TimeLimitExceeded",
            Self::QueueAtCapacity => "QueueAtCapacity",
            Self::NoMatchingError => "NoMatchingError",
        }
    }

    fn of(name: &str, kind: FlowActionKind) -> Option<Self> {
        use FlowActionKind::{
            ConnectParticipantWithLexBot, DequeueAndTransferToQueue, InvokeLambdaFunction, TransferContactToQueue,
        };
        match (name, kind) {
            ("NoMatchingError", _) => Some(Self::NoMatchingError),
            ("TimeLimitExceeded", InvokeLambdaFunction | ConnectParticipantWithLexBot) => Some(Self::TimeLimitExceeded),
            ("QueueAtCapacity", TransferContactToQueue | DequeueAndTransferToQueue) => Some(Self::QueueAtCapacity),
            _ => None,
        }
    }
}

impl ActionKind {
    /// The `Type`.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Send(_) => "SendInstruction",
            Self::Assert(_) => "Assert",
            Self::Override(_) => "OverrideSystemBehavior",
            Self::EndTest | Self::LogData(_) => "TestControl",
        }
    }

    /// The `Parameters`. All types but `Assert` repeat their name.
    pub(super) fn parameters(&self) -> Map<String, Value> {
        let parameters = match self {
            Self::Send(instruction) => json!({"Actor": "Customer", "Instruction": written_instruction(instruction)}),
            Self::Assert(assertion) => json!({
                "Namespace": assertion.namespace,
                "Operator": assertion.operator.name(),
                "Operand": assertion.operand,
            }),
            Self::Override(change) => {
                let mut properties = change.action.write();
                properties.insert("Strategy".to_owned(), written_strategy(&change.strategy));
                json!({"Behavior": {"Type": "FlowAction", "Properties": properties}})
            }
            Self::EndTest => json!({"Command": {"Type": "EndTest"}}),
            Self::LogData(expressions) => {
                let expressions: Map<String, Value> =
                    expressions.iter().map(|(label, path)| (label.clone(), path.as_str().into())).collect();
                json!({"Command": {"Type": "LogData", "Properties": {"Expressions": expressions}}})
            }
        };
        let repeated = (!matches!(self, Self::Assert(_))).then(|| ("ActionType".to_owned(), self.type_name().into()));
        repeated.into_iter().chain(parameters.as_object().cloned().unwrap_or_default()).collect()
    }
}

fn written_instruction(instruction: &Instruction) -> Value {
    match instruction {
        Instruction::Dtmf(keys) => json!({"Type": "DtmfInput", "Properties": {"Value": keys}}),
        Instruction::Utterance { text, language: None } => json!({"Type": "Utterance", "Properties": {"Value": text}}),
        Instruction::Utterance { text, language } => {
            json!({"Type": "Utterance", "Properties": {"Value": text, "LanguageCode": language}})
        }
        Instruction::Disconnect => json!({"Type": "Disconnect"}),
    }
}

fn written_strategy(strategy: &Strategy) -> Value {
    let response = match strategy {
        Strategy::Substitute(arn) => return json!({"Type": "SubstituteResource", "SubstituteArn": arn}),
        Strategy::Answer(Answer::Data { loaded, delay }) => {
            json!({"Type": "ExecutionResult", "ExecutionResult": {"DelaySeconds": delay, "LoadedData": loaded}})
        }
        Strategy::Answer(Answer::InHours(open)) => {
            let value = if *open { "InHours" } else { "OutOfHours" };
            json!({"Type": "ExecutionResult", "ExecutionResult": {"Value": value}})
        }
        Strategy::Answer(Answer::Error { error, delay: 0 }) => {
            json!({"Type": "Error", "Error": {"Value": error.name()}})
        }
        Strategy::Answer(Answer::Error { error, delay }) => {
            json!({"Type": "Error", "Error": {"Value": error.name(), "DelaySeconds": delay}})
        }
    };
    json!({"Type": "MockResponse", "Response": response})
}

fn invalid(text: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Action, text)
}

/// What is refused without a reason: the whole content.
fn refused() -> Problem {
    Problem::new(ProblemKind::Content, "Invalid test case content")
}

pub(super) fn meaning(action: &Action) -> Result<ActionKind, Problem> {
    let parameters = action.parameters.clone().map_or(Value::Null, Value::Object);
    match action.action_type.as_str() {
        "SendInstruction" => instruction(&parameters).map(ActionKind::Send),
        "Assert" => assertion(&parameters).map(ActionKind::Assert),
        "OverrideSystemBehavior" => change(&parameters).map(ActionKind::Override),
        "TestControl" => command(&parameters),
        // How the service words it is not known (?).
        other => Err(invalid(format!("Invalid action type: {other}"))),
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn instruction(parameters: &Value) -> Result<Instruction, Problem> {
    let instruction = &parameters["Instruction"];
    let properties = &instruction["Properties"];
    match text(instruction, "Type") {
        // A number is as good as a text: reports differ on which of the two the service insists on.
        "DtmfInput" => match &properties["Value"] {
            Value::String(keys) if is_keys(keys) => Ok(Instruction::Dtmf(keys.clone())),
            Value::Number(number) if is_keys(&number.to_string()) => Ok(Instruction::Dtmf(number.to_string())),
            _ => Err(invalid("Invalid DTMF input")),
        },
        // The documented `Text` and `SSML` are refused.
        "Utterance" => {
            let said = text(properties, "Value");
            let language = properties.get("LanguageCode").and_then(Value::as_str).map(str::to_owned);
            let is_said = !said.is_empty();
            is_said.then(|| Instruction::Utterance { text: said.to_owned(), language }).ok_or_else(refused)
        }
        "Disconnect" => Ok(Instruction::Disconnect),
        _ => Err(refused()),
    }
}

fn is_keys(keys: &str) -> bool {
    !keys.is_empty() && keys.chars().all(|key| key.is_ascii_digit() || key == '*' || key == '#')
}

fn assertion(parameters: &Value) -> Result<Assertion, Problem> {
    let operator = Operator::ALL.into_iter().find(|operator| operator.name() == text(parameters, "Operator"));
    let operator = operator.ok_or_else(|| invalid("Invalid operator parameter for AssertAction"))?;
    let namespace = text(parameters, "Namespace");
    // The wording of these two follows that of the operator (?).
    if !namespace.starts_with("$.") {
        return Err(invalid("Invalid namespace parameter for AssertAction"));
    }
    let operand = parameters.get("Operand").and_then(Value::as_str);
    match operand.filter(|operand| !operand.is_empty() || operator.takes_empty()) {
        Some(operand) => Ok(Assertion { namespace: namespace.to_owned(), operator, operand: operand.to_owned() }),
        None => Err(invalid("Invalid operand parameter for AssertAction")),
    }
}

fn command(parameters: &Value) -> Result<ActionKind, Problem> {
    let command = &parameters["Command"];
    match text(command, "Type") {
        "EndTest" => Ok(ActionKind::EndTest),
        "LogData" => {
            let expressions = command["Properties"]["Expressions"].as_object();
            let read = |(label, path): (&String, &Value)| Some((label.clone(), path.as_str()?.to_owned()));
            let expressions = expressions.and_then(|them| them.iter().map(read).collect::<Option<Vec<_>>>());
            expressions.filter(|them| !them.is_empty()).map(ActionKind::LogData).ok_or_else(refused)
        }
        other => Err(invalid(format!("Invalid command type: {other}"))),
    }
}

fn change(parameters: &Value) -> Result<Override, Problem> {
    let nothing = Map::new();
    let properties = parameters["Behavior"]["Properties"].as_object().unwrap_or(&nothing);
    let action = FlowAction::read(properties).map_err(|error| match error {
        NotAFlowAction::Type(name) => invalid(format!("Invalid flow action type: {name}")),
        NotAFlowAction::Resource(kind) => Problem::parameters(kind),
    })?;
    let strategy = properties.get("Strategy").unwrap_or(&Value::Null);
    match read_strategy(action.kind, strategy) {
        Ok(strategy) => Ok(Override { action, strategy }),
        Err(error) => Err(invalid(error.to_string())),
    }
}

fn read_strategy(kind: FlowActionKind, strategy: &Value) -> Result<Strategy, OverrideError> {
    match text(strategy, "Type") {
        "SubstituteResource" if !text(strategy, "SubstituteArn").is_empty() => {
            Ok(Strategy::Substitute(text(strategy, "SubstituteArn").to_owned()))
        }
        "MockResponse" => {
            let answer = answer(kind, &strategy["Response"]);
            answer.map(Strategy::Answer).ok_or(OverrideError::Answer(kind.name()))
        }
        other => Err(OverrideError::Strategy(other.to_owned())),
    }
}

fn answer(kind: FlowActionKind, response: &Value) -> Option<Answer> {
    let delay = |of: &Value| of.get("DelaySeconds").and_then(Value::as_u64).unwrap_or_default();
    match text(response, "Type") {
        "Error" => {
            let error = &response["Error"];
            let named = ErrorAnswer::of(text(error, "Value"), kind)?;
            Some(Answer::Error { error: named, delay: delay(error) })
        }
        "ExecutionResult" => {
            let result = &response["ExecutionResult"];
            match kind {
                FlowActionKind::InvokeLambdaFunction | FlowActionKind::ConnectParticipantWithLexBot => {
                    // `Value` is another name that was seen to work (?); both must be texts.
                    let loaded = result.get("LoadedData").or_else(|| result.get("Value"))?.as_str()?;
                    Some(Answer::Data { loaded: loaded.to_owned(), delay: delay(result) })
                }
                FlowActionKind::CheckHoursOfOperation => match text(result, "Value") {
                    "InHours" => Some(Answer::InHours(true)),
                    "OutOfHours" => Some(Answer::InHours(false)),
                    _ => None,
                },
                FlowActionKind::TransferContactToQueue | FlowActionKind::DequeueAndTransferToQueue => None,
            }
        }
        _ => None,
    }
}
