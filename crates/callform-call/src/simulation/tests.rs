use callform_flow::{Flow, FlowType};
use serde_json::{Map, Value, json};

use super::*;
use crate::center::{FlowSource, Hours, Named, Queue};
use crate::event::{QueueId, Speech};
use crate::hours::Schedule;
use crate::surroundings::{LambdaAnswer, LambdaCall, QuietDay};
use callform_flow::catalog::ObjectKind;

/// A block: identifier, type, parameters, and ways such as `next=b NoMatchingError=c 1=d`; a way that is no word of the
/// service is a condition `Equals`, or `NumberLessThan:4=d`.
pub(crate) type Line<'a> = (&'a str, &'a str, Value, &'a str);

pub(crate) fn flow(lines: &[Line<'_>]) -> Flow {
    let actions: Vec<Value> = lines
        .iter()
        .map(|(identifier, action_type, parameters, ways)| {
            let mut transitions = Map::new();
            let (mut errors, mut conditions) = (Vec::new(), Vec::new());
            for way in ways.split_whitespace() {
                let (taken, target) = way.split_once('=').expect("a way has a target");
                if taken == "next" {
                    transitions.insert("NextAction".to_owned(), target.into());
                } else if taken.ends_with("Error")
                    || taken.contains("Exceeded")
                    || taken.starts_with("NoMatching")
                    || ["QueueAtCapacity", "InvalidPhoneNumber", "CallFailed", "InvalidCallbackNumber"].contains(&taken)
                {
                    errors.push(json!({ "ErrorType": taken, "NextAction": target }));
                } else {
                    let (operator, operand) = taken.split_once(':').unwrap_or(("Equals", taken));
                    let condition = json!({ "Operator": operator, "Operands": [operand] });
                    conditions.push(json!({ "NextAction": target, "Condition": condition }));
                }
            }
            transitions.insert("Errors".to_owned(), errors.into());
            transitions.insert("Conditions".to_owned(), conditions.into());
            json!({
                "Identifier": identifier, "Type": action_type, "Parameters": parameters, "Transitions": transitions,
            })
        })
        .collect();
    let start = lines.first().map_or("", |line| line.0);
    Flow::from_json(&json!({ "Version": "2019-10-30", "StartAction": start, "Actions": actions })).unwrap()
}

pub(crate) fn source(key: &str, flow_type: FlowType, lines: &[Line<'_>]) -> FlowSource {
    FlowSource { key: key.to_owned(), name: key.to_owned(), flow_type, flow: flow(lines), ids: vec![key.to_owned()] }
}

/// A center with a queue `sales` for two, open from nine to five in UTC, and the flows that are given.
pub(crate) fn center(sources: &[FlowSource]) -> Center {
    let mut center = Center::new("arn:aws:connect:us-west-2:111122223333:instance/test");
    let slot = json!({
        "Day": "WEDNESDAY", "StartTime": { "Hours": 9, "Minutes": 0 }, "EndTime": { "Hours": 17, "Minutes": 0 },
    });
    let schedule = Schedule::read(&json!({ "TimeZone": "UTC", "Config": [slot] }));
    let hours = center.add_hours(Hours { name: "office".into(), schedule }, &["office".to_owned()]);
    let queue = Queue {
        key: "sales".into(),
        name: "Sales".into(),
        id: "sales".into(),
        hours: Some(hours),
        max_contacts: Some(2),
        outbound_whisper: None,
        caller_id: None,
    };
    center.add_queue(queue, &[]);
    center.add(ObjectKind::Prompt, Named { name: "beep".into(), id: "prompt-1".into() }, &[]);
    center.add_flows(sources);
    for flow_type in FlowType::ALL {
        let named = center.flow_named(&format!("default {}", flow_type.word()));
        if let Some(flow) = named {
            center.set_default(flow_type, flow);
        }
    }
    center
}

/// Wednesday, noon.
fn noon() -> Timestamp {
    "2026-01-07T12:00:00Z".parse().unwrap()
}

/// What the customer and, in brackets, the agent hear, and what else can be noticed from outside.
fn heard(simulation: &Simulation<'_>) -> Vec<String> {
    let line = |event: &Event| match &event.what {
        What::Said { to: crate::event::Party::Agent, speech, .. } => Some(format!("[{}]", speech.content())),
        What::Said { speech: Speech::Prompt(name), .. } => Some(format!("({name})")),
        What::Said { speech, .. } => Some(speech.content().to_owned()),
        What::Lost(keys) => Some(format!("lost {keys}")),
        What::Queued(_) => Some("queued".to_owned()),
        What::Joined => Some("joined".to_owned()),
        What::Ringing => Some("ringing".to_owned()),
        _ => None,
    };
    simulation.events().iter().filter_map(line).collect()
}

fn keys(text: &str) -> Input {
    Input::Keys(text.into())
}

pub(crate) fn say(identifier: &'static str, text: &str, next: &'static str) -> Line<'static> {
    (identifier, "MessageParticipant", json!({ "Text": text }), next)
}

pub(crate) fn end(identifier: &str) -> Line<'_> {
    (identifier, "DisconnectParticipant", json!({}), "")
}

