//! What contact events, contact records, events of S3 and the code hook of Lex say.
//!
//! Contact events (EventBridge) are best effort and come in any order; contact records (Kinesis) come at least once, later,
//! and again when something changes. Names are read with a small or a capital first letter, as published samples have both;
//! what is unknown is passed over.

use std::collections::BTreeMap;

use callform_table::Moment;
use serde_json::Value;

use crate::evidence::{BotResult, Evidence, Joined, Part, Recorded};
use crate::ids::{ContactId, UserId};
use crate::item::Turn;
use crate::outside::Location;

/// What was said of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The contact; of a chain of transfers the first.
    pub contact: ContactId,
    /// What was said.
    pub evidence: Evidence,
    /// Whether somebody may have called: no outbound call, no chat, no task.
    pub inbound: bool,
}

/// Reads a contact event: as EventBridge sends it, or only its `detail`. Nothing where it names no contact.
pub fn contact_event(event: &Value) -> Option<Heard> {
    let detail = event.get("detail").unwrap_or(event);
    let mut heard = read(detail)?;
    let at = || event["time"].as_str().and_then(|text| text.parse().ok());
    let evidence = &mut heard.evidence;
    match detail["eventType"].as_str() {
        Some("QUEUED") if evidence.queued.is_none() => evidence.queued = at(),
        Some("DISCONNECTED" | "COMPLETED") if evidence.ended.is_none() => evidence.ended = at(),
        _ => {}
    }
    ended_only_at_the_last(detail, evidence);
    Some(heard)
}

/// Reads a contact record. Nothing where it names no contact, as agent events do not.
pub fn contact_record(record: &Value) -> Option<Heard> {
    let mut heard = read(record)?;
    let evidence = &mut heard.evidence;
    evidence.record = time(record, "lastUpdateTimestamp").or(evidence.ended);
    let all = field(record, "recordings").as_array().into_iter().flatten();
    for recording in all.chain(Some(field(record, "recording")).filter(|one| one.is_object())) {
        let location = field(recording, "location").as_str().and_then(Location::read);
        let deleted = field(recording, "status").as_str() == Some("DELETED");
        // Media streams have a location as well, of another storage.
        let in_s3 = field(recording, "storageType").as_str().is_none_or(|kind| matches!(kind, "S3" | "Amazon S3"));
        if let Some(location) = location.filter(|_| in_s3 && !deleted) {
            let part = part(recording, &location);
            let known = evidence.recordings.entry(location.to_string()).or_default();
            known.part = known.part.max(part);
        }
    }
    ended_only_at_the_last(record, evidence);
    Some(heard)
}

/// A call that was transferred goes on in the next contact of its chain: its own end is not that of the conversation.
fn ended_only_at_the_last(fields: &Value, evidence: &mut Evidence) {
    if field(fields, "nextContactId").as_str().is_some_and(|next| !next.is_empty()) {
        evidence.ended = None;
        evidence.reason = None;
        evidence.record = None;
    }
}

/// Recordings of flows lie in a folder of their own, `…/ivr/…` (?); where a record names whom a recording is of, that holds.
fn part(recording: &Value, location: &Location) -> Part {
    let said = |name: &str| field(recording, name).as_str().unwrap_or_default().to_ascii_uppercase();
    let automated = said("mediaStreamType") == "AUTOMATED_INTERACTION" || said("participantType") == "IVR";
    if automated { Part::Automated } else { part_of(location) }
}

/// What a recording is of, by where it lies.
pub fn part_of(location: &Location) -> Part {
    if location.key.to_ascii_lowercase().contains("/ivr/") { Part::Automated } else { Part::Talk }
}

