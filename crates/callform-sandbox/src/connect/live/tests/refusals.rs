//! What dialers meet, and how they find contacts again.

use serde_json::{Value, json};

use super::World;
use crate::faults::Faults;

fn busy() -> Value {
    json!({ "callees": { "default": { "outcomes": ["busy"] } } })
}

#[test]
fn a_token_means_its_contact_as_long_as_that_lives() {
    let world = World::new(&busy());
    let start = || world.call("+15550100101", json!({ "ClientToken": "t" }));
    let first = start();
    assert_eq!(start(), first);
    let other = world.request("+15550100102", json!({ "ClientToken": "t" }));
    let refused = world.instance.refusal("StartOutboundVoiceContact", other);
    assert!(refused.starts_with("InvalidRequestException"), "{refused}");
    world.pass(10);
    let second = start();
    assert_ne!(second, first);
    assert_eq!(start(), second);
}

#[test]
fn numbers_may_be_forbidden_and_calls_too_many() {
    let world = World::new(&busy());
    let refused = world.instance.refusal("StartOutboundVoiceContact", world.request("+447700900101", json!({})));
    assert!(refused.starts_with("DestinationNotAllowedException"), "{refused}");
    Faults { default_quotas: true, ..Faults::default() }.save(world.instance.folder()).unwrap();
    for at in 0..10 {
        world.call(&format!("+1555010{:04}", 100 + at), json!({}));
    }
    let refused = world.instance.refusal("StartOutboundVoiceContact", world.request("+15550100199", json!({})));
    assert!(refused.starts_with("LimitExceededException"), "{refused}");
    world.pass(10);
    world.call("+15550100199", json!({}));
}

#[test]
fn without_people_contacts_wait_as_ever() {
    let world = World::new(&busy());
    std::fs::remove_file(world.instance.folder().join(super::super::people::FILE)).unwrap();
    let contact = world.call("+15550100101", json!({}));
    world.pass(1000);
    assert!(world.described(&contact).get("DisconnectTimestamp").is_none());
    world.instance.call("StopContact", json!({ "ContactId": contact }));
    assert_eq!(world.described(&contact)["DisconnectReason"], "API");
}

#[test]
fn contacts_are_found() {
    let world = World::new(&busy());
    let began = 1_795_251_600.25;
    let one = world.call("+15550100101", json!({ "Name": "Call to Mary Jane", "Attributes": { "row": "1" } }));
    world.pass(100);
    let two =
        world.call("+15550100102", json!({ "Name": "Call to Bob", "QueueId": null, "Attributes": { "row": "2" } }));
    let search = |range: Value, more: Value| {
        let mut input = json!({ "TimeRange": range });
        input.as_object_mut().unwrap().extend(crate::input::object(more));
        let answer = world.instance.call("SearchContacts", input);
        let ids =
            answer["Contacts"].as_array().unwrap().iter().map(|contact| contact["Id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let range =
        |kind: &str, from: f64, till: f64| json!({ "Type": kind, "StartTime": began + from, "EndTime": began + till });
    let all = || range("INITIATION_TIMESTAMP", -1.0, 1000.0);
    let criteria = |criteria: Value| json!({ "SearchCriteria": criteria });
    let (both, none): (_, [String; 0]) = ([two.clone(), one.clone()], []);
    assert_eq!(search(all(), json!({})), both);
    let sorted = json!({ "Sort": { "FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING" } });
    assert_eq!(search(all(), sorted), [one.clone(), two.clone()]);
    assert_eq!(search(range("INITIATION_TIMESTAMP", 50.0, 1000.0), json!({})), std::slice::from_ref(&two));
    assert_eq!(search(range("DISCONNECT_TIMESTAMP", -1.0, 1000.0), json!({})), std::slice::from_ref(&one));
    assert_eq!(search(all(), criteria(json!({ "Channels": ["VOICE"], "InitiationMethods": ["API"] }))), both);
    assert_eq!(search(all(), criteria(json!({ "InitiationMethods": ["INBOUND"] }))), none);
    let name = |texts: Value, kind: &str| criteria(json!({ "Name": { "SearchText": texts, "MatchType": kind } }));
    assert_eq!(search(all(), name(json!(["mary", "jane"]), "MATCH_ALL")), std::slice::from_ref(&one));
    assert_eq!(search(all(), name(json!(["mary", "bob"]), "MATCH_ANY")), both);
    assert_eq!(search(all(), name(json!(["Call to Bob"]), "MATCH_EXACT")), std::slice::from_ref(&two));
    assert_eq!(search(all(), name(json!(["call"]), "MATCH_NONE")), none);
    let attributes =
        criteria(json!({ "SearchableContactAttributes": { "Criteria": [{ "Key": "row", "Values": ["2", "3"] }] } }));
    assert_eq!(search(all(), attributes), std::slice::from_ref(&two));
    let refused = |input: Value| world.instance.refusal("SearchContacts", input);
    let wrong = refused(json!({ "TimeRange": range("INITIATION_TIMESTAMP", 10.0, 0.0) }));
    assert!(wrong.starts_with("InvalidParameterException"), "{wrong}");
    let long = refused(json!({ "TimeRange": range("INITIATION_TIMESTAMP", 0.0, 5_000_000.0) }));
    assert!(long.starts_with("InvalidRequestException"), "{long}");
    let other = refused(json!({ "TimeRange": all(), "SearchCriteria": { "ContactTags": {} } }));
    assert!(other.contains("SearchContacts with ContactTags"), "{other}");
}
