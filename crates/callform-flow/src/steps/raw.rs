//! Actions in the words of the flow language.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Branch, Scalar};

/// An action in the words of the flow language, for what has no step of its own.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStep {
    /// The action.
    pub raw: Spanned<RawAction>,
    /// What to do next. Without it: the next step.
    pub next: Option<Branch>,
    /// What to do on each type of error. Errors the service insists on and that are not named here take the flow's
    /// `on_error`.
    #[serde(default)]
    pub errors: IndexMap<Spanned<String>, Branch>,
    /// Errors that stand more than once, or have members of their own.
    #[serde(default)]
    pub further_errors: Vec<RawError>,
    /// What to do on each result, the first that holds.
    #[serde(default)]
    pub conditions: Vec<RawCondition>,
    /// With `true` the action leads only where this step says: `next` has to be written, and no error is added.
    pub exact: Option<Spanned<bool>>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Type and parameters of an action.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAction {
    /// The action's type, such as `UpdateContactRoutingBehavior`. A type that Callform does not know passes as it is, with
    /// the note `unknown-action`.
    pub r#type: Spanned<String>,
    /// The action's parameters as the flow language has them: numbers and truth values as text. Where the ARN of an
    /// object belongs, write `{ ref: queue/customer_service }`; an object that has itself nothing but a `ref` is written
    /// `{ literal: { ref: … } }`.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Further members of the action, which the flow language does not define.
    #[serde(default)]
    pub members: Map<String, Value>,
    /// Further members of its `Transitions`, which the flow language does not define.
    #[serde(default)]
    pub transitions: Map<String, Value>,
}

/// A type of error and what to do on it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawError {
    /// The type, such as `NoMatchingError`.
    pub error: Spanned<String>,
    /// Further members, which the flow language does not define.
    #[serde(default)]
    pub members: Map<String, Value>,
    /// What to do.
    pub then: Branch,
}

/// A result of an action and what to do on it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCondition {
    /// How the result is compared. Without it: `Equals`.
    pub operator: Option<Spanned<String>>,
    /// What it is compared with.
    pub operand: Option<Spanned<Scalar>>,
    /// The same where it is not one text: several, none, or conditions.
    #[serde(default)]
    pub operands: Vec<Value>,
    /// Further members of the branch, which the flow language does not define.
    #[serde(default)]
    pub members: Map<String, Value>,
    /// Further members of its `Condition`, which the flow language does not define.
    #[serde(default)]
    pub condition: Map<String, Value>,
    /// What to do where it holds.
    pub then: Branch,
}
