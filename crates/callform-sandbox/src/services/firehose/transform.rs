//! The contract between a delivery stream and its function: what it is sent, and what its answer means.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::DeliveryStream;
use super::buffer::{Output, Place, Queued};
use super::destination::Destination;
use super::records::record_id;

/// The error output type of records that were not transformed.
pub(super) const PROCESSING_FAILED: &str = "processing-failed";
/// Most bytes of a function's answer (Lambda, synchronous invocation).
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

/// Why a batch, or a record of it, was not transformed: as error records say it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The event a function is invoked with.
pub(super) fn event(stream: &DeliveryStream, region: &str, invocation_id: &str, records: &[(u64, Queued)]) -> Value {
    let records: Vec<_> = records
        .iter()
        .map(|(number, record)| {
            let mut shown = json!({
                "recordId": record_id(stream.created(), *number),
                "approximateArrivalTimestamp": record.arrived,
                "data": record.data,
            });
            if let Some(source) = &record.source {
                shown["kinesisRecordMetadata"] = json!({
                    "sequenceNumber": source.sequence_number,
                    "subsequenceNumber": 0,
                    "partitionKey": source.partition_key,
                    "shardId": source.shard_id,
                    "approximateArrivalTimestamp": record.arrived,
                });
            }
            shown
        })
        .collect();
    let mut event = json!({
        "invocationId": invocation_id,
        "deliveryStreamArn": stream.arn(),
        "region": region,
    });
    if let Some(source) = stream.source() {
        event["sourceKinesisStreamArn"] = source.into();
    }
    event["records"] = records.into();
    event
}

/// What the answer says about each record, by record id. An answer that leaves a record out, names one twice or is
/// something else altogether fails the whole batch.
pub(super) fn read_answer(answer: &[u8], ids: &[String]) -> Result<BTreeMap<String, Map<String, Value>>, Failure> {
    if answer.len() > LARGEST_ANSWER {
        return Err(Failure::new("Lambda.ResponseSizeTooLarge", "The response of the function is larger than 6 MB."));
    }
    let wrong = |message: &str| Failure::new("Lambda.JsonProcessingException", message);
    let answer: Value = serde_json::from_slice(answer).map_err(|_| wrong("The response is not JSON."))?;
    let records = answer["records"].as_array().ok_or_else(|| wrong("The response has no list of records."))?;
    let mut results = BTreeMap::new();
    for record in records {
        let record = record.as_object().ok_or_else(|| wrong("A record of the response is no object."))?;
        let id = record.get("recordId").and_then(Value::as_str).unwrap_or_default().to_owned();
        if results.insert(id.clone(), record.clone()).is_some() {
            let message = format!("Multiple records were returned with the record id {id}.");
            return Err(Failure::new("Lambda.DuplicatedRecordId", message));
        }
    }
    match ids.iter().find(|id| !results.contains_key(*id)) {
        Some(id) => Err(Failure::new("Lambda.MissingRecordId", format!("The record id {id} was not returned."))),
        None => Ok(results),
    }
}

/// Where a transformed record goes; `None` for one that is dropped.
pub(super) fn place(
    result: &Map<String, Value>,
    record: &Queued,
    destination: &Destination,
) -> Result<Option<(Place, Output)>, Failure> {
    match result.get("result").and_then(Value::as_str) {
        Some("Dropped") => return Ok(None),
        Some("Ok") => {}
        Some("ProcessingFailed") => {
            let message = "ProcessingFailed status set for record";
            return Err(Failure::new("Lambda.ProcessingFailedStatus", message));
        }
        _ => return Err(Failure::new("Lambda.JsonProcessingException", "The record has no result that is known.")),
    }
    let data = result.get("data").and_then(Value::as_str).unwrap_or_default();
    if BASE64.decode(data).is_err() {
        return Err(Failure::new("Lambda.JsonProcessingException", "The data of the record is not Base64."));
    }
    let given = result.get("metadata").and_then(|metadata| metadata["partitionKeys"].as_object());
    let mut keys = BTreeMap::new();
    for name in destination.prefix.partition_keys() {
        let value = given.and_then(|given| given.get(name)).and_then(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let value = value.filter(|value| !value.is_empty()).ok_or_else(|| {
            Failure::new(
                "DynamicPartitioning.MetadataExtractionFailed",
                format!("The record has no partition key {name}."),
            )
        })?;
        keys.insert(name.to_owned(), value);
    }
    let data = delimited(data, destination.delimiter.as_deref());
    Ok(Some((Place::Delivered(keys), Output { data, arrived: record.arrived })))
}

/// Data in Base64 with a delimiter behind it.
pub(super) fn delimited(data: &str, delimiter: Option<&str>) -> String {
    match (delimiter, BASE64.decode(data)) {
        (Some(delimiter), Ok(mut bytes)) => {
            bytes.extend_from_slice(delimiter.as_bytes());
            BASE64.encode(bytes)
        }
        _ => data.to_owned(),
    }
}

/// The line that is written for a record that failed (developer guide, "Handle data transformation failures").
pub(super) fn error_record(
    record: &Queued,
    id: &str,
    failure: &Failure,
    attempts: u64,
    function: &str,
    now: u64,
) -> Output {
    let mut line = json!({
        "attemptsMade": attempts,
        "arrivalTimestamp": record.arrived,
        "errorCode": failure.code,
        "errorMessage": failure.message,
        "attemptEndingTimestamp": now,
        "rawData": record.data,
        "lambdaARN": function,
    })
    .to_string();
    tracing::debug!(id, failure.code, "firehose: a record failed");
    line.push('\n');
    Output { data: BASE64.encode(line), arrived: record.arrived }
}
