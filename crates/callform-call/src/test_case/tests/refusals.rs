//! What the service refuses, and what it takes and should not.

use serde_json::{Value, json};

use super::super::{Draft, EntryPoint, InitializationData, WarningKind, problems};
use super::{good, refused, refused_with, voice, warned, with};

const PRESS: &str = "/Observations/1/Actions/0/Parameters/Instruction";
const ASSERT: &str = "/Observations/2/Actions/0/Parameters";
const OVERRIDE: &str = "/Observations/0/Actions/0/Parameters/Behavior/Properties";
const MESSAGE: &str = "/Observations/1/Event/Properties";

#[test]
fn a_good_test_case_has_neither_problems_nor_warnings() {
    assert_eq!(refused(&good()), []);
    assert_eq!(warned(&good(), Some(r#"{"Attributes":{"a":"b"},"SegmentAttributes":{}}"#)), []);
}

#[track_caller]
fn check(table: &[(Value, &str, String)]) {
    for (content, path, message) in table {
        let found = refused(content);
        assert!(found.contains(&((*path).to_owned(), message.clone())), "{message}: {found:?}");
    }
}

#[test]
fn the_graph_is_checked() {
    let observation = "InvalidObservationProblem: ";
    let action = "InvalidActionProblem: ";
    let event = "InvalidEventProblem: ";
    check(&[
        (with("/Observations", json!([])), "Observations", "Invalid test case content".to_owned()),
        (
            with("/Observations/0/Transitions/NextObservations", json!(["nowhere"])),
            "Observations[0].Transitions",
            format!("{observation}Invalid next observation identifier: nowhere"),
        ),
        (
            with("/Observations/1/Identifier", json!("queue")),
            "Observations[0].Transitions",
            format!("{observation}Invalid next observation identifier: menu"),
        ),
        (
            with("/Observations/2/Actions/0/Transitions/NextAction", json!("press-1")),
            "Observations[2].Actions[0].Transitions",
            format!("{action}Invalid next action identifier: press-1"),
        ),
        (
            with("/Observations/1/Actions/0/Identifier", json!("stop")),
            "Observations[2].Actions[1]",
            format!("{action}Duplicate identifier: stop"),
        ),
        (
            with("/Observations/1/Event/Identifier", json!("begin-event")),
            "Observations[1].Event",
            format!("{event}Duplicate identifier: begin-event"),
        ),
        (
            with("/Observations/0/Event/Type", json!("Begin")),
            "Observations[0].Event",
            format!("{event}Invalid event type: Begin"),
        ),
    ]);
    let long = " ".repeat(super::super::MAXIMUM_CONTENT_LENGTH) + &good().to_string();
    let draft = Draft { content: &long, entry_point: Some(&voice()), initialization_data: None };
    assert_eq!(problems(&draft)[0].path, "Content");
}

#[test]
fn events_are_checked() {
    let event = "InvalidEventProblem: ";
    check(&[
        (
            with(&format!("{MESSAGE}/Text"), json!("")),
            "Observations[1].Event",
            format!("{event}At least one of PromptId, Text, or SSML must be present"),
        ),
        (
            with(&format!("{MESSAGE}/SSML"), json!("<speak/>")),
            "Observations[1].Event",
            format!("{event}Only one of PromptId, Text, or SSML must be present"),
        ),
        (
            with(&format!("{MESSAGE}/MatchingCriteria"), json!({"Type": "Equals"})),
            "Observations[1].Event",
            format!("{event}Invalid matching criteria type: Equals"),
        ),
        (
            with("/Observations/2/Event/Properties/ActionType", json!("DequeueAndTransferToQueue")),
            "Observations[2].Event",
            format!("{event}Invalid flow action type: DequeueAndTransferToQueue"),
        ),
        (
            with("/Observations/2/Event/Properties/ActionParameters", json!({})),
            "Observations[2].Event",
            "InvalidFlowActionParametersProblem: Invalid parameters for TransferContactToQueue".to_owned(),
        ),
        (
            with(&format!("{OVERRIDE}/ActionParameters"), json!({})),
            "Observations[0].Actions[0]",
            "InvalidFlowActionParametersProblem: Invalid parameters for CheckHoursOfOperation".to_owned(),
        ),
    ]);
}

#[test]
fn actions_are_checked() {
    let action = "InvalidActionProblem: ";
    check(&[
        (
            with("/Observations/0/Actions/0/Type", json!("Override")),
            "Observations[0].Actions[0]",
            format!("{action}Invalid action type: Override"),
        ),
        (
            with(PRESS, json!({"Type": "DtmfInput", "Properties": {"Value": "1a"}})),
            "Observations[1].Actions[0]",
            format!("{action}Invalid DTMF input"),
        ),
        (
            with(&format!("{ASSERT}/Operator"), json!("NotEquals")),
            "Observations[2].Actions[0]",
            format!("{action}Invalid operator parameter for AssertAction"),
        ),
        (
            with(&format!("{ASSERT}/Operand"), Value::Null),
            "Observations[2].Actions[0]",
            format!("{action}Invalid operand parameter for AssertAction"),
        ),
        (
            with("/Observations/2/Actions/1/Parameters/Command", json!({"Type": "Pause"})),
            "Observations[2].Actions[1]",
            format!("{action}Invalid command type: Pause"),
        ),
    ]);
}

/// Which answers each overridden action takes.
#[test]
fn answers_fit_what_they_answer_for() {
    let result = |value: Value| json!({"Type": "ExecutionResult", "ExecutionResult": value});
    let error = |value: &str| json!({"Type": "Error", "Error": {"Value": value, "DelaySeconds": 3}});
    let lambda = ("InvokeLambdaFunction", json!({"LambdaFunctionARN": "f"}));
    let bot = ("ConnectParticipantWithLexBot", json!({"LexV2Bot": {"AliasArn": "b"}}));
    let hours = ("CheckHoursOfOperation", json!({"HoursOfOperationId": "h"}));
    let queue = ("TransferContactToQueue", json!({"QueueId": "q"}));
    let other_queue = ("DequeueAndTransferToQueue", json!({"QueueId": "q"}));
    let loaded = result(json!({"DelaySeconds": 1, "LoadedData": "{}"}));
    let table = [
        (&lambda, loaded.clone(), true),
        (&lambda, result(json!({"Value": "{}"})), true),
        (&lambda, result(json!({"LoadedData": {"a": 1}})), false),
        (&lambda, error("TimeLimitExceeded"), true),
        (&lambda, error("NoMatchingError"), true),
        (&lambda, error("QueueAtCapacity"), false),
        (&bot, loaded.clone(), true),
        (&bot, error("TimeLimitExceeded"), true),
        (&hours, result(json!({"Value": "InHours"})), true),
        (&hours, result(json!({"Value": "InHour"})), false),
        (&hours, error("NoMatchingError"), true),
        (&hours, error("TimeLimitExceeded"), false),
        (&queue, loaded, false),
        (&queue, error("QueueAtCapacity"), true),
        (&other_queue, error("QueueAtCapacity"), true),
        (&other_queue, error("NoMatchingError"), true),
    ];
    for ((kind, parameters), response, is_taken) in table {
        let strategy = json!({"Type": "MockResponse", "Response": response});
        let properties = json!({"ActionType": kind, "ActionParameters": parameters, "Strategy": strategy});
        assert_eq!(refused(&with(OVERRIDE, properties.clone())).is_empty(), is_taken, "{properties}");
    }
    let nothing = json!({"Type": "SubstituteResource"});
    assert_eq!(refused(&with(&format!("{OVERRIDE}/Strategy"), nothing)).len(), 1);
}

#[test]
fn entry_points_are_a_flow_or_numbers() {
    let call = |parameters: Value| json!({"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": parameters});
    let chat = |parameters: Value| json!({"Type": "CHAT", "ChatEntryPointParameters": parameters});
    let neither = Some("Must specify either FlowId or phone numbers");
    let (from, to) = ("+15550100", "+15550101");
    let table = [
        (call(json!({"FlowId": "f"})), None),
        (call(json!({"FlowId": "f", "SourcePhoneNumber": from})), None),
        (call(json!({"SourcePhoneNumber": from, "DestinationPhoneNumber": to})), None),
        (call(json!({"FlowId": "f", "DestinationPhoneNumber": to})), neither),
        (call(json!({"FlowId": "f", "SourcePhoneNumber": from, "DestinationPhoneNumber": to})), neither),
        (call(json!({"SourcePhoneNumber": from})), neither),
        (call(json!({})), neither),
        (json!({}), neither),
        (call(json!({"DestinationPhoneNumber": to})), Some("Missing mandatory parameter: SourcePhoneNumber")),
        (chat(json!({"FlowId": "f"})), None),
        (chat(json!({})), Some("Missing mandatory parameter: FlowId")),
        (json!({"Type": "EMAIL"}), Some("Invalid entry point type: EMAIL")),
    ];
    for (json, expected) in table {
        let read = EntryPoint::from_json(&json);
        assert_eq!(read.as_ref().err().map(super::super::Problem::message).as_deref(), expected, "{json}");
        if let Ok(entry) = read {
            assert_eq!(entry.to_json(), json, "it is written as it was read");
        }
    }
}

#[test]
fn initialization_data_is_read_where_the_service_reads_it() {
    let text = r#"{"Attributes":{"a":"1"},"SegmentAttributes":{}}"#;
    let read = InitializationData::from_text(text).unwrap();
    assert_eq!(read.attributes["a"], "1");
    assert_eq!(read.to_text(), text);
    for flat in [r#"{"a":"1"}"#, r#"{"CustomAttributes":{"a":"1"}}"#] {
        assert_eq!(InitializationData::from_text(flat).unwrap(), InitializationData::default());
        assert_eq!(refused_with(&good(), &voice(), Some(flat)), []);
        assert_eq!(warned(&good(), Some(flat)), [("InitializationData".to_owned(), WarningKind::UnreadableData)]);
    }
    for broken in ["", "{", "[]", "1"] {
        assert_eq!(refused_with(&good(), &voice(), Some(broken)).len(), 1, "{broken}");
    }
}

#[test]
fn what_is_published_and_does_not_work_is_a_warning() {
    let queue = "Observations[2].Event".to_owned();
    let stop = "/Observations/2/Actions/1/Parameters";
    let log = json!({"ActionType": "TestControl", "Command": {"Type": "LogData", "Properties":
        {"Expressions": {"contact": "$.ContactId"}}}});
    let end = ("Observations".to_owned(), WarningKind::NoEnd);
    assert_eq!(warned(&with(stop, log), None), [(queue, WarningKind::RealQueue), end.clone()]);

    let alone = with("/Observations/1/Transitions/NextObservations", json!([]));
    assert_eq!(warned(&alone, None), [], "what nothing leads to is active from the beginning");
    let mut circle = alone;
    circle["Observations"][2]["Transitions"]["NextObservations"] = json!(["queue"]);
    let expected = [("Observations[2]".to_owned(), WarningKind::Unreachable), end];
    assert_eq!(warned(&circle, None), expected);

    let hours = json!({"Type": "MockResponse", "Response":
        {"Type": "ExecutionResult", "ExecutionResult": {"Value": "OutOfHours"}}});
    let expected = [("Observations[0].Actions[0]".to_owned(), WarningKind::HoursAnswer)];
    assert_eq!(warned(&with(&format!("{OVERRIDE}/Strategy"), hours), None), expected);
}
