//! Who calls in.

use serde_json::{Value, json};

use super::super::known::unknown;
use super::super::people::People;
use super::{ID, World, after};
use crate::connect::phone_numbers::VOICE_FLOW;
use crate::faults::Faults;

const NUMBER: &str = "+15550100100";

/// Three callers a minute apart who press 1, and mary, who answers after two seconds, talks for a minute and works for ten
/// seconds.
fn usual() -> Value {
    json!({
        "seed": 1,
        "callers": {
            "early": {
                "from": "+15550100150", "to": NUMBER, "at": 10, "count": 3, "every": "1m", "keys": ["1"], "after": 3,
            },
        },
        "agents": { "mary": { "answers": 2, "talk": 60, "work": 10 } },
    })
}

impl World {
    /// A world whose number leads to its flow.
    fn with_number(people: &Value) -> Self {
        let world = Self::new(people);
        world.answer();
        world
    }

    /// Lets the flow answer the number.
    fn answer(&self) {
        self.instance.with(|environment| {
            let number = "88888888-2222-4333-8444-555555555555";
            environment.tx.put(VOICE_FLOW, ID, number, None, &self.flow)?;
            super::super::note_change(environment)
        });
    }

    /// The contacts that came in, from the first to the last.
    fn inbound(&self) -> Vec<Value> {
        let now = self.instance.with(|environment| Ok(crate::clock::epoch_seconds(environment.now)));
        let input = json!({
            "TimeRange": { "Type": "INITIATION_TIMESTAMP", "StartTime": now - 100_000.0, "EndTime": now + 1.0 },
            "SearchCriteria": { "InitiationMethods": ["INBOUND"] },
            "Sort": { "FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING" },
            "MaxResults": 100,
        });
        let answer = self.instance.call("SearchContacts", input);
        let ids = answer["Contacts"].as_array().unwrap().iter().map(|contact| contact["Id"].as_str().unwrap());
        ids.map(|id| self.described(id)).collect()
    }
}

