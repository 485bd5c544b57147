use serde_json::{Value, json};

use super::*;
use crate::testing::{compiled, corpus, without_lints};
use crate::{Action, Flow};

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
fn swapped_conditions_are_a_difference_where_both_may_hold() {
    let mut flow = menu();
    let swap = |flow: &Value| {
        let mut swapped = flow.clone();
        swapped.pointer_mut("/Actions/1/Transitions/Conditions").unwrap().as_array_mut().unwrap().reverse();
        swapped
    };
    assert!(same(&flow, &swap(&flow)), "one key is pressed");
    *flow.pointer_mut("/Actions/1/Transitions/Conditions/0/Condition/Operator").unwrap() = json!("TextContains");
    assert!(!same(&flow, &swap(&flow)));
}

/// One block that hangs up, or one for each way: nobody hears the difference.
#[test]
fn ends_of_a_kind_are_one() {
    let flow = |ends: [&str; 2]| {
        let bye = |identifier: &str| json!({ "Identifier": identifier, "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} });
        json!({ "Version": "2019-10-30", "StartAction": "say", "Actions": [
            { "Identifier": "say", "Type": "MessageParticipant", "Parameters": { "Text": "Hi" }, "Transitions": {
                "NextAction": ends[0], "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": ends[1] }] } },
            bye("a"), bye("b"),
        ] })
    };
    let (one, two) = (flow(["a", "a"]), flow(["a", "b"]));
    assert!(same(&one, &two) && describe_difference(&one, &two).is_empty());
    let mut other = two;
    other["Actions"][2]["Type"] = json!("EndFlowExecution");
    assert!(!same(&one, &other) && !describe_difference(&one, &other).is_empty());
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

#[track_caller]
fn told(old: &str, new: &str) -> String {
    let flow = |steps: &str| {
        without_lints(&format!("type: inbound\nsteps:\n{steps}\non_error: [{{ say: Sorry }}, hang_up]\n"))
    };
    let (old, new) = (flow(old), flow(new));
    let comparison = compare(&old, &new);
    assert!(compare(&old, &old).is_empty());
    let lines: Vec<&str> = comparison.lines().collect();
    lines.join("\n")
}

const STEPS: &str = "
  - say: Welcome
  - menu: Press 1 or 2
    keys: { 1: { queue: customer_service }, 2: { queue: consulting }, 3: hang_up }
  - lambda: vanity
    timeout: 8s
  - transfer: queue";

#[test]
fn differences_are_told_in_words() {
    let changes: &[(&str, &str)] = &[
        ("Welcome", "Welcome to KWGlobal"),
        ("3: hang_up", "3: { queue: consulting }"),
        ("3: hang_up", "4: hang_up"),
        ("timeout: 8s", "timeout: 3s"),
        ("  - lambda", "  - say: One moment\n  - lambda"),
        ("  - say: Welcome\n", "  - voice: Joanna\n  - say: Welcome\n"),
        ("  - lambda: vanity\n    timeout: 8s\n", ""),
        ("  - say: Welcome\n", ""),
        ("Press 1 or 2\n", "Press 1 or 2\n    timeout: 9s\n"),
        ("  - transfer: queue", "  - set: { tier: gold }\n  - record: both\n  - transfer: queue"),
    ];
    let lines: Vec<String> = changes
        .iter()
        .map(|(before, after)| {
            assert!(STEPS.contains(before), "{before}");
            told(STEPS, &STEPS.replacen(before, after, 1))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n\n"));
}

/// Also where what differs is beyond what fits into a line.
#[test]
fn what_is_played_is_told_as_it_is_heard() {
    let queue = |message: &str, last: &str| {
        let steps = format!(
            "type: customer_queue\nsteps:\n  - play: [{message}, {{ prompt: music }}, {last}]\n    interrupt_every: 60s\n    steps: [{{ say: Still here }}]\n    error: end\non_error: end\n"
        );
        compiled(&steps).to_json()
    };
    let told = |old: &Value, new: &Value| describe_difference(old, new).join("\n");
    let (long, short) = ("All of our agents are with other customers, please stay on the line", "Please wait");
    let line = told(&queue(short, "Thank you"), &queue("Please hold", "Thank you"));
    assert!(line.starts_with("play: messages changed from \"Please wait\", "), "{line}");
    assert!(line.contains(" to \"Please hold\", ") && line.contains("\"Thank you\""), "{line}");
    let line = told(&queue(long, "Thank you"), &queue(long, "Goodbye"));
    assert!(line.contains("\"Thank you\" to \"All of") && line.ends_with("\"Goodbye\""), "{line}");
    let slower = queue(short, "Thank you").to_string().replace("\"60\"", "\"90\"");
    let line = told(&queue(short, "Thank you"), &serde_json::from_str(&slower).unwrap());
    assert!(line.starts_with("play \"Please wait\"") && line.ends_with("60 -> 90 seconds"), "{line}");
    assert!(!line.contains('{') && !line.contains('['), "{line}");
}

#[test]
fn names_stand_for_arns_between_instances() {
    let flow = |instance: &str, queue: &str, name: &str| {
        let arn = format!("arn:aws:connect:us-west-2:123456789012:instance/{instance}/queue/{queue}");
        Flow::from_json(&json!({
            "Version": "2019-10-30", "StartAction": "a",
            "Metadata": { "ActionMetadata": { "a": { "parameters": { "QueueId": { "displayName": name } } } } },
            "Actions": [{ "Identifier": "a", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": arn } }],
        }))
        .unwrap()
    };
    let lines = |old: &Flow, new: &Flow| {
        let (old, new) = without_instances(old, new);
        compare(&old, &new).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let test = flow("test", "q1", "Sales");
    assert_eq!(lines(&test, &flow("prod", "q2", "Sales")), [""; 0]);
    assert_eq!(lines(&test, &flow("prod", "q2", "Support")).len(), 1);
    // Within one instance, names are no excuse.
    assert_eq!(lines(&test, &flow("test", "q2", "Sales")).len(), 1);
}

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

fn targets(flow: &mut Flow) -> Vec<&mut String> {
    flow.actions
        .iter_mut()
        .flat_map(|action| {
            let transitions = &mut action.transitions;
            let errors = transitions.errors.iter_mut().flatten().map(|branch| &mut branch.next_action);
            let conditions = transitions.conditions.iter_mut().flatten().map(|branch| &mut branch.next_action);
            transitions.next_action.iter_mut().chain(errors).chain(conditions)
        })
        .collect()
}

/// Other identifiers, another order of actions and errors, other metadata.
fn disguised(flow: &Flow, chance: &mut Chance) -> Flow {
    let mut flow = flow.clone();
    let count = flow.actions.len();
    let names: std::collections::BTreeMap<String, String> = flow
        .actions
        .iter()
        .enumerate()
        .map(|(index, action)| (action.identifier.clone(), format!("{}-{index}", chance.below(1_000_000))))
        .collect();
    let rename = |name: &mut String| {
        if let Some(other) = names.get(name.as_str()) {
            name.clone_from(other);
        }
    };
    targets(&mut flow).into_iter().for_each(rename);
    rename(&mut flow.start_action);
    flow.actions.iter_mut().for_each(|action| rename(&mut action.identifier));
    for _ in 0..2 * count {
        let (a, b) = (chance.below(count), chance.below(count));
        flow.actions.swap(a, b);
    }
    flow.actions.iter_mut().filter_map(|action| action.transitions.errors.as_mut()).for_each(|errors| errors.reverse());
    flow.metadata = None;
    crate::layout::lay_out(&mut flow);
    flow
}

#[test]
fn disguises_of_real_flows_are_no_difference() {
    let mut chance = Chance(1);
    for (name, text) in corpus() {
        let flow = Flow::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        for _ in 0..3 {
            let other = disguised(&flow, &mut chance);
            assert!(same(&flow.to_json(), &other.to_json()), "{name}");
            assert_eq!(
                compare(&flow, &other),
                Comparison { pairs: compare(&flow, &other).pairs, ..Comparison::default() },
                "{name}"
            );
        }
    }
}

/// One change that means something, and whether it is told of one block; `None` where chance found none.
fn changed(flow: &Flow, chance: &mut Chance) -> Option<(Flow, bool)> {
    let mut flow = flow.clone();
    let at = chance.below(flow.actions.len());
    let others = flow.actions.clone();
    let kind = chance.below(5);
    match kind {
        0 => {
            flow.actions[at].parameters.insert("Changed".to_owned(), json!("x"));
        }
        1 => flow.actions[at].action_type.push('x'),
        2 => {
            let action = flow.actions.get_mut(at)?;
            let value = action.parameters.values_mut().next()?;
            *value = json!(format!("{value} changed"));
        }
        3 => {
            action_with_condition(&mut flow)?.transitions.conditions.as_mut()?.pop()?;
        }
        _ => {
            let mut all = targets(&mut flow);
            let count = all.len();
            let target = all.get_mut(chance.below(count))?;
            let (old, new) = (others.iter().find(|it| it.identifier == **target)?, &others[at]);
            // What is alike may take each other's place.
            if old.action_type == new.action_type {
                return None;
            }
            target.clone_from(&new.identifier);
        }
    }
    // A block of another type is another block, and what leads to it is told too.
    Some((flow, kind != 1))
}

fn action_with_condition(flow: &mut Flow) -> Option<&mut Action> {
    flow.actions.iter_mut().find(|action| !action.transitions.conditions().is_empty())
}

#[test]
fn every_change_of_a_real_flow_is_a_difference() {
    let mut chance = Chance(2);
    let mut tried = 0;
    for (name, text) in corpus() {
        let flow = Flow::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        for _ in 0..8 {
            let Some((other, is_one_block)) = changed(&flow, &mut chance) else { continue };
            let other = disguised(&other, &mut chance);
            tried += 1;
            assert!(!same(&flow.to_json(), &other.to_json()), "{name}");
            let comparison = compare(&flow, &other);
            assert!(!comparison.is_empty(), "{name}");
            let blocks = &comparison.blocks;
            assert!(!is_one_block || blocks.len() <= 1, "one change, yet {blocks:?} in {name}");
        }
    }
    assert!(tried == 0 || tried > 500, "{tried}");
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
