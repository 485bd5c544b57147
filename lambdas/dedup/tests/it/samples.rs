//! Sample events that others published, where they lie beside the repository.

use std::path::PathBuf;
use std::time::Duration;

use dedup::consumer::{StreamEvent, consume};
use dedup::memory::MemoryStore;
use dedup::transform::{Outcome, TransformEvent, transform};
use dedup::{Kind, Mode, Record, Settings};

use crate::delivery::NOW;

fn sample(path: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples").join(path);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("SKIPPED: {} is absent", path.display());
    }
    text
}

/// The sample events of this package, which the documentation invokes the functions with.
fn own<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("events").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[tokio::test]
async fn own_samples_show_every_outcome() {
    let store = MemoryStore::default();
    let (answer, summary) =
        transform(&store, &Settings::default(), NOW, Duration::from_secs(9), own("firehose.json")).await.unwrap();
    let results: Vec<_> = answer.records.iter().map(|entry| entry.result).collect();
    let expected = [Outcome::Ok, Outcome::Dropped, Outcome::Ok, Outcome::Ok, Outcome::ProcessingFailed];
    assert_eq!(results, expected, "a version, its copy, a later one, an agent event, and no record");
    assert_eq!((summary.contact_records, summary.events), (2, 1));
    let event: StreamEvent = own("kinesis.json");
    let (answer, summary) = consume(&store, &Settings::default(), NOW, Duration::from_secs(9), &event).await;
    assert_eq!(answer.batch_item_failures, []);
    assert_eq!((summary.current, summary.unchanged, summary.events, summary.invalid), (2, 1, 1, 1));
}

#[tokio::test]
async fn firehose_events_are_answered() {
    for name in ["example-firehose-event.json", "example-kinesis-firehose-event.json"] {
        let Some(text) = sample(&format!("awslabs__aws-lambda-rust-runtime/{name}")) else { return };
        let event: TransformEvent = serde_json::from_str(&text).unwrap();
        let (answer, summary) =
            transform(&MemoryStore::default(), &Settings::default(), NOW, Duration::from_secs(9), event).await.unwrap();
        let entries: Vec<_> = answer.records.iter().map(|entry| (entry.record_id.as_str(), entry.result)).collect();
        // Both say `Hello World`.
        assert_eq!(entries, [("record1", Outcome::ProcessingFailed), ("record2", Outcome::ProcessingFailed)]);
        assert_eq!(summary.invalid, 2);
    }
}

#[tokio::test]
async fn kinesis_events_are_taken_in() {
    let Some(text) = sample("awslabs__aws-lambda-rust-runtime/example-kinesis-event.json") else { return };
    let event: StreamEvent = serde_json::from_str(&text).unwrap();
    let store = MemoryStore::default();
    let (answer, summary) = consume(&store, &Settings::default(), NOW, Duration::from_secs(9), &event).await;
    assert_eq!(answer.batch_item_failures, []);
    assert_eq!((summary.invalid, store.invalid().len()), (2, 2));
}

#[test]
fn events_of_the_documentation_are_told_apart() {
    let samples = [
        ("determine-acw-time.0.repaired.json", Kind::AgentEvent),
        ("determine-acw-time.1.repaired.json", Kind::AgentEvent),
        ("contact-events.0.json", Kind::ContactEvent),
        ("contact-events.1.repaired.json", Kind::ContactEvent),
    ];
    for (name, kind) in samples {
        let Some(text) = sample(&format!("awsdocs__amazon-connect-admin-guide/{name}")) else { return };
        for mode in [Mode::Contact, Mode::Exact] {
            assert_eq!(Record::read(&text, mode).unwrap().kind, kind, "{name}");
        }
    }
}
