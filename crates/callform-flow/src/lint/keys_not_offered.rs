//! Menus whose text and keys do not agree.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics};

use super::words::{mentioned_keys, offered_keys, spoken_text};
use super::{Look, Rule, is_menu};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "keys-not-offered",
    what: "Finds menus that tell callers to press a key they do not take, or take a digit that nobody is told of.",
    why: "Callers press what they are told and are sent to the error message; what they are not told of they never find.",
    example: "- menu: For sales, press 1. For support, press 3.
  keys: { 1: { say: Sales }, 2: { say: Support } }",
    instead: "- menu: For sales, press 1. For support, press 2.
  keys: { 1: { say: Sales }, 2: { say: Support } }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions().filter(|(_, action)| is_menu(action)) {
        let taken: BTreeSet<char> =
            action.transitions.conditions().iter().filter_map(|branch| branch.operand()?.chars().next()).collect();
        let Some(text) = spoken_text(action).filter(|text| !text.contains("$.")) else { continue };
        if taken.is_empty() {
            continue;
        }
        let offered = offered_keys(&text);
        let missing: Vec<&char> = offered.difference(&taken).collect();
        if !missing.is_empty() && !others_are_welcome(action) {
            let diagnostic =
                Diagnostic::warning(RULE.code, format!("the menu offers {} and does not take it", list(&missing)))
                    .help("Add the key, or take it out of the text.");
            diagnostics.push(look.at(diagnostic, action));
        }
        let earlier = look.before(index).iter().filter_map(|(at, _)| spoken_text(look.ways.action(*at)?));
        let mentioned: BTreeSet<char> = earlier.chain([text]).flat_map(|text| mentioned_keys(&text)).collect();
        let hidden: Vec<&char> = taken.difference(&mentioned).filter(|key| ('1'..='9').contains(*key)).collect();
        // A text that offers no key at all leaves it to something else to tell.
        if !hidden.is_empty() && !offered.is_empty() {
            let diagnostic =
                Diagnostic::warning(RULE.code, format!("the menu takes {} and does not tell", list(&hidden)))
                    .help("Say what the key does, or take it out.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// True where other keys are not treated as a mistake: they go where nothing else that failed goes.
fn others_are_welcome(action: &Action) -> bool {
    let target = |error: &str| {
        action.transitions.errors().iter().find(|branch| branch.error_type == error).map(|branch| &branch.next_action)
    };
    let others = target("NoMatchingCondition");
    others.is_some_and(|others| action.transitions.conditions().iter().any(|branch| branch.next_action == *others))
}

fn list(keys: &[&char]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}
