//! What Amazon Connect itself finds wrong with a flow when it is published.
//!
//! The message texts are those of the service wherever they are known. It does not look at everything: unreachable
//! actions, endless loops, voices and the flow type's own block list pass, and so they pass here; the lints see them.
//! Of an action whose type the catalog does not have, only where it leads is looked at.
//! The service reports several problems at once in some cases and only the first in others; this reports all.

mod path;
mod seen;
mod action;
mod parameters;
mod objects;
#[cfg(test)]
mod tests;

pub(crate) use action::{error_rules, is_menu_key};
pub(crate) use parameters::{contains_path, has_known_root, is_path, roots};
pub(crate) use seen::Members;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::ObjectKind;
use crate::{Flow, FlowType};
use path::Path;
use seen::Seen;

/// Most actions one flow may have.
pub const MAXIMUM_ACTIONS: usize = 250;
/// Most characters a flow's content may have.
pub const MAXIMUM_CONTENT_LENGTH: usize = 256_000;

/// One entry of `problems` of an `InvalidContactFlowException`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The text.
    pub message: String,
    /// Index of the action it is about, where it is about one. Not all texts say that.
    pub action: Option<usize>,
}

impl Problem {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), action: None }
    }

    fn property_value(path: &Path<'_>) -> Self {
        Self::new(format!("Invalid Action property value. Path: {path}"))
    }

    fn property_name(path: &Path<'_>) -> Self {
        Self::new(format!("Invalid Action property name. Path: {path}"))
    }

    fn missing_property(path: &Path<'_>) -> Self {
        Self::new(format!("Action is missing required property. Path: {path}"))
    }
}

/// What exists in the instance a flow is published in.
pub trait LiveObjects {
    /// True where an object of this kind has this ARN or identifier. Never asked about Lambda functions: whether the
    /// service looks for them at publish time is not known.
    fn exists(&self, arn_or_id: &str, kind: ObjectKind) -> bool;
}

/// An instance where every object exists, for checking a flow by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct EverythingExists;

impl LiveObjects for EverythingExists {
    fn exists(&self, _arn_or_id: &str, _kind: ObjectKind) -> bool {
        true
    }
}

/// Checks the content of a flow as it is sent to the service: a JSON text.
///
/// How the service words content that is too long or no JSON is not known; those two texts are ours.
pub fn content_problems(content: &str, context: &dyn LiveObjects, kind: FlowType) -> Vec<Problem> {
    if content.chars().count() > MAXIMUM_CONTENT_LENGTH {
        return vec![Problem::new(format!("Content is longer than {MAXIMUM_CONTENT_LENGTH} characters"))];
    }
    match serde_json::from_str(content) {
        Ok(flow) => problems(&flow, context, kind),
        Err(_) => vec![Problem::new("Content is not valid JSON")],
    }
}

/// Checks a flow document. Empty where the service would publish it.
pub fn problems(flow: &Value, context: &dyn LiveObjects, kind: FlowType) -> Vec<Problem> {
    let mut found = Vec::new();
    if !flow.is_object() {
        return vec![Problem::new("Content is not a JSON object")];
    }
    let settings = flow.get("Settings").or_else(|| flow.get("settings"));
    envelope(flow.get("Version").and_then(Value::as_str), settings, kind, &mut found);
    let actions: &[Value] = flow.get("Actions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let start = flow.get("StartAction").and_then(Value::as_str);
    let seen: Vec<Seen<'_>> = actions.iter().map(Seen::of_json).collect();
    check(start, &seen, context, &mut found);
    found
}

/// The same for a flow that was read already.
pub fn problems_of(flow: &Flow, context: &dyn LiveObjects, kind: FlowType) -> Vec<Problem> {
    let mut found = Vec::new();
    let settings = flow.settings.as_ref().or_else(|| flow.other.get("settings"));
    envelope(Some(&flow.version), settings, kind, &mut found);
    let seen: Vec<Seen<'_>> = flow.actions.iter().map(Seen::of_action).collect();
    check(Some(&flow.start_action), &seen, context, &mut found);
    found
}

fn check(start: Option<&str>, actions: &[Seen<'_>], context: &dyn LiveObjects, found: &mut Vec<Problem>) {
    if actions.is_empty() {
        found.push(Problem::new("JSON field is missing or null for field name: Actions"));
        return;
    }
    if actions.len() > MAXIMUM_ACTIONS {
        found.push(Problem::new(format!("Flow has more than {MAXIMUM_ACTIONS} actions")));
    }
    let identifiers = identifiers(actions, found);
    match start {
        Some(start) if identifiers.contains(start) => {}
        Some(_) => found.push(Problem::new("Invalid property value. Path: StartAction")),
        None => found.push(Problem::new("JSON field is missing or null for field name: StartAction")),
    }
    let knows_every_type = actions.iter().all(|seen| seen.action_type.is_none() || seen.spec.is_some());
    let around = action::Surroundings { identifiers: &identifiers, knows_every_type, context };
    for (index, seen) in actions.iter().enumerate() {
        let before = found.len();
        action::check(seen, &Path::action(index), &around, found);
        for problem in &mut found[before..] {
            problem.action = Some(index);
        }
    }
}

fn envelope(version: Option<&str>, settings: Option<&Value>, kind: FlowType, found: &mut Vec<Problem>) {
    match version {
        Some(crate::json::VERSION) => {}
        Some(_) => found.push(Problem::new("Invalid property value. Path: Version")),
        None => found.push(Problem::new("JSON field is missing or null for field name: Version")),
    }
    if kind == FlowType::Module && settings.is_none_or(Value::is_null) {
        found.push(Problem::new("JSON field is missing or null for field name: settings"));
    }
}

/// Characters an identifier must not contain.
pub const FORBIDDEN_IN_IDENTIFIERS: &[char] = &['%', ':', '(', '\\', '/', ')', '=', '$', ',', ';', '[', ']', '{', '}'];
/// Words an identifier must not be.
pub const FORBIDDEN_IDENTIFIERS: &[&str] = &[
    "__proto__",
    "constructor",
    "__defineGetter__",
    "__defineSetter__",
    "toString",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "valueOf",
];
/// Most characters an identifier may have.
pub const MAXIMUM_IDENTIFIER_LENGTH: usize = 50;

fn identifiers<'a>(actions: &[Seen<'a>], found: &mut Vec<Problem>) -> BTreeSet<&'a str> {
    let mut identifiers = BTreeSet::new();
    for (index, action) in actions.iter().enumerate() {
        let action_path = Path::action(index);
        let path = action_path.member("Identifier");
        match action.identifier {
            Some(identifier) => {
                let first = identifiers.insert(identifier);
                if !first || !is_valid_identifier(identifier) {
                    found.push(Problem { action: Some(index), ..Problem::property_value(&path) });
                }
            }
            None => found.push(Problem::missing_property(&path)),
        }
    }
    identifiers
}

/// True where the service accepts the text as an action's identifier.
pub fn is_valid_identifier(identifier: &str) -> bool {
    !identifier.is_empty()
        && identifier.chars().count() <= MAXIMUM_IDENTIFIER_LENGTH
        && !identifier.contains(FORBIDDEN_IN_IDENTIFIERS)
        && !FORBIDDEN_IDENTIFIERS.contains(&identifier)
}
