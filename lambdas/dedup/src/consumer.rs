//! Kinesis Data Streams: the consumer, which keeps the current version of every contact in a table.
//!
//! One conditional write for each record (`if attribute_not_exists(RecordKey) OR Latest < :version`) makes it idempotent and
//! indifferent to order: a batch that is delivered again, whole or in part, changes nothing, and so does an older version.
//!
//! Records that the table gave no answer about are reported alone, so that only they and what follows them come again.
//! Bad records are put aside in the table instead: reported, they would stop their shard until they expire. Events are
//! not for this table and only counted.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::claim::StoreError;
use crate::current::{CurrentRow, CurrentStore, InvalidRow, LARGEST_RECORD};
use crate::line::one_line;
use crate::{Invalid, Kind, Mode, Record, Settings};

/// A batch of records, as Lambda reads it from a stream. What else it holds is not needed.
#[derive(Clone, Debug, Deserialize)]
pub struct StreamEvent {
    /// The records.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// One record of a batch.
#[derive(Clone, Debug, Deserialize)]
pub struct StreamRecord {
    /// Shard and sequence number.
    #[serde(rename = "eventID")]
    pub event_id: String,
    /// The record itself.
    pub kinesis: KinesisData,
}

/// The part of a stream record that Kinesis stored.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KinesisData {
    /// Its place in the shard.
    pub sequence_number: String,
    /// Its bytes in base64.
    pub data: String,
}

/// The records to deliver again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// Those that failed.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A record to deliver again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// Its sequence number.
    pub item_identifier: String,
}

/// How many records became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsumerSummary {
    /// Became the current version of their contact.
    pub current: usize,
    /// Changed nothing: a copy, or an older version.
    pub unchanged: usize,
    /// Events, agent events and contact events.
    pub events: usize,
    /// Put aside: no record.
    pub invalid: usize,
    /// To be delivered again: the table gave no answer.
    pub unsettled: usize,
}

enum Row {
    Current(CurrentRow),
    Invalid(InvalidRow),
    Event,
}

enum Done {
    Current,
    Unchanged,
    Event,
    Invalid,
}

/// Takes a batch in.
pub async fn consume(
    store: &impl CurrentStore,
    settings: &Settings,
    now: Duration,
    time_left: Duration,
    event: &StreamEvent,
) -> (BatchAnswer, ConsumerSummary) {
    // Rows of one contact in the order of the batch, contacts side by side.
    let mut contacts: BTreeMap<String, Vec<(usize, Row)>> = BTreeMap::new();
    for (index, record) in event.records.iter().enumerate() {
        let row = row(settings, now, record);
        let key = if let Row::Current(row) = &row { row.key.as_str() } else { &record.event_id };
        contacts.entry(key.to_owned()).or_default().push((index, row));
    }
    let deadline = tokio::time::Instant::now() + time_left;
    let mut done: Vec<Result<Done, StoreError>> = Vec::new();
    done.resize_with(event.records.len(), || Err(StoreError::Transient));
    let mut settled = stream::iter(contacts.into_values())
        .map(async |rows| {
            let mut settled = Vec::with_capacity(rows.len());
            for (index, row) in rows {
                let done = tokio::time::timeout_at(deadline, keep(store, &row)).await;
                settled.push((index, done.unwrap_or(Err(StoreError::Transient))));
            }
            settled
        })
        .buffer_unordered(settings.concurrency);
    while let Some(contact) = settled.next().await {
        for (index, outcome) in contact {
            done[index] = outcome;
        }
    }
    drop(settled);
    answer(event, &done)
}

fn row(settings: &Settings, now: Duration, record: &StreamRecord) -> Row {
    let expires_at = |remember: Duration| (now + remember).as_secs();
    let invalid = |reason, mut data: Vec<u8>| {
        data.truncate(LARGEST_RECORD);
        let event_id = record.event_id.clone();
        Row::Invalid(InvalidRow { event_id, reason, data, expires_at: expires_at(settings.remember_records) })
    };
    let Ok(bytes) = STANDARD.decode(&record.kinesis.data) else {
        return invalid(Invalid::NotBase64, record.kinesis.data.clone().into_bytes());
    };
    let Ok(json) = std::str::from_utf8(&bytes) else { return invalid(Invalid::NotJson, bytes) };
    match Record::read(json, Mode::Contact) {
        Ok(Record { kind: Kind::ContactRecord, key, version, .. }) => {
            let line = String::from_utf8(one_line(json).into_owned()).ok();
            Row::Current(CurrentRow {
                key,
                version,
                record: line.filter(|line| line.len() <= LARGEST_RECORD).map(|line| line.trim_end().to_owned()),
                expires_at: expires_at(settings.remember_records),
            })
        }
        Ok(_) => Row::Event,
        Err(reason) => invalid(reason, bytes),
    }
}

async fn keep(store: &impl CurrentStore, row: &Row) -> Result<Done, StoreError> {
    match row {
        Row::Current(row) => Ok(if store.put_if_newer(row).await? { Done::Current } else { Done::Unchanged }),
        Row::Invalid(row) => store.put_invalid(row).await.map(|()| Done::Invalid),
        Row::Event => Ok(Done::Event),
    }
}

fn answer(event: &StreamEvent, done: &[Result<Done, StoreError>]) -> (BatchAnswer, ConsumerSummary) {
    let mut answer = BatchAnswer::default();
    let mut summary = ConsumerSummary::default();
    for (record, done) in event.records.iter().zip(done) {
        match done {
            Ok(Done::Current) => summary.current += 1,
            Ok(Done::Unchanged) => summary.unchanged += 1,
            Ok(Done::Event) => summary.events += 1,
            Ok(Done::Invalid) => summary.invalid += 1,
            Err(_) => {
                summary.unsettled += 1;
                let item_identifier = record.kinesis.sequence_number.clone();
                answer.batch_item_failures.push(ItemFailure { item_identifier });
            }
        }
    }
    (answer, summary)
}

#[cfg(test)]
mod tests;
