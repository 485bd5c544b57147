use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::testing::{compiled, corpus};
use crate::{Action, ConditionBranch, ErrorBranch, Flow, Transitions};

fn positions(flow: &Flow) -> BTreeMap<String, Position> {
    let graph = Graph::new(flow);
    let layout = Layout::of(&graph);
    let names = graph.nodes.iter().map(|node| node.action.identifier.clone());
    names.zip(layout.positions).collect()
}

#[track_caller]
fn assert_nothing_overlaps(graph: &Graph<'_>, layout: &Layout) {
    let boxes: Vec<(Position, i64)> =
        layout.positions.iter().zip(&graph.nodes).map(|(position, node)| (*position, node.height)).collect();
    for (index, (a, height_a)) in boxes.iter().enumerate() {
        for (b, height_b) in &boxes[index + 1..] {
            let apart = (a.x - b.x).abs() >= BLOCK_WIDTH || a.y + height_a <= b.y || b.y + height_b <= a.y;
            assert!(apart, "{a:?} and {b:?} overlap");
        }
    }
}

/// No line passes through a block.
#[track_caller]
fn assert_lines_pass_beside_blocks(graph: &Graph<'_>, layout: &Layout) {
    for (ends, route) in &layout.routes {
        for pass in &route.passes {
            for (position, node) in layout.positions.iter().zip(&graph.nodes) {
                let meets = position.x == pass.x && position.y < pass.y && pass.y < position.y + node.height;
                assert!(!meets, "the line {ends:?} passes through `{}`", node.action.identifier);
            }
        }
    }
}

#[test]
fn real_flows_have_room_for_every_block_and_line() {
    for (name, text) in corpus() {
        let flow = Flow::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        let graph = Graph::new(&flow);
        let layout = Layout::of(&graph);
        assert_eq!(layout, Layout::of(&graph), "{name}");
        assert_nothing_overlaps(&graph, &layout);
        assert_lines_pass_beside_blocks(&graph, &layout);
        for (position, _) in layout.positions.iter().zip(&graph.nodes) {
            assert!(position.x >= LEFT && position.y >= TOP, "{name}: {position:?}");
        }
        for ((from, to), route) in &layout.routes {
            let is_backward = layout.positions[*to].x <= layout.positions[*from].x;
            assert_eq!(route.backward, is_backward, "{name}");
        }
    }
}

#[test]
fn the_usual_way_is_a_straight_line_and_branches_stand_below() {
    let flow = compiled(
        "
type: inbound
steps:
  - say: Welcome
  - name: menu
    menu: Press 1 or 2
    keys: { 1: { queue: customer_service }, 2: { queue: consulting } }
  - transfer: queue
on_error: [{ say: Sorry }, hang_up]
",
    );
    let at = positions(&flow);
    let column = |name: &str| (at[name].x - LEFT) / COLUMN;
    let names: Vec<(String, i64)> = at.keys().map(|name| (name.clone(), column(name))).collect();
    assert_eq!(at["Say Welcome"].y, at["menu"].y);
    assert_eq!(at["menu"].y, at["Queue customer_service"].y);
    assert!(at["Queue consulting"].y > at["Queue customer_service"].y);
    assert_eq!(at["Queue consulting"].x, at["Queue customer_service"].x);
    insta::assert_compact_debug_snapshot!(names);
}

/// A big flow: menus of four keys, each with a row of messages, and one apology that every error leads to.
fn big_flow() -> Flow {
    let mut actions = Vec::new();
    let say = |name: String, next: &str| Action {
        identifier: name.clone(),
        action_type: "MessageParticipant".to_owned(),
        parameters: json!({ "Text": name }).as_object().unwrap().clone(),
        transitions: Transitions {
            next_action: Some(next.to_owned()),
            errors: Some(vec![ErrorBranch::new("NoMatchingError", "sorry")]),
            ..Transitions::default()
        },
        ..Action::default()
    };
    for menu in 0..4 {
        let conditions =
            (0..4).map(|key| ConditionBranch::new("Equals", key.to_string(), format!("m{menu}k{key}s0"))).collect();
        actions.push(Action {
            identifier: format!("menu{menu}"),
            action_type: "GetParticipantInput".to_owned(),
            transitions: Transitions { conditions: Some(conditions), ..Transitions::default() },
            ..Action::default()
        });
        for key in 0..4 {
            for place in 0..4 {
                let next = match (place, menu) {
                    (3, 3) => "end".to_owned(),
                    (3, _) => format!("menu{}", menu + 1),
                    _ => format!("m{menu}k{key}s{}", place + 1),
                };
                actions.push(say(format!("m{menu}k{key}s{place}"), &next));
            }
        }
    }
    actions.push(say("sorry".to_owned(), "end"));
    actions.push(Action {
        identifier: "end".to_owned(),
        action_type: "DisconnectParticipant".to_owned(),
        ..Action::default()
    });
    Flow::new("menu0", actions)
}

