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
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::functions::Evaluated;
use super::scope::{Resources, Scope};
use crate::cloudformation::failure::validation;
use crate::error::AwsError;

pub(crate) const EXTENSIONS: &str = "AWS::LanguageExtensions";
const INCLUDE: &str = "AWS::Include";
const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// What transforms can see.
pub(crate) struct Surroundings<'a> {
    /// Values of parameters and pseudo parameters.
    pub(crate) parameters: &'a BTreeMap<String, Value>,
    /// The text of an object of S3, by the URL that a template names.
    pub(crate) fetch: &'a dyn Fn(&str) -> Result<String, AwsError>,
}

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

/// The name of a transform, which is a text or an object with `Name`.
fn name(transform: &Value) -> Option<String> {
    transform.as_str().or_else(|| transform.get("Name")?.as_str()).map(str::to_owned)
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

fn unknown(name: &str) -> AwsError {
    validation(if name.starts_with("AWS::") {
        format!("The sandbox does not support the transform {name}.")
    } else {
        format!("No transform named {name} found. The sandbox does not support macros of one's own.")
    })
}

fn failed(transform: &str, why: impl std::fmt::Display) -> AwsError {
    validation(format!("Transform {transform} failed with: {why}"))
}

/// Knows no resource and no export.
struct Nothing;

impl Resources for Nothing {
    fn reference(&self, _logical_id: &str) -> Result<Option<Value>, AwsError> {
        Ok(None)
    }

    fn attribute(&self, _logical_id: &str, _attribute: &str) -> Result<Option<Value>, AwsError> {
        Ok(None)
    }

    fn export(&self, _name: &str) -> Result<Option<String>, AwsError> {
        Ok(None)
    }
}

/// A value as far as parameters and mappings say what it is.
fn evaluate(value: &Value, document: &Map<String, Value>, surroundings: &Surroundings) -> Evaluated {
    let empty = Map::new();
    Scope {
        parameters: surroundings.parameters,
        mappings: document.get("Mappings").and_then(Value::as_object).unwrap_or(&empty),
        conditions: &BTreeMap::new(),
        resources: &Nothing,
        extensions: true,
    }
    .evaluate(value)
}
