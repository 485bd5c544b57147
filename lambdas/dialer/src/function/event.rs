//! What the dialer is invoked with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::Value;

/// What is to be done, by schedule, state machine or person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Whatever is due: ask about silent calls, place calls, tell of escalations and of the end.
    Tick,
    /// Start placing calls; `token` is told the end.
    Start {
        /// A task token of Step Functions.
        #[serde(default)]
        token: Option<String>,
        /// What the state machine was started with: `{ "begun": true }` where the campaign was started before it.
        #[serde(default)]
        input: Value,
    },
    /// Place no calls until it is resumed.
    Pause,
    /// Go on.
    Resume,
    /// Place no calls any more.
    Stop,
    /// How it stands.
    Status,
    /// Write the results of all calls since it was started to the bucket.
    Report,
    /// Read some of a list: an object of the bucket.
    Load {
        /// The object's key.
        key: String,
    },
}

/// What the dialer is invoked with.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What is to be done.
    Do(Action),
    /// A contact event of EventBridge.
    Contact(Value),
    /// Agent events and contact records of a Kinesis stream.
    Stream(Vec<StreamRecord>),
}

/// A record of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRecord {
    /// Its sequence number.
    pub sequence: String,
    /// Its content; nothing where it is no JSON.
    pub content: Option<Value>,
}

/// An event that means nothing to the dialer. The text tells nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event is none that the dialer knows: `{{\"action\": \"tick\"}}` and other actions, contact events of EventBridge, batches of Kinesis"
)]
pub struct UnknownEvent;

impl Event {
    /// Reads an event.
    pub fn read(event: Value) -> Result<Self, UnknownEvent> {
        if event.get("action").is_some() {
            return serde_json::from_value(event).map(Self::Do).map_err(|_| UnknownEvent);
        }
        if event["source"] == "aws.connect" {
            return Ok(Self::Contact(event));
        }
        let records = event["Records"].as_array().ok_or(UnknownEvent)?;
        records.iter().map(record).collect::<Option<_>>().map(Self::Stream).ok_or(UnknownEvent)
    }
}

fn record(record: &Value) -> Option<StreamRecord> {
    let kinesis = &record["kinesis"];
    let bytes = BASE64.decode(kinesis["data"].as_str()?).unwrap_or_default();
    let sequence = kinesis["sequenceNumber"].as_str()?.to_owned();
    Some(StreamRecord { sequence, content: serde_json::from_slice(&bytes).ok() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_in_is_told_apart() {
        assert_eq!(Event::read(json!({ "action": "tick" })), Ok(Event::Do(Action::Tick)));
        let start = json!({ "action": "start", "token": "t" });
        let action = Action::Start { token: Some("t".to_owned()), input: Value::Null };
        assert_eq!(Event::read(start), Ok(Event::Do(action)));
        let contact = json!({ "source": "aws.connect", "detail": {} });
        assert_eq!(Event::read(contact.clone()), Ok(Event::Contact(contact)));
        // {"a":1}, and something that is no JSON: P6, it must not hold up what comes after it.
        let stream = json!({ "Records": [
            { "kinesis": { "sequenceNumber": "1", "data": "eyJhIjoxfQ==" } },
            { "kinesis": { "sequenceNumber": "2", "data": "Pz8/" } },
        ] });
        let Ok(Event::Stream(records)) = Event::read(stream) else { panic!("a stream") };
        assert_eq!(records[0].content, Some(json!({ "a": 1 })));
        assert_eq!((records[1].sequence.as_str(), &records[1].content), ("2", &None));
        for unknown in [json!({}), json!({ "action": "dance" }), json!([]), json!({ "Records": [{}] })] {
            assert_eq!(Event::read(unknown), Err(UnknownEvent));
        }
    }
}
