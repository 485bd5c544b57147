//! What the world is told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ARN, World};
use crate::faults::{Faults, Telling};
use crate::input::object;
use crate::services::events;

fn usual() -> Value {
    json!({
        "callees": { "default": { "outcomes": ["answered"], "rings": 5, "presses": [1], "after": 3 } },
        "agents": { "mary": { "answers": 2, "talk": 60, "work": 10 } },
    })
}

#[test]
fn agent_events_tell_when_after_contact_work_begins_and_ends() {
    let world = World::new(&usual());
    world.stream("agents", "AGENT_EVENTS");
    world.pass(0);
    let contact = world.call("+15550100101", json!({}));
    world.pass(100);
    let events = world.records("agents");
    let short = |event: &Value| {
        let state = |snapshot: &str| match &event[snapshot]["Contacts"][0]["State"] {
            Value::String(state) => state.clone(),
            _ => "-".to_owned(),
        };
        let time = event["EventTimestamp"].as_str().unwrap().get(14..23).unwrap();
        format!(
            "{} {} > {} {time}",
            event["EventType"].as_str().unwrap(),
            state("PreviousAgentSnapshot"),
            state("CurrentAgentSnapshot")
        )
    };
    assert_eq!(
        events.iter().map(short).collect::<Vec<_>>(),
        [
            "LOGIN - > - 00:00.250",
            "STATE_CHANGE - > CONNECTING 00:08.250",
            "STATE_CHANGE CONNECTING > CONNECTED 00:10.250",
            "STATE_CHANGE CONNECTED > ENDED 01:10.250",
            "STATE_CHANGE ENDED > - 01:20.250",
        ]
    );
    let ended = &events[3];
    let snapshot = &ended["CurrentAgentSnapshot"];
    let seen = &snapshot["Contacts"][0];
    assert_eq!(seen["ContactId"], contact.as_str());
    assert_eq!(seen["StateStartTimestamp"], ended["EventTimestamp"]);
    assert_eq!(seen["Queue"]["Name"], "Sales");
    assert_eq!(snapshot["AgentStatus"]["Type"], "ROUTABLE");
    assert_eq!(snapshot["Configuration"]["RoutingProfile"]["InboundQueues"][0]["Name"], "Sales");
    assert_eq!(snapshot["Configuration"]["RoutingProfile"]["Concurrency"][0]["AvailableSlots"], 0);
    assert_eq!(events[0]["PreviousAgentSnapshot"], Value::Null);
    // Two minutes after the last event there is a sign of life, and so on.
    world.pass(300);
    let more: Vec<String> = world.records("agents").iter().skip(5).map(short).collect();
    assert!(more.len() >= 2 && more.iter().all(|event| event.starts_with("HEART_BEAT - > -")), "{more:?}");
}

#[test]
fn agents_come_and_go_with_their_shifts() {
    let mut people = usual();
    // The test's day begins at nine.
    people["agents"]["mary"]["shifts"] = json!([{ "login": "09:10", "logout": "09:20" }]);
    people["callees"]["default"]["rings"] = json!(1);
    let world = World::new(&people);
    world.stream("agents", "AGENT_EVENTS");
    world.pass(0);
    assert_eq!(json!(world.metric("AGENTS_ONLINE")), 0.0);
    world.pass(600);
    assert_eq!(json!(world.metric("AGENTS_AVAILABLE")), 1.0);
    // A conversation that begins before the end of the shift is finished.
    world.pass(570);
    world.call("+15550100101", json!({}));
    world.pass(40);
    assert_eq!(json!(world.metric("AGENTS_ON_CALL")), 1.0);
    world.pass(100);
    assert_eq!(json!(world.metric("AGENTS_ONLINE")), 0.0);
    let events = world.records("agents");
    let kinds: Vec<&str> =
        events.iter().map(|event| event["EventType"].as_str().unwrap()).filter(|kind| *kind != "HEART_BEAT").collect();
    assert_eq!(kinds.first(), Some(&"LOGIN"));
    assert_eq!(kinds.last(), Some(&"LOGOUT"));
    assert_eq!(events.last().unwrap()["EventTimestamp"], "2026-11-21T09:20:46.250Z");
}

#[test]
fn a_record_comes_when_all_is_done_and_again_when_it_changes() {
    let world = World::new(&usual());
    world.stream("contacts", "CONTACT_TRACE_RECORDS");
    world.pass(0);
    let contact = world.call("+15550100101", json!({}));
    world.pass(75);
    assert!(world.records("contacts").is_empty(), "there is work to do");
    world.pass(10);
    let records = world.records("contacts");
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert_eq!(record["ContactId"], contact.as_str());
    assert_eq!(record["ConnectedToSystemTimestamp"], "2026-11-21T09:00:05Z");
    assert_eq!(record["Queue"]["Duration"], 2);
    assert_eq!(record["Agent"]["Username"], "mary");
    assert_eq!(record["Agent"]["AgentInteractionDuration"], 60);
    assert_eq!(record["Agent"]["AfterContactWorkDuration"], 10);
    assert_eq!(record["AgentConnectionAttempts"], 1);
    assert_eq!(record["Attributes"], json!({ "tier": "gold" }));
    world
        .instance
        .call("UpdateContactAttributes", json!({ "InitialContactId": contact, "Attributes": { "sold": "yes" } }));
    let records = world.records("contacts");
    assert_eq!(records.len(), 2);
    assert_eq!(records[1]["Attributes"]["sold"], "yes");
    assert!(records[1]["LastUpdateTimestamp"].as_str() > record["LastUpdateTimestamp"].as_str());
}

