//! Building property maps.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// Adds a property that is set.
pub(super) fn set(properties: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        properties.insert(name.to_owned(), value.into());
    }
}

/// Adds a text that is set and not empty: the API answers some cleared texts with an empty one.
pub(super) fn set_text(properties: &mut Map<String, Value>, name: &str, value: Option<String>) {
    set(properties, name, value.filter(|text| !text.is_empty()));
}

/// Adds a list that is not empty.
pub(super) fn set_list(properties: &mut Map<String, Value>, name: &str, list: Vec<Value>) {
    if !list.is_empty() {
        properties.insert(name.to_owned(), Value::Array(list));
    }
}

/// Tags as CloudFormation writes them, by key, without those of AWS itself.
pub(super) fn tags(tags: Option<HashMap<String, String>>) -> Vec<Value> {
    let mut tags: Vec<(String, String)> =
        tags.unwrap_or_default().into_iter().filter(|(key, _)| !key.starts_with("aws:")).collect();
    tags.sort();
    tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// The ARN of an object of an instance.
pub(super) fn arn(instance_arn: &str, segment: &str, id: &str) -> String {
    if id.starts_with("arn:") { id.to_owned() } else { format!("{instance_arn}/{segment}/{id}") }
}
