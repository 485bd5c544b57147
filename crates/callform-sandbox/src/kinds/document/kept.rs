//! A resource as it is kept.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::handler::Properties;

/// Kind of the documents; their scope is the type's name, their key the identifier.
pub(super) const KIND: &str = "resource/document";

/// One resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// As the template gave them.
    pub(crate) properties: Properties,
    /// What was invented: attributes, and names that the template left open.
    pub(crate) attributes: Properties,
    /// What only the service's API knows of it.
    #[serde(default)]
    pub(crate) further: Properties,
    /// When it was made, milliseconds since 1970.
    #[serde(default)]
    pub(crate) created: u64,
    /// When it was last changed, milliseconds since 1970.
    #[serde(default)]
    pub(crate) changed: u64,
}

impl Kept {
    /// Properties and attributes in one object.
    pub(crate) fn whole(&self) -> Value {
        let mut whole = Value::Object(self.properties.clone());
        for (path, value) in &self.attributes {
            place(&mut whole, path, value);
        }
        whole
    }
}

/// Puts a value at a path of object members, where it is not set and the objects around it are there.
fn place(whole: &mut Value, path: &str, value: &Value) {
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut parent = whole;
    for segment in parents.split('/').filter(|segment| !segment.is_empty()) {
        let Value::Object(members) = parent else { return };
        parent = members.entry(segment).or_insert_with(|| json!({}));
    }
    if let Value::Object(members) = parent {
        members.entry(name).or_insert_with(|| value.clone());
    }
}

/// A text or number as a text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
