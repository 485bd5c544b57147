//! Answers that are read after another function was invoked.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule, facts};
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "lambda-answer-replaced",
    what: "Finds keys of `$.External` that an earlier function answers, read when another one was invoked since.",
    why: "Each invocation replaces the whole answer of the one before, so the key is most likely empty.",
    example: "- lambda: vanity
- say: Hello $.External.name
- lambda: arn:aws:lambda:us-west-2:123456789012:function:orders
- say: Goodbye $.External.name, your order is $.External.order",
    instead: "- lambda: vanity
- say: Hello $.External.name
- set: { name: $.External.name }
- lambda: arn:aws:lambda:us-west-2:123456789012:function:orders
- say: Goodbye $.Attributes.name, your order is $.External.order",
    check,
};

/// Keys that many functions answer, each for itself.
const COMMON: &[&str] = &["status", "result", "success", "error", "message", "response", "body", "valid", "code"];

fn is_common(key: &str) -> bool {
    let key = key.to_lowercase();
    COMMON.iter().any(|word| key.contains(word))
}

/// True for a comparison right after the function: whoever put it there knows whose answer it is.
fn is_asked_for(look: &Look<'_>, read: &Read<'_>) -> bool {
    let is_comparison = look.ways.action(read.at).is_some_and(|action| action.action_type == "Compare");
    is_comparison
        && look.of_type("InvokeLambdaFunction").any(|(at, _)| look.ways.taken(at).any(|way| way.to == read.at))
}

/// True where the function was given the very key: one that is handed along is most likely answered again.
fn is_handed_on(look: &Look<'_>, read: &Read<'_>) -> bool {
    let functions = facts::functions(look.ways);
    look.of_type("InvokeLambdaFunction").any(|(at, action)| {
        let is_it = facts::arn_of(action).and_then(|arn| functions.get(arn)) == Some(&read.of);
        let mut given = look.paths(at).iter().map(|path| paths::parts(path));
        is_it && at != read.at && given.any(|parts| parts.take(2).eq(["External", read.key]))
    })
}

/// A key read at an action, where only one function's answer can be.
struct Read<'a> {
    at: usize,
    key: &'a str,
    of: usize,
}

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    if !look.texts.reads("External") {
        return;
    }
    let reads = reads(look);
    let mut answered: BTreeMap<(usize, &str), BTreeSet<usize>> = BTreeMap::new();
    for read in &reads {
        answered.entry((read.of, read.key)).or_default().insert(read.at);
    }
    for read in &reads {
        let elsewhere = answered.get(&(read.of, read.key)).is_some_and(|places| places.len() > 1);
        let Some(facts) = look.facts_at(read.at) else { continue };
        let earlier = answered
            .keys()
            .find(|(function, key)| *key == read.key && *function != read.of && facts.was_invoked(*function));
        let is_quiet = is_common(read.key) || is_asked_for(look, read) || is_handed_on(look, read);
        if elsewhere || earlier.is_none() || is_quiet {
            continue;
        }
        if let Some(action) = look.ways.action(read.at) {
            let title = format!("`$.External.{}` is read after another function was invoked", read.key);
            let diagnostic = Diagnostic::warning(RULE.code, title)
                .note("It was read after an earlier function, whose answer is gone by now.")
                .help("Keep it with `set:` before the next function is invoked, and read the attribute.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

fn reads<'a>(look: &Look<'a>) -> Vec<Read<'a>> {
    let mut reads = Vec::new();
    for (at, _) in look.actions() {
        let Some(facts) = look.facts_at(at) else { continue };
        let mut functions = facts.answers();
        let (Some(of), None) = (functions.next(), functions.next()) else { continue };
        for path in look.paths(at) {
            let mut parts = paths::parts(path);
            if let (Some("External"), Some(key)) = (parts.next(), parts.next()) {
                reads.push(Read { at, key, of });
            }
        }
    }
    reads
}
