//! Properties on their way from a template to a resource's handler: tags of the stack, dynamic references, types.

use serde_json::{Map, Value, json};

use crate::cloudformation::failure::validation;
use crate::cloudformation::state::Tag;
use crate::error::AwsError;
use crate::handler::{Environment, Properties};
use crate::services::secrets;

/// The properties with the stack's tags beside the resource's own, where the type has tags. The resource's own win.
pub(crate) fn with_stack_tags(type_name: &str, properties: &Value, tags: &[Tag]) -> Value {
    let property = callform_schemas::get(type_name).and_then(|schema| schema.tag_property.as_deref());
    let (Some(property), false) = (property, tags.is_empty()) else { return properties.clone() };
    let mut merged = properties.clone();
    let Some(members) = merged.as_object_mut() else { return merged };
    let is_map = callform_schemas::get(type_name).is_some_and(|schema| schema.is_map(&format!("/{property}")));
    let own = members.entry(property).or_insert_with(|| if is_map { json!({}) } else { json!([]) });
    for tag in tags {
        match own {
            Value::Object(own) => drop(own.entry(tag.key.as_str()).or_insert_with(|| tag.value.as_str().into())),
            Value::Array(own) if !own.iter().any(|one| one.get("Key") == Some(&json!(tag.key))) => {
                own.push(json!({ "Key": tag.key, "Value": tag.value }));
            }
            _ => {}
        }
    }
    merged
}

/// The properties as a handler gets them: tags of the stack added, dynamic references resolved, scalars in the types
/// of the schema.
pub(crate) fn for_handler(
    environment: &Environment,
    type_name: &str,
    properties: &Value,
    tags: &[Tag],
) -> Result<Properties, AwsError> {
    let merged = with_stack_tags(type_name, properties, tags);
    let resolved = resolve_dynamic(environment, &merged)?;
    let normalized = match callform_schemas::get(type_name) {
        Some(schema) => schema.normalize(&resolved),
        None => resolved,
    };
    match normalized {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

const START: &str = "{{resolve:";
const END: &str = "}}";

/// True where a value has a dynamic reference somewhere.
pub(crate) fn has_dynamic(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(START),
        Value::Array(items) => items.iter().any(has_dynamic),
        Value::Object(members) => members.values().any(has_dynamic),
        _ => false,
    }
}

/// The value with its dynamic references (`{{resolve:secretsmanager:…}}`) resolved.
pub(crate) fn resolve_dynamic(environment: &Environment, value: &Value) -> Result<Value, AwsError> {
    Ok(match value {
        Value::String(text) if text.contains(START) => resolve_text(environment, text)?.into(),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| resolve_dynamic(environment, item)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut resolved = Map::new();
            for (name, member) in members {
                resolved.insert(name.clone(), resolve_dynamic(environment, member)?);
            }
            Value::Object(resolved)
        }
        other => other.clone(),
    })
}

fn resolve_text(environment: &Environment, text: &str) -> Result<String, AwsError> {
    let mut resolved = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once(START) {
        let (reference, after) = tail.split_once(END).ok_or_else(|| {
            validation(format!("Incorrect format is used in the following dynamic reference: {START}{tail}"))
        })?;
        resolved.push_str(before);
        resolved.push_str(&secrets::resolve(environment, reference)?);
        rest = after;
    }
    resolved.push_str(rest);
    Ok(resolved)
}
