//! Test cases on a small center.

use callform_flow::{Flow, FlowType};
use serde_json::{Value, json};

use super::*;
use crate::center::{FlowSource, Hours, Named, Number, Queue};
use crate::hours::Schedule;
use crate::surroundings::{LambdaAnswer, LambdaCall, QuietDay};
use crate::test_case::{
    ActionKind, Answer, Assertion, Criterion, ErrorAnswer, EventKind, FlowAction, FlowActionKind, Message, Observation,
    Operator, Override, Strategy,
};

/// An action: identifier, type, parameters, next action, and further ways as `error=target` or `operand=target`.
fn action(identifier: &str, action_type: &str, parameters: Value, next: &str, ways: &[(&str, &str)]) -> Value {
    let is_error =
        |taken: &str| taken.starts_with("NoMatching") || taken.contains("Exceeded") || taken.contains("Queue");
    let errors: Vec<Value> = ways
        .iter()
        .filter(|(taken, _)| is_error(taken))
        .map(|(taken, target)| json!({"ErrorType": taken, "NextAction": target}))
        .collect();
    let conditions: Vec<Value> = ways
        .iter()
        .filter(|(taken, _)| !is_error(taken))
        .map(|(taken, target)| json!({"NextAction": target, "Condition": {"Operator": "Equals", "Operands": [taken]}}))
        .collect();
    let mut transitions = json!({"Errors": errors, "Conditions": conditions});
    if !next.is_empty() {
        transitions["NextAction"] = next.into();
    }
    let mut action = json!({"Identifier": identifier, "Type": action_type, "Transitions": transitions});
    action["Parameters"] = parameters;
    action
}

/// Hours, greeting, function, menu, queue.
fn main_flow() -> Flow {
    let say = |identifier: &str, text: &str, next: &str| {
        action(identifier, "MessageParticipant", json!({"Text": text}), next, &[])
    };
    let actions = vec![
        say("welcome", "Welcome to KWGlobal.", "hours"),
        action(
            "hours",
            "CheckHoursOfOperation",
            json!({"HoursOfOperationId": "office"}),
            "",
            &[("True", "lookup"), ("False", "closed"), ("NoMatchingError", "broken")],
        ),
        action(
            "lookup",
            "InvokeLambdaFunction",
            json!({"LambdaFunctionARN": "lookup", "InvocationTimeLimitSeconds": "3"}),
            "greet",
            &[("NoMatchingError", "menu")],
        ),
        say("greet", "Hello $.External.name.", "menu"),
        action(
            "menu",
            "GetParticipantInput",
            json!({"Text": "Press 1 for parcels.", "InputTimeLimitSeconds": "5", "StoreInput": "False"}),
            "",
            &[("1", "parcels"), ("InputTimeLimitExceeded", "bye"), ("NoMatchingCondition", "bye")],
        ),
        action(
            "parcels",
            "UpdateContactTargetQueue",
            json!({"QueueId": "parcels"}),
            "queue",
            &[("NoMatchingError", "bye")],
        ),
        action(
            "queue",
            "TransferContactToQueue",
            json!({}),
            "",
            &[("QueueAtCapacity", "full"), ("NoMatchingError", "bye")],
        ),
        say("closed", "We are closed.", "end"),
        say("broken", "Something is broken.", "end"),
        say("full", "All lines are busy.", "end"),
        say("bye", "Goodbye.", "end"),
        action("end", "DisconnectParticipant", json!({}), "", &[]),
    ];
    Flow::from_json(&json!({"Version": "2019-10-30", "StartAction": "welcome", "Actions": actions})).unwrap()
}

fn bot_flow() -> Flow {
    let bot = json!({"Text": "How can I help?", "LexV2Bot": {"AliasArn": "alias"}});
    let actions = vec![
        action("bot", "ConnectParticipantWithLexBot", bot, "", &[("Track", "track"), ("NoMatchingCondition", "end")]),
        action("track", "MessageParticipant", json!({"Text": "Parcel $.Lex.Slots.number"}), "end", &[]),
        action("end", "DisconnectParticipant", json!({}), "", &[]),
    ];
    Flow::from_json(&json!({"Version": "2019-10-30", "StartAction": "bot", "Actions": actions})).unwrap()
}