fn with_first<T>(sources: &[FlowSource], check: impl FnOnce(&mut Simulation<'_>, ContactId) -> T) -> T {
    let center = center(sources);
    let mut day = QuietDay;
    let mut simulation = Simulation::new(&center, &mut day, noon());
    let mut start = Start::call(FlowId(0));
    start.customer = Some("+15550100100".into());
    let id = simulation.begin(start);
    check(&mut simulation, id)
}

pub(crate) fn menu_flow() -> FlowSource {
    let menu = json!({ "Text": "Press 1.", "StoreInput": "False", "InputTimeLimitSeconds": "5" });
    source(
        "main",
        FlowType::ContactFlow,
        &[
            say("hello", "Hello", "next=menu"),
            (
                "menu",
                "GetParticipantInput",
                menu,
                "next=other 1=one InputTimeLimitExceeded=late NoMatchingCondition=other NoMatchingError=other",
            ),
            say("one", "One", "next=end"),
            say("other", "Other", "next=end"),
            say("late", "Late", "next=end"),
            end("end"),
        ],
    )
}

#[test]
fn a_menu_takes_one_key_or_runs_out_of_time() {
    for (keys_pressed, expected) in [("1", "One"), ("2", "Other"), ("#", "Other")] {
        with_first(&[menu_flow()], |simulation, id| {
            assert!(matches!(simulation.turn(id), Turn::Key(_)));
            simulation.give(id, &keys(keys_pressed)).unwrap();
            assert_eq!(heard(simulation), ["Hello", "Press 1.", expected]);
            assert!(matches!(simulation.turn(id), Turn::Ended(End::Disconnected(_))));
        });
    }
    with_first(&[menu_flow()], |simulation, id| {
        simulation.pass(4);
        assert!(matches!(simulation.turn(id), Turn::Key(_)));
        simulation.pass(1);
        assert_eq!(heard(simulation), ["Hello", "Press 1.", "Late"]);
    });
}

#[test]
fn keys_that_come_too_early_are_lost_where_something_is_played_first() {
    with_first(&[menu_flow()], |simulation, id| {
        simulation.give(id, &keys("19")).unwrap();
        assert_eq!(heard(simulation), ["Hello", "Press 1.", "One", "lost 9"]);
    });
}

#[test]
fn hanging_up_ends_a_contact_at_any_moment_and_once() {
    with_first(&[menu_flow()], |simulation, id| {
        simulation.give(id, &Input::HangUp).unwrap();
        assert_eq!(simulation.turn(id), &Turn::Ended(End::CustomerLeft));
        assert_eq!(simulation.give(id, &keys("1")).unwrap_err().to_string(), "the contact is over");
        let events = simulation.events().len();
        simulation.pass(60);
        assert_eq!(simulation.events().len(), events);
    });
}

fn digits_flow(parameters: &Value) -> FlowSource {
    let mut all = json!({ "Text": "Number?", "StoreInput": "True", "InputTimeLimitSeconds": "5" });
    all.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
    source(
        "main",
        FlowType::ContactFlow,
        &[
            ("ask", "GetParticipantInput", all, "next=told NoMatchingError=wrong InvalidPhoneNumber=wrong"),
            say("told", "Got $.StoredCustomerInput", "next=end"),
            say("wrong", "Wrong", "next=end"),
            end("end"),
        ],
    )
}

#[test]
fn digits_end_with_a_key_their_length_or_a_pause() {
    let most = json!({ "InputValidation": { "CustomValidation": { "MaximumLength": "4" } } });
    let ends = json!({
        "InputValidation": { "CustomValidation": { "MaximumLength": "4" } },
        "DTMFConfiguration": { "InputTerminationSequence": "##", "DisableCancelKey": "True" },
    });
    let local =
        json!({ "InputValidation": { "PhoneNumberValidation": { "NumberFormat": "Local", "CountryCode": "US" } } });
    for (parameters, pressed, expected) in [
        (&most, "12#", "Got 12"),
        (&most, "1234", "Got 1234"),
        (&most, "12345#", "Got 1234"),
        (&most, "12", "Got 12"),
        (&most, "9*34#", "Got 34"),
        (&most, "#", "Got Timeout"),
        (&ends, "1#2##", "Got 1#2"),
        (&ends, "1*##", "Got 1*"),
        (&local, "2125550100#", "Got +12125550100"),
        (&local, "12#", "Wrong"),
    ] {
        with_first(&[digits_flow(parameters)], |simulation, id| {
            simulation.give(id, &keys(pressed)).unwrap();
            assert_eq!(heard(simulation)[1], expected, "{pressed}");
        });
    }
    with_first(&[digits_flow(&most)], |simulation, _| {
        simulation.pass(5);
        assert_eq!(heard(simulation)[1], "Got Timeout");
    });
}

#[test]
fn what_is_entered_in_secret_is_told_to_nobody() {
    let secret = json!({
        "InputValidation": { "CustomValidation": { "MaximumLength": "4" } },
        "InputEncryption": { "EncryptionKeyId": "k", "Key": "p" },
    });
    with_first(&[digits_flow(&secret)], |simulation, id| {
        simulation.give(id, &keys("1234")).unwrap();
        assert_eq!(heard(simulation)[1], "Got (encrypted)");
    });
}

#[test]
fn a_loop_goes_round_as_often_as_it_says_and_begins_anew() {
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[
            ("outer", "Loop", json!({ "LoopCount": "2" }), "next=end ContinueLooping=inner DoneLooping=end"),
            ("inner", "Loop", json!({ "LoopCount": "3" }), "next=outer ContinueLooping=say DoneLooping=outer"),
            say("say", "Again", "next=inner"),
            end("end"),
        ],
    );
    with_first(&[main], |simulation, _| assert_eq!(heard(simulation).len(), 6));
}

