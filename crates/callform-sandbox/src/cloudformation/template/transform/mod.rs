//! Transforms: what AWS's own macros make of a template before it is read.
//!
//! ```text
//! text ─read→ document ─Fn::Transform, deepest first─ Transform, in its order→ processed document ─check→ Template
//! ```
//!
//! Macros of one's own, and other macros of AWS, are refused by their name.

mod for_each;
mod include;
mod serverless;
mod surroundings;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::document::EXTENSIONS;
use crate::cloudformation::failure::validation;
use crate::error::AwsError;
pub(crate) use surroundings::Surroundings;
use surroundings::{INCLUDE, SERVERLESS, failed, name, unknown};

/// The names of the transforms that a document declares at its top or anywhere inside, each once.
pub(crate) fn declared(document: &Map<String, Value>) -> Vec<String> {
    let mut names = Vec::new();
    for transform in listed(document.get("Transform")) {
        names.extend(name(transform));
    }
    document.iter().filter(|(member, _)| *member != "Transform").for_each(|(_, value)| collect(value, &mut names));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn listed(transform: Option<&Value>) -> Vec<&Value> {
    match transform {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

fn collect(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                if member == "Fn::Transform" {
                    names.extend(name(value));
                }
                collect(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}

/// Carries out all transforms of a document.
pub(crate) fn expand(
    document: &Map<String, Value>,
    surroundings: &Surroundings,
) -> Result<Map<String, Value>, AwsError> {
    let mut expanded = include::embedded(&Value::Object(document.clone()), surroundings, document)?;
    let Some(members) = expanded.as_object_mut() else {
        return Err(failed(INCLUDE, "The template is no object any more."));
    };
    let mut members = std::mem::take(members);
    let transforms = members.shift_remove("Transform");
    for transform in listed(transforms.as_ref()) {
        members = match name(transform).as_deref() {
            Some(INCLUDE) => include::at_top(members, transform, surroundings)?,
            Some(EXTENSIONS) => for_each::expand(&members, surroundings)?,
            Some(SERVERLESS) => serverless::expand(members)?,
            Some(other) => return Err(unknown(other)),
            None => {
                return Err(validation(
                    "Template format error: Every Transform has to be a name, or an object with a Name.",
                ));
            }
        };
    }
    Ok(members)
}
