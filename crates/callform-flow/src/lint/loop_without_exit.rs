//! Circles that no contact gets out of.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};
use crate::FlowType;

pub(super) const RULE: Rule = Rule {
    code: "loop-without-exit",
    what: "Finds steps that lead round in a circle without any way out.",
    why: "The contact stays in it until the caller hangs up, and is paid for all that time.",
    example: "- name: Welcome\n  say: Please wait\n  error: { goto: Welcome }\n- goto: Welcome",
    instead: "- loop: 3\n  steps: { say: Please wait }\n- say: Goodbye",
    check,
};

/// Actions by which a contact leaves the flow when they work.
const LEAVING: &[&str] = &[
    "TransferContactToQueue",
    "TransferToFlow",
    "DequeueContactAndTransferToQueue",
    "TransferParticipantToThirdParty",
    "InvokeFlowModule",
    "RouteContactToAgent",
];

/// Actions at which a contact waits, in a queue or on hold, until Connect takes it out.
const WAITING: &[&str] = &["MessageParticipant", "MessageParticipantIteratively", "GetParticipantInput", "Wait"];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for circle in look.ways.circles() {
        let leads_out = circle.iter().any(|at| look.ways.taken(*at).any(|way| circle.binary_search(&way.to).is_err()));
        let leaves = circle.iter().filter_map(|at| Some((at, look.ways.action(*at)?))).any(|(at, action)| {
            // A type that is not known may be one that contacts leave by.
            LEAVING.contains(&action.action_type.as_str())
                || look.spec(*at).is_none()
                || is_waiting(look.flow_type()) && WAITING.contains(&action.action_type.as_str())
        });
        if leads_out || leaves {
            continue;
        }
        if let Some(action) = circle.first().and_then(|first| look.ways.action(*first)) {
            let names: Vec<String> = circle
                .iter()
                .filter_map(|at| look.ways.action(*at))
                .take(6)
                .map(|action| format!("`{}`", action.identifier))
                .collect();
            let more = if circle.len() > names.len() { ", …" } else { "" };
            let diagnostic = Diagnostic::warning(RULE.code, "steps that no contact gets out of")
                .note(format!("They only lead to one another: {}{more}.", names.join(", ")))
                .help("Count the rounds with `loop:` or `attempts:`, and end or transfer the contact afterwards.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// Flows that Connect itself ends, when an agent accepts or the hold is over.
fn is_waiting(flow_type: FlowType) -> bool {
    flow_type == FlowType::CustomerQueue || flow_type.is_hold()
}
