//! Objects a flow names: every one must exist in the same instance when the flow is published.

use serde_json::Value;

use super::parameters::contains_path;
use super::path::Path;
use super::seen::Members;
use super::{LiveObjects, Problem};
use crate::catalog::{ActionSpec, ObjectKind, Shape};

pub(super) fn check(
    parameters: Members<'_>,
    path: &Path<'_>,
    spec: &ActionSpec,
    context: &dyn LiveObjects,
    found: &mut Vec<Problem>,
) {
    let path = path.member("Parameters");
    let mut check = |value: Option<&Value>, kind: ObjectKind, path: Path<'_>| {
        let Some(Value::String(text)) = value else { return };
        let missing = kind != ObjectKind::LambdaFunction && !contains_path(text) && !context.exists(text, kind);
        if missing {
            found.push(Problem::property_value(&path));
        }
    };
    for parameter in spec.parameters {
        if let Shape::Object(kind) = parameter.shape {
            let value = parameters.get(parameter.name);
            check(value, kind, path.member(parameter.name));
        }
    }
    if let Some(Value::Object(hooks)) = parameters.get("EventHooks") {
        for (hook, flow) in hooks {
            check(Some(flow), ObjectKind::ContactFlow, path.member("EventHooks").member(hook));
        }
    }
    if let Some(Value::Array(messages)) = parameters.get("Messages") {
        for (index, message) in messages.iter().enumerate() {
            let path = path.item("Messages", index);
            check(message.get("PromptId"), ObjectKind::Prompt, path.member("PromptId"));
        }
    }
}
