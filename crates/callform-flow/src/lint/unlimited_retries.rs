//! Questions that are asked for ever while nobody answers.

use callform_source::{Diagnostic, Diagnostics};

use super::ways::{On, Way};
use super::{Look, Rule, is_menu, stores_input, text};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "unlimited-retries",
    what: "Finds questions that are asked again and again as long as the caller presses nothing.",
    why: "A call that nobody is on any more, such as a voicemail or a handset that was put down beside its cradle, goes on \
          for hours and is paid for by the minute.",
    example: "- name: Menu
  menu: For sales, press 1.
  keys: { 1: { transfer: { queue: consulting }, full: [{ say: Sorry }, hang_up] } }
  no_input: { goto: Menu }",
    instead: "- menu: For sales, press 1.
  keys: { 1: { transfer: { queue: consulting }, full: [{ say: Sorry }, hang_up] } }
  attempts: 3
  give_up: [{ say: Goodbye }, hang_up]",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let reached = look.ways.reached();
    let next: Vec<Option<usize>> =
        (0..look.ways.len()).map(|at| if reached[at] { in_silence(look, at) } else { None }).collect();
    // Each action has at most one such way, so every circle is found by walking on once from each.
    let mut seen_from: Vec<Option<usize>> = vec![None; next.len()];
    for from in 0..next.len() {
        let mut at = from;
        while seen_from[at].is_none() {
            seen_from[at] = Some(from);
            match next[at] {
                Some(to) => at = to,
                None => break,
            }
        }
        if seen_from[at] == Some(from) && next[at].is_some() && is_on_circle(at, &next) {
            report(look, at, &next, diagnostics);
        }
    }
}

fn is_on_circle(at: usize, next: &[Option<usize>]) -> bool {
    circle(at, next).is_some()
}

/// The actions of the circle that an action is on.
fn circle(at: usize, next: &[Option<usize>]) -> Option<Vec<usize>> {
    let mut found = vec![at];
    let mut current = next[at]?;
    while current != at {
        if found.len() > next.len() {
            return None;
        }
        found.push(current);
        current = next[current]?;
    }
    Some(found)
}

fn report(look: &Look<'_>, at: usize, next: &[Option<usize>], diagnostics: &mut Diagnostics) {
    let Some(circle) = circle(at, next) else { return };
    let asks = |action: &&Action| action.action_type == "GetParticipantInput";
    let question = circle.iter().filter_map(|at| look.ways.action(*at)).find(asks);
    if let Some(question) = question {
        let diagnostic = Diagnostic::warning(RULE.code, "a question that is asked for ever while nobody answers")
            .help("Count the attempts, with `attempts:` or a Loop block, and end the call when they are used up.");
        diagnostics.push(look.at(diagnostic, question));
    }
}

/// Where a caller goes who presses nothing, as far as the flow alone decides it.
fn in_silence(look: &Look<'_>, at: usize) -> Option<usize> {
    let action = look.ways.action(at)?;
    let takes: fn(&Action, &Way<'_>) -> bool = match action.action_type.as_str() {
        _ if is_menu(action) => |_, way| matches!(way.on, On::Error("InputTimeLimitExceeded")),
        _ if stores_input(action) => |_, way| matches!(way.on, On::Next),
        "Compare" if text(action, "ComparisonValue") == Some("$.StoredCustomerInput") => {
            let has_branch = action.transitions.conditions().iter().any(is_timeout);
            if has_branch {
                |_, way| matches!(way.on, On::Condition(branch) if is_timeout(branch))
            } else {
                |_, way| matches!(way.on, On::Error("NoMatchingCondition"))
            }
        }
        // The rounds are used up some time.
        "Loop" => |_, way| matches!(way.on, On::Condition(branch) if branch.operand() == Some("DoneLooping")),
        "Compare"
        | "CheckHoursOfOperation"
        | "CheckMetricData"
        | "DistributeByPercentage"
        | "ShowView"
        | "Wait"
        | "ConnectParticipantWithLexBot"
        | "ConnectParticipantWithAgenticCX"
        | "MessageParticipantIteratively"
        | "InvokeFlowModule"
        | "TransferToFlow"
        | "TransferContactToQueue"
        | "DequeueContactAndTransferToQueue"
        | "TransferParticipantToThirdParty"
        | "CreateCallbackContact"
        | "UpdateContactCallbackNumber" => return None,
        _ => |_, way| matches!(way.on, On::Next),
    };
    look.ways.taken(at).find(|way| takes(action, way)).map(|way| way.to)
}

fn is_timeout(branch: &crate::ConditionBranch) -> bool {
    branch.operator == "Equals" && branch.operand() == Some("Timeout")
}
