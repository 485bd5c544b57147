//! One form for all flows that mean the same.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::signatures;
use crate::{Action, Flow};

/// A flow whose actions are known by their place on the way from the start.
#[derive(Debug, PartialEq)]
pub(super) struct Canonical {
    /// The actions in the order a walk from the start finds them, the unreachable ones after them.
    pub(super) actions: Vec<CanonicalAction>,
    /// False where the flow starts at an action that is not there.
    pub(super) starts: bool,
    pub(super) settings: Value,
    pub(super) other: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct CanonicalAction {
    /// Place in the flow's list of actions. Means nothing, so it is no part of a comparison.
    pub(super) index: Place,
    pub(super) action_type: String,
    pub(super) parameters: Value,
    /// Branches in a fixed order: what takes them, and the number of the action they lead to.
    pub(super) branches: Vec<(Taken, Option<usize>)>,
    pub(super) other: Value,
}

/// A place that is equal to any other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(pub(super) usize);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What takes a branch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Taken {
    /// Nothing in particular.
    Next,
    /// A condition, by its place in the order they are tried.
    Condition(usize, String),
    /// An error.
    Error(String),
}

/// The canonical form of what a flow means; `None` where the value is no flow.
pub(super) fn of_json(json: &Value) -> Option<Canonical> {
    Flow::from_json(json).ok().map(|flow| of_meaning(&flow))
}

/// The canonical form without what means nothing to a contact: how many blocks end the flow, and in which order
/// conditions are tried of which only one can hold.
pub(super) fn of_meaning(flow: &Flow) -> Canonical {
    let mut flow = flow.clone();
    let mut ends: BTreeMap<String, String> = BTreeMap::new();
    let mut instead: BTreeMap<String, String> = BTreeMap::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for action in &flow.actions {
        // Of two actions of one name the first is meant.
        if seen.insert(action.identifier.clone()) && action.is_bare_end() {
            let first = ends.entry(action.action_type.clone()).or_insert_with(|| action.identifier.clone());
            instead.insert(action.identifier.clone(), first.clone());
        }
    }
    flow.actions.retain(|action| {
        !action.is_bare_end() || instead.get(&action.identifier).is_none_or(|first| *first == action.identifier)
    });
    let lead = |target: &mut String| {
        if let Some(first) = instead.get(target.as_str()) {
            target.clone_from(first);
        }
    };
    lead(&mut flow.start_action);
    for action in &mut flow.actions {
        let is_unordered = action.transitions.conditions_exclude_one_another();
        let transitions = &mut action.transitions;
        transitions.next_action.iter_mut().for_each(lead);
        transitions.errors.iter_mut().flatten().for_each(|branch| lead(&mut branch.next_action));
        transitions.conditions.iter_mut().flatten().for_each(|branch| lead(&mut branch.next_action));
        if let Some(conditions) = transitions.conditions.as_mut().filter(|_| is_unordered) {
            conditions.sort_by(|a, b| a.operand().cmp(&b.operand()));
        }
    }
    of_flow(&flow)
}

/// The canonical form.
pub(super) fn of_flow(flow: &Flow) -> Canonical {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, action) in flow.actions.iter().enumerate() {
        places.entry(&action.identifier).or_insert(place);
    }
    let actions: Vec<CanonicalAction> =
        flow.actions.iter().enumerate().map(|(place, action)| canonical_action(place, action, &places)).collect();
    let order = order(&actions, places.get(flow.start_action.as_str()).copied());
    let mut numbers = vec![0; actions.len()];
    for (number, place) in order.iter().enumerate() {
        numbers[*place] = number;
    }
    let renumbered = order.into_iter().map(|place| {
        let mut action = actions[place].clone();
        action.branches.iter_mut().for_each(|(_, target)| *target = target.map(|place| numbers[place]));
        action
    });
    Canonical {
        starts: places.contains_key(flow.start_action.as_str()),
        actions: renumbered.collect(),
        settings: flow.settings.as_ref().map(canonical_value).unwrap_or_default(),
        other: canonical_value(&Value::Object(flow.other.clone())),
    }
}