#[test]
fn callers_go_all_the_way() {
    let world = World::with_number(&usual());
    world.stream("contacts", "CONTACT_TRACE_RECORDS");
    world.pass(0);
    world.pass(9);
    assert!(world.inbound().is_empty());
    world.pass(300);
    let contacts = world.inbound();
    let numbers: Vec<&str> =
        contacts.iter().map(|contact| contact["CustomerEndpoint"]["Address"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["+15550100150", "+15550100151", "+15550100152"]);
    let first = &contacts[0];
    assert_eq!(first["SystemEndpoint"]["Address"], NUMBER);
    // Two words take a second to ask, and the answer comes three seconds later.
    for (pointer, seconds) in [
        ("/ConnectedToSystemTimestamp", 0.0),
        ("/QueueInfo/EnqueueTimestamp", 4.0),
        ("/AgentInfo/ConnectedToAgentTimestamp", 6.0),
        ("/DisconnectTimestamp", 66.0),
        ("/AgentInfo/AfterContactWorkEndTimestamp", 76.0),
    ] {
        assert_eq!(json!(after(first, pointer)), json!(seconds), "{pointer}");
    }
    let began = |contact: &Value| contact["InitiationTimestamp"].as_f64().unwrap();
    assert_eq!(json!(began(&contacts[2]) - began(first)), 120.0);
    assert_eq!(
        (&first["DisconnectReason"], &first["Attributes"]),
        (&json!("AGENT_DISCONNECT"), &json!({ "tier": "gold" }))
    );
    let data = world.invoked.borrow()[0]["Details"]["ContactData"].clone();
    assert_eq!([&data["InitiationMethod"], &data["SystemEndpoint"]["Address"]], ["INBOUND", NUMBER]);
    let records = world.records("contacts");
    let record = records.iter().find(|record| record["ContactId"] == first["Id"]).unwrap();
    assert_eq!([&record["InitiationMethod"], &record["Recordings"]], [&json!("INBOUND"), &Value::Null]);
    assert_eq!((records.len(), &record["Queue"]["Duration"]), (3, &json!(2)));
    assert_eq!(world.instance.with(|environment| super::super::call::count(environment, ID)), 0);
}

#[test]
fn callers_hang_up_when_they_are_told_to() {
    let caller = |from: &str, more: Value| {
        let mut caller = json!({ "from": from, "flow": "menu", "keys": ["1"], "after": 3 });
        caller.as_object_mut().unwrap().extend(crate::input::object(more));
        caller
    };
    let world = World::new(&json!({
        "callers": {
            "waits": caller("+15550100151", json!({ "patience": 40 })),
            "leaves": caller("+15550100152", json!({ "hangs_up": { "after": "20s" } })),
            "shy": caller("+15550100153", json!({ "hangs_up": { "at": "Ask" } })),
            "looks": caller("+15550100154", json!({ "hangs_up": { "at": "look", "after": 100 } })),
            "silent": caller("+15550100155", json!({ "keys": [] })),
        },
    }));
    world.pass(0);
    world.pass(100);
    let ends = |contact: &Value| {
        let number = contact["CustomerEndpoint"]["Address"].as_str().unwrap().to_owned();
        (number, after(contact, "/DisconnectTimestamp"), contact["DisconnectReason"].as_str().unwrap().to_owned())
    };
    let mut seen: Vec<_> = world.inbound().iter().map(ends).collect();
    seen.sort_by(|left, right| left.0.cmp(&right.0));
    let expected = [
        ("+15550100151", 44.0, "CUSTOMER_DISCONNECT"),
        ("+15550100152", 20.0, "CUSTOMER_DISCONNECT"),
        ("+15550100153", 0.5, "CUSTOMER_DISCONNECT"),
        ("+15550100154", 4.5, "CUSTOMER_DISCONNECT"),
        // The question takes a second, and eight are given for the answer.
        ("+15550100155", 9.0, "CONTACT_FLOW_DISCONNECT"),
    ];
    let expected = expected.map(|(number, at, reason)| (number.to_owned(), at, reason.to_owned()));
    assert_eq!(format!("{seen:?}"), format!("{expected:?}"));
    assert!(world.inbound()[0].get("SystemEndpoint").is_none());
}

/// How the contacts of many callers at once end.
fn rush(seed: u64) -> Vec<String> {
    let mut people = usual();
    people["seed"] = json!(seed);
    people["agents"] = json!({ "all": { "talk": [20, 100], "misses": 10 } });
    people["callers"]["early"] = json!({
        "from": "+15550100150", "to": NUMBER, "count": 30, "keys": { "1": 80, "2": 20 }, "after": [1, 6],
        "patience": [5, 120], "talk": [10, 200],
    });
    let world = World::with_number(&people);
    world.pass(0);
    world.pass(3000);
    let how = |contact: &Value| {
        let agent = contact.get("AgentInfo").is_some();
        format!("{} {agent} {:.3}", contact["DisconnectReason"], after(contact, "/DisconnectTimestamp"))
    };
    let mut all: Vec<String> = world.inbound().iter().map(how).collect();
    all.sort();
    all
}

#[test]
fn many_call_at_once_and_by_the_seed() {
    let one = rush(1);
    assert_eq!((one.len(), &one), (30, &rush(1)));
    assert_ne!(one, rush(2));
    assert!(
        ["CUSTOMER_DISCONNECT", "CONTACT_FLOW_DISCONNECT"].iter().all(|end| one.iter().any(|how| how.contains(end)))
    );
}

#[test]
fn where_there_are_as_many_calls_as_may_be_callers_hear_that_it_is_busy() {
    let mut people = usual();
    people["callers"]["early"] = json!({ "from": "+15550100150", "to": NUMBER, "count": 12, "keys": ["1"] });
    let world = World::with_number(&people);
    Faults { default_quotas: true, ..Faults::default() }.save(world.instance.folder()).unwrap();
    world.pass(0);
    world.pass(60);
    assert_eq!(world.inbound().len(), 10);
}

#[test]
fn people_that_are_given_again_call_again_and_others_no_more() {
    let mut people = usual();
    let world = World::new(&people);
    world.pass(0);
    world.pass(60);
    assert!(world.inbound().is_empty(), "no flow answers the number yet");
    world.answer();
    world.pass(0);
    world.pass(11);
    assert_eq!(world.inbound().len(), 1);
    people["given"] = json!("2026-11-21T09:02:00.000Z");
    world.people(&people);
    world.pass(0);
    // The other two of the first time do not come any more.
    world.pass(1000);
    assert_eq!(world.inbound().len(), 4);
    people["callers"] = json!({});
    world.people(&people);
    world.pass(1000);
    assert_eq!(world.inbound().len(), 4);
}

#[test]
fn what_the_sandbox_does_not_have_is_named() {
    let world = World::with_number(&usual());
    let problems = |people: &Value| {
        let people = People::read(people).unwrap();
        world.instance.with(|environment| unknown(environment.tx, &people))
    };
    assert_eq!(problems(&usual()), Vec::<String>::new());
    let found = problems(&json!({
        "callers": {
            "a": { "from": "+15550100150", "to": "+15550100199" },
            "b": { "from": "+15550100150", "flow": "main" },
        },
        "agents": { "marry": {}, "mary": { "status": "Lunch" } },
    }));
    let places = ["agents.marry: ", "agents.mary.status: ", "callers.a.to: ", "callers.b.flow: "];
    assert_eq!(found.len(), places.len(), "{found:#?}");
    assert!(found.iter().zip(places).all(|(problem, place)| problem.starts_with(place)), "{found:#?}");
    assert!(found[0].ends_with("there are `jane`, `mary`"), "{}", found[0]);
    assert!(found[2].ends_with("there are `+15550100100`"), "{}", found[2]);
    // Without an instance nobody knows what there will be.
    let empty = crate::store::Store::in_memory().unwrap();
    let people = People::read(&usual()).unwrap();
    assert_eq!(empty.transaction(|tx| unknown(tx, &people)).unwrap(), Vec::<String>::new());
}
