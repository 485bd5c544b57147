//! Actions after which nothing comes.

use callform_source::{Diagnostic, Diagnostics};

use super::{Rule, Subject};
use crate::catalog::{self, ActionSpec};

pub(super) const RULE: Rule = Rule {
    code: "dead-end",
    what: "Finds actions after which nothing comes though they do not end the flow.",
    why: "The contact is cut off there, or goes on in silence.",
    example: "json: exported.json  # with an action whose Transitions are empty",
    check,
};

fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for action in &subject.flow.actions {
        let ends = catalog::find(&action.action_type).is_none_or(ActionSpec::is_terminal);
        // Played for as long as the contact waits; the usual last action of these flows.
        let plays_on = action.action_type == "MessageParticipantIteratively";
        if !ends && !plays_on && action.transitions.is_empty() {
            let diagnostic = Diagnostic::warning(RULE.code, "nothing comes after this action")
                .help("Lead on to another action, or end the flow there.");
            diagnostics.push(subject.at(diagnostic, action));
        }
    }
}