fn read(fields: &Value) -> Option<Heard> {
    let contact = field(fields, "contactId").as_str()?;
    let first = field(fields, "initialContactId").as_str().filter(|first| !first.is_empty()).unwrap_or(contact);
    let objects = |names: [&str; 2]| names.into_iter().map(|name| field(fields, name)).find(|value| value.is_object());
    let joined = objects(["agentInfo", "agent"]).and_then(|agent| {
        let arn = [field(agent, "agentArn"), field(agent, "ARN")].into_iter().find_map(Value::as_str);
        let id = arn.unwrap_or_default().rsplit('/').next().unwrap_or_default();
        Some(Joined { since: time(agent, "connectedToAgentTimestamp")?, agent: UserId::from(id) })
    });
    let reason = field(fields, "disconnectReason").as_str().filter(|word| !word.is_empty());
    let evidence = Evidence {
        began: time(fields, "initiationTimestamp"),
        queued: objects(["queueInfo", "queue"]).and_then(|queue| time(queue, "enqueueTimestamp")),
        joined,
        ended: time(fields, "disconnectTimestamp"),
        reason: reason.map(|word| word.chars().take(100).collect()),
        ..Evidence::default()
    };
    let voice = field(fields, "channel").as_str().is_none_or(|channel| channel.eq_ignore_ascii_case("VOICE"));
    let method = field(fields, "initiationMethod").as_str();
    let inbound =
        method.is_none_or(|method| matches!(method, "INBOUND" | "TRANSFER" | "QUEUE_TRANSFER" | "WEBRTC_API"));
    Some(Heard { contact: first.into(), evidence, inbound: voice && inbound })
}

fn time(fields: &Value, name: &str) -> Option<Moment> {
    field(fields, name).as_str()?.parse().ok()
}

/// A member by its name with a small or a capital first letter.
fn field<'a>(fields: &'a Value, name: &str) -> &'a Value {
    if let Some(value) = fields.get(name) {
        return value;
    }
    let (first, rest) = name.split_at(1);
    &fields[format!("{}{rest}", first.to_ascii_uppercase())]
}

/// The object that was put, of an event of EventBridge (`Object Created`).
pub fn object_created(event: &Value) -> Option<Location> {
    let detail = &event["detail"];
    let created = event["source"] == "aws.s3" && event["detail-type"] == "Object Created";
    let (bucket, key) = (detail["bucket"]["name"].as_str()?, detail["object"]["key"].as_str()?);
    created.then(|| Location { bucket: bucket.to_owned(), key: key.to_owned() })
}

/// The session attribute that counts turns.
pub const TURN_ATTRIBUTE: &str = "callform_turn";

/// What the code hook of a bot was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooked {
    /// The turn. Its time is when it was told, which is not in the event.
    pub turn: Turn,
    /// What the bot came to, where it says so.
    pub result: Option<BotResult>,
}

/// Reads an event of the code hook of Lex V2. Nothing where it names no session; in flows the session is the contact (?), and
/// the attribute `conversation` of the session, which the flow sets, goes before.
pub fn hook(event: &Value, at: Moment) -> Option<Hooked> {
    let state = &event["sessionState"];
    let attributes = &state["sessionAttributes"];
    let named = attributes["conversation"].as_str().filter(|contact| !contact.is_empty());
    let contact = named.or_else(|| event["sessionId"].as_str())?;
    let before: u32 = attributes[TURN_ATTRIBUTE].as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    let intent = &state["intent"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let slots = intent["slots"].as_object().into_iter().flatten();
    let slots: BTreeMap<String, String> = slots
        .filter_map(|(name, slot)| Some((name.clone(), slot["value"]["interpretedValue"].as_str()?.to_owned())))
        .collect();
    let turn = Turn {
        contact: contact.into(),
        nth: before.saturating_add(1),
        said_at: at,
        heard: text(&event["inputTranscript"]),
        by: text(&event["inputMode"]),
        intent: text(&intent["name"]),
        state: text(&intent["state"]),
        slots,
    };
    // Who is asked to do it does it: the intent is fulfilled with the answer.
    let fulfills = event["invocationSource"] == "FulfillmentCodeHook";
    let over = fulfills || matches!(&*turn.state, "Fulfilled" | "Failed");
    let state = if fulfills { "Fulfilled".to_owned() } else { turn.state.clone() };
    let result = over.then(|| BotResult { at, intent: turn.intent.clone(), state });
    Some(Hooked { turn, result })
}

/// Evidence that a recording of a conversation arrived.
pub fn arrived(location: &Location, recorded: Recorded) -> Evidence {
    Evidence { recordings: [(location.to_string(), recorded)].into(), ..Evidence::default() }
}

#[cfg(test)]
mod tests;
