//! Secrets that end up in the flow's logs.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::words::{asks_for_secret, spoken_text};
use super::{Look, Rule, stores_input};

pub(super) const RULE: Rule = Rule {
    code: "secret-in-logs",
    what: "Finds PINs, card numbers and the like that are asked for in plain digits while flow logs are on.",
    why: "Flow logs contain what was entered, for everybody who may read the log group.",
    example: "- logging: true\n- collect: Please enter your PIN.\n  no_input: hang_up",
    instead: "- logging: false\n- collect: Please enter your PIN.\n  no_input: hang_up\n- logging: true",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions().filter(|(_, action)| stores_input(action)) {
        let is_logged = look.facts_at(index).is_some_and(|facts| facts.may(Fact::LOGGED));
        let is_encrypted = action.parameters.contains_key("InputEncryption");
        let is_secret = || spoken_text(action).is_some_and(|text| asks_for_secret(&text));
        if is_logged && !is_encrypted && is_secret() {
            let diagnostic = Diagnostic::warning(RULE.code, "a secret is asked for while flow logs are on")
                .help("Turn the logs off around it (`logging: false`), or encrypt the input.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
