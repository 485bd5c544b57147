//! Callers who are hung up on without a word.

use callform_source::{Diagnostic, Diagnostics};

use super::ways::On;
use super::{Look, Rule};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "cut-off",
    what: "Finds calls that are ended without a word because the center is closed or no agent is there.",
    why: "To the caller it is a broken line; most call again at once.",
    example: "- hours: business\n  closed: hang_up\n- transfer: { queue: consulting }",
    instead: "- hours: business
  closed: [{ say: We are closed. }, hang_up]
- transfer: { queue: consulting }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions() {
        for way in look.ways.taken(index) {
            let Some(reason) = turns_away(action, way.on) else { continue };
            if hangs_up_at_once(look, way.to) && look.facts_at(index).is_some_and(|facts| !facts.excludes("VOICE")) {
                let diagnostic =
                    Diagnostic::warning(RULE.code, format!("callers are hung up on without a word when {reason}"))
                        .help("Say why before hanging up, or offer a callback.");
                diagnostics.push(look.at(diagnostic, action));
            }
        }
    }
}

fn turns_away(action: &Action, on: On<'_>) -> Option<&'static str> {
    match (action.action_type.as_str(), on) {
        ("CheckHoursOfOperation", On::Condition(branch)) if branch.operand() == Some("False") => Some("it is closed"),
        ("CheckMetricData", On::Error("NoMatchingCondition")) => super::text(action, "MetricType")
            .filter(|metric| metric.starts_with("NumberOfAgents"))
            .map(|_| "no agent is there"),
        _ => None,
    }
}

/// Actions a caller does not notice.
const UNNOTICED: &[&str] = &[
    "UpdateContactAttributes",
    "UpdateFlowAttributes",
    "UpdateContactData",
    "UpdateFlowLoggingBehavior",
    "UpdateContactTextToSpeechVoice",
    "TagContact",
];

fn hangs_up_at_once(look: &Look<'_>, from: usize) -> bool {
    let mut at = from;
    // A longer chain than the flow has actions goes round in a circle.
    for _ in 0..look.ways.len() {
        let Some(action) = look.ways.action(at) else { return false };
        if action.action_type == "DisconnectParticipant" {
            return true;
        }
        let next = look.ways.all(at).iter().find(|way| matches!(way.on, On::Next));
        match next {
            Some(way) if UNNOTICED.contains(&action.action_type.as_str()) => at = way.to,
            _ => return false,
        }
    }
    false
}