#[test]
fn hours_are_those_of_the_block_or_of_the_queue() {
    let check = |parameters: Value, before: Option<Line<'static>>| {
        let mut lines: Vec<Line<'static>> = before.into_iter().collect();
        lines.extend([
            ("check", "CheckHoursOfOperation", parameters, "next=fail True=open False=closed NoMatchingError=fail"),
            say("open", "Open", "next=end"),
            say("closed", "Closed", "next=end"),
            say("fail", "Fail", "next=end"),
            end("end"),
        ]);
        let center = center(&[source("main", FlowType::ContactFlow, &lines)]);
        let at = |time: &str| {
            let mut day = QuietDay;
            let mut simulation = Simulation::new(&center, &mut day, time.parse().unwrap());
            simulation.begin(Start::call(FlowId(0)));
            heard(&simulation).join(" ")
        };
        [at("2026-01-07T16:59:59Z"), at("2026-01-07T17:00:00Z"), at("2026-01-08T12:00:00Z")]
    };
    let queue = ("queue", "UpdateContactTargetQueue", json!({ "QueueId": "sales" }), "next=check NoMatchingError=fail");
    let expected = ["Open", "Closed", "Closed"].map(str::to_owned);
    assert_eq!(check(json!({ "HoursOfOperationId": "office" }), None), expected);
    assert_eq!(check(json!({}), Some(queue)), expected);
    assert_eq!(check(json!({}), None), ["Fail", "Fail", "Fail"].map(str::to_owned));
}

/// A function that answers with what it was asked.
struct Echo;

impl Surroundings for Echo {
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        match call.function {
            "fails" => LambdaAnswer::Fails("out of order".to_owned()),
            "nested" => LambdaAnswer::Value(json!({ "a": { "b": 1 } })),
            "event" => LambdaAnswer::Value(json!({ "text": call.event()["Details"]["ContactData"]["Channel"] })),
            _ => LambdaAnswer::Value(json!({ "text": call.parameters["word"] })),
        }
    }
}

