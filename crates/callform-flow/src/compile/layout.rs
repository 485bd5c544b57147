//! Where blocks stand in the Connect editor.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value, json};

use crate::Flow;

/// Distance between blocks as the editor draws them.
const COLUMN: usize = 280;
const ROW: usize = 220;

/// Writes the editor's metadata: blocks in columns from left to right by their distance from the start, and names
/// shown as they are. Metadata the flow has already is replaced.
pub fn lay_out(flow: &mut Flow) {
    let columns = columns(flow);
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    let mut of_actions = Map::new();
    for action in &flow.actions {
        let column = columns.get(action.identifier.as_str()).copied().unwrap_or_default();
        let row = rows.entry(column).or_default();
        let position = json!({ "x": 160 + COLUMN * column, "y": 40 + ROW * *row });
        *row += 1;
        of_actions.insert(action.identifier.clone(), json!({ "position": position, "isFriendlyName": true }));
    }
    let mut metadata = Map::new();
    metadata.insert("entryPointPosition".to_owned(), json!({ "x": 20, "y": 40 }));
    metadata.insert("ActionMetadata".to_owned(), Value::Object(of_actions));
    metadata.insert("Annotations".to_owned(), json!([]));
    flow.metadata = Some(metadata);
}

/// Distance of every action from the start, in transitions; actions that cannot be reached stand in column 0.
fn columns(flow: &Flow) -> BTreeMap<&str, usize> {
    let by_identifier: BTreeMap<&str, _> =
        flow.actions.iter().map(|action| (action.identifier.as_str(), action)).collect();
    let mut columns = BTreeMap::new();
    let mut waiting = VecDeque::from([(flow.start_action.as_str(), 0)]);
    while let Some((identifier, column)) = waiting.pop_front() {
        let Some(action) = by_identifier.get(identifier) else { continue };
        if columns.contains_key(identifier) {
            continue;
        }
        columns.insert(action.identifier.as_str(), column);
        waiting.extend(action.transitions.targets().map(|target| (target, column + 1)));
    }
    columns
}
