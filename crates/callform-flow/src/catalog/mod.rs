//! What is known about every action type of the flow language, as a table: one row per type.
//!
//! Rows marked `verified` rest on dated probes of the live service; on the others the errors and parameters come from
//! AWS's documentation and from real exported flows, so nothing is refused because of them.
//!
//! The table is never complete: Connect gets new blocks, and an exported flow may have one that no page describes. A type
//! without a row passes as it is, see [`is_possible`]. Only [misnomers](misnomer_of) are known to be none.

mod participant;
mod contact;
mod control;
mod integration;
mod misnomers;
#[cfg(test)]
mod tests;

pub use misnomers::{Misnomer, likely, misnomer_of, misnomer_of_parameter};

use std::sync::LazyLock;

use crate::flow_type::{FlowType, FlowTypeSet};

/// The day on which the table was last held against AWS's pages and exported flows.
pub const AS_OF: &str = "2026-11-30";

/// One action type.
#[derive(Clone, Copy, Debug)]
pub struct ActionSpec {
    /// The value of `Type`.
    pub name: &'static str,
    /// Name of the block in the Connect editor.
    pub block: &'static str,
    /// Flow types that may use it, by AWS's action pages (modules included).
    pub flow_types: FlowTypeSet,
    /// Further flow types of which only AWS's block pages, or real flows, say so.
    pub disputed_flow_types: FlowTypeSet,
    /// Known parameters.
    pub parameters: &'static [ParameterSpec],
    /// Parameters of which only one may be set.
    pub choices: &'static [Choice],
    /// Whether it has a `NextAction`.
    pub next_action: NextAction,
    /// Branches on its result.
    pub conditions: Conditions,
    /// Errors the service insists on.
    pub required_errors: &'static [&'static str],
    /// Errors that may be there.
    pub optional_errors: &'static [&'static str],
    /// True where probes of the service confirm the errors and the names of the parameters.
    pub verified: bool,
}

/// One parameter of an action type.
#[derive(Clone, Copy, Debug)]
pub struct ParameterSpec {
    /// Key in `Parameters`.
    pub name: &'static str,
    /// Which dynamic values it takes.
    pub class: Class,
    /// True where the service refuses the action without it.
    pub required: bool,
    /// Form of the value.
    pub shape: Shape,
}

/// Which dynamic values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Static text only.
    Static,
    /// Static, or one JSONPath as the whole value.
    StaticOrPath,
    /// Text with any number of JSONPaths inside.
    Dynamic,
    /// Exactly one JSONPath.
    Path,
}

/// Form of a parameter's value. Scalars are strings on the wire.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Any string.
    Text,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A whole number in this range, both ends included.
    Integer(i64, i64),
    /// Identifier or ARN of an object.
    Object(ObjectKind),
    /// An object with these members.
    Members(&'static [ParameterSpec]),
    /// An object whose keys are chosen by the author.
    Map,
    /// A list.
    List,
    /// Something the table does not describe.
    Any,
}

/// A set of parameters that exclude one another.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The parameters.
    pub of: &'static [&'static str],
    /// True where one of them must be there.
    pub required: bool,
}

/// Whether an action type has a `NextAction`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAction {
    /// The service refuses the action without it.
    Required,
    /// Accepted either way.
    Optional,
    /// The action ends the flow; the service refuses any transition.
    Terminal,
}

/// Which conditions an action type takes.
#[derive(Clone, Copy, Debug)]
pub enum Conditions {
    /// None.
    None,
    /// `Equals` with a result that the author chooses (menu keys, intents, view actions).
    Equals,
    /// Any operator.
    Any,
    /// `Equals` with each of these results, all of them.
    Results(&'static [&'static str]),
    /// `Equals` with some of these results.
    SomeOf(&'static [&'static str]),
    /// Comparison of a number; at least one.
    Numbers,
}

/// What an identifier in a flow stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A queue.
    Queue,
    /// A user.
    User,
    /// Hours of operation.
    HoursOfOperation,
    /// A flow.
    ContactFlow,
    /// A flow module.
    FlowModule,
    /// A prompt.
    Prompt,
    /// A view.
    View,
    /// A Lambda function.
    LambdaFunction,
}

impl ObjectKind {
    /// The word of the blueprint's addresses.
    pub fn word(self) -> &'static str {
        match self {
            ObjectKind::Queue => "queue",
            ObjectKind::User => "user",
            ObjectKind::HoursOfOperation => "hours",
            ObjectKind::ContactFlow => "flow",
            ObjectKind::FlowModule => "flow_module",
            ObjectKind::Prompt => "prompt",
            ObjectKind::View => "view",
            ObjectKind::LambdaFunction => "lambda",
        }
    }
}

/// Every action type, by topic.
pub fn all() -> impl Iterator<Item = &'static ActionSpec> {
    [participant::TABLE, contact::TABLE, control::TABLE, integration::TABLE].into_iter().flatten()
}

