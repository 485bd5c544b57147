//! Digits that are used where one way here asks for none.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::Fact;
use super::{Look, Rule};
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "input-not-asked",
    what: "Finds `$.StoredCustomerInput` at a place that contacts also come to without having been asked for digits.",
    why: "On that way it is empty, or what was entered for something else.",
    example: "- if: $.Attributes.known
  equals: yes
  else: { collect: Please enter your account number., no_input: hang_up }
- lambda: vanity
  with: { account: $.StoredCustomerInput }",
    instead: "- if: $.Attributes.known
  equals: yes
  else:
    - collect: Please enter your account number.
      store_as: account
      no_input: hang_up
- lambda: vanity
  with: { account: $.Attributes.account }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    if !look.texts.reads("StoredCustomerInput") {
        return;
    }
    for (index, action) in look.actions().filter(|(_, action)| action.action_type != "Compare") {
        let reads = look.paths(index).iter().any(|path| paths::root(path) == "StoredCustomerInput");
        let sometimes = look.facts_at(index).is_some_and(|facts| facts.may(Fact::INPUT) && !facts.must(Fact::ASKED));
        if reads && sometimes && !may_bring_input(look) {
            let diagnostic = Diagnostic::warning(RULE.code, "input that was not asked for on every way here")
                .help("Ask on each way, or keep the input with `store_as:` and read the attribute.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// True where contacts may have been asked before they came.
fn may_bring_input(look: &Look<'_>) -> bool {
    look.subject.arrival.is_led_to || look.of_type("InvokeFlowModule").next().is_some()
}
