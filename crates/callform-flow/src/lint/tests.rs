use std::fmt::Write;

use callform_source::{Diagnostics, SourceMap, Span};
use insta::assert_snapshot;

use super::rules::Rule;
use super::{Arrival, RULES, Subject, check, places_in_json};
use crate::testing::{faults, try_compile};

/// The long text that the example of the rule about long texts stands for.
fn spelled_out(example: &str) -> String {
    let page = "word ".repeat(150);
    let pages = |count: usize| format!("{:?}", page.repeat(count).trim());
    example
        .replace("(four pages of text)", &pages(5))
        .replace("(two pages of text)", &pages(2))
        .replace("(the other two)", &pages(2))
}

/// What is found in the steps of an example.
fn found(example: &str) -> String {
    try_compile(&spelled_out(&Rule::as_flow(example))).1
}

#[test]
fn every_rule_finds_something_in_its_example_and_nothing_in_what_was_meant() {
    let mut wrong = String::new();
    for rule in RULES {
        let in_example = found(rule.example);
        if !in_example.contains(&format!(" {}: ", rule.code)) {
            writeln!(wrong, "{} is silent about its example; found:\n{in_example}", rule.code).expect("a string");
        }
        let in_meant = found(rule.instead);
        if !in_meant.is_empty() {
            writeln!(wrong, "{}: found in what was meant:\n{in_meant}", rule.code).expect("a string");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn examples_as_they_are_told() {
    let mut told = String::new();
    for rule in RULES.iter().filter(|rule| rule.code != "text-too-long") {
        writeln!(told, "{}", found(rule.example)).expect("a string");
    }
    assert_snapshot!(told);
}

#[test]
fn long_texts() {
    let text = "x".repeat(3_001);
    assert_snapshot!(faults(&format!("{{ type: inbound, steps: [{{ say: {text} }}] }}")).replace(&text, "…"));
    let text = "x".repeat(6_001);
    assert_snapshot!(faults(&format!("{{ type: customer_queue, steps: [{{ play: [{text}] }}] }}")).replace(&text, "…"));
    let tags = format!("<speak>{}</speak>", "<break/>".repeat(400));
    crate::testing::compiled(&format!("{{ type: inbound, steps: [{{ say: {{ ssml: {tags} }} }}] }}"));
}

#[test]
fn every_rule_is_described() {
    for rule in RULES {
        assert!(rule.what.ends_with('.') && rule.why.ends_with('.'), "{}", rule.code);
        assert!(RULES.iter().filter(|other| other.code == rule.code).count() == 1, "{}", rule.code);
    }
}

/// What is found in a flow as it is exported: severity, code and title, a line each.
fn in_exported(json: &serde_json::Value) -> String {
    exported(json, crate::FlowType::ContactFlow, Arrival::default())
}

/// The same for a flow of any type that contacts come to in any way.
pub(super) fn exported(json: &serde_json::Value, flow_type: crate::FlowType, arrival: Arrival) -> String {
    let flow = crate::Flow::from_json(json).expect("a flow");
    let mut sources = SourceMap::default();
    let text = json.to_string();
    let file = sources.add("flow.json", text.clone());
    let subject = Subject {
        name: "flow",
        flow_type,
        flow: &flow,
        places: &places_in_json(&text, file),
        span: Span::whole_file(file),
        is_compiled: false,
        names: None,
        arrival,
    };
    let mut found = Diagnostics::default();
    check(&subject, &mut found);
    let lines = found.sorted().into_iter().map(|it| format!("{:?} {}: {}", it.severity, it.code, it.title));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_type_that_is_not_known_is_a_note_and_the_rest_is_checked() {
    let flow = |action_type: &str| {
        serde_json::json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
            { "Identifier": "a", "Type": action_type, "Parameters": { "Any": "$.Translation.x $.Attribute.y" }, "Transitions": {
                "NextAction": "b",
                "Errors": [{ "ErrorType": "NoSuchLanguage", "NextAction": "nowhere" }],
                "Conditions": [
                    { "NextAction": "c", "Condition": { "Operator": "Equals", "Operands": ["x"] } },
                    { "NextAction": "b", "Condition": { "Operator": "Equals", "Operands": ["x"] } },
                ],
            } },
            { "Identifier": "b", "Type": "TransferContactToQueue", "Parameters": {}, "Transitions": { "NextAction": "c",
                "Errors": [{ "ErrorType": "QueueAtCapacity", "NextAction": "c" }, { "ErrorType": "NoMatchingError", "NextAction": "a" }] } },
            { "Identifier": "c", "Type": "Loop", "Parameters": { "LoopCount": "101" }, "Transitions": { "NextAction": "d" } },
            { "Identifier": "d", "Type": "EndOfTheWorld", "Parameters": {}, "Transitions": {} },
            { "Identifier": "e", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
        ] })
    };
    assert_snapshot!(in_exported(&flow("TranslateConversation")), @r"
    Error refused-by-connect: a transition to an action that does not exist
    Warning never-true: the condition `x` never holds
    Warning unknown-path: `$.Attribute.y` is no path that Connect knows
    Note unknown-action: `TranslateConversation` is no action that Callform knows
    Note unknown-path: `$.Translation.x` is no path that Connect knows
    Error refused-by-connect: a value that Connect does not take for `LoopCount`
    Error refused-by-connect: `Conditions` is missing
    Note unknown-action: `EndOfTheWorld` is no action that Callform knows
    Warning unreachable-step: a step that no contact comes to
    ");
    // A name that is known to be none is refused.
    assert_snapshot!(in_exported(&flow("PlayPrompt")), @r"
    Error refused-by-connect: `PlayPrompt` is no action type
    Warning never-true: the condition `x` never holds
    Warning unknown-path: `$.Attribute.y` is no path that Connect knows
    Note unknown-path: `$.Translation.x` is no path that Connect knows
    Error refused-by-connect: a value that Connect does not take for `LoopCount`
    Error refused-by-connect: `Conditions` is missing
    Note unknown-action: `EndOfTheWorld` is no action that Callform knows
    Warning unreachable-step: a step that no contact comes to
    ");
}

#[test]
fn circles_with_a_type_that_is_not_known_are_not_judged() {
    let round = |action_type: &str| {
        found(&format!("- name: A\n  raw: {{ type: {action_type} }}\n  exact: true\n  next: continue\n- goto: A"))
    };
    let known = round("ResumeContact");
    assert!(known.contains("loop-without-exit") && known.contains("loop-without-pause"), "{known}");
    let new = round("TranslateConversation");
    assert!(!new.contains("loop-without") && new.contains(" unknown-action: "), "{new}");
}

/// Flows that are almost alike: of each, whether the rule finds something.
#[test]
fn ways_make_the_difference() {
    let on_one_way = "- if: $.Attributes.x\n  equals: y\n  then: { queue: consulting }\n- transfer: queue\n  full: [{ say: Sorry }, hang_up]";
    let on_both = "- if: $.Attributes.x\n  equals: y\n  then: { queue: consulting }\n  else: { queue: customer_service }\n- transfer: queue\n  full: [{ say: Sorry }, hang_up]";
    let after_failure =
        "- lambda: vanity\n  error: [{ say: Sorry $.External.name }, hang_up]\n- say: Hello $.External.name";
    let after_success = "- lambda: vanity\n  error: [{ say: Sorry }, hang_up]\n- say: Hello $.External.name";
    let chats = "- if: $.Channel\n  equals: VOICE\n  else: { collect: Please enter your number., no_input: { say: Nothing } }\n- say: Hello";
    let calls = "- if: $.Channel\n  equals: CHAT\n  else: { collect: Please enter your number., no_input: { say: Nothing } }\n- say: Hello";
    let replaced = "- lambda: vanity\n- say: Hello $.External.name\n- lambda: arn:aws:lambda:x\n- say: It is $.External.price\n- say: Bye $.External.name";
    let same_function = "- lambda: vanity\n- say: Hello $.External.name\n- lambda: vanity\n- say: It is $.External.price\n- say: Bye $.External.name";
    let counted = "- name: Menu\n  menu: Press 1\n  keys: { 1: [] }\n  no_input: { loop: 2, steps: { goto: Menu } }\n- say: Hello";
    let uncounted =
        "- name: Menu\n  menu: Press 1\n  keys: { 1: [] }\n  no_input: [{ say: Again }, { goto: Menu }]\n- say: Hello";
    let buffered = "- raw: { type: GetParticipantInput, parameters: { Text: \" .\", StoreInput: \"False\", InputTimeLimitSeconds: \"1\", EnableDTMFBuffer: \"true\" } }\n- say: Please enter your number.\n- collect: \" .\"\n  no_input: hang_up";
    let logs_off = "- logging: true\n- logging: false\n- collect: Please enter your PIN.\n  no_input: hang_up";
    let answered = "- collect: Please enter your number.\n- lambda: vanity\n  with: { number: $.StoredCustomerInput }\n- if: $.External.valid\n  equals: yes\n  then: { say: Thank you }\n- hang_up";
    let unanswered = "- collect: Please enter your number.\n- lambda: vanity\n  with: { number: $.StoredCustomerInput }\n- say: Thank you";
    let agentic = "- raw: { type: ConnectParticipantWithAgenticCX, parameters: { AgentConfiguration: { WorkspaceId: w, ApplicationId: a, Alias: l } } }\n- say: Your order is $.AgenticCX.ContextVariables.order";
    for (code, steps, is_found) in [
        ("read-before-set", "- say: Your order is $.AgenticCX.ContextVariables.order", true),
        ("read-before-set", agentic, false),
        ("missing-error-branch", agentic, false),
        ("queue-not-set", on_one_way, true),
        ("queue-not-set", on_both, false),
        ("read-before-set", after_failure, true),
        ("read-before-set", after_success, false),
        ("wrong-channel", chats, true),
        ("wrong-channel", calls, false),
        ("lambda-answer-replaced", replaced, true),
        ("lambda-answer-replaced", same_function, false),
        ("unlimited-retries", uncounted, true),
        ("unlimited-retries", counted, false),
        ("digits-lost", buffered, false),
        ("secret-in-logs", logs_off, false),
        ("timeout-not-checked", unanswered, true),
        ("timeout-not-checked", answered, false),
    ] {
        let found = found(steps);
        assert_eq!(found.contains(&format!(" {code}: ")), is_found, "{code} in\n{steps}\n{found}");
    }
}
