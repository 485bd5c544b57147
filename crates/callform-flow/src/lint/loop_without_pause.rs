//! Circles that take no time.

use std::collections::{BTreeSet, VecDeque};

use callform_source::{Diagnostic, Diagnostics};

use super::ways::{On, Way};
use super::{Look, Rule};
use crate::Action;
use crate::circles::circles;

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
    if look.ways.circles().is_empty() {
        return;
    }
    let reached = look.ways.reached();
    let count = look.ways.len();
    // Ways that take no time, and those among them that are taken only when something fails that takes time otherwise.
    let mut at_once: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut failing: Vec<(usize, usize)> = Vec::new();
    for at in (0..count).filter(|at| reached[*at]) {
        let Some(action) = look.ways.action(at) else { continue };
        let is_slow = is_slow(look, at, action);
        for way in look.ways.taken(at).filter(|way| !is_slow || !takes_time(way)) {
            if is_slow { failing.push((at, way.to)) } else { at_once[at].push(way.to) }
        }
    }
    let mut found = circles(&at_once);
    // One failure may be lasting, such as a prompt that is not there. Two at once, prompt after prompt, are not.
    for (from, to) in failing {
        let round = way_back(&at_once, to, from);
        found.extend(round.filter(|round| !found.iter().any(|known| known == round)));
    }
    found.sort();
    for circle in found {
        report(look, &circle, diagnostics);
    }
}

fn report(look: &Look<'_>, circle: &[usize], diagnostics: &mut Diagnostics) {
    let Some(action) = circle.first().and_then(|first| look.ways.action(*first)) else { return };
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
        .help("Say something or wait in between, and count the rounds with `loop:`; an error branch should lead on.");
    diagnostics.push(look.at(diagnostic, action));
}

/// The actions on a shortest way, both ends included, sorted; `None` where there is none.
fn way_back(edges: &[Vec<usize>], from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came_from: Vec<Option<usize>> = vec![None; edges.len()];
    let mut waiting = VecDeque::from([from]);
    let mut seen = BTreeSet::from([from]);
    while let Some(at) = waiting.pop_front() {
        if at == to {
            let mut way: Vec<usize> = std::iter::successors(Some(at), |at| came_from[*at]).collect();
            way.sort_unstable();
            return Some(way);
        }
        for &next in &edges[at] {
            if seen.insert(next) {
                came_from[next] = Some(at);
                waiting.push_back(next);
            }
        }
    }
    None
}

/// True for actions that take time, or are counted, when they do not fail. What a type that is not known does may.
fn is_slow(look: &Look<'_>, at: usize, action: &Action) -> bool {
    SLOW.contains(&action.action_type.as_str()) || look.spec(at).is_none()
}

/// True for a way out of such an action that is taken after some time only.
fn takes_time(way: &Way<'_>) -> bool {
    match way.on {
        On::Error(error) => LATE.contains(&error),
        On::Next | On::Condition(_) => true,
    }
}
