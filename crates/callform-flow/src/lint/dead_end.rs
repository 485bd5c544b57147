//! Places where a contact is left with nothing.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::ways::On;
use super::{Look, Rule};
use crate::{Action, FlowType};

pub(super) const RULE: Rule = Rule {
    code: "dead-end",
    what: "Finds places after which nothing comes: messages played for ever outside of queues and holds, and queue flows that \
           end before anything is played.",
    why: "The contact is cut off there, or waits in silence.",
    example: "type: customer_queue\nsteps:\n  - say: Please wait",
    instead: "type: customer_queue\nsteps:\n  - play: [Please wait, { prompt: music }]",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions() {
        if look.is_refused(index) {
            continue;
        }
        let diagnostic = if is_loose_end(look, action) {
            Diagnostic::warning(RULE.code, "nothing comes after this action")
                .help("Lead on to another action, or end the flow there.")
        } else if waits_in_silence(look, index, action) && is_meant(look, index, look.before(index)) {
            Diagnostic::warning(RULE.code, "the flow ends before anything is played")
                .note("The contact stays in the queue, and hears nothing until an agent accepts.")
                .help("Let a `play` step with music or messages be the last.")
        } else {
            continue;
        };
        diagnostics.push(look.at(diagnostic, action));
    }
}

/// Whatever else lacks a next action is refused by Connect, which has a rule of its own. A type that is not known may be
/// an end, which its note says.
fn is_loose_end(look: &Look<'_>, action: &Action) -> bool {
    let plays_on = action.action_type == "MessageParticipantIteratively"
        && !look.flow_type().is_hold()
        && look.flow_type() != FlowType::CustomerQueue;
    plays_on && action.transitions.is_empty()
}

fn waits_in_silence(look: &Look<'_>, index: usize, action: &Action) -> bool {
    look.flow_type() == FlowType::CustomerQueue
        && action.action_type == "EndFlowExecution"
        && look.facts_at(index).is_some_and(|facts| !facts.may(Fact::PLAYED) && !facts.may(Fact::MODULE))
}

/// True where something else than a failure leads to the action.
fn is_meant(look: &Look<'_>, index: usize, before: &[(usize, On<'_>)]) -> bool {
    let failed = |on: &On<'_>| matches!(on, On::Error(error) if *error != "NoMatchingCondition");
    look.ways.start() == Some(index) || before.iter().any(|(at, on)| !failed(on) && !look.is_refused(*at))
}
