//! One action: type, transitions, errors, conditions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{LiveObjects, Problem, objects, parameters};
use crate::catalog::{self, ActionSpec, Conditions, NextAction};

pub(super) struct Surroundings<'a> {
    pub(super) identifiers: &'a BTreeSet<&'a str>,
    /// True where every type of action in the flow is in the catalog.
    pub(super) knows_every_type: bool,
    pub(super) context: &'a dyn LiveObjects,
}

pub(super) fn check(action: &Value, path: &str, around: &Surroundings<'_>, found: &mut Vec<Problem>) {
    let Some(action_type) = action.get("Type").and_then(Value::as_str) else {
        found.push(Problem::missing_property(&format!("{path}.Type")));
        return;
    };
    let none = Value::Object(serde_json::Map::new());
    let transitions = action.get("Transitions").unwrap_or(&none);
    let Some(spec) = catalog::find(action_type) else {
        if catalog::is_possible(action_type) {
            // A block that is newer than the catalog: what it takes is not known, but where it leads has to be there.
            check_targets(transitions, path, around.identifiers, found);
        } else {
            found.push(Problem::new(format!("Invalid Action type. Type: {action_type}, Path: {path}.Type")));
        }
        return;
    };
    let parameters = action.get("Parameters").unwrap_or(&none);
    let known = parameters::Known { names: spec.verified, roots: around.knows_every_type };
    parameters::check(parameters, path, spec, known, found);
    objects::check(parameters, path, spec, around.context, found);
    if spec.is_terminal() {
        let leads_on = ["NextAction", "Errors", "Conditions"]
            .into_iter()
            .any(|member| transitions.get(member).is_some_and(|value| !is_empty_list(value)));
        if leads_on {
            found.push(Problem::new(format!("Action does not support transitions. Path: {path}")));
        }
        return;
    }
    check_next(transitions, path, spec, found);
    check_errors(action, transitions, path, spec, found);
    check_conditions(action, transitions, path, spec, found);
    check_targets(transitions, path, around.identifiers, found);
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

fn check_next(transitions: &Value, path: &str, spec: &ActionSpec, found: &mut Vec<Problem>) {
    let missing = transitions.get("NextAction").and_then(Value::as_str).is_none();
    if missing && spec.next_action == NextAction::Required {
        found.push(Problem::missing_property(&format!("{path}.Transitions.NextAction")));
    }
}

fn check_errors(action: &Value, transitions: &Value, path: &str, spec: &ActionSpec, found: &mut Vec<Problem>) {
    let errors: Vec<&str> = members_of(transitions, "Errors", "ErrorType").collect();
    let (required, allowed) = error_rules(action, spec);
    for error in &required {
        if spec.verified && !errors.contains(error) {
            found.push(Problem::new(format!("Action is missing required error. Error: {error}, Path: {path}")));
        }
    }
    for error in errors {
        if spec.verified && !required.contains(&error) && !allowed.contains(&error) {
            found.push(Problem::new(format!("Invalid Action error. Error: {error}, Path: {path}")));
        }
    }
}

/// The errors an action needs and those it may have besides; both depend on its parameters in a few cases.
pub(crate) fn error_rules(action: &Value, spec: &ActionSpec) -> (Vec<&'static str>, Vec<&'static str>) {
    let parameters = action.get("Parameters");
    let mut required = spec.required_errors.to_vec();
    let mut allowed = spec.optional_errors.to_vec();
    match spec.name {
        "GetParticipantInput" if stores_input(parameters) => allowed = vec!["InvalidPhoneNumber"],
        "GetParticipantInput" => {
            required.extend(["NoMatchingCondition", "InputTimeLimitExceeded"]);
            allowed.clear();
        }
        "UpdateContactRecordingAndAnalyticsBehavior"
            if parameters.and_then(|parameters| parameters.get("ChatBehavior")).is_some() =>
        {
            required.push("InFlightRedactionConfigurationFailed");
        }
        _ => {}
    }
    (required, allowed)
}

/// True where a `GetParticipantInput` stores digits instead of branching on one.
pub(crate) fn stores_input(parameters: Option<&Value>) -> bool {
    parameters
        .and_then(|parameters| parameters.get("StoreInput"))
        .and_then(Value::as_str)
        .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn check_conditions(action: &Value, transitions: &Value, path: &str, spec: &ActionSpec, found: &mut Vec<Problem>) {
    let conditions: &[Value] =
        transitions.get("Conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let stored = spec.name == "GetParticipantInput" && stores_input(action.get("Parameters"));
    match spec.conditions {
        Conditions::None if !conditions.is_empty() => unsupported(path, found),
        Conditions::Equals if stored && !conditions.is_empty() => unsupported(path, found),
        Conditions::Results(results) => check_results(conditions, results, path, found),
        Conditions::SomeOf(_) if spec.name == "MessageParticipantIteratively" => {
            let interrupts = action
                .get("Parameters")
                .is_some_and(|parameters| parameters.get("InterruptFrequencySeconds").is_some());
            match (interrupts, conditions.is_empty()) {
                (true, true) => missing_conditions(path, found),
                (false, false) => unsupported(path, found),
                _ => {}
            }
        }
        Conditions::SomeOf(_) if spec.name == "Wait" && conditions.is_empty() => missing_conditions(path, found),
        Conditions::Numbers if conditions.is_empty() => missing_conditions(path, found),
        Conditions::None | Conditions::Equals | Conditions::Any | Conditions::SomeOf(_) | Conditions::Numbers => {}
    }
    for (index, condition) in conditions.iter().enumerate() {
        check_condition(condition, spec, &format!("{path}.Transitions.Conditions[{index}]"), found);
    }
}

fn unsupported(path: &str, found: &mut Vec<Problem>) {
    found.push(Problem::new(format!("Action does not support conditions. Path: {path}")));
}

fn missing_conditions(path: &str, found: &mut Vec<Problem>) {
    found.push(Problem::missing_property(&format!("{path}.Transitions.Conditions")));
}

fn check_results(conditions: &[Value], results: &[&str], path: &str, found: &mut Vec<Problem>) {
    if conditions.is_empty() {
        missing_conditions(path, found);
        return;
    }
    let operands: Vec<&str> = conditions.iter().filter_map(|branch| operand(branch)).collect();
    let complete = operands.len() == results.len() && results.iter().all(|result| operands.contains(result));
    if !complete {
        found.push(Problem::property_value(&format!("{path}.Transitions.Conditions")));
    }
}

fn check_condition(condition: &Value, spec: &ActionSpec, path: &str, found: &mut Vec<Problem>) {
    let operator = condition.pointer("/Condition/Operator").and_then(Value::as_str).unwrap_or_default();
    let operand = operand(condition);
    let valid = match spec.conditions {
        Conditions::Equals | Conditions::Results(_) => operator == "Equals" && operand.is_some(),
        Conditions::SomeOf(results) => operator == "Equals" && operand.is_some_and(|it| results.contains(&it)),
        Conditions::Any | Conditions::Numbers => OPERATORS.contains(&operator) && operand.is_some(),
        Conditions::None => return,
    };
    let is_menu = spec.name == "GetParticipantInput";
    if !valid || is_menu && !operand.is_some_and(is_menu_key) {
        found.push(Problem::property_value(path));
    }
}

/// True for the keys a menu can branch on.
pub(crate) fn is_menu_key(text: &str) -> bool {
    matches!(text.as_bytes(), [b'0'..=b'9' | b'*' | b'#'])
}

/// Every operator of the language.
pub(crate) const OPERATORS: &[&str] = &[
    "Equals",
    "TextStartsWith",
    "TextEndsWith",
    "TextContains",
    "NumberGreaterThan",
    "NumberGreaterOrEqualTo",
    "NumberLessThan",
    "NumberLessOrEqualTo",
];

/// The only operand of a condition; numbers are accepted in place of strings by some actions, so any scalar counts.
fn operand(branch: &Value) -> Option<&str> {
    match branch.pointer("/Condition/Operands").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::String(text)]) => Some(text),
        Some([Value::Number(_)]) => Some(""),
        _ => None,
    }
}

fn check_targets(transitions: &Value, path: &str, identifiers: &BTreeSet<&str>, found: &mut Vec<Problem>) {
    let mut check = |target: Option<&str>, path: String| {
        if target.is_some_and(|target| !identifiers.contains(target)) {
            found.push(Problem::property_value(&path));
        }
    };
    check(transitions.get("NextAction").and_then(Value::as_str), format!("{path}.Transitions.NextAction"));
    for list in ["Errors", "Conditions"] {
        let branches = transitions.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (index, branch) in branches.iter().enumerate() {
            let target = branch.get("NextAction").and_then(Value::as_str);
            check(target.or(Some("")), format!("{path}.Transitions.{list}[{index}].NextAction"));
        }
    }
}

fn members_of<'a>(value: &'a Value, list: &str, member: &'a str) -> impl Iterator<Item = &'a str> {
    let items = value.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(move |item| item.get(member).and_then(Value::as_str))
}
