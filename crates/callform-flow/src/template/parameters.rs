//! The values of a template's parameters.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};
use serde_json::{Map, Value};

use super::Use;
use super::header::{Parameter, ParameterType, Template};
use crate::steps::{Duration, Speech};

/// The value of every declared parameter; null for optional ones that are not given. `None` after an error.
pub(super) fn values(
    template: &Template,
    usage: &Use<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Map<String, Value>> {
    let before = diagnostics.len();
    for (name, _) in usage.with {
        if !template.parameters.contains_key(name) {
            diagnostics.push(unknown_parameter(template, usage, name));
        }
    }
    let mut values = Map::new();
    for (name, parameter) in &template.parameters {
        let given = usage.with.get(name);
        if let Some(given) = given
            && !(fits(parameter.r#type, &given.value) || parameter.optional && given.value.is_null())
        {
            diagnostics.push(
                Diagnostic::error("wrong-type", format!("parameter `{name}` has the wrong type"))
                    .at(given.span, format!("expected {}", words(parameter.r#type)))
                    .help(format!("`{name}`: {}", parameter.about)),
            );
        }
        let value = given.map(|given| given.value.clone()).or_else(|| parameter.default.clone());
        if value.is_none() && !parameter.optional {
            diagnostics.push(missing_parameter(usage, name, parameter));
        }
        values.insert(name.value.clone(), prepare(parameter.r#type, value.unwrap_or_default()));
    }
    (diagnostics.len() == before).then_some(values)
}

fn unknown_parameter(template: &Template, usage: &Use<'_>, name: &callform_source::Spanned<String>) -> Diagnostic {
    let names = || template.parameters.keys().map(|name| name.value.as_str());
    let diagnostic = Diagnostic::error("unknown-parameter", format!("unknown parameter `{name}`"))
        .at(name.span, format!("not a parameter of `{}`", usage.template));
    if let Some(similar) = did_you_mean(name, names()) {
        return diagnostic.help(format!("Did you mean `{similar}`?"));
    }
    let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    diagnostic.help(format!("The template takes {}.", names.join(", ")))
}

fn missing_parameter(usage: &Use<'_>, name: &str, parameter: &Parameter) -> Diagnostic {
    Diagnostic::error("missing-parameter", format!("parameter `{name}` is missing"))
        .at(usage.template.span, format!("needs `{name}`"))
        .help(format!("Add `{name}:` ({}) under `with:`. {}", words(parameter.r#type), parameter.about))
}

fn fits(kind: ParameterType, value: &Value) -> bool {
    match kind {
        ParameterType::Text => value.is_string() || value.is_number(),
        ParameterType::Number => value.is_u64(),
        ParameterType::Flag => value.is_boolean(),
        ParameterType::Duration => value.as_str().is_some_and(|text| Duration::parse(text).is_some()),
        ParameterType::Speech => match value {
            Value::String(_) => true,
            Value::Object(members) => members.keys().all(|key| Speech::KEYS.contains(&key.as_str())),
            _ => false,
        },
        ParameterType::Queue
        | ParameterType::Hours
        | ParameterType::Flow
        | ParameterType::FlowModule
        | ParameterType::Prompt
        | ParameterType::Lambda => value.is_string(),
        ParameterType::Steps => value.is_string() || value.is_object() || value.is_array(),
        ParameterType::Keys => value.is_object(),
    }
}

fn words(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Text => "text",
        ParameterType::Number => "a whole number",
        ParameterType::Flag => "true or false",
        ParameterType::Duration => "a length of time such as `2m`",
        ParameterType::Speech => "text, or one of `ssml`, `prompt` and `audio`",
        ParameterType::Queue => "the name of a queue",
        ParameterType::Hours => "the name of hours",
        ParameterType::Flow => "the name of a flow",
        ParameterType::FlowModule => "the name of a flow module",
        ParameterType::Prompt => "the name of a prompt",
        ParameterType::Lambda => "the name of a Lambda function",
        ParameterType::Steps => "a step or a list of steps",
        ParameterType::Keys => "steps by key",
    }
}

/// What the template sees: text as text, steps as a list.
fn prepare(kind: ParameterType, value: Value) -> Value {
    match (kind, value) {
        (ParameterType::Text, Value::Number(number)) => Value::String(number.to_string()),
        (ParameterType::Steps, value @ (Value::String(_) | Value::Object(_))) => Value::Array(vec![value]),
        (_, value) => value,
    }
}
