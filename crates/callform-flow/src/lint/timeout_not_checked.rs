//! Digits that are used without a look at whether there are any.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule, stores_input};
use crate::Action;
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "timeout-not-checked",
    what: "Finds stored input that is used, while nothing looks at whether anything was entered.",
    why: "When the caller enters nothing the step succeeds all the same, and the input is the word `Timeout`.",
    example: "- collect: Please enter your account number.\n  store_as: account\n- say: Your account is $.Attributes.account",
    instead: "- collect: Please enter your account number.\n  store_as: account\n  no_input: [{ say: Goodbye }, hang_up]\n- say: Your account is $.Attributes.account",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions().filter(|(_, action)| stores_input(action)) {
        let reached = look.ways.reached_from(index, |at| !look.ways.action(at).is_some_and(stores_input));
        let after = || look.actions().filter(|(at, _)| reached[*at]);
        let copies = copies(after().map(|(_, action)| action));
        let reads_input = |at: usize| look.paths(at).iter().any(|path| is_input(path, &copies));
        let is_used = after().any(|(at, _)| reads_input(at));
        let reads_answers = || {
            let reads = |at: usize| look.paths(at).iter().any(|path| paths::root(path) == "External");
            after().any(|(at, action)| action.action_type == "Compare" && reads(at))
        };
        let is_checked = || after().any(|(at, action)| looks_at(action, || reads_input(at), reads_answers));
        if is_used && !is_checked() {
            let diagnostic = Diagnostic::warning(RULE.code, "nothing looks at whether anything was entered").help(
                "Add `no_input:` to the step, or compare `$.StoredCustomerInput` with `Timeout` before it is used.",
            );
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// Attributes that get the input.
fn copies<'a>(actions: impl Iterator<Item = &'a Action>) -> BTreeSet<&'a str> {
    actions
        .filter_map(|action| action.parameters.get("Attributes").or_else(|| action.parameters.get("FlowAttributes")))
        .filter_map(Value::as_object)
        .flatten()
        .filter(|(_, value)| value.to_string().contains("$.StoredCustomerInput"))
        .map(|(name, _)| name.as_str())
        .collect()
}

fn is_input(path: &str, copies: &BTreeSet<&str>) -> bool {
    let mut parts = paths::parts(path);
    match parts.next() {
        Some("StoredCustomerInput") => true,
        Some("Attributes" | "FlowAttributes") => parts.next().is_some_and(|name| copies.contains(name)),
        _ => false,
    }
}

/// True for actions that tell a number from the word: comparisons, the callback number, which has branches of its own,
/// and functions, which get the attributes in any case, where the flow looks at what they answer.
fn looks_at(action: &Action, reads_input: impl Fn() -> bool, reads_answers: impl Fn() -> bool) -> bool {
    match action.action_type.as_str() {
        "Compare" => tells_timeout(action) && reads_input(),
        "UpdateContactCallbackNumber" => reads_input(),
        "InvokeLambdaFunction" => reads_answers(),
        "InvokeFlowModule" => true,
        _ => false,
    }
}

/// Words for nothing that the input never is: it is `Timeout`.
const NEVER: &[&str] =
    &["", "null", "none", "empty", "undefined", "timeout", "time out", "timed out", "noinput", "no input"];

/// False for a comparison with words for nothing alone, none of which is `Timeout`: it holds for no input at all.
fn tells_timeout(action: &Action) -> bool {
    let is_never = |operand: &str| operand != "Timeout" && NEVER.contains(&operand.trim().to_lowercase().as_str());
    let conditions = action.transitions.conditions();
    conditions.is_empty() || !conditions.iter().all(|branch| branch.operand().is_some_and(is_never))
}