/// Actions in the order a walk from the start finds them; then the unreachable ones, in an order that depends on what
/// they and their neighbors do and not on what they are called or where they are listed.
fn order(actions: &[CanonicalAction], start: Option<usize>) -> Vec<usize> {
    let mut found = Vec::with_capacity(actions.len());
    let mut is_seen = vec![false; actions.len()];
    if let Some(start) = start {
        walk(actions, start, &mut is_seen, &mut found);
    }
    if found.len() < actions.len() {
        let signatures = signatures::last(actions);
        let mut rest: Vec<usize> = (0..actions.len()).filter(|place| !is_seen[*place]).collect();
        rest.sort_by_key(|place| signatures[*place]);
        for place in rest {
            walk(actions, place, &mut is_seen, &mut found);
        }
    }
    found
}

fn walk(actions: &[CanonicalAction], start: usize, is_seen: &mut [bool], found: &mut Vec<usize>) {
    let mut waiting = VecDeque::from([start]);
    while let Some(place) = waiting.pop_front() {
        if !std::mem::replace(&mut is_seen[place], true) {
            found.push(place);
            waiting.extend(actions[place].branches.iter().filter_map(|(_, target)| *target));
        }
    }
}

/// Branches in a fixed order, with the identifier they lead to.
fn branches(action: &Action) -> Vec<(Taken, &str)> {
    let transitions = &action.transitions;
    let next = transitions.next_action.as_deref().map(|target| (Taken::Next, target));
    let conditions = transitions.conditions().iter().enumerate().map(|(place, branch)| {
        let operands = canonical_value(&Value::Array(branch.operands.clone()));
        let other = canonical_value(&json!([branch.other_of_condition, branch.other]));
        let words = match (branch.operand(), &other) {
            (Some(operand), Value::Null) => format!("{} {operand}", branch.operator),
            _ => format!("{} {operands} {other}", branch.operator),
        };
        (Taken::Condition(place, words), branch.next_action.as_str())
    });
    let errors = transitions.errors().iter().map(|branch| {
        let words = match canonical_value(&Value::Object(branch.other.clone())) {
            Value::Null => branch.error_type.clone(),
            other => format!("{} {other}", branch.error_type),
        };
        (Taken::Error(words), branch.next_action.as_str())
    });
    let mut all: Vec<(Taken, &str)> = next.into_iter().chain(conditions).chain(errors).collect();
    // Stable: of two branches taken by the same, the first is the one that is taken.
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

/// An action whose branches lead to places in the flow's list.
fn canonical_action(place: usize, action: &Action, places: &BTreeMap<&str, usize>) -> CanonicalAction {
    let branches = branches(action).into_iter().map(|(taken, target)| (taken, places.get(target).copied())).collect();
    CanonicalAction {
        index: Place(place),
        action_type: action.action_type.clone(),
        parameters: canonical_parameters(action),
        branches,
        other: canonical_value(&json!([action.other, action.transitions.other])),
    }
}

fn canonical_parameters(action: &Action) -> Value {
    canonical_members(&without_defaults(action))
}

/// The parameters without those that say what holds anyway: attributes are those of the current contact.
pub(crate) fn without_defaults(action: &Action) -> Cow<'_, Map<String, Value>> {
    let is_default = action.parameters.get("TargetContact").is_some_and(|target| target == "Current");
    if !is_default || !matches!(action.action_type.as_str(), "UpdateContactAttributes" | "UpdateContactData") {
        return Cow::Borrowed(&action.parameters);
    }
    let mut parameters = action.parameters.clone();
    parameters.shift_remove("TargetContact");
    Cow::Owned(parameters)
}

/// Scalars as text, keys sorted, what is empty left out. Empty as a whole becomes null.
pub(crate) fn canonical_value(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(truth) => json!(truth.to_string()),
        Value::Number(number) => json!(number.to_string()),
        Value::String(text) => json!(truth_in_lower_case(text)),
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(canonical_value).collect();
            if items.iter().all(Value::is_null) { Value::Null } else { Value::Array(items) }
        }
        Value::Object(members) => canonical_members(members),
    }
}

fn canonical_members(members: &Map<String, Value>) -> Value {
    let sorted: BTreeMap<&String, Value> = members
        .iter()
        .map(|(name, member)| (name, canonical_value(member)))
        .filter(|(_, member)| !member.is_null())
        .collect();
    let sorted: Map<String, Value> = sorted.into_iter().map(|(name, member)| (name.clone(), member)).collect();
    if sorted.is_empty() { Value::Null } else { Value::Object(sorted) }
}

/// `True` and `true` mean the same to the service, and editors write both.
pub(super) fn truth_in_lower_case(text: &str) -> &str {
    match text {
        "True" | "TRUE" => "true",
        "False" | "FALSE" => "false",
        _ => text,
    }
}
