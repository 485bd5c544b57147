//! Transfers to a queue that was never chosen.

use callform_source::{Diagnostic, Diagnostics};

use super::{Rule, Subject, graph};
use crate::FlowType;

pub(super) const RULE: Rule = Rule {
    code: "queue-not-set",
    what: "Finds transfers to a queue on a way on which no queue was chosen.",
    why: "The transfer fails and the contact takes the error branch. A queue may have been chosen by a flow that \
          transferred here, so this is a warning.",
    example: "- say: One moment\n- transfer: queue",
    check,
};

fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    // Quick connects bring their queue; modules get that of the flow that called them.
    if !matches!(subject.flow_type, FlowType::ContactFlow | FlowType::Campaign) {
        return;
    }
    let without_queue = graph::reachable(subject.flow, |action| {
        // Failing to choose a queue leaves none chosen, but that way is the error branch, which is not meant here.
        !matches!(action.action_type.as_str(), "UpdateContactTargetQueue" | "InvokeFlowModule")
    });
    for action in &subject.flow.actions {
        let transfers = action.action_type == "TransferContactToQueue";
        if transfers && without_queue.contains(action.identifier.as_str()) {
            let diagnostic = Diagnostic::warning(RULE.code, "no queue is chosen on the way here")
                .help("Put `queue: <name>` before it, or write `transfer: { queue: <name> }`.");
            diagnostics.push(subject.at(diagnostic, action));
        }
    }
}
