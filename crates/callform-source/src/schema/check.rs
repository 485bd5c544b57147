//! Walks a tree along the rules.

use std::collections::BTreeMap;

use serde_json::Value;

use super::alternatives;
use super::messages;
use super::rule::{Additional, Custom, Rule, RuleId, Rules, Types};
use crate::yaml::{Entry, Node, NodeValue};
use crate::{Diagnostics, Span};

/// One place of the tree on the way down.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) node: &'a Node,
    /// The key the node is the value of; lists and mappings as a whole are blamed there, where one word is
    /// underlined instead of pages.
    pub(super) key: Option<Span>,
    /// Words of the rule that referred here.
    pub(super) custom: &'a Custom,
}

impl Place<'_> {
    /// Where problems of the node as a whole are shown.
    pub(super) fn span(&self) -> Span {
        let first_key = self.node.entries().first().map(|entry| entry.key.span);
        match &self.node.value {
            NodeValue::Mapping(_) => self.key.or(first_key).unwrap_or(self.node.span),
            NodeValue::Sequence(_) => self.key.unwrap_or(self.node.span),
            _ => self.node.span,
        }
    }
}

static NO_WORDS: Custom = Custom { code: None, title: None, help: None };

pub(super) fn check_root(rules: &Rules, root: RuleId, node: &Node, diagnostics: &mut Diagnostics) {
    check(rules, root, Place { node, key: None, custom: &NO_WORDS }, diagnostics);
}

pub(super) fn check(rules: &Rules, id: RuleId, place: Place<'_>, diagnostics: &mut Diagnostics) {
    let rule = rules.get(id);
    let place = Place { custom: rule.custom.or(place.custom), ..place };
    if !rule.accepts.intersects(Types::of_node(place.node)) {
        diagnostics.push(messages::wrong_type(rule.accepts, &place));
        return;
    }
    if let Some(choices) = &rule.choices
        && !choices.iter().any(|choice| equals(place.node, choice))
    {
        diagnostics.push(messages::unknown_value(&choices.iter().collect::<Vec<_>>(), &place));
        return;
    }
    for &part in &rule.all_of {
        check(rules, part, place, diagnostics);
    }
    for alternatives in &rule.one_of {
        alternatives::check(rules, alternatives, place, diagnostics);
    }
    match &place.node.value {
        NodeValue::String(text) => check_string(rule, text, place, diagnostics),
        #[expect(clippy::cast_precision_loss, reason = "bounds are floating-point numbers in JSON Schema")]
        NodeValue::Integer(number) => check_number(rule, *number as f64, place, diagnostics),
        NodeValue::Float(number) => check_number(rule, *number, place, diagnostics),
        NodeValue::Sequence(items) => check_items(rules, rule, items, place, diagnostics),
        NodeValue::Mapping(entries) => check_entries(rules, rule, entries, place, diagnostics),
        NodeValue::Null | NodeValue::Bool(_) => {}
    }
}

fn check_string(rule: &Rule, text: &str, place: Place<'_>, diagnostics: &mut Diagnostics) {
    if rule.length.minimum.is_some() || rule.length.maximum.is_some() {
        let length = text.chars().count();
        if rule.length.is_below(length) || rule.length.is_above(length) {
            diagnostics.push(messages::wrong_count(&rule.length, length, "character", &place));
            return;
        }
    }
    if let Some(pattern) = &rule.pattern
        && !pattern.is_match(text)
    {
        diagnostics.push(messages::bad_pattern(pattern.as_str(), text, &place));
    }
}

fn check_number(rule: &Rule, number: f64, place: Place<'_>, diagnostics: &mut Diagnostics) {
    let range = &rule.range;
    let outside = range.minimum.is_some_and(|minimum| number < minimum)
        || range.exclusive_minimum.is_some_and(|minimum| number <= minimum)
        || range.maximum.is_some_and(|maximum| number > maximum)
        || range.exclusive_maximum.is_some_and(|maximum| number >= maximum);
    if outside {
        diagnostics.push(messages::out_of_range(range, number, &place));
    }
}

fn check_items(rules: &Rules, rule: &Rule, items: &[Node], place: Place<'_>, diagnostics: &mut Diagnostics) {
    if rule.item_count.is_below(items.len()) || rule.item_count.is_above(items.len()) {
        diagnostics.push(messages::wrong_count(&rule.item_count, items.len(), "item", &place));
    }
    if rule.unique_items {
        check_unique(items, diagnostics);
    }
    for (index, node) in items.iter().enumerate() {
        if let Some(item) = rule.prefix_items.get(index).copied().or(rule.items) {
            check(rules, item, Place { node, key: None, custom: &NO_WORDS }, diagnostics);
        }
    }
}

fn check_unique(items: &[Node], diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for item in items {
        let mut json = item.to_json();
        json.sort_all_objects();
        let text = json.to_string();
        match seen.get(&text) {
            Some(&first) => diagnostics.push(messages::duplicate_item(item, first)),
            None => {
                seen.insert(text, item.span);
            }
        }
    }
}

fn check_entries(rules: &Rules, rule: &Rule, entries: &[Entry], place: Place<'_>, diagnostics: &mut Diagnostics) {
    if rule.key_count.is_below(entries.len()) || rule.key_count.is_above(entries.len()) {
        diagnostics.push(messages::wrong_count(&rule.key_count, entries.len(), "key", &place));
    }
    for name in rule.required.iter().filter(|name| place.node.get(name).is_none()) {
        diagnostics.push(messages::missing_key(name, &place));
    }
    for entry in entries {
        let inner = Place { node: &entry.value, key: Some(entry.key.span), custom: &NO_WORDS };
        let mut known = false;
        if let Some(&property) = rule.properties.get(&entry.key.value) {
            known = true;
            check(rules, property, inner, diagnostics);
        }
        for (_, property) in rule.pattern_properties.iter().filter(|(pattern, _)| pattern.is_match(&entry.key.value)) {
            known = true;
            check(rules, *property, inner, diagnostics);
        }
        match rule.additional {
            _ if known => {}
            Additional::Allowed => {}
            Additional::Checked(property) => check(rules, property, inner, diagnostics),
            Additional::Forbidden => diagnostics.push(messages::unknown_key(rule, &entry.key, &place)),
        }
    }
}

/// Whether a node is the value of a `const` or `enum`.
pub(super) fn equals(node: &Node, value: &Value) -> bool {
    match (&node.value, value) {
        (NodeValue::String(text), Value::String(choice)) => text == choice,
        (NodeValue::Integer(number), Value::Number(choice)) => choice.as_i64() == Some(*number),
        (NodeValue::Bool(node), Value::Bool(choice)) => node == choice,
        (NodeValue::Null, Value::Null) => true,
        (NodeValue::String(_) | NodeValue::Integer(_) | NodeValue::Bool(_) | NodeValue::Null, _) => false,
        _ => node.to_json() == *value,
    }
}