#[test]
fn functions_answer_flat_or_nested_as_the_block_says() {
    let ask = |function: &str, kind: Value| {
        let parameters = json!({
            "LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "3", "ResponseValidation": kind,
            "LambdaInvocationAttributes": { "word": "$.CustomerEndpoint.Address" },
        });
        let center = center(&[source(
            "main",
            FlowType::ContactFlow,
            &[
                ("ask", "InvokeLambdaFunction", parameters, "next=say NoMatchingError=wrong"),
                say("say", "$.External.text-$.External.a.b", "next=end"),
                say("wrong", "Wrong", "next=end"),
                end("end"),
            ],
        )]);
        let mut echo = Echo;
        let mut simulation = Simulation::new(&center, &mut echo, noon());
        let mut start = Start::call(FlowId(0));
        start.customer = Some("+15550100100".into());
        simulation.begin(start);
        heard(&simulation).concat()
    };
    let (flat, any) = (json!({ "ResponseType": "STRING_MAP" }), json!({ "ResponseType": "JSON" }));
    assert_eq!(ask("echo", flat.clone()), "+15550100100-");
    assert_eq!(ask("event", flat.clone()), "VOICE-");
    assert_eq!(ask("nested", any), "-1");
    assert_eq!(ask("nested", flat.clone()), "Wrong");
    assert_eq!(ask("fails", flat), "Wrong");
}

/// Whatever is said takes seven seconds.
struct Slow;

impl Surroundings for Slow {
    fn lambda(&mut self, _call: &LambdaCall<'_>) -> LambdaAnswer {
        LambdaAnswer::Value(json!({}))
    }

    fn speaking(&mut self, _speech: &Speech) -> u64 {
        7
    }
}

#[test]
fn what_is_said_takes_its_time() {
    let menu = json!({ "Text": "Press 1", "StoreInput": "False", "InputTimeLimitSeconds": "5" });
    let center = center(&[
        source(
            "main",
            FlowType::ContactFlow,
            &[
                say("hello", "Hello", "next=ask"),
                ("ask", "GetParticipantInput", menu, "next=end 1=queue InputTimeLimitExceeded=end NoMatchingError=end"),
                ("queue", "UpdateContactTargetQueue", json!({ "QueueId": "sales" }), "next=go NoMatchingError=end"),
                ("go", "TransferContactToQueue", json!({}), "QueueAtCapacity=end NoMatchingError=end"),
                end("end"),
            ],
        ),
        source("default customer_queue", FlowType::CustomerQueue, &[say("wait", "Please wait", "next=wait")]),
    ]);
    let mut slow = Slow;
    let mut simulation = Simulation::new(&center, &mut slow, noon());
    let id = simulation.begin(Start::call(FlowId(0)));
    assert!(matches!(simulation.turn(id), Turn::Waiting(_)), "{:?}", simulation.turn(id));
    simulation.give(id, &keys("1")).unwrap();
    simulation.pass(7);
    assert_eq!(heard(&simulation), ["Hello", "lost 1", "Press 1"]);
    // The time for an answer begins when the question has been asked.
    simulation.pass(11);
    assert!(matches!(simulation.turn(id), Turn::Key(_)));
    simulation.give(id, &keys("1")).unwrap();
    assert!(simulation.contact(id).is_queued());
    simulation.pass(8);
    simulation.give(id, &Input::Accept("mary".into())).unwrap();
    assert_eq!(heard(&simulation)[3..], ["queued", "Please wait", "Please wait", "joined"]);
    let quiet = simulation.begin(Start::call(FlowId(0)));
    simulation.pass(7 + 7 + 5);
    assert!(matches!(simulation.turn(quiet), Turn::Ended(_)), "silence for as long as the question allows");
}

