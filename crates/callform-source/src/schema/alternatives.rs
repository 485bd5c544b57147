//! `anyOf` and `oneOf`: finds the alternative the author meant and reports that one's problems.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::{Place, check as check_rule, equals};
use super::messages;
use super::rule::{Additional, Rule, RuleId, Rules, Types};
use crate::Diagnostics;
use crate::yaml::{Entry, Node};

/// How well an alternative fits; the greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Fit {
    /// Constants that are there (such as `type: voice`), less those that differ.
    constants: i32,
    /// Required keys that are there.
    required: i32,
    /// Keys it knows, less keys it does not know and required keys that are missing.
    keys: i32,
    /// True where keys and constants alone rule it out, so that values need not be looked at. Without this, values
    /// that several alternatives share would be checked once per alternative at every depth.
    is_out: bool,
}

impl Fit {
    /// True where something the author wrote points to this alternative rather than another.
    fn is_meant(self) -> bool {
        self.constants > 0 || (self.constants == 0 && self.required > 0)
    }

    fn constant(&mut self, is_same: bool) {
        self.constants += if is_same { 1 } else { -1 };
        self.is_out |= !is_same;
    }

    fn add(&mut self, part: Fit) {
        self.constants += part.constants;
        self.required += part.required;
        self.keys += part.keys;
        self.is_out |= part.is_out;
    }
}

/// Reports nothing where one alternative passes; otherwise the problems of the one that was meant, or, where that
/// cannot be told, one problem that names the alternatives.
pub(super) fn check(rules: &Rules, alternatives: &[RuleId], place: Place<'_>, diagnostics: &mut Diagnostics) {
    let kind = Types::of_node(place.node);
    let fitting: Vec<RuleId> =
        alternatives.iter().copied().filter(|&one| rules.get(one).accepts.intersects(kind)).collect();
    if fitting.is_empty() {
        let accepted = alternatives.iter().fold(Types::NONE, |all, &one| all | rules.get(one).accepts);
        diagnostics.push(messages::wrong_type(accepted, &place));
        return;
    }
    if let Some(choices) = all_choices(rules, &fitting) {
        if !choices.iter().any(|choice| equals(place.node, choice)) {
            let keys = discriminating_keys(rules, alternatives);
            diagnostics.push(messages::unknown_choice(&choices, &keys, &place));
        }
        return;
    }
    let mut ranked: Vec<(Fit, RuleId)> = fitting.iter().map(|&one| (fit(rules, one, place.node), one)).collect();
    ranked.sort_by_key(|&(fit, _)| std::cmp::Reverse(fit));
    let mut best: Option<(Fit, Diagnostics)> = None;
    for (fit, one) in ranked {
        if fit.is_out && best.is_some() {
            continue;
        }
        let mut problems = Diagnostics::default();
        check_rule(rules, one, place, &mut problems);
        if problems.is_empty() {
            return;
        }
        best.get_or_insert((fit, problems));
    }
    match best {
        Some((fit, problems)) if fitting.len() == 1 || fit.is_meant() || kind != Types::MAPPING => {
            diagnostics.extend(problems);
        }
        _ => match tag(rules, &fitting, place.node) {
            Some((entry, choices)) => {
                let tag = Place { node: &entry.value, key: Some(entry.key.span), ..place };
                diagnostics.push(messages::unknown_value(&choices, &tag));
            }
            None => diagnostics.push(messages::no_alternative(&discriminating_keys(rules, &fitting), &place)),
        },
    }
}

/// The entry of a mapping that tells alternatives apart by a constant (`kind: pool`), and the constants.
fn tag<'a>(rules: &'a Rules, alternatives: &[RuleId], node: &'a Node) -> Option<(&'a Entry, Vec<&'a Value>)> {
    let constant = |id: RuleId, key: &str| {
        let property = *rules.get(id).properties.get(key)?;
        match rules.get(property).choices.as_deref() {
            Some([choice]) => Some(choice),
            _ => None,
        }
    };
    node.entries().iter().find_map(|entry| {
        let choices =
            alternatives.iter().map(|&one| constant(one, &entry.key.value)).collect::<Option<Vec<&Value>>>()?;
        Some((entry, choices))
    })
}

