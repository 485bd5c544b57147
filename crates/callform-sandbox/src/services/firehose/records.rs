//! Putting records into a delivery stream.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::buffer::{Buffers, Output, Place, Queued};
use super::{DeliveryStream, invalid_argument};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;

/// Most bytes of one record, before Base64 (Firehose, `PutRecord`).
const LARGEST_RECORD: usize = 1000 * 1024;
/// Most bytes of one `PutRecordBatch`.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;
/// Most records of one `PutRecordBatch`.
const MOST_RECORDS: usize = 500;

/// The id of a record: the same whenever it is shown to a function, and never used again.
pub(super) fn record_id(created: u64, number: u64) -> String {
    format!("49{created:014}{number:034}000000")
}

/// Data of a record, checked: its Base64 text, and its size in bytes.
fn data(record: &Value) -> Result<(&str, usize), AwsError> {
    let text = record.get("Data").and_then(Value::as_str).ok_or_else(|| {
        AwsError::new(
            400,
            "ValidationException",
            "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member must not be null",
        )
    })?;
    let bytes = BASE64
        .decode(text)
        .map_err(|error| AwsError::new(400, "SerializationException", format!("Data is no Base64: {error}")))?;
    if bytes.len() > LARGEST_RECORD {
        return Err(AwsError::new(
            400,
            "ValidationException",
            format!(
                "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member must have length less than or equal to {LARGEST_RECORD}"
            ),
        ));
    }
    Ok((text, bytes.len()))
}

/// Carries out `PutRecord` or `PutRecordBatch`.
pub(super) fn put(
    environment: &Environment,
    operation: &str,
    stream: &DeliveryStream,
    input: &Input,
) -> Result<Value, AwsError> {
    if stream.source().is_some() {
        let message =
            format!("This operation is not permitted on KinesisStreamAsSource delivery stream type: {}", stream.name);
        return Err(invalid_argument(message));
    }
    if operation == "PutRecord" {
        let record = Value::Object(input.object("Record"));
        let (text, _) = data(&record)?;
        let id = accept(environment, stream, text)?;
        return Ok(json!({ "RecordId": id, "Encrypted": stream.is_encrypted() }));
    }
    let records = input.list("Records");
    if records.is_empty() || records.len() > MOST_RECORDS {
        return Err(AwsError::new(
            400,
            "ValidationException",
            format!(
                "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length between 1 and {MOST_RECORDS}"
            ),
        ));
    }
    let checked = records.iter().map(data).collect::<Result<Vec<_>, _>>()?;
    if checked.iter().map(|(_, size)| size).sum::<usize>() > LARGEST_REQUEST {
        return Err(invalid_argument("Records size exceeds 4 MB limit"));
    }
    let mut results = Vec::new();
    for (text, _) in checked {
        let mut result = Map::new();
        result.insert("RecordId".to_owned(), accept(environment, stream, text)?.into());
        results.push(Value::Object(result));
    }
    Ok(json!({ "FailedPutCount": 0, "RequestResponses": results, "Encrypted": stream.is_encrypted() }))
}

/// Takes a record in.
fn accept(environment: &Environment, stream: &DeliveryStream, data: &str) -> Result<String, AwsError> {
    let record = Queued { data: data.to_owned(), arrived: epoch_milliseconds(environment.now), source: None };
    take_in(environment, stream, &record).map(|number| record_id(stream.created(), number))
}

/// Queues a record for the stream's function, or buffers it where there is none; returns its number.
pub(super) fn take_in(environment: &Environment, stream: &DeliveryStream, record: &Queued) -> Result<u64, AwsError> {
    let destination = stream.destination()?.ok_or_else(|| stream.undeliverable())?;
    let buffers = Buffers { environment, name: &stream.name };
    let number = buffers.next_number()?;
    if destination.transform.is_some() {
        buffers.enqueue(number, record)?;
    } else {
        let data = super::transform::delimited(&record.data, destination.delimiter.as_deref());
        let output = Output { data, arrived: record.arrived };
        buffers.append(&Place::Delivered(std::collections::BTreeMap::new()), number, &output)?;
    }
    Ok(number)
}
