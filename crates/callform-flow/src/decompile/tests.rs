use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::decompile;
use crate::compare::{describe_difference, same};
use crate::testing::{compiled, corpus, try_compile};

/// The flow after a way through steps, and what was found on it.
fn again(json: &Value) -> Option<(Value, String)> {
    let decompiled = decompile(json, None, &BTreeMap::new()).ok()?;
    let steps = json!({ "type": decompiled.flow_type.word(), "steps": decompiled.steps });
    let (flow, found) = try_compile(&steps.to_string());
    Some((flow.map(|(flow, _)| flow.to_json()).unwrap_or_default(), found))
}

#[test]
fn steps_come_back_nested() {
    let flow = compiled(
        "
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
",
    );
    let text = flow.to_json().to_string().replace("\u{E000}queue/customer_service\u{E001}", "arn:q");
    let json: Value = serde_json::from_str(&text.replace("\u{E000}hours/business\u{E001}", "arn:h")).unwrap();
    let arns = BTreeMap::from([("arn:q".to_owned(), "queue/customer_service".to_owned())]);
    let decompiled = decompile(&json, None, &arns).unwrap();
    assert_eq!(decompiled.unresolved, BTreeMap::from([("arn:h".to_owned(), String::new())]));
    insta::assert_snapshot!(serde_json::to_string_pretty(&decompiled.to_json()).unwrap());
    let (back, found) = try_compile(&decompiled.to_json().to_string());
    assert_eq!(found, "");
    let back = back.unwrap().0.to_json().to_string();
    let back: Value = serde_json::from_str(&back.replace("\u{E000}queue/customer_service\u{E001}", "arn:q")).unwrap();
    assert_eq!(describe_difference(&json, &back), Vec::<String>::new());
}

#[test]
fn what_is_no_flow_is_refused() {
    assert!(decompile(&json!({ "modules": [] }), None, &BTreeMap::new()).is_err());
}

/// Real flows that do not come back the same, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("flow-005.json", "leads to an action that it does not have"),
    ("flow-056.json", "a module whose settings name no branches; compiled modules have Success and Error"),
    ("flow-145.json", "the same"),
    ("flow-152.json", "the same"),
];

#[test]
fn real_flows_mean_the_same_as_steps() {
    let flows = corpus();
    if flows.is_empty() {
        return;
    }
    let mut different = Vec::new();
    for (name, text) in &flows {
        let json: Value = serde_json::from_str(text).unwrap();
        let Some((back, found)) = again(&json) else { continue };
        let is_known = EXCEPTIONS.iter().any(|(known, _)| known == name);
        if same(&json, &back) == is_known {
            different.push(format!("{name}: {found} {:?}", describe_difference(&json, &back)));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
