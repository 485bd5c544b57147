//! Errors that an action can have and nobody handles.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule, is_true, stores_input};
use crate::Action;
use crate::catalog::ActionSpec;

pub(super) const RULE: Rule = Rule {
    code: "missing-error-branch",
    what: "Finds actions without a branch for an error they can have, where Amazon Connect is not known to insist on it.",
    why: "When the error comes, the contact is cut off.",
    example: "- raw: { type: CreateTask, parameters: { Name: Call back } }\n  next: hang_up\n  exact: true",
    instead: "- task: Call back\n  error: [{ say: Sorry }, hang_up]",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions() {
        let handled = |error: &str| action.transitions.errors().iter().any(|branch| branch.error_type == error);
        let missing: Vec<String> = expected(look.spec(index), action)
            .into_iter()
            .filter(|error| !handled(error))
            .map(|error| format!("`{error}`"))
            .collect();
        if !missing.is_empty() {
            let title = format!("no branch for {}", missing.join(", "));
            let diagnostic =
                Diagnostic::warning(RULE.code, title).help("Add the branch, and say there what happens next.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

fn expected(spec: Option<&ActionSpec>, action: &Action) -> Vec<&'static str> {
    let mut expected = match spec {
        // Of verified ones Connect itself says what it needs.
        Some(spec) if !spec.verified => spec.required_errors.to_vec(),
        _ => Vec::new(),
    };
    let has = |name: &str| action.parameters.contains_key(name);
    match action.action_type.as_str() {
        "TransferParticipantToThirdParty" if is_true(action, "ContinueFlowExecution") => {
            expected.extend(["ConnectionTimeLimitExceeded", "CallFailed"]);
        }
        "GetParticipantInput" if stores_input(action) && checks_phone_number(action) => {
            expected.push("InvalidPhoneNumber");
        }
        "ConnectParticipantWithLexBot" if has("LexTimeoutSeconds") => expected.push("InputTimeLimitExceeded"),
        "CreateCase" | "GetCase" | "UpdateCase" if is_true(action, "LinkContactToCase") => {
            expected.push("ContactNotLinked");
        }
        "Wait" if waits_for_bot(action) => expected.push("ParticipantNotFound"),
        _ => {}
    }
    expected
}

fn checks_phone_number(action: &Action) -> bool {
    action.parameters.get("InputValidation").is_some_and(|validation| validation.get("PhoneNumberValidation").is_some())
}

fn waits_for_bot(action: &Action) -> bool {
    let events = action.parameters.get("Events").and_then(Value::as_array);
    events.is_some_and(|events| events.iter().any(|event| event == "BotParticipantDisconnected"))
}
