//! Values that are read before anything can have filled them.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::facts::Fact;
use super::{Look, Rule};
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "read-before-set",
    what: "Finds values that are read where nothing on any way has filled them: `$.External` before any function was invoked, \
           `$.StoredCustomerInput` before digits were stored, `$.Metrics`, `$.Lex`, `$.AgenticCX`, `$.Views` and \
           `$.FlowAttributes` likewise.",
    why: "They belong to the flow, so they are empty there: a text has a gap, a comparison never holds.",
    example: "- say: Hello $.External.name\n- lambda: vanity",
    instead: "- lambda: vanity\n- say: Hello $.External.name",
    check,
};

/// What fills a value, and what to do.
const SOURCES: &[(&str, Fact, &str)] = &[
    ("External", Fact::ANSWER, "Invoke the function before, and read its answer on the branch where it succeeds."),
    ("StoredCustomerInput", Fact::INPUT, "Ask with `collect:` before."),
    ("Metrics", Fact::METRICS, "Read the queue's figures with `metrics:` before."),
    ("Lex", Fact::BOT, "Ask the bot with `lex:` before."),
    ("AgenticCX", Fact::AGENTIC, "Connect the contact with the application before: `ConnectParticipantWithAgenticCX`."),
    ("Views", Fact::VIEW, "Show the view with `view:` before."),
    ("Wisdom", Fact::ASSISTANT, "Start the session with `assistant:` before."),
    ("Queue", Fact::QUEUE, "Choose the queue with `queue:` before."),
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let flow_attributes = flow_attributes(look);
    let chooses_queue = look.of_type("UpdateContactTargetQueue").next().is_some();
    let answered = answered(look);
    let relies_on_others = look.is_alone() && relies_on_others(look, &answered);
    // Once a value is known to be missing, telling of each further place helps nobody.
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for (index, action) in look.actions() {
        let Some(facts) = look.facts_at(index) else { continue };
        for path in look.paths(index).iter().copied().filter(|path| !path.starts_with("$.Attributes")) {
            let root = paths::root(path);
            let (key, help) = match SOURCES.iter().find(|(name, _, _)| *name == root) {
                // A flow that chooses none may have got its queue with the contact.
                Some(("Queue", _, _)) if !chooses_queue => continue,
                // And an exported flow its answers, unless it reads the same one after asking for it itself.
                Some(("External", _, _)) if relies_on_others => continue,
                Some((_, fact, help)) if !facts.may(*fact) => (root, *help),
                None if root == "FlowAttributes" && !is_set(path, &flow_attributes) => {
                    (path, "Set it with `set:` and `scope: flow` before; flow attributes of other flows are not seen.")
                }
                _ => continue,
            };
            if reported.insert(key) {
                let diagnostic =
                    Diagnostic::warning(RULE.code, format!("`{path}` is read before anything has filled it"))
                        .note("Nothing in this flow does before. Only the first place is told of.")
                        .help(help);
                diagnostics.push(look.at(diagnostic, action));
            }
        }
    }
}

/// True where answers are read before any function was asked that the flow's own functions never give: they come from
/// a flow that leads here, and so may the others.
fn relies_on_others(look: &Look<'_>, answered: &BTreeSet<&str>) -> bool {
    let is_early = |index: usize| look.facts_at(index).is_some_and(|facts| !facts.may(Fact::ANSWER));
    let mut early = look.actions().filter(|(index, _)| is_early(*index));
    early.any(|(index, _)| {
        let mut answers = look.paths(index).iter().filter(|path| paths::root(path) == "External");
        answers.any(|path| !answered.contains(path))
    })
}

/// Paths of answers that are read somewhere after a function of the flow's own.
fn answered<'a>(look: &Look<'a>) -> BTreeSet<&'a str> {
    look.actions()
        .filter(|(index, _)| look.facts_at(*index).is_some_and(|facts| facts.may(Fact::ANSWER)))
        .flat_map(|(index, _)| look.paths(index).iter().copied())
        .filter(|path| paths::root(path) == "External")
        .collect()
}

/// The names of flow attributes that are set anywhere in the flow.
fn flow_attributes<'a>(look: &Look<'a>) -> BTreeSet<&'a str> {
    look.all_actions()
        .filter_map(|(_, action)| action.parameters.get("FlowAttributes").and_then(Value::as_object))
        .flat_map(|attributes| attributes.keys().map(String::as_str))
        .collect()
}

fn is_set(path: &str, names: &BTreeSet<&str>) -> bool {
    // A name made of a path cannot be told.
    paths::parts(path).nth(1).is_none_or(|name| names.contains(name) || names.iter().any(|name| name.contains("$.")))
}
