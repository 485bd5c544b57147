//! A [`Flow`] back to steps.
//!
//! Each action becomes one step, the word for it where the word says exactly the same and a `raw` block otherwise.
//! Branches are nested; steps get a name only where something has to `goto` them.

mod order;
mod words;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{DecodeError, Flow, FlowType};

/// A flow as steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Decompiled {
    /// Type of the flow: the one that was given, or else the one that its metadata names.
    pub flow_type: FlowType,
    /// The steps, as a blueprint's `steps:` has them.
    pub steps: Vec<Value>,
    /// ARNs that the map does not name, each with the kind of object it is (`queue`, `flow`, `lambda` …; empty where
    /// that is not known). They stand in the steps as they are.
    pub unresolved: BTreeMap<String, String>,
}

impl Decompiled {
    /// The flow as a blueprint has it: `type` (modules have none) and `steps`.
    pub fn to_json(&self) -> Value {
        if self.flow_type == FlowType::Module {
            return json!({ "steps": self.steps });
        }
        json!({ "type": self.flow_type.word(), "steps": self.steps })
    }
}

/// Turns flow JSON into steps. `arns` tells what each ARN is called: `queue/customer_service`, or
/// `queue/builtin/BasicQueue`. Without `flow_type` the type is taken from the metadata of a console export; a flow
/// with `Settings` is a module, and everything else inbound.
///
/// # Errors
/// Where the JSON is no flow.
pub fn decompile(
    json: &Value,
    flow_type: Option<FlowType>,
    arns: &BTreeMap<String, String>,
) -> Result<Decompiled, DecodeError> {
    let flow = Flow::from_json(json)?;
    let flow_type = flow_type.unwrap_or_else(|| type_of(&flow));
    let mut unresolved = BTreeMap::new();
    for action in &flow.actions {
        action.parameters.values().for_each(|value| find_unresolved(value, arns, &mut unresolved));
    }
    let steps = order::steps(&flow, &words::Context { arns });
    Ok(Decompiled { flow_type, steps, unresolved })
}

fn type_of(flow: &Flow) -> FlowType {
    let named = flow.metadata.as_ref().and_then(|metadata| metadata.get("type")).and_then(Value::as_str);
    let by_name = named.and_then(|name| {
        // The editor writes `customerQueue` where the API has `CUSTOMER_QUEUE`.
        let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
        FlowType::ALL.into_iter().find(|flow_type| plain(flow_type.api_name()) == plain(name))
    });
    let otherwise = if flow.settings.is_some() { FlowType::Module } else { FlowType::ContactFlow };
    by_name.unwrap_or(otherwise)
}

fn find_unresolved(value: &Value, arns: &BTreeMap<String, String>, found: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) if text.starts_with("arn:") && !text.contains(' ') && !arns.contains_key(text) => {
            found.insert(text.clone(), kind_of_arn(text).to_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| find_unresolved(item, arns, found)),
        Value::Object(members) => members.values().for_each(|member| find_unresolved(member, arns, found)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn kind_of_arn(arn: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("/queue/", "queue"),
        ("/contact-flow/", "flow"),
        ("/flow-module/", "flow_module"),
        ("/operating-hours/", "hours"),
        ("/prompt/", "prompt"),
        ("/agent/", "user"),
        ("/view/", "view"),
        (":function:", "lambda"),
    ];
    KINDS.iter().find(|(part, _)| arn.contains(part)).map_or("", |(_, kind)| *kind)
}

/// `null` members left out.
fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}
