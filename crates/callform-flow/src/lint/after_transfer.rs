//! Actions after a transfer that never happen.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "after-transfer",
    what: "Finds transfers to a queue or flow that lead on to something else than their error branches do.",
    why: "A contact that was transferred has left the flow, so what comes next never happens: a recording that is turned \
          on there is not made, an attribute that is set there stays empty.",
    example: "- queue: consulting
- raw: { type: TransferContactToQueue }
  next: [{ record: both }, hang_up]
  errors: { QueueAtCapacity: hang_up, NoMatchingError: hang_up }
  exact: true",
    instead: "- queue: consulting\n- record: both\n- transfer: queue\n  full: [{ say: All lines are busy. }, hang_up]",
    check,
};

const LEAVING: &[&str] = &["TransferContactToQueue", "TransferToFlow"];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions().filter(|(_, action)| LEAVING.contains(&action.action_type.as_str())) {
        if look.is_refused(index) {
            continue;
        }
        let Some(next) = &action.transitions.next_action else { continue };
        let errors = action.transitions.errors();
        let is_repeated = errors.iter().any(|branch| branch.next_action == *next);
        let ends = look.subject.flow.action(next).is_none_or(|next| next.transitions.is_empty());
        if !errors.is_empty() && !is_repeated && !ends {
            let diagnostic = Diagnostic::warning(RULE.code, "what comes after a transfer never happens")
                .note(format!("It leads on to `{next}`, which no transferred contact comes to."))
                .help("Do it before the transfer, or let the next action be the one of an error branch.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
