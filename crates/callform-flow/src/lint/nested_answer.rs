//! Inner values of an answer that has none.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule, facts};
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "nested-answer",
    what: "Finds inner values such as `$.External.customer.name` of a function whose answer is checked to be a flat map of \
           strings.",
    why: "With `STRING_MAP` a nested answer is refused and the function takes its error branch; only `JSON` has inner values.",
    example: "- lambda: vanity\n- say: Hello $.External.customer.name",
    instead: "- lambda: vanity\n  response: json\n- say: Hello $.External.customer.name",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    if !look.texts.reads("External") {
        return;
    }
    let flat = flat_functions(look);
    for (index, action) in look.actions() {
        let Some(known) = look.facts_at(index) else { continue };
        let mut functions = known.answers().peekable();
        let all_flat = functions.peek().is_some() && functions.all(|function| flat.get(&function) == Some(&true));
        let nested = |path: &str| paths::root(path) == "External" && paths::parts(path).nth(2).is_some();
        if let Some(path) = look.paths(index).iter().find(|path| nested(path)).filter(|_| all_flat) {
            let diagnostic = Diagnostic::warning(RULE.code, format!("`{path}` of an answer that is a flat map"))
                .help("Let the function's answer be JSON (`response: json`), or give the value a key of its own.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// Of each function, whether every invocation expects a flat map.
fn flat_functions(look: &Look<'_>) -> BTreeMap<usize, bool> {
    let numbers = facts::functions(look.ways);
    let mut flat = BTreeMap::new();
    for (_, action) in look.of_type("InvokeLambdaFunction") {
        let Some(number) = facts::arn_of(action).and_then(|arn| numbers.get(arn)) else { continue };
        let response = action.parameters.get("ResponseValidation").and_then(|it| it.get("ResponseType"));
        let is_flat = response.is_some_and(|response| response == "STRING_MAP");
        *flat.entry(*number).or_insert(true) &= is_flat;
    }
    flat
}
