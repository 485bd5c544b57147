//! What Connect refuses at publish time.

use callform_source::{Diagnostic, Diagnostics};

use super::{Rule, Subject};
use crate::validate::{EverythingExists, problems};

pub(super) const RULE: Rule = Rule {
    code: "refused-by-connect",
    what: "Finds everything for which Amazon Connect refuses to publish a flow: unknown actions and parameters, \
           missing branches, transitions to nowhere, too many actions.",
    why: "The stack update would fail half-way through, with a message that names a position in a JSON text.",
    example: "- raw: { type: Wait, parameters: { TimeoutSeconds: \"60\" } }",
    check,
};

fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for problem in problems(&subject.flow.to_json(), &EverythingExists, subject.flow_type) {
        let diagnostic = Diagnostic::error(RULE.code, "Amazon Connect refuses this flow")
            .note(format!("Connect's words: {}.", problem.message));
        let action = index_in(&problem.message).and_then(|index| subject.flow.actions.get(index));
        diagnostics.push(match action {
            Some(action) => subject.at(diagnostic, action),
            None => diagnostic.at(subject.span, format!("flow `{}`", subject.name)),
        });
    }
}

/// The index in `Actions[3].Parameters…`.
fn index_in(message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("Actions[")?;
    rest.split_once(']')?.0.parse().ok()
}
