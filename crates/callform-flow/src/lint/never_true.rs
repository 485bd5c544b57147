//! Conditions that never hold.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::CHANNELS;
use super::{Look, Rule, text};
use crate::{Action, ConditionBranch};

pub(super) const RULE: Rule = Rule {
    code: "never-true",
    what: "Finds conditions that never hold: a channel or way of initiation written in lower case, a number compared with a \
           word, the same condition twice.",
    why: "Contacts take the other branch, whatever they are.",
    example: "- if: $.Channel\n  equals: voice\n  then: { say: Hello }\n- hang_up",
    instead: "- if: $.Channel\n  equals: VOICE\n  then: { say: Hello }\n- hang_up",
    check,
};

const INITIATIONS: &[&str] =
    &["INBOUND", "OUTBOUND", "TRANSFER", "CALLBACK", "QUEUE_TRANSFER", "DISCONNECT", "API", "MONITOR", "WEBRTC_API"];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.actions() {
        let conditions = action.transitions.conditions();
        for (index, branch) in conditions.iter().enumerate() {
            let Some(operand) = branch.operand() else { continue };
            let earlier = &conditions[..index];
            if let Some(help) = never(action, branch, operand, earlier) {
                let diagnostic =
                    Diagnostic::warning(RULE.code, format!("the condition `{operand}` never holds")).help(help);
                diagnostics.push(look.at(diagnostic, action));
            }
        }
    }
}

fn never(action: &Action, branch: &ConditionBranch, operand: &str, earlier: &[ConditionBranch]) -> Option<String> {
    if earlier.iter().any(|first| first.operator == branch.operator && first.operand() == Some(operand)) {
        return Some("An earlier branch of the action has the same condition; take one out.".to_owned());
    }
    let is_path = operand.contains("$.");
    if branch.operator.starts_with("Number") && !is_path && operand.trim().parse::<f64>().is_err() {
        return Some("Compare with a number.".to_owned());
    }
    if branch.operator != "Equals" || action.action_type != "Compare" {
        return None;
    }
    let known = match text(action, "ComparisonValue")? {
        "$.Channel" => CHANNELS,
        "$.InitiationMethod" => INITIATIONS,
        _ => return None,
    };
    let meant = operand.trim().to_uppercase();
    (known.contains(&meant.as_str()) && meant != operand)
        .then(|| format!("Upper and lower case are told apart: write `{meant}`."))
}
