//! One action: type, transitions, errors, conditions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::path::Path;
use super::seen::{Condition, Members, Seen};
use super::{LiveObjects, Problem, objects, parameters};
use crate::catalog::{self, ActionSpec, Conditions, NextAction};

pub(super) struct Surroundings<'a> {
    pub(super) identifiers: &'a BTreeSet<&'a str>,
    /// True where every type of action in the flow is in the catalog.
    pub(super) knows_every_type: bool,
    pub(super) context: &'a dyn LiveObjects,
}

pub(super) fn check(action: &Seen<'_>, path: &Path<'_>, around: &Surroundings<'_>, found: &mut Vec<Problem>) {
    let Some(action_type) = action.action_type else {
        found.push(Problem::missing_property(&path.member("Type")));
        return;
    };
    let Some(spec) = action.spec else {
        if catalog::is_possible(action_type) {
            // A block that is newer than the catalog: what it takes is not known, but where it leads has to be there.
            check_targets(action, path, around.identifiers, found);
        } else {
            found.push(Problem::new(format!("Invalid Action type. Type: {action_type}, Path: {path}.Type")));
        }
        return;
    };
    let known = parameters::Known { names: spec.verified, roots: around.knows_every_type };
    parameters::check(action, path, spec, known, found);
    objects::check(action.parameters, path, spec, around.context, found);
    if spec.is_terminal() {
        if action.leads_on {
            found.push(Problem::new(format!("Action does not support transitions. Path: {path}")));
        }
        return;
    }
    check_next(action, path, spec, found);
    check_errors(action, path, spec, found);
    check_conditions(action, path, spec, found);
    check_targets(action, path, around.identifiers, found);
}

fn check_next(action: &Seen<'_>, path: &Path<'_>, spec: &ActionSpec, found: &mut Vec<Problem>) {
    if action.next.is_none() && spec.next_action == NextAction::Required {
        found.push(Problem::missing_property(&path.member("Transitions").member("NextAction")));
    }
}

fn check_errors(action: &Seen<'_>, path: &Path<'_>, spec: &ActionSpec, found: &mut Vec<Problem>) {
    if !spec.verified {
        return;
    }
    let errors = || action.errors.iter().filter_map(|(error, _)| *error);
    let rules = error_rules(action.parameters, spec);
    for error in rules.required() {
        if !errors().any(|it| it == error) {
            found.push(Problem::new(format!("Action is missing required error. Error: {error}, Path: {path}")));
        }
    }
    for error in errors() {
        if !rules.required().any(|it| it == error) && !rules.allowed.contains(&error) {
            found.push(Problem::new(format!("Invalid Action error. Error: {error}, Path: {path}")));
        }
    }
}

/// Which errors an action has.
#[derive(Clone, Copy)]
pub(crate) struct ErrorRules {
    always: &'static [&'static str],
    further: &'static [&'static str],
    allowed: &'static [&'static str],
}

impl ErrorRules {
    /// The errors that it needs.
    pub(crate) fn required(self) -> impl Iterator<Item = &'static str> {
        self.always.iter().chain(self.further).copied()
    }
}

/// The errors an action needs and those it may have besides; both depend on its parameters in a few cases.
pub(crate) fn error_rules(parameters: Members<'_>, spec: &ActionSpec) -> ErrorRules {
    let rules = ErrorRules { always: spec.required_errors, further: &[], allowed: spec.optional_errors };
    match spec.name {
        "GetParticipantInput" if stores_input(parameters) => ErrorRules { allowed: &["InvalidPhoneNumber"], ..rules },
        "GetParticipantInput" => {
            ErrorRules { further: &["NoMatchingCondition", "InputTimeLimitExceeded"], allowed: &[], ..rules }
        }
        "UpdateContactRecordingAndAnalyticsBehavior" if parameters.get("ChatBehavior").is_some() => {
            ErrorRules { further: &["InFlightRedactionConfigurationFailed"], ..rules }
        }
        _ => rules,
    }
}

/// True where a `GetParticipantInput` stores digits instead of branching on one.
pub(super) fn stores_input(parameters: Members<'_>) -> bool {
    parameters.get("StoreInput").and_then(Value::as_str).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn check_conditions(action: &Seen<'_>, path: &Path<'_>, spec: &ActionSpec, found: &mut Vec<Problem>) {
    let conditions = &action.conditions;
    let stored = spec.name == "GetParticipantInput" && stores_input(action.parameters);
    match spec.conditions {
        Conditions::None if !conditions.is_empty() => unsupported(path, found),
        Conditions::Equals if stored && !conditions.is_empty() => unsupported(path, found),
        Conditions::Results(results) => check_results(conditions, results, path, found),
        Conditions::SomeOf(_) if spec.name == "MessageParticipantIteratively" => {
            let interrupts = action.parameters.get("InterruptFrequencySeconds").is_some();
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
        check_condition(condition, spec, &path.member("Transitions").item("Conditions", index), found);
    }
}

fn unsupported(path: &Path<'_>, found: &mut Vec<Problem>) {
    found.push(Problem::new(format!("Action does not support conditions. Path: {path}")));
}

fn missing_conditions(path: &Path<'_>, found: &mut Vec<Problem>) {
    found.push(Problem::missing_property(&path.member("Transitions").member("Conditions")));
}

fn check_results(conditions: &[Condition<'_>], results: &[&str], path: &Path<'_>, found: &mut Vec<Problem>) {
    if conditions.is_empty() {
        missing_conditions(path, found);
        return;
    }
    let operands = || conditions.iter().filter_map(|condition| condition.operand);
    let complete = operands().count() == results.len()
        && results.iter().all(|result| operands().any(|operand| operand == *result));
    if !complete {
        found.push(Problem::property_value(&path.member("Transitions").member("Conditions")));
    }
}

fn check_condition(condition: &Condition<'_>, spec: &ActionSpec, path: &Path<'_>, found: &mut Vec<Problem>) {
    let Condition { operator, operand, .. } = *condition;
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

fn check_targets(action: &Seen<'_>, path: &Path<'_>, identifiers: &BTreeSet<&str>, found: &mut Vec<Problem>) {
    let is_lost = |target: &str| !identifiers.contains(target);
    let transitions = path.member("Transitions");
    if action.next.is_some_and(is_lost) {
        found.push(Problem::property_value(&transitions.member("NextAction")));
    }
    let errors = action.errors.iter().map(|(_, target)| *target).enumerate();
    let conditions = action.conditions.iter().map(|condition| condition.target).enumerate();
    let lists = errors.map(|it| ("Errors", it)).chain(conditions.map(|it| ("Conditions", it)));
    for (list, (index, target)) in lists {
        if is_lost(target.unwrap_or_default()) {
            found.push(Problem::property_value(&transitions.item(list, index).member("NextAction")));
        }
    }
}
