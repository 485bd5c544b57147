//! What flows record, and where it goes.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value as Json;

use super::{Context, Rule};
use crate::model::{Kind, Resource, TextPart, Value};

pub(super) const NOT_STORED: Rule = Rule {
    codes: &["not-stored"],
    about: "A flow records calls, or sends their audio to a stream, and the instance stores neither.",
    why: "Connect records nothing without storage for it, and says so nowhere.",
    check: not_stored,
};

fn not_stored(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let instance = &context.loaded.blueprint.instance;
    // What an instance that exists stores is not known here.
    if instance.existing.is_some() || context.loaded.is_part {
        return;
    }
    for resource in context.model.resources.values() {
        if !matches!(resource.address.kind, Kind::Flow | Kind::FlowModule) {
            continue;
        }
        let actions = actions_of(resource);
        let actions = || actions.iter();
        let mut missing = |what: &str, key: &str| {
            diagnostics.push(
                Diagnostic::warning("not-stored", format!("the flow {what}, and the instance does not store that"))
                    .at(resource.span, format!("needs `instance: storage: {key}:`"))
                    .help(format!("Say where it is kept: `storage: {{ {key}: … }}` of the instance.")),
            );
        };
        if instance.storage.call_recordings.is_none() && actions().any(records) {
            missing("records calls", "call_recordings");
        }
        if instance.storage.media_streams.is_none() && actions().any(streams) {
            missing("sends audio to a stream", "media_streams");
        }
    }
}

/// The actions of a flow or module; none of anything else.
pub(super) fn actions_of(resource: &Resource) -> Vec<Json> {
    let content = resource.properties.get("Content").map(text_of);
    let content = content.and_then(|text| serde_json::from_str::<Json>(&text).ok());
    content.and_then(|mut flow| Some(std::mem::take(flow.get_mut("Actions")?.as_array_mut()?))).unwrap_or_default()
}

/// A text of the model, with something in the place of what only AWS knows.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Text(parts) => parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => text.as_str(),
                TextPart::Reference(_) | TextPart::Pseudo(_) => "arn",
            })
            .collect(),
        _ => String::new(),
    }
}

fn records(action: &Json) -> bool {
    let recorded = &action["Parameters"]["RecordingBehavior"]["RecordedParticipants"];
    action["Type"] == "UpdateContactRecordingBehavior" && recorded.as_array().is_some_and(|who| !who.is_empty())
}

fn streams(action: &Json) -> bool {
    action["Type"] == "UpdateContactMediaStreamingBehavior" && action["Parameters"]["MediaStreamingState"] == "Enabled"
}
