//! `<<: *defaults`: a mapping takes in the keys of another (YAML 1.1, "Merge Key"). It is no part of YAML 1.2, but everybody
//! expects it who writes anchors.

use std::collections::HashSet;

use super::{Entry, Node, NodeValue};
use crate::{Diagnostic, Diagnostics};

const KEY: &str = "<<";

/// Puts the entries of what `<<` names behind a mapping's own. Own keys win; of several mappings the first does.
pub(super) fn merged(entries: Vec<Entry>, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    if !entries.iter().any(|entry| entry.key.value == KEY) {
        return entries;
    }
    let (merges, mut entries): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.key.value == KEY);
    let mut taken: HashSet<String> = entries.iter().map(|entry| entry.key.value.clone()).collect();
    for merge in merges {
        let sources = match merge.value.value {
            NodeValue::Sequence(items) => items,
            value => vec![Node::new(merge.value.span, value)],
        };
        for source in sources {
            let NodeValue::Mapping(more) = source.value else {
                diagnostics.push(
                    Diagnostic::error("merge-key", "only mappings can be merged")
                        .at(merge.key.span, "")
                        .help("Write `<<: *name`, where `&name` stands before a mapping; or `<<: [*one, *other]`."),
                );
                continue;
            };
            entries.extend(more.into_iter().filter(|entry| taken.insert(entry.key.value.clone())));
        }
    }
    entries
}
