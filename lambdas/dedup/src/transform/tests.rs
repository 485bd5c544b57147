use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::claim::Written;
use crate::memory::MemoryStore;
use crate::testing::{any_json, contact_record, ready_now};
use crate::{Key, Mode};

const NOW: Duration = Duration::from_hours(490_896);
const LONG: Duration = Duration::from_mins(1);

fn event(records: &[(&str, &[u8])]) -> TransformEvent {
    let record =
        |(id, data): &(&str, &[u8])| TransformRecord { record_id: (*id).to_owned(), data: STANDARD.encode(data) };
    TransformEvent { records: records.iter().map(record).collect() }
}

fn run_with(store: &impl ClaimStore, settings: &Settings, event: TransformEvent) -> (TransformAnswer, Summary) {
    ready_now(transform(store, settings, NOW, LONG, event)).unwrap()
}

fn run(store: &impl ClaimStore, records: &[(&str, &[u8])]) -> Vec<(Outcome, String)> {
    let (answer, _) = run_with(store, &Settings::default(), event(records));
    let ids: Vec<_> = answer.records.iter().map(|entry| entry.record_id.as_str()).collect();
    assert_eq!(ids, records.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "every record comes back once, in order");
    answer
        .records
        .iter()
        .map(|entry| (entry.result, String::from_utf8(STANDARD.decode(&entry.data).unwrap()).unwrap()))
        .collect()
}

fn outcomes(store: &impl ClaimStore, records: &[(&str, &[u8])]) -> Vec<Outcome> {
    run(store, records).into_iter().map(|(outcome, _)| outcome).collect()
}

use Outcome::{Dropped, Ok as Passed, ProcessingFailed};

#[test]
fn the_answer_has_the_form_that_firehose_wants() {
    let record = contact_record("c-1", 7);
    let (answer, summary) =
        run_with(&MemoryStore::default(), &Settings::default(), event(&[("r-1", record.as_bytes()), ("r-2", b"{}")]));
    let expected = json!({ "records": [
        {
            "recordId": "r-1", "result": "Ok", "data": STANDARD.encode(record + "\n"),
            "metadata": { "partitionKeys": { "kind": "contact-records", "year": "2026", "month": "01", "day": "31" } },
        },
        { "recordId": "r-2", "result": "ProcessingFailed", "data": STANDARD.encode("{}") },
    ] });
    assert_eq!(serde_json::to_value(answer).unwrap(), expected);
    assert_eq!(summary, Summary { contact_records: 1, invalid: 1, ..Summary::default() });
}

#[test]
fn c2_a_retried_batch_gets_the_identical_answer() {
    let store = MemoryStore::default();
    let (old, new) = (contact_record("c-1", 1), contact_record("c-1", 2));
    let batch: [(&str, &[u8]); 4] =
        [("r-1", old.as_bytes()), ("r-2", new.as_bytes()), ("r-3", old.as_bytes()), ("r-4", b"?")];
    let first = run(&store, &batch);
    assert_eq!(
        first.iter().map(|(outcome, _)| *outcome).collect::<Vec<_>>(),
        [Passed, Passed, Dropped, ProcessingFailed]
    );
    assert_eq!(run(&store, &batch), first);
    // Cut in another way, and in another order.
    assert_eq!(run(&store, &batch[1..3]), first[1..3]);
    assert_eq!(run(&store, &batch[..1]), first[..1]);
    // The producer sent it again: another stream record.
    assert_eq!(outcomes(&store, &[("r-5", new.as_bytes())]), [Dropped]);
}

