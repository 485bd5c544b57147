//! Objects a flow names: every one must exist in the same instance when the flow is published.

use serde_json::Value;

use super::parameters::contains_path;
use super::{LiveObjects, Problem};
use crate::catalog::{ActionSpec, ObjectKind, Shape};

pub(super) fn check(
    parameters: &Value,
    path: &str,
    spec: &ActionSpec,
    context: &dyn LiveObjects,
    found: &mut Vec<Problem>,
) {
    let mut check = |value: Option<&Value>, kind: ObjectKind, path: &str| {
        let Some(Value::String(text)) = value else { return };
        let missing = kind != ObjectKind::LambdaFunction && !contains_path(text) && !context.exists(text, kind);
        if missing {
            found.push(Problem::property_value(path));
        }
    };
    for parameter in spec.parameters {
        if let Shape::Object(kind) = parameter.shape {
            let value = parameters.get(parameter.name);
            check(value, kind, &format!("{path}.Parameters.{}", parameter.name));
        }
    }
    if let Some(Value::Object(hooks)) = parameters.get("EventHooks") {
        for (hook, flow) in hooks {
            check(Some(flow), ObjectKind::ContactFlow, &format!("{path}.Parameters.EventHooks.{hook}"));
        }
    }
    if let Some(Value::Array(messages)) = parameters.get("Messages") {
        for (index, message) in messages.iter().enumerate() {
            let path = format!("{path}.Parameters.Messages[{index}].PromptId");
            check(message.get("PromptId"), ObjectKind::Prompt, &path);
        }
    }
}