/// All values of alternatives that are nothing but constants.
fn all_choices<'a>(rules: &'a Rules, alternatives: &[RuleId]) -> Option<Vec<&'a Value>> {
    let mut all = Vec::new();
    for &one in alternatives {
        let rule = rules.get(one);
        match (&rule.choices, rule.one_of.as_slice(), rule.all_of.as_slice()) {
            (Some(choices), [], []) => all.extend(choices),
            (None, [inner], []) => all.extend(all_choices(rules, inner)?),
            (None, [], [inner]) => all.extend(all_choices(rules, &[*inner])?),
            _ => return None,
        }
    }
    Some(all)
}

fn fit(rules: &Rules, id: RuleId, node: &Node) -> Fit {
    let rule = rules.get(id);
    let mut total = fit_of_keys(rules, rule, node);
    if let Some(choices) = &rule.choices {
        total.constant(choices.iter().any(|choice| equals(node, choice)));
    }
    for &part in &rule.all_of {
        total.add(fit(rules, part, node));
    }
    for alternatives in &rule.one_of {
        let inner: Vec<Fit> = alternatives.iter().map(|&one| fit(rules, one, node)).collect();
        let is_out = inner.iter().all(|fit| fit.is_out);
        if let Some(&best) = inner.iter().max() {
            total.add(Fit { is_out, ..best });
        }
    }
    total
}

fn fit_of_keys(rules: &Rules, rule: &Rule, node: &Node) -> Fit {
    let mut fit = Fit::default();
    for name in &rule.required {
        if node.get(name).is_some() {
            fit.required += 1;
        } else {
            fit.keys -= 1;
            fit.is_out = true;
        }
    }
    for entry in node.entries() {
        match rule.properties.get(&entry.key.value).map(|&property| rules.get(property)) {
            Some(Rule { choices: Some(choices), .. }) if choices.len() == 1 => {
                fit.constant(choices.iter().any(|choice| equals(&entry.value, choice)));
                fit.keys += 1;
            }
            Some(_) => fit.keys += 1,
            None if is_forbidden(rule, &entry.key.value) => {
                fit.keys -= 1;
                fit.is_out = true;
            }
            None => {}
        }
    }
    fit
}

fn is_forbidden(rule: &Rule, key: &str) -> bool {
    matches!(rule.additional, Additional::Forbidden)
        && !rule.pattern_properties.iter().any(|(pattern, _)| pattern.is_match(key))
}

/// The keys that tell alternatives apart: of each the first required one that not all require. Where there are none,
/// all required ones.
fn discriminating_keys<'a>(rules: &'a Rules, alternatives: &[RuleId]) -> Vec<&'a str> {
    let mut sets: Vec<Vec<&str>> = Vec::new();
    for &one in alternatives {
        required_sets(rules, one, &mut sets);
    }
    let everywhere = |name: &&str| sets.len() > 1 && sets.iter().all(|set| set.contains(name));
    let mut seen = BTreeSet::new();
    let mut telling: Vec<&str> =
        sets.iter().filter_map(|set| set.iter().copied().find(|name| !everywhere(name))).collect();
    telling.retain(|&name| seen.insert(name));
    if telling.is_empty() { sets.into_iter().next().unwrap_or_default() } else { telling }
}

fn required_sets<'a>(rules: &'a Rules, id: RuleId, sets: &mut Vec<Vec<&'a str>>) {
    let rule = rules.get(id);
    if !rule.required.is_empty() {
        sets.push(rule.required.iter().map(String::as_str).collect());
    }
    for &part in rule.all_of.iter().chain(rule.one_of.iter().flatten()) {
        required_sets(rules, part, sets);
    }
}
