//! What a template takes from what is deployed because it cannot change: names that nobody chose, and exceptions of
//! opening times that are over.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::Placement;
use crate::model::Resource;

const OVERRIDES: &str = "HoursOfOperationOverrides";

/// Changes a rendered definition accordingly.
pub(super) fn apply(resource: &Resource, placement: &Placement, definition: &mut Json) {
    let Some(properties) = definition.get_mut("Properties") else { return };
    let deployed = placement.properties.get(&resource.logical_id);
    if let (Some(property), Some(deployed)) = (resource.named_by_default, deployed) {
        keep_name(resource, property, deployed, properties);
    }
    if let Some(today) = placement.today {
        leave_out_what_is_over(today, deployed, properties);
    }
}

/// Puts the name that is deployed in place of one that nobody chose. What has to be made anew gets the next name, because
/// the new one is made while the old one is there.
fn keep_name(resource: &Resource, property: &str, deployed: &Json, properties: &mut Json) {
    let Some(members) = properties.as_object_mut() else { return };
    let Some(name) = deployed.get(property) else {
        members.shift_remove(property);
        return;
    };
    members.insert(property.to_owned(), name.clone());
    // Of what was found by its name alone, nothing else is known.
    let is_known = deployed.as_object().is_some_and(|members| members.len() > 1);
    let is_replaced = callform_schemas::get(&resource.resource_type)
        .is_some_and(|schema| is_known && !schema.replacing_properties(deployed, properties).is_empty());
    if let (true, Json::String(name), Some(members)) = (is_replaced, name, properties.as_object_mut()) {
        members.insert(property.to_owned(), next_name(name).into());
    }
}

/// `kwglobal-calls-2` after `kwglobal-calls`.
fn next_name(name: &str) -> String {
    let numbered = name.rsplit_once('-').and_then(|(start, number)| Some((start, number.parse::<u32>().ok()?)));
    match numbered {
        Some((start, number)) => format!("{start}-{}", number.saturating_add(1)),
        None => format!("{name}-2"),
    }
}

/// Leaves out exceptions of opening times whose last day is over and which are not deployed: whether the service takes
/// them is not certain (?), and nobody needs them. Those that are deployed stay as they are. The check of blueprints
/// tells of both.
fn leave_out_what_is_over(today: NaiveDate, deployed: Option<&Json>, properties: &mut Json) {
    let Some(items) = properties.get_mut(OVERRIDES).and_then(Json::as_array_mut) else { return };
    let deployed = deployed.and_then(|deployed| deployed.get(OVERRIDES)?.as_array()).map_or(&[][..], Vec::as_slice);
    items.retain(|item| {
        let till = item.get("EffectiveTill").and_then(Json::as_str).unwrap_or_default().parse::<NaiveDate>();
        !till.is_ok_and(|till| till < today) || deployed.contains(item)
    });
    let is_empty = items.is_empty();
    if let (true, Some(members)) = (is_empty, properties.as_object_mut()) {
        members.shift_remove(OVERRIDES);
    }
}

/// The properties of deployed resources that are read back, by logical ID.
pub(super) fn properties(template: &Json) -> BTreeMap<String, Json> {
    let resources = template.get("Resources").and_then(Json::as_object).into_iter().flatten();
    let read_back = resources.filter(|(_, resource)| {
        let kind = resource.get("Type").and_then(Json::as_str).unwrap_or_default();
        name_property(kind).is_some() || resource.pointer("/Properties/HoursOfOperationOverrides").is_some()
    });
    read_back.map(|(id, resource)| (id.clone(), resource.get("Properties").cloned().unwrap_or_default())).collect()
}

/// The property with the name of a type that gets a name by default.
pub(super) fn name_property(resource_type: &str) -> Option<&'static str> {
    let descriptor = crate::model::Kind::of_type(resource_type)?.descriptor();
    let name = descriptor.name.filter(|_| descriptor.lifetime.is_named_by_default)?;
    Some(name.property())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_on() {
        assert_eq!(next_name("kwglobal-calls"), "kwglobal-calls-2");
        assert_eq!(next_name("kwglobal-calls-2"), "kwglobal-calls-3");
        assert_eq!(next_name("kwglobal-TableCalls-1ABC"), "kwglobal-TableCalls-1ABC-2");
    }
}
