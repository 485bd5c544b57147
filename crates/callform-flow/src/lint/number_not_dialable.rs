//! Numbers that cannot be called as they are written.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule, text};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "number-not-dialable",
    what: "Finds phone numbers to transfer to, or to show as caller, that are not in E.164 form.",
    why: "Connect does not guess the country; the transfer fails.",
    example: "- raw:
    type: TransferParticipantToThirdParty
    parameters: { ThirdPartyPhoneNumber: 555-0100, ThirdPartyConnectionTimeLimitSeconds: \"30\", ContinueFlowExecution: \"False\" }
  next: hang_up",
    instead: "- transfer: { number: \"+15550100100\" }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.actions() {
        for number in numbers(action).into_iter().filter(|number| !number.contains("$.") && !is_e164(number)) {
            let diagnostic = Diagnostic::warning(RULE.code, "a phone number that is not in E.164 form")
                .help("Write it as `+15550100100`: plus sign, country code, no spaces.")
                .note(format!("It has {} characters.", number.chars().count()));
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

fn numbers(action: &Action) -> Vec<&str> {
    let caller = action.parameters.get("CallerId").and_then(|caller| caller.get("Number")).and_then(Value::as_str);
    match action.action_type.as_str() {
        "TransferParticipantToThirdParty" => text(action, "ThirdPartyPhoneNumber").into_iter().chain(caller).collect(),
        // Here a number's ARN is taken as well.
        "CompleteOutboundCall" => caller.into_iter().filter(|number| !number.starts_with("arn:")).collect(),
        _ => Vec::new(),
    }
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}
