//! Reading and writing CloudFormation properties: names, tags, ARNs.

use serde_json::{Map, Value, json};

use super::service::invalid_request;
use crate::handler::{HandlerResult, Properties};

/// A value without the null members of its objects, at any depth.
pub(super) fn compact(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, compact(member)))
            .collect(),
        Value::Array(entries) => entries.into_iter().map(compact).collect(),
        other => other,
    }
}

/// A text property; empty where it is absent.
pub(super) fn text<'a>(properties: &'a Properties, name: &str) -> &'a str {
    properties.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A list property; empty where it is absent.
pub(super) fn list<'a>(properties: &'a Properties, name: &str) -> &'a [Value] {
    properties.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The text entries of a list property, in order.
pub(super) fn texts<'a>(properties: &'a Properties, name: &str) -> Vec<&'a str> {
    list(properties, name).iter().filter_map(Value::as_str).collect()
}

/// The entries of `left` that `right` does not have.
pub(super) fn missing<'a>(left: &[&'a str], right: &[&str]) -> Vec<&'a str> {
    left.iter().filter(|entry| !right.contains(entry)).copied().collect()
}

/// Whether one of some properties differs.
pub(super) fn differs(old: &Properties, new: &Properties, names: &[&str]) -> bool {
    names.iter().any(|name| old.get(*name) != new.get(*name))
}

/// Refuses a change of properties that the handler cannot make, in the words of the real handlers.
pub(super) fn refuse_change(old: &Properties, new: &Properties, names: &[&str]) -> HandlerResult<()> {
    match names.iter().find(|name| old.get(**name) != new.get(**name)) {
        Some(name) => Err(invalid_request(format!("{name} cannot be updated."))),
        None => Ok(()),
    }
}

/// The value of an optional text for an update that replaces it: the empty text removes it.
pub(super) fn text_or_empty(properties: &Properties, name: &str) -> Value {
    text(properties, name).into()
}

/// The `Tags` property as the service takes it; null where there are none.
pub(super) fn tags(properties: &Properties) -> Value {
    let tags = tag_map(properties);
    if tags.is_empty() { Value::Null } else { Value::Object(tags) }
}

/// The `Tags` property as a map from key to value.
pub(super) fn tag_map(properties: &Properties) -> Map<String, Value> {
    let entry = |tag: &Value| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.clone()));
    list(properties, "Tags").iter().filter_map(entry).collect()
}

/// A service's tags as a `Tags` property, sorted by key and without those that AWS sets.
pub(super) fn tag_list(tags: Option<&Value>) -> Value {
    let mut tags: Vec<(&String, &Value)> =
        tags.and_then(Value::as_object).into_iter().flatten().filter(|(key, _)| !key.starts_with("aws:")).collect();
    tags.sort_by_key(|(key, _)| *key);
    tags.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// The properties to report: those that have a value.
pub(super) fn present(properties: Value) -> Properties {
    let has_value = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(entries) => !entries.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    };
    match compact(properties) {
        Value::Object(members) => members.into_iter().filter(|(_, value)| has_value(value)).collect(),
        _ => Properties::new(),
    }
}

/// The instance's ARN in the ARN of something in it.
pub(super) fn instance_arn(arn: &str) -> HandlerResult<&str> {
    arn.match_indices('/')
        .nth(1)
        .and_then(|(at, _)| arn.get(..at))
        .ok_or_else(|| invalid_request(format!("Invalid ARN: {arn}")))
}

/// The ARN of a thing in an instance, from its id or ARN; null where there is neither.
pub(super) fn arn_in(instance: &str, folder: &str, id: Option<&Value>) -> Value {
    match id.and_then(Value::as_str) {
        None | Some("") => Value::Null,
        Some(arn) if arn.starts_with("arn:") => arn.into(),
        Some(id) => format!("{instance}/{folder}/{id}").into(),
    }
}

/// The parts of a physical id that joins several properties with `|`.
pub(super) fn split_id<const N: usize>(physical_id: &str) -> HandlerResult<[&str; N]> {
    let parts: Vec<&str> = physical_id.splitn(N, '|').collect();
    parts.try_into().map_err(|_| invalid_request(format!("Invalid identifier: {physical_id}")))
}
