//! Loops that begin again when they have ended.

use callform_source::{Diagnostic, Diagnostics};

use super::ways::On;
use super::{Look, Rule};
use crate::{Action, FlowType};

pub(super) const RULE: Rule = Rule {
    code: "loop-begins-again",
    what: "Finds loops whose end leads to a step inside of the loop.",
    why: "When the rounds are used up the loop begins again, so it counts nothing: the contact goes round for ever.",
    example: "- name: Count
  raw: { type: Loop, parameters: { LoopCount: \"3\" } }
  conditions:
    - { operand: ContinueLooping, then: { say: Please wait, name: Wait } }
    - { operand: DoneLooping, then: { goto: Wait } }
  next: { goto: Wait }
- goto: Count",
    instead: "- loop: 3\n  steps: { say: Please wait }\n- say: Goodbye",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    // A customer who waits in a queue, or on hold, may do so for ever.
    if look.flow_type() == FlowType::CustomerQueue || look.flow_type().is_hold() {
        return;
    }
    for (index, action) in look.of_type("Loop") {
        let (Some(done), Some(goes_on)) = (to(look, index, "DoneLooping"), to(look, index, "ContinueLooping")) else {
            continue;
        };
        if is_inside(look, index, goes_on, done) {
            let diagnostic = Diagnostic::warning(RULE.code, "a loop whose end leads back into it")
                .note(format!(
                    "When the rounds are used up, `{}` is next, which leads to the loop again.",
                    name(look, done)
                ))
                .help("Lead on to what is to happen when the rounds are used up.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

fn name<'a>(look: &Look<'a>, at: usize) -> &'a str {
    look.ways.action(at).map_or("", |action| action.identifier.as_str())
}

fn to(look: &Look<'_>, from: usize, operand: &str) -> Option<usize> {
    let mut ways = look.ways.taken(from);
    ways.find(|way| matches!(way.on, On::Condition(branch) if branch.operand() == Some(operand))).map(|way| way.to)
}

/// True where `done` is done in each round, and leads to the loop and nowhere else.
fn is_inside(look: &Look<'_>, of: usize, goes_on: usize, done: usize) -> bool {
    let mut at = goes_on;
    let mut passed = Vec::new();
    // Each round as it is when nothing fails and nobody decides anything.
    while at != of {
        if passed.contains(&at) || passed.len() > look.ways.len() {
            return false;
        }
        passed.push(at);
        let Some(next) = usual(look, at) else { return false };
        at = next;
    }
    passed.contains(&done)
}

/// Where a contact goes who does nothing, if the flow alone decides it.
fn usual(look: &Look<'_>, at: usize) -> Option<usize> {
    let action: &Action = look.ways.action(at)?;
    let is_silent = super::is_menu(action);
    let mut ways = look.ways.taken(at);
    ways.find(|way| match way.on {
        On::Next => true,
        On::Error(error) => is_silent && error == "InputTimeLimitExceeded",
        On::Condition(_) => false,
    })
    .map(|way| way.to)
}
