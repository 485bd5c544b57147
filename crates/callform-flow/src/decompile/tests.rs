use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Decompiled, decompile};
use crate::compare::{describe_difference, same};
use crate::testing::{compile_with, corpus, outline, try_compile};

/// The flow after a way through steps, and what was found on it.
fn again(decompiled: &Decompiled) -> (Value, String) {
    let (flow, found) = compile_with(decompiled);
    (flow.map(|flow| flow.to_json()).unwrap_or_default(), found)
}

/// A flow that may have anything in it that the lints do not like.
#[track_caller]
fn of(text: &str) -> Value {
    let (flow, found) = try_compile(text);
    flow.unwrap_or_else(|| panic!("{found}")).0.to_json()
}

/// Steps of a flow, as YAML would show them.
#[track_caller]
fn steps(json: &Value) -> String {
    let decompiled = decompile(json, None, &BTreeMap::new()).unwrap();
    assert!(decompiled.is_exact, "{:?}", decompiled.notes);
    let (back, _) = again(&decompiled);
    assert_eq!(describe_difference(json, &back), Vec::<String>::new());
    serde_json::to_string_pretty(&decompiled.to_json()).unwrap()
}

#[test]
fn results_with_one_target_share_a_branch() {
    let bot = "arn:aws:lex:us-west-2:123456789012:bot-alias/BOT/ALIAS";
    let lex = format!(
        "type: inbound\nsteps:\n  - lex: {bot}\n    ask: Shall we call you back?\n    intents: {{ Yes | Sure: {{ say: We will. }}, No: {{ say: Goodbye. }} }}\n    else: hang_up\n    error: hang_up\n  - hang_up"
    );
    let view = "type: inbound\nsteps:\n  - view: cards\n    actions: { Back | Cancel: { say: Back. }, Next: { say: On. } }\n    else: hang_up\n    error: hang_up\n    no_input: hang_up\n  - hang_up";
    for (text, shared) in [(lex.as_str(), "\"Yes | Sure\""), (view, "\"Back | Cancel\"")] {
        let flow = of(text);
        let operands = flow["Actions"][0]["Transitions"]["Conditions"].as_array().expect("conditions").len();
        assert_eq!(operands, 3, "{flow}");
        let again = steps(&flow);
        assert!(again.contains(shared) && !again.contains("goto"), "{again}");
    }
}

