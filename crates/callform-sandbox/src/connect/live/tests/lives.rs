//! What becomes of calls.

use serde_json::{Value, json};

use super::{ARN, ID, World, action, after, any_error, content};
use crate::services::carrying::{InvocationError, Step};

/// Everybody presses 1 after three seconds; agents answer after two, talk for a minute and work for ten seconds.
fn usual() -> Value {
    json!({
        "seed": 1,
        "callees": { "default": { "outcomes": ["answered"], "rings": 5, "presses": [1], "after": 3, "patience": 40 } },
        "agents": { "mary": { "answers": 2, "talk": 60, "work": 10 } },
    })
}

#[test]
fn a_call_goes_all_the_way() {
    let world = World::new(&usual());
    world.pass(0);
    let contact = world.call("+15550100101", json!({ "Attributes": { "order": "7" } }));
    world.pass(4);
    let seen = world.described(&contact);
    assert!(seen.get("ConnectedToSystemTimestamp").is_none() && seen.get("Record").is_none(), "{seen}");
    world.pass(5);
    let seen = world.described(&contact);
    assert_eq!(json!(after(&seen, "/ConnectedToSystemTimestamp")), 5.0);
    assert_eq!(json!(after(&seen, "/QueueInfo/EnqueueTimestamp")), 8.0);
    assert_eq!(seen["QueueInfo"]["Id"], world.queue.as_str());
    assert_eq!(seen["Attributes"], json!({ "order": "7", "tier": "gold" }));
    {
        let events = world.invoked.borrow();
        assert_eq!(events.len(), 1, "the function runs once");
        let data = &events[0]["Details"]["ContactData"];
        assert_eq!([&data["ContactId"], &data["InitiationMethod"]], [&json!(contact), &json!("API")]);
        assert_eq!(data["CustomerEndpoint"]["Address"], "+15550100101");
    }
    // It rings at mary.
    assert_eq!((world.metric("AGENTS_AVAILABLE"), world.metric("AGENTS_ON_CONTACT")), (0.0, 1.0));
    world.pass(3);
    let user = world.instance.call("GetCurrentUserData", json!({ "Filters": { "Queues": [world.queue] } }));
    let held = &user["UserDataList"][0]["Contacts"][0];
    assert_eq!([&held["ContactId"], &held["AgentContactState"]], [&json!(contact), &json!("CONNECTED")]);
    assert_eq!(user["UserDataList"][0]["AvailableSlotsByChannel"]["VOICE"], 0);
    let filter = json!({ "Filters": { "Queues": [world.queue], "ContactFilter": { "ContactStates": ["ENDED"] } } });
    assert_eq!(world.instance.call("GetCurrentUserData", filter)["UserDataList"], json!([]));
    world.pass(60);
    assert_eq!((world.metric("AGENTS_AFTER_CONTACT_WORK"), world.metric("AGENTS_AVAILABLE")), (1.0, 0.0));
    let seen = world.described(&contact);
    assert_eq!(json!(after(&seen, "/AgentInfo/ConnectedToAgentTimestamp")), 10.0);
    assert_eq!(json!(after(&seen, "/DisconnectTimestamp")), 70.0);
    assert_eq!(seen["DisconnectReason"], "AGENT_DISCONNECT");
    assert_eq!(seen["AgentInfo"]["Id"], world.agents["mary"].as_str());
    world.pass(30);
    let seen = world.described(&contact);
    assert_eq!(seen["AgentInfo"]["AfterContactWorkDuration"], 10);
    assert_eq!(json!(after(&seen, "/AgentInfo/AfterContactWorkEndTimestamp")), 80.0);
    assert_eq!((world.metric("AGENTS_AVAILABLE"), world.metric("AGENTS_ON_CONTACT")), (1.0, 0.0));
    // Nothing is left of it but its document.
    let left = world.instance.with(|environment| super::super::call::count(environment, ID));
    assert_eq!(left, 0);
}

