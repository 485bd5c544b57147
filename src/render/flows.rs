//! Flow content for people: references by name.

use serde_json::{Map, Value as Json, json};

use crate::model::{Kind, Model, TextPart, Value};

/// The flows and modules of a model as files: path below the output folder -> JSON.
pub(super) fn files(model: &Model) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for resource in model.resources.values() {
        let folder = match resource.address.kind {
            Kind::Flow => "flows",
            Kind::FlowModule => "flows/modules",
            _ => continue,
        };
        let Some(content) = resource.properties.get("Content") else { continue };
        let name: String =
            resource.address.name.chars().map(|c| if matches!(c, '/' | '\\' | ':') { '_' } else { c }).collect();
        files.push((format!("{folder}/{name}.json"), document(&readable(content))));
    }
    files
}

fn document(content: &Json) -> String {
    let text = content.as_str().unwrap_or_default();
    // Content that is no JSON is reported by the checks; here it is shown as it is.
    let parsed: Json = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    let mut document = serde_json::to_string_pretty(&parsed).unwrap_or_default();
    document.push('\n');
    document
}

/// A value with names for references: `${queue/consulting}`.
pub(crate) fn readable(value: &Value) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::String(text) | Value::Secret(text) => json!(text),
        Value::List(items) => items.iter().map(readable).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), readable(member))).collect::<Map<_, _>>().into()
        }
        Value::Reference(reference) => json!(format!("${{{}}}", reference.target)),
        Value::Text(parts) => parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(literal) => literal.clone(),
                // Names may have characters that JSON strings write differently.
                TextPart::Reference(reference) => format!("${{{}}}", in_json_string(&reference.target.to_string())),
                TextPart::Pseudo(name) => format!("${{{name}}}"),
            })
            .collect::<String>()
            .into(),
        Value::AssetUri(key) => json!(format!("s3://${{ArtifactBucket}}/{key}")),
        Value::AssetBucket => json!("${ArtifactBucket}"),
        Value::Pseudo(name) => json!(format!("${{{name}}}")),
    }
}

fn in_json_string(text: &str) -> String {
    let quoted = json!(text).to_string();
    quoted.trim_start_matches('"').trim_end_matches('"').to_owned()
}