/// Puts a block behind another.
fn insert_after(flow: &mut Flow, before: &str) {
    let at = flow.actions.iter().position(|action| action.identifier == before).unwrap();
    let mut new = flow.actions[at].clone();
    new.identifier = "new".to_owned();
    flow.actions[at].transitions.next_action = Some("new".to_owned());
    flow.actions.insert(at + 1, new);
}

#[test]
fn a_step_more_moves_what_follows_by_one_column_and_nothing_else() {
    let flow = big_flow();
    let before = positions(&flow);
    assert_eq!(before.len(), 70);
    let mut longer = flow;
    insert_after(&mut longer, "m2k1s1");
    let after = positions(&longer);
    let moved: BTreeSet<&String> = before.keys().filter(|name| before[*name] != after[*name]).collect();
    for name in &moved {
        assert_eq!(after[*name].x - before[*name].x, COLUMN, "{name}");
        assert_eq!(after[*name].y, before[*name].y, "{name}");
    }
    // The rest of its branch, the last menu with its branches, and the end.
    assert_eq!(moved.len(), 2 + 17 + 1, "{moved:?}");

    // With known places, nothing moves at all.
    let known: BTreeMap<&str, Position> = before.iter().map(|(name, at)| (name.as_str(), *at)).collect();
    let graph = Graph::new(&longer);
    let layout = Layout::keeping(&graph, &known);
    for (node, position) in graph.nodes.iter().zip(&layout.positions) {
        if node.action.identifier != "new" {
            assert_eq!(*position, before[&node.action.identifier]);
        }
    }
    assert_nothing_overlaps(&graph, &layout);
    let at = layout.positions[graph.nodes.iter().position(|node| node.action.identifier == "new").unwrap()];
    let neighbor = before["m2k1s1"];
    assert!((at.x - neighbor.x, (at.y - neighbor.y).abs()) <= (COLUMN, 800), "{at:?} is far from {neighbor:?}");
}

#[test]
fn errors_do_not_shape_the_layout() {
    let mut flow = big_flow();
    let one_handler = positions(&flow);
    let mut apology = flow.action("sorry").unwrap().clone();
    apology.identifier = "apology".to_owned();
    flow.actions.push(apology);
    for action in flow.actions.iter_mut().skip(1).step_by(2) {
        for error in action.transitions.errors.iter_mut().flatten() {
            error.next_action = "apology".to_owned();
        }
    }
    let two_handlers = positions(&flow);
    let is_usual = |name: &String| !["sorry", "apology"].contains(&name.as_str());
    let moved: Vec<&String> =
        one_handler.keys().filter(|name| is_usual(name) && one_handler[*name] != two_handlers[*name]).collect();
    assert!(moved.is_empty(), "{moved:?}");
    for handler in ["sorry", "apology"] {
        let at = two_handlers[handler];
        let above = two_handlers.iter().filter(|(name, other)| is_usual(name) && other.x == at.x).map(|(_, at)| at.y);
        assert!(above.max() < Some(at.y), "{handler} stands above the usual way");
    }
}

