//! Tags of the center: every stack carries them, and CloudFormation gives them to each of its resources.

use std::collections::{BTreeMap, BTreeSet};

use callform_schemas::ResourceSchema;
use callform_source::{Diagnostic, Diagnostics, Spanned};
use serde_json::{Value as Json, json};

use super::{Context, Rule};
use crate::model::{Kind, Value};

/// Tags of a stack, and of most resources.
const MOST: usize = 50;
/// Characters of a tag's key and value (CloudFormation API reference, `Tag`).
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

pub(super) const REFUSED: Rule = Rule {
    codes: &["invalid-tag", "too-many-tags"],
    about: "A tag of the center would be refused by CloudFormation, or by a resource that gets it.",
    why: "Every resource gets the tags of its stack. Types differ in what they take (their resource schemas say it): most \
          of Connect's take no blanks in keys. What one of them refuses fails in the middle of a deployment.",
    check: refused,
};

fn refused(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let tags = &context.loaded.blueprint.tags;
    for (key, value) in tags {
        if let Some((place, reason)) = of_any_stack(key, value) {
            diagnostics.push(refusal(key).at(place.span, reason));
            continue;
        }
        let refusing = refusing(context, key, value);
        if !refusing.is_empty() {
            let (shown, rest) = refusing.split_at(refusing.len().min(4));
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more kinds", rest.len()) };
            diagnostics.push(
                refusal(key)
                    .at(key.span, "not in the form they take")
                    .note(format!("It would be refused for {}{more}.", shown.join(", ")))
                    .help(
                        "Use letters, digits and `+ - = . _ : /` without blanks in the key, or tag single resources.",
                    ),
            );
        }
    }
    too_many(context, diagnostics);
}

fn refusal(key: &str) -> Diagnostic {
    Diagnostic::error("invalid-tag", format!("the tag `{key}` would be refused"))
}

/// What no stack takes.
fn of_any_stack<'t>(key: &'t Spanned<String>, value: &'t Spanned<String>) -> Option<(&'t Spanned<String>, String)> {
    let too_long = |text: &str, limit: usize| {
        let length = text.chars().count();
        (length > limit).then(|| format!("{length} characters, at most {limit} are allowed"))
    };
    if key.is_empty() {
        return Some((key, "it has no key".to_owned()));
    }
    if key.to_lowercase().starts_with("aws:") {
        return Some((key, "`aws:` is for AWS itself".to_owned()));
    }
    let of_key = too_long(key, LONGEST_KEY).map(|reason| (key, reason));
    of_key.or_else(|| too_long(value, LONGEST_VALUE).map(|reason| (value, reason)))
}

/// Kinds of resources of the center, in words, whose schemas refuse a tag.
fn refusing(context: Context<'_>, key: &str, value: &str) -> Vec<String> {
    let types: BTreeMap<&str, Kind> = context
        .model
        .resources
        .values()
        .filter(|resource| resource.properties.get("Tags").is_none_or(|own| !has_key(own, key)))
        .map(|resource| (resource.resource_type.as_str(), resource.address.kind))
        .collect();
    let refusing =
        types.into_iter().filter(|(name, _)| callform_schemas::get(name).is_some_and(|it| refuses(it, key, value)));
    let words: BTreeSet<String> = refusing.map(|(_, kind)| several(&kind.words())).collect();
    words.into_iter().collect()
}

/// A word for several of a kind; some kinds have none else.
fn several(words: &str) -> String {
    if words.ends_with('s') { words.to_owned() } else { format!("{words}s") }
}

/// True where a list of tags has one of a key, which then counts more than the center's.
fn has_key(own: &Value, key: &str) -> bool {
    let Value::List(tags) = own else { return false };
    tags.iter().any(|tag| matches!(tag, Value::Object(tag) if tag.get("Key") == Some(&Value::from(key))))
}

fn refuses(schema: &ResourceSchema, key: &str, value: &str) -> bool {
    let Some(property) = &schema.tag_property else { return false };
    let path = format!("/{property}");
    let tags: Json = if schema.is_map(&path) { json!({ key: value }) } else { json!([{ "Key": key, "Value": value }]) };
    let violations = schema.validate(&json!({ property.as_str(): tags }));
    violations.iter().any(|violation| violation.path.starts_with(&path))
}

fn too_many(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let tags = &context.loaded.blueprint.tags;
    if let Some((key, _)) = tags.get_index(MOST) {
        diagnostics.push(
            Diagnostic::error("too-many-tags", format!("a stack has {MOST} tags at most"))
                .at(key.span, format!("the center has {}", tags.len())),
        );
        return;
    }
    for resource in context.model.resources.values() {
        let Some(Value::List(own)) = resource.properties.get("Tags") else { continue };
        let others = tags.keys().filter(|key| !has_key(&Value::List(own.clone()), key)).count();
        let count = own.len() + others;
        if count > MOST {
            diagnostics.push(
                Diagnostic::error("too-many-tags", format!("a resource has {MOST} tags at most"))
                    .at(resource.span, format!("{} of its own and {others} of the center", own.len())),
            );
        }
    }
}
