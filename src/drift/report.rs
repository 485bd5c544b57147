//! From an inventory to the report.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::Names;
use super::unfinished::Meant;
use super::{
    DriftReport, DriftStatus, DriftedResource, NotChecked, NotCompared, associations, blind, compare, settings,
};
use crate::inventory::{Inventory, LiveResource};
use crate::plan::{Definition, Known, PropertyChange};

/// Compares what was last applied with what is live, for an inventory whose [`Inventory::live`] is filled.
pub fn report(inventory: &Inventory, center: &str, region: &str) -> DriftReport {
    let meant = Meant::of(inventory);
    let inventory = &meant.inventory;
    let known = Known::new(inventory, None);
    let deployed = known.deployed();
    let names = Names::new(inventory, &known, &deployed);
    let mut report = DriftReport { center: center.to_owned(), region: region.to_owned(), ..DriftReport::default() };
    let mut not_compared: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (logical_id, definition) in &deployed {
        let live = inventory.live.get(&(definition.stack.clone(), logical_id.clone()));
        match look(inventory, &names, definition, live) {
            Look::Compared(comparison) => {
                report.checked += 1;
                if let Some(reason) = &comparison.unknown {
                    let (address, reason) = (definition.address.clone(), reason.clone());
                    report.not_checked.push(NotChecked { address, reason, failed: true });
                }
                for path in &comparison.not_compared {
                    *not_compared.entry((definition.resource_type.clone(), path.clone())).or_default() += 1;
                }
                if !comparison.differences.is_empty() {
                    report.resources.push(modified(inventory, logical_id, definition, comparison));
                }
            }
            Look::Gone => {
                report.checked += 1;
                report.resources.push(deleted(logical_id, definition));
            }
            Look::Unknown(reason, failed) => {
                report.not_checked.push(NotChecked { address: definition.address.clone(), reason, failed });
            }
        }
    }
    report.resources.extend(settings::compare(inventory, &deployed));
    report.resources.sort_by(|one, other| one.address.cmp(&other.address));
    report.not_checked.sort_by(|one, other| one.address.cmp(&other.address));
    report.not_compared = not_compared
        .into_iter()
        .map(|((resource_type, path), resources)| NotCompared { resource_type, path, resources })
        .collect();
    report.associations = associations::compare(inventory, &known, &names, &deployed);
    report.not_looked_at = blind::spots(inventory, &deployed);
    report.unfinished = meant.unfinished.iter().cloned().collect();
    report
}

enum Look {
    Compared(compare::Comparison),
    Gone,
    Unknown(String, bool),
}

fn look(inventory: &Inventory, names: &Names, definition: &Definition, live: Option<&LiveResource>) -> Look {
    match live {
        Some(LiveResource::Present { properties, unread, told }) => {
            let none = BTreeMap::new();
            let tags = inventory.stacks.get(&definition.stack).map_or(&none, |stack| &stack.tags);
            let live = compare::Live { properties, unread, told: told.as_ref() };
            Look::Compared(compare::compare(names, definition, tags, live))
        }
        Some(LiveResource::Compared { told, beside }) => {
            let mut comparison = compare::Comparison {
                differences: compare::compare_as_told(names, &definition.resource_type, told),
                ..compare::Comparison::default()
            };
            match beside {
                Ok(beside) => compare::add_beside(names, definition, beside, &mut comparison),
                Err(reason) => comparison.unknown = Some(reason.clone()),
            }
            Look::Compared(comparison)
        }
        Some(LiveResource::Gone) => Look::Gone,
        Some(LiveResource::NotChecked { reason, failed }) => Look::Unknown(reason.clone(), *failed),
        None => Look::Unknown("the stack has no such resource".to_owned(), false),
    }
}

fn drifted(logical_id: &str, definition: &Definition, status: DriftStatus) -> DriftedResource {
    DriftedResource {
        address: definition.address.clone(),
        stack: definition.stack.clone(),
        logical_id: logical_id.to_owned(),
        resource_type: definition.resource_type.clone(),
        status,
        differences: Vec::new(),
        additions: Vec::new(),
        stack_tags: Vec::new(),
        repairs: Vec::new(),
        irreversible: None,
    }
}

fn modified(
    inventory: &Inventory,
    logical_id: &str,
    definition: &Definition,
    comparison: compare::Comparison,
) -> DriftedResource {
    let schema = callform_schemas::get(&definition.resource_type);
    let fixed: Vec<&str> = comparison
        .differences
        .iter()
        .map(|difference| difference.path.as_str())
        .filter(|path| schema.is_some_and(|schema| schema.is_create_only(&format!("/{path}"))))
        .collect();
    let irreversible = (!fixed.is_empty()).then(|| format!("{} cannot be changed back in place", fixed.join(", ")));
    DriftedResource {
        stack_tags: stack_tags(inventory, definition, &comparison.differences),
        differences: comparison.differences,
        additions: comparison.additions,
        repairs: comparison.repairs,
        irreversible,
        ..drifted(logical_id, definition, DriftStatus::Modified)
    }
}

/// Tags of the stack that a resource has no longer, or with another value.
fn stack_tags(inventory: &Inventory, definition: &Definition, differences: &[PropertyChange]) -> Vec<String> {
    let schema = callform_schemas::get(&definition.resource_type);
    let (Some(property), Some(stack)) =
        (schema.and_then(|schema| schema.tag_property.as_deref()), inventory.stacks.get(&definition.stack))
    else {
        return Vec::new();
    };
    let own = definition.properties.get(property).and_then(Value::as_array);
    let is_own =
        |key: &String| own.into_iter().flatten().any(|tag| tag.get("Key").and_then(Value::as_str) == Some(key));
    let is_lost = |key: &&String| {
        let path = format!("{property}[{key}]");
        differences.iter().any(|one| {
            one.before.is_some() && (one.path == property || one.path == path || one.path == format!("{path}/Value"))
        })
    };
    stack.tags.keys().filter(|key| !is_own(key)).filter(is_lost).cloned().collect()
}

fn deleted(logical_id: &str, definition: &Definition) -> DriftedResource {
    let irreversible = crate::plan::loss(definition.address.kind, &definition.resource_type)
        .map(|_| "it is made anew with another identifier; what was lost with the old one stays lost".to_owned());
    DriftedResource { irreversible, ..drifted(logical_id, definition, DriftStatus::Deleted) }
}
