//! Circles that take no time.

use callform_source::{Diagnostic, Diagnostics};

use super::ways::{On, Way};
use super::{Look, Rule};
use crate::circles::circles;
use crate::{Action, catalog};

pub(super) const RULE: Rule = Rule {
    code: "loop-without-pause",
    what: "Finds circles in which nothing is said, asked, waited for or counted, such as an action whose error branch leads \
           back to it.",
    why: "When the contact comes into one it goes round as fast as Connect can, in silence, until Connect ends it.",
    example: "- name: Agents\n  staffing: available\n  queue: consulting\n  unstaffed: { goto: Agents }\n- say: Hello",
    instead: "- loop: 10
  steps:
    - staffing: available
      queue: consulting
      staffed: { transfer: { queue: consulting }, full: [{ say: Sorry }, hang_up] }
    - say: Please wait
- say: Goodbye",
    check,
};

/// Errors that come only after some time.
const LATE: &[&str] = &[
    "InputTimeLimitExceeded",
    "TimeLimitExceeded",
    "ConnectionTimeLimitExceeded",
    "CallFailed",
    "NoMatchingCondition",
];
/// Actions that take time, or are counted, when they do not fail.
const SLOW: &[&str] = &[
    "MessageParticipant",
    "MessageParticipantIteratively",
    "GetParticipantInput",
    "ConnectParticipantWithLexBot",
    "ConnectParticipantWithAgenticCX",
    "ShowView",
    "Wait",
    "Loop",
    "InvokeLambdaFunction",
    "InvokeFlowModule",
    "TransferParticipantToThirdParty",
    "AuthenticateParticipant",
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let reached = look.ways.reached();
    let at_once = |at: usize| -> Vec<usize> {
        let Some(action) = look.ways.action(at).filter(|_| reached[at]) else { return Vec::new() };
        look.ways.taken(at).filter(|way| !takes_time(action, way)).map(|way| way.to).collect()
    };
    let edges: Vec<Vec<usize>> = (0..look.ways.len()).map(at_once).collect();
    for circle in circles(&edges) {
        let Some(action) = circle.first().and_then(|first| look.ways.action(*first)) else { continue };
        let title = if circle.len() == 1 {
            "a step that leads straight back to itself"
        } else {
            "steps that go round without a pause"
        };
        let names: Vec<String> = circle
            .iter()
            .filter_map(|at| look.ways.action(*at))
            .take(6)
            .map(|action| format!("`{}`", action.identifier))
            .collect();
        let diagnostic = Diagnostic::warning(RULE.code, title)
            .note(format!("Nothing in the circle takes time: {}.", names.join(", ")))
            .help(
                "Say something or wait in between, and count the rounds with `loop:`; an error branch should lead on.",
            );
        diagnostics.push(look.at(diagnostic, action));
    }
}

fn takes_time(action: &Action, way: &Way<'_>) -> bool {
    // What a type that is not known does may take time.
    let is_slow = SLOW.contains(&action.action_type.as_str()) || catalog::find(&action.action_type).is_none();
    match way.on {
        On::Error(error) => is_slow && LATE.contains(&error),
        On::Next | On::Condition(_) => is_slow,
    }
}
