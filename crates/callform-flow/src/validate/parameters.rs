//! Names, presence and form of parameters.

use serde_json::Value;

use super::Problem;
use super::action::stores_input;
use super::path::Path;
use super::seen::{Members, Seen};
use crate::catalog::{ActionSpec, Choice, Class, PROMPT_PARAMETERS, ParameterSpec, Shape};

/// What is known for certain, so that anything else is refused.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// The names of the action's parameters.
    pub(super) names: bool,
    /// The first parts of paths. A block that the catalog does not have may bring one of its own.
    pub(super) roots: bool,
}

pub(super) fn check(action: &Seen<'_>, path: &Path<'_>, spec: &ActionSpec, known: Known, found: &mut Vec<Problem>) {
    let path = path.member("Parameters");
    let parameters = action.parameters;
    if action.has_good_parameters {
        check_members(parameters, &path, spec.parameters, known, found);
    } else {
        found.push(Problem::property_value(&path));
    }
    for choice in spec.choices {
        check_choice(parameters, choice, found);
    }
    match spec.name {
        "GetParticipantInput" => check_stored_input(parameters, &path, found),
        "UpdateFlowAttributes" => check_flow_attributes(parameters, &path, found),
        "TagContact" => check_tags(parameters, found),
        "ConnectParticipantWithLexBot" => check_bot(parameters, found),
        "ConnectParticipantWithAgenticCX" => check_context_variables(parameters, found),
        "MessageParticipantIteratively" => check_messages(parameters, &path, found),
        _ => {}
    }
}

fn check_members(
    members: Members<'_>,
    path: &Path<'_>,
    specs: &[ParameterSpec],
    known: Known,
    found: &mut Vec<Problem>,
) {
    for (name, value) in members.iter() {
        let path = path.member(name);
        match specs.iter().find(|spec| spec.name == name) {
            Some(spec) => check_value(value, &path, spec, known, found),
            None if known.names => found.push(Problem::property_name(&path)),
            None => {}
        }
    }
    for spec in specs {
        if spec.required && known.names && members.get(spec.name).is_none_or(Value::is_null) {
            found.push(Problem::missing_property(&path.member(spec.name)));
        }
    }
}

fn check_value(value: &Value, path: &Path<'_>, spec: &ParameterSpec, known: Known, found: &mut Vec<Problem>) {
    let valid = match spec.shape {
        Shape::Text | Shape::Object(_) => is_scalar(value) && class_fits(value, spec.class, known),
        Shape::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        Shape::Integer(least, most) => {
            is_path_allowed(value, spec.class) || integer(value).is_some_and(|number| (least..=most).contains(&number))
        }
        Shape::Members(specs) if value.is_object() => {
            check_members(Members::of_value(value), path, specs, known, found);
            return;
        }
        Shape::Members(_) => false,
        Shape::Map => value.is_object(),
        Shape::List => value.is_array(),
        Shape::Any => true,
    };
    if !valid {
        found.push(Problem::property_value(path));
    }
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn is_path_allowed(value: &Value, class: Class) -> bool {
    class != Class::Static && value.as_str().is_some_and(is_path)
}

fn class_fits(value: &Value, class: Class, known: Known) -> bool {
    let Some(text) = value.as_str() else { return class != Class::Path };
    match class {
        Class::Static => !contains_path(text),
        Class::StaticOrPath => !contains_path(text) || is_path(text),
        Class::Dynamic => true,
        Class::Path => is_path(text) && (has_known_root(text) || !known.roots),
    }
}

/// True where the text is one JSONPath and nothing else.
pub(crate) fn is_path(text: &str) -> bool {
    text.starts_with("$.") && text.len() > 2 && !outside_brackets_has_space(text)
}

/// True where the text has a JSONPath somewhere.
pub(crate) fn contains_path(text: &str) -> bool {
    text.contains("$.")
}

/// Keys with spaces stand in brackets, `$.Attributes.['a key']`; everywhere else a space ends a path.
fn outside_brackets_has_space(text: &str) -> bool {
    let mut depth = 0_i32;
    for character in text.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            ' ' if depth <= 0 => return true,
            _ => {}
        }
    }
    false
}

