//! Digits that are pressed while nobody listens.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::ways::On;
use super::words::{asks_for_keys, spoken_text};
use super::{Look, Rule, stores_input};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "digits-lost",
    what: "Finds messages that ask for digits, right before the step that takes them.",
    why: "Keys pressed during the message are thrown away, so quick callers lose their first digits. The prompt of the step \
          itself takes them.",
    example: "- say: Please enter your account number.\n- collect: \" .\"\n  no_input: hang_up",
    instead: "- collect: Please enter your account number.\n  no_input: hang_up",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions().filter(|(_, action)| stores_input(action)) {
        if look.facts_at(index).is_none_or(|facts| facts.may(Fact::BUFFER)) {
            continue;
        }
        let says_nothing = is_blank(action);
        let message = look
            .before(index)
            .iter()
            .filter(|(_, on)| matches!(on, On::Next))
            .filter_map(|(at, _)| look.ways.action(*at))
            .find(|before| before.action_type == "MessageParticipant" && (says_nothing || asks(before)));
        if let Some(message) = message {
            let diagnostic = Diagnostic::warning(RULE.code, "keys pressed during this message are lost")
                .note(format!("Digits are taken only from `{}` on, which comes next.", action.identifier))
                .help("Let the step that takes the digits say it.");
            diagnostics.push(look.at(diagnostic, message));
        }
    }
}

fn asks(action: &Action) -> bool {
    spoken_text(action).is_some_and(|text| asks_for_keys(&text))
}

fn is_blank(action: &Action) -> bool {
    let has_audio = ["PromptId", "Media"].iter().any(|name| action.parameters.contains_key(*name));
    !has_audio && spoken_text(action).is_none_or(|text| !text.chars().any(char::is_alphanumeric))
}
