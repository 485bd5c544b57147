//! The agent, where there is none yet.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::{Look, Rule};
use crate::FlowType;
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "agent-not-known",
    what: "Finds `$.Agent` in queue and queue transfer flows, and in inbound flows before they put the contact into a queue.",
    why: "An agent is known in whisper, hold and agent transfer flows only; elsewhere the value is empty.",
    example: "type: customer_queue\nsteps:\n  - say: $.Agent.FirstName will be with you.\n  - play: [Please wait]",
    instead: "type: customer_whisper\nsteps:\n  - say: $.Agent.FirstName will be with you.",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let knows_none = matches!(look.flow_type(), FlowType::CustomerQueue | FlowType::QueueTransfer);
    let may_be_wrong = knows_none || look.flow_type() == FlowType::ContactFlow;
    if !may_be_wrong || !look.texts.reads("Agent") {
        return;
    }
    for (index, action) in look.actions() {
        // Comparing is how a flow finds out whether there is one.
        if action.action_type == "Compare" || look.facts_at(index).is_some_and(|facts| facts.may(Fact::AGENT)) {
            continue;
        }
        let Some(path) = look.paths(index).iter().find(|path| paths::root(path) == "Agent") else { continue };
        // An inbound flow may be one that runs when the agent has left or in the agent's workspace; but not where it still
        // puts the contact into a queue.
        if knows_none || is_before_queue(look, index) {
            let diagnostic = Diagnostic::warning(RULE.code, format!("`{path}` where no agent is known"))
                .help("Read it in a whisper flow.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

fn is_before_queue(look: &Look<'_>, index: usize) -> bool {
    let reached = look.ways.reached_from(index, |_| true);
    look.of_type("TransferContactToQueue").any(|(at, _)| reached[at])
}
