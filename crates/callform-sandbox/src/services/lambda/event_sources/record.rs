//! What a function is sent, what its answer means, and what is written of records that are given up.

use serde_json::{Map, Value, json};

use crate::clock::{epoch_seconds, iso8601};
use crate::handler::Environment;
use crate::services::kinesis::{Entry, Shard, Stream, sequence_number};

fn time(milliseconds: u64) -> std::time::SystemTime {
    std::time::UNIX_EPOCH + std::time::Duration::from_millis(milliseconds)
}

fn text<'a>(mapping: &'a Map<String, Value>, member: &str) -> &'a str {
    mapping.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The event of a batch.
pub(super) fn event(
    mapping: &Map<String, Value>,
    region: &str,
    stream: &Stream,
    shard: &Shard,
    entries: &[Entry],
) -> Value {
    let source = text(mapping, "EventSourceArn");
    let records: Vec<_> = entries
        .iter()
        .map(|entry| {
            let sequence = sequence_number(stream.created(), shard.number, entry.number);
            json!({
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": entry.record.partition_key,
                    "sequenceNumber": sequence,
                    "data": entry.record.data,
                    "approximateArrivalTimestamp": epoch_seconds(time(entry.record.arrived)),
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": format!("{}:{sequence}", shard.id()),
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": text(mapping, "FunctionArn"),
                "awsRegion": region,
                "eventSourceARN": source,
            })
        })
        .collect();
    json!({ "Records": records })
}

/// The first record that a partial answer says failed; `None` where none did. An answer that makes no sense means the
/// whole batch.
pub(super) fn sequence_of_failures(answer: &[u8], numbers: &[u64], sequence: impl Fn(u64) -> String) -> Option<u64> {
    let whole = numbers.first().copied();
    if answer.is_empty() {
        return None;
    }
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return whole };
    let failures = match &answer {
        Value::Null => return None,
        Value::Object(members) if members.is_empty() => return None,
        Value::Object(members) => match members.get("batchItemFailures") {
            Some(Value::Null) => return None,
            Some(Value::Array(failures)) => failures,
            _ => return whole,
        },
        _ => return whole,
    };
    let mut first = None;
    for failure in failures {
        let named = failure.get("itemIdentifier").and_then(Value::as_str).unwrap_or_default();
        let Some(number) = numbers.iter().copied().find(|number| sequence(*number) == named) else { return whole };
        first = Some(first.map_or(number, |first: u64| first.min(number)));
    }
    first
}

/// Records that are given up.
pub(super) struct Discarded<'a> {
    pub(super) mapping: &'a Map<String, Value>,
    pub(super) stream: &'a Stream,
    pub(super) shard: &'a Shard,
    pub(super) entries: &'a [Entry],
    pub(super) condition: &'a str,
    pub(super) attempts: u64,
}

impl Discarded<'_> {
    /// The record for the on-failure destination: which records they are, without their data.
    pub(super) fn record(&self, environment: &Environment) -> Value {
        let sequence = |entry: Option<&Entry>| {
            entry.map(|entry| sequence_number(self.stream.created(), self.shard.number, entry.number))
        };
        let arrival = |entry: Option<&Entry>| entry.map(|entry| iso8601(time(entry.record.arrived)));
        let (first, last) = (self.entries.first(), self.entries.last());
        json!({
            "requestContext": {
                "requestId": uuid::Uuid::new_v4().to_string(),
                "functionArn": text(self.mapping, "FunctionArn"),
                "condition": self.condition,
                "approximateInvokeCount": self.attempts,
            },
            "version": "1.0",
            "timestamp": iso8601(environment.now),
            "KinesisBatchInfo": {
                "shardId": self.shard.id(),
                "startSequenceNumber": sequence(first),
                "endSequenceNumber": sequence(last),
                "approximateArrivalOfFirstRecord": arrival(first),
                "approximateArrivalOfLastRecord": arrival(last),
                "batchSize": self.entries.len(),
                "streamArn": text(self.mapping, "EventSourceArn"),
            },
        })
    }
}
