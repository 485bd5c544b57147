//! Texts that say nothing, and conditions that compare with nothing.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "empty-text",
    what: "Finds messages without a word and comparisons with an empty text.",
    why: "Nothing is said and the contact takes the error branch. A comparison with nothing does not hold for a value that is \
          missing: only the branch for everything else does.",
    example: "- say: \"\"",
    instead: "- say: Welcome",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.all_actions() {
        let says_nothing = look.spoken(index).iter().any(|spoken| spoken.text.is_empty());
        if says_nothing {
            let diagnostic = Diagnostic::warning(RULE.code, "a text without a word").help("Write what is to be said.");
            diagnostics.push(look.at(diagnostic, action));
        }
        if compares_with_nothing(action) {
            let diagnostic = Diagnostic::warning(RULE.code, "a comparison with an empty text")
                .note("A value that was never set is no empty text: it takes the branch for everything else.")
                .help("Let the branch for everything else be the one of missing values.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

fn compares_with_nothing(action: &Action) -> bool {
    let conditions = action.transitions.conditions();
    let is_empty = conditions.iter().any(|branch| branch.operand().is_some_and(|operand| operand.trim().is_empty()));
    // Whoever leads both to one place knows.
    let others = action.transitions.errors().iter().find(|branch| branch.error_type == "NoMatchingCondition");
    let leads_elsewhere = conditions
        .iter()
        .filter(|branch| branch.operand().is_some_and(|operand| operand.trim().is_empty()))
        .any(|branch| others.is_none_or(|others| others.next_action != branch.next_action));
    action.action_type == "Compare" && is_empty && leads_elsewhere
}
