//! What a target of a rule gets: the event, a part of it, a constant, or a text made of parts.
//!
//! Source: Amazon EventBridge User Guide, "Input transformation". In a template a placeholder outside of quotes becomes the
//! JSON of its value; within quotes a text becomes itself, everything else its JSON (?). A part that the event does not have
//! becomes nothing.

use serde_json::Value;

/// The payload for a target of a rule.
pub(super) fn payload(target: &Value, event: &Value, rule: &Rule) -> String {
    let text = |name: &str| target[name].as_str();
    if let Some(constant) = text("Input") {
        return constant.to_owned();
    }
    if let Some(path) = text("InputPath") {
        return at(event, path).unwrap_or(&Value::Null).to_string();
    }
    match target["InputTransformer"]["InputTemplate"].as_str() {
        Some(template) => fill(template, &target["InputTransformer"]["InputPathsMap"], event, rule),
        None => event.to_string(),
    }
}

/// What templates can say of the rule.
pub(super) struct Rule<'a> {
    /// Its ARN.
    pub(super) arn: &'a str,
    /// Its name.
    pub(super) name: &'a str,
    /// When the event came, as a text.
    pub(super) ingestion_time: &'a str,
}

/// The part of a value that a path leads to: `$`, `$.a.b`, `$.a[0]`, `$['a']`.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut rest = path.strip_prefix('$')?;
    let mut found = value;
    while !rest.is_empty() {
        if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            found = found.get(name)?;
            rest = after;
        } else {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            let name = index.strip_prefix('\'').and_then(|name| name.strip_suffix('\''));
            found = match name {
                Some(name) => found.get(name)?,
                None => found.get(index.parse::<usize>().ok()?)?,
            };
            rest = after;
        }
    }
    Some(found)
}

fn fill(template: &str, paths: &Value, event: &Value, rule: &Rule) -> String {
    let mut filled = String::new();
    let mut rest = template;
    let mut quoted = false;
    while let Some(next) = rest.find(['<', '"', '\\']) {
        let (before, from) = rest.split_at(next);
        filled.push_str(before);
        let placeholder = from.strip_prefix('<').and_then(|from| from.split_once('>'));
        let value = placeholder.and_then(|(name, after)| Some((value_of(name, paths, event, rule)?, after)));
        match value {
            Some((value, after)) => {
                filled.push_str(&shown(value.as_ref(), quoted));
                rest = after;
            }
            None => {
                // An escaped letter is none that opens or closes quotes.
                let length = if from.starts_with('\\') { 1 + from.chars().nth(1).map_or(0, char::len_utf8) } else { 1 };
                quoted ^= from.starts_with('"');
                let (plain, after) = from.split_at(length);
                filled.push_str(plain);
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// What a placeholder stands for: `None` where it is none, an inner `None` where the event does not have it.
fn value_of(name: &str, paths: &Value, event: &Value, rule: &Rule) -> Option<Option<Value>> {
    if let Some(path) = paths[name].as_str() {
        return Some(at(event, path).cloned());
    }
    let known = match name {
        "aws.events.rule-arn" => rule.arn.into(),
        "aws.events.rule-name" => rule.name.into(),
        "aws.events.event.ingestion-time" => rule.ingestion_time.into(),
        "aws.events.event.json" => event.clone(),
        "aws.events.event" => {
            let mut event = event.clone();
            event.as_object_mut()?.shift_remove("detail");
            event
        }
        _ => return None,
    };
    Some(Some(known))
}

fn shown(value: Option<&Value>, quoted: bool) -> String {
    match value {
        None => String::new(),
        Some(value) if !quoted => value.to_string(),
        Some(value) => {
            // Within quotes a text needs no quotes of its own, and what is in it stays escaped.
            let text = Value::String(crate::input::shown(value)).to_string();
            text.get(1..text.len() - 1).unwrap_or_default().to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(target: &Value) -> String {
        let event = json!({ "id": "1", "detail": { "state": "run\"ning", "n": 3, "list": [{ "a b": true }] } });
        payload(target, &event, &Rule { arn: "arn:r", name: "r", ingestion_time: "2026-11-24T01:00:00Z" })
    }

    #[test]
    fn targets_get_what_they_ask_for() {
        assert_eq!(made(&json!({ "Input": "{\"a\":1}" })), "{\"a\":1}");
        assert_eq!(made(&json!({ "InputPath": "$.detail.list[0]['a b']" })), "true");
        assert_eq!(made(&json!({ "InputPath": "$.nothing" })), "null");
        assert!(made(&json!({})).starts_with("{\"id\":\"1\""));
        let transformed = |template: &str| {
            let paths = json!({ "state": "$.detail.state", "n": "$.detail.n", "gone": "$.detail.gone" });
            made(&json!({ "InputTransformer": { "InputPathsMap": paths, "InputTemplate": template } }))
        };
        assert_eq!(
            transformed(r#"{"s": <state>, "n": <n>, "t": "is <state>, <n>", "g": "<gone>", "u": "<unknown>"}"#),
            r#"{"s": "run\"ning", "n": 3, "t": "is run\"ning, 3", "g": "", "u": "<unknown>"}"#
        );
        assert_eq!(transformed(r#""by \"<n>\" of <aws.events.rule-name>""#), r#""by \"3\" of r""#);
        assert_eq!(transformed("{\"event\": <aws.events.event>}"), "{\"event\": {\"id\":\"1\"}}");
    }
}
