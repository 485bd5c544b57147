//! A flow without its center: what it refers to is made up.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::catalog::ObjectKind;
use callform_flow::{Action, ConditionBranch, Flow, FlowType, Transitions};
use serde_json::{Map, json};

use crate::center::{Center, FlowSource, Hours, Named, Queue};
use crate::event::FlowId;

/// What the stand-in of a module ends with: a path that nothing sets.
pub(super) const RESULT: &str = "ModuleResult";

/// A center of one flow, with something of each kind that a flow may name by a value (a queue, hours, an agent), and
/// with a stand-in for each module that it invokes: one that ends in every way that the flow tells apart.
pub fn center_of(source: FlowSource) -> (Center, FlowId) {
    let mut center =
        Center::new("arn:aws:connect:us-west-2:111122223333:instance/00000000-0000-4000-8000-000000000000");
    let any = |kind: &str| format!("any {kind}");
    let hours = center.add_hours(Hours { name: any("hours").into(), schedule: None }, &[any("hours")]);
    let queue = Queue {
        key: any("queue").into(),
        name: any("queue").into(),
        id: any("queue").into(),
        hours: Some(hours),
        max_contacts: None,
        outbound_whisper: None,
        caller_id: None,
    };
    center.add_queue(queue, &[]);
    center.add(ObjectKind::User, Named { name: any("agent").into(), id: any("agent").into() }, &[]);
    let mut sources = vec![source];
    sources.extend(stand_ins(&sources[0]));
    center.add_flows(&sources);
    (center, FlowId(0))
}

/// Stand-ins for the modules of a flow.
fn stand_ins(source: &FlowSource) -> Vec<FlowSource> {
    let mut modules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for action in source.flow.actions.iter().filter(|action| action.action_type == "InvokeFlowModule") {
        let Some(id) = action.parameters.get("FlowModuleId").and_then(|id| id.as_str()) else { continue };
        let results = action.transitions.conditions().iter().filter_map(ConditionBranch::operand);
        modules.entry(if id.starts_with("$.") { "any module" } else { id }).or_default().extend(results);
    }
    let stand_in = |(id, results): (&str, BTreeSet<&str>)| FlowSource {
        key: format!("(module {id})"),
        name: format!("(module {id})"),
        flow_type: FlowType::Module,
        flow: module(&results),
        ids: vec![id.to_owned()],
    };
    modules.into_iter().filter(|(id, _)| !source.ids.iter().any(|own| own == id)).map(stand_in).collect()
}

/// A module that ends with any of some results, or with none.
fn module(results: &BTreeSet<&str>) -> Flow {
    let object = |value: serde_json::Value| value.as_object().cloned().unwrap_or_default();
    let end = |identifier: String, parameters: Map<_, _>| Action {
        identifier,
        action_type: "EndFlowModuleExecution".to_owned(),
        parameters,
        ..Action::default()
    };
    let mut actions = Vec::new();
    if !results.is_empty() {
        let conditions = results.iter().map(|result| ConditionBranch::new("Equals", *result, format!("end {result}")));
        actions.push(Action {
            identifier: "result".to_owned(),
            action_type: "Compare".to_owned(),
            parameters: object(json!({ "ComparisonValue": format!("$.{RESULT}") })),
            transitions: Transitions {
                conditions: Some(conditions.collect()),
                errors: Some(vec![callform_flow::ErrorBranch::new("NoMatchingCondition", "end")]),
                ..Transitions::default()
            },
            ..Action::default()
        });
    }
    actions.push(end("end".to_owned(), Map::new()));
    actions.extend(results.iter().map(|result| end(format!("end {result}"), object(json!({ "Result": result })))));
    let start = actions[0].identifier.clone();
    Flow::new(&start, actions)
}
