//! What differs between two definitions of a resource, property by property.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use callform_schemas::ResourceSchema;
use serde_json::{Map, Value as Json};

use super::PropertyChange;
use super::secret::without_secrets;
use super::symbol::{readable, readable_text, with_addresses};

/// The differences between two property objects whose identifiers are symbols.
pub(crate) fn differences(resource_type: &str, before: &Json, after: &Json) -> Vec<PropertyChange> {
    let mut comparison = Comparison { schema: callform_schemas::get(resource_type), changes: Vec::new() };
    comparison.compare(&Place::default(), Some(before), Some(after));
    comparison.changes
}

/// The query of a view, which Athena wants to have wrapped and encoded; every other value as it is.
fn query_of_view(value: &Json) -> Json {
    let encoded = value.as_str().and_then(|text| text.strip_prefix("/* Presto View: ")?.strip_suffix(" */"));
    let decoded = encoded.and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
    let view = decoded.and_then(|decoded| serde_json::from_slice::<Json>(&decoded).ok());
    view.and_then(|view| view.get("originalSql").cloned()).unwrap_or_else(|| value.clone())
}

/// Where a comparison stands: for people, and as the schema has it.
#[derive(Clone, Default)]
struct Place {
    path: String,
    schema_path: String,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) };
        Self { path, schema_path: format!("{}/{name}", self.schema_path) }
    }

    fn item(&self, key: &str) -> Self {
        Self { path: format!("{}[{key}]", self.path), schema_path: format!("{}/0", self.schema_path) }
    }
}

struct Comparison {
    schema: Option<&'static ResourceSchema>,
    changes: Vec<PropertyChange>,
}

impl Comparison {
    fn compare(&mut self, place: &Place, before: Option<&Json>, after: Option<&Json>) {
        if before == after {
            return;
        }
        match (before, after) {
            (Some(Json::Object(before)), Some(Json::Object(after))) => {
                let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
                // States of a state machine are told by their names.
                let is_named = place.path.starts_with("DefinitionString") && place.path.ends_with("/States");
                for name in names {
                    let place = if is_named { place.item(name) } else { place.member(name) };
                    self.compare(&place, before.get(name), after.get(name));
                }
            }
            (Some(Json::Array(before)), Some(Json::Array(after))) if self.is_set(place, before, after) => {
                self.compare_sets(place, before, after);
            }
            (Some(Json::Array(before)), Some(Json::Array(after))) if before.len() == after.len() => {
                for (position, (before, after)) in before.iter().zip(after).enumerate() {
                    self.compare(&place.item(&position.to_string()), Some(before), Some(after));
                }
            }
            (Some(Json::String(before)), Some(Json::String(after))) if place.path == "Content" => {
                self.compare_content(place, before, after);
            }
            (Some(Json::String(before)), Some(Json::String(after))) if is_document(before) && is_document(after) => {
                self.compare_documents(place, before, after);
            }
            _ => self.add(place, before, after),
        }
    }

    fn add(&mut self, place: &Place, before: Option<&Json>, after: Option<&Json>) {
        let shown = |value: &Json| readable(&without_secrets(&place.path, &query_of_view(value)));
        self.changes.push(PropertyChange {
            path: place.path.clone(),
            before: before.map(shown),
            after: after.map(shown),
            description: Vec::new(),
        });
    }

    /// True for lists without an order: the schema says so, or the items are tags. Texts that come and go are told one by
    /// one whatever the schema says; where only their order differs, the order must matter.
    fn is_set(&self, place: &Place, before: &[Json], after: &[Json]) -> bool {
        let mut items = before.iter().chain(after);
        place.schema_path.ends_with("/Tags")
            || items.all(|item| key_name(item).is_some())
            || self.schema.is_some_and(|schema| schema.is_unordered(&place.schema_path))
            || (before.iter().chain(after).all(Json::is_string) && !same_items(before, after))
    }