#[test]
fn steps_come_back_nested() {
    let flow = of("
type: inbound
steps:
  - say: Welcome
  - queue: customer_service
  - menu: Press 1 or 2
    keys: { 1: { set: { choice: 1 } }, 2: { say: Bye } }
  - if: $.Attributes.vip
    equals: 'yes'
    then: { routing: { priority: 1 } }
  - loop: 2
    steps: { say: Again }
  - hours: business
    closed: [{ say: Closed }, hang_up]
  - transfer: queue
on_error: [{ say: Sorry }, hang_up]
");
    let text = flow.to_string().replace("\u{E000}queue/customer_service\u{E001}", "arn:q");
    let json: Value = serde_json::from_str(&text.replace("\u{E000}hours/business\u{E001}", "arn:h")).unwrap();
    let arns = BTreeMap::from([("arn:q".to_owned(), "queue/customer_service".to_owned())]);
    let decompiled = decompile(&json, None, &arns).unwrap();
    assert_eq!(decompiled.unresolved, BTreeMap::from([("hours/hours".to_owned(), "arn:h".to_owned())]));
    insta::assert_snapshot!(serde_json::to_string_pretty(&decompiled.to_json()).unwrap());
    let (back, found) = again(&decompiled);
    assert_eq!(found, "");
    let back: Value =
        serde_json::from_str(&back.to_string().replace("\u{E000}queue/customer_service\u{E001}", "arn:q")).unwrap();
    assert_eq!(describe_difference(&json, &back), Vec::<String>::new());
}

#[test]
fn a_loop_back_is_a_goto() {
    let flow = of("
type: inbound
steps:
  - menu: Press 1 to hear it again
    name: main menu
    keys: { 1: { goto: main menu } }
    no_input: [{ say: Nothing }, { goto: main menu }]
    invalid: hang_up
    error: hang_up
");
    insta::assert_snapshot!(steps(&flow));
}

#[test]
fn what_many_branches_share_is_written_once_at_the_end() {
    let flow = of("
type: inbound
steps:
  - if: $.Attributes.a
    equals: 1
    then: { goto: bye }
    else:
      - if: $.Attributes.b
        equals: 1
        then: { goto: bye }
        else: [{ say: Hello }, { transfer: queue }]
  - say: Good bye
    name: bye
");
    insta::assert_snapshot!(steps(&flow));
}

#[test]
fn unknown_actions_and_settings_of_modules_survive() {
    let json = json!({
        "Version": "2019-10-30", "StartAction": "a",
        "Settings": { "InputParameters": [], "OutputParameters": [], "Transitions": [] },
        "Actions": [
            { "Identifier": "a", "Type": "Juggle", "Parameters": { "Balls": "${var.balls}" },
              "Transitions": { "NextAction": "b", "Errors": [{ "ErrorType": "Dropped", "NextAction": "b" }],
                "Conditions": [{ "NextAction": "a", "Condition": { "Operator": "Near", "Operands": ["x"] } }] } },
            { "Identifier": "b", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {} },
        ],
    });
    let decompiled = decompile(&json, None, &BTreeMap::new()).unwrap();
    assert!(decompiled.is_exact, "{:?}", decompiled.notes);
    assert_eq!(decompiled.settings["branches"], json!([]));
    let text = decompiled.to_json().to_string();
    assert!(text.contains("$${var.balls}"), "{text}");
    let (back, _) = again(&decompiled);
    assert_eq!(describe_difference(&json, &back), Vec::<String>::new());
}

/// Everything JSON has, in the places where a type that nobody knows may have it. Only fractions that YAML prints otherwise,
/// such as `1.0`, become text.
#[test]
fn parameters_of_an_unknown_type_come_back_byte_for_byte() {
    let parameters = json!({
        "Zeta": "True", "Alpha": true, "false": "null", "Null": null, "Empty": {}, "None": [], "Blank": "", "Space": " a ",
        "Number": 7, "Text": "007", "Negative": -0.5, "Large": 9_223_372_036_854_775_807_i64,
        "Deep": { "b": [[], {}, null, [1, "1", 1.5, false]], "a": { "ref": "queue/consulting" }, "": { "literal": { "x": 1 } } },
        "Path": "$.External.a $.Attributes.['b c']", "Variable": "${var.x} $${var.y} {{handlebars}}", "Yaml": "- a: &b *c !d # e",
        "Lines": "one\n two\r\n\tthree\n", "Wide": "Größe \u{1F600} \u{2028}\u{feff}", "Key: with #": 1, "01": 2, "~": 3,
    });
    let flow = json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
        { "Identifier": "a", "Type": "TranslateConversation", "Parameters": parameters, "Transitions": { "NextAction": "b",
            "Errors": [{ "NextAction": "b", "ErrorType": "NoSuchLanguage" }],
            "Conditions": [{ "NextAction": "b", "Condition": { "Operator": "SoundsLike", "Operands": ["French", "Creole"] } }] } },
        { "Identifier": "b", "Type": "LeaveForever", "Parameters": { "Null": null, "Empty": {} }, "Transitions": {} },
    ] });
    let decompiled = decompile(&flow, None, &BTreeMap::new()).unwrap();
    assert!(decompiled.is_exact, "{:?}", decompiled.notes);
    let (back, found) = again(&decompiled);
    assert!(same(&flow, &back), "{:?} {found}", describe_difference(&flow, &back));
    assert_eq!(back["Actions"][0]["Parameters"].to_string(), parameters.to_string());
    assert_eq!(back["Actions"][1]["Parameters"].to_string(), "{\"Null\":null,\"Empty\":{}}");
    assert_eq!(
        back["Actions"][0]["Transitions"]["Conditions"][0]["Condition"].to_string(),
        "{\"Operator\":\"SoundsLike\",\"Operands\":[\"French\",\"Creole\"]}"
    );
    assert_eq!(found.matches(" unknown-action: ").count(), 2, "{found}");
}

#[test]
fn what_the_service_refuses_is_told_about() {
    let json = json!({
        "Version": "2019-10-30", "StartAction": "nowhere",
        "Actions": [
            { "Identifier": "a", "Type": "MessageParticipant", "Parameters": { "Text": "Hi" },
              "Transitions": { "NextAction": "gone" } },
            { "Identifier": "a", "Type": "DisconnectParticipant" },
        ],
    });
    let decompiled = decompile(&json, None, &BTreeMap::new()).unwrap();
    assert!(!decompiled.is_exact);
    for part in ["starts at `nowhere`", "leads to `gone`", "Two actions are called `a`"] {
        assert!(decompiled.notes.iter().any(|note| note.contains(part)), "{part}: {:?}", decompiled.notes);
    }
    assert_eq!(decompiled.steps.len(), 3, "{:?}", decompiled.steps);
}

