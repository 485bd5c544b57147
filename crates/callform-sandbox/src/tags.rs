//! Tags: `[{"Key": …, "Value": …}]` in most services, `{key: value}` in some.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The tags of a list as a map.
pub(crate) fn from_list(list: &[Value]) -> BTreeMap<String, String> {
    let text = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    list.iter().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect()
}

/// Tags as a list in the order of their keys.
pub(crate) fn to_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// The tags of an object `{key: value}`.
pub(crate) fn from_object(object: &Map<String, Value>) -> BTreeMap<String, String> {
    object.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// The tags at a member of a stored document.
pub(crate) fn stored(document: &Map<String, Value>) -> BTreeMap<String, String> {
    document.get("Tags").and_then(Value::as_array).map(|list| from_list(list)).unwrap_or_default()
}

/// Adds tags to a stored document's `Tags`.
pub(crate) fn add(document: &mut Map<String, Value>, added: BTreeMap<String, String>) {
    let mut tags = stored(document);
    tags.extend(added);
    document.insert("Tags".to_owned(), to_list(&tags));
}

/// Removes tags from a stored document's `Tags`.
pub(crate) fn remove(document: &mut Map<String, Value>, keys: &[&str]) {
    let mut tags = stored(document);
    tags.retain(|key, _| !keys.contains(&key.as_str()));
    document.insert("Tags".to_owned(), to_list(&tags));
}
