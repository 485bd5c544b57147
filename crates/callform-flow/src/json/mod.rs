//! The wire form of a flow: Amazon Connect's flow language, version 2019-10-30, as plain data.
//!
//! Everything a document may contain survives decoding and encoding: unknown action types, unknown members, members
//! that are present but empty.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use decode::DecodeError;

use serde_json::{Map, Value};

/// The only version of the flow language there is.
pub const VERSION: &str = "2019-10-30";

/// A flow or flow module.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Version of the language, `2019-10-30`.
    pub version: String,
    /// Identifier of the action a contact starts at.
    pub start_action: String,
    /// The actions; their order means nothing to the service.
    pub actions: Vec<Action>,
    /// What the Connect editor keeps for itself (positions, display names); ignored at run time.
    pub metadata: Option<Map<String, Value>>,
    /// Inputs, outputs and branches; flow modules only.
    pub settings: Option<Value>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// One action, a block of the Connect editor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Action {
    /// Name of the action, unique in the flow, at most 50 characters.
    pub identifier: String,
    /// What it does, such as `MessageParticipant`.
    pub action_type: String,
    /// Its settings. Almost every scalar is a string, numbers and booleans included.
    pub parameters: Map<String, Value>,
    /// Where a contact goes from here.
    pub transitions: Transitions,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
    /// Members that are left out of the JSON because they are empty.
    pub omitted: OmittedMembers,
}

/// Which empty members of an action are left out of its JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OmittedMembers {
    /// `Parameters` where there are none.
    pub parameters: bool,
    /// `Transitions` where there are none.
    pub transitions: bool,
}

/// Where a contact goes after an action.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transitions {
    /// The next action. Only terminal actions have none.
    pub next_action: Option<String>,
    /// Branches taken when something fails. `None` and an empty list mean the same.
    pub errors: Option<Vec<ErrorBranch>>,
    /// Branches taken on the action's result, the first that holds. `None` and an empty list mean the same.
    pub conditions: Option<Vec<ConditionBranch>>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// A branch taken when something fails.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorBranch {
    /// What failed, such as `NoMatchingError`.
    pub error_type: String,
    /// The action to go on with.
    pub next_action: String,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

/// A branch taken when a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionBranch {
    /// The action to go on with.
    pub next_action: String,
    /// Comparison of the action's result, such as `Equals`.
    pub operator: String,
    /// What the result is compared with: one string in every known flow; the language would allow nested conditions.
    pub operands: Vec<Value>,
    /// Members of `Condition` that the language does not define.
    pub other_of_condition: Map<String, Value>,
    /// Members that the language does not define.
    pub other: Map<String, Value>,
}

impl Flow {
    /// Starts a flow that has nothing but actions.
    pub fn new(start_action: impl Into<String>, actions: Vec<Action>) -> Self {
        Self {
            version: VERSION.to_owned(),
            start_action: start_action.into(),
            actions,
            metadata: None,
            settings: None,
            other: Map::new(),
        }
    }

    /// Reads a flow document.
    pub fn from_json(json: &Value) -> Result<Self, DecodeError> {
        decode::flow(json)
    }

    /// Writes the flow document. Members come in the order the Connect editor writes them.
    pub fn to_json(&self) -> Value {
        encode::flow(self)
    }

    /// The action of an identifier.
    pub fn action(&self, identifier: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.identifier == identifier)
    }
}

impl Action {
    /// True for an action that ends the flow and says nothing else: any other of its type does as well.
    pub fn is_bare_end(&self) -> bool {
        const ENDS: [&str; 3] = ["DisconnectParticipant", "EndFlowExecution", "EndFlowModuleExecution"];
        let says_nothing = self.parameters.is_empty() && self.transitions.is_empty() && self.other.is_empty();
        ENDS.contains(&self.action_type.as_str()) && says_nothing
    }
}

impl Transitions {
    /// The error branches; empty where there are none.
    pub fn errors(&self) -> &[ErrorBranch] {
        self.errors.as_deref().unwrap_or_default()
    }

    /// The condition branches in the order they are tried; empty where there are none.
    pub fn conditions(&self) -> &[ConditionBranch] {
        self.conditions.as_deref().unwrap_or_default()
    }

    /// True where the conditions compare with different texts, so that at most one holds and their order means nothing.
    pub fn conditions_exclude_one_another(&self) -> bool {
        let conditions = self.conditions();
        let operands: Option<std::collections::BTreeSet<&str>> = conditions
            .iter()
            .map(|branch| branch.operand().filter(|operand| branch.operator == "Equals" && !operand.contains("$.")))
            .collect();
        operands.is_some_and(|operands| operands.len() == conditions.len())
    }

    /// Every identifier this leads to: the next action, then errors, then conditions.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let errors = self.errors().iter().map(|branch| branch.next_action.as_str());
        let conditions = self.conditions().iter().map(|branch| branch.next_action.as_str());
        self.next_action.as_deref().into_iter().chain(errors).chain(conditions)
    }

    /// True where nothing leads on.
    pub fn is_empty(&self) -> bool {
        self.targets().next().is_none() && self.other.is_empty()
    }
}

/// A member of an object. Actions have few, and comparing a few names takes less than hashing one.
pub(crate) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if members.len() > 8 {
        return members.get(name);
    }
    members.iter().find_map(|(key, value)| (key == name).then_some(value))
}

impl ErrorBranch {
    /// Makes a branch.
    pub fn new(error_type: impl Into<String>, next_action: impl Into<String>) -> Self {
        Self { error_type: error_type.into(), next_action: next_action.into(), other: Map::new() }
    }
}

impl ConditionBranch {
    /// Makes a branch that compares with one string.
    pub fn new(operator: impl Into<String>, operand: impl Into<String>, next_action: impl Into<String>) -> Self {
        Self {
            next_action: next_action.into(),
            operator: operator.into(),
            operands: vec![Value::String(operand.into())],
            other_of_condition: Map::new(),
            other: Map::new(),
        }
    }

    /// The operand where it is a single string.
    pub fn operand(&self) -> Option<&str> {
        match self.operands.as_slice() {
            [Value::String(operand)] => Some(operand),
            _ => None,
        }
    }
}
