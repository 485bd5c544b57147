//! The texts that an action speaks.

use serde_json::{Map, Value};

use crate::Action;

/// A text that is spoken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoken<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// True for SSML.
    pub(super) is_ssml: bool,
}

/// What an action says or asks, its messages in a queue or on hold included.
pub(super) fn spoken(action: &Action) -> impl Iterator<Item = Spoken<'_>> {
    let messages = action.parameters.get("Messages").and_then(Value::as_array).into_iter().flatten();
    let own = std::iter::once(&action.parameters).filter(|_| SPEAKING.contains(&action.action_type.as_str()));
    own.chain(messages.filter_map(Value::as_object)).flat_map(of_members)
}

fn of_members(members: &Map<String, Value>) -> impl Iterator<Item = Spoken<'_>> {
    [("Text", false), ("SSML", true)]
        .into_iter()
        .filter_map(|(name, is_ssml)| Some(Spoken { text: members.get(name)?.as_str()?, is_ssml }))
}

const SPEAKING: &[&str] = &[
    "MessageParticipant",
    "GetParticipantInput",
    "ConnectParticipantWithLexBot",
    "MessageParticipantIteratively",
    "ConnectParticipantWithAgenticCX",
];