#[tokio::test(start_paused = true)]
async fn c3_a_batch_does_not_wait_for_one_write_after_the_other() {
    /// Takes ten milliseconds for each write.
    struct Slow(MemoryStore);
    impl ClaimStore for Slow {
        async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
            tokio::time::sleep(Duration::from_millis(10)).await;
            self.0.claim_newest(claim).await
        }
        async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
            self.0.claim_late(claim).await
        }
    }
    let records: Vec<_> = (0..500).map(|index| (index.to_string(), contact_record(&format!("c-{index}"), 1))).collect();
    let batch: Vec<(&str, &[u8])> = records.iter().map(|(id, text)| (id.as_str(), text.as_bytes())).collect();
    let start = tokio::time::Instant::now();
    let store = Slow(MemoryStore::default());
    let (_, summary) = transform(&store, &Settings::default(), NOW, LONG, event(&batch)).await.unwrap();
    assert_eq!(summary.contact_records, 500);
    // 16 times 32 side by side; the time is the one that the paused clock tells.
    assert_eq!(start.elapsed(), Duration::from_millis(160));
}

#[test]
fn c5_a_failing_table_loses_no_batch() {
    /// Answers about all keys but one.
    struct Deaf<'a>(&'a MemoryStore, Option<&'a str>);
    impl Deaf<'_> {
        fn hears(&self, key: &Key) -> Result<(), StoreError> {
            match self.1 {
                Some(deaf) if !key.as_str().ends_with(deaf) => Ok(()),
                _ => Err(StoreError::Permanent),
            }
        }
    }
    impl ClaimStore for Deaf<'_> {
        async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
            self.hears(&claim.key)?;
            self.0.claim_newest(claim).await
        }
        async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
            self.hears(&claim.key)?;
            self.0.claim_late(claim).await
        }
    }
    let store = MemoryStore::default();
    let (one, two) = (contact_record("c-1", 1), contact_record("c-2", 1));
    let batch: [(&str, &[u8]); 2] = [("r-1", one.as_bytes()), ("r-2", two.as_bytes())];
    let result = run(&Deaf(&store, Some("c-2")), &batch);
    assert_eq!(result[0].0, Passed);
    assert_eq!(result[1], (ProcessingFailed, two.clone()), "alone, and with what came in");
    // What failed was not claimed by anyone and passes when it is sent again.
    assert_eq!(outcomes(&store, &[("r-9", two.as_bytes())]), [Passed]);
    // No answer at all: Firehose must try again, and then everything is as it would have been.
    let all = ready_now(transform(&Deaf(&store, None), &Settings::default(), NOW, LONG, event(&batch)));
    assert_eq!(all.unwrap_err(), StoreError::Permanent);
    assert_eq!(outcomes(&store, &batch), [Passed, Dropped]);
}

#[test]
fn c6_items_expire() {
    let store = MemoryStore::default();
    let agent =
        json!({ "AgentARN": "a", "EventType": "LOGIN", "EventId": "e", "EventTimestamp": "2026-02-01T00:00:00.001Z" });
    run(&store, &[("r-1", contact_record("c-1", 1).as_bytes()), ("r-2", agent.to_string().as_bytes())]);
    let expiries: BTreeMap<_, _> = store
        .items()
        .into_iter()
        .map(|(key, item)| (key.as_str().to_owned(), item.expires_at - NOW.as_secs()))
        .collect();
    assert_eq!(expiries["contact/c-1"], 775 * 86_400, "25 months");
    assert_eq!(expiries["event/e"], 8 * 86_400);
    // A later version is remembered from then on.
    let settings = Settings { remember_records: Duration::from_hours(24), ..Settings::default() };
    run_with(&store, &settings, event(&[("r-3", contact_record("c-1", 2).as_bytes())]));
    assert_eq!(store.items()[&Key::of_contact("", "c-1")].expires_at - NOW.as_secs(), 86_400);
}

#[test]
fn c7_a_reader_of_lines_finds_every_delivered_record() {
    let pretty = |text: String| serde_json::to_string_pretty(&serde_json::from_str::<Value>(&text).unwrap()).unwrap();
    let texts: Vec<String> = (0..9)
        .map(|index| {
            let record = contact_record(&format!("c-{}", index / 3), index % 3);
            match index % 3 {
                0 => record,
                1 => record + "\n",
                _ => pretty(record),
            }
        })
        .collect();
    let ids: Vec<String> = (0..9).map(|index| format!("r-{index}")).collect();
    let batch: Vec<(&str, &[u8])> = ids.iter().map(String::as_str).zip(texts.iter().map(String::as_bytes)).collect();
    let delivered: String = run(&MemoryStore::default(), &batch).into_iter().map(|(_, line)| line).collect();
    assert_eq!(delivered.lines().count(), 9);
    for (line, text) in delivered.lines().zip(&texts) {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }
}

