use serde_json::json;

use super::*;
use crate::testing::corpus;

/// The same JSON with the order of keys forgotten.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(name, member)| (name.clone(), sorted(member))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_real_flow_survives_a_round_trip() {
    let flows = corpus();
    for (name, text) in &flows {
        let json: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let flow = Flow::from_json(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(sorted(&flow.to_json()), sorted(&json), "{name}");
    }
    eprintln!("{} flows", flows.len());
}

#[test]
fn unknown_members_and_empty_ones_survive() {
    let json = json!({
        "Version": "2019-10-30",
        "StartAction": "a",
        "Future": [1, { "x": null }],
        "Settings": null,
        "Metadata": {},
        "Actions": [
            {
                "Identifier": "a", "Type": "Unheard", "Parameters": { "Deep": { "er": [true, 1.5] } }, "Colour": "red",
                "Transitions": {
                    "NextAction": "b", "Errors": [], "Sideways": {},
                    "Conditions": [{
                        "NextAction": "b", "Why": "?",
                        "Condition": { "Operator": "And", "Operands": [{ "Operator": "Equals" }], "Depth": 2 },
                    }],
                },
            },
            { "Identifier": "b", "Type": "DisconnectParticipant" },
            { "Identifier": "c", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
            { "Identifier": "d", "Type": "X", "Parameters": null, "Transitions": { "NextAction": null, "Errors": null } },
            { "Identifier": "e", "Type": "X", "Transitions": null },
        ],
    });
    let flow = Flow::from_json(&json).expect("a flow");
    assert_eq!(sorted(&flow.to_json()), sorted(&json));
}

#[test]
fn what_is_no_flow_is_refused_with_its_place() {
    let refused = |json: Value| Flow::from_json(&json).expect_err("no flow").to_string();
    let with_action =
        |action: Value| refused(json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [action] }));
    assert_eq!(refused(json!([])), "`(the document)` must be an object");
    assert_eq!(refused(json!({})), "`Version` is missing");
    assert_eq!(refused(json!({ "Version": "1", "StartAction": 1 })), "`StartAction` must be a string");
    assert_eq!(refused(json!({ "Version": "1", "StartAction": "a" })), "`Actions` is missing");
    assert_eq!(with_action(json!("x")), "`Actions[0]` must be an object");
    assert_eq!(with_action(json!({ "Identifier": "a" })), "`Actions[0].Type` is missing");
    assert_eq!(
        with_action(json!({ "Identifier": "a", "Type": "T", "Transitions": { "Errors": [{ "ErrorType": "E" }] } })),
        "`Actions[0].Transitions.Errors[0].NextAction` is missing"
    );
    assert_eq!(
        with_action(
            json!({ "Identifier": "a", "Type": "T", "Transitions": { "Conditions": [{ "NextAction": "b" }] } })
        ),
        "`Actions[0].Transitions.Conditions[0].Condition` is missing"
    );
    assert!(refused(json!({ "modules": [], "version": "1" })).contains("former export format"));
}
