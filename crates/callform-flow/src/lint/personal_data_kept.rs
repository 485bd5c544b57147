//! What tells one person from all others, in attributes and flow logs.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::facts::Fact;
use super::inputs::Inputs;
use super::personal_data::{follows_question, names_secret, spaced};
use super::words::{speaks_about, speaks_of_person, spoken_text};
use super::{Look, Rule, stores_input};
use crate::{Action, paths};

pub(super) const RULE: Rule = Rule {
    code: "personal-data-kept",
    what: "Finds birth dates, numbers of passports, licenses and accounts, and what functions answer of card and social security \
           numbers, that are kept in a contact attribute; and birth dates and the like that are asked for while flow logs are on.",
    why: "Contact attributes stand in the contact's record for two years and flow logs in CloudWatch, for everybody who may read \
          them. Whether that is allowed is not for a flow to decide.",
    example: "- collect: Please enter your date of birth.\n  digits: 8\n  store_as: birth_date\n  no_input: hang_up",
    instead: "- collect: Please enter your date of birth.
  digits: 8
  no_input: hang_up
- lambda: vanity
  with: { born: $.StoredCustomerInput }
- set: { birth_date_verified: $.External.verified }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions() {
        let diagnostic = if let Some(name) = kept(look, index, action) {
            Diagnostic::warning(RULE.code, format!("personal data is kept in the attribute `{name}`")).help(
                "Hand it to the function that needs it, and keep what came of it: that it was right, the last digits.",
            )
        } else if is_logged(look, index, action) {
            Diagnostic::warning(RULE.code, "personal data is asked for while flow logs are on")
                .help("Turn the logs off around it (`logging: false`), or encrypt the input.")
        } else {
            continue;
        };
        diagnostics.push(look.at(diagnostic, action));
    }
}

/// The first attribute that gets personal data. What a caller enters of secrets has a rule of its own.
fn kept<'a>(look: &Look<'a>, index: usize, action: &'a Action) -> Option<&'a str> {
    let set = action.parameters.get("Attributes").and_then(Value::as_object)?;
    if action.action_type != "UpdateContactAttributes" {
        return None;
    }
    let is_answer = follows_question(look, index, speaks_of_person);
    let is_personal = |(name, value): &(&String, &Value)| {
        let Some(text) = value.as_str().filter(|text| paths::in_text(text).next().is_some()) else { return false };
        let words = spaced(name);
        if speaks_about(&words) {
            return false;
        }
        let is_input = || Inputs::of(look).first_in(text).is_some();
        speaks_of_person(&words)
            || is_answer && paths::in_text(text).any(|path| paths::root(path) == "StoredCustomerInput")
            || names_secret(name) && !is_input()
    };
    set.iter().find(is_personal).map(|(name, _)| name.as_str())
}

fn is_logged(look: &Look<'_>, index: usize, action: &Action) -> bool {
    stores_input(action)
        && !action.parameters.contains_key("InputEncryption")
        && look.facts_at(index).is_some_and(|facts| facts.may(Fact::LOGGED))
        && spoken_text(action).is_some_and(|text| speaks_of_person(&text))
}
