//! JSON to [`View`].

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::inputs::Inputs;
use super::{NoView, View};

pub(super) fn view(content: &Value) -> Result<View, NoView> {
    let content = ["View", "Content"].into_iter().fold(content, |value, member| value.get(member).unwrap_or(value));
    let schema = member(content, "InputSchema")?;
    let template = member(content, "Template")?;
    let actions = actions(content)?;
    let mut of_components = BTreeSet::new();
    if let Some(template) = &template {
        collect_actions(template, &mut of_components);
    }
    let inputs = match (schema, &template) {
        (Some(schema), _) => Inputs::of_schema(schema),
        (None, Some(template)) => Inputs::of_template(template),
        (None, None) => return Err(NoView::Empty),
    };
    Ok(View { inputs, actions, of_components })
}

/// A member that is an object, or the text of one.
fn member(content: &Value, name: &'static str) -> Result<Option<Map<String, Value>>, NoView> {
    let value = match content.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => {
            serde_json::from_str(text).map_err(|error| NoView::NotJson { member: name, reason: error.to_string() })?
        }
        Some(value) => value.clone(),
    };
    match value {
        Value::Object(members) => Ok(Some(members)),
        _ => Err(NoView::WrongType { member: name, expected: "an object" }),
    }
}

fn actions(content: &Value) -> Result<Option<Vec<String>>, NoView> {
    let wrong = || NoView::WrongType { member: "Actions", expected: "a list of texts" };
    let items = match content.get("Actions") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(wrong()),
    };
    items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect::<Result<_, _>>().map(Some)
}

/// The `Action` of each component's `Props`, but for those that an input decides.
fn collect_actions(template: &Map<String, Value>, found: &mut BTreeSet<String>) {
    let mut waiting: Vec<&Value> = template.values().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => {
                let action = members.get("Props").and_then(|props| props.get("Action")).and_then(Value::as_str);
                found.extend(action.filter(|action| !action.starts_with("$.")).map(str::to_owned));
                waiting.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
