use serde_json::{Value, json};

use super::*;
use crate::testing::{compiled, corpus};

fn menu() -> Value {
    compiled(
        "
type: inbound
steps:
  - say: Welcome
  - menu: Press 1 or 2
    keys: { 1: { queue: customer_service }, 2: { queue: consulting } }
  - transfer: queue
on_error: [{ say: Sorry }, hang_up]
",
    )
    .to_json()
}

/// The same flow as an editor might write it: other identifiers, orders, metadata, and forms of values.
fn rewritten(flow: &Value) -> Value {
    let mut flow = flow.clone();
    let names: Vec<String> =
        flow["Actions"].as_array().unwrap().iter().map(|it| it["Identifier"].as_str().unwrap().to_owned()).collect();
    let mut text = serde_json::to_string(&flow["Actions"]).unwrap();
    for (index, name) in names.iter().enumerate() {
        text = text.replace(&json!(name).to_string(), &format!("\"id-{index}\""));
    }
    let mut actions: Vec<Value> = serde_json::from_str(&text).unwrap();
    for action in &mut actions {
        if let Some(Value::Array(errors)) = action.pointer_mut("/Transitions/Errors") {
            errors.reverse();
        }
        if action.pointer("/Transitions/Conditions").is_none() {
            action["Transitions"]["Conditions"] = json!([]);
        }
        if action.pointer("/Parameters/InputTimeLimitSeconds").is_some() {
            action["Parameters"]["InputTimeLimitSeconds"] = json!(5);
            action["Parameters"]["StoreInput"] = json!("false");
        }
        if action.get("Parameters") == Some(&json!({})) {
            action.as_object_mut().unwrap().shift_remove("Parameters");
        }
    }
    actions.reverse();
    flow["StartAction"] = json!("id-0");
    flow["Actions"] = json!(actions);
    flow["Metadata"] = json!({ "entryPointPosition": { "x": 1, "y": 2 } });
    flow
}

#[test]
fn what_an_editor_rewrites_is_no_difference() {
    let flow = menu();
    let rewritten = rewritten(&flow);
    assert_ne!(flow, rewritten);
    assert!(same(&flow, &rewritten));
    assert_eq!(describe_difference(&flow, &rewritten), [""; 0]);
}

#[test]
fn every_single_change_is_a_difference() {
    let flow = menu();
    let changes: &[(&str, Value)] = &[
        ("/Actions/0/Parameters/Text", json!("Hello")),
        ("/Actions/0/Type", json!("Compare")),
        ("/Actions/1/Parameters/InputTimeLimitSeconds", json!("6")),
        ("/Actions/1/Transitions/Conditions/0/Condition/Operands/0", json!("3")),
        ("/Actions/1/Transitions/Conditions/0/NextAction", flow["StartAction"].clone()),
        ("/Actions/1/Transitions/Errors/0/ErrorType", json!("Other")),
        ("/Actions/1/Transitions/NextAction", flow["StartAction"].clone()),
        ("/StartAction", flow["Actions"][1]["Identifier"].clone()),
    ];
    for (pointer, value) in changes {
        let mut changed = flow.clone();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value.clone();
        assert!(!same(&flow, &changed), "{pointer}");
        assert!(!describe_difference(&flow, &changed).is_empty(), "{pointer}");
    }
}

#[test]
fn swapped_conditions_are_a_difference() {
    let flow = menu();
    let mut swapped = flow.clone();
    swapped.pointer_mut("/Actions/1/Transitions/Conditions").unwrap().as_array_mut().unwrap().reverse();
    assert!(!same(&flow, &swapped));
}

#[test]
fn unreachable_actions_count_whatever_they_are_called() {
    let with = |identifier: &str, text: &str| {
        let mut flow = menu();
        flow["Actions"].as_array_mut().unwrap().push(json!({
            "Identifier": identifier, "Type": "MessageParticipant", "Parameters": { "Text": text },
            "Transitions": { "NextAction": identifier },
        }));
        flow
    };
    assert!(same(&with("a", "x"), &with("z", "x")));
    assert!(!same(&with("a", "x"), &with("a", "y")));
    assert!(!same(&with("a", "x"), &menu()));
}

#[test]
fn what_is_no_flow_is_compared_as_json() {
    assert!(same(&json!("x"), &json!("x")));
    assert!(!same(&json!("x"), &menu()));
    assert!(!same(&json!({ "a": 1 }), &json!({ "a": 2 })));
}

#[test]
fn differences_are_told_in_words() {
    let other = compiled(
        "
type: inbound
steps:
  - say: Welcome to KWGlobal
  - menu: Press 1 or 2
    timeout: 8s
    keys: { 1: { queue: consulting }, 2: { queue: consulting }, 0: hang_up }
  - record: both
  - transfer: queue
on_error: [{ say: Sorry }, hang_up]
",
    );
    insta::assert_snapshot!(describe_difference(&menu(), &other.to_json()).join("\n"));
}

#[test]
fn real_flows_are_the_same_as_themselves_and_as_rewritten() {
    let flows: Vec<(String, Value)> =
        corpus().into_iter().map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect();
    for (name, flow) in &flows {
        let mut shuffled = flow.clone();
        shuffled["Actions"].as_array_mut().unwrap().reverse();
        shuffled.as_object_mut().unwrap().shift_remove("Metadata");
        assert!(same(flow, &shuffled), "{name}");
        assert!(describe_difference(flow, &shuffled).is_empty(), "{name}");
    }
    for pair in flows.windows(2) {
        assert_eq!(same(&pair[0].1, &pair[1].1), describe_difference(&pair[0].1, &pair[1].1).is_empty());
    }
}
