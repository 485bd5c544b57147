//! Callbacks to whatever number the contact came from.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "callback-without-number",
    what: "Finds callbacks before which no callback number was set.",
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
        invalid: { say: Your number cannot be called. }
      - callback: queue
      - say: We will call you back.
      - hang_up",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.of_type("CreateCallbackContact") {
        if look.facts_at(index).is_some_and(|facts| !facts.may(Fact::NUMBER)) {
            let diagnostic = Diagnostic::warning(RULE.code, "a callback before which no number was set")
                .help("Put `callback_number: $.CustomerEndpoint.Address` before it, with branches for `invalid` and `not_dialable`.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