#[test]
fn calls_are_not_reached_for_their_reasons() {
    let world = World::new(&json!({
        "callees": {
            "default": { "rings": 5 },
            "+15550100101": { "outcomes": ["busy"] },
            "+15550100102": { "outcomes": ["no_answer"] },
            "+15550100103": { "outcomes": ["invalid"] },
            "+15550100104": { "outcomes": ["answered"], "rings": 90 },
            "+15550100105": { "outcomes": ["failed"] },
        },
    }));
    let campaign =
        json!({ "TrafficType": "CAMPAIGN", "AnswerMachineDetectionConfig": { "EnableAnswerMachineDetection": true } });
    let expected = [
        ("+15550100101", "TELECOM_BUSY", "SIT_TONE_BUSY"),
        ("+15550100102", "TELECOM_TIMEOUT", "AMD_UNANSWERED"),
        ("+15550100103", "TELECOM_NUMBER_INVALID", "SIT_TONE_INVALID_NUMBER"),
        ("+15550100104", "TELECOM_TIMEOUT", "AMD_UNANSWERED"),
        ("+15550100105", "TELECOM_PROBLEM", "AMD_ERROR"),
    ];
    let calls = expected.map(|(number, reason, status)| (world.call(number, campaign.clone()), reason, status));
    let plain = world.call("+15550100101", json!({}));
    world.pass(29);
    assert!(world.described(&calls[1].0).get("DisconnectTimestamp").is_none());
    world.pass(1);
    for (contact, reason, status) in calls {
        let seen = world.described(&contact);
        assert_eq!(seen["DisconnectReason"], reason, "{seen}");
        assert_eq!(seen["AnsweringMachineDetectionStatus"], status, "{seen}");
        assert!(seen.get("ConnectedToSystemTimestamp").is_none() && seen.get("RingStartTimestamp").is_some(), "{seen}");
    }
    let seen = world.described(&plain);
    assert_eq!(seen["DisconnectReason"], "TELECOM_BUSY");
    assert!(
        seen.get("AnsweringMachineDetectionStatus").is_none() && seen.get("RingStartTimestamp").is_none(),
        "{seen}"
    );
}

/// A flow that says what detection found, in an attribute.
fn detecting(world: &World) -> String {
    let keep = |name: &str, value: &str| {
        let parameters = json!({ "Attributes": { "found": value }, "TargetContact": "Current" });
        action(
            name,
            "UpdateContactAttributes",
            &parameters,
            &json!({ "NextAction": "end", "Errors": any_error("end") }),
        )
    };
    let results = ["CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected"];
    let conditions: Vec<Value> = results
        .iter()
        .map(|result| json!({ "NextAction": result, "Condition": { "Operator": "Equals", "Operands": [result] } }))
        .collect();
    let check = json!({ "NextAction": "end", "Errors": any_error("end"), "Conditions": conditions });
    let mut actions = vec![action("check", "CheckOutboundCallStatus", &json!({}), &check)];
    actions.extend(results.iter().map(|result| keep(result, result)));
    actions.push(action("end", "DisconnectParticipant", &json!({}), &json!({})));
    let input = json!({ "Name": "detecting", "Type": "CONTACT_FLOW", "Content": content(&actions) });
    world.instance.made("CreateContactFlow", input, "ContactFlowId")
}

#[test]
fn flows_learn_who_has_answered() {
    let machine = |beep: bool| json!({ "outcomes": ["machine"], "greeting": 9, "beep": beep });
    let world = World::new(&json!({
        "callees": {
            "default": { "rings": 1 },
            "+15550100102": machine(true),
            "+15550100103": machine(false),
        },
    }));
    let flow = detecting(&world);
    let with = |awaits: bool| {
        json!({
            "ContactFlowId": flow, "TrafficType": "CAMPAIGN", "CampaignId": "c",
            "AnswerMachineDetectionConfig": { "EnableAnswerMachineDetection": true, "AwaitAnswerMachinePrompt": awaits },
        })
    };
    let cases = [
        ("+15550100101", with(true), "CallAnswered", json!("HUMAN_ANSWERED"), 2.5),
        ("+15550100102", with(true), "VoicemailBeep", json!("VOICEMAIL_BEEP"), 10.0),
        ("+15550100103", with(false), "VoicemailNoBeep", json!("VOICEMAIL_NO_BEEP"), 4.0),
        ("+15550100102", json!({ "ContactFlowId": flow }), "NotDetected", json!(null), 1.0),
    ];
    let calls = cases.map(|(number, request, found, status, ends)| (world.call(number, request), found, status, ends));
    world.pass(20);
    for (contact, found, status, ends) in calls {
        let seen = world.described(&contact);
        assert_eq!(seen["Attributes"]["found"], found, "{seen}");
        assert_eq!(seen["AnsweringMachineDetectionStatus"], status, "{seen}");
        assert_eq!(json!(after(&seen, "/DisconnectTimestamp")), ends);
        assert_eq!(seen["DisconnectReason"], "CONTACT_FLOW_DISCONNECT");
    }
    let refused = super::super::super::tests::but(with(true), json!({ "TrafficType": "GENERAL" }));
    let refused = world.instance.refusal("StartOutboundVoiceContact", world.request("+15550100101", refused));
    assert!(refused.starts_with("InvalidRequestException"), "{refused}");
}