#[test]
fn c8_content_is_compared_in_canonical_form() {
    let record: Value = serde_json::from_str(&contact_record("c-1", 1)).unwrap();
    let mut members: Vec<_> = record.as_object().unwrap().iter().collect();
    members.reverse();
    let reordered: Vec<_> = members.iter().map(|(name, value)| format!("  {name:?} : {value}")).collect();
    let reordered = format!("{{\n{}\n}}", reordered.join(",\n"));
    let mut changed = record.clone();
    changed["Attributes"] = json!({ "a": "b" });
    let settings = Settings { mode: Mode::Exact, ..Settings::default() };
    let batch = [("r-1", record.to_string()), ("r-2", reordered), ("r-3", changed.to_string())];
    let batch: Vec<_> = batch.iter().map(|(id, text)| (*id, text.as_bytes())).collect();
    let (answer, _) = run_with(&MemoryStore::default(), &settings, event(&batch));
    let results: Vec<_> = answer.records.iter().map(|entry| entry.result).collect();
    assert_eq!(results, [Passed, Dropped, Passed]);
}

#[test]
fn c10_events_on_the_same_stream_are_routed_aside() {
    let agent =
        json!({ "AgentARN": "a", "EventType": "LOGIN", "EventId": "e", "EventTimestamp": "2026-02-01T00:00:00.001Z" });
    let contact =
        json!({ "contactId": "c-1", "eventType": "QUEUED", "initiationTimestamp": "2026-02-03T00:00:00.000Z" });
    let (agent, contact, record) = (agent.to_string(), contact.to_string(), contact_record("c-1", 1));
    let batch: [(&str, &[u8]); 4] =
        [("r-1", agent.as_bytes()), ("r-2", record.as_bytes()), ("r-3", contact.as_bytes()), ("r-4", agent.as_bytes())];
    let (answer, summary) = run_with(&MemoryStore::default(), &Settings::default(), event(&batch));
    let folders: Vec<_> = answer
        .records
        .iter()
        .map(|entry| entry.metadata.as_ref().map(|metadata| metadata.partition_keys.kind))
        .collect();
    assert_eq!(folders, [Some("agent-events"), Some("contact-records"), Some("contact-events"), None]);
    assert_eq!(summary, Summary { contact_records: 1, events: 2, duplicates: 1, ..Summary::default() });
}

#[test]
fn c10_an_answer_never_outgrows_the_limit() {
    // 6.6 MB go in: the most that fits comes out, and what does not is not claimed.
    let store = MemoryStore::default();
    let records: Vec<(String, String)> = (0..60)
        .map(|index| {
            let record = contact_record(&format!("c-{index}"), 1);
            (format!("r-{index}"), record.replace("{}", &format!("{{\"long\":\"{}\"}}", "x".repeat(80_000))))
        })
        .collect();
    let batch: Vec<(&str, &[u8])> = records.iter().map(|(id, text)| (id.as_str(), text.as_bytes())).collect();
    let (answer, _) = run_with(&store, &Settings::default(), event(&batch));
    let size = serde_json::to_vec(&answer).unwrap().len();
    assert!((5_850_000..=LARGEST_ANSWER).contains(&size), "{size}");
    let passed = answer.records.iter().filter(|entry| entry.result == Passed).count();
    assert_eq!(passed, store.items().len());
    assert_eq!(passed, 56);
    let failed: Vec<_> = answer.records.iter().filter(|entry| entry.result == ProcessingFailed).collect();
    assert_eq!(failed.len(), 4);
    // In a batch of their own they pass.
    let rest = run(&store, &batch[56..]);
    assert!(rest.iter().all(|(outcome, _)| *outcome == Passed));
}

