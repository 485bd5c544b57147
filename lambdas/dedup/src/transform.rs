//! Amazon Data Firehose: the transform.
//!
//! Every record comes back once: `Ok` as one line with the folder it belongs to, `Dropped` where it is a copy or superseded,
//! `ProcessingFailed` where it is bad or the table gave no answer about it. Firehose writes the latter to the stream's
//! error prefix, from where `callform records dedup` reads them.
//!
//! A bad or oversized record is never claimed, so it can be repaired and sent again.
//!
//! The answer stays below 6 MB whatever comes in: the largest form of each entry is counted before anything is claimed,
//! and what does not fit fails unclaimed.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::claim::{Claim, ClaimStore, StoreError, Verdict, settle};
use crate::line::one_line;
use crate::{Day, Invalid, Kind, Record, Settings};

/// The most that Lambda hands on to Firehose, in bytes.
pub const LARGEST_ANSWER: usize = 6_000_000;

/// A batch of records, as Firehose sends it. What else it holds is not needed.
#[derive(Clone, Debug, Deserialize)]
pub struct TransformEvent {
    /// The records.
    pub records: Vec<TransformRecord>,
}

/// One record of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransformRecord {
    /// Identifies it; the same again when Firehose retries the batch.
    pub record_id: String,
    /// Its bytes in base64.
    pub data: String,
}

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransformAnswer {
    /// One entry for each record, in the same order.
    pub records: Vec<Entry>,
}

/// What becomes of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Which record.
    pub record_id: String,
    /// What becomes of it.
    pub result: Outcome,
    /// Its new bytes in base64; those that came in where it failed.
    pub data: String,
    /// Where it is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

/// Firehose's words for what becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// Delivered.
    Ok,
    /// Intentionally not delivered.
    Dropped,
    /// Put aside by Firehose.
    ProcessingFailed,
}

/// Keys for dynamic partitioning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The keys.
    pub partition_keys: PartitionKeys,
}

/// Which folder a record belongs to, for the prefix
/// `!{partitionKeyFromLambda:kind}/year=!{partitionKeyFromLambda:year}/month=…/day=…/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartitionKeys {
    /// `contact-records`, `agent-events` or `contact-events`.
    pub kind: &'static str,
    /// Four digits.
    pub year: String,
    /// Two digits.
    pub month: String,
    /// Two digits.
    pub day: String,
}

/// How many records became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Delivered contact records.
    pub contact_records: usize,
    /// Delivered events, agent events and contact events.
    pub events: usize,
    /// Dropped: the same version was delivered.
    pub duplicates: usize,
    /// Dropped: a later version was delivered.
    pub superseded: usize,
    /// Failed: no record.
    pub invalid: usize,
    /// Failed: the table gave no answer.
    pub unsettled: usize,
}

/// Answers a batch.
///
/// Copies and versions of one contact are settled one after the other in the order of the batch, contacts side by side.
/// Fails, so that Firehose retries the whole batch, only where the table gave no answer about any record.
pub async fn transform(
    store: &impl ClaimStore,
    settings: &Settings,
    now: Duration,
    time_left: Duration,
    event: TransformEvent,
) -> Result<(TransformAnswer, Summary), StoreError> {
    let prepared = prepare(settings, now, event);
    let verdicts = verdicts(store, settings, time_left, &prepared).await;
    answer(prepared, verdicts)
}

/// A record, ready to be claimed and delivered.
struct Ready {
    claim: Claim,
    kind: Kind,
    metadata: Metadata,
    line: String,
}

/// A record and what came of looking at it.
struct Prepared {
    record: TransformRecord,
    ready: Result<Ready, Invalid>,
}

