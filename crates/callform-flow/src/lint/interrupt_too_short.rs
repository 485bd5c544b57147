//! Queue messages interrupted too often.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule, text};

/// Shortest time between interruptions that leaves room for an agent to accept.
const SHORTEST: u64 = 20;

pub(super) const RULE: Rule = Rule {
    code: "interrupt-too-short",
    what: "Finds messages that are interrupted more often than every 20 seconds.",
    why: "While an agent is being offered the contact it cannot be taken out of the queue, and the interruption fails.",
    example: "type: customer_queue\nsteps:\n  - play: [Please wait]\n    interrupt_every: 10s\n    steps: { say: Still here }",
    instead: "type: customer_queue\nsteps:\n  - play: [Please wait]\n    interrupt_every: 30s\n    steps: { say: Still here }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.of_type("MessageParticipantIteratively") {
        let seconds = text(action, "InterruptFrequencySeconds");
        if seconds.and_then(|seconds| seconds.parse::<u64>().ok()).is_some_and(|seconds| seconds < SHORTEST) {
            let diagnostic = Diagnostic::warning(RULE.code, "messages that are interrupted very often")
                .help("Interrupt every 20 seconds or more seldom.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
