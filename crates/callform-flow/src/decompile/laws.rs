//! Laws that hold for all flows.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::decompile;
use crate::Flow;
use crate::compare::same;
use crate::compile::laws::flow;
use crate::testing::{compile_with, try_compile};

const TERMINALS: &[&str] = &["DisconnectParticipant", "EndFlowExecution", "TransferContactToAgent"];

/// An action of any kind that leads anywhere.
fn action(index: usize, count: usize) -> impl Strategy<Value = Value> {
    let target = move || (0..count).prop_map(|target| json!(format!("a{target}")));
    let error = (prop::sample::select(&["NoMatchingError", "NoMatchingCondition", "Odd"][..]), target())
        .prop_map(|(name, target)| json!({ "ErrorType": name, "NextAction": target }));
    let condition = ("[0-9]", target()).prop_map(|(operand, target)| {
        json!({ "NextAction": target, "Condition": { "Operator": "Equals", "Operands": [operand] } })
    });
    let identifier = format!("a{index}");
    let (message, compare, odd, terminal) = (identifier.clone(), identifier.clone(), identifier.clone(), identifier);
    prop_oneof![
        3 => (target(), prop::option::of(target())).prop_map(move |(next, error)| {
            let errors: Vec<Value> =
                error.into_iter().map(|it| json!({ "ErrorType": "NoMatchingError", "NextAction": it })).collect();
            json!({ "Identifier": message, "Type": "MessageParticipant", "Parameters": { "Text": "Hi" },
                "Transitions": { "NextAction": next, "Errors": errors } })
        }),
        3 => (target(), target()).prop_map(move |(holds, otherwise)| json!({
            "Identifier": compare, "Type": "Compare", "Parameters": { "ComparisonValue": "$.Attributes.x" },
            "Transitions": {
                "NextAction": otherwise,
                "Errors": [{ "ErrorType": "NoMatchingCondition", "NextAction": otherwise }],
                "Conditions": [{ "NextAction": holds, "Condition": { "Operator": "Equals", "Operands": ["1"] } }],
            },
        })),
        1 => (prop::option::of(target()), prop::collection::vec(error, 0..2), prop::collection::vec(condition, 0..3))
            .prop_map(move |(next, errors, conditions)| {
                let mut transitions = json!({ "Errors": errors, "Conditions": conditions });
                if let Some(next) = next {
                    transitions["NextAction"] = next;
                }
                json!({ "Identifier": odd, "Type": "Odd", "Parameters": { "P": [1] }, "Transitions": transitions })
            }),
        1 => prop::sample::select(TERMINALS).prop_map(move |kind| json!({
            "Identifier": terminal, "Type": kind, "Parameters": {}, "Transitions": {},
        })),
    ]
}

fn graph() -> impl Strategy<Value = Value> {
    (1_usize..24)
        .prop_flat_map(|count| (0..count).map(|index| action(index, count)).collect::<Vec<_>>())
        .prop_map(|actions| json!({ "Version": "2019-10-30", "StartAction": "a0", "Actions": actions }))
        .prop_map(|json| without_unreachable(&json))
}

/// Which of two equal actions is which cannot be told where nothing leads to them.
pub(super) fn without_unreachable(json: &Value) -> Value {
    let mut flow = Flow::from_json(json).expect("a flow");
    let mut reached = BTreeSet::new();
    let mut waiting = vec![flow.start_action.clone()];
    while let Some(at) = waiting.pop() {
        if reached.insert(at.clone()) {
            waiting.extend(flow.action(&at).into_iter().flat_map(|it| it.transitions.targets().map(str::to_owned)));
        }
    }
    flow.actions.retain(|action| reached.contains(&action.identifier));
    flow.to_json()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_graph_comes_back_the_same(json in graph()) {
        let decompiled = decompile(&json, None, &BTreeMap::new()).map_err(|it| TestCaseError::fail(it.to_string()))?;
        prop_assert!(decompiled.is_exact, "{:?}", decompiled.notes);
        let (back, found) = compile_with(&decompiled);
        let back = back.map(|flow| flow.to_json()).unwrap_or_default();
        prop_assert!(same(&json, &back), "{found} {:#}", decompiled.to_json());
    }

    #[test]
    fn compiled_steps_come_back_the_same(steps in flow()) {
        let (Some((flow, flow_type)), _) = try_compile(&steps.to_string()) else { return Ok(()) };
        let json = without_unreachable(&crate::testing::without_markers(&flow.to_json()));
        let decompiled =
            decompile(&json, Some(flow_type), &BTreeMap::new()).map_err(|it| TestCaseError::fail(it.to_string()))?;
        prop_assert!(decompiled.is_exact, "{:?} {:#}", decompiled.notes, decompiled.to_json());
        let (back, found) = compile_with(&decompiled);
        let back = back.map(|flow| flow.to_json()).unwrap_or_default();
        prop_assert!(same(&json, &back), "{found} {:#}", decompiled.to_json());
    }
}
