//! Flows of two instances, which call the same things by different ARNs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Flow;
use crate::wording::DisplayNames;

/// Two flows in which names stand for the ARNs of their instances, where the flows are of two instances; otherwise
/// both as they are.
///
/// Within one instance an ARN says exactly what is meant. The same flow in another instance has other ARNs for the
/// same queues and functions; there, the names in the editor's metadata say what is meant.
pub fn without_instances(old: &Flow, new: &Flow) -> (Flow, Flow) {
    let (of_old, of_new) = (instances(old), instances(new));
    if of_old.is_empty() || of_new.is_empty() || !of_old.is_disjoint(&of_new) {
        return (old.clone(), new.clone());
    }
    (named(old), named(new))
}

fn instances(flow: &Flow) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for action in &flow.actions {
        action.parameters.values().for_each(|value| texts(value, &mut |text| found.extend(instance(text))));
    }
    found
}

/// The instance in the ARN of an object of Amazon Connect.
fn instance(text: &str) -> Option<String> {
    let (_, after) = text.strip_prefix("arn:")?.split_once(":instance/")?;
    let identifier = after.split('/').next().unwrap_or(after);
    (!identifier.is_empty()).then(|| identifier.to_owned())
}

fn texts(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, look)),
        Value::Object(members) => members.values().for_each(|member| texts(member, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn named(flow: &Flow) -> Flow {
    let names = DisplayNames::of(flow);
    let mut flow = flow.clone();
    for action in &mut flow.actions {
        action.parameters.values_mut().for_each(|value| name(value, &names));
    }
    flow
}

fn name(value: &mut Value, names: &DisplayNames) {
    match value {
        Value::String(text) if text.starts_with("arn:") => *text = without_account(text, names),
        Value::Array(items) => items.iter_mut().for_each(|item| name(item, names)),
        Value::Object(members) => members.values_mut().for_each(|member| name(member, names)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `queue/Sales` of a queue's ARN, and any other ARN without its region and account.
fn without_account(arn: &str, names: &DisplayNames) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = parts.as_slice() else { return arn.to_owned() };
    let object = resource.strip_prefix("instance/").and_then(|rest| rest.split_once('/'));
    match (object.and_then(|(_, object)| object.split_once('/')), names.known(arn)) {
        (Some((kind, _)), Some(known)) => format!("{kind}/{known}"),
        (Some((kind, identifier)), None) => format!("{kind}/{identifier}"),
        (None, _) => format!("{service}:{resource}"),
    }
}
