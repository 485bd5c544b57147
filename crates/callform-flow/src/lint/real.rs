//! Flows as people build them, and the same with one fault: what is told of the one and of the other.

use serde_json::{Value, json};

use super::tests::exported;
use super::{Arrival, Member, arrivals};
use crate::testing::try_compile;
use crate::{Flow, FlowType};

/// What is found in steps, as a blueprint has them.
fn in_steps(steps: &str) -> String {
    try_compile(&super::Rule::as_flow(steps)).1
}

/// What is found in the same steps as an export, alone.
fn in_export(steps: &str) -> String {
    let (compiled, found) = try_compile(&super::Rule::as_flow(steps));
    let (flow, flow_type) = compiled.unwrap_or_else(|| panic!("{found}"));
    exported(&crate::testing::without_markers(&flow.to_json()), flow_type, Arrival::default())
}

fn tells(found: &str, code: &str) -> bool {
    found.contains(&format!(" {code}: "))
}

#[test]
fn a_queue_may_have_been_chosen_before_the_flow() {
    let transfers = "- say: One moment\n- transfer: queue\n  full: [{ say: Sorry }, hang_up]";
    let on_one_way = "- if: $.Attributes.x\n  equals: y\n  then: { queue: consulting }\n- transfer: queue\n  full: [{ say: Sorry }, hang_up]";
    assert!(tells(&in_steps(transfers), "queue-not-set"));
    assert!(!tells(&in_export(transfers), "queue-not-set"), "nothing is known of the flows that lead here");
    assert!(tells(&in_export(on_one_way), "queue-not-set"), "it chooses one itself, and not always");
}