fn waiting_flows() -> Vec<FlowSource> {
    vec![
        source(
            "main",
            FlowType::ContactFlow,
            &[
                ("queue", "UpdateContactTargetQueue", json!({ "QueueId": "sales" }), "next=hook NoMatchingError=end"),
                (
                    "hook",
                    "UpdateContactEventHooks",
                    json!({ "EventHooks": { "CustomerRemaining": "survey" } }),
                    "next=go NoMatchingError=end",
                ),
                ("go", "TransferContactToQueue", json!({}), "next=end QueueAtCapacity=full NoMatchingError=end"),
                say("full", "Full", "next=end"),
                end("end"),
            ],
        ),
        source(
            "default customer_queue",
            FlowType::CustomerQueue,
            &[
                (
                    "music",
                    "MessageParticipantIteratively",
                    json!({ "Messages": [{ "Text": "Please wait" }, { "PromptId": "prompt-1" }], "InterruptFrequencySeconds": "30" }),
                    "MessagesInterrupted=offer next=music NoMatchingError=music",
                ),
                (
                    "offer",
                    "GetParticipantInput",
                    json!({ "Text": "Press 1 to be called back", "StoreInput": "False", "InputTimeLimitSeconds": "5" }),
                    "next=music 1=callback InputTimeLimitExceeded=music NoMatchingCondition=music NoMatchingError=music",
                ),
                (
                    "callback",
                    "CreateCallbackContact",
                    json!({ "InitialCallDelaySeconds": "10", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "600" }),
                    "next=bye NoMatchingError=music",
                ),
                say("bye", "We will call", "next=end"),
                end("end"),
            ],
        ),
    ]
}

/// The queue's flows, and those before and after an agent is there.
pub(crate) fn queue_flows() -> Vec<FlowSource> {
    let mut flows = waiting_flows();
    flows.extend([
        source(
            "default agent_whisper",
            FlowType::AgentWhisper,
            &[
                say("tell", "$.Queue.Name for $.Agent.UserName", "next=done"),
                ("done", "EndFlowExecution", json!({}), ""),
            ],
        ),
        source(
            "default customer_whisper",
            FlowType::CustomerWhisper,
            &[say("tell", "Connecting", "next=done"), ("done", "EndFlowExecution", json!({}), "")],
        ),
        source(
            "default outbound_whisper",
            FlowType::OutboundWhisper,
            &[say("tell", "You asked us to call", "next=done"), ("done", "EndFlowExecution", json!({}), "")],
        ),
        source(
            "default customer_hold",
            FlowType::CustomerHold,
            &[("hold", "MessageParticipantIteratively", json!({ "Messages": [{ "Text": "On hold" }] }), "")],
        ),
        source("survey", FlowType::ContactFlow, &[say("ask", "Were you content?", "next=end"), end("end")]),
    ]);
    flows
}

#[test]
fn a_contact_waits_is_joined_held_and_asked_afterwards() {
    with_first(&queue_flows(), |simulation, id| {
        assert_eq!(heard(simulation), ["queued", "Please wait", "(beep)"]);
        simulation.pass(30);
        assert!(matches!(simulation.turn(id), Turn::Key(_)));
        simulation.pass(5);
        assert!(matches!(simulation.turn(id), Turn::Queue(Some(_))));
        simulation.give(id, &Input::Accept("mary.jane".into())).unwrap();
        simulation.give(id, &Input::Hold).unwrap();
        simulation.give(id, &Input::Resume).unwrap();
        simulation.give(id, &Input::AgentHangsUp).unwrap();
        let expected = [
            "queued",
            "Please wait",
            "(beep)",
            "Press 1 to be called back",
            "Please wait",
            "(beep)",
            "[Sales for mary.jane]",
            "Connecting",
            "joined",
            "On hold",
            "joined",
            "Were you content?",
        ];
        assert_eq!(heard(simulation), expected);
        assert!(matches!(simulation.turn(id), Turn::Ended(End::Disconnected(_))));
    });
}

#[test]
fn a_callback_is_a_contact_of_its_own() {
    with_first(&queue_flows(), |simulation, id| {
        simulation.pass(30);
        simulation.give(id, &keys("1")).unwrap();
        assert!(matches!(simulation.turn(id), Turn::Ended(_)));
        let back = ContactId(1);
        assert_eq!(simulation.turn(back), &Turn::Scheduled);
        simulation.pass(10);
        assert_eq!(simulation.turn(back), &Turn::Queue(None));
        simulation.give(back, &Input::Accept("mary.jane".into())).unwrap();
        assert_eq!(simulation.turn(back), &Turn::Ringing);
        simulation.give(back, &Input::NoAnswer).unwrap();
        simulation.pass(599);
        assert_eq!(simulation.turn(back), &Turn::Scheduled);
        simulation.pass(1);
        simulation.give(back, &Input::Accept("mary.jane".into())).unwrap();
        simulation.give(back, &Input::PickUp).unwrap();
        let heard = heard(simulation);
        let expected = [
            "[Sales for mary.jane]",
            "ringing",
            "queued",
            "[Sales for mary.jane]",
            "ringing",
            "You asked us to call",
            "joined",
        ];
        assert_eq!(heard[heard.len() - 7..], expected);
        assert_eq!(simulation.contact(back).customer.as_deref(), Some("+15550100100"));
    });
}

