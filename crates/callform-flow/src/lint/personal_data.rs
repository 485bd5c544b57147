//! Secrets that are kept in a contact's attributes.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::inputs::Inputs;
use super::words::{asks_for_secret, spoken_text};
use super::{Look, Rule, stores_input};
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "secret-kept",
    what: "Finds PINs, card numbers, social security numbers and the like that a caller enters and the flow keeps in a contact \
           attribute: by the attribute's name, or because that is what was asked for.",
    why: "Contact attributes stand in the contact's record for two years, in its exports, and in flow logs, for everybody who may \
          read them.",
    example: "- collect: Please enter your card number.\n  store_as: card_number\n  no_input: hang_up",
    instead: "- collect: Please enter your card number.
  encrypt: { key_id: 1a2b3c4d, key: $.Attributes.key }
  no_input: hang_up
- lambda: vanity
  with: { card: $.StoredCustomerInput }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    if look.of_type("UpdateContactAttributes").next().is_none() {
        return;
    }
    let inputs = Inputs::of(look);
    let asks = look.actions().any(|(_, action)| {
        let stores = stores_input(action) && !action.parameters.contains_key("InputEncryption");
        stores && spoken_text(action).is_some_and(|text| asks_for_secret(&text))
    });
    let is_encrypted = look.all_actions().any(|(_, action)| action.parameters.contains_key("InputEncryption"));
    for (index, action) in look.of_type("UpdateContactAttributes") {
        let set = action.parameters.get("Attributes").and_then(Value::as_object).into_iter().flatten();
        let is_answer = follows_question(look, index, asks_for_secret);
        let kept = set.into_iter().find(|(name, value)| {
            let input = value.as_str().and_then(|text| inputs.first_in(text));
            let is_named = names_secret(name) && (asks || !is_encrypted);
            input.is_some_and(|path| is_named || is_answer && paths::root(path) == "StoredCustomerInput")
        });
        if let Some((name, _)) = kept {
            let diagnostic = Diagnostic::warning(RULE.code, format!("a secret is kept in the attribute `{name}`"))
                .help("Encrypt the input, and hand it to the function that needs it without keeping it.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// True where the input at hand is always the answer to a question that `asks` for something of that kind, and is not
/// encrypted.
pub(super) fn follows_question(look: &Look<'_>, index: usize, asks: fn(&str) -> bool) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![index];
    let mut is_asked = false;
    while let Some(at) = waiting.pop() {
        for (before, _) in look.before(at).iter().filter(|(before, _)| look.ways.reached()[*before]) {
            let Some(action) = look.ways.action(*before).filter(|_| seen.insert(*before)) else { continue };
            if !stores_input(action) {
                waiting.push(*before);
                continue;
            }
            let is_open = !action.parameters.contains_key("InputEncryption");
            if !is_open || !spoken_text(action).is_some_and(|text| asks(&text)) {
                return false;
            }
            is_asked = true;
        }
    }
    is_asked
}

/// True for names such as `card_number` and `customerPIN`.
pub(super) fn names_secret(name: &str) -> bool {
    asks_for_secret(&spaced(name))
}

/// The words of a name.
pub(super) fn spaced(name: &str) -> String {
    let mut words = String::new();
    let mut before_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && before_lower || !character.is_alphanumeric() {
            words.push(' ');
        }
        before_lower = character.is_lowercase();
        words.extend(character.is_alphanumeric().then_some(character));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::names_secret;

    #[test]
    fn names_of_secrets() {
        for name in ["card_number", "customerPIN", "SSN", "creditCard", "cvv"] {
            assert!(names_secret(name), "{name}");
        }
        for name in ["account", "pinned", "spin", "cardiology", "case_number"] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
