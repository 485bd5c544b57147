//! `AWS::Include`: a snippet of a template from S3.
//!
//! Source: user guide, "`AWS::Include` transform".

use serde_json::{Map, Value};

use super::surroundings::{INCLUDE, Surroundings, evaluate, failed, name, unknown};
use crate::cloudformation::template::yaml;
use crate::error::AwsError;

/// Snippets inside snippets.
const DEPTH: usize = 16;

/// A value with the snippets of all `Fn::Transform` in it, the innermost first.
pub(super) fn embedded(
    value: &Value,
    surroundings: &Surroundings,
    document: &Map<String, Value>,
) -> Result<Value, AwsError> {
    inside(value, surroundings, document, DEPTH)
}

fn inside(
    value: &Value,
    surroundings: &Surroundings,
    document: &Map<String, Value>,
    depth: usize,
) -> Result<Value, AwsError> {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| inside(item, surroundings, document, depth))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array),
        Value::Object(members) => {
            let mut expanded = Map::new();
            for (key, member) in members.iter().filter(|(key, _)| *key != "Fn::Transform") {
                expanded.insert(key.clone(), inside(member, surroundings, document, depth)?);
            }
            let Some(transform) = members.get("Fn::Transform") else { return Ok(Value::Object(expanded)) };
            let transform = inside(transform, surroundings, document, depth)?;
            match name(&transform).as_deref() {
                Some(INCLUDE) => {}
                Some(other) => return Err(unknown(other)),
                None => return Err(failed(INCLUDE, "Fn::Transform needs a Name.")),
            }
            let snippet = snippet(&transform, surroundings, document, depth)?;
            match snippet {
                // Whatever stands beside it stays.
                Value::Object(snippet) => {
                    for (key, member) in snippet {
                        expanded.entry(key).or_insert(member);
                    }
                    Ok(Value::Object(expanded))
                }
                other if expanded.is_empty() => Ok(other),
                _ => Err(failed(INCLUDE, "The snippet is no object, but there is something beside it.")),
            }
        }
        scalar => Ok(scalar.clone()),
    }
}

fn snippet(
    transform: &Value,
    surroundings: &Surroundings,
    document: &Map<String, Value>,
    depth: usize,
) -> Result<Value, AwsError> {
    let depth = depth.checked_sub(1).ok_or_else(|| failed(INCLUDE, "Snippets include each other."))?;
    let location = transform.get("Parameters").and_then(|parameters| parameters.get("Location"));
    let location = match location {
        Some(location) => evaluate(location, document, surroundings)?,
        None => None,
    };
    let Some(Value::String(location)) = location else {
        return Err(failed(INCLUDE, "The parameter Location has to be the URI of an object in S3."));
    };
    let text = (surroundings.fetch)(&location)
        .map_err(|error| failed(INCLUDE, format!("{} (Location {location})", error.message)))?;
    let value = if text.trim_start().starts_with(['{', '[', '"']) {
        serde_json::from_str(&text)
            .map_err(|error| failed(INCLUDE, format!("The snippet {location} is no JSON: {error}")))?
    } else {
        yaml::read_long_forms(&text)
            .map_err(|error| failed(INCLUDE, format!("{} (Location {location})", error.message)))?
    };
    inside(&value, surroundings, document, depth)
}

/// The sections of a snippet added to a template's own.
pub(super) fn at_top(
    mut document: Map<String, Value>,
    transform: &Value,
    surroundings: &Surroundings,
) -> Result<Map<String, Value>, AwsError> {
    let Value::Object(sections) = snippet(transform, surroundings, &document, DEPTH)? else {
        return Err(failed(INCLUDE, "The snippet has to be an object."));
    };
    for (section, content) in sections {
        match (document.get_mut(&section), content) {
            (Some(Value::Object(own)), Value::Object(content)) => {
                for (key, member) in content {
                    own.entry(key).or_insert(member);
                }
            }
            (Some(_), _) => {}
            (None, content) => {
                document.insert(section, content);
            }
        }
    }
    Ok(document)
}