/// The row of an action type.
pub fn find(name: &str) -> Option<&'static ActionSpec> {
    /// The rows by length and name: most names are told apart by their length alone.
    static SORTED: LazyLock<Vec<&'static ActionSpec>> = LazyLock::new(|| {
        let mut sorted: Vec<&'static ActionSpec> = all().collect();
        sorted.sort_by_key(|spec| (spec.name.len(), spec.name));
        sorted
    });
    let at = SORTED.binary_search_by_key(&(name.len(), name), |spec| (spec.name.len(), spec.name));
    at.ok().map(|at| SORTED[at])
}

/// True for what may be a type of action: one of the table, or one that it does not have yet.
pub fn is_possible(name: &str) -> bool {
    !name.is_empty() && !name.contains(|it: char| it.is_whitespace() || it.is_control()) && misnomer_of(name).is_none()
}

impl ActionSpec {
    /// The parameter of a name.
    pub fn parameter(&self, name: &str) -> Option<&'static ParameterSpec> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// True where the action ends the flow.
    pub fn is_terminal(&self) -> bool {
        self.next_action == NextAction::Terminal
    }

    /// True where the type may stand in a flow of this type by any of AWS's pages.
    pub fn allows(&self, flow_type: FlowType) -> bool {
        self.flow_types.and(self.disputed_flow_types).contains(flow_type)
    }
}

// What the tables are written with.

const INBOUND: FlowTypeSet = FlowType::ContactFlow.set().and(FlowType::Campaign.set());
const TRANSFERS: FlowTypeSet = FlowType::AgentTransfer.set().and(FlowType::QueueTransfer.set());
const QUEUE: FlowTypeSet = FlowType::CustomerQueue.set();
const OUTBOUND_WHISPER: FlowTypeSet = FlowType::OutboundWhisper.set();
const WHISPERS: FlowTypeSet =
    FlowType::CustomerWhisper.set().and(FlowType::AgentWhisper.set()).and(FlowType::OutboundWhisper.set());
const HOLDS: FlowTypeSet = FlowType::CustomerHold.set().and(FlowType::AgentHold.set());
const MODULE: FlowTypeSet = FlowType::Module.set();
const INBOUND_AND_TRANSFERS: FlowTypeSet = INBOUND.and(TRANSFERS).and(MODULE);
const BEFORE_AGENT: FlowTypeSet = INBOUND_AND_TRANSFERS.and(QUEUE);
const EVERY_TYPE: FlowTypeSet = BEFORE_AGENT.and(WHISPERS).and(HOLDS);

const NO_MATCHING_ERROR: &[&str] = &["NoMatchingError"];
const NO_MATCHING_CONDITION: &[&str] = &["NoMatchingCondition"];

const TRUE_FALSE: Shape = Shape::OneOf(&["True", "False", "true", "false", "TRUE", "FALSE"]);

/// What most rows have in common: every flow type, `NextAction`, no conditions, `NoMatchingError`.
const USUAL: ActionSpec = ActionSpec {
    name: "",
    block: "",
    flow_types: EVERY_TYPE,
    disputed_flow_types: FlowTypeSet::NONE,
    parameters: &[],
    choices: &[],
    next_action: NextAction::Required,
    conditions: Conditions::None,
    required_errors: NO_MATCHING_ERROR,
    optional_errors: &[],
    verified: false,
};

const fn required(name: &'static str, class: Class, shape: Shape) -> ParameterSpec {
    ParameterSpec { name, class, required: true, shape }
}

const fn optional(name: &'static str, class: Class, shape: Shape) -> ParameterSpec {
    ParameterSpec { name, class, required: false, shape }
}

const QUEUE_ID: ParameterSpec = optional("QueueId", Class::StaticOrPath, Shape::Object(ObjectKind::Queue));
const AGENT_ID: ParameterSpec = optional("AgentId", Class::StaticOrPath, Shape::Object(ObjectKind::User));
const QUEUE_OR_AGENT: Choice = Choice { of: &["QueueId", "AgentId"], required: false };
const QUEUE_OR_AGENT_NEEDED: Choice = Choice { of: &["QueueId", "AgentId"], required: true };

const TEXT: ParameterSpec = optional("Text", Class::Dynamic, Shape::Text);
const SSML: ParameterSpec = optional("SSML", Class::Dynamic, Shape::Text);
const PROMPT_ID: ParameterSpec = optional("PromptId", Class::StaticOrPath, Shape::Object(ObjectKind::Prompt));
const MEDIA: ParameterSpec = optional(
    "Media",
    Class::Dynamic,
    Shape::Members(&[
        required("Uri", Class::Dynamic, Shape::Text),
        required("SourceType", Class::Static, Shape::OneOf(&["S3"])),
        required("MediaType", Class::Static, Shape::OneOf(&["Audio"])),
    ]),
);
pub(crate) const PROMPT_PARAMETERS: &[&str] = &["Text", "SSML", "PromptId", "Media"];