/// First parts of the paths the service knows; the last five are of 2025 and later, spelling uncertain.
const ROOTS: &[&str] = &[
    "AgenticCX",
    "AdditionalEmailRecipients",
    "Attributes",
    "AwsRegion",
    "CustomerCallBackPhoneNumber",
    "External",
    "FlowAttributes",
    "SegmentAttributes",
    "StoredCustomerInput",
    "CustomerEndpoint",
    "SystemEndpoint",
    "CallbackNumber",
    "Channel",
    "ContactId",
    "InitialContactId",
    "PreviousContactId",
    "Task",
    "Email",
    "InitiationMethod",
    "InstanceARN",
    "LanguageCode",
    "Name",
    "Description",
    "CustomerId",
    "TextToSpeechVoiceId",
    "References",
    "Tags",
    "Queue",
    "Agent",
    "Metrics",
    "Lex",
    "Customer",
    "Case",
    "Views",
    "Wisdom",
    "Media",
    "MediaStreams",
    "Loop",
    "LambdaInvocation",
    "Module",
    "ExternalTool",
    "DataTables",
];

/// The first parts of the paths the service knows.
pub(crate) fn roots() -> &'static [&'static str] {
    ROOTS
}

/// True where the first part of a JSONPath is one the service knows.
pub(crate) fn has_known_root(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("$.") else { return false };
    let root = rest.split(['.', '[']).next().unwrap_or_default();
    ROOTS.contains(&root)
}

fn check_choice(parameters: Members<'_>, choice: &Choice, found: &mut Vec<Problem>) {
    let set = || choice.of.iter().copied().filter(|name| parameters.get(name).is_some());
    let count = set().count();
    if count > 1 {
        let set: Vec<&str> = set().collect();
        found.push(Problem::new(format!(
            "Only one of these properties may be defined. Properties: [{}]",
            set.join(", ")
        )));
    }
    if count == 0 && choice.required {
        found.push(Problem::new(format!("At least one of [{}] must be set", choice.of.join(", "))));
    }
}

fn check_stored_input(parameters: Members<'_>, path: &Path<'_>, found: &mut Vec<Problem>) {
    if parameters.get("Text").and_then(Value::as_str) == Some("") {
        found.push(Problem::property_value(&path.member("Text")));
    }
    let validation = parameters.get("InputValidation");
    match (stores_input(parameters), validation) {
        (true, None) => found.push(Problem::missing_property(&path.member("InputValidation"))),
        (true, Some(validation)) => {
            let choice = Choice { of: &["PhoneNumberValidation", "CustomValidation"], required: true };
            check_choice(Members::of_value(validation), &choice, found);
            let number = validation.get("PhoneNumberValidation");
            let local = number.and_then(|number| number.get("NumberFormat")).and_then(Value::as_str) == Some("Local");
            if local && number.is_some_and(|number| number.get("CountryCode").is_none()) {
                let (validation, number) = (path.member("InputValidation"), "PhoneNumberValidation");
                found.push(Problem::missing_property(&validation.member(number).member("CountryCode")));
            }
        }
        (false, _) => {}
    }
}

/// Flow attributes are objects with a `Value`; the service refuses plain strings.
fn check_flow_attributes(parameters: Members<'_>, path: &Path<'_>, found: &mut Vec<Problem>) {
    let Some(Value::Object(attributes)) = parameters.get("FlowAttributes") else { return };
    for (name, attribute) in attributes {
        if attribute.get("Value").is_none() {
            found.push(Problem::property_value(&path.member("FlowAttributes").member(name)));
        }
    }
}

/// A bot has to be told something, by a prompt or by a first message.
fn check_bot(parameters: Members<'_>, found: &mut Vec<Problem>) {
    const TOLD_BY: &[&str] = &["Text", "SSML", "PromptId", "Media", "LexInitializationData"];
    if TOLD_BY.iter().all(|name| parameters.get(name).is_none()) {
        found.push(Problem::new(format!("At least one of [{}] must be set", TOLD_BY.join(", "))));
    }
}

/// Every message is one of text, SSML, prompt and audio.
fn check_messages(parameters: Members<'_>, path: &Path<'_>, found: &mut Vec<Problem>) {
    let Some(Value::Array(messages)) = parameters.get("Messages") else { return };
    if messages.is_empty() {
        found.push(Problem::property_value(&path.member("Messages")));
    }
    for message in messages {
        check_choice(Members::of_value(message), &Choice { of: PROMPT_PARAMETERS, required: true }, found);
    }
}

fn check_tags(parameters: Members<'_>, found: &mut Vec<Problem>) {
    let count = parameters.get("Tags").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    if count > 6 {
        found.push(Problem::new("More than 6 tags in Parameters.Tags"));
    }
}

/// At most ten context variables, by the page of the block; the words are ours (?).
fn check_context_variables(parameters: Members<'_>, found: &mut Vec<Problem>) {
    let variables = parameters.get("AgentConfiguration").and_then(|it| it.get("ContextVariables")?.as_object());
    if variables.is_some_and(|variables| variables.len() > 10) {
        found.push(Problem::new("More than 10 variables in Parameters.AgentConfiguration.ContextVariables"));
    }
}
