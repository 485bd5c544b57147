//! Numbers that callers choose and the center dials.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::inputs::Inputs;
use super::{Look, Rule, text};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "caller-chooses-number",
    what: "Finds transfers to a phone number that the caller entered or told a bot.",
    why: "Whoever calls can have the center dial any number at its cost, premium numbers abroad among them (toll fraud).",
    example: "- collect: Please enter the number to call.
  phone_number: e164
  no_input: hang_up
- transfer: { number: $.StoredCustomerInput }",
    instead: "- collect: Please enter the extension.
  digits: 4
  no_input: hang_up
- lambda: vanity
  with: { extension: $.StoredCustomerInput }
- transfer: { number: $.External.number }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    if look.actions().all(|(_, action)| dialed(action).is_none()) {
        return;
    }
    let inputs = Inputs::of(look);
    for (_, action) in look.actions() {
        let Some(path) = dialed(action).and_then(|number| inputs.first_in(number)) else { continue };
        let diagnostic =
            Diagnostic::warning(RULE.code, format!("the caller chooses the number that is dialed: `{path}`"))
                .help("Look the number up in a function that knows which ones are meant, or choose among fixed ones.");
        diagnostics.push(look.at(diagnostic, action));
    }
}

fn dialed(action: &Action) -> Option<&str> {
    match action.action_type.as_str() {
        "TransferParticipantToThirdParty" => text(action, "ThirdPartyPhoneNumber"),
        "CompleteOutboundCall" => action.parameters.get("PhoneNumber").and_then(Value::as_str),
        _ => None,
    }
}
