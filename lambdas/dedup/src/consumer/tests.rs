use serde_json::json;

use super::*;
use crate::Key;
use crate::memory::MemoryStore;
use crate::testing::{contact_record, ready_now};

const NOW: Duration = Duration::from_hours(490_896);
const LONG: Duration = Duration::from_mins(1);

fn event(records: &[&str]) -> StreamEvent {
    let records: Vec<_> = records
        .iter()
        .enumerate()
        .map(|(index, text)| {
            json!({
                "eventID": format!("shardId-000000000000:{index}"),
                "kinesis": { "sequenceNumber": index.to_string(), "data": STANDARD.encode(text), "partitionKey": "k" },
                "eventSource": "aws:kinesis",
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

fn run(store: &impl CurrentStore, records: &[&str]) -> (Vec<String>, ConsumerSummary) {
    let (answer, summary) = ready_now(consume(store, &Settings::default(), NOW, LONG, &event(records)));
    (answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(), summary)
}

#[test]
fn the_newest_version_stays_whatever_the_order() {
    let versions: Vec<_> = (0..3).map(|version| contact_record("c-1", version)).collect();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let store = MemoryStore::default();
        for index in order {
            run(&store, &[&versions[index]]);
        }
        let rows = store.current();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[&Key::of_contact("", "c-1")].record.as_deref(), Some(versions[2].as_str()));
    }
}

#[test]
fn a_batch_that_comes_again_changes_nothing() {
    let store = MemoryStore::default();
    let (old, new) = (contact_record("c-1", 1), contact_record("c-1", 2));
    let batch = [old.as_str(), &new, "?", &old];
    let (failures, summary) = run(&store, &batch);
    assert_eq!(failures, [""; 0]);
    assert_eq!(summary, ConsumerSummary { current: 2, unchanged: 1, invalid: 1, ..ConsumerSummary::default() });
    let (rows, invalid) = (store.current(), store.invalid());
    let (_, summary) = run(&store, &batch);
    assert_eq!(summary, ConsumerSummary { unchanged: 3, invalid: 1, ..ConsumerSummary::default() });
    assert_eq!((store.current(), store.invalid()), (rows, invalid));
}

#[test]
fn a_bad_record_stops_nothing_and_is_put_aside() {
    let store = MemoryStore::default();
    let agent =
        json!({ "AgentARN": "a", "EventType": "LOGIN", "EventId": "e", "EventTimestamp": "2026-02-01T00:00:00.001Z" });
    let (failures, summary) = run(&store, &["Hello World", &agent.to_string(), &contact_record("c-1", 1)]);
    assert_eq!(failures, [""; 0]);
    assert_eq!(summary, ConsumerSummary { current: 1, events: 1, invalid: 1, ..ConsumerSummary::default() });
    let aside = store.invalid();
    assert_eq!(aside["shardId-000000000000:0"].data, b"Hello World");
    assert_eq!(aside["shardId-000000000000:0"].reason, Invalid::NotJson);
}

#[test]
fn a_record_too_large_for_an_item_is_a_row_without_it() {
    let store = MemoryStore::default();
    let large = contact_record("c-1", 2).replace("{}", &format!("{{\"long\":\"{}\"}}", "x".repeat(LARGEST_RECORD)));
    run(&store, &[&contact_record("c-1", 1), &large]);
    let row = &store.current()[&Key::of_contact("", "c-1")];
    assert_eq!((row.record.as_ref(), row.version.to_string().as_str()), (None, "2026-02-01T00:00:02.000000000Z"));
}

#[test]
fn what_the_table_does_not_take_comes_again() {
    struct Deaf<'a>(&'a MemoryStore);
    impl CurrentStore for Deaf<'_> {
        async fn put_if_newer(&self, row: &CurrentRow) -> Result<bool, StoreError> {
            if row.key.as_str().ends_with("c-2") { Err(StoreError::Transient) } else { self.0.put_if_newer(row).await }
        }
        async fn put_invalid(&self, _: &InvalidRow) -> Result<(), StoreError> {
            Err(StoreError::Permanent)
        }
    }
    let store = MemoryStore::default();
    let batch = [contact_record("c-1", 1), contact_record("c-2", 1), contact_record("c-3", 1), "?".to_owned()];
    let batch: Vec<_> = batch.iter().map(String::as_str).collect();
    let (failures, summary) = run(&Deaf(&store), &batch);
    assert_eq!(failures, ["1", "3"]);
    assert_eq!((summary.current, summary.unsettled), (2, 2));
    // Lambda starts again at the first of them.
    let (failures, summary) = run(&store, &batch[1..]);
    assert_eq!(failures, [""; 0]);
    assert_eq!((summary.current, summary.unchanged, store.current().len()), (1, 1, 3));
}
