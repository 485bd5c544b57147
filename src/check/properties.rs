//! Everything CloudFormation's own resource schemas say: lengths, patterns, ranges, required properties.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::{Map, json};

use super::{Context, Rule};
use crate::model::{Kind, Value};

pub(super) const INVALID: Rule = Rule {
    codes: &["invalid-property"],
    about: "A value is too long, too short, out of range or of the wrong form for its resource type.",
    why: "CloudFormation checks resources against these schemas before it creates anything.",
    check: invalid,
};

fn invalid(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for resource in context.model.resources.values() {
        let Some(schema) = callform_schemas::get(&resource.resource_type) else { continue };
        let properties: Map<String, serde_json::Value> =
            resource.properties.iter().map(|(name, value)| (name.clone(), rendered(value))).collect();
        let mut last = String::new();
        for violation in schema.validate(&serde_json::Value::Object(properties)) {
            // A text of the wrong length usually has the wrong form as well.
            if has_own_rule(resource.address.kind, &violation.path) || violation.path == last {
                continue;
            }
            last.clone_from(&violation.path);
            let words = resource.address.kind.words();
            diagnostics.push(
                Diagnostic::error("invalid-property", format!("CloudFormation would refuse this {words}"))
                    .at(resource.span, format!("its property {}", violation.path))
                    .note(format!("{}.", violation.message.trim_end_matches('.'))),
            );
        }
    }
}

/// True for properties that a rule of their own looks at, with better words and the exact place.
fn has_own_rule(kind: Kind, path: &str) -> bool {
    kind.descriptor().checks.told_by_rules.iter().any(|beginning| is_below(path, beginning))
}

/// True for the path of something in what another path names, in which `*` is every item of a list.
fn is_below(path: &str, beginning: &str) -> bool {
    let mut segments = path.split('/');
    beginning.split('/').all(|wanted| segments.next().is_some_and(|segment| wanted == "*" || wanted == segment))
}

/// A value as a template has it, with something that any schema accepts in the place of references.
fn rendered(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        // Which kind of thing an ARN names is looked at where it is written.
        Value::String(value) if !value.starts_with("arn:") => json!(value),
        Value::List(items) => items.iter().map(rendered).collect(),
        Value::Object(members) => {
            serde_json::Value::Object(members.iter().map(|(name, value)| (name.clone(), rendered(value))).collect())
        }
        Value::String(_)
        | Value::Reference(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::AssetUri(_)
        | Value::AssetBucket
        | Value::Pseudo(_) => json!({ "Ref": "Anything" }),
    }
}