#[test]
fn who_waits_too_long_hangs_up_and_a_machine_presses_nothing() {
    let mut people = usual();
    people["agents"] = json!({});
    people["callees"]["+15550100109"] = json!({ "outcomes": ["machine"], "recording": 4, "greeting": 1 });
    let world = World::new(&people);
    let waits = world.call("+15550100101", json!({}));
    let machine = world.call("+15550100109", json!({}));
    world.pass(30);
    assert_eq!((world.metric("CONTACTS_IN_QUEUE"), world.metric("OLDEST_CONTACT_AGE")), (1.0, 22.0));
    let seen = world.described(&machine);
    assert_eq!(
        (after(&seen, "/DisconnectTimestamp"), &seen["DisconnectReason"]),
        (10.0, &json!("CUSTOMER_DISCONNECT"))
    );
    world.pass(30);
    let seen = world.described(&waits);
    assert_eq!(
        (after(&seen, "/DisconnectTimestamp"), &seen["DisconnectReason"]),
        (48.0, &json!("CUSTOMER_DISCONNECT"))
    );
    assert!(seen.get("AgentInfo").is_none(), "{seen}");
    assert_eq!(json!(world.metric("CONTACTS_IN_QUEUE")), 0.0);
}

#[test]
fn who_presses_nothing_runs_into_the_time_limit() {
    let mut people = usual();
    people["callees"]["default"]["presses"] = json!({ "": 1 });
    let world = World::new(&people);
    let contact = world.call("+15550100101", json!({}));
    world.pass(60);
    let seen = world.described(&contact);
    assert_eq!(
        (after(&seen, "/DisconnectTimestamp"), &seen["DisconnectReason"]),
        (13.0, &json!("CONTACT_FLOW_DISCONNECT"))
    );
    assert!(world.invoked.borrow().is_empty());
}

#[test]
fn a_missed_contact_goes_to_the_next_agent() {
    let mut people = usual();
    people["agents"]["mary"]["misses"] = json!(100);
    people["agents"]["jane"] = json!({ "answers": 1, "talk": 5, "work": 0 });
    people["callees"]["default"]["patience"] = json!(300);
    let world = World::new(&people);
    world.stream("agents", "AGENT_EVENTS");
    world.pass(0);
    // Jane is away at first.
    let statuses = world.instance.call("ListAgentStatuses", json!({}))["AgentStatusSummaryList"].clone();
    let status = |name: &str| statuses.as_array().unwrap().iter().find(|it| it["Name"] == name).unwrap()["Id"].clone();
    let put = |name: &str| {
        let input = json!({ "UserId": world.agents["jane"], "AgentStatusId": status(name) });
        world.instance.call("PutUserStatus", input);
    };
    put("Offline");
    let contact = world.call("+15550100101", json!({}));
    world.pass(20);
    put("Available");
    world.pass(9);
    assert_eq!(json!(world.metric("AGENTS_ERROR")), 1.0);
    world.pass(60);
    let seen = world.described(&contact);
    assert_eq!(seen["AgentInfo"]["Id"], world.agents["jane"].as_str());
    // Mary's phone rings for twenty seconds from the eighth on, jane takes it a second later.
    assert_eq!(json!(after(&seen, "/AgentInfo/ConnectedToAgentTimestamp")), 29.0);
    assert_eq!((after(&seen, "/DisconnectTimestamp"), &seen["DisconnectReason"]), (34.0, &json!("AGENT_DISCONNECT")));
    assert!(seen["AgentInfo"].get("AfterContactWorkStartTimestamp").is_none(), "{seen}");
    let states: Vec<String> = world
        .records("agents")
        .iter()
        .filter(|event| event["CurrentAgentSnapshot"]["Configuration"]["Username"] == "mary")
        .map(|event| {
            let state = event["CurrentAgentSnapshot"]["Contacts"][0]["State"].as_str().unwrap_or("-");
            format!("{} {state}", event["EventType"].as_str().unwrap())
        })
        .collect();
    assert_eq!(states, ["LOGIN -", "STATE_CHANGE CONNECTING", "STATE_CHANGE MISSED", "STATE_CHANGE -"]);
}