#[test]
fn what_is_no_flow_is_refused() {
    let refused = |json: Value| decompile(&json, None, &BTreeMap::new()).unwrap_err().to_string();
    assert_eq!(refused(json!({ "modules": [] })), "`start` is missing");
    assert_eq!(refused(json!({ "ContactFlow": { "Content": 1 } })), "`(the document)` must be an object");
    assert!(refused(json!({ "Content": "{" })).starts_with("`Content` holds no JSON"));
    let deep = (0..150).fold(json!({}), |inner, _| json!([inner]));
    assert!(refused(json!({ "Version": "1", "StartAction": "a", "Actions": [], "Deep": deep })).contains("nested"));
    let action = json!({ "Identifier": "a", "Type": "DisconnectParticipant" });
    let many = json!({ "Version": "1", "StartAction": "a", "Actions": vec![action; 10_001] });
    assert!(refused(many).contains("10001 actions"));
}

#[test]
fn what_the_api_returns_is_read() {
    let flow = of("{ type: customer_queue, steps: [{ play: [Wait], interrupt_every: 30s, steps: { say: Still } }] }");
    let answer = json!({ "ContactFlow": {
        "Name": "Waiting", "Type": "CUSTOMER_QUEUE", "Arn": "arn:aws:connect:x", "Content": flow.to_string(),
    } });
    let decompiled = decompile(&answer, None, &BTreeMap::new()).unwrap();
    assert_eq!((decompiled.flow_type, decompiled.name.as_deref()), (crate::FlowType::CustomerQueue, Some("Waiting")));
    let (back, _) = again(&decompiled);
    assert_eq!(describe_difference(&flow, &back), Vec::<String>::new());
}

#[test]
fn deep_nesting_and_long_flows_stay_readable() {
    let mut steps = String::from("{ say: Last }");
    for number in 0..25 {
        steps = format!("{{ if: $.Attributes.a{number}, equals: x, then: {{ say: No {number} }}, else: [{steps}] }}");
    }
    let flow = of(&format!("{{ type: inbound, steps: [{steps}, hang_up] }}"));
    let decompiled = decompile(&flow, None, &BTreeMap::new()).unwrap();
    assert!(decompiled.is_exact, "{:?}", decompiled.notes);
    let depth = |value: &Value| -> usize {
        fn depth(value: &Value) -> usize {
            match value {
                Value::Array(items) => items.iter().map(depth).max().unwrap_or_default(),
                Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
                _ => 0,
            }
        }
        depth(value)
    };
    assert!(depth(&json!(decompiled.steps)) <= 10, "{}", depth(&json!(decompiled.steps)));
}

/// Real flows that do not come back the same, and why.
const EXCEPTIONS: &[(&str, &str)] = &[("flow-005.json", "leads to an action that it does not have")];

