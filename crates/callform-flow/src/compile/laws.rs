//! Laws that hold for all flows made of valid steps.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::testing::try_compile;
use crate::validate::{EverythingExists, problems};
use crate::{Flow, FlowType};

fn speech() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-zA-Z ,.:$]{1,30}x".prop_map(|text| json!(text)),
        Just(json!({ "ssml": "<speak>Hi</speak>" })),
        Just(json!({ "prompt": "music" })),
        Just(json!({ "audio": "s3://bucket/file.wav" })),
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("hang_up")),
        Just(json!("end")),
        speech().prop_map(|speech| json!({ "say": speech })),
        Just(json!({ "queue": "consulting" })),
        Just(json!({ "agent": "$.Attributes.agent" })),
        Just(json!({ "queue_flow": "callback_in_queue" })),
        Just(json!({ "hook": "customer_hold", "flow": "builtin/Default customer hold" })),
        Just(json!({ "transfer": "queue" })),
        Just(json!({ "transfer": { "queue": "consulting" } })),
        Just(json!({ "transfer": { "flow": "main_menu" } })),
        any::<bool>().prop_map(|resume| json!({ "transfer": { "number": "+15550100100" }, "resume": resume })),
        Just(json!({ "callback_number": "$.StoredCustomerInput" })),
        (1_u32..=10).prop_map(|retries| json!({ "callback": "queue", "retries": retries })),
        Just(json!({ "lambda": "vanity", "with": { "a": 1, "b": "$.Attributes.x" } })),
        any::<bool>().prop_map(|flow| json!({ "set": { "a": "b" }, "scope": if flow { "flow" } else { "contact" } })),
        Just(json!({ "voice": "Joanna", "engine": "neural", "language": "en-US" })),
        any::<bool>().prop_map(|on| json!({ "logging": on })),
        any::<bool>().prop_map(|ivr| json!({ "record": "both", "ivr": ivr })),
        Just(json!({ "module": "greet" })),
        Just(json!({ "goto": "start" })),
        (1_u32..=20).prop_map(|digits| json!({ "collect": "Number", "digits": digits, "store_as": "number" })),
        Just(json!({ "collect": "Number", "phone_number": "e164", "between_digits": "3s" })),
        Just(json!({ "raw": { "type": "CheckMetricData", "parameters": { "MetricType": "NumberOfContactsInQueue" } },
            "conditions": [{ "operator": "NumberGreaterThan", "operand": 5, "then": "hang_up" }] })),
    ]
}

fn step() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 24, 3, |inner| {
        let branch = prop_oneof![inner.clone(), prop::collection::vec(inner, 0..3).prop_map(Value::from)];
        let pair = (branch.clone(), branch.clone());
        prop_oneof![
            (pair.clone(), 1_u32..4).prop_map(|((a, b), attempts)| json!({
                "menu": "Choose", "keys": { "1": a, "#": b }, "attempts": attempts,
            })),
            (pair.clone(), branch.clone())
                .prop_map(|((a, b), c)| json!({ "menu": "Choose", "keys": { "1": a }, "no_input": b, "error": c })),
            pair.clone().prop_map(|(a, b)| json!({ "hours": "business", "open": a, "closed": b })),
            pair.clone().prop_map(|(a, b)| json!({ "staffing": "online", "staffed": a, "unstaffed": b })),
            pair.clone().prop_map(|(a, b)| json!({ "if": "$.Attributes.x", "at_least": 3, "then": a, "else": b })),
            pair.prop_map(|(a, b)| json!({ "switch": "$.External.x", "cases": { "a": a }, "else": b })),
            (0_u32..=100, branch.clone()).prop_map(|(count, body)| json!({ "loop": count, "steps": body })),
            branch.clone().prop_map(|body| json!({ "play": ["Wait"], "interrupt_every": "30s", "steps": body })),
            branch.prop_map(|error| json!({ "say": "Hi", "error": error })),
        ]
    })
}

pub(crate) fn flow() -> impl Strategy<Value = Value> {
    let steps = prop::collection::vec(step(), 0..5);
    let on_error = prop::option::of(prop::collection::vec(leaf(), 0..3));
    (prop::sample::select(&FlowType::ALL[..]), steps, on_error).prop_map(|(flow_type, steps, on_error)| {
        let mut all = vec![json!({ "say": "Start", "name": "start" })];
        all.extend(steps);
        json!({ "type": flow_type.word(), "steps": all, "on_error": on_error })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn valid_steps_make_a_flow_that_the_service_takes(flow in flow()) {
        let (compiled, found) = try_compile(&flow.to_string());
        prop_assert!(!found.contains("refused-by-connect"), "{found}");
        let Some((compiled, flow_type)) = compiled else { return Err(TestCaseError::fail(found)) };
        let json = compiled.to_json();
        prop_assert_eq!(problems(&json, &EverythingExists, flow_type), []);
        let again = Flow::from_json(&json);
        prop_assert_eq!(again.as_ref(), Ok(&compiled));
    }
}
