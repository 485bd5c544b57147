//! Callbacks to whatever number the contact came from.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "callback-without-number",
    what: "Finds callbacks before which no callback number was set, or before which setting it failed.",
    why: "Connect then calls the number the contact came from. Withheld numbers and extensions cannot be called, and nobody \
          finds out: setting the number first has branches for both.",
    example: "type: customer_queue
steps:
  - play: [Please wait]
    interrupt_every: 60s
    steps:
      - callback: queue
      - say: We will call you back.
      - hang_up",
    instead: "type: customer_queue
steps:
  - play: [Please wait]
    interrupt_every: 60s
    steps:
      - callback_number: $.CustomerEndpoint.Address
        invalid: [{ say: Your number cannot be called. }, { goto: Stay }]
        not_dialable: { goto: Stay }
      - callback: queue
      - say: We will call you back.
      - hang_up
      - name: Stay
        say: Please stay on the line.",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.of_type("CreateCallbackContact") {
        let Some(facts) = look.facts_at(index) else { continue };
        let diagnostic = if facts.may(Fact::NO_NUMBER) {
            Diagnostic::warning(RULE.code, "a callback to a number that could not be set")
                .note("A branch for numbers that are invalid or cannot be called leads here, too.")
                .help("Let that branch ask for another number, or end without a callback.")
        } else if !facts.may(Fact::NUMBER) {
            Diagnostic::warning(RULE.code, "a callback before which no number was set").help(
                "Put `callback_number: $.CustomerEndpoint.Address` before it, with branches for `invalid` and `not_dialable`.",
            )
        } else {
            continue;
        };
        diagnostics.push(look.at(diagnostic, action));
    }
}
