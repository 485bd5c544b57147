//! Filter policies of subscriptions, on message attributes or on the members of a message that is JSON.

use serde_json::{Map, Value, json};

use crate::error::AwsError;

/// Operators of a policy that the sandbox has.
const OPERATORS: [&str; 4] = ["anything-but", "exists", "prefix", "suffix"];

/// Refuses a policy that is none, or that has an operator the sandbox does not have.
pub(super) fn check(policy: Option<&str>) -> Result<(), AwsError> {
    let Some(text) = policy.filter(|text| !text.is_empty()) else { return Ok(()) };
    let invalid =
        |reason: &str| AwsError::new(400, "InvalidParameter", format!("Invalid parameter: FilterPolicy: {reason}"));
    let policy: Map<String, Value> = serde_json::from_str(text).map_err(|_| invalid("failed to parse JSON"))?;
    for rule in policy.values() {
        let rules = rule.as_array().ok_or_else(|| invalid("every key needs a list of values"))?;
        let operators = rules.iter().filter_map(Value::as_object).flat_map(Map::keys);
        for operator in operators {
            if !OPERATORS.contains(&operator.as_str()) {
                return Err(AwsError::unsupported("SNS", &format!("filter policies with {operator}:")));
            }
        }
    }
    Ok(())
}

/// True where a message passes a policy; a policy that cannot be read lets nothing pass.
pub(super) fn passes(policy: Option<&str>, by_body: bool, body: &str, attributes: &Map<String, Value>) -> bool {
    let Some(text) = policy.filter(|text| !text.is_empty()) else { return true };
    let Ok(policy) = serde_json::from_str::<Map<String, Value>>(text) else { return false };
    let body: Value = if by_body { serde_json::from_str(body).unwrap_or_default() } else { Value::Null };
    policy.iter().all(|(name, rules)| {
        let values = if by_body { body.get(name).map(listed) } else { attributes.get(name).map(attribute) };
        let rules = rules.as_array().map(Vec::as_slice).unwrap_or_default();
        rules.iter().any(|rule| matches(rule, values.as_deref()))
    })
}

fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        value => vec![value.clone()],
    }
}

/// The values of a message attribute.
fn attribute(attribute: &Value) -> Vec<Value> {
    let text = attribute.get("StringValue").and_then(Value::as_str).unwrap_or_default();
    match attribute.get("DataType").and_then(Value::as_str) {
        Some("Number" | "String.Array") => serde_json::from_str(text).map(|value| listed(&value)).unwrap_or_default(),
        _ => vec![json!(text)],
    }
}

fn matches(rule: &Value, values: Option<&[Value]>) -> bool {
    let Value::Object(operator) = rule else { return values.is_some_and(|values| values.contains(rule)) };
    let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
    operator.iter().all(|(name, wanted)| match name.as_str() {
        "exists" => values.is_some() == wanted.as_bool().unwrap_or(true),
        "prefix" => values.is_some_and(|values| values.iter().any(|value| text(value).starts_with(&text(wanted)))),
        "suffix" => values.is_some_and(|values| values.iter().any(|value| text(value).ends_with(&text(wanted)))),
        "anything-but" => values.is_some_and(|values| !values.iter().any(|value| listed(wanted).contains(value))),
        _ => false,
    })
}
