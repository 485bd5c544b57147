//! One form for all flows that mean the same.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::{Action, Flow};

/// A flow whose actions are known by their place on the way from the start.
#[derive(Debug, PartialEq)]
pub(super) struct Canonical {
    /// The actions in the order a walk from the start finds them, the unreachable ones after them.
    pub(super) actions: Vec<CanonicalAction>,
    settings: Value,
    other: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct CanonicalAction {
    pub(super) action_type: String,
    pub(super) parameters: Value,
    /// Branches in a fixed order: what takes them, and the number of the action they lead to.
    pub(super) branches: Vec<(Taken, Option<usize>)>,
    other: Value,
}

/// What takes a branch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Taken {
    /// Nothing in particular.
    Next,
    /// A condition, by its place in the order they are tried.
    Condition(usize, String),
    /// An error.
    Error(String),
}

/// The canonical form; `None` where the value is no flow.
pub(super) fn flow(json: &Value) -> Option<Canonical> {
    let flow = Flow::from_json(json).ok()?;
    let order = order(&flow);
    let numbers: BTreeMap<&str, usize> =
        order.iter().enumerate().map(|(number, action)| (action.identifier.as_str(), number)).collect();
    let actions = order.iter().map(|action| canonical_action(action, &numbers)).collect();
    Some(Canonical {
        actions,
        settings: flow.settings.as_ref().map(canonical_value).unwrap_or_default(),
        other: canonical_value(&Value::Object(flow.other.clone())),
    })
}

/// Actions in the order a walk from the start finds them; then the unreachable ones, in an order that depends on what
/// they do and not on what they are called.
fn order(flow: &Flow) -> Vec<&Action> {
    let mut by_identifier: BTreeMap<&str, &Action> = BTreeMap::new();
    for action in &flow.actions {
        by_identifier.entry(&action.identifier).or_insert(action);
    }
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    walk(&flow.start_action, &by_identifier, &mut seen, &mut found);
    let mut rest: Vec<&Action> =
        flow.actions.iter().filter(|action| !seen.contains(action.identifier.as_str())).collect();
    rest.sort_by_cached_key(|action| own_content(action));
    for action in rest {
        walk(&action.identifier, &by_identifier, &mut seen, &mut found);
    }
    found
}

fn walk<'a>(
    start: &'a str,
    by_identifier: &BTreeMap<&'a str, &'a Action>,
    seen: &mut BTreeSet<&'a str>,
    found: &mut Vec<&'a Action>,
) {
    let mut waiting = VecDeque::from([start]);
    while let Some(identifier) = waiting.pop_front() {
        let Some(action) = by_identifier.get(identifier) else { continue };
        if seen.insert(identifier) {
            found.push(*action);
            waiting.extend(branches(action).into_iter().map(|(_, target)| target));
        }
    }
}

/// Branches in a fixed order, with the identifier they lead to.
fn branches(action: &Action) -> Vec<(Taken, &str)> {
    let transitions = &action.transitions;
    let next = transitions.next_action.as_deref().map(|target| (Taken::Next, target));
    let conditions = transitions.conditions().iter().enumerate().map(|(place, branch)| {
        let operands = canonical_value(&Value::Array(branch.operands.clone()));
        let other = canonical_value(&Value::Object(branch.other_of_condition.clone()));
        let words = match (branch.operand(), &other) {
            (Some(operand), Value::Null) => format!("{} {operand}", branch.operator),
            _ => format!("{} {operands} {other}", branch.operator),
        };
        (Taken::Condition(place, words), branch.next_action.as_str())
    });
    let errors = transitions
        .errors()
        .iter()
        .map(|branch| (Taken::Error(branch.error_type.clone()), branch.next_action.as_str()));
    let mut all: Vec<(Taken, &str)> = next.into_iter().chain(conditions).chain(errors).collect();
    all.sort();
    all
}

fn own_content(action: &Action) -> String {
    let taken: Vec<String> = branches(action).into_iter().map(|(taken, _)| format!("{taken:?}")).collect();
    let parameters = canonical_parameters(action);
    format!("{} {parameters} {taken:?}", action.action_type)
}

fn canonical_action(action: &Action, numbers: &BTreeMap<&str, usize>) -> CanonicalAction {
    let branches = branches(action).into_iter().map(|(taken, target)| (taken, numbers.get(target).copied())).collect();
    CanonicalAction {
        action_type: action.action_type.clone(),
        parameters: canonical_parameters(action),
        branches,
        other: canonical_value(&json!([action.other, action.transitions.other])),
    }
}

/// Parameters without those that say what holds anyway: attributes are those of the current contact.
fn canonical_parameters(action: &Action) -> Value {
    let mut parameters = action.parameters.clone();
    let is_default = parameters.get("TargetContact").is_some_and(|target| target == "Current");
    if is_default && matches!(action.action_type.as_str(), "UpdateContactAttributes" | "UpdateContactData") {
        parameters.shift_remove("TargetContact");
    }
    canonical_value(&Value::Object(parameters))
}

/// Scalars as text, keys sorted, what is empty left out. Empty as a whole becomes null.
pub(super) fn canonical_value(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(truth) => json!(truth.to_string()),
        Value::Number(number) => json!(number.to_string()),
        Value::String(text) => json!(truth_in_lower_case(text)),
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(canonical_value).collect();
            if items.iter().all(Value::is_null) { Value::Null } else { Value::Array(items) }
        }
        Value::Object(members) => {
            let sorted: BTreeMap<&String, Value> = members
                .iter()
                .map(|(name, member)| (name, canonical_value(member)))
                .filter(|(_, member)| !member.is_null())
                .collect();
            let sorted: Map<String, Value> = sorted.into_iter().map(|(name, member)| (name.clone(), member)).collect();
            if sorted.is_empty() { Value::Null } else { Value::Object(sorted) }
        }
    }
}

/// `True` and `true` mean the same to the service, and editors write both.
fn truth_in_lower_case(text: &str) -> &str {
    match text {
        "True" | "TRUE" => "true",
        "False" | "FALSE" => "false",
        _ => text,
    }
}
