//! Conditions.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::references::{references, single};
use super::scope::Scope;
use crate::cloudformation::failure::validation;
use crate::error::AwsError;

/// Deepest nesting of conditions within conditions.
const DEPTH: usize = 64;

/// Whether each of a template's conditions holds. `scope` has no conditions yet.
pub(crate) fn evaluate(conditions: &Map<String, Value>, scope: &Scope) -> Result<BTreeMap<String, bool>, AwsError> {
    let mut known = BTreeMap::new();
    for (name, condition) in conditions {
        if !known.contains_key(name) {
            let holds = holds(condition, conditions, scope, DEPTH)?;
            known.insert(name.clone(), holds);
        }
    }
    Ok(known)
}

fn holds(condition: &Value, conditions: &Map<String, Value>, scope: &Scope, depth: usize) -> Result<bool, AwsError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(validation("Template error: Circular condition dependency"));
    };
    let all = |arguments: &Value, name: &str, least: usize, most: usize| {
        let arguments = arguments.as_array().filter(|arguments| (least..=most).contains(&arguments.len()));
        let arguments = arguments.ok_or_else(|| {
            let (kind, count) =
                if least == 1 { ("a list of one parameter", "") } else { ("a list of 2 to 10", " boolean parameters") };
            validation(format!("Template error: every {name} object requires {kind}{count}."))
        })?;
        arguments.iter().map(|argument| holds(argument, conditions, scope, depth)).collect::<Result<Vec<bool>, _>>()
    };
    match single(condition) {
        Some(("Condition", Value::String(name))) => {
            let condition = conditions
                .get(name)
                .ok_or_else(|| validation(format!("Template format error: Unresolved condition dependency {name}")))?;
            holds(condition, conditions, scope, depth)
        }
        Some(("Fn::And", arguments)) => Ok(all(arguments, "Fn::And", 2, 10)?.into_iter().all(|holds| holds)),
        Some(("Fn::Or", arguments)) => Ok(all(arguments, "Fn::Or", 2, 10)?.into_iter().any(|holds| holds)),
        Some(("Fn::Not", arguments)) => Ok(!all(arguments, "Fn::Not", 1, 1)?.into_iter().any(|holds| holds)),
        Some(("Fn::Equals", arguments)) => equals(arguments, scope),
        _ => Err(validation(
            "Template format error: Conditions can only be boolean operations on parameters and other conditions",
        )),
    }
}

fn equals(arguments: &Value, scope: &Scope) -> Result<bool, AwsError> {
    let malformed = || validation("Template error: every Fn::Equals object requires a list of 2 string parameters.");
    let [left, right] = arguments.as_array().map(Vec::as_slice).ok_or_else(malformed)? else {
        return Err(malformed());
    };
    if let Some(reference) =
        references(arguments).iter().find(|reference| !scope.parameters.contains_key(reference.name()))
    {
        let message = format!(
            "Template format error: Unresolved dependencies [{}]. Cannot reference resources in the Conditions block of the template",
            reference.name()
        );
        return Err(validation(message));
    }
    let side = |value: &Value| -> Result<String, AwsError> {
        match scope.evaluate(value)? {
            Some(Value::String(text)) => Ok(text),
            Some(other @ (Value::Number(_) | Value::Bool(_))) => Ok(other.to_string()),
            Some(list @ Value::Array(_)) => Ok(list.to_string()),
            _ => Err(malformed()),
        }
    };
    Ok(side(left)? == side(right)?)
}
