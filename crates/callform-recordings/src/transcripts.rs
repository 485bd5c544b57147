//! Who said what and when: results of Amazon Transcribe and of Contact Lens.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::channel::{Channel, Span};
use crate::error::Error;

/// Words of one channel without a long pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who spoke.
    pub channel: Channel,
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// What.
    pub text: String,
}

/// A pause between two words that ends a turn, where the service does not say where turns end.
const PAUSE_MS: u64 = 1_000;
/// Seconds that a time in a transcript has at most: the longest file that Transcribe takes lasts four hours.
const LONGEST: f64 = 1_000_000.0;

/// Reads a result of Amazon Transcribe (`results`, with or without channel identification) or an analysis of Contact Lens
/// (`Transcript`). Turns come in order of their beginning, the customer's first where two begin at once.
///
/// `ch_0` is the customer, `ch_1` the agent; without channels all is the customer's, as in a recording with one channel. What
/// others than customer and agent say in a Contact Lens analysis (the system's prompts) is left out.
///
/// Sources: Amazon Transcribe Developer Guide, "How Amazon Transcribe works with multi-channel audio"; Amazon Connect
/// Administrator Guide, "Example Contact Lens output files".
///
/// # Errors
///
/// What is neither of the two, and every value that is not of its form, with its path.
pub fn read(json: &[u8]) -> Result<Vec<Turn>, Error> {
    let document: Value =
        serde_json::from_slice(json).map_err(|error| Error::text("the transcript", format!("is no JSON: {error}")))?;
    let mut turns = if let Some(results) = document.get("results") {
        transcribe(results)?
    } else if let Some(Value::Array(segments)) = document.get("Transcript") {
        contact_lens(&document, segments)?
    } else {
        let problem = match document.get("status").and_then(Value::as_str) {
            Some(status) => format!("has no results: its job is {status}"),
            None => "is neither a result of Transcribe nor an analysis of Contact Lens".to_owned(),
        };
        return Err(Error::text("the transcript", problem));
    };
    turns.sort_by_key(|turn| (turn.span.start_ms, turn.channel));
    Ok(turns)
}

fn transcribe(results: &Value) -> Result<Vec<Turn>, Error> {
    // Results since 2024 say themselves where segments end.
    if let Some(Value::Array(segments)) = results.get("audio_segments") {
        return segments.iter().enumerate().map(|(index, segment)| segment_turn(segment, index)).collect();
    }
    if let Some(channels) = results.pointer("/channel_labels/channels").and_then(Value::as_array) {
        let mut turns = Vec::new();
        for (index, channel) in channels.iter().enumerate() {
            let path = format!("results.channel_labels.channels[{index}]");
            let label = channel_of(channel.get("channel_label"), &path)?;
            turns.extend(turns_of(items(channel), label, &path)?);
        }
        return Ok(turns);
    }
    turns_of(items(results), Channel::Customer, "results")
}

fn segment_turn(segment: &Value, index: usize) -> Result<Turn, Error> {
    let path = format!("results.audio_segments[{index}]");
    let channel = match segment.get("channel_label") {
        None => Channel::Customer,
        label => channel_of(label, &path)?,
    };
    let text = segment.get("transcript").and_then(Value::as_str);
    let text = text.ok_or_else(|| Error::text(format!("{path}.transcript"), "is no text"))?.trim().to_owned();
    Ok(Turn {
        channel,
        span: Span::new(seconds(segment, "start_time", &path)?, seconds(segment, "end_time", &path)?),
        text,
    })
}

fn items(value: &Value) -> &[Value] {
    value.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Joins words to turns. Punctuation has no time and belongs to the word before it.
fn turns_of(items: &[Value], channel: Channel, path: &str) -> Result<Vec<Turn>, Error> {
    let mut turns: Vec<Turn> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}.items[{index}]");
        let content = item.pointer("/alternatives/0/content").and_then(Value::as_str);
        let content = content.ok_or_else(|| Error::text(format!("{path}.alternatives"), "have no content"))?;
        if item.get("type").and_then(Value::as_str) == Some("punctuation") {
            if let Some(last) = turns.last_mut() {
                last.text.push_str(content);
            }
            continue;
        }
        let span = Span::new(seconds(item, "start_time", &path)?, seconds(item, "end_time", &path)?);
        match turns.last_mut() {
            Some(last) if span.start_ms < last.span.end_ms + PAUSE_MS => {
                last.span = last.span.around(span);
                last.text.push(' ');
                last.text.push_str(content);
            }
            _ => turns.push(Turn { channel, span, text: content.to_owned() }),
        }
    }
    Ok(turns)
}

fn channel_of(label: Option<&Value>, path: &str) -> Result<Channel, Error> {
    match label.and_then(Value::as_str) {
        Some("ch_0") => Ok(Channel::Customer),
        Some("ch_1") => Ok(Channel::Agent),
        _ => Err(Error::text(format!("{path}.channel_label"), "is neither ch_0 nor ch_1")),
    }
}

/// Times are texts in Transcribe's results; numbers pass as well.
fn seconds(value: &Value, key: &str, path: &str) -> Result<u64, Error> {
    let seconds = match value.get(key) {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(Value::Number(number)) => number.as_f64(),
        _ => None,
    };
    let seconds = seconds.filter(|seconds: &f64| (0.0..LONGEST).contains(seconds));
    let seconds = seconds.ok_or_else(|| Error::text(format!("{path}.{key}"), "is no number of seconds"))?;
    Ok(rounded(seconds * 1_000.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a billion")]
fn rounded(milliseconds: f64) -> u64 {
    milliseconds.round() as u64
}

fn contact_lens(document: &Value, segments: &[Value]) -> Result<Vec<Turn>, Error> {
    let participants = document.get("Participants").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let role = |id: &str| {
        let participant =
            participants.iter().find(|one| one.get("ParticipantId").and_then(Value::as_str) == Some(id))?;
        participant.get("ParticipantRole").and_then(Value::as_str)
    };
    let mut turns = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let path = format!("Transcript[{index}]");
        let id = segment.get("ParticipantId").and_then(Value::as_str);
        let id = id.ok_or_else(|| Error::text(format!("{path}.ParticipantId"), "is no text"))?;
        // Analyses without participants use the roles themselves as identifiers.
        let channel = match role(id).unwrap_or(id) {
            "CUSTOMER" => Channel::Customer,
            "AGENT" => Channel::Agent,
            _ => continue,
        };
        let number = |key: &str| {
            let number = segment.get(key).and_then(Value::as_u64);
            number.ok_or_else(|| Error::text(format!("{path}.{key}"), "is no number of milliseconds"))
        };
        let span = Span::new(number("BeginOffsetMillis")?, number("EndOffsetMillis")?);
        let text = segment.get("Content").and_then(Value::as_str);
        let text = text.ok_or_else(|| Error::text(format!("{path}.Content"), "is no text"))?.trim().to_owned();
        turns.push(Turn { channel, span, text });
    }
    Ok(turns)
}
