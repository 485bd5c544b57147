//! Walks through a flow.

use std::collections::BTreeSet;

use crate::{Action, Flow};

/// Identifiers of the actions a contact can come to, walking on only from actions that `passes` lets through.
pub(super) fn reachable(flow: &Flow, passes: impl Fn(&Action) -> bool) -> BTreeSet<&str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![flow.start_action.as_str()];
    while let Some(identifier) = waiting.pop() {
        if !reached.insert(identifier) {
            continue;
        }
        let leaves = flow.action(identifier).filter(|action| passes(action));
        waiting.extend(leaves.into_iter().flat_map(|action| action.transitions.targets()));
    }
    reached
}