#[test]
fn a_callback_is_tried_as_often_as_it_says() {
    with_first(&queue_flows(), |simulation, id| {
        simulation.pass(30);
        simulation.give(id, &keys("1")).unwrap();
        let back = ContactId(1);
        for _ in 0..2 {
            simulation.pass(600);
            simulation.give(back, &Input::Accept("mary.jane".into())).unwrap();
            simulation.give(back, &Input::NoAnswer).unwrap();
        }
        assert_eq!(simulation.turn(back), &Turn::Ended(End::NotReached));
    });
}

#[test]
fn a_full_queue_takes_nobody() {
    let center = center(&queue_flows());
    let mut day = QuietDay;
    let mut simulation = Simulation::new(&center, &mut day, noon());
    for _ in 0..3 {
        simulation.begin(Start::call(FlowId(0)));
    }
    let queued =
        simulation.contacts().iter().filter(|contact| contact.queue == Some(QueueId::Queue(0)) && contact.is_queued());
    assert_eq!(queued.count(), 2);
    assert_eq!(heard(&simulation).last().map(String::as_str), Some("Full"));
}

#[test]
fn a_module_has_values_of_its_own_and_branches() {
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[
            (
                "set",
                "UpdateFlowAttributes",
                json!({ "FlowAttributes": { "x": { "Value": "1" } } }),
                "next=call NoMatchingError=end",
            ),
            (
                "call",
                "InvokeFlowModule",
                json!({ "FlowModuleId": "module" }),
                "next=plain Special=special NoMatchingError=end",
            ),
            say("plain", "Plain $.FlowAttributes.x", "next=end"),
            say("special", "Special $.FlowAttributes.x $.Attributes.seen", "next=end"),
            end("end"),
        ],
    );
    let module = |result: &Value| {
        source(
            "module",
            FlowType::Module,
            &[
                (
                    "set",
                    "UpdateContactAttributes",
                    json!({ "Attributes": { "seen": "[$.FlowAttributes.x]" } }),
                    "next=back NoMatchingError=back",
                ),
                ("back", "EndFlowModuleExecution", result.clone(), ""),
            ],
        )
    };
    with_first(&[main.clone(), module(&json!({ "Result": "Special" }))], |simulation, _| {
        assert_eq!(heard(simulation), ["Special 1 []"]);
    });
    with_first(&[main, module(&json!({}))], |simulation, _| assert_eq!(heard(simulation), ["Plain 1"]));
}

#[test]
fn a_transfer_leads_on_with_attributes_and_without_answers() {
    let transfer = |to: &str| ("go", "TransferToFlow", json!({ "ContactFlowId": to }), "next=end NoMatchingError=end");
    let main = |to: &str| {
        source(
            "main",
            FlowType::ContactFlow,
            &[
                (
                    "set",
                    "UpdateContactAttributes",
                    json!({ "Attributes": { "a": "1" } }),
                    "next=flow NoMatchingError=end",
                ),
                (
                    "flow",
                    "UpdateFlowAttributes",
                    json!({ "FlowAttributes": { "b": { "Value": "2" } } }),
                    "next=go NoMatchingError=end",
                ),
                transfer(to),
                end("end"),
            ],
        )
    };
    let other = source(
        "other",
        FlowType::ContactFlow,
        &[say("tell", "$.Attributes.a,$.FlowAttributes.b", "next=end"), end("end")],
    );
    with_first(&[main("other"), other.clone()], |simulation, _| assert_eq!(heard(simulation), ["1,"]));
    with_first(&[main("elsewhere"), other], |simulation, id| {
        assert!(matches!(simulation.turn(id), Turn::Ended(End::LeftTo { flow, .. }) if flow == "elsewhere"));
    });
}

#[test]
fn an_endless_flow_is_told_by_its_circle() {
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[say("first", "Once", "next=a"), say("a", "A", "next=b"), say("b", "B", "next=a")],
    );
    with_first(&[main], |simulation, id| {
        let flow = FlowId(0);
        let circle = vec![BlockId { flow, block: 1 }, BlockId { flow, block: 2 }];
        let Turn::Ended(End::Endless(found)) = simulation.turn(id) else { panic!("endless") };
        let mut found = found.clone();
        found.sort();
        assert_eq!(found, circle);
    });
}

