//! Steps that no contact comes to.

use callform_source::{Diagnostic, Diagnostics};

use super::{Rule, Subject, graph};

pub(super) const RULE: Rule = Rule {
    code: "unreachable-step",
    what: "Finds steps that no contact can come to.",
    why: "They do nothing. Most of the time the step before them was not meant to end the flow.",
    example: "- hang_up\n- say: Goodbye",
    check,
};

fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let reached = graph::reachable(subject.flow, |_| true);
    for action in &subject.flow.actions {
        if !reached.contains(action.identifier.as_str()) && !subject.is_implicit(action) {
            let diagnostic = Diagnostic::warning(RULE.code, "a step that no contact comes to").help(
                "Take it out, or lead to it: give it a `name:` and write `goto:` where it is meant to be reached.",
            );
            diagnostics.push(subject.at(diagnostic, action));
        }
    }
}
