//! Takes out of a tree what its schema refuses, so that everything else can still be looked at in the same run.

use std::collections::BTreeSet;

use callform_source::yaml::{Entry, Node, NodeValue};
use callform_source::{Diagnostics, Span, did_you_mean};

/// Sections and keys that were taken out: names that must not be called unknown as well.
pub(super) type Broken = BTreeSet<(String, String)>;

/// Places a schema complained about.
struct Refused {
    spans: BTreeSet<Span>,
    /// Of mappings that lack a key.
    incomplete: BTreeSet<Span>,
}

/// Removes every entry and item that a diagnostic points at. True where something was removed.
pub(super) fn prune(tree: &mut Node, problems: &Diagnostics, broken: &mut Broken) -> bool {
    let spans = |incomplete: bool| {
        problems
            .iter()
            .filter(|problem| !incomplete || problem.code == "missing-key")
            .filter_map(|problem| problem.primary.as_ref().map(|place| place.span))
            .collect()
    };
    let refused = Refused { spans: spans(false), incomplete: spans(true) };
    let mut path = Vec::new();
    prune_node(tree, &refused, &mut path, broken)
}

/// Nothing of a section `queue:` was read, but who names such things elsewhere makes no second mistake: what was meant
/// counts as broken, too.
pub(super) fn remember_meant(known_keys: &[String], broken: &mut Broken) {
    let unknown = broken.iter().filter(|(section, key)| key.is_empty() && !known_keys.contains(section));
    let meant: Vec<_> = unknown
        .filter_map(|(section, _)| did_you_mean(section, known_keys.iter().map(String::as_str)))
        .map(|meant| (meant.to_owned(), String::new()))
        .collect();
    broken.extend(meant);
}

fn prune_node(node: &mut Node, refused: &Refused, path: &mut Vec<String>, broken: &mut Broken) -> bool {
    let mut changed = false;
    match &mut node.value {
        NodeValue::Mapping(entries) => {
            let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
            for mut entry in entries.drain(..) {
                path.push(entry.key.value.clone());
                if refused.spans.contains(&entry.key.span) || refused.spans.contains(&entry.value.span) {
                    remember(path, broken);
                    changed = true;
                } else {
                    changed |= prune_node(&mut entry.value, refused, path, broken);
                    kept.push(entry);
                }
                path.pop();
            }
            *entries = kept;
        }
        NodeValue::Sequence(items) => {
            let before = items.len();
            items.retain(|item| {
                let first_key = item.entries().first().map(|entry| entry.key.span);
                !refused.spans.contains(&item.span) && !first_key.is_some_and(|key| refused.incomplete.contains(&key))
            });
            changed |= items.len() != before;
            for item in items {
                path.push(String::new());
                changed |= prune_node(item, refused, path, broken);
                path.pop();
            }
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::String(_) => {}
    }
    changed
}

fn remember(path: &[String], broken: &mut Broken) {
    match path {
        [section] => {
            broken.insert((section.clone(), String::new()));
        }
        [section, key] => {
            broken.insert((section.clone(), key.clone()));
        }
        _ => {}
    }
}
