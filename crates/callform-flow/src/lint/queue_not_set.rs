//! Actions that need a queue where none was chosen.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::{Look, Rule};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "queue-not-set",
    what: "Finds transfers to a queue, callbacks, and checks of a queue's hours, agents or figures on a way on which no queue \
           was chosen.",
    why: "They fail and the contact takes the error branch. A queue may have been chosen by a flow that transferred here, so \
          this is a warning.",
    example: "- say: One moment\n- transfer: queue\n  full: [{ say: Sorry }, hang_up]",
    instead: "- say: One moment\n- queue: consulting\n- transfer: queue\n  full: [{ say: Sorry }, hang_up]",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    // An exported flow that chooses none gets its queue from flows that are not here.
    let chooses = look.of_type("UpdateContactTargetQueue").next().is_some();
    if look.is_alone() && !chooses {
        return;
    }
    for (index, action) in look.actions() {
        let Some(what) = needs_queue(action) else { continue };
        if look.facts_at(index).is_some_and(|facts| !facts.must(Fact::QUEUE)) {
            let diagnostic = Diagnostic::warning(RULE.code, "no queue is chosen on the way here")
                .note(what)
                .help("Put `queue: <name>` before it, or name the queue in the step itself.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

fn needs_queue(action: &Action) -> Option<&'static str> {
    let names = |keys: &[&str]| keys.iter().any(|key| action.parameters.contains_key(*key));
    match action.action_type.as_str() {
        "TransferContactToQueue" => Some("The contact is put into the queue that was chosen before."),
        "CheckHoursOfOperation" if !names(&["HoursOfOperationId"]) => {
            Some("The hours of the chosen queue are checked.")
        }
        "CheckMetricData" | "GetMetricData" if !names(&["QueueId", "AgentId"]) => {
            Some("The figures of the chosen queue are read.")
        }
        "CreateCallbackContact" if !names(&["QueueId", "AgentId"]) => {
            Some("The callback is put into the chosen queue.")
        }
        _ => None,
    }
}