#[test]
fn what_nobody_knows_ends_the_walk_by_name() {
    let main = source("main", FlowType::ContactFlow, &[("new", "DoSomethingNew", json!({}), "next=new")]);
    with_first(&[main], |simulation, id| {
        assert!(
            matches!(simulation.turn(id), Turn::Ended(End::UnknownType { action_type, .. }) if **action_type == *"DoSomethingNew")
        );
    });
    let nowhere = source("main", FlowType::ContactFlow, &[say("a", "A", "next=nowhere")]);
    with_first(&[nowhere], |simulation, id| {
        assert!(matches!(simulation.turn(id), Turn::Ended(End::RanOff(_))));
    });
}

#[test]
fn a_chat_takes_the_error_branch_where_there_are_no_keys() {
    let center = center(&[menu_flow()]);
    let mut day = QuietDay;
    let mut simulation = Simulation::new(&center, &mut day, noon());
    simulation.begin(Start { channel: Channel::Chat, ..Start::call(FlowId(0)) });
    assert_eq!(heard(&simulation), ["Hello", "Other"]);
}

#[test]
fn a_number_outside_is_called() {
    let main = |goes_on: &str| {
        source(
            "main",
            FlowType::ContactFlow,
            &[
                (
                    "call",
                    "TransferParticipantToThirdParty",
                    json!({
                        "ThirdPartyPhoneNumber": "+15550100199", "ThirdPartyConnectionTimeLimitSeconds": "20",
                        "ContinueFlowExecution": goes_on,
                    }),
                    "next=back ConnectionTimeLimitExceeded=nobody CallFailed=failed NoMatchingError=failed",
                ),
                say("back", "Back", "next=end"),
                say("nobody", "Nobody", "next=end"),
                say("failed", "Failed", "next=end"),
                end("end"),
            ],
        )
    };
    let after = |inputs: &[Input]| {
        with_first(&[main("True")], |simulation, id| {
            for input in inputs {
                simulation.give(id, input).unwrap();
            }
            heard(simulation).concat()
        })
    };
    assert_eq!(after(&[Input::PickUp, Input::OutsideHangsUp]), "Back");
    assert_eq!(after(&[Input::NoAnswer]), "Nobody");
    assert_eq!(after(&[Input::Busy]), "Failed");
    with_first(&[main("True")], |simulation, _| {
        simulation.pass(20);
        assert_eq!(heard(simulation), ["Nobody"]);
    });
    with_first(&[main("False")], |simulation, id| {
        simulation.give(id, &Input::PickUp).unwrap();
        assert!(matches!(simulation.turn(id), Turn::Ended(End::HandedOver { number, .. }) if number == "+15550100199"));
    });
}

/// A day on which one block fails, and chance says 50.
struct Failing(BlockId, &'static str);

impl Surroundings for Failing {
    fn lambda(&mut self, _call: &LambdaCall<'_>) -> LambdaAnswer {
        LambdaAnswer::TimesOut
    }

    fn failure(&mut self, at: BlockId, _center: &Center) -> Option<Arc<str>> {
        (at == self.0).then(|| self.1.into())
    }

    fn percent(&mut self, _at: BlockId) -> u32 {
        50
    }
}

#[test]
fn blocks_fail_and_chance_decides_as_the_surroundings_say() {
    let lines = [
        (
            "share",
            "DistributeByPercentage",
            json!({}),
            "next=rest NumberLessThan:31=a NumberLessThan:61=b NoMatchingCondition=rest",
        ),
        say("a", "A", "next=end"),
        say("b", "B", "next=end NoMatchingError=rest"),
        say("rest", "Rest", "next=end"),
        end("end"),
    ];
    let center = center(&[source("main", FlowType::ContactFlow, &lines)]);
    let heard_with = |block: usize| {
        let mut day = Failing(BlockId { flow: FlowId(0), block }, "NoMatchingError");
        let mut simulation = Simulation::new(&center, &mut day, noon());
        simulation.begin(Start::call(FlowId(0)));
        heard(&simulation).concat()
    };
    assert_eq!(heard_with(99), "B");
    assert_eq!(heard_with(2), "Rest");
}

#[test]
fn an_agent_hands_the_customer_on() {
    let mut flows = queue_flows();
    flows.push(source(
        "to sales",
        FlowType::QueueTransfer,
        &[
            say("tell", "One moment", "next=go"),
            ("go", "TransferContactToQueue", json!({}), "next=end QueueAtCapacity=end NoMatchingError=end"),
            end("end"),
        ],
    ));
    with_first(&flows, |simulation, id| {
        simulation.give(id, &Input::Accept("mary.jane".into())).unwrap();
        let flow = simulation.center().flow_named("to sales").unwrap();
        simulation.give(id, &Input::HandOn { flow, queue: Some(QueueId::Queue(0)) }).unwrap();
        assert_eq!(simulation.turn(id), &Turn::Ended(End::AgentLeft));
        assert!(simulation.contact(ContactId(1)).is_queued());
        assert_eq!(heard(simulation)[6..], ["[One moment]", "queued", "Please wait", "(beep)"]);
    });
}

#[test]
fn a_contact_has_room_for_32_kilobytes() {
    let twice = json!({ "Attributes": { "x": "$.Attributes.x$.Attributes.x!" } });
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[
            ("grow", "UpdateContactAttributes", twice, "next=grow NoMatchingError=full"),
            say("full", "Full", "next=end"),
            end("end"),
        ],
    );
    with_first(&[main], |simulation, id| {
        assert_eq!(heard(simulation), ["Full"]);
        assert_eq!(simulation.contact(id).attributes["x"].len(), (1 << 14) - 1);
    });
}

