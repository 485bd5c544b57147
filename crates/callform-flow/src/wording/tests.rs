use serde_json::json;

use super::*;
use crate::layout::Graph;
use crate::testing::corpus;
use crate::{Action, Flow};

fn flow(actions: &serde_json::Value, metadata: &serde_json::Value) -> Flow {
    let document = json!({ "Version": "2019-10-30", "StartAction": "a", "Metadata": metadata, "Actions": actions });
    Flow::from_json(&document).unwrap()
}

#[track_caller]
fn says(action_type: &str, parameters: &serde_json::Value, title_expected: &str, summary_expected: &str) {
    let action = Action {
        action_type: action_type.to_owned(),
        parameters: parameters.as_object().unwrap().clone(),
        ..Action::default()
    };
    assert_eq!(
        (title(&action).as_str(), summary(&action, &DisplayNames::default()).as_str()),
        (title_expected, summary_expected)
    );
}

#[test]
fn a_type_that_is_not_known_is_called_by_its_name() {
    says("TranslateConversation", &json!({ "Language": "fr" }), "TranslateConversation", "language: fr");
    let action = Action { action_type: "TranslateConversation".to_owned(), ..Action::default() };
    assert_eq!(kind(&action), Kind::Other);
}

#[test]
fn blocks_say_what_they_do() {
    says(
        "ConnectParticipantWithAgenticCX",
        &json!({ "AgentConfiguration": { "WorkspaceId": "w", "ApplicationId": "orders", "Alias": "live" } }),
        "Agentic CX",
        "orders",
    );
    says("MessageParticipant", &json!({ "Text": "Hello,\n  world" }), "Play prompt", "“Hello, world”");
    says(
        "MessageParticipant",
        &json!({ "SSML": "<speak>Hello <break time='1s'/>world<emphasis>!</emphasis></speak>" }),
        "Play prompt",
        "“Hello world!”",
    );
    says(
        "GetParticipantInput",
        &json!({ "Text": "PIN?", "StoreInput": "True", "InputValidation": { "CustomValidation": { "MaximumLength": "4" } } }),
        "Store customer input",
        "Up to 4 digits · “PIN?”",
    );
    says(
        "UpdateContactTargetQueue",
        &json!({ "QueueId": crate::references::marker("queue", "sales") }),
        "Set working queue",
        "sales",
    );
    says(
        "UpdateContactTargetQueue",
        &json!({ "QueueId": "${queue/builtin/BasicQueue}" }),
        "Set working queue",
        "BasicQueue",
    );
    says(
        "InvokeLambdaFunction",
        &json!({ "LambdaFunctionARN": "arn:aws:lambda:us-west-2:123456789012:function:vanity", "InvocationTimeLimitSeconds": "8" }),
        "Invoke Lambda function",
        "vanity · within 8 s",
    );
    says(
        "UpdateContactEventHooks",
        &json!({ "EventHooks": { "CustomerQueue": "arn:aws:connect:us-west-2:123456789012:instance/i/contact-flow/01234567-89ab-cdef-0123-456789abcdef" } }),
        "Set customer queue flow",
        "01234567…",
    );
    says("Compare", &json!({ "ComparisonValue": "$.Attributes.tier" }), "Check contact attributes", "Attributes.tier");
    says("FancyNewBlock", &json!({ "SomeValue": "x" }), "FancyNewBlock", "some value: x");
    says("DisconnectParticipant", &json!({}), "Disconnect", "");
}

#[test]
fn the_editors_metadata_has_names() {
    let flow = flow(
        &json!([
            { "Identifier": "a", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": "arn:q1" } },
            { "Identifier": "b", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": "arn:q2" } },
        ]),
        &json!({ "ActionMetadata": {
            "a": { "queue": { "id": "arn:q1", "text": "Sales" } },
            "b": { "parameters": { "QueueId": { "displayName": "Support" } } },
        } }),
    );
    let names = DisplayNames::of(&flow);
    let said: Vec<String> = flow.actions.iter().map(|action| summary(action, &names)).collect();
    assert_eq!(said, ["Sales", "Support"]);
}

#[test]
fn branches_say_what_takes_them() {
    let flow = flow(
        &json!([
            { "Identifier": "a", "Type": "GetParticipantInput", "Parameters": { "StoreInput": "False" }, "Transitions": {
                "NextAction": "c",
                "Conditions": [
                    { "NextAction": "b", "Condition": { "Operator": "Equals", "Operands": ["1"] } },
                    { "NextAction": "b", "Condition": { "Operator": "Equals", "Operands": ["2"] } },
                    { "NextAction": "a", "Condition": { "Operator": "Equals", "Operands": ["9"] } },
                ],
                "Errors": [
                    { "NextAction": "c", "ErrorType": "NoMatchingError" },
                    { "NextAction": "c", "ErrorType": "InputTimeLimitExceeded" },
                ],
            } },
            { "Identifier": "b", "Type": "DistributeByPercentage", "Transitions": {
                "NextAction": "c",
                "Conditions": [
                    { "NextAction": "a", "Condition": { "Operator": "NumberLessThan", "Operands": ["51"] } },
                    { "NextAction": "b", "Condition": { "Operator": "NumberLessThan", "Operands": ["81"] } },
                ],
                "Errors": [{ "NextAction": "c", "ErrorType": "NoMatchingCondition" }],
            } },
            { "Identifier": "c", "Type": "DisconnectParticipant" },
        ]),
        &json!({}),
    );
    let graph = Graph::new(&flow);
    let labels: Vec<String> =
        graph.nodes.iter().flat_map(|node| node.outlets.iter().map(|outlet| outcomes(node.action, outlet))).collect();
    assert_eq!(labels, ["Pressed 1, 2", "Pressed 9", "Timeout, Error", "50 %", "30 %", "Otherwise"]);
}

#[test]
fn real_blocks_all_have_words() {
    for (name, text) in corpus() {
        let flow = Flow::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        let names = DisplayNames::of(&flow);
        for action in &flow.actions {
            assert!(!title(action).is_empty(), "{name}");
            assert!(!summary(action, &names).contains(['\n', '\u{E000}']), "{name}");
        }
    }
}

#[test]
fn names_are_spaced_and_texts_shortened() {
    assert_eq!(spaced("InputTimeLimitSeconds"), "input time limit seconds");
    assert_eq!(spaced("SSML"), "SSML");
    assert_eq!(spaced("LambdaFunctionARN"), "lambda function arn");
    assert_eq!(shorten("hello world", 7), "hello…");
    assert_eq!(shorten("hello", 5), "hello");
}