fn prepare(settings: &Settings, now: Duration, event: TransformEvent) -> Vec<Prepared> {
    // What all entries take without their data is set aside first, so that every record can be answered.
    let around: usize = event.records.iter().map(|record| largest_entry(&record.record_id)).sum();
    let mut left = LARGEST_ANSWER.saturating_sub(r#"{"records":[]}"#.len() + around);
    let prepare = |record: TransformRecord| {
        let ready = ready(settings, now, &record);
        let data = ready.as_ref().map_or(0, |ready| ready.line.len()).max(record.data.len());
        if let Some(rest) = left.checked_sub(data) {
            left = rest;
            return Prepared { record, ready };
        }
        Prepared { record: TransformRecord { data: String::new(), ..record }, ready: Err(Invalid::TooLarge) }
    };
    event.records.into_iter().map(prepare).collect()
}

/// The most bytes that an entry can have in the answer, apart from its data.
fn largest_entry(record_id: &str) -> usize {
    const AROUND: &str = r#",{"recordId":,"result":"ProcessingFailed","data":"","metadata":{"partitionKeys":{"kind":"contact-records","year":"2026","month":"01","day":"31"}}}"#;
    AROUND.len() + serde_json::Value::from(record_id).to_string().len()
}

fn ready(settings: &Settings, now: Duration, record: &TransformRecord) -> Result<Ready, Invalid> {
    let bytes = STANDARD.decode(&record.data).map_err(|_| Invalid::NotBase64)?;
    let json = std::str::from_utf8(&bytes).map_err(|_| Invalid::NotJson)?;
    let Record { kind, key, version, day } = Record::read(json, settings.mode)?;
    let remember = if kind == Kind::ContactRecord { settings.remember_records } else { settings.remember_events };
    Ok(Ready {
        claim: Claim { key, version, owner: record.record_id.clone(), expires_at: (now + remember).as_secs() },
        kind,
        metadata: Metadata { partition_keys: PartitionKeys::new(kind, day) },
        line: STANDARD.encode(one_line(json)),
    })
}

impl PartitionKeys {
    fn new(kind: Kind, Day { year, month, day }: Day) -> Self {
        Self { kind: kind.folder(), year: format!("{year:04}"), month: format!("{month:02}"), day: format!("{day:02}") }
    }
}

async fn verdicts(
    store: &impl ClaimStore,
    settings: &Settings,
    time_left: Duration,
    prepared: &[Prepared],
) -> Vec<Result<Verdict, StoreError>> {
    let mut contacts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (index, prepared) in prepared.iter().enumerate() {
        if let Ok(ready) = &prepared.ready {
            contacts.entry(&ready.claim.key).or_default().push((index, &ready.claim));
        }
    }
    let deadline = tokio::time::Instant::now() + time_left;
    let mut verdicts = vec![Err(StoreError::Transient); prepared.len()];
    let mut settled = stream::iter(contacts.into_values())
        .map(async |claims| {
            let mut settled = Vec::with_capacity(claims.len());
            for (index, claim) in claims {
                // What is not settled in time is answered as if the table had not answered: Lambda need not end us.
                let verdict = tokio::time::timeout_at(deadline, settle(store, claim, settings.late)).await;
                settled.push((index, verdict.unwrap_or(Err(StoreError::Transient))));
            }
            settled
        })
        .buffer_unordered(settings.concurrency);
    while let Some(contact) = settled.next().await {
        for (index, verdict) in contact {
            verdicts[index] = verdict;
        }
    }
    drop(settled);
    verdicts
}

fn answer(
    prepared: Vec<Prepared>,
    verdicts: Vec<Result<Verdict, StoreError>>,
) -> Result<(TransformAnswer, Summary), StoreError> {
    let mut summary = Summary::default();
    let mut records = Vec::with_capacity(prepared.len());
    let mut failure = None;
    for (Prepared { record: TransformRecord { record_id, data }, ready }, verdict) in prepared.into_iter().zip(verdicts)
    {
        let (result, data, metadata) = match (ready, verdict) {
            (Err(_), _) => {
                summary.invalid += 1;
                (Outcome::ProcessingFailed, data, None)
            }
            (Ok(_), Err(error)) => {
                summary.unsettled += 1;
                failure = Some(error);
                (Outcome::ProcessingFailed, data, None)
            }
            (Ok(ready), Ok(Verdict::Deliver)) => {
                summary.deliver(ready.kind);
                (Outcome::Ok, ready.line, Some(ready.metadata))
            }
            (Ok(_), Ok(Verdict::Duplicate)) => {
                summary.duplicates += 1;
                (Outcome::Dropped, String::new(), None)
            }
            (Ok(_), Ok(Verdict::Superseded)) => {
                summary.superseded += 1;
                (Outcome::Dropped, String::new(), None)
            }
        };
        records.push(Entry { record_id, result, data, metadata });
    }
    match failure {
        Some(error) if summary.unsettled + summary.invalid == records.len() => Err(error),
        _ => Ok((TransformAnswer { records }, summary)),
    }
}

impl Summary {
    fn deliver(&mut self, kind: Kind) {
        match kind {
            Kind::ContactRecord => self.contact_records += 1,
            Kind::AgentEvent | Kind::ContactEvent => self.events += 1,
        }
    }
}

#[cfg(test)]
mod tests;