#[test]
fn metadata_that_is_there_stays() {
    let mut flow = big_flow();
    flow.metadata = json!({
        "name": "Main", "snapToGrid": true,
        "ActionMetadata": { "menu0": { "position": { "x": 1000.4, "y": -20 }, "queue": { "id": "q" } } },
    })
    .as_object()
    .cloned();
    lay_out(&mut flow);
    let metadata = flow.metadata.clone().unwrap();
    assert_eq!(metadata["name"], "Main");
    assert_eq!(
        metadata["ActionMetadata"]["menu0"],
        json!({ "position": { "x": 1000.4, "y": -20 }, "queue": { "id": "q" } })
    );
    assert_eq!(metadata["ActionMetadata"].as_object().unwrap().len(), flow.actions.len());
    let again = flow.clone();
    lay_out(&mut flow);
    assert_eq!(flow, again);
}

/// Flows without sense: circles, self-loops, dangling and repeated identifiers, nowhere to start.
fn any_flow() -> impl proptest::strategy::Strategy<Value = Flow> {
    use proptest::prelude::*;
    let name = || (0_u8..14).prop_map(|number| format!("b{number}"));
    let action = (
        name(),
        proptest::option::of(name()),
        proptest::collection::vec(name(), 0..5),
        proptest::collection::vec(name(), 0..3),
    )
        .prop_map(|(identifier, next_action, conditions, errors)| Action {
            identifier,
            action_type: "Compare".to_owned(),
            transitions: Transitions {
                next_action,
                conditions: Some(conditions.into_iter().map(|to| ConditionBranch::new("Equals", "x", to)).collect()),
                errors: Some(errors.into_iter().map(|to| ErrorBranch::new("NoMatchingError", to)).collect()),
                ..Transitions::default()
            },
            ..Action::default()
        });
    (name(), proptest::collection::vec(action, 0..24)).prop_map(|(start, actions)| Flow::new(start, actions))
}

proptest::proptest! {
    #[test]
    fn any_flow_has_room(flow in any_flow(), known in proptest::collection::btree_map("b[0-9]", (-500_i64..2000, -500_i64..2000), 0..6)) {
        let graph = Graph::new(&flow);
        let layout = Layout::of(&graph);
        assert_nothing_overlaps(&graph, &layout);
        assert_lines_pass_beside_blocks(&graph, &layout);
        let known: BTreeMap<&str, Position> = known.iter().map(|(name, (x, y))| (name.as_str(), Position { x: *x, y: *y })).collect();
        assert_nothing_overlaps(&graph, &Layout::keeping(&graph, &known));
    }
}

#[test]
fn long_chains_and_circles_are_no_trouble() {
    let count = 20_000;
    let actions = (0..count)
        .map(|number| Action {
            identifier: number.to_string(),
            action_type: "Compare".to_owned(),
            transitions: Transitions {
                next_action: Some(((number + 1) % count).to_string()),
                errors: Some(vec![ErrorBranch::new("NoMatchingError", (number / 2).to_string())]),
                ..Transitions::default()
            },
            ..Action::default()
        })
        .collect();
    let flow = Flow::new("0", actions);
    let layout = Layout::of(&Graph::new(&flow));
    assert_eq!(layout.positions[count - 1].x, LEFT + COLUMN * 19_999);
}

/// The columns of the first band must not leave room in the second, where nothing of theirs stands.
#[test]
fn bands_have_no_empty_room() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/flows/insurance.json");
    let json = serde_json::from_slice(&std::fs::read(path).expect("the file")).expect("JSON");
    let flow = Flow::from_json(&json).expect("a flow");
    let graph = Graph::new(&flow);
    let (straight, layout) = (Layout::of(&graph), Layout::wrapped(&graph));
    let width = |layout: &Layout| layout.positions.iter().map(|position| position.x).max();
    assert!(width(&layout) < width(&straight), "there are bands");
    assert_lines_pass_beside_blocks(&graph, &layout);
    let blocks = graph.nodes.iter().zip(&layout.positions).map(|(node, at)| (at.y, at.y + node.drawn_height()));
    let lines = layout.routes.values().flat_map(|route| &route.passes).map(|pass| (pass.y, pass.y));
    let mut taken: Vec<(i64, i64)> = blocks.chain(lines).collect();
    taken.sort_unstable();
    let mut bottom = TOP;
    for (from, to) in taken {
        assert!(from - bottom <= 240, "nothing between {bottom} and {from}");
        bottom = bottom.max(to);
    }
}