#[test]
fn a_callback_rings_later() {
    let mut people = usual();
    people["callees"]["+15550100102"] = json!({ "outcomes": ["answered", "busy", "answered"], "rings": 4, "talk": 20 });
    let world = World::new(&people);
    let arn = format!("{ARN}/queue/{}", world.queue);
    let callback = json!({
        "QueueId": arn, "InitialCallDelaySeconds": "30", "MaximumConnectionAttempts": "2", "RetryDelaySeconds": "60",
    });
    let actions = [
        action(
            "number",
            "UpdateContactCallbackNumber",
            &json!({ "CallbackNumber": "$.CustomerEndpoint.Address" }),
            &json!({
                "NextAction": "back",
                "Errors": [
                    { "ErrorType": "InvalidCallbackNumber", "NextAction": "end" },
                    { "ErrorType": "CallbackNumberNotDialable", "NextAction": "end" },
                ],
            }),
        ),
        action("back", "CreateCallbackContact", &callback, &json!({ "NextAction": "end", "Errors": any_error("end") })),
        action("end", "DisconnectParticipant", &json!({}), &json!({})),
    ];
    let input = json!({ "Name": "back", "Type": "CONTACT_FLOW", "Content": content(&actions) });
    let flow = world.instance.made("CreateContactFlow", input, "ContactFlowId");
    world.stream("contacts", "CONTACT_TRACE_RECORDS");
    let contact = world.call("+15550100102", json!({ "ContactFlowId": flow }));
    world.pass(10);
    assert_eq!(json!(world.metric("CONTACTS_SCHEDULED")), 1.0);
    // Queued at 34, taken at 36, busy at 38; once more after a minute: queued at 98, taken at 100, picked up at 104.
    world.pass(200);
    let records = world.records("contacts");
    let record = |method: &str| records.iter().find(|record| record["InitiationMethod"] == method).unwrap();
    let (first, back) = (record("API"), record("CALLBACK"));
    assert_eq!(first["ContactId"], contact.as_str());
    assert_eq!([&first["NextContactId"], &back["PreviousContactId"]], [&back["ContactId"], &first["ContactId"]]);
    let seen = world.described(back["ContactId"].as_str().unwrap());
    assert_eq!(json!(after(&seen, "/ConnectedToSystemTimestamp")), 100.0);
    assert_eq!(json!(after(&seen, "/AgentInfo/ConnectedToAgentTimestamp")), 100.0);
    assert_eq!(
        (after(&seen, "/DisconnectTimestamp"), &seen["DisconnectReason"]),
        (120.0, &json!("CUSTOMER_DISCONNECT"))
    );
    assert_eq!(back["AgentConnectionAttempts"], 2);
    assert!(seen.get("SystemEndpoint").is_none(), "{seen}");
    assert_eq!((world.metric("CONTACTS_SCHEDULED"), world.metric("AGENTS_AVAILABLE")), (0.0, 1.0));
}

#[test]
fn a_stopped_contact_is_over_wherever_it_was() {
    let world = World::new(&usual());
    world.pass(0);
    let stop = |contact: &str| world.instance.call("StopContact", json!({ "ContactId": contact }));
    let over = |contact: &str| world.described(contact)["DisconnectReason"].clone();
    // While it rings, in the menu, and with an agent.
    for seconds in [2, 6, 15] {
        let contact = world.call("+15550100101", json!({}));
        world.pass(seconds);
        stop(&contact);
        assert_eq!(over(&contact), "API");
        let again = world.instance.refusal("StopContact", json!({ "ContactId": contact }));
        assert!(again.starts_with("ContactNotFoundException"), "{again}");
        world.pass(20);
        assert_eq!(over(&contact), "API");
        assert_eq!(world.instance.with(|environment| super::super::call::count(environment, ID)), 0);
        assert_eq!(json!(world.metric("AGENTS_AVAILABLE")), 1.0);
    }
}

#[test]
fn a_contact_that_is_stopped_while_a_machine_greets_runs_no_flow() {
    let mut people = usual();
    people["callees"]["default"]["outcomes"] = json!(["machine"]);
    people["callees"]["default"]["greeting"] = json!(20);
    let world = World::new(&people);
    let detection = json!({
        "TrafficType": "CAMPAIGN",
        "AnswerMachineDetectionConfig": { "EnableAnswerMachineDetection": true, "AwaitAnswerMachinePrompt": true },
    });
    let contact = world.call("+15550100101", detection);
    world.pass(10);
    world.instance.call("StopContact", json!({ "ContactId": contact }));
    world.pass(60);
    let seen = world.described(&contact);
    assert_eq!((after(&seen, "/DisconnectTimestamp"), &seen["DisconnectReason"]), (10.0, &json!("API")));
    assert!(seen.get("ConnectedToSystemTimestamp").is_none(), "{seen}");
    assert_eq!(world.instance.with(|environment| super::super::call::count(environment, ID)), 0);
}

