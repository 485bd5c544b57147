//! Quick connects of queues.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span};

use super::{Context, Rule};

/// Quick connects that one call of `AssociateQueueQuickConnects` takes; a queue can have more.
const MOST_AT_ONCE: usize = 50;

pub(super) const TOO_MANY: Rule = Rule {
    codes: &["too-many-quick-connects", "duplicate-quick-connect"],
    about: "A queue has more than 50 quick connects, or one of them twice.",
    why: "Connect takes 50 with one call, and answers more with `QuickConnectIds must include at most 50 items`. A queue can \
          have more; whether CloudFormation makes several calls is not documented (?).",
    check: too_many,
};

fn too_many(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for (key, queue) in &context.loaded.blueprint.queues {
        let Some(list) = &queue.quick_connects else { continue };
        if list.len() > MOST_AT_ONCE {
            diagnostics.push(
                Diagnostic::warning("too-many-quick-connects", "a queue has more than 50 quick connects")
                    .at(key.span, format!("this one has {}", list.len()))
                    .note("Connect takes 50 with one call; it is not documented that CloudFormation makes several.")
                    .help("Spread them over several queues, or add the rest with a second apply."),
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
