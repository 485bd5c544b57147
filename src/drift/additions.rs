//! What is live and the template does not name.
//!
//! CloudFormation sees no drift there, and reverting drift leaves it alone.

use std::collections::BTreeSet;

use callform_schemas::ResourceSchema;
use serde_json::{Map, Value as Json};

use super::Addition;

/// The additions in live properties that are settled already. Their values are those of `whole`: a resource type can
/// require members that are empty.
pub(super) fn find(schema: Option<&ResourceSchema>, wanted: &Json, live: &Json, whole: &Json) -> Vec<Addition> {
    let tags = schema.and_then(|schema| schema.tag_property.as_deref());
    let mut found = settled(tags, wanted, live);
    for addition in found.iter_mut().filter(|addition| addition.path.first().map(String::as_str) != tags) {
        let value = addition.path.iter().try_fold(whole, |value, name| value.get(name));
        if let Some(value) = value {
            addition.value = value.clone();
        }
    }
    found
}

fn settled(tags: Option<&str>, wanted: &Json, live: &Json) -> Vec<Addition> {
    let (Json::Object(wanted), Json::Object(live)) = (wanted, live) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, value) in live {
        let path = vec![name.clone()];
        match wanted.get(name) {
            named if tags == Some(name) => found.extend(added_tags(path, named, value)),
            Some(named) => below(path, named, value, &mut found),
            None => found.push(Addition { path, value: value.clone() }),
        }
    }
    found
}

fn below(path: Vec<String>, wanted: &Json, live: &Json, found: &mut Vec<Addition>) {
    match (wanted, live) {
        (Json::Object(wanted), Json::Object(live)) => {
            for (name, value) in live {
                let mut path = path.clone();
                path.push(name.clone());
                match wanted.get(name) {
                    Some(named) => below(path, named, value, found),
                    None => found.push(Addition { path, value: value.clone() }),
                }
            }
        }
        // An item with a member that no item of the template names: only the list as a whole tells.
        (Json::Array(wanted), Json::Array(items))
            if !members(items).is_subset(&members(wanted)) && !wanted.is_empty() =>
        {
            found.push(Addition { path, value: live.clone() });
        }
        _ => {}
    }
}

fn members(items: &[Json]) -> BTreeSet<&str> {
    items.iter().filter_map(Json::as_object).flat_map(Map::keys).map(String::as_str).collect()
}

fn added_tags(path: Vec<String>, wanted: Option<&Json>, live: &Json) -> Option<Addition> {
    let key = |tag: &Json| tag.get("Key").cloned();
    let named: Vec<_> = wanted.and_then(Json::as_array).into_iter().flatten().map(key).collect();
    let added: Vec<Json> =
        live.as_array().into_iter().flatten().filter(|tag| !named.contains(&key(tag))).cloned().collect();
    (!added.is_empty()).then_some(Addition { path, value: Json::Array(added) })
}
