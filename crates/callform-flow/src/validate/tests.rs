use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::testing::corpus;

fn of(flow: &Value) -> Vec<String> {
    problems(flow, &EverythingExists, FlowType::ContactFlow).into_iter().map(|problem| problem.message).collect()
}

fn flow(actions: &Value) -> Value {
    json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": actions })
}

/// Problems of a flow whose first action is this one and whose second disconnects.
fn of_action(action_type: &str, parameters: Value, transitions: Value) -> String {
    let mut first = json!({ "Identifier": "a", "Type": action_type });
    first["Parameters"] = parameters;
    first["Transitions"] = transitions;
    let end = json!({ "Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} });
    of(&flow(&json!([first, end]))).join("\n")
}

fn errors(types: &[&str]) -> Value {
    types.iter().map(|error| json!({ "ErrorType": error, "NextAction": "z" })).collect()
}

#[test]
fn envelopes() {
    assert_eq!(of(&json!([])), ["Content is not a JSON object"]);
    assert_snapshot!(of(&json!({})).join("\n"), @r"
    JSON field is missing or null for field name: Version
    JSON field is missing or null for field name: Actions
    ");
    let end = json!({ "Identifier": "b", "Type": "DisconnectParticipant" });
    assert_eq!(of(&flow(&json!([end]))), ["Invalid property value. Path: StartAction"]);
    let twice = json!({ "Identifier": "a", "Type": "DisconnectParticipant" });
    assert_eq!(of(&flow(&json!([twice, twice]))), ["Invalid Action property value. Path: Actions[1].Identifier"]);
    let bad = json!({ "Version": "1", "StartAction": "a/b", "Actions": [{ "Identifier": "a/b", "Type": "DisconnectParticipant" }] });
    assert_eq!(
        of(&bad),
        ["Invalid property value. Path: Version", "Invalid Action property value. Path: Actions[0].Identifier"]
    );
}

#[test]
fn modules_need_settings() {
    let content = flow(&json!([{ "Identifier": "a", "Type": "EndFlowModuleExecution" }]));
    let problems = problems(&content, &EverythingExists, FlowType::Module);
    assert_eq!(problems, [Problem::new("JSON field is missing or null for field name: settings")]);
}

#[test]
fn content_is_checked_before_it_is_read() {
    let check = |content: &str| content_problems(content, &EverythingExists, FlowType::ContactFlow);
    assert_eq!(check("{"), [Problem::new("Content is not valid JSON")]);
    assert_eq!(check(&" ".repeat(256_001)), [Problem::new("Content is longer than 256000 characters")]);
    let good = crate::compile::stub(FlowType::ContactFlow).to_json().to_string();
    assert_eq!(check(&good), []);
}

#[test]
fn at_most_250_actions() {
    let actions = |count: usize| -> Value {
        (0..count)
            .map(|index| {
                let identifier = if index == 0 { "a".to_owned() } else { format!("a{index}") };
                json!({ "Identifier": identifier, "Type": "DisconnectParticipant" })
            })
            .collect()
    };
    assert_eq!(of(&flow(&actions(250))), [""; 0]);
    assert_eq!(of(&flow(&actions(251))), ["Flow has more than 250 actions"]);
}

#[test]
fn types_and_transitions() {
    assert_snapshot!(of_action("PlayPrompt", json!({}), json!({})), @"Invalid Action type. Type: PlayPrompt, Path: Actions[0].Type");
    assert_snapshot!(of_action("DisconnectParticipant", json!({}), json!({ "NextAction": "z" })), @"Action does not support transitions. Path: Actions[0]");
    assert_snapshot!(of_action("DisconnectParticipant", json!({}), json!({ "Errors": [], "Conditions": [] })), @"");
    assert_snapshot!(of_action("MessageParticipant", json!({ "Text": "Hi" }), json!({})), @"Action is missing required property. Path: Actions[0].Transitions.NextAction");
    assert_snapshot!(of_action("MessageParticipant", json!({ "Text": "Hi" }), json!({ "NextAction": "nowhere" })), @"Invalid Action property value. Path: Actions[0].Transitions.NextAction");
    assert_snapshot!(of_action("TransferContactToQueue", json!({ "QueueId": "q" }), json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError"]) })), @r"
    Invalid Action property name. Path: Actions[0].Parameters.QueueId
    Action is missing required error. Error: QueueAtCapacity, Path: Actions[0]
    ");
    assert_snapshot!(of_action("UpdateFlowLoggingBehavior", json!({ "FlowLoggingBehavior": "Enabled" }), json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError"]) })), @"Invalid Action error. Error: NoMatchingError, Path: Actions[0]");
    assert_snapshot!(of_action("MessageParticipantIteratively", json!({ "Messages": [{ "Text": "Hi" }] }), json!({})), @"");
}

#[test]
fn a_type_that_is_not_known_passes_and_the_rest_is_checked() {
    let anything = json!({ "Loudness": 3, "Deep": { "": [null, "$.Nowhere.x"] }, "QueueId": "none" });
    let branch = |operator: &str| json!({ "NextAction": "z", "Condition": { "Operator": operator, "Operands": [] } });
    let ways = json!({ "NextAction": "z", "Errors": errors(&["AnyError"]), "Conditions": [branch("SoundsLike")] });
    assert_snapshot!(of_action("TranslateConversation", anything.clone(), ways), @"");
    assert_snapshot!(of_action("TranslateConversation", anything.clone(), json!({})), @"");
    let nowhere = json!({ "NextAction": "x", "Errors": [{ "ErrorType": "E", "NextAction": "y" }] });
    assert_snapshot!(of_action("TranslateConversation", anything, nowhere), @r"
    Invalid Action property value. Path: Actions[0].Transitions.NextAction
    Invalid Action property value. Path: Actions[0].Transitions.Errors[0].NextAction
    ");
    assert_snapshot!(of_action("Translate Conversation", json!({}), json!({})), @"Invalid Action type. Type: Translate Conversation, Path: Actions[0].Type");
    // Other actions are checked as ever, but for paths that the new one may bring.
    let flow = |new: &str, compared: &str| {
        let to = |identifier: &str, errors: Value| json!({ "NextAction": identifier, "Errors": errors });
        of(&flow(&json!([
            { "Identifier": "a", "Type": new, "Parameters": { "Text": "Hi" }, "Transitions": to("b", json!([])) },
            { "Identifier": "b", "Type": "Compare", "Parameters": { "ComparisonValue": compared }, "Transitions": to("c", json!([])) },
            { "Identifier": "c", "Type": "Wait", "Parameters": { "Seconds": "3" }, "Transitions": {} },
        ])))
        .join("\n")
    };
    assert_snapshot!(flow("TranslateConversation", "$.Translation.text"), @r"
    Action is missing required error. Error: NoMatchingCondition, Path: Actions[1]
    Invalid Action property name. Path: Actions[2].Parameters.Seconds
    Action is missing required property. Path: Actions[2].Parameters.TimeLimitSeconds
    Action is missing required property. Path: Actions[2].Transitions.NextAction
    Action is missing required error. Error: NoMatchingError, Path: Actions[2]
    Action is missing required property. Path: Actions[2].Transitions.Conditions
    ");
    assert_snapshot!(flow("MessageParticipant", "$.Translation.text"), @r"
    Invalid Action property value. Path: Actions[1].Parameters.ComparisonValue
    Action is missing required error. Error: NoMatchingCondition, Path: Actions[1]
    Invalid Action property name. Path: Actions[2].Parameters.Seconds
    Action is missing required property. Path: Actions[2].Parameters.TimeLimitSeconds
    Action is missing required property. Path: Actions[2].Transitions.NextAction
    Action is missing required error. Error: NoMatchingError, Path: Actions[2]
    Action is missing required property. Path: Actions[2].Transitions.Conditions
    ");
    assert_snapshot!(flow("TranslateConversation", "Translation"), @r"
    Invalid Action property value. Path: Actions[1].Parameters.ComparisonValue
    Action is missing required error. Error: NoMatchingCondition, Path: Actions[1]
    Invalid Action property name. Path: Actions[2].Parameters.Seconds
    Action is missing required property. Path: Actions[2].Parameters.TimeLimitSeconds
    Action is missing required property. Path: Actions[2].Transitions.NextAction
    Action is missing required error. Error: NoMatchingError, Path: Actions[2]
    Action is missing required property. Path: Actions[2].Transitions.Conditions
    ");
}

#[test]
fn agentic_cx() {
    let agent = json!({ "WorkspaceId": "w", "ApplicationId": "$.Attributes.application", "Alias": "live" });
    let branch =
        |operand: &str| json!({ "NextAction": "z", "Condition": { "Operator": "Equals", "Operands": [operand] } });
    let ways = |operand: &str| {
        let errors = errors(&["NoMatchingError", "NoMatchingCondition", "InputTimeLimitExceeded"]);
        json!({ "NextAction": "z", "Errors": errors, "Conditions": [branch(operand)] })
    };
    let of_block = |parameters: Value| of_action("ConnectParticipantWithAgenticCX", parameters, ways("Escalation"));
    let whole = json!({
        "AgentConfiguration": agent,
        "SpeechRecognitionConfiguration": { "SpeechRecognitionEngine": "AMAZON_AGENTIC_VOICE" },
        "AudioFillerConfiguration": {
            "Enabled": true,
            "AudioType": "MELODY_CHIPPER_CHIME",
            "StartDelayInMilliseconds": 2500,
            "MinimumPlayDurationInMilliseconds": 3000,
            "ResponseDeliveryDelayInMilliseconds": "$.Attributes.buffer",
        },
    });
    assert_snapshot!(of_block(whole.clone()), @"");
    assert_snapshot!(of_action("ConnectParticipantWithAgenticCX", whole.clone(), ways("Resolved")), @"Invalid Action property value. Path: Actions[0].Transitions.Conditions[0]");
    let mut late = whole.clone();
    late["AudioFillerConfiguration"]["StartDelayInMilliseconds"] = json!(5001);
    assert_snapshot!(of_block(late), @"Invalid Action property value. Path: Actions[0].Parameters.AudioFillerConfiguration.StartDelayInMilliseconds");
    let variables = |count: usize| {
        let mut parameters = whole.clone();
        let all: serde_json::Map<String, Value> = (0..count).map(|at| (format!("v{at}"), json!("$.Channel"))).collect();
        parameters["AgentConfiguration"]["ContextVariables"] = Value::Object(all);
        parameters
    };
    assert_snapshot!(of_block(variables(10)), @"");
    assert_snapshot!(of_block(variables(11)), @"More than 10 variables in Parameters.AgentConfiguration.ContextVariables");
    let compare = json!({ "NextAction": "z", "Errors": errors(&["NoMatchingCondition"]) });
    assert_snapshot!(of_action("Compare", json!({ "ComparisonValue": "$.AgenticCX.ContextVariables.order" }), compare), @"");
}

#[test]
fn prompts_and_input() {
    let next = json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError"]) });
    assert_snapshot!(of_action("MessageParticipant", json!({ "Text": "Hi", "SSML": "<speak/>" }), next.clone()), @"Only one of these properties may be defined. Properties: [Text, SSML]");
    assert_snapshot!(of_action("MessageParticipant", json!({}), next.clone()), @"At least one of [Text, SSML, PromptId, Media] must be set");
    assert_snapshot!(of_action("GetParticipantInput", json!({ "Text": "", "InputTimeLimitSeconds": "5" }), next.clone()), @r"
    Action is missing required property. Path: Actions[0].Parameters.StoreInput
    Invalid Action property value. Path: Actions[0].Parameters.Text
    Action is missing required error. Error: NoMatchingCondition, Path: Actions[0]
    Action is missing required error. Error: InputTimeLimitExceeded, Path: Actions[0]
    ");
    let stored = json!({ "Text": "Hi", "InputTimeLimitSeconds": "5", "StoreInput": "True" });
    assert_snapshot!(of_action("GetParticipantInput", stored.clone(), json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError", "NoMatchingCondition"]) })), @r"
    Action is missing required property. Path: Actions[0].Parameters.InputValidation
    Invalid Action error. Error: NoMatchingCondition, Path: Actions[0]
    ");
    let mut local = stored;
    local["InputValidation"] = json!({ "PhoneNumberValidation": { "NumberFormat": "Local" } });
    assert_snapshot!(of_action("GetParticipantInput", local, next), @"Action is missing required property. Path: Actions[0].Parameters.InputValidation.PhoneNumberValidation.CountryCode");
}

#[test]
fn bots_and_repeated_messages() {
    let both = json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError", "NoMatchingCondition"]) });
    let bot = json!({ "LexV2Bot": { "AliasArn": "arn:x" } });
    assert_snapshot!(of_action("ConnectParticipantWithLexBot", bot, both.clone()), @"At least one of [Text, SSML, PromptId, Media, LexInitializationData] must be set");
    let told = json!({ "LexV2Bot": { "AliasArn": "arn:x" }, "LexInitializationData": { "InitialMessage": "Hi" } });
    assert_snapshot!(of_action("ConnectParticipantWithLexBot", told, both), @"");
    let messages =
        |messages: Value| of_action("MessageParticipantIteratively", json!({ "Messages": messages }), json!({}));
    assert_snapshot!(messages(json!([])), @"Invalid Action property value. Path: Actions[0].Parameters.Messages");
    assert_snapshot!(messages(json!([{ "Text": "Hi" }, { "Text": "Hi", "SSML": "<speak/>" }, {}])), @r"
    Only one of these properties may be defined. Properties: [Text, SSML]
    At least one of [Text, SSML, PromptId, Media] must be set
    ");
}

#[test]
fn conditions() {
    let branch = |operator: &str, operand: &str| json!({ "NextAction": "z", "Condition": { "Operator": operator, "Operands": [operand] } });
    let hours = |conditions: Value| {
        of_action(
            "CheckHoursOfOperation",
            json!({}),
            json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError"]), "Conditions": conditions }),
        )
    };
    assert_snapshot!(hours(json!([branch("Equals", "True"), branch("Equals", "False")])), @"");
    assert_snapshot!(hours(json!([branch("Equals", "True")])), @"Invalid Action property value. Path: Actions[0].Transitions.Conditions");
    assert_snapshot!(hours(json!([])), @"Action is missing required property. Path: Actions[0].Transitions.Conditions");
    let compare = |path: &str, conditions: Value| {
        of_action(
            "Compare",
            json!({ "ComparisonValue": path }),
            json!({ "NextAction": "z", "Errors": errors(&["NoMatchingCondition"]), "Conditions": conditions }),
        )
    };
    assert_snapshot!(compare("$.Attributes.x", json!([branch("NumberLessThan", "3")])), @"");
    assert_snapshot!(compare("$.Attributes.x", json!([branch("NumericLessThan", "3")])), @"Invalid Action property value. Path: Actions[0].Transitions.Conditions[0]");
    assert_snapshot!(compare("$.Nowhere.x", json!([])), @"Invalid Action property value. Path: Actions[0].Parameters.ComparisonValue");
    assert_snapshot!(compare("x", json!([])), @"Invalid Action property value. Path: Actions[0].Parameters.ComparisonValue");
    assert_snapshot!(of_action("UpdateContactAttributes", json!({ "Attributes": {} }), json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError"]), "Conditions": [branch("Equals", "x")] })), @"Action does not support conditions. Path: Actions[0]");
}

#[test]
fn values_have_their_class_and_range() {
    let next = json!({ "NextAction": "z", "Errors": errors(&["NoMatchingError"]) });
    assert_snapshot!(of_action("UpdateFlowAttributes", json!({ "FlowAttributes": { "x": "flat" } }), next.clone()), @"Invalid Action property value. Path: Actions[0].Parameters.FlowAttributes.x");
    assert_snapshot!(of_action("InvokeLambdaFunction", json!({ "LambdaFunctionARN": "$.Attributes.arn", "InvocationTimeLimitSeconds": "0" }), next.clone()), @"Invalid Action property value. Path: Actions[0].Parameters.InvocationTimeLimitSeconds");
    assert_snapshot!(of_action("UpdateContactTargetQueue", json!({ "QueueId": "to $.Attributes.queue" }), next.clone()), @"Invalid Action property value. Path: Actions[0].Parameters.QueueId");
    assert_snapshot!(of_action("UpdateContactTargetQueue", json!({ "QueueId": "$.Attributes.['my queue']" }), next.clone()), @"");
    let tags: serde_json::Map<String, Value> = (0..7).map(|index| (format!("k{index}"), json!("v"))).collect();
    assert_snapshot!(of_action("TagContact", json!({ "Tags": tags }), next), @"More than 6 tags in Parameters.Tags");
}

/// An instance that has one queue.
struct OneQueue;

impl LiveObjects for OneQueue {
    fn exists(&self, arn_or_id: &str, kind: ObjectKind) -> bool {
        kind == ObjectKind::Queue && arn_or_id == "q1"
    }
}

#[test]
fn objects_have_to_exist() {
    let action = |identifier: &str, action_type: &str, parameters: Value| {
        let next = json!({ "NextAction": "a", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "a" }] });
        json!({ "Identifier": identifier, "Type": action_type, "Parameters": parameters, "Transitions": next })
    };
    let content = flow(&json!([
        action("a", "UpdateContactTargetQueue", json!({ "QueueId": "q1" })),
        action("b", "UpdateContactTargetQueue", json!({ "QueueId": "q2" })),
        action("c", "UpdateContactTargetQueue", json!({ "QueueId": "$.Attributes.queue" })),
        action("d", "UpdateContactEventHooks", json!({ "EventHooks": { "CustomerQueue": "f1" } })),
        action("e", "InvokeLambdaFunction", json!({ "LambdaFunctionARN": "arn:x", "InvocationTimeLimitSeconds": "3" })),
        action("f", "MessageParticipantIteratively", json!({ "Messages": [{ "Text": "Hi" }, { "PromptId": "p" }] })),
    ]));
    let found: Vec<String> =
        problems(&content, &OneQueue, FlowType::CustomerQueue).into_iter().map(|problem| problem.message).collect();
    assert_snapshot!(found.join("\n"), @r"
    Invalid Action property value. Path: Actions[1].Parameters.QueueId
    Invalid Action property value. Path: Actions[3].Parameters.EventHooks.CustomerQueue
    Invalid Action property value. Path: Actions[5].Parameters.Messages[1].PromptId
    ");
}

#[test]
fn real_flows_pass_except_the_broken_ones() {
    let flows = corpus();
    let refused: Vec<&str> = flows
        .iter()
        .filter(|(_, text)| {
            let kind = if text.contains("\"Settings\"") { FlowType::Module } else { FlowType::ContactFlow };
            !content_problems(text, &EverythingExists, kind).is_empty()
        })
        .map(|(name, _)| name.as_str())
        .collect();
    // Fragments with transitions to nowhere, and two written by hand with a wrong parameter and missing errors.
    let broken = ["flow-005.json", "flow-118.json", "flow-156.json"];
    let expected: Vec<&str> = if flows.is_empty() { Vec::new() } else { broken.to_vec() };
    assert_eq!(refused, expected);
}

/// Each action of each real flow, in turn, is taken for one that Connect has got since.
#[test]
fn real_flows_with_a_new_block_are_refused_for_nothing_else() {
    for (name, text) in corpus() {
        let flow: Value = serde_json::from_str(&text).expect("JSON");
        let of_flow = |flow: &Value| -> Vec<String> {
            let found = problems(flow, &EverythingExists, FlowType::ContactFlow);
            found.into_iter().map(|problem| problem.message).collect()
        };
        let before = of_flow(&flow);
        for index in 0..flow["Actions"].as_array().map_or(0, Vec::len) {
            let mut changed = flow.clone();
            changed["Actions"][index]["Type"] = json!("TranslateConversation");
            let own = format!("Actions[{index}]");
            // Without a path the message may be about any action.
            let is_others = |message: &&String| !message.contains(&own) && message.contains("Actions[");
            let (others, now) = (before.iter().filter(is_others), of_flow(&changed));
            assert_eq!(others.collect::<Vec<_>>(), now.iter().filter(is_others).collect::<Vec<_>>(), "{name} {own}");
            let of_new = now.iter().filter(|message| message.contains(&own));
            assert!(of_new.clone().all(|message| message.ends_with(".NextAction")), "{name} {own}: {now:?}");
        }
    }
}