#[test]
fn what_firehose_writes_is_unchanged_but_for_the_line_feed() {
    let odd = r#"{"LastUpdateTimestamp":"2026-02-01T00:00:00Z", "Z":1.10,"A":"\u00e9\/","ContactId":"c","z":[ 1,2 ],"Big":123456789012345678901234567890}"#;
    assert_eq!(run(&MemoryStore::default(), &[("r", odd.as_bytes())]), [(Passed, format!("{odd}\n"))]);
}

#[test]
fn bytes_that_are_not_text_come_back_as_they_came() {
    let (answer, _) = run_with(
        &MemoryStore::default(),
        &Settings::default(),
        TransformEvent {
            records: vec![
                TransformRecord { record_id: "r-1".to_owned(), data: "no base64!".to_owned() },
                TransformRecord { record_id: "r-2".to_owned(), data: STANDARD.encode([0xff, 0xfe]) },
            ],
        },
    );
    let entries: Vec<_> = answer.records.iter().map(|entry| (entry.result, entry.data.as_str())).collect();
    assert_eq!(entries, [(ProcessingFailed, "no base64!"), (ProcessingFailed, "//4=")]);
}

#[tokio::test(start_paused = true)]
async fn time_that_runs_out_fails_what_is_left() {
    /// Answers about one contact and never about others.
    struct Stuck(MemoryStore);
    impl ClaimStore for Stuck {
        async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
            if claim.key.as_str().ends_with("c-2") {
                std::future::pending::<()>().await;
            }
            self.0.claim_newest(claim).await
        }
        async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
            self.0.claim_late(claim).await
        }
    }
    let (one, two) = (contact_record("c-1", 1), contact_record("c-2", 1));
    let batch: [(&str, &[u8]); 2] = [("r-1", one.as_bytes()), ("r-2", two.as_bytes())];
    let store = Stuck(MemoryStore::default());
    let (answer, summary) = transform(&store, &Settings::default(), NOW, LONG, event(&batch)).await.unwrap();
    assert_eq!(answer.records.iter().map(|entry| entry.result).collect::<Vec<_>>(), [Passed, ProcessingFailed]);
    assert_eq!(summary.unsettled, 1);
}

proptest! {
    /// Whatever comes in, every record comes back once, in order, and nothing that is no record is dropped.
    #[test]
    fn nothing_is_lost(values in proptest::collection::vec(prop_oneof![any_json().prop_map(|value| value.to_string()), "\\PC*"], 0..12)) {
        let ids: Vec<String> = (0..values.len()).map(|index| index.to_string()).collect();
        let batch: Vec<(&str, &[u8])> = ids.iter().map(String::as_str).zip(values.iter().map(String::as_bytes)).collect();
        let store = MemoryStore::default();
        let first = run(&store, &batch);
        let mut delivered: Vec<&str> = Vec::new();
        for ((outcome, line), text) in first.iter().zip(&values) {
            match outcome {
                Passed => delivered.push(text),
                ProcessingFailed => prop_assert_eq!(line, text),
                Dropped => {
                    let dropped = crate::Record::read(text, Mode::Contact).unwrap();
                    prop_assert!(delivered.iter().any(|text| crate::Record::read(text, Mode::Contact).unwrap().key == dropped.key));
                }
            }
        }
        prop_assert_eq!(run(&store, &batch), first);
    }

    /// The reserved size is never too small.
    #[test]
    fn entries_are_as_large_as_counted_at_most(id in "\\PC{0,40}", data in "[A-Za-z0-9+/]{0,40}", valid: bool) {
        let metadata = valid.then(|| Metadata {
            partition_keys: PartitionKeys::new(Kind::ContactRecord, Day { year: 2026, month: 12, day: 31 }),
        });
        let counted = largest_entry(&id) + data.len();
        let entry = Entry { record_id: id, result: ProcessingFailed, data, metadata };
        prop_assert!(serde_json::to_vec(&entry).unwrap().len() < counted);
    }
}