#[test]
fn ten_contacts_wait_for_one_agent_at_most() {
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[
            ("queue", "UpdateContactTargetQueue", json!({ "AgentId": "mary.jane" }), "next=go NoMatchingError=end"),
            ("go", "TransferContactToQueue", json!({}), "next=end QueueAtCapacity=full NoMatchingError=end"),
            say("full", "Full", "next=end"),
            end("end"),
        ],
    );
    with_first(&[main], |simulation, _| {
        for _ in 0..10 {
            simulation.begin(Start::call(FlowId(0)));
        }
        assert_eq!(simulation.contacts().iter().filter(|contact| contact.is_queued()).count(), 10);
        assert_eq!(heard(simulation).last().map(String::as_str), Some("Full"));
    });
}

#[test]
fn programs_name_contacts_and_change_and_stop_them() {
    let sources = [source(
        "main",
        FlowType::ContactFlow,
        &[
            ("queue", "UpdateContactTargetQueue", json!({ "QueueId": "sales" }), "next=back NoMatchingError=end"),
            (
                "back",
                "CreateCallbackContact",
                json!({ "InitialCallDelaySeconds": "10", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "600" }),
                "next=wait NoMatchingError=end",
            ),
            ("wait", "Wait", json!({ "TimeLimitSeconds": "60" }), "WaitCompleted=tell NoMatchingError=end"),
            say("tell", "$.ContactId $.Attributes.late", "next=wait"),
            end("end"),
        ],
    )];
    let center = center(&sources);
    let mut day = QuietDay;
    let names = vec!["one".into(), "two".into()];
    let mut simulation = Simulation::new(&center, &mut day, noon()).naming(names);
    let start = Start { customer: Some("+15550100100".into()), ..Start::call(center.flow_of_id("main").unwrap()) };
    let id = simulation.begin(start);
    let callback = &simulation.contacts()[1];
    assert_eq!((&*callback.name, callback.previous_name.as_deref()), ("two", Some("one")));
    simulation.set_attributes_of(id, vec![("late".into(), "yes".into())]);
    simulation.pass_until("2026-01-07T12:00:59.9Z".parse().unwrap());
    assert_eq!(heard(&simulation), ["queued"]);
    simulation.pass_until("2026-01-07T12:01:00Z".parse().unwrap());
    assert_eq!(heard(&simulation), ["queued", "one yes"]);
    // A moment that is over changes nothing.
    simulation.pass_until(noon());
    assert_eq!(simulation.now(), "2026-01-07T12:01:00Z".parse().unwrap());
    let other = simulation.contacts()[1].id;
    for id in [id, other] {
        simulation.stop(id);
        simulation.stop(id);
        assert_eq!(simulation.contact(id).end(), Some(&End::CustomerLeft));
    }
    assert_eq!(simulation.next_due(), None);
    assert_eq!(center.queue_of_id("sales"), Some(QueueId::Queue(0)));
    assert_eq!(center.flow_of_id("nothing"), None);
}