/// A flow of AWS's kind for customers whose agent has left: it waits, and leads those who come back to the queue.
#[test]
fn a_customer_who_comes_back_had_a_queue_and_an_agent() {
    let flow = json!({ "Version": "2019-10-30", "StartAction": "wait", "Actions": [
        { "Identifier": "wait", "Type": "Wait", "Parameters": { "TimeLimitSeconds": "60", "Events": ["CustomerReturned"] },
          "Transitions": { "NextAction": "bye", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "bye" }], "Conditions": [
            { "NextAction": "say", "Condition": { "Operator": "Equals", "Operands": ["CustomerReturned"] } },
            { "NextAction": "queue", "Condition": { "Operator": "Equals", "Operands": ["WaitCompleted"] } } ] } },
        { "Identifier": "queue", "Type": "UpdateContactTargetQueue",
          "Parameters": { "QueueId": "1a2b3c4d-0000-1111-2222-333344445555" },
          "Transitions": { "NextAction": "bye", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
        { "Identifier": "say", "Type": "MessageParticipant", "Parameters": { "Text": "$.Agent.FirstName will be back." },
          "Transitions": { "NextAction": "transfer" } },
        { "Identifier": "transfer", "Type": "TransferContactToQueue", "Parameters": {}, "Transitions": { "NextAction": "bye",
          "Errors": [{ "ErrorType": "QueueAtCapacity", "NextAction": "bye" }, { "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
        { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
    ] });
    assert_eq!(exported(&flow, FlowType::ContactFlow, Arrival::default()), "");
}

#[test]
fn flows_are_looked_at_together() {
    let compiled = |steps: &str| try_compile(&super::Rule::as_flow(steps)).0.expect("compiles").0;
    let first = compiled("- queue: consulting\n- lambda: vanity\n- transfer: { flow: main_menu }");
    let second = compiled(
        "- say: Hello $.External.name\n- lambda: vanity\n- say: Bye $.External.name\n- if: $.Attributes.x\n  equals: y\n  then: { queue: customer_service }\n- transfer: queue",
    );
    let found = |arrival| exported(&second.to_json(), FlowType::ContactFlow, arrival);
    let alone = found(Arrival::default());
    assert!(tells(&alone, "queue-not-set") && tells(&alone, "read-before-set"), "{alone}");
    let member = |name: &'static [&'static str], flow| Member { names: name, flow_type: FlowType::ContactFlow, flow };
    let together = arrivals(&[member(&["first"], &first), member(&["main_menu"], &second)]);
    let found = found(together[1]);
    assert!(!tells(&found, "queue-not-set") && !tells(&found, "read-before-set"), "{found}");
}

/// Templates of other tools are filled before anybody publishes them; a text that was forgotten is not.
#[test]
fn a_template_of_another_tool_is_not_read_out() {
    let flow = |queue: &str, text: &str| {
        json!({ "Version": "2019-10-30", "StartAction": "queue", "Actions": [
            { "Identifier": "queue", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": queue }, "Transitions": {
                "NextAction": "say", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "say" }] } },
            { "Identifier": "say", "Type": "MessageParticipant", "Parameters": { "Text": text }, "Transitions": {
                "NextAction": "bye", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
            { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
        ] })
    };
    let found = |queue, text| exported(&flow(queue, text), FlowType::ContactFlow, Arrival::default());
    assert!(!tells(&found("", "{{closing_time}}"), "placeholder-spoken"));
    assert!(tells(&found("", "We close at {{closing_time}}"), "placeholder-spoken"));
    assert!(tells(&found("1a2b3c4d-0000-1111-2222-333344445555", "{{closing_time}}"), "placeholder-spoken"));
}

/// A flow that begins with an answer nobody here gives relies on the flow that leads to it.
#[test]
fn answers_may_come_along_from_elsewhere() {
    let asks = "- lambda: vanity\n- say: Bye $.External.name";
    let relies = format!("- if: $.External.tier\n  equals: gold\n  then: {{ say: Hello $.External.name }}\n{asks}");
    assert!(!tells(&in_export(&relies), "read-before-set"), "{}", in_export(&relies));
    let forgets = format!("- say: Hello $.External.name\n{asks}");
    assert!(tells(&in_export(&forgets), "read-before-set"));
}

#[test]
fn what_a_function_was_given_it_answers_again() {
    let second = |with: &str| {
        format!(
            "- lambda: vanity\n- say: Hello $.External.basket\n- lambda: arn:aws:lambda:us-west-2:123456789012:function:orders\n{with}- say: Bye $.External.basket"
        )
    };
    assert!(tells(&in_steps(&second("")), "lambda-answer-replaced"));
    assert!(!tells(&in_steps(&second("  with: { basket: $.External.basket }\n")), "lambda-answer-replaced"));
}

#[test]
fn what_was_asked_for_tells_what_is_kept() {
    let kept = |question: &str, name: &str| {
        in_steps(&format!("- collect: {question}\n  store_as: {name}\n  no_input: hang_up"))
    };
    assert!(tells(&kept("Please enter your card number.", "payment"), "secret-kept"));
    assert!(!tells(&kept("Please enter your order number.", "payment"), "secret-kept"));
    assert!(tells(&kept("Please enter your date of birth.", "answer"), "personal-data-kept"));
    assert!(!tells(&kept("Please enter your zip code.", "answer"), "personal-data-kept"));
    let logged = "- logging: true\n- collect: Please enter your date of birth.\n  no_input: hang_up\n- lambda: vanity\n  with: { born: $.StoredCustomerInput }";
    assert!(tells(&in_steps(logged), "personal-data-kept"));
    assert!(!tells(&in_steps(&logged.replace("true", "false")), "personal-data-kept"));
}

#[test]
fn what_is_only_about_personal_data_may_be_kept() {
    let set = |name: &str, value: &str| in_steps(&format!("- lambda: vanity\n- set: {{ {name}: {value} }}"));
    for name in ["date_of_birth", "customerDOB", "passport_number", "ssn", "cardNumber"] {
        assert!(tells(&set(name, "$.External.value"), "personal-data-kept"), "{name}");
        assert!(!tells(&set(name, "unknown"), "personal-data-kept"), "{name}");
    }
    for name in ["dob_verified", "ssn_last4", "cardNumberMasked", "passport_required", "order_number"] {
        assert!(!tells(&set(name, "$.External.value"), "personal-data-kept"), "{name}");
    }
}

#[test]
fn two_prompts_do_not_fail_at_once() {
    let both = "- name: Menu\n  menu: Press 1\n  keys: { 1: hang_up }\n  no_input: hang_up\n  invalid: hang_up\n  error: { say: Sorry, name: Sorry, error: { goto: Menu } }\n- goto: Menu";
    assert!(!tells(&in_steps(both), "loop-without-pause"), "{}", in_steps(both));
    let itself = "- name: Menu\n  menu: Press 1\n  keys: { 1: hang_up }\n  no_input: hang_up\n  invalid: hang_up\n  error: { goto: Menu }";
    assert!(tells(&in_steps(itself), "loop-without-pause"));
    let unheard = "- name: Menu\n  menu: Press 1\n  keys: { 1: hang_up }\n  no_input: hang_up\n  invalid: hang_up\n  error: [{ set: { failed: yes } }, { goto: Menu }]";
    assert!(tells(&in_steps(unheard), "loop-without-pause"));
}

#[test]
fn asking_for_an_agent_is_how_to_find_out() {
    let transfer = "- queue: consulting\n- transfer: queue\n  full: [{ say: Sorry }, hang_up]";
    let compares = format!("- if: $.Agent.UserName\n  contains: a\n  then: {{ say: Hello }}\n{transfer}");
    let speaks = format!("- say: Hello from $.Agent.UserName\n{transfer}");
    assert!(!tells(&in_steps(&compares), "agent-not-known"));
    assert!(tells(&in_steps(&speaks), "agent-not-known"));
}

#[test]
fn only_what_asks_for_digits_loses_them() {
    let after = |text: &str| format!("- say: {text}\n- collect: Your number, please.\n  no_input: hang_up");
    assert!(!tells(&in_steps(&after("This line enables you to enter your hours.")), "digits-lost"));
    assert!(tells(&in_steps(&after("Please enter your number.")), "digits-lost"));
}

/// What follows from a fault that is told anyway is not told as well.
#[test]
fn a_fault_has_no_echo() {
    let flow = |transfer_errors: Value| {
        json!({ "Version": "2019-10-30", "StartAction": "queue", "Actions": [
            { "Identifier": "queue", "Type": "UpdateContactTargetQueue",
              "Parameters": { "QueueId": "1a2b3c4d-0000-1111-2222-333344445555" },
              "Transitions": { "NextAction": "transfer", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
            { "Identifier": "transfer", "Type": "TransferContactToQueue", "Parameters": {},
              "Transitions": { "NextAction": "say", "Errors": transfer_errors } },
            { "Identifier": "say", "Type": "MessageParticipant", "Parameters": { "Text": "Sorry" }, "Transitions": { "NextAction": "bye" } },
            { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
        ] })
    };
    let full = json!({ "ErrorType": "QueueAtCapacity", "NextAction": "bye" });
    let other = json!({ "ErrorType": "NoMatchingError", "NextAction": "bye" });
    let in_flow = |errors| exported(&flow(errors), FlowType::ContactFlow, Arrival::default());
    assert_eq!(in_flow(json!([full])), "Error refused-by-connect: no branch for the error `NoMatchingError`");
    assert_eq!(in_flow(json!([full, other])), "Warning after-transfer: what comes after a transfer never happens");
    let plays = json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
        { "Identifier": "a", "Type": "MessageParticipantIteratively", "Parameters": { "Messages": [{ "Text": "Wait" }] },
          "Transitions": {} } ] });
    let found = exported(&plays, FlowType::ContactFlow, Arrival::default());
    assert!(tells(&found, "block-not-allowed") && !tells(&found, "dead-end"), "{found}");
}

#[test]
fn refusals_are_called_by_their_names() {
    let flow = |action: Value, start: &str| {
        let end = json!({ "Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} });
        json!({ "Version": "2019-10-30", "StartAction": start, "Actions": [action, end] })
    };
    let to_end = json!({ "NextAction": "z" });
    let says = |parameters: Value| json!({ "Identifier": "a", "Type": "MessageParticipant", "Parameters": parameters, "Transitions": to_end });
    for (action, start, title) in [
        (
            says(json!({ "Text": "a", "PromptId": "$.Attributes.p" })),
            "a",
            "only one of `Text`, `PromptId` can be given",
        ),
        (says(json!({})), "a", "one of `Text`, `SSML`, `PromptId`, `Media` has to be given"),
        (says(json!({ "Text": "a" })), "b", "the flow starts at `b`, which it does not have"),
        (
            json!({ "Identifier": "a", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": to_end }),
            "a",
            "an action that ends the flow, and leads on",
        ),
    ] {
        let found = exported(&flow(action, start), FlowType::ContactFlow, Arrival::default());
        assert!(found.contains(&format!("Error refused-by-connect: {title}")), "{title}\n{found}");
        assert!(!found.contains("Amazon Connect refuses"), "{found}");
    }
}

#[test]
fn rounds_that_begin_again_do_not_count() {
    let again = "- name: Menu\n  menu: Press 1\n  keys: { 1: hang_up }\n  no_input: { goto: Count }\n- name: Count\n  raw: { type: Loop, parameters: { LoopCount: \"3\" } }\n  exact: true\n  conditions:\n    - { operand: ContinueLooping, then: { goto: Menu } }\n    - { operand: DoneLooping, then: [{ say: Please listen again }, { goto: Menu }] }\n  next: { goto: Menu }";
    assert!(tells(&in_steps(again), "unlimited-retries"), "{}", in_steps(again));
    let ends = again.replace("[{ say: Please listen again }, { goto: Menu }]", "[{ say: Goodbye }, hang_up]");
    assert!(!tells(&in_steps(&ends), "unlimited-retries"), "{}", in_steps(&ends));
}

#[test]
fn a_timeout_is_seen_by_its_own_word_only() {
    let compared = |operand: &str| {
        format!(
            "- collect: Please enter your number.\n  store_as: number\n- if: $.StoredCustomerInput\n  equals: {operand}\n  then: hang_up\n- say: It is $.Attributes.number"
        )
    };
    assert!(tells(&in_steps(&compared("timeout")), "timeout-not-checked"));
    assert!(tells(&in_steps(&compared("\"NULL\"")), "timeout-not-checked"));
    assert!(!tells(&in_steps(&compared("Timeout")), "timeout-not-checked"));
    assert!(!tells(&in_steps(&compared("\"1234\"")), "timeout-not-checked"));
}

#[test]
fn a_number_that_could_not_be_set_is_not_called() {
    let callback = |invalid: &str| {
        format!(
            "type: customer_queue\nsteps:\n  - play: [Please wait]\n    interrupt_every: 60s\n    steps:\n      - callback_number: $.CustomerEndpoint.Address\n        invalid: {invalid}\n        not_dialable: {{ goto: Stay }}\n      - callback: queue\n      - say: We will call you back.\n      - hang_up\n      - name: Stay\n        say: Please stay."
        )
    };
    let found = in_steps(&callback("{ say: Your number cannot be called. }"));
    assert!(found.contains("a callback to a number that could not be set"), "{found}");
    let found = in_steps(&callback("[{ say: Your number cannot be called. }, { goto: Stay }]"));
    assert_eq!(found, "");
}

#[test]
fn paths_that_do_not_exist() {
    for (path, help) in [
        ("$.Queue.QueueName", "Did you mean `$.Queue.Name`?"),
        ("$.CustomerEndpoint.Number", "Did you mean `$.CustomerEndpoint.Address`?"),
        ("$.Customer.Name", "Did you mean `$.Customer.FirstName`?"),
        ("$.Queue.Description", "There are `$.Queue.Name`, `$.Queue.ARN`, `$.Queue.OutboundCallerId`."),
    ] {
        let found = in_steps(&format!("- queue: consulting\n- say: It is {path}"));
        assert!(found.contains(help), "{path}: {found}");
    }
    assert_eq!(in_steps("- queue: consulting\n- say: It is $.Queue.OutboundCallerId.Address"), "");
}

#[test]
fn a_likely_type_is_named() {
    let flow = |action_type: &str| {
        json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
            { "Identifier": "a", "Type": action_type, "Parameters": {}, "Transitions": { "NextAction": "a" } } ] })
    };
    let help = |action_type: &str| {
        let flow = Flow::from_json(&flow(action_type)).expect("a flow");
        let mut sources = callform_source::SourceMap::default();
        let file = sources.add("flow.json", "");
        let mut found = callform_source::Diagnostics::default();
        let subject = super::Subject {
            name: "flow",
            flow_type: FlowType::ContactFlow,
            flow: &flow,
            places: &super::Places::default(),
            span: callform_source::Span::whole_file(file),
            is_compiled: false,
            names: None,
            arrival: Arrival::default(),
        };
        super::check(&subject, &mut found);
        found.iter().flat_map(|it| it.help.clone()).collect::<Vec<_>>().join(" ")
    };
    assert!(help("Start").contains("Take it out: no action starts a flow"), "{}", help("Start"));
    assert!(!help("Start").contains("UpdateFlowLoggingBehavior"));
    assert!(help("PlayMessage").contains("`MessageParticipant`"), "{}", help("PlayMessage"));
}

#[test]
fn slots_of_numbers_are_no_free_text() {
    let says = |slot: &str| {
        format!(
            "- lex: arn:aws:lex:us-west-2:123456789012:bot-alias/BOT/ALIAS\n  ask: Yes?\n- say: {{ ssml: \"<speak>It is $.Lex.Slots.{slot}</speak>\" }}"
        )
    };
    assert!(tells(&in_steps(&says("comment")), "input-in-ssml"));
    assert!(!tells(&in_steps(&says("phone_number")), "input-in-ssml"));
}

#[test]
fn a_queue_may_go_round_until_an_agent_is_there() {
    let round = |flow_type: &str| {
        format!(
            "type: {flow_type}\nsteps:\n  - name: Again\n    say: Please wait.\n    error: {{ goto: Again }}\n  - wait: 30s\n    error: {{ goto: Again }}\n  - goto: Again"
        )
    };
    assert!(tells(&in_steps(&round("inbound")), "loop-without-exit"));
    assert!(!tells(&in_steps(&round("customer_queue")), "loop-without-exit"), "{}", in_steps(&round("customer_queue")));
}
