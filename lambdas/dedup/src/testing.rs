//! What several tests need.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Any JSON value that is not too large, with the names of real fields among the others.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        3 => proptest::sample::select(vec![
            "ContactId", "LastUpdateTimestamp", "InitiationTimestamp", "InstanceARN", "AgentARN", "EventType", "EventId",
            "EventTimestamp", "detail-type", "contactId", "eventType", "AWSContactTraceRecordFormatVersion",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(Value::from("2026-02-01T00:09:47Z")),
        Just(Value::from("Amazon Connect Contact Event")),
    ];
    leaf.prop_recursive(4, 48, 12, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => proptest::collection::vec((names.clone(), inner), 0..12)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A contact record without anything that is not needed; later ones have a greater version, 0 to 59.
pub(crate) fn contact_record(contact_id: &str, version: u32) -> String {
    serde_json::json!({
        "ContactId": contact_id,
        "InitiationTimestamp": "2026-01-31T23:59:59Z",
        "LastUpdateTimestamp": format!("2026-02-01T00:00:{version:02}Z"),
        "CustomerEndpoint": { "Address": "+15550100100", "Type": "TELEPHONE_NUMBER" },
        "Attributes": {},
    })
    .to_string()
}

/// Runs what only waits for stores in memory.
pub(crate) fn ready_now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}
