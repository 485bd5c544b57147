//! Positions in the metadata of the Connect editor.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Graph, Layout, Position};
use crate::Flow;

/// Where the way into the flow begins.
const ENTRY: Position = Position { x: 20, y: 40 };
/// No picture is larger than this; the editor's own ground is not either.
const FARTHEST: f64 = 1_000_000.0;

/// Writes where blocks stand into the editor's metadata, and that their names are shown as they are. Blocks that have
/// a place keep it, and so does all other metadata.
pub fn lay_out(flow: &mut Flow) {
    let graph = Graph::new(flow);
    let known = known_positions(flow);
    let layout = if known.is_empty() { Layout::of(&graph) } else { Layout::keeping(&graph, &known) };
    let mut metadata = flow.metadata.clone().unwrap_or_default();
    metadata.entry("entryPointPosition").or_insert_with(|| position_json(ENTRY));
    let mut of_actions = match metadata.shift_remove("ActionMetadata") {
        Some(Value::Object(of_actions)) => of_actions,
        _ => Map::with_capacity(graph.nodes.len()),
    };
    for (node, position) in graph.nodes.iter().zip(&layout.positions) {
        let identifier = &node.action.identifier;
        let is_known = known.contains_key(identifier.as_str());
        let entry = of_actions.entry(identifier.as_str()).or_insert_with(|| Value::Object(Map::with_capacity(2)));
        if let (Value::Object(entry), false) = (entry, is_known) {
            entry.insert("position".to_owned(), position_json(*position));
            if !is_uuid(identifier) {
                entry.insert("isFriendlyName".to_owned(), json!(true));
            }
        }
    }
    metadata.insert("ActionMetadata".to_owned(), Value::Object(of_actions));
    metadata.entry("Annotations").or_insert_with(|| json!([]));
    flow.metadata = Some(metadata);
}

/// The places that the metadata of a flow gives its blocks.
pub fn known_positions(flow: &Flow) -> BTreeMap<&str, Position> {
    let of_actions = flow.metadata.as_ref().and_then(|metadata| metadata.get("ActionMetadata")?.as_object());
    let position = |identifier: &str| {
        let place = of_actions?.get(identifier)?.get("position")?;
        let coordinate = |name: &str| place.get(name)?.as_f64();
        Some(Position { x: whole(coordinate("x")?), y: whole(coordinate("y")?) })
    };
    let identifiers = flow.actions.iter().map(|action| action.identifier.as_str());
    identifiers.filter_map(|identifier| Some((identifier, position(identifier)?))).collect()
}

fn position_json(position: Position) -> Value {
    let mut members = Map::with_capacity(2);
    members.insert("x".to_owned(), json!(position.x));
    members.insert("y".to_owned(), json!(position.y));
    Value::Object(members)
}

#[expect(clippy::cast_possible_truncation, reason = "the number is within the range of the ground")]
fn whole(coordinate: f64) -> i64 {
    // What is no number counts as 0, as the editor has it.
    if coordinate.is_nan() { 0 } else { coordinate.clamp(-FARTHEST, FARTHEST).round() as i64 }
}

fn is_uuid(identifier: &str) -> bool {
    identifier.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && identifier.chars().all(|character| character.is_ascii_hexdigit() || character == '-')
}
