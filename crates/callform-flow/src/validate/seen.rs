//! An action as the service sees it, whether it was read as a flow or is still JSON.

use serde_json::{Map, Value};

use crate::Action;
use crate::catalog::{self, ActionSpec};
use crate::json::member;

pub(super) struct Seen<'a> {
    pub(super) identifier: Option<&'a str>,
    pub(super) action_type: Option<&'a str>,
    /// What the catalog has about its type.
    pub(super) spec: Option<&'static ActionSpec>,
    pub(super) parameters: Members<'a>,
    /// False where the parameters are something else than an object.
    pub(super) has_good_parameters: bool,
    pub(super) next: Option<&'a str>,
    /// Type, where it is text, and target, where it is text.
    pub(super) errors: Vec<(Option<&'a str>, Option<&'a str>)>,
    pub(super) conditions: Vec<Condition<'a>>,
    /// True where it says of any transition more than that there are none.
    pub(super) leads_on: bool,
}

pub(super) struct Condition<'a> {
    pub(super) operator: &'a str,
    /// The only operand; numbers are accepted in place of strings by some actions, so any scalar counts.
    pub(super) operand: Option<&'a str>,
    pub(super) target: Option<&'a str>,
}

/// What says where an action leads.
const LEADING: [&str; 3] = ["NextAction", "Errors", "Conditions"];

impl<'a> Seen<'a> {
    pub(super) fn of_json(json: &'a Value) -> Self {
        let text = |value: &'a Value, name: &str| value.get(name).and_then(Value::as_str);
        let action_type = text(json, "Type");
        let transitions = json.get("Transitions").unwrap_or(&Value::Null);
        let list = |name: &str| transitions.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let condition = |branch: &'a Value| Condition {
            operator: branch.pointer("/Condition/Operator").and_then(Value::as_str).unwrap_or_default(),
            operand: branch.pointer("/Condition/Operands").and_then(Value::as_array).and_then(|it| operand(it)),
            target: text(branch, "NextAction"),
        };
        let is_said = |value: &Value| !value.as_array().is_some_and(Vec::is_empty);
        Self {
            identifier: text(json, "Identifier"),
            action_type,
            spec: action_type.and_then(catalog::find),
            parameters: Members(json.get("Parameters").and_then(Value::as_object)),
            has_good_parameters: json.get("Parameters").is_none_or(Value::is_object),
            next: text(transitions, "NextAction"),
            errors: list("Errors").iter().map(|it| (text(it, "ErrorType"), text(it, "NextAction"))).collect(),
            conditions: list("Conditions").iter().map(condition).collect(),
            leads_on: LEADING.into_iter().any(|name| transitions.get(name).is_some_and(is_said)),
        }
    }

    pub(super) fn of_action(action: &'a Action) -> Self {
        let transitions = &action.transitions;
        let errors = transitions.errors().iter();
        let conditions = transitions.conditions().iter();
        // A null is kept among the other members.
        let leads_on = transitions.targets().next().is_some()
            || LEADING.into_iter().any(|name| transitions.other.contains_key(name));
        Self {
            identifier: Some(&action.identifier),
            action_type: Some(&action.action_type),
            spec: catalog::find(&action.action_type),
            parameters: Members(Some(&action.parameters)),
            has_good_parameters: !action.other.contains_key("Parameters"),
            next: transitions.next_action.as_deref(),
            errors: errors.map(|it| (Some(it.error_type.as_str()), Some(it.next_action.as_str()))).collect(),
            conditions: conditions
                .map(|it| Condition {
                    operator: &it.operator,
                    operand: operand(&it.operands),
                    target: Some(&it.next_action),
                })
                .collect(),
            leads_on,
        }
    }
}

/// The members of an object; none where there is no object.
#[derive(Clone, Copy)]
pub(crate) struct Members<'a>(Option<&'a Map<String, Value>>);

impl<'a> Members<'a> {
    pub(crate) fn of(members: &'a Map<String, Value>) -> Self {
        Self(Some(members))
    }

    pub(super) fn of_value(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        member(self.0?, name)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.into_iter().flatten()
    }
}

fn operand(operands: &[Value]) -> Option<&str> {
    match operands {
        [Value::String(text)] => Some(text),
        [Value::Number(_)] => Some(""),
        _ => None,
    }
}
