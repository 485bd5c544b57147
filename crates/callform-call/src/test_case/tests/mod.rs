//! What the tests share: a test case in which one thing at a time is changed.

mod contradictions;
mod decoding;
mod laws;
mod refusals;

use serde_json::{Value, json};

use super::{Draft, WarningKind, problems, warnings};

/// A test case that only uses what the live service was seen to take.
pub(super) fn good() -> Value {
    serde_json::from_str(include_str!("good.json")).expect("JSON")
}

/// The same with one value in another place, or without it where it is null.
#[track_caller]
pub(super) fn with(pointer: &str, value: Value) -> Value {
    let mut content = good();
    let (above, member) = pointer.rsplit_once('/').expect("a pointer");
    let above = content.pointer_mut(above).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
    match (above, value) {
        (Value::Object(members), Value::Null) => drop(members.remove(member).expect("a member")),
        (Value::Object(members), value) => drop(members.insert(member.to_owned(), value)),
        (Value::Array(entries), value) => entries[member.parse::<usize>().expect("a number")] = value,
        _ => panic!("{pointer} leads to no member"),
    }
    content
}

pub(super) fn voice() -> Value {
    json!({"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": {"FlowId": "main", "SourcePhoneNumber": "+15550100"}})
}

/// The places and messages of what the service refuses in a content.
pub(super) fn refused(content: &Value) -> Vec<(String, String)> {
    refused_with(content, &voice(), None)
}

pub(super) fn refused_with(content: &Value, entry_point: &Value, data: Option<&str>) -> Vec<(String, String)> {
    let content = content.to_string();
    let draft = Draft { content: &content, entry_point: Some(entry_point), initialization_data: data };
    problems(&draft).into_iter().map(|problem| (problem.path.clone(), problem.message())).collect()
}

/// The places and kinds of warnings about a content.
pub(super) fn warned(content: &Value, data: Option<&str>) -> Vec<(String, WarningKind)> {
    let (content, entry_point) = (content.to_string(), voice());
    let draft = Draft { content: &content, entry_point: Some(&entry_point), initialization_data: data };
    warnings(&draft).into_iter().map(|warning| (warning.path, warning.kind)).collect()
}
