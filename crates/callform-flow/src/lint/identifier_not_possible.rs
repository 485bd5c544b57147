//! Identifiers under which there can be nothing.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::{Map, Value};

use super::{Look, Rule};
use crate::catalog::{ObjectKind, ParameterSpec, Shape};
use crate::json::member;
use crate::references;
use crate::validate::contains_path;

pub(super) const RULE: Rule = Rule {
    code: "identifier-not-possible",
    what: "Finds places for the ARN or identifier of an object that are empty, or have a name, the ARN of something else, or a \
           word that was to be replaced.",
    why: "Connect refuses the flow, or publishes it and the action fails for every contact.",
    example: "- raw: { type: UpdateContactTargetQueue, parameters: { QueueId: queue-arn } }",
    instead: "- queue: consulting",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.all_actions() {
        let Some(spec) = look.spec(index) else { continue };
        let mut named = Vec::new();
        objects(spec.parameters, &action.parameters, &mut named);
        if let Some(Value::Object(hooks)) = action.parameters.get("EventHooks") {
            named.extend(hooks.values().filter_map(Value::as_str).map(|flow| (ObjectKind::ContactFlow, flow)));
        }
        for (kind, value) in named {
            if let Some((title, help)) = fault(kind, value) {
                diagnostics.push(look.at(Diagnostic::warning(RULE.code, title).help(help), action));
            }
        }
    }
}

/// Each object that is named, and its kind.
fn objects<'a>(specs: &[ParameterSpec], members: &'a Map<String, Value>, found: &mut Vec<(ObjectKind, &'a str)>) {
    for spec in specs {
        match (spec.shape, member(members, spec.name)) {
            (Shape::Object(kind), Some(Value::String(value))) => found.push((kind, value)),
            (Shape::Members(inner), Some(Value::Object(members))) => objects(inner, members, found),
            _ => {}
        }
    }
}

/// The part of an ARN that tells what it is of.
const PARTS: &[(&str, &str, Option<ObjectKind>)] = &[
    ("/queue/", "a queue", Some(ObjectKind::Queue)),
    ("/operating-hours/", "hours", Some(ObjectKind::HoursOfOperation)),
    ("/contact-flow/", "a flow", Some(ObjectKind::ContactFlow)),
    ("/flow-module/", "a flow module", Some(ObjectKind::FlowModule)),
    ("/contact-flow-module/", "a flow module", Some(ObjectKind::FlowModule)),
    ("/prompt/", "a prompt", Some(ObjectKind::Prompt)),
    ("/agent/", "a user", Some(ObjectKind::User)),
    (":function:", "a function", Some(ObjectKind::LambdaFunction)),
    ("/routing-profile/", "a routing profile", None),
    ("/phone-number/", "a phone number", None),
    (":bot-alias/", "a bot", None),
];

fn fault(kind: ObjectKind, value: &str) -> Option<(String, String)> {
    let wanted = wanted(kind)?;
    let help =
        format!("Name {wanted}: its ARN{}.", if kind == ObjectKind::LambdaFunction { "" } else { " or identifier" });
    if value.trim().is_empty() {
        return Some((format!("{wanted} should be named here, and the place is empty"), help));
    }
    if is_open(value) || references::has_marker_characters(value) {
        return None;
    }
    if value.starts_with("arn:") {
        // The first part counts: agents have queues, flows have aliases.
        let of = PARTS.iter().filter_map(|part| Some((value.find(part.0)?, part))).min_by_key(|(at, _)| *at)?;
        let (_, what, is) = of.1;
        return (*is != Some(kind)).then(|| (format!("the ARN of {what} where {wanted} belongs"), help));
    }
    (kind == ObjectKind::LambdaFunction || !is_identifier(value)).then(|| {
        (
            format!(
                "`{value}` is no ARN{}",
                if kind == ObjectKind::LambdaFunction { "" } else { " and no identifier" }
            ),
            help,
        )
    })
}

/// `None` for kinds whose identifiers may be words.
fn wanted(kind: ObjectKind) -> Option<&'static str> {
    match kind {
        ObjectKind::View => None,
        _ => PARTS.iter().find(|(_, _, of)| *of == Some(kind)).map(|(_, what, _)| *what),
    }
}

/// True for what is known only when the flow runs, or when a tool has filled a placeholder.
fn is_open(value: &str) -> bool {
    contains_path(value) || value.contains("${") || value.contains("{{") || value.matches('%').count() > 1
}

/// Identifiers of objects have the form of a UUID.
fn is_identifier(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| (part.len(), part.bytes().all(|byte| byte.is_ascii_hexdigit())));
    [8, 4, 4, 4, 12].into_iter().all(|length| parts.next() == Some((length, true))) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_an_object() {
        let title = |kind, value: &str| fault(kind, value).map(|(title, _)| title).unwrap_or_default();
        let arn = |kind: &str| {
            format!("arn:aws:connect:us-west-2:123456789012:instance/i/{kind}/1a2b3c4d-0000-1111-2222-333344445555")
        };
        for (kind, value, expected) in [
            (ObjectKind::Queue, arn("queue"), ""),
            (ObjectKind::Queue, arn("queue/agent"), ""),
            (ObjectKind::Queue, arn("contact-flow"), "the ARN of a flow where a queue belongs"),
            (ObjectKind::Queue, "1a2b3c4d-0000-1111-2222-333344445555".to_owned(), ""),
            (ObjectKind::Queue, "$.Attributes.queue".to_owned(), ""),
            (ObjectKind::Queue, "${queue_arn}".to_owned(), ""),
            (ObjectKind::Queue, "BasicQueue".to_owned(), "`BasicQueue` is no ARN and no identifier"),
            (ObjectKind::Queue, "queue-arn".to_owned(), "`queue-arn` is no ARN and no identifier"),
            (ObjectKind::HoursOfOperation, " ".to_owned(), "hours should be named here, and the place is empty"),
            (ObjectKind::ContactFlow, arn("flow-module"), "the ARN of a flow module where a flow belongs"),
            (ObjectKind::LambdaFunction, "vanity".to_owned(), "`vanity` is no ARN"),
            (ObjectKind::LambdaFunction, "arn:aws:lambda:$.AwsRegion:123456789012:function:vanity".to_owned(), ""),
            (ObjectKind::View, "cards".to_owned(), ""),
        ] {
            assert_eq!(title(kind, &value), expected, "{value}");
        }
    }
}
