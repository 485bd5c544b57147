//! Reading and writing content.

use serde_json::{Value, json};

use super::super::{ActionKind, DecodeError, EventKind, Instruction, TestCaseContent};
use super::{good, with};

#[test]
fn content_is_read_and_written_in_the_order_of_the_documentation() {
    let content = TestCaseContent::from_json(&good()).unwrap();
    assert_eq!(content.to_json().to_string(), good().to_string());
    let start: Vec<&str> = content.start().map(|one| one.identifier.as_str()).collect();
    assert_eq!(start, ["begin"]);
    let menu = content.observation("menu").unwrap();
    assert_eq!(menu.next_observations(), ["queue"]);
    assert!(matches!(menu.event.meaning(), Ok(EventKind::MessageReceived { .. })));
    assert_eq!(menu.actions()[0].meaning(), Ok(ActionKind::Send(Instruction::Dtmf("1".to_owned()))));
    let chain = content.observation("queue").unwrap().chain();
    assert_eq!(chain.iter().map(|action| action.identifier.as_str()).collect::<Vec<_>>(), ["right-queue", "stop"]);
}

#[test]
fn what_is_no_test_case_says_where() {
    let missing = |path: &str| DecodeError::Missing { path: path.to_owned() };
    let wrong = |path: &str, expected| DecodeError::WrongType { path: path.to_owned(), expected };
    let table = [
        (json!([]), wrong("(content)", "an object")),
        (json!({"Observations": []}), missing("Version")),
        (json!({"Version": "2019-10-30"}), missing("Observations")),
        (json!({"Version": 1, "Observations": []}), wrong("Version", "a string")),
        (with("/Metadata", json!("x")), wrong("Metadata", "an object")),
        (with("/Observations/1", json!(1)), wrong("Observations[1]", "an object")),
        (with("/Observations/1/Event", Value::Null), missing("Observations[1].Event")),
        (with("/Observations/1/Event/Type", Value::Null), missing("Observations[1].Event.Type")),
        (with("/Observations/2/Actions/1/Type", json!(2)), wrong("Observations[2].Actions[1].Type", "a string")),
        (
            with("/Observations/0/Transitions/NextObservations", json!(["a", 1])),
            wrong("Observations[0].Transitions.NextObservations[1]", "a string"),
        ),
        (
            with("/Observations/2/Actions/0/Transitions/NextAction", json!(1)),
            wrong("Observations[2].Actions[0].Transitions.NextAction", "a string"),
        ),
    ];
    for (json, expected) in table {
        assert_eq!(TestCaseContent::from_json(&json), Err(expected), "{json}");
    }
    let error = TestCaseContent::from_text("{").unwrap_err();
    assert!(error.to_string().starts_with("the content is no JSON: EOF"), "{error}");
    assert_eq!(missing("Version").to_string(), "`Version` is missing");
}

#[test]
fn actions_that_lead_in_a_circle_are_carried_out_once() {
    let content = with("/Observations/2/Actions/1/Transitions", json!({"NextAction": "right-queue"}));
    let content = TestCaseContent::from_json(&content).unwrap();
    assert_eq!(content.observation("queue").unwrap().chain().len(), 2);
}