#[test]
fn whom_nobody_names_any_more_goes_home() {
    let world = World::new(&usual());
    world.pass(0);
    assert_eq!(json!(world.metric("AGENTS_ONLINE")), 1.0);
    world.people(&json!({ "agents": { "jane": {} } }));
    world.pass(1);
    assert_eq!((world.metric("AGENTS_ONLINE"), world.metric("AGENTS_AVAILABLE")), (1.0, 1.0));
    world.people(&json!({}));
    world.pass(1);
    assert_eq!(json!(world.metric("AGENTS_ONLINE")), 0.0);
}

#[test]
fn a_killed_process_loses_nothing_and_functions_answer_once() {
    let world = World::new(&usual());
    world.pass(0);
    let contact = world.call("+15550100101", json!({}));
    world.instance.pass(30);
    let asked = || match world.instance.with(|environment| super::super::step(environment, ID)) {
        Step::Invoke(invocation) => invocation,
        other => panic!("{other:?}"),
    };
    // The process ends before the function has answered; the next one asks the same.
    let first = asked();
    assert_eq!(asked(), first);
    let failed = Err(InvocationError::Failed("oops".to_owned()));
    world.instance.with(|environment| super::super::settle(environment, ID, first.part, &failed));
    // An answer that comes twice is taken once.
    world.instance.with(|environment| super::super::settle(environment, ID, first.part, &failed));
    world.pass_with(0, &|event| panic!("{event} is asked again"));
    let seen = world.described(&contact);
    assert_eq!(
        (after(&seen, "/DisconnectTimestamp"), &seen["DisconnectReason"]),
        (8.0, &json!("CONTACT_FLOW_DISCONNECT"))
    );
}

#[test]
fn what_is_published_meanwhile_is_for_the_next_call() {
    let world = World::new(&usual());
    world.pass(0);
    let before = world.call("+15550100101", json!({}));
    world.pass(6);
    let end = content(&[action("end", "DisconnectParticipant", &json!({}), &json!({}))]);
    world.instance.call("UpdateContactFlowContent", json!({ "ContactFlowId": world.flow, "Content": end }));
    let next = world.call("+15550100102", json!({}));
    world.pass(10);
    assert!(world.described(&before).get("AgentInfo").is_some());
    let seen = world.described(&next);
    assert_eq!(json!(after(&seen, "/DisconnectTimestamp")), 5.0);
}

#[test]
fn attributes_that_programs_set_reach_the_flow() {
    let world = World::new(&usual());
    let contact = world.call("+15550100101", json!({ "Attributes": { "a": "1" } }));
    let set = |name: &str| {
        let input = json!({ "InitialContactId": contact, "Attributes": { name: "x" } });
        world.instance.call("UpdateContactAttributes", input);
    };
    world.pass(2);
    set("early");
    world.pass(4);
    set("late");
    world.pass(10);
    let attributes = world.invoked.borrow()[0]["Details"]["ContactData"]["Attributes"].clone();
    assert_eq!(attributes, json!({ "a": "1", "early": "x", "late": "x" }));
}

/// Calls of a day: how each ended, by number.
fn day(seed: u64) -> Vec<(String, String, bool)> {
    let world = World::new(&json!({
        "seed": seed,
        "callees": {
            "default": {
                "outcomes": { "answered": 60, "no_answer": 20, "busy": 10, "machine": 8, "invalid": 2 },
                "rings": [2, 40], "presses": { "1": 80, "2": 10, "": 10 }, "after": [1, 6], "patience": [5, 120], "talk": [10, 200],
            },
        },
        "agents": { "all": { "talk": [20, 100], "work": [0, 15], "misses": 10, "answers": [1, 4] } },
    }));
    world.pass(0);
    let mut contacts = Vec::new();
    for at in 0..40 {
        let number = format!("+1555010{:04}", 100 + at % 30);
        contacts.push((number.clone(), world.call(&number, json!({}))));
        world.pass(15);
        assert!(world.metric("AGENTS_ON_CONTACT") <= 2.0);
    }
    world.pass(2000);
    assert_eq!(world.instance.with(|environment| super::super::call::count(environment, ID)), 0, "every call ends");
    assert_eq!(json!(world.metric("AGENTS_AVAILABLE")), 2.0);
    let how = |(number, contact): (String, String)| {
        let seen = world.described(&contact);
        (number, seen["DisconnectReason"].to_string(), seen.get("AgentInfo").is_some())
    };
    contacts.into_iter().map(how).collect()
}

#[test]
fn the_same_people_give_the_same_day() {
    let one = day(1);
    assert_eq!(one, day(1));
    assert_ne!(one, day(2));
    assert!(one.iter().any(|(.., agent)| *agent) && one.iter().any(|(.., agent)| !*agent), "{one:?}");
}
