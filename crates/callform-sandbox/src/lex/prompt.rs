//! What a bot says: groups of messages, of each of which one is said.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::session::Session;

/// A message, as clients get it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// `PlainText`, `SSML`, `CustomPayload` or `ImageResponseCard`.
    pub(crate) content_type: String,
    /// The text; none for a card.
    pub(crate) content: Option<String>,
    /// The card, as the API has it.
    pub(crate) card: Option<Value>,
}

impl Message {
    /// As the API and functions write it.
    pub(crate) fn to_json(&self) -> Value {
        let mut message = json!({ "contentType": self.content_type });
        if let Some(content) = &self.content {
            message["content"] = content.as_str().into();
        }
        if let Some(card) = &self.card {
            message["imageResponseCard"] = card.clone();
        }
        message
    }

    /// Reads one; `Err` says what is wrong.
    pub(crate) fn from_json(message: &Value) -> Result<Self, String> {
        let text = |name: &str| message.get(name).and_then(Value::as_str);
        let content_type = text("contentType").ok_or("a message has no contentType")?;
        let (content, card) = (text("content").map(str::to_owned), message.get("imageResponseCard").cloned());
        let is_whole = match content_type {
            "PlainText" | "SSML" | "CustomPayload" => content.as_deref().is_some_and(|content| !content.is_empty()),
            "ImageResponseCard" => card.is_some(),
            _ => return Err(format!("a message has the contentType {content_type}")),
        };
        if !is_whole {
            return Err(format!("a message of the contentType {content_type} is empty"));
        }
        Ok(Self { content_type: content_type.to_owned(), content, card })
    }
}

/// Groups of messages. Of each group one is said.
pub(super) type Groups = Vec<Vec<Message>>;

/// Something that is asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Prompt {
    pub(super) groups: Groups,
    /// How often it is asked again.
    pub(super) retries: u32,
}

/// Reads a prompt of a bot's definition.
pub(super) fn prompt(specification: &Value) -> Prompt {
    let retries = specification.get("MaxRetries").and_then(number).unwrap_or_default();
    Prompt { groups: groups(specification), retries }
}

/// A whole number, which templates may have as a text.
pub(super) fn number(value: &Value) -> Option<u32> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u32::try_from(number).ok()
}

/// Reads `MessageGroupsList` of a prompt or response of a bot's definition.
pub(super) fn groups(specification: &Value) -> Groups {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let all = list(specification.get("MessageGroupsList").or_else(|| specification.get("MessageGroups")));
    all.iter()
        .map(|group| {
            let further = list(group.get("Variations"));
            group.get("Message").into_iter().chain(&further).filter_map(message).collect()
        })
        .collect()
}

fn message(defined: &Value) -> Option<Message> {
    let value = |name: &str| defined.get(name)?.get("Value")?.as_str().map(str::to_owned);
    let text = |content_type: &str, content: String| Message {
        content_type: content_type.to_owned(),
        content: Some(content),
        card: None,
    };
    value("PlainTextMessage")
        .map(|content| text("PlainText", content))
        .or_else(|| value("SSMLMessage").map(|content| text("SSML", content)))
        .or_else(|| value("CustomPayload").map(|content| text("CustomPayload", content)))
        .or_else(|| defined.get("ImageResponseCard").map(card))
}

fn card(defined: &Value) -> Message {
    let button = |button: &Value| json!({ "text": button["Text"], "value": button["Value"] });
    let mut card = json!({ "title": defined["Title"] });
    for (name, own) in [("subtitle", "Subtitle"), ("imageUrl", "ImageUrl")] {
        if let Some(text) = defined.get(own) {
            card[name] = text.clone();
        }
    }
    if let Some(buttons) = defined.get("Buttons").and_then(Value::as_array) {
        card["buttons"] = buttons.iter().map(button).collect();
    }
    Message { content_type: "ImageResponseCard".to_owned(), content: None, card: Some(card) }
}

/// What is said of groups at the so-and-so-many-th time, with the values of the session.
pub(super) fn say(groups: &Groups, attempt: u32, session: &Session) -> Vec<Message> {
    let attempt = usize::try_from(attempt).unwrap_or_default();
    let chosen = groups.iter().filter_map(|group| group.get(attempt % group.len().max(1)));
    chosen
        .map(|message| Message {
            content: message.content.as_deref().map(|content| filled(content, session)),
            ..message.clone()
        })
        .collect()
}

/// A text with the values of slots in the place of `{slot}`, and of session attributes in that of `[attribute]`. What has
/// no value stays as it is written.
fn filled(text: &str, session: &Session) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        let (before, from) = rest.split_at(at);
        whole.push_str(before);
        let (open, close) = if from.starts_with('{') { ("{", '}') } else { ("[", ']') };
        let inner = from.strip_prefix(open).unwrap_or(from);
        let named = inner.split_once(close).and_then(|(name, after)| {
            let value = if close == '}' { session.slot_text(name) } else { session.attributes.get(name).cloned() };
            Some((value?, after))
        });
        if let Some((value, after)) = named {
            whole.push_str(&value);
            rest = after;
        } else {
            whole.push_str(open);
            rest = inner;
        }
    }
    whole.push_str(rest);
    whole
}
