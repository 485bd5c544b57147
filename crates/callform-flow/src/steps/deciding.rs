//! Steps that branch, repeat, call modules and end.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Branch, Scalar};

/// Branches on hours of operation.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursStep {
    /// Name of hours of this blueprint, `builtin/<name>`, one JSONPath, or `queue` for those of the queue chosen before.
    pub hours: Spanned<String>,
    /// What to do inside the hours. Without it: the next step.
    pub open: Option<Branch>,
    /// What to do outside the hours. Without it: the next step.
    pub closed: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Where `NextAction` leads: the service asks for it and never follows it. Without it: where `error` leads.
    pub next: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Branches on whether at least one agent is there.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffingStep {
    /// What the agent must be.
    pub staffing: Spanned<StaffedBy>,
    /// The queue; name, `builtin/<name>` or one JSONPath. Without it: the one chosen before.
    pub queue: Option<Spanned<String>>,
    /// An agent's own queue instead: name of a user of this blueprint, or one JSONPath.
    pub agent: Option<Spanned<String>>,
    /// What to do when there is one. Without it: the next step.
    pub staffed: Option<Branch>,
    /// What to do when there is none. Without it: the next step.
    pub unstaffed: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// What an agent must be to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffedBy {
    /// Free to take a contact now.
    Available,
    /// Online and routable, on a contact or in after-contact work included.
    Staffed,
    /// In any status but offline.
    Online,
}

/// Branches on how full a queue is. Give exactly one of the comparisons.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueStatusStep {
    /// What is looked at.
    pub queue_status: Spanned<QueueStatus>,
    /// The queue; name, `builtin/<name>` or one JSONPath. Without it: the one chosen before.
    pub queue: Option<Spanned<String>>,
    /// An agent's own queue instead: name of a user of this blueprint, or one JSONPath.
    pub agent: Option<Spanned<String>>,
    /// Holds where it is exactly this.
    pub equals: Option<Spanned<Scalar>>,
    /// Holds where it is above this.
    pub greater_than: Option<Spanned<Scalar>>,
    /// Holds where it is this or above.
    pub at_least: Option<Spanned<Scalar>>,
    /// Holds where it is below this.
    pub less_than: Option<Spanned<Scalar>>,
    /// Holds where it is this or below.
    pub at_most: Option<Spanned<Scalar>>,
    /// What to do where it holds. Without it: the next step.
    pub then: Option<Branch>,
    /// What to do where it does not. Without it: the next step.
    pub r#else: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// What is looked at in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueStatus {
    /// How many contacts wait.
    Contacts,
    /// How long the oldest contact has waited, in milliseconds.
    OldestMilliseconds,
}

/// Branches on one comparison. Give exactly one of the comparisons.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IfStep {
    /// What is compared: one JSONPath, such as `$.External.status`.
    pub r#if: Spanned<String>,
    /// Holds where it is this text, upper and lower case told apart.
    pub equals: Option<Spanned<Scalar>>,
    /// Holds where it starts with this text.
    pub starts_with: Option<Spanned<Scalar>>,
    /// Holds where it ends with this text.
    pub ends_with: Option<Spanned<Scalar>>,
    /// Holds where it contains this text.
    pub contains: Option<Spanned<Scalar>>,
    /// Holds where it is a number above this one.
    pub greater_than: Option<Spanned<Scalar>>,
    /// Holds where it is this number or above.
    pub at_least: Option<Spanned<Scalar>>,
    /// Holds where it is a number below this one.
    pub less_than: Option<Spanned<Scalar>>,
    /// Holds where it is this number or below.
    pub at_most: Option<Spanned<Scalar>>,
    /// What to do where it holds. Without it: the next step.
    pub then: Option<Branch>,
    /// What to do where it does not. Without it: the next step.
    pub r#else: Option<Branch>,
    /// Where `NextAction` leads: the service asks for it and never follows it. Without it: where `else` leads.
    pub next: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Branches on the value of an attribute.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchStep {
    /// What is looked at: one JSONPath, such as `$.Attributes.language`.
    pub switch: Spanned<String>,
    /// What to do for each value, upper and lower case told apart. Several values with ` | ` between them share a branch.
    #[serde(default)]
    pub cases: IndexMap<Spanned<String>, Branch>,
    /// Comparisons of any kind, tried one after the other where no case holds.
    #[serde(default)]
    pub when: Vec<WhenCase>,
    /// What to do for every other value. Without it: the next step.
    pub r#else: Option<Branch>,
    /// Where `NextAction` leads: the service asks for it and never follows it. Without it: where `else` leads.
    pub next: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// One comparison among several. Give exactly one.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhenCase {
    /// Holds where it is this text, upper and lower case told apart.
    pub equals: Option<Spanned<Scalar>>,
    /// Holds where it starts with this text.
    pub starts_with: Option<Spanned<Scalar>>,
    /// Holds where it ends with this text.
    pub ends_with: Option<Spanned<Scalar>>,
    /// Holds where it contains this text.
    pub contains: Option<Spanned<Scalar>>,
    /// Holds where it is a number above this one.
    pub greater_than: Option<Spanned<Scalar>>,
    /// Holds where it is this number or above.
    pub at_least: Option<Spanned<Scalar>>,
    /// Holds where it is a number below this one.
    pub less_than: Option<Spanned<Scalar>>,
    /// Holds where it is this number or below.
    pub at_most: Option<Spanned<Scalar>>,
    /// What to do where it holds.
    pub then: Branch,
}

/// Does steps a number of times, then goes on.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoopStep {
    /// How many times, 0 to 100, or one JSONPath.
    pub r#loop: Spanned<Scalar>,
    /// What is done each time.
    pub steps: Branch,
    /// What to do when it fails. Without it the block has no error branch.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Calls a flow module and goes on when it returns.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleStep {
    /// Name of a flow module of this blueprint, `builtin/<name>`, or one JSONPath.
    pub module: Spanned<String>,
    /// What to do on each branch of the module's own. A module that returns without one goes on with the next step.
    #[serde(default)]
    pub branches: IndexMap<Spanned<String>, Branch>,
    /// What to do on every other branch of the module's own.
    pub r#else: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Goes to a step with a name, anywhere in the flow.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GotoStep {
    /// The step's name.
    pub goto: Spanned<String>,
}

/// Goes on with what follows anyway. Says so where a branch has to say something.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContinueStep {
    /// Nothing.
    pub r#continue: (),
}

/// What holds for the steps of a flow that do not say it themselves. Stands before all others.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultsStep {
    /// What holds.
    pub defaults: Spanned<Defaults>,
}

/// What holds for the steps of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// `continue`: a step that fails and has no `error` goes on with the next one. Without it: the flow's `on_error`.
    pub error: Option<GoesOn>,
    /// With `true` blocks that Connect allows it have no error branch where the step has no `error`.
    #[serde(default)]
    pub unguarded: bool,
}

/// What a step does that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoesOn {
    /// It goes on with the next step.
    Continue,
}

/// Disconnects the contact.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HangUpStep {
    /// Nothing.
    pub hang_up: (),
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Ends this flow; a queued contact stays queued, a whispering flow goes on to join.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndStep {
    /// Nothing.
    pub end: (),
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Returns from a flow module to the flow that called it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnStep {
    /// Nothing.
    pub r#return: (),
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}