#[test]
fn what_is_told_is_lost_doubled_and_late_by_a_seed() {
    let told = |telling: Telling| {
        let mut people = usual();
        people["callees"]["default"]["outcomes"] = json!(["busy"]);
        let world = World::new(&people);
        world.stream("contacts", "CONTACT_TRACE_RECORDS");
        Faults { contact_records: telling, ..Faults::default() }.save(world.instance.folder()).unwrap();
        let contacts: Vec<String> = (0..30)
            .map(|at| {
                world.call(&format!("+1555010{:04}", 100 + at), json!({ "Attributes": { "at": at.to_string() } }))
            })
            .collect();
        world.pass(3);
        let soon = world.records("contacts").len();
        world.pass(600);
        let told: Vec<String> = world
            .records("contacts")
            .iter()
            .map(|record| record["Attributes"]["at"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(contacts.len(), 30);
        (soon, told)
    };
    let (soon, all) = told(Telling::default());
    assert_eq!((soon, all.len()), (30, 30));
    let lossy = Telling { seed: 3, lose: 30, ..Telling::default() };
    let (_, some) = told(lossy);
    assert!(some.len() < 30 && some.len() > 10, "{some:?}");
    assert_eq!(told(lossy).1, some);
    assert_ne!(told(Telling { seed: 4, ..lossy }).1, some);
    let (_, doubled) = told(Telling { seed: 3, double: 50, ..Telling::default() });
    assert!(doubled.len() > 35 && doubled.iter().collect::<BTreeSet<_>>().len() == 30, "{doubled:?}");
    let (soon, late) = told(Telling { seed: 3, delay: 50, delay_seconds: 120, ..Telling::default() });
    assert!(soon < 25 && late.len() == 30, "{soon} {late:?}");
    let (_, shuffled) = told(Telling { seed: 3, reorder: 50, ..Telling::default() });
    assert_ne!(shuffled, all);
    assert_eq!(shuffled.iter().collect::<BTreeSet<_>>(), all.iter().collect());
}

#[test]
fn contact_events_tell_the_life_of_a_contact() {
    let world = World::new(&usual());
    let rule = json!({ "Name": "contacts", "EventPattern": json!({ "source": ["aws.connect"] }).to_string() });
    world.instance.with(|environment| events::call(environment, "PutRule", &object(rule)));
    world.pass(0);
    let contact = world.call("+15550100101", json!({}));
    world.pass(75);
    world.instance.call("UpdateContactAttributes", json!({ "InitialContactId": contact, "Attributes": { "a": "b" } }));
    world.pass(10);
    let told: Vec<(String, Value)> = world.instance.with(|environment| environment.tx.list("events/told", "us-west-2"));
    let told: Vec<Value> = told.into_iter().map(|(_, told)| told["event"].clone()).collect();
    let kinds: Vec<String> = told
        .iter()
        .map(|event| {
            format!("{} {}", event["detail"]["eventType"].as_str().unwrap(), &event["time"].as_str().unwrap()[14..19])
        })
        .collect();
    let expected = [
        "INITIATED 00:00",
        "CONNECTED_TO_SYSTEM 00:05",
        "QUEUED 00:08",
        "CONNECTED_TO_AGENT 00:10",
        "DISCONNECTED 01:10",
        "COMPLETED 01:20",
    ];
    assert_eq!(kinds, expected);
    let last = &told[5];
    assert_eq!([&last["source"], &last["detail-type"]], ["aws.connect", "Amazon Connect Contact Event"]);
    assert_eq!(last["resources"], json!([ARN, format!("{ARN}/contact/{contact}")]));
    let agent = format!("{ARN}/agent/{}", world.agents["mary"]);
    let expected = json!({
        "eventType": "COMPLETED",
        "contactId": contact,
        "channel": "VOICE",
        "instanceArn": ARN,
        "initiationMethod": "API",
        "initiationTimestamp": "2026-11-21T09:00:00.250Z",
        "connectedToSystemTimestamp": "2026-11-21T09:00:05.250Z",
        "disconnectTimestamp": "2026-11-21T09:01:10.250Z",
        "queueInfo": {
            "queueArn": format!("{ARN}/queue/{}", world.queue),
            "queueType": "STANDARD",
            "enqueueTimestamp": "2026-11-21T09:00:08.250Z",
        },
        "agentInfo": {
            "agentArn": agent,
            "connectedToAgentTimestamp": "2026-11-21T09:00:10.250Z",
            "afterContactWorkStartTimestamp": "2026-11-21T09:01:10.250Z",
            "afterContactWorkEndTimestamp": "2026-11-21T09:01:20.250Z",
            "afterContactWorkDuration": 10,
        },
        "segmentAttributes": { "connect:Subtype": { "ValueString": "connect:Telephony" } },
    });
    assert_eq!(last["detail"], expected);
}