fn center() -> Center {
    let mut center = Center::new("arn:aws:connect:us-west-2:111122223333:instance/test");
    let day = |day: &str| json!({"Day": day, "StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 17, "Minutes": 0}});
    let schedule = |days: Vec<Value>| Schedule::read(&json!({"TimeZone": "UTC", "Config": days}));
    let office = Hours { name: "office".into(), schedule: schedule(vec![day("WEDNESDAY")]) };
    center.add_hours(office, &["office".to_owned()]);
    let never = Hours { name: "never".into(), schedule: schedule(vec![]) };
    center.add_hours(never, &["never".to_owned()]);
    for name in ["parcels", "test"] {
        let queue = Queue {
            key: name.into(),
            name: name.into(),
            id: format!("arn-of-{name}").into(),
            hours: None,
            max_contacts: None,
            outbound_whisper: None,
            caller_id: None,
        };
        center.add_queue(queue, &[name.to_owned()]);
    }
    center.add(ObjectKind::LambdaFunction, Named { name: "lookup".into(), id: "lookup".into() }, &[]);
    let source = |key: &str, flow: Flow| FlowSource {
        key: key.to_owned(),
        name: key.to_owned(),
        flow_type: FlowType::ContactFlow,
        flow,
        ids: vec![key.to_owned()],
    };
    let flows = center.add_flows(&[source("main", main_flow()), source("bot", bot_flow())]);
    center.add_number(Number { name: "line".into(), address: Some("+15550101".into()), flow: flows[0] });
    center
}

/// Functions that answer their own name.
struct Functions;

impl Surroundings for Functions {
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        LambdaAnswer::Value(json!({"name": call.function}))
    }
}

fn hears(text: &str) -> EventKind {
    EventKind::MessageReceived { message: Message::Text(text.to_owned()), criterion: Some(Criterion::Inclusion) }
}

fn starts(kind: FlowActionKind, resource: &str) -> EventKind {
    EventKind::FlowActionStarted(FlowAction::new(kind, resource))
}

fn instead(kind: FlowActionKind, resource: &str, strategy: Strategy) -> ActionKind {
    ActionKind::Override(Override { action: FlowAction::new(kind, resource), strategy })
}

fn press(keys: &str) -> ActionKind {
    ActionKind::Send(Instruction::Dtmf(keys.to_owned()))
}

fn is(namespace: &str, operand: &str) -> ActionKind {
    let (namespace, operand) = (namespace.to_owned(), operand.to_owned());
    ActionKind::Assert(Assertion { namespace, operator: Operator::Equals, operand })
}

/// Observations one after the other; the last one ends the test.
fn steps(steps: Vec<(EventKind, Vec<ActionKind>)>) -> TestCaseContent {
    let last = steps.len() - 1;
    let observations = steps.into_iter().enumerate().map(|(at, (event, mut actions))| {
        if at == last {
            actions.push(ActionKind::EndTest);
        }
        let actions = actions.into_iter().enumerate().map(|(index, kind)| (format!("a{at}-{index}"), kind)).collect();
        let next = if at == last { vec![] } else { vec![format!("o{}", at + 1)] };
        Observation::new(format!("o{at}"), &event, actions, next)
    });
    TestCaseContent::new(observations.collect())
}

fn in_flow(flow: &str) -> EntryPoint {
    EntryPoint::Voice(VoiceEntry::Flow { flow: flow.to_owned(), source: Some("+15550100".to_owned()) })
}

/// Wednesday, noon.
fn noon() -> Timestamp {
    "2026-01-07T12:00:00Z".parse().unwrap()
}

fn attempt(content: &TestCaseContent, entry_point: &EntryPoint, at: Timestamp) -> Result<Report, CannotRun> {
    let data = InitializationData::from_text(r#"{"Attributes":{"language":"en"}}"#).unwrap();
    run(TestCase { content, entry_point, data: &data }, &center(), &mut Functions, at)
}

#[track_caller]
fn passes(content: &TestCaseContent) -> Report {
    let report = attempt(content, &in_flow("main"), noon()).unwrap();
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.records);
    report
}

const BEGIN: EventKind = EventKind::TestInitiated;
const HOURS: FlowActionKind = FlowActionKind::CheckHoursOfOperation;
const LAMBDA: FlowActionKind = FlowActionKind::InvokeLambdaFunction;
const QUEUE: FlowActionKind = FlowActionKind::TransferContactToQueue;
const BOT: FlowActionKind = FlowActionKind::ConnectParticipantWithLexBot;

#[test]
fn a_call_goes_through_the_menu_into_its_queue() {
    let report = passes(&steps(vec![
        (BEGIN, vec![]),
        (
            starts(HOURS, "office"),
            vec![is("$.Attributes.language", "en"), is("$.CustomerEndpoint.Address", "+15550100")],
        ),
        (starts(LAMBDA, "lookup"), vec![]),
        (hears("hello lookup. press 1"), vec![press("1")]),
        (starts(QUEUE, "arn-of-parcels"), vec![is("$.Queue.Name", "parcels")]),
    ]));
    assert_eq!((report.total, report.passed, report.failed), (5, 5, 0));
    assert_eq!(report.ended, report.began, "nothing was waited for");
    let last = &report.records.last().unwrap().content;
    assert_eq!(last["CompletionReason"]["Type"], "SUCCESS");
    let heard = report.records.iter().find_map(|record| record.content.get("ActualEvent")).unwrap();
    assert_eq!(heard["Properties"]["Text"], "Hello lookup. Press 1 for parcels.", "both are one message");
}

#[test]
fn what_is_said_before_an_action_is_heard_before_it() {
    passes(&steps(vec![(hears("welcome"), vec![]), (starts(HOURS, "office"), vec![])]));
    let late = steps(vec![(starts(LAMBDA, "lookup"), vec![]), (hears("welcome"), vec![])]);
    let report = attempt(&late, &in_flow("main"), noon()).unwrap();
    assert_eq!(report.outcome, Outcome::TimedOut { waited_for: vec!["o1".to_owned()] });
}

#[test]
fn overrides_answer_in_the_place_of_resources() {
    let error = |error| Strategy::Answer(Answer::Error { error, delay: 0 });
    let data = |loaded: &str, delay| Strategy::Answer(Answer::Data { loaded: loaded.to_owned(), delay });
    let other = |name: &str| Strategy::Substitute(name.to_owned());
    let table = [
        (HOURS, "office", other("never"), "we are closed"),
        (HOURS, "office", Strategy::Answer(Answer::InHours(false)), "we are closed"),
        (HOURS, "office", error(ErrorAnswer::NoMatchingError), "something is broken"),
        (HOURS, "never", Strategy::Answer(Answer::InHours(false)), "hello lookup"),
        (LAMBDA, "lookup", other("second"), "hello second"),
        (LAMBDA, "lookup", data("{\"name\": \"Mary\"}", 0), "hello mary"),
        (LAMBDA, "lookup", data("{\"name\": \"Mary\"}", 3), "hello mary"),
        (LAMBDA, "other", data("{\"name\": \"Mary\"}", 0), "hello lookup"),
    ];
    for (kind, resource, strategy, expected) in table {
        let begin = (BEGIN, vec![instead(kind, resource, strategy)]);
        passes(&steps(vec![begin, (hears(expected), vec![])]));
    }
    for strategy in
        [error(ErrorAnswer::NoMatchingError), error(ErrorAnswer::TimeLimitExceeded), data("{}", 4), data("{", 0)]
    {
        let content = steps(vec![(BEGIN, vec![instead(LAMBDA, "lookup", strategy)]), (hears("press 1"), vec![])]);
        let report = passes(&content);
        let heard = report.records.iter().find_map(|record| record.content.get("ActualEvent")).unwrap();
        assert_eq!(heard["Properties"]["Text"], "Press 1 for parcels.", "the function failed");
    }
}

#[test]
fn queues_are_full_or_others() {
    let queue = |strategy| (BEGIN, vec![instead(QUEUE, "parcels", strategy)]);
    let full = Strategy::Answer(Answer::Error { error: ErrorAnswer::QueueAtCapacity, delay: 0 });
    let menu = || (hears("press 1"), vec![press("1")]);
    passes(&steps(vec![queue(full), menu(), (hears("all lines are busy"), vec![])]));
    let content =
        steps(vec![queue(Strategy::Substitute("test".to_owned())), menu(), (EventKind::TestCompleted, vec![])]);
    let entry_point = in_flow("main");
    let report = attempt(&content, &entry_point, noon()).unwrap();
    assert_eq!(report.outcome, Outcome::TimedOut { waited_for: vec![] }, "who waits in a queue ends nothing");
    let mut content = content;
    content.observations[2] = Observation::new(
        "o2",
        &EventKind::TestCompleted,
        vec![("log".to_owned(), ActionKind::LogData(vec![("queue".to_owned(), "$.Queue.Name".to_owned())]))],
        vec![],
    );
    let report = attempt(&content, &entry_point, noon()).unwrap();
    let data = report.records.iter().find_map(|record| record.content["Actions"][0].get("Data")).unwrap();
    assert_eq!(data, &json!({"queue": "test"}));
}

#[test]
fn an_override_is_used_up_by_the_call_that_comes_next() {
    let mary = Strategy::Answer(Answer::Data { loaded: "{\"name\": \"Mary\"}".to_owned(), delay: 0 });
    let content = steps(vec![
        (BEGIN, vec![instead(HOURS, "office", Strategy::Substitute("office".to_owned()))]),
        (starts(LAMBDA, "lookup"), vec![instead(LAMBDA, "lookup", mary)]),
        (hears("hello mary"), vec![]),
    ]);
    passes(&content);
}

#[test]
fn without_an_end_a_run_takes_five_minutes() {
    let mut content = steps(vec![(hears("press 1"), vec![]), (hears("never"), vec![])]);
    let report = attempt(&content, &in_flow("main"), noon()).unwrap();
    assert_eq!(report.ended.duration_since(report.began), TIME_LIMIT);
    assert_eq!(report.outcome.to_string(), "the test ran into its time limit; it waited for o1");
    assert_eq!((report.total, report.passed, report.failed), (2, 1, 1));
    content = steps(vec![(hears("press 1"), vec![]), (hears("goodbye"), vec![])]);
    let report = passes(&content);
    assert_eq!(report.ended.duration_since(report.began).as_secs(), 5, "the menu waited for a key");
}

#[test]
fn a_check_that_does_not_hold_fails() {
    let content = steps(vec![
        (hears("press 1"), vec![press("1")]),
        (starts(QUEUE, "parcels"), vec![is("$.Queue.Name", "letters")]),
    ]);
    let report = attempt(&content, &in_flow("main"), noon()).unwrap();
    let expected = "a1-0 of o1 does not hold: $.Queue.Name is \"parcels\"";
    assert_eq!(report.outcome.to_string(), expected);
    let content = steps(vec![(hears("press 1"), vec![is("$.Queue.Name", "x")])]);
    let report = attempt(&content, &in_flow("main"), noon()).unwrap();
    assert_eq!(report.outcome.to_string(), "a0-0 of o0 does not hold: $.Queue.Name is not set");
}

#[test]
fn entry_points_are_flows_and_numbers_of_the_center() {
    let content = steps(vec![(starts(HOURS, "office"), vec![is("$.SystemEndpoint.Address", "+15550101")])]);
    let number = |destination: &str| {
        EntryPoint::Voice(VoiceEntry::Number { source: "+15550100".to_owned(), destination: destination.to_owned() })
    };
    assert_eq!(attempt(&content, &number("+15550101"), noon()).unwrap().outcome, Outcome::Passed);
    for (entry, reason) in [
        (number("+15550199"), "the test did not start: no flow answers the number +15550199"),
        (in_flow("nowhere"), "the test did not start: the flow nowhere is not there"),
    ] {
        let report = attempt(&content, &entry, noon()).unwrap();
        assert_eq!(report.outcome.to_string(), reason);
        assert_eq!((report.total, report.passed, report.failed), (0, 0, 0));
        let last = &report.records.last().unwrap().content["CompletionReason"];
        assert_eq!(last["FailureReasons"], json!(["INITIALIZATION_FAILURE"]));
    }
    let chat = steps(vec![(hears("welcome"), vec![])]);
    let report = attempt(&chat, &EntryPoint::Chat { flow: "main".to_owned() }, noon()).unwrap();
    assert_eq!(report.outcome, Outcome::Passed);
}

#[test]
fn criteria_that_the_service_loses_never_match() {
    let mut content = steps(vec![(hears("welcome"), vec![])]);
    let properties = content.observations[0].event.properties.as_mut().unwrap();
    properties.insert("MatchingCriteria".to_owned(), "Inclusion".into());
    let report = attempt(&content, &in_flow("main"), noon()).unwrap();
    assert_eq!(report.outcome, Outcome::TimedOut { waited_for: vec!["o0".to_owned()] });
    let event = &mut content.observations[0].event;
    event.properties.as_mut().unwrap().remove("MatchingCriteria");
    event.other.insert("MatchingCriteria".to_owned(), json!({"Type": "Inclusion"}));
    let report = attempt(&content, &in_flow("main"), noon()).unwrap();
    assert_eq!(report.outcome, Outcome::NotStarted("invalid execution parameters".to_owned()));
}

#[test]
fn bots_say_what_the_test_case_says() {
    let said = |loaded: &str| {
        let answer = Strategy::Answer(Answer::Data { loaded: loaded.to_owned(), delay: 0 });
        steps(vec![(BEGIN, vec![instead(BOT, "alias", answer)]), (hears("parcel 12"), vec![])])
    };
    for loaded in [
        r#"{"IntentName": "Track", "Slots": {"number": "12"}}"#,
        r#"{"sessionState": {"intent": {"name": "Track", "slots": {"number": {"value": {"interpretedValue": "12"}}}}}}"#,
    ] {
        let report = attempt(&said(loaded), &in_flow("bot"), noon()).unwrap();
        assert_eq!(report.outcome, Outcome::Passed, "{loaded}: {:#?}", report.records);
    }
    let block = "bot".to_owned();
    assert_eq!(attempt(&said("{}"), &in_flow("bot"), noon()), Err(CannotRun::NoIntent { block: block.clone() }));
    let content = steps(vec![(hears("parcel"), vec![])]);
    assert_eq!(attempt(&content, &in_flow("bot"), noon()), Err(CannotRun::Bot { block }));
}

#[test]
fn hanging_up_ends_the_contact_and_not_the_test() {
    let hang_up = ActionKind::Send(Instruction::Disconnect);
    let content = steps(vec![(hears("press 1"), vec![hang_up]), (hears("goodbye"), vec![])]);
    let report = attempt(&content, &in_flow("main"), noon()).unwrap();
    assert_eq!(report.outcome, Outcome::TimedOut { waited_for: vec!["o1".to_owned()] });
}

#[test]
fn a_run_is_the_same_every_time() {
    let content = steps(vec![(hears("press 1"), vec![press("1")]), (starts(QUEUE, "parcels"), vec![])]);
    let data = InitializationData::default();
    let test = TestCase { content: &content, entry_point: &in_flow("main"), data: &data };
    let first = run(test, &center(), &mut QuietDay, noon());
    assert_eq!(first, run(test, &center(), &mut QuietDay, noon()));
}
