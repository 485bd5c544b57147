//! Keys and times of stored input that Connect does not take.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule};
use crate::validate::is_menu_key;

pub(super) const RULE: Rule = Rule {
    code: "input-end-key",
    what: "Finds stored input whose end keys cannot be pressed, or are `*` while that key still clears the input, and times \
           between digits other than 1 to 20 seconds.",
    why: "The input does not end when the caller thinks it does.",
    example: "- raw:
    type: GetParticipantInput
    parameters:
      Text: Please enter your number, then press star.
      StoreInput: \"True\"
      InputTimeLimitSeconds: \"5\"
      InputValidation: { CustomValidation: { MaximumLength: \"10\" } }
      DTMFConfiguration: { InputTerminationSequence: \"*\" }
- if: $.StoredCustomerInput
  equals: Timeout
  then: hang_up",
    instead: "- collect: Please enter your number, then press star.\n  digits: 10\n  end_with: \"*\"\n  no_input: hang_up",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.of_type("GetParticipantInput") {
        let Some(keys) = action.parameters.get("DTMFConfiguration") else { continue };
        if let Some((title, help)) = fault(keys) {
            diagnostics.push(look.at(Diagnostic::warning(RULE.code, title).help(help), action));
        }
    }
}

fn fault(configuration: &Value) -> Option<(&'static str, &'static str)> {
    let member = |name: &str| configuration.get(name).and_then(Value::as_str).filter(|text| !text.contains("$."));
    if let Some(keys) = member("InputTerminationSequence") {
        let can_be_pressed = keys.chars().all(|key| is_menu_key(key.encode_utf8(&mut [0; 4])));
        if !can_be_pressed || keys.len() > 5 {
            return Some(("keys that cannot end an input", "Use one to five of `0` to `9`, `*` and `#`."));
        }
        let keeps_star = member("DisableCancelKey").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        if keys.contains('*') && !keeps_star {
            return Some((
                "`*` ends the input and clears it",
                "Set `DisableCancelKey` to `True`, or end with another key.",
            ));
        }
    }
    let seconds = member("InterdigitTimeLimitSeconds")?;
    let is_valid = seconds.parse::<u8>().is_ok_and(|seconds| (1..=20).contains(&seconds));
    (!is_valid).then_some(("a time between digits that Connect does not take", "Use 1 to 20 seconds."))
}
