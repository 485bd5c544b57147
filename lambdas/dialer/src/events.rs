//! What contact events and contact records say of a call.
//!
//! Both name the same facts. Contact events (EventBridge) are best effort and come in any order; contact records (Kinesis)
//! come at least once, later, and again when something changes. Names are read with a small or a capital first letter, as
//! published samples have both; what is unknown is passed over.

use serde_json::Value;

use crate::evidence::{Detected, Evidence, Reason, Said, Talked};
use crate::ids::{AgentId, AttemptId, ContactId};
use crate::moment::Moment;
use crate::phone::ATTEMPT_ATTRIBUTE;

/// What was said of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The contact.
    pub contact: ContactId,
    /// The attempt, where the contact's attributes name it.
    pub attempt: Option<AttemptId>,
    /// What was said.
    pub evidence: Evidence,
    /// Whether it may be a call of a dialer: a voice contact that was started by the API, or that does not say how.
    pub ours: bool,
}

/// What is no contact event or contact record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no {0} of Amazon Connect: it names no contact")]
pub struct NoContact(&'static str);

/// Reads a contact event: as EventBridge sends it, or only its `detail`.
pub fn contact_event(event: &Value) -> Result<Heard, NoContact> {
    let detail = event.get("detail").unwrap_or(event);
    let mut heard = read(detail).ok_or(NoContact("contact event"))?;
    let at = || event["time"].as_str().and_then(|text| text.parse().ok());
    let evidence = &mut heard.evidence;
    match detail["eventType"].as_str() {
        Some("CONNECTED_TO_SYSTEM") if evidence.answered.is_none() => evidence.answered = at(),
        Some("QUEUED") if evidence.queued.is_none() => evidence.queued = at(),
        Some("DISCONNECTED" | "COMPLETED") if evidence.ended.is_none() => evidence.ended = at(),
        _ => {}
    }
    Ok(heard)
}

/// Reads a contact record.
pub fn contact_record(record: &Value) -> Result<Heard, NoContact> {
    let mut heard = read(record).ok_or(NoContact("contact record"))?;
    let offered = record["AgentConnectionAttempts"].as_u64().is_some_and(|offers| offers > 0);
    heard.evidence.missed = offered && heard.evidence.talked.is_none();
    heard.attempt = record["Attributes"][ATTEMPT_ATTRIBUTE].as_str().map(AttemptId::from);
    if let Some(disposition) = record["Attributes"]["disposition"].as_str().filter(|text| !text.is_empty()) {
        let at = time(record, "lastUpdateTimestamp").or(heard.evidence.ended);
        heard.evidence.disposition = at.map(|at| Said { at, what: disposition.chars().take(100).collect() });
    }
    Ok(heard)
}

fn read(fields: &Value) -> Option<Heard> {
    let contact = ContactId::from(field(fields, "contactId").as_str()?);
    let agent = [field(fields, "agentInfo"), field(fields, "agent")].into_iter().find(|agent| agent.is_object());
    let queue = [field(fields, "queueInfo"), field(fields, "queue")].into_iter().find(|queue| queue.is_object());
    let talked = agent.and_then(|agent| {
        let arn = [field(agent, "agentArn"), field(agent, "ARN")].into_iter().find_map(Value::as_str);
        let since = time(agent, "connectedToAgentTimestamp")?;
        Some(Talked { since, agent: AgentId::from(arn.unwrap_or_default()) })
    });
    let evidence = Evidence {
        answered: time(fields, "connectedToSystemTimestamp"),
        detected: field(fields, "answeringMachineDetectionStatus").as_str().and_then(Detected::read),
        queued: queue.and_then(|queue| time(queue, "enqueueTimestamp")),
        talked,
        ended: time(fields, "disconnectTimestamp"),
        reason: field(fields, "disconnectReason").as_str().filter(|word| !word.is_empty()).map(Reason::read),
        ..Evidence::default()
    };
    let voice = field(fields, "channel").as_str().is_none_or(|channel| channel.eq_ignore_ascii_case("VOICE"));
    let by_api = field(fields, "initiationMethod").as_str().is_none_or(|method| matches!(method, "API" | "OUTBOUND"));
    Some(Heard { contact, attempt: None, evidence, ours: voice && by_api })
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    /// In the form of the published sample: some names begin with a capital letter.
    #[test]
    fn a_contact_event_is_read_whatever_its_capitals() {
        let event = json!({
            "version": "0",
            "detail-type": "Amazon Connect Contact Event",
            "source": "aws.connect",
            "time": "2026-11-30T17:43:48Z",
            "detail": {
                "eventType": "DISCONNECTED",
                "contactId": "c-1",
                "channel": "Voice",
                "initiationMethod": "OUTBOUND",
                "initiationTimestamp": "2026-11-30T17:17:53.000Z",
                "connectedToSystemTimestamp": "2026-11-30T17:17:55.000Z",
                "disconnectTimestamp": "2026-11-30T17:18:37.000Z",
                "queueInfo": { "queueArn": "q", "queueType": "type", "enqueueTimestamp": "2026-11-30T17:18:04.000Z" },
                "AgentInfo": { "AgentArn": "a", "connectedToAgentTimestamp": "2026-11-30T17:18:09.000Z" },
                "AnsweringMachineDetectionStatus": "HUMAN_ANSWERED",
            },
        });
        let heard = contact_event(&event).unwrap();
        let talked = Talked { since: "2026-11-30T17:18:09Z".parse().unwrap(), agent: "a".into() };
        let expected = Evidence {
            answered: Some(moment("2026-11-30T17:17:55Z")),
            detected: Some(Detected::Human),
            queued: Some(moment("2026-11-30T17:18:04Z")),
            talked: Some(talked),
            ended: Some(moment("2026-11-30T17:18:37Z")),
            ..Evidence::default()
        };
        assert_eq!((heard.evidence, heard.ours, heard.contact.as_str()), (expected, true, "c-1"));
    }

    #[test]
    fn what_an_event_is_about_is_known_without_its_timestamps() {
        let event = |kind: &str| {
            let event = json!({ "time": "2026-11-30T17:43:48Z", "detail": { "contactId": "c", "eventType": kind } });
            contact_event(&event).unwrap().evidence
        };
        let at = Some(moment("2026-11-30T17:43:48Z"));
        assert_eq!(event("CONNECTED_TO_SYSTEM"), Evidence { answered: at, ..Evidence::default() });
        assert_eq!(event("QUEUED"), Evidence { queued: at, ..Evidence::default() });
        assert_eq!(event("DISCONNECTED"), Evidence { ended: at, ..Evidence::default() });
        assert_eq!(event("CONTACT_DATA_UPDATED"), Evidence::default());
    }

    #[test]
    fn contacts_of_others_are_not_ours() {
        let ours = |channel: &str, method: &str| {
            let detail = json!({ "contactId": "c", "channel": channel, "initiationMethod": method });
            contact_event(&json!({ "detail": detail })).unwrap().ours
        };
        assert!(ours("VOICE", "API") && ours("VOICE", "OUTBOUND"));
        assert!(!ours("VOICE", "INBOUND") && !ours("CHAT", "API") && !ours("VOICE", "TRANSFER"));
    }

    #[test]
    fn a_contact_record_names_its_attempt_and_who_missed_it() {
        let record = json!({
            "ContactId": "c",
            "Channel": "VOICE",
            "InitiationMethod": "API",
            "Attributes": { "dialer_attempt": "a-1", "disposition": "paid" },
            "LastUpdateTimestamp": "2026-11-30T17:20:00Z",
            "ConnectedToSystemTimestamp": "2026-11-30T17:17:55Z",
            "DisconnectTimestamp": "2026-11-30T17:18:37Z",
            "DisconnectReason": "CUSTOMER_DISCONNECT",
            "Queue": { "ARN": "q", "EnqueueTimestamp": "2026-11-30T17:18:00Z" },
            "Agent": null,
            "AgentConnectionAttempts": 1,
        });
        let heard = contact_record(&record).unwrap();
        assert_eq!(heard.attempt, Some("a-1".into()));
        assert!(heard.evidence.missed);
        assert_eq!(heard.evidence.outcome(), crate::outcome::Outcome::AgentMissed);
        assert_eq!(heard.evidence.reason, Some(Reason::Customer));
        assert_eq!(heard.evidence.disposition.unwrap().what, "paid");
    }

    #[test]
    fn what_is_neither_is_refused() {
        for nonsense in [json!(null), json!([]), json!({ "detail": 1 }), json!({ "detail": { "contactId": 1 } })] {
            assert!(contact_event(&nonsense).is_err() && contact_record(&nonsense).is_err());
        }
    }
}
