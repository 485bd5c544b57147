//! The words for what a schema does not allow.

use serde_json::Value;

use super::check::Place;
use super::rule::{Count, Range, Rule, Types};
use crate::yaml::{Node, NodeValue, looks_like_number};
use crate::{Diagnostic, Span, Spanned, did_you_mean};

/// Longest list of keys or values shown in full, in characters.
const MAX_LIST: usize = 240;
/// Longest piece of the input repeated in a title, in characters.
const MAX_QUOTED: usize = 60;

/// Starts a diagnostic of a kind whose words a schema may replace.
fn replaceable(code: &'static str, title: String, place: &Place<'_>) -> Diagnostic {
    let custom = place.custom;
    let title = custom.title.clone().unwrap_or(title);
    let diagnostic = Diagnostic::error(custom.code.unwrap_or(code), title).at(place.span(), "");
    match &custom.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

pub(super) fn wrong_type(expected: Types, place: &Place<'_>) -> Diagnostic {
    let found = place.node.kind_word();
    if expected == Types::NONE {
        return replaceable("wrong-type", "no value is allowed here".to_owned(), place);
    }
    let title = format!("expected {}, found {found}", expected.describe());
    let diagnostic = replaceable("wrong-type", title, place);
    match &place.node.value {
        NodeValue::Mapping(_) if expected.intersects(Types::SEQUENCE) && diagnostic.help.is_empty() => {
            diagnostic.help("Begin each item of the list with `- `.")
        }
        NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::Bool(_)
            if expected.intersects(Types::STRING) && diagnostic.help.is_empty() =>
        {
            diagnostic.help("Put the value in quotes to make it a string.")
        }
        NodeValue::String(text) if expected.intersects(Types::NUMBER) && looks_like_number(text) => {
            diagnostic.help("Remove the quotes to make it a number.")
        }
        NodeValue::String(text)
            if expected.intersects(Types::BOOL)
                && ["yes", "no", "on", "off"].iter().any(|word| text.eq_ignore_ascii_case(word)) =>
        {
            diagnostic.help("Write `true` or `false`.")
        }
        _ if diagnostic.help.is_empty() => match expected.example() {
            Some(example) => diagnostic.help(format!("Write it like this: `{example}`.")),
            None => diagnostic,
        },
        _ => diagnostic,
    }
}

pub(super) fn unknown_key(rule: &Rule, key: &Spanned<String>, place: &Place<'_>) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("unknown-key", format!("unknown key `{}`", shortened(&key.value))).at(key.span, "");
    let missing = rule.properties.keys().map(String::as_str).filter(|name| place.node.get(name).is_none());
    let diagnostic = suggest(diagnostic, &key.value, missing);
    // `{ say: Sorry, we are closed }` has a second key that nobody meant.
    let diagnostic = if key.value.contains(' ') {
        diagnostic.help("Inside `{ … }`, put a text with commas in quotes.")
    } else {
        diagnostic
    };
    match listed(rule.properties.keys().map(String::as_str)) {
        Some(names) => diagnostic.help(format!("Known keys: {names}.")),
        None => diagnostic,
    }
}

pub(super) fn missing_key(name: &str, place: &Place<'_>) -> Diagnostic {
    Diagnostic::error("missing-key", format!("the key `{name}` is missing"))
        .at(place.span(), "")
        .help(format!("Add `{name}:`."))
}

pub(super) fn unknown_value(choices: &[&Value], place: &Place<'_>) -> Diagnostic {
    unknown_choice(choices, &[], place)
}

/// A value that is none of the allowed ones. `keys` are those of mappings that would be allowed instead.
pub(super) fn unknown_choice(choices: &[&Value], keys: &[&str], place: &Place<'_>) -> Diagnostic {
    let written = place.node.scalar_text();
    let title = match &written {
        Some(text) => format!("unknown value `{}`", shortened(text)),
        None => "this value is not allowed here".to_owned(),
    };
    let mut diagnostic = Diagnostic::error("unknown-value", title).at(place.span(), "");
    let names: Vec<String> = choices.iter().map(|choice| json_text(choice)).collect();
    if let Some(text) = &written {
        if keys.contains(&text.as_str()) {
            diagnostic = diagnostic.help(format!("`{text}` needs a value: write `{text}: …`."));
        } else {
            diagnostic = suggest(diagnostic, text, names.iter().map(String::as_str).chain(keys.iter().copied()));
        }
    }
    if let Some(names) = listed(names.iter().map(String::as_str)) {
        diagnostic = diagnostic.help(format!("Allowed values: {names}."));
    }
    if let Some(keys) = listed(keys.iter().copied()) {
        diagnostic = diagnostic.help(format!("Or a mapping with one of the keys {keys}."));
    }
    match &place.custom.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// A mapping of which it cannot be told what it was meant to be.
pub(super) fn no_alternative(keys: &[&str], place: &Place<'_>) -> Diagnostic {
    let entries = place.node.entries();
    let near = entries
        .iter()
        .find_map(|entry| did_you_mean(&entry.key.value, keys.iter().copied()).map(|meant| (&entry.key, meant)));
    let diagnostic = match (near, entries) {
        (Some((key, meant)), _) => Diagnostic::error("unknown-key", format!("unknown key `{}`", shortened(&key.value)))
            .at(key.span, "")
            .help(format!("Did you mean `{meant}`?")),
        (None, [only]) => Diagnostic::error("unknown-key", format!("unknown key `{}`", shortened(&only.key.value)))
            .at(only.key.span, ""),
        (None, _) => Diagnostic::error("missing-key", "no key says what this is").at(place.span(), ""),
    };
    match listed(keys.iter().copied()) {
        Some(keys) => diagnostic.help(format!("One of these keys is needed: {keys}.")),
        None => diagnostic,
    }
}

pub(super) fn out_of_range(range: &Range, number: f64, place: &Place<'_>) -> Diagnostic {
    let lower = match (range.minimum, range.exclusive_minimum) {
        (Some(minimum), _) => Some(format!("at least {minimum}")),
        (None, Some(minimum)) => Some(format!("more than {minimum}")),
        (None, None) => None,
    };
    let upper = match (range.maximum, range.exclusive_maximum) {
        (Some(maximum), _) => Some(format!("at most {maximum}")),
        (None, Some(maximum)) => Some(format!("less than {maximum}")),
        (None, None) => None,
    };
    let bounds: Vec<String> = lower.into_iter().chain(upper).collect();
    replaceable("out-of-range", format!("{number} is out of range"), place)
        .note(format!("The value must be {}.", bounds.join(" and ")))
}

/// A string, list or mapping with too few or too many characters, items or keys.
pub(super) fn wrong_count(bounds: &Count, count: usize, unit: &str, place: &Place<'_>) -> Diagnostic {
    let subject = match &place.node.value {
        NodeValue::Sequence(_) => "the list",
        NodeValue::Mapping(_) => "the mapping",
        _ => "the text",
    };
    let plural = |number: u64| if number == 1 { "" } else { "s" };
    let counted = count as u64;
    match (bounds.minimum, bounds.maximum) {
        (Some(minimum), _) if counted < minimum => {
            let title = match count {
                0 => format!("{subject} is empty"),
                _ => format!("{subject} is too short"),
            };
            replaceable("too-short", title, place)
                .note(format!("It needs at least {minimum} {unit}{}.", plural(minimum)))
        }
        (_, maximum) => {
            let maximum = maximum.unwrap_or_default();
            replaceable("too-long", format!("{subject} is too long"), place).note(format!(
                "It has {count} {unit}{}; at most {maximum} {} allowed.",
                plural(counted),
                if maximum == 1 { "is" } else { "are" }
            ))
        }
    }
}

pub(super) fn bad_pattern(pattern: &str, text: &str, place: &Place<'_>) -> Diagnostic {
    let diagnostic = replaceable("bad-pattern", format!("`{}` does not have the right form", shortened(text)), place);
    // Words made for people make the expression unnecessary.
    if place.custom.help.is_some() { diagnostic } else { diagnostic.note(format!("It must match `{pattern}`.")) }
}

pub(super) fn duplicate_item(item: &Node, first: Span) -> Diagnostic {
    let title = match item.scalar_text() {
        Some(text) => format!("`{}` is in the list twice", shortened(&text)),
        None => "the same item is in the list twice".to_owned(),
    };
    Diagnostic::error("duplicate-item", title).at(item.span, "again here").also(first, "first here")
}

fn suggest<'a>(diagnostic: Diagnostic, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    match did_you_mean(word, candidates) {
        Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
        None => diagnostic,
    }
}

/// Names in backticks with commas; `None` where there are none or too many to help.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let text = names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    (!text.is_empty() && text.chars().count() <= MAX_LIST).then_some(text)
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_QUOTED).map(|one| if one.is_control() { ' ' } else { one }).collect();
    if text.chars().nth(MAX_QUOTED).is_some() {
        short.push('…');
    }
    short
}

fn json_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
