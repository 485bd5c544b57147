//! Where the documentation and the live service disagree: what the service does holds.

use serde_json::{Value, json};

use super::super::WarningKind;
use super::{good, refused, refused_with, warned, with};

const PRESS: &str = "/Observations/1/Actions/0/Parameters/Instruction";

/// What is done with each form that is documented somewhere.
enum Fate {
    /// It is published, and works.
    Works,
    /// It is refused, by a message.
    Refused(&'static str),
    /// It is published, and does not do what it says.
    Warned(WarningKind),
}
use Fate::{Refused, Warned, Works};

#[track_caller]
fn check(what: &str, content: &Value, fate: &Fate) {
    let messages: Vec<String> = refused(content).into_iter().map(|(_, message)| message).collect();
    let warnings: Vec<WarningKind> = warned(content, None).into_iter().map(|(_, kind)| kind).collect();
    match fate {
        Works => assert!(messages.is_empty() && warnings.is_empty(), "{what}: {messages:?} {warnings:?}"),
        Refused(message) => assert_eq!(messages, [*message], "{what}"),
        Warned(kind) => assert!(messages.is_empty() && warnings == [*kind], "{what}: {messages:?} {warnings:?}"),
    }
}

#[test]
fn the_service_holds_where_its_documentation_differs() {
    let criteria = "/Observations/1/Event/Properties/MatchingCriteria";
    let mut sibling = with(criteria, Value::Null);
    sibling["Observations"][1]["Event"]["MatchingCriteria"] = json!({"Type": "Inclusion"});
    let mut bare_sibling = with(criteria, Value::Null);
    bare_sibling["Observations"][1]["Event"]["MatchingCriteria"] = json!("Similarity");
    let usage = |usage: Value| with("/Observations/0/Usage", usage);
    let usage_type = "InvalidObservationProblem: Invalid usage type";
    let content = "Invalid test case content";
    let table = [
        ("the version", good(), Works),
        ("the version of the older documentation", with("/Version", json!("2025-06-21")), Refused(content)),
        ("usage in capitals", usage(json!({"Type": "EXACTLY", "Times": 1})), Refused(usage_type)),
        ("a usage of the older documentation", usage(json!({"Type": "ANY"})), Refused(usage_type)),
        ("usage", usage(json!({"Type": "Exactly", "Times": 1})), Warned(WarningKind::Usage)),
        ("usage without limit", usage(json!({"Type": "Always"})), Warned(WarningKind::Usage)),
        (
            "usage without times",
            usage(json!({"Type": "AtLeast"})),
            Refused("InvalidObservationProblem: Invalid usage times"),
        ),
        ("a bare criterion", with(criteria, json!("Inclusion")), Warned(WarningKind::NeverMatches)),
        ("a bare criterion beside the properties", bare_sibling, Warned(WarningKind::NeverMatches)),
        ("a criterion beside the properties", sibling, Warned(WarningKind::NeverStarts)),
        ("no criterion", with(criteria, Value::Null), Warned(WarningKind::NeverMatches)),
        (
            "an empty next action",
            with("/Observations/2/Actions/1/Transitions", json!({"NextAction": ""})),
            Refused("InvalidActionProblem: Invalid next action identifier: "),
        ),
        ("no transitions", with("/Observations/2/Actions/1/Transitions", Value::Null), Works),
    ];
    for (what, content, fate) in &table {
        check(what, content, fate);
    }
}

#[test]
fn the_service_holds_for_actions_too() {
    let instruction = |kind: &str, properties: Value| json!({"Type": kind, "Properties": properties});
    let content = "Invalid test case content";
    let table = [
        ("utterance by value", with(PRESS, instruction("Utterance", json!({"Value": "hello"}))), Works),
        ("utterance by text", with(PRESS, instruction("Utterance", json!({"Text": "hello"}))), Refused(content)),
        ("utterance by SSML", with(PRESS, instruction("Utterance", json!({"SSML": "<speak/>"}))), Refused(content)),
        ("an empty utterance", with(PRESS, instruction("Utterance", json!({"Value": ""}))), Refused(content)),
        ("the older utterance", with(PRESS, instruction("TextUtterance", json!({"Text": "a"}))), Refused(content)),
        ("keys as a text", with(PRESS, instruction("DtmfInput", json!({"Value": "12#"}))), Works),
        ("keys as a number", with(PRESS, instruction("DtmfInput", json!({"Value": 12}))), Works),
        ("hanging up", with(PRESS, json!({"Type": "Disconnect"})), Works),
        (
            "existence",
            with("/Observations/2/Actions/0/Parameters", json!({"Namespace": "$.Queue.Name", "Operator": "Exists"})),
            Refused("InvalidActionProblem: Invalid operator parameter for AssertAction"),
        ),
        (
            "an empty operand",
            with(
                "/Observations/2/Actions/0/Parameters",
                json!({
                    "Namespace": "$.Queue.Name", "Operator": "TextContains", "Operand": "",
                }),
            ),
            Works,
        ),
        (
            "the action type of the documentation's example, with its blank",
            with("/Observations/2/Event/Properties/ActionType", json!("InvokeLambdaFunction ")),
            Refused("InvalidEventProblem: Invalid flow action type: InvokeLambdaFunction "),
        ),
        (
            "an event without identifier",
            with("/Observations/1/Event/Identifier", Value::Null),
            Warned(WarningKind::NoEventIdentifier),
        ),
        ("no repeated action type", with("/Observations/2/Actions/1/Parameters/ActionType", Value::Null), Works),
    ];
    for (what, content, fate) in &table {
        check(what, content, fate);
    }
}

#[test]
fn keys_are_for_calls_only() {
    let chat = json!({"Type": "CHAT", "ChatEntryPointParameters": {"FlowId": "main"}});
    let messages = refused_with(&good(), &chat, None);
    let expected = "InvalidActionProblem: DTMF input is not supported for Chat entry point";
    assert_eq!(messages, [("Observations[1].Actions[0]".to_owned(), expected.to_owned())]);
    let said = with(PRESS, json!({"Type": "Utterance", "Properties": {"Value": "one"}}));
    assert_eq!(refused_with(&said, &chat, None), []);
}
