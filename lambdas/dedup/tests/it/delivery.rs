//! A delivery stream as Firehose is one: it cuts batches, retries what gets no answer, and delivers what is `Ok`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dedup::claim::{Claim, ClaimStore, StoreError, Written};
use dedup::transform::{Outcome, TransformEvent, TransformRecord, transform};
use dedup::{Key, Record, Settings, Timestamp};

/// 2026-01-01.
pub(crate) const NOW: Duration = Duration::from_hours(490_896);

/// A stream record: its identifier and what it holds.
pub(crate) type StreamRecord = (String, String);

/// What was delivered: how often each version of each contact.
pub(crate) type Delivered = BTreeMap<(Key, Timestamp), u32>;

/// A contact record in a version from 0 to 59.
pub(crate) fn contact_record(contact_id: &str, version: u32) -> String {
    serde_json::json!({
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "ContactId": contact_id,
        "InstanceARN": "arn:aws:connect:us-west-2:123456789012:instance/i",
        "InitiationTimestamp": "2026-01-31T23:59:59Z",
        "LastUpdateTimestamp": format!("2026-02-01T00:00:{version:02}Z"),
        "CustomerEndpoint": { "Address": "+15550100100", "Type": "TELEPHONE_NUMBER" },
    })
    .to_string()
}

pub(crate) fn event(records: &[StreamRecord]) -> TransformEvent {
    let record = |(id, json): &StreamRecord| TransformRecord { record_id: id.clone(), data: STANDARD.encode(json) };
    TransformEvent { records: records.iter().map(record).collect() }
}

/// What an invocation answered, by record identifier; `None` where it died.
pub(crate) async fn invoke(
    store: &impl ClaimStore,
    settings: &Settings,
    batch: &[StreamRecord],
) -> Option<Vec<(Outcome, String)>> {
    let (answer, _) = transform(store, settings, NOW, Duration::from_mins(1), event(batch)).await.ok()?;
    assert!(answer.records.iter().map(|entry| &entry.record_id).eq(batch.iter().map(|(id, _)| id)));
    Some(answer.records.into_iter().map(|entry| (entry.result, entry.data)).collect())
}

/// Delivers a batch as Firehose does with an answer.
pub(crate) fn deliver(delivered: &mut Delivered, answer: &[(Outcome, String)]) {
    for (outcome, data) in answer {
        assert_ne!(*outcome, Outcome::ProcessingFailed);
        if *outcome == Outcome::Ok {
            let line = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
            let record = Record::read(&line, dedup::Mode::Contact).unwrap();
            *delivered.entry((record.key, record.version)).or_default() += 1;
        }
    }
}

/// How a function dies at a step of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// Before the write reaches the table.
    Before,
    /// After the table wrote, before the function knows.
    After,
}

/// A store that lets the function die at a step. From then on nothing it does has an effect.
pub(crate) struct Dying<S> {
    pub(crate) store: S,
    pub(crate) at: usize,
    pub(crate) death: Death,
    pub(crate) steps: Cell<usize>,
    pub(crate) dead: Cell<bool>,
}

impl<S> Dying<S> {
    pub(crate) fn new(store: S, at: usize, death: Death) -> Self {
        Self { store, at, death, steps: Cell::new(0), dead: Cell::new(false) }
    }

    async fn step(&self, write: impl Future<Output = Result<Written, StoreError>>) -> Result<Written, StoreError> {
        let step = self.steps.get();
        self.steps.set(step + 1);
        match (step.cmp(&self.at), self.death) {
            (std::cmp::Ordering::Less, _) => write.await,
            (std::cmp::Ordering::Equal, Death::After) => {
                write.await?;
                self.dead.set(true);
                std::future::pending().await
            }
            _ => {
                self.dead.set(true);
                std::future::pending().await
            }
        }
    }
}

impl<S: ClaimStore> ClaimStore for Dying<S> {
    async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
        self.step(self.store.claim_newest(claim)).await
    }

    async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
        self.step(self.store.claim_late(claim)).await
    }
}

/// Runs an invocation that may die: one that waits for a dead store for ever is gone, and nobody gets its answer.
pub(crate) async fn invoke_dying<S: ClaimStore>(
    dying: &Dying<S>,
    settings: &Settings,
    batch: &[StreamRecord],
) -> Option<Vec<(Outcome, String)>> {
    let answer = invoke(dying, settings, batch).await;
    if dying.dead.get() { None } else { answer }
}
