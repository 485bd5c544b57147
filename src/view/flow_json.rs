//! Differences of flows for programs.

use callform_flow::compare::{BlockDifference, Comparison};
use serde_json::{Value, json};

/// Raised where a member changes its meaning or goes away.
const FORMAT_VERSION: u32 = 1;

/// Differences of flows as JSON: for each its name, whether `both` sides have it (or it was `added` or `removed`), and
/// what a comparison found.
pub(crate) fn flow_differences_json<'a>(flows: impl Iterator<Item = (&'a str, &'a str, &'a Comparison)>) -> String {
    let flows: Vec<Value> = flows
        .map(|(name, presence, comparison)| {
            json!({
                "name": name,
                "presence": presence,
                "differences": comparison.flow,
                "blocks": comparison.blocks.iter().map(block).collect::<Vec<_>>(),
            })
        })
        .collect();
    format!("{:#}\n", json!({ "format_version": FORMAT_VERSION, "flows": flows }))
}

fn block(difference: &BlockDifference) -> Value {
    json!({
        "action": difference.mark.word(),
        "block": difference.block,
        "old_index": difference.old,
        "new_index": difference.new,
        "differences": difference.lines,
    })
}
