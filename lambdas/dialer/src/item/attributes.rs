//! Items as flat records.

use serde_json::{Map, Value};

use crate::item::{Item, Key};

/// A record that is no item of this crate. The message names no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record is no item: {0}")]
pub struct Unreadable(String);

const OWN: [&str; 7] = ["key", "version", "shard", "due", "day", "at", "expires"];

impl Item {
    /// As a flat record: numbers, texts, lists and maps, nothing that a table cannot hold.
    pub fn to_attributes(&self) -> Map<String, Value> {
        let mut record = self.extra.clone();
        if let Ok(Value::Object(body)) = serde_json::to_value(&self.body) {
            record.extend(body);
        }
        record.insert("key".to_owned(), self.key.to_string().into());
        record.insert("version".to_owned(), self.version.into());
        let indexed = self.indexed();
        let number = |moment| serde_json::to_value(moment).unwrap_or_default();
        if let Some((shard, due)) = indexed.due {
            record.insert("shard".to_owned(), shard.to_string().into());
            record.insert("due".to_owned(), number(due));
        }
        if let Some((day, at)) = indexed.day {
            record.insert("day".to_owned(), day.to_string().into());
            record.insert("at".to_owned(), number(at));
        }
        if let Some(expires) = indexed.expires {
            record.insert("expires".to_owned(), expires.seconds().into());
        }
        record
    }

    /// Reads a flat record.
    pub fn from_attributes(record: Map<String, Value>) -> Result<Self, Unreadable> {
        let text = record.get("key").and_then(Value::as_str).ok_or_else(|| Unreadable("it has no key".to_owned()))?;
        let key: Key = text.parse().map_err(Unreadable)?;
        let version = record.get("version").and_then(Value::as_u64);
        let version = version.ok_or_else(|| Unreadable("it has no version".to_owned()))?;
        let body = crate::item::Body::deserialize_record(&record)?;
        let mut extra = record;
        if let Ok(Value::Object(known)) = serde_json::to_value(&body) {
            extra.retain(|name, value| !known.contains_key(name) && !OWN.contains(&name.as_str()) && !value.is_null());
        }
        Ok(Self { key, version, body, extra })
    }
}

impl crate::item::Body {
    fn deserialize_record(record: &Map<String, Value>) -> Result<Self, Unreadable> {
        serde::Deserialize::deserialize(Value::Object(record.clone()))
            .map_err(|error: serde_json::Error| Unreadable(hide_values(&error.to_string())))
    }
}

/// Serde's messages quote what is wrong; that may be a phone number.
fn hide_values(message: &str) -> String {
    message.chars().map(|char| if char.is_ascii_digit() { '·' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
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
            let text =
                serde_json::to_string(&Item { key, version: 1, body, extra: Map::new() }.to_attributes()).unwrap();
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
}
