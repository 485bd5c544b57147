//! Steps that no contact comes to.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "unreachable-step",
    what: "Finds steps that no contact can come to.",
    why: "They do nothing. Most of the time the step before them was not meant to end the flow.",
    example: "- hang_up\n- say: Goodbye",
    instead: "- say: Goodbye\n- hang_up",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    // Without a start nothing is reachable, and that is another problem.
    if look.ways.start().is_none() {
        return;
    }
    for (index, action) in look.all_actions() {
        if !look.ways.reached().get(index).copied().unwrap_or_default() && !look.is_implicit(action) {
            let diagnostic = Diagnostic::warning(RULE.code, "a step that no contact comes to").help(
                "Take it out, or lead to it: give it a `name:` and write `goto:` where it is meant to be reached.",
            );
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