    fn compare_sets(&mut self, place: &Place, before: &[Json], after: &[Json]) {
        let (mut gone, mut new) = (Vec::new(), after.to_vec());
        for item in before {
            match new.iter().position(|other| same_item(item, other)) {
                Some(position) => {
                    new.remove(position);
                }
                None => gone.push(item),
            }
        }
        for item in gone {
            let key = key_of(item);
            let partner = key.as_ref().and_then(|_| new.iter().position(|other| key_of(other) == key));
            match (key, partner.map(|position| new.remove(position))) {
                (Some(key), Some(partner)) if !is_shown_whole(item) => {
                    self.compare(&place.item(&key), Some(item), Some(&partner));
                }
                (Some(key), partner) => self.add(&place.item(&key), Some(item), partner.as_ref()),
                (None, _) => self.add(&place.item(""), Some(item), None),
            }
        }
        for item in new {
            self.add(&place.item(&key_of(&item).unwrap_or_default()), None, Some(&item));
        }
    }

    /// JSON that is a text: what differs inside.
    fn compare_documents(&mut self, place: &Place, before: &str, after: &str) {
        match (serde_json::from_str::<Json>(before), serde_json::from_str::<Json>(after)) {
            (Ok(old), Ok(new)) if old != new => self.compare(place, Some(&old), Some(&new)),
            _ => self.add(place, Some(&before.into()), Some(&after.into())),
        }
    }

    fn compare_content(&mut self, place: &Place, before: &str, after: &str) {
        let (Ok(old), Ok(new)) = (serde_json::from_str::<Json>(before), serde_json::from_str::<Json>(after)) else {
            return self.add(place, Some(&before.into()), Some(&after.into()));
        };
        if callform_flow::compare::same(&old, &new) {
            return;
        }
        self.changes.push(PropertyChange {
            path: place.path.clone(),
            before: Some(readable(&old)),
            after: Some(readable(&new)),
            description: callform_flow::compare::describe_difference(&with_addresses(&old), &with_addresses(&new)),
        });
    }
}

fn is_document(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}')
}

/// The members that tell items of a list apart, and never repeat in it.
const KEYS: [&str; 6] = ["OverrideName", "IndexName", "Key", "PolicyName", "Sid", "ParameterName"];

/// The same in lists without an order, as pointers.
const NAMES: [&str; 8] =
    ["/Day", "/Channel", "/AttributeName", "/LocaleId", "/Id", "/Name", "/Utterance", "/SampleValue/Value"];

fn key_name(item: &Json) -> Option<&'static str> {
    KEYS.into_iter().find(|name| item.get(name).is_some_and(Json::is_string))
}

/// What tells an item of a set apart from the others, for people.
fn key_of(item: &Json) -> Option<String> {
    let text = |pointer: &str| item.pointer(pointer).and_then(Json::as_str).map(readable_text);
    if let Some(queue) = text("/QueueReference/QueueArn") {
        return Some(format!("{} {queue}", text("/QueueReference/Channel").unwrap_or_default()));
    }
    key_name(item).and_then(|name| text(&format!("/{name}"))).or_else(|| NAMES.into_iter().find_map(text))
}

/// True for items that say more as a whole than member by member: opening hours of a day.
fn is_shown_whole(item: &Json) -> bool {
    item.get("StartTime").is_some()
}

/// Equality where lists inside have an order only if it matters: never, inside items of sets.
fn same_item(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => same_members(one, other),
        (Json::Array(one), Json::Array(other)) => same_items(one, other),
        _ => one == other,
    }
}

/// True for lists with the same items in any order.
fn same_items(one: &[Json], other: &[Json]) -> bool {
    let mut rest: Vec<&Json> = other.iter().collect();
    one.len() == other.len()
        && one.iter().all(|item| match rest.iter().position(|candidate| same_item(item, candidate)) {
            Some(position) => {
                rest.remove(position);
                true
            }
            None => false,
        })
}

fn same_members(one: &Map<String, Json>, other: &Map<String, Json>) -> bool {
    one.len() == other.len()
        && one.iter().all(|(name, member)| other.get(name).is_some_and(|partner| same_item(member, partner)))
}

/// The values of a create-only comparison, by top-level property, for callers that need both sides.
pub(super) fn create_only_changes(resource_type: &str, before: &Json, after: &Json) -> Vec<String> {
    let mut names = BTreeSet::new();
    if let Some(schema) = callform_schemas::get(resource_type) {
        for pointer in schema.replacing_properties(before, after) {
            names.insert(pointer.segments().join("/"));
        }
    }
    // The schema does not say so, but the handler refuses a changed user name.
    if resource_type == "AWS::Connect::User" && before.get("Username") != after.get("Username") {
        names.insert("Username".to_owned());
    }
    names.into_iter().collect()
}
