//! What holds for the rules whatever the flow: no panic, every place is known, nothing nests.

use callform_source::{Diagnostics, SourceMap, Span};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Arrival, RULES, Subject, check, places_in_json};
use crate::validate::{EverythingExists, problems, problems_of};
use crate::{Flow, FlowType, catalog};

fn lint(flow: &Flow, flow_type: FlowType) -> Diagnostics {
    let mut sources = SourceMap::default();
    let text = flow.to_json().to_string();
    let file = sources.add("flow.json", text.clone());
    let places = places_in_json(&text, file);
    let subject = Subject {
        name: "flow",
        flow_type,
        flow,
        places: &places,
        span: Span::whole_file(file),
        is_compiled: false,
        names: None,
        arrival: Arrival::default(),
    };
    let mut diagnostics = Diagnostics::default();
    check(&subject, &mut diagnostics);
    diagnostics
}

/// An action of any type whose ways lead anywhere.
fn action(index: usize, count: usize) -> impl Strategy<Value = Value> {
    let types: Vec<&'static str> = catalog::all().map(|spec| spec.name).chain(["Unknown"]).collect();
    let target = move || (0..=count).prop_map(|to| format!("a{to}"));
    let operands =
        prop::sample::select(vec!["1", "True", "False", "Timeout", "VOICE", "chat", "DoneLooping", "$.External.x"]);
    let texts = prop::sample::select(vec![
        "",
        "press 3",
        "enter your PIN",
        "$.Channel",
        "$.StoredCustomerInput",
        "$.External.a.b $.Lex.x",
        "$.Atributes.['",
        "arn:aws:lambda:x",
        "8",
        "True",
    ]);
    let parameters = prop::sample::select(vec![
        "Text",
        "SSML",
        "StoreInput",
        "ComparisonValue",
        "LambdaFunctionARN",
        "InvocationTimeLimitSeconds",
        "MetricType",
        "InterruptFrequencySeconds",
        "QueueId",
        "CallbackNumber",
    ]);
    (
        prop::sample::select(types),
        prop::option::of(target()),
        prop::collection::vec((prop::sample::select(vec!["NoMatchingError", "NoMatchingCondition", "InputTimeLimitExceeded"]), target()), 0..3),
        prop::collection::vec((operands, target()), 0..3),
        prop::collection::vec((parameters, texts), 0..4),
    )
        .prop_map(move |(action_type, next, errors, conditions, parameters)| {
            let errors: Vec<Value> =
                errors.into_iter().map(|(error, to)| json!({ "ErrorType": error, "NextAction": to })).collect();
            let conditions: Vec<Value> = conditions
                .into_iter()
                .map(|(operand, to)| json!({ "NextAction": to, "Condition": { "Operator": "Equals", "Operands": [operand] } }))
                .collect();
            let parameters: serde_json::Map<String, Value> =
                parameters.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect();
            json!({
                "Identifier": format!("a{index}"),
                "Type": action_type,
                "Parameters": parameters,
                "Transitions": { "NextAction": next, "Errors": errors, "Conditions": conditions },
            })
        })
}

fn flows() -> impl Strategy<Value = Flow> {
    (1..12_usize).prop_flat_map(|count| (0..count).map(|index| action(index, count)).collect::<Vec<_>>()).prop_map(
        |actions| {
            let json = json!({ "Version": "2019-10-30", "StartAction": "a0", "Actions": actions });
            Flow::from_json(&json).expect("a flow")
        },
    )
}

proptest! {
    #[test]
    fn any_flow_is_linted(flow in flows(), kind in prop::sample::select(FlowType::ALL.to_vec())) {
        for diagnostic in lint(&flow, kind).iter() {
            prop_assert!(diagnostic.primary.is_some());
            prop_assert!(RULES.iter().any(|rule| rule.code == diagnostic.code));
            prop_assert!(!diagnostic.help.is_empty() || diagnostic.code == "refused-by-connect");
        }
    }

    #[test]
    fn a_flow_is_refused_for_what_its_json_is_refused_for(flow in flows(), kind in prop::sample::select(FlowType::ALL.to_vec())) {
        let of_json = problems(&flow.to_json(), &EverythingExists, kind);
        prop_assert_eq!(problems_of(&flow, &EverythingExists, kind), of_json);
    }
}

#[test]
fn a_flow_as_long_as_content_may_be_is_linted() {
    let count = 4_000;
    let actions: Vec<Value> = (0..count)
        .map(|index| {
            let next = format!("a{}", (index + 1) % count);
            json!({
                "Identifier": format!("a{index}"),
                "Type": if index % 2 == 0 { "InvokeLambdaFunction" } else { "Compare" },
                "Parameters": { "LambdaFunctionARN": format!("arn:{index}"), "InvocationTimeLimitSeconds": "8", "ComparisonValue": "$.External.key" },
                "Transitions": {
                    "NextAction": next,
                    "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "a0" }, { "ErrorType": "NoMatchingCondition", "NextAction": next }],
                },
            })
        })
        .collect();
    let json = json!({ "Version": "2019-10-30", "StartAction": "a0", "Actions": actions });
    let flow = Flow::from_json(&json).expect("a flow");
    assert!(lint(&flow, FlowType::ContactFlow).has_errors());
}