#[test]
fn real_flows_mean_the_same_as_steps() {
    let flows = corpus();
    if flows.is_empty() {
        return;
    }
    let mut wrong = Vec::new();
    let (mut actions, mut raw, mut equal) = (0, 0, 0);
    for (name, text) in &flows {
        let json: Value = serde_json::from_str(text).unwrap();
        let decompiled = decompile(&json, None, &BTreeMap::new()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (back, found) = again(&decompiled);
        actions += decompiled.counts.actions;
        raw += decompiled.counts.raw;
        let is_same = same(&json, &back);
        equal += usize::from(is_same);
        let is_known = EXCEPTIONS.iter().any(|(known, _)| known == name);
        if is_same == is_known || is_same != decompiled.is_exact {
            let notes = &decompiled.notes;
            wrong.push(format!("{name}: {found} {notes:?} {:?}", describe_difference(&json, &back)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{equal} of {} real flows come back the same; {raw} of {actions} actions are raw", flows.len());
    for (name, why) in EXCEPTIONS {
        eprintln!("  except {name}: {why}");
    }
}

#[test]
fn real_blocks_come_back_byte_for_byte_when_nobody_knows_them() {
    for (name, text) in corpus() {
        let mut json: Value = serde_json::from_str(&text).unwrap();
        for action in json["Actions"].as_array_mut().into_iter().flatten() {
            let new = format!("{}OfTomorrow", action["Type"].as_str().unwrap());
            action["Type"] = json!(new);
        }
        let decompiled = decompile(&json, None, &BTreeMap::new()).unwrap();
        let is_known = EXCEPTIONS.iter().any(|(known, _)| *known == name);
        assert_ne!(decompiled.is_exact, is_known, "{name}: {:?}", decompiled.notes);
        let (back, found) = again(&decompiled);
        assert_eq!(same(&json, &back), !is_known, "{name}: {found} {:?}", describe_difference(&json, &back));
        let parameters = |flow: &Value| -> Vec<String> {
            let actions = flow["Actions"].as_array().into_iter().flatten();
            let mut all: Vec<String> = actions
                .filter(|action| action["Type"].as_str().is_some_and(|it| it.ends_with("OfTomorrow")))
                .map(|action| format!("{} {}", action["Type"], action.get("Parameters").unwrap_or(&json!({}))))
                .collect();
            all.sort();
            all
        };
        if !is_known {
            assert_eq!(parameters(&back), parameters(&json), "{name}");
        }
    }
}

#[test]
fn mutilated_real_flows_do_not_panic() {
    let flows = corpus();
    for (number, (_, text)) in flows.iter().enumerate() {
        let json: Value = serde_json::from_str(text).unwrap();
        for seed in 0..6_u64 {
            let mut mutilated = json.clone();
            mutilate(&mut mutilated, &mut (seed * 7_919 + number as u64 + 1));
            if let Ok(decompiled) = decompile(&mutilated, None, &BTreeMap::new()) {
                let (back, _) = again(&decompiled);
                assert!(!decompiled.is_exact || same(&mutilated, &back), "{mutilated}");
            }
        }
    }
}

/// A number that follows from the last one.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Takes keys away, changes types, mixes identifiers up: about one value in forty.
fn mutilate(value: &mut Value, seed: &mut u64) {
    if next(seed).is_multiple_of(40) {
        *value = match next(seed) % 7 {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-3),
            3 => json!(""),
            4 => json!([]),
            5 => json!({}),
            _ => json!("$.Attributes.x"),
        };
        return;
    }
    match value {
        Value::Array(items) => {
            for item in items.iter_mut() {
                mutilate(item, seed);
            }
            if next(seed).is_multiple_of(10) && !items.is_empty() {
                let at = usize::try_from(next(seed)).unwrap() % items.len();
                let copy = items[at].clone();
                items.push(copy);
            }
        }
        Value::Object(members) => {
            members.values_mut().for_each(|member| mutilate(member, seed));
            if next(seed).is_multiple_of(20) && !members.is_empty() {
                let at = usize::try_from(next(seed)).unwrap() % members.len();
                let key = members.keys().nth(at).cloned().unwrap_or_default();
                members.shift_remove(&key);
            }
        }
        _ => {}
    }
}

#[test]
fn names_are_unique_and_the_same_every_time() {
    for (name, text) in corpus() {
        let json: Value = serde_json::from_str(&text).unwrap();
        let once = decompile(&json, None, &BTreeMap::new()).unwrap();
        let twice = decompile(&json, None, &BTreeMap::new()).unwrap();
        assert_eq!(once, twice, "{name}");
        if let (Some(flow), _) = compile_with(&once) {
            assert!(!outline(&flow).is_empty());
        }
    }
}

/// Prompts without error branches and steps whose errors go on, as old consoles export them.
#[test]
fn what_most_steps_have_is_said_once() {
    let flow = of("
type: inbound
steps:
  - say: One
    unguarded: true
  - set: { a: 1 }
    error: continue
  - say: Two
    unguarded: true
  - set: { b: 2 }
    error: continue
  - say: Three
    unguarded: true
  - set: { c: 3 }
    error: continue
  - say: Four
    error: [{ say: Sorry }, hang_up]
  - hang_up
");
    let text = steps(&flow);
    assert!(text.contains("\"defaults\": {\n        \"error\": \"continue\",\n        \"unguarded\": true"), "{text}");
    assert!(!text.contains("\"error\": \"continue\"\n      }"), "{text}");
    assert_eq!(text.matches("unguarded").count(), 1, "{text}");
}

#[test]
fn defaults_stand_first() {
    let (_, found) = try_compile("{ type: inbound, steps: [{ say: Hi }, { defaults: { unguarded: true } }] }");
    assert!(found.contains("defaults-not-first"), "{found}");
}

#[test]
fn a_branch_ends_where_it_could_have_gone_to_an_end() {
    let flow = of("
type: inbound
steps:
  - menu: Press 1 or 2, or 3 for both
    keys: { \"1, 2\": [{ say: Bye }, { goto: end }], 3: { goto: end } }
    no_input: { goto: end }
  - say: Hello
  - hang_up:
    name: end
");
    let text = steps(&flow);
    assert!(!text.contains("goto"), "{text}");
    assert!(text.contains("\"1, 2\": {"), "{text}");
}

#[test]
fn what_words_can_say_is_no_raw_block() {
    let json = json!({ "Version": "2019-10-30", "StartAction": "loop", "Actions": [
        { "Identifier": "loop", "Type": "Loop", "Parameters": { "LoopCount": "$.Attributes.rounds" }, "Transitions": { "NextAction": "beep",
            "Conditions": [
                { "NextAction": "beep", "Condition": { "Operator": "Equals", "Operands": ["DoneLooping"] } },
                { "NextAction": "if", "Condition": { "Operator": "Equals", "Operands": ["ContinueLooping"] } } ] } },
        { "Identifier": "if", "Type": "Compare", "Parameters": { "ComparisonValue": "$.Attributes.x" }, "Transitions": { "NextAction": "bye",
            "Errors": [{ "ErrorType": "NoMatchingCondition", "NextAction": "loop" }],
            "Conditions": [
                { "NextAction": "function", "Condition": { "Operator": "NumberGreaterThan", "Operands": ["5"] } },
                { "NextAction": "bye", "Condition": { "Operator": "Equals", "Operands": ["0"] } } ] } },
        { "Identifier": "function", "Type": "InvokeLambdaFunction", "Parameters": {
            "LambdaFunctionARN": "arn:aws:lambda:$.AwsRegion:123456789012:function:vanity", "InvocationTimeLimitSeconds": "3" },
          "Transitions": { "NextAction": "loop", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
        { "Identifier": "beep", "Type": "GetParticipantInput", "Parameters": { "Text": " ", "StoreInput": "False", "InputTimeLimitSeconds": "60" },
          "Transitions": { "NextAction": "bye", "Errors": [{ "ErrorType": "InputTimeLimitExceeded", "NextAction": "bye" },
            { "ErrorType": "NoMatchingCondition", "NextAction": "loop" }, { "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
        { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
    ] });
    let text = steps(&json);
    assert!(!text.contains("\"raw\""), "{text}");
    for word in
        ["\"loop\": \"$.Attributes.rounds\"", "\"greater_than\": \"5\"", "\"lambda\": \"arn:aws:lambda:$.AwsRegion:"]
    {
        assert!(text.contains(word), "{word}\n{text}");
    }
}

#[test]
fn names_are_whole_words_of_what_is_said_or_done() {
    let says = |identifier: &str, text: &str| {
        json!({ "Identifier": identifier, "Type": "MessageParticipant", "Parameters": { "Text": text },
            "Transitions": { "NextAction": "00000000-0000-0000-0000-00000000000a", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "00000000-0000-0000-0000-00000000000b" }] } })
    };
    let json = json!({ "Version": "2019-10-30", "StartAction": "00000000-0000-0000-0000-00000000000a", "Actions": [
        { "Identifier": "00000000-0000-0000-0000-00000000000a", "Type": "Compare", "Parameters": { "ComparisonValue": "$.External.CurrentRule_validInput" },
          "Transitions": { "NextAction": "00000000-0000-0000-0000-00000000000c", "Errors": [{ "ErrorType": "NoMatchingCondition", "NextAction": "00000000-0000-0000-0000-00000000000c" }],
            "Conditions": [{ "NextAction": "00000000-0000-0000-0000-00000000000b", "Condition": { "Operator": "Equals", "Operands": ["1"] } }] } },
        says("00000000-0000-0000-0000-00000000000b", "Sorry, we were unable to find the account that you have asked for. Please try again."),
        says("00000000-0000-0000-0000-00000000000c", "Sorry, we were unable to find the account that you have asked for. Goodbye."),
    ] });
    let text = steps(&json);
    for name in ["check current rule valid input", "sorry we were unable to find the account"] {
        assert!(text.contains(&format!("\"name\": \"{name}\"")), "{name}\n{text}");
    }
    assert!(!text.contains(" 2\""), "{text}");
}
