//! Quick connects of queues.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span};

use super::{Context, Rule};

/// Quick connects of one queue (`AssociateQueueQuickConnects` takes no more, and handlers send them in one call).
const MOST: usize = 50;

pub(super) const TOO_MANY: Rule = Rule {
    codes: &["too-many-quick-connects", "duplicate-quick-connect"],
    about: "A queue has more than 50 quick connects, or one of them twice.",
    why: "Connect answers `QuickConnectIds must include at most 50 items`.",
    check: too_many,
};

fn too_many(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for (key, queue) in &context.loaded.blueprint.queues {
        let Some(list) = &queue.quick_connects else { continue };
        if list.len() > MOST {
            diagnostics.push(
                Diagnostic::error("too-many-quick-connects", "a queue has at most 50 quick connects")
                    .at(key.span, format!("this one has {}", list.len()))
                    .help("Remove some, or spread them over several queues."),
            );
        }
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for name in &list.value {
            if let Some(first) = seen.insert(&name.value, name.span) {
                diagnostics.push(
                    Diagnostic::error("duplicate-quick-connect", "a queue has a quick connect twice")
                        .at(name.span, "again here")
                        .also(first, "first here"),
                );
            }
        }
    }
}
