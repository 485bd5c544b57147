use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing::any_json;

fn contact_record() -> Value {
    json!({
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "InstanceARN": "arn:aws:connect:us-west-2:123456789012:instance/i",
        "ContactId": "c-1",
        "InitiationTimestamp": "2026-01-31T23:59:59Z",
        "LastUpdateTimestamp": "2026-02-01T00:09:47Z",
        "InitialContactId": "c-0",
        "PreviousContactId": null,
        "NextContactId": "c-2",
    })
}

#[track_caller]
fn read(value: &Value) -> Result<Record, Invalid> {
    Record::read(&value.to_string(), Mode::Contact)
}

#[track_caller]
fn without(field: &str) -> Value {
    let mut value = contact_record();
    assert!(value.as_object_mut().unwrap().remove(field).is_some());
    value
}

#[test]
fn a_contact_record_is_its_contact_and_last_update() {
    let record = read(&contact_record()).unwrap();
    assert_eq!(record.kind, Kind::ContactRecord);
    assert_eq!(record.key.as_str(), "arn:aws:connect:us-west-2:123456789012:instance/i/contact/c-1");
    assert_eq!(record.version, Timestamp::parse("2026-02-01T00:09:47Z").unwrap());
    assert_eq!(record.day, Day { year: 2026, month: 1, day: 31 });
}

#[test]
fn what_is_always_there_may_be_missing() {
    assert_eq!(read(&without("ContactId")), Err(Invalid::Missing("ContactId")));
    assert_eq!(read(&without("LastUpdateTimestamp")), Err(Invalid::Missing("LastUpdateTimestamp")));
    assert_eq!(read(&without("InitiationTimestamp")).unwrap().day, Day { year: 2026, month: 2, day: 1 });
    assert_eq!(read(&without("InstanceARN")).unwrap().key.as_str(), "contact/c-1");
    assert_eq!(read(&without("AWSContactTraceRecordFormatVersion")), read(&contact_record()));
}

#[test]
fn fields_of_the_wrong_type_are_told() {
    let mut record = contact_record();
    record["ContactId"] = json!(5);
    assert_eq!(read(&record), Err(Invalid::Missing("ContactId")));
    record["ContactId"] = json!("");
    assert_eq!(read(&record), Err(Invalid::Missing("ContactId")));
    record["ContactId"] = json!("c-1");
    record["LastUpdateTimestamp"] = json!("yesterday");
    assert_eq!(read(&record), Err(Invalid::NoTimestamp("LastUpdateTimestamp")));
}

#[test]
fn escapes_are_understood() {
    let json = contact_record().to_string().replace("\"c-1\"", r#""c\u002d1""#);
    assert_eq!(Record::read(&json, Mode::Contact), read(&contact_record()));
}

#[test]
fn events_are_told_from_records() {
    let mut agent = json!({
        "AgentARN": "arn:aws:connect:us-west-2:123456789012:instance/i/agent/a",
        "EventId": "e-1", "EventType": "HEART_BEAT", "EventTimestamp": "2026-01-31T23:59:59.001Z",
    });
    let event = read(&agent).unwrap();
    assert_eq!((event.kind, event.key.as_str(), event.version), (Kind::AgentEvent, "event/e-1", Timestamp::ZERO));
    agent["EventId"] = Value::Null;
    assert!(read(&agent).unwrap().key.as_str().starts_with("sha256/"));

    let bare = json!({
        "contactId": "c-1", "eventType": "QUEUED", "initiationTimestamp": "2026-01-31T23:59:59.001Z",
    });
    let event = read(&bare).unwrap();
    assert_eq!((event.kind, event.day), (Kind::ContactEvent, Day { year: 2026, month: 1, day: 31 }));
    let sent = json!({
        "id": "e-2", "detail-type": "Amazon Connect Contact Event", "time": "2026-02-01T00:00:00Z", "detail": bare,
    });
    let event = read(&sent).unwrap();
    assert_eq!((event.kind, event.key.as_str()), (Kind::ContactEvent, "event/e-2"));
}

#[test]
fn everything_else_is_bad() {
    for (text, expected) in [
        ("", Invalid::NotJson),
        ("{", Invalid::NotJson),
        ("{}{}", Invalid::NotJson),
        ("{\"ContactId\":\"a\",\"ContactId\":\"b\"}", Invalid::NotJson),
        ("Hello World", Invalid::NotJson),
        ("{}", Invalid::Unknown),
        ("null", Invalid::Unknown),
        ("[\"2017-03-10\",\"i\",\"c-1\",\"2026-02-01T00:09:47Z\"]", Invalid::Unknown),
    ] {
        assert_eq!(Record::read(text, Mode::Contact), Err(expected), "{text}");
    }
    let deep = format!(
        r#"{{"ContactId":"c","LastUpdateTimestamp":"2026-02-01T00:09:47Z","x":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(Record::read(&deep, Mode::Contact).is_ok());
    assert_eq!(Record::read(&deep, Mode::Exact), Err(Invalid::TooDeep));
}

#[test]
fn what_must_stay_in_order_has_the_same_partition_key() {
    assert_eq!(partition_key(&contact_record().to_string()).unwrap(), "c-1");
    assert_eq!(partition_key(r#"{"AgentARN":"a","EventType":"LOGIN"}"#).unwrap(), "a");
    assert_eq!(partition_key(r#"{"contactId":"c-1","eventType":"QUEUED"}"#).unwrap(), "c-1");
    assert_eq!(partition_key("{\"x\":1}"), partition_key("{ \"x\" : 1 }"));
    let long = format!("{{\"ContactId\":\"{}\"}}", "x".repeat(257));
    assert!(partition_key(&long).unwrap().starts_with("sha256/"));
}

#[test]
fn the_chain_names_other_contacts() {
    let json = contact_record().to_string();
    assert_eq!(Chain::read(&json).unwrap().others, ["c-0", "c-2"]);
    assert_eq!(Chain::read("{}"), None);
}

proptest! {
    #[test]
    fn arbitrary_json_never_panics(value in any_json(), exact: bool) {
        let mode = if exact { Mode::Exact } else { Mode::Contact };
        let _any = Record::read(&value.to_string(), mode);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC*") {
        let _any = Record::read(&text, Mode::Contact);
        let _any = Record::read(&text, Mode::Exact);
    }

    #[test]
    fn unknown_fields_change_nothing(extra in any_json()) {
        let mut record = contact_record();
        record["FieldOfTomorrow"] = extra;
        prop_assert_eq!(read(&record), read(&contact_record()));
    }
}
