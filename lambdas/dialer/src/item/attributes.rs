//! Items are read as they are written.

use serde_json::{Map, json};

use super::{Item, Key};
use crate::evidence::{Evidence, Said};
use crate::ids::Number;
use crate::item::{
    Agent, Attempt, AttemptState, Body, Bucket, Campaign, Contact, Counted, Escalation, EscalationReason, Existing,
    Lease, Load, NumberRecord, Person, RowCounts, State,
};
use crate::moment::{Day, Moment};
use crate::outcome::Outcome;

fn at() -> Moment {
    Moment::from_milliseconds(1_795_000_000_123)
}

fn day() -> Day {
    "2026-11-30".parse().unwrap()
}

fn number() -> Number {
    Number::from_e164("+15550100").unwrap()
}

fn attempt() -> Attempt {
    Attempt {
        id: "a".into(),
        person: "P".into(),
        number: number(),
        state: AttemptState::Placed,
        claimed: at(),
        day: day(),
        not_after: at(),
        began: at(),
        due: Some(at()),
        contact: Some("c".into()),
        nth: 1,
        evidence: Evidence { key: Some(Said { at: at(), what: "1".to_owned() }), ..Evidence::default() },
        outcome: None,
        refused: None,
        over: None,
        counted: Counted { with_agent: true, outcome: None },
        asked: 0,
        expires: Moment::from_seconds(1_800_000_000),
    }
}

fn bodies() -> Vec<(Key, Body)> {
    let campaign = Campaign {
        state: State::Running,
        bucket: Bucket { tokens: 1.25, at: Some(at()), hold: None, throttled: 2 },
        outcomes: [(Outcome::Busy, 3), (Outcome::AnsweredByKey, 1)].into(),
        task_token: Some("t".to_owned()),
        ..Campaign::default()
    };
    let lease = Some(Lease { attempt: "a".into(), until: at() });
    let person = Person {
        id: "P".into(),
        numbers: vec![number()],
        bad: [(number(), "invalid".to_owned())].into(),
        zones: vec!["UTC".to_owned()],
        attributes: [("plan".to_owned(), "gold".to_owned())].into(),
        due: Some(at()),
        lease: lease.clone(),
        outcome: Some(Outcome::HungUp),
        ..Person::default()
    };
    let expires = Moment::from_seconds(1_800_000_000);
    let evidence = Evidence { ended: Some(at()), ..Evidence::default() };
    let contact = Contact { id: "c".into(), attempt: None, caller: None, evidence, expires };
    let load = Load {
        id: "l".into(),
        existing: Existing::Update,
        header: "phone".to_owned(),
        offset: 7,
        line: 2,
        rows: RowCounts { accepted: 1, ..RowCounts::default() },
        complete: false,
    };
    let why = EscalationReason::Mood;
    let escalation = Escalation { person: "P".into(), why, at: at(), delivered: None, expires };
    vec![
        (Key::Campaign, campaign.into()),
        (Key::Person("P".into()), person.into()),
        (Key::Number(number()), NumberRecord { lease, ..NumberRecord::new(number()) }.into()),
        (Key::Attempt("a".into()), attempt().into()),
        (Key::Contact("c".into()), contact.into()),
        (Key::Agent("g".into()), Agent { id: "g".into(), free: true, at: at(), expires }.into()),
        (Key::Load("l".into()), load.into()),
        (Key::Escalation(day(), "P".into()), escalation.into()),
    ]
}

#[test]
fn items_are_read_as_they_are_written_and_what_is_unknown_is_kept() {
    for (key, body) in bodies() {
        let extra = json!({ "note": "by hand", "tags": ["x"] }).as_object().unwrap().clone();
        let item = Item { key, version: 3, body, extra };
        let record = item.to_attributes();
        assert_eq!(Item::from_attributes(record), Ok(item));
    }
}

/// An empty text is the only thing that old tables do not take; nulls are never written.
#[test]
fn nothing_is_null_and_indexes_are_filled() {
    for (key, body) in bodies() {
        let text = serde_json::to_string(&Item { key, version: 1, body, extra: Map::new() }.to_attributes()).unwrap();
        assert!(!text.contains("null"), "{text}");
    }
    let (key, body) = bodies().remove(1);
    let record = Item { key, version: 1, body, extra: Map::new() }.to_attributes();
    assert_eq!((record["due"].as_f64(), record["kind"].as_str()), (Some(1_795_000_000.123), Some("person")));
    assert!(record["shard"].as_str().is_some_and(|shard| shard.starts_with("normal-")));
    let (key, body) = bodies().remove(3);
    let record = Item { key, version: 1, body, extra: Map::new() }.to_attributes();
    assert_eq!((record["day"].as_str(), record["expires"].as_i64()), (Some("2026-11-30"), Some(1_800_000_000)));
}

#[test]
fn messages_about_records_hold_no_number() {
    let record = json!({ "key": "person#P", "version": 1, "kind": "person", "numbers": ["15550100"], "id": "P" });
    let error = Item::from_attributes(record.as_object().unwrap().clone()).unwrap_err();
    assert!(!error.to_string().contains("5550100"), "{error}");
}
