//! From an inventory to the report.

use std::collections::BTreeMap;

use super::names::Names;
use super::{DriftReport, DriftStatus, DriftedResource, NotChecked, NotCompared, associations, compare};
use crate::inventory::{Inventory, LiveResource};
use crate::plan::{Definition, Known};

/// Compares what was last applied with what is live, for an inventory whose [`Inventory::live`] is filled.
pub fn report(inventory: &Inventory, center: &str, region: &str) -> DriftReport {
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
                for path in &comparison.not_compared {
                    *not_compared.entry((definition.resource_type.clone(), path.clone())).or_default() += 1;
                }
                if !comparison.differences.is_empty() {
                    report.resources.push(modified(logical_id, definition, comparison));
                }
            }
            Look::Gone => {
                report.checked += 1;
                report.resources.push(deleted(logical_id, definition));
            }
            Look::Unknown(reason) => {
                report.not_checked.push(NotChecked { address: definition.address.clone(), reason });
            }
        }
    }
    report.resources.sort_by(|one, other| one.address.cmp(&other.address));
    report.not_checked.sort_by(|one, other| one.address.cmp(&other.address));
    report.not_compared = not_compared
        .into_iter()
        .map(|((resource_type, path), resources)| NotCompared { resource_type, path, resources })
        .collect();
    report.associations = associations::compare(inventory, &known, &names, &deployed);
    report
}

enum Look {
    Compared(compare::Comparison),
    Gone,
    Unknown(String),
}

fn look(inventory: &Inventory, names: &Names, definition: &Definition, live: Option<&LiveResource>) -> Look {
    match live {
        Some(LiveResource::Present { properties, unread }) => {
            let none = BTreeMap::new();
            let tags = inventory.stacks.get(&definition.stack).map_or(&none, |stack| &stack.tags);
            Look::Compared(compare::compare(names, definition, tags, properties, unread))
        }
        Some(LiveResource::Compared { expected, actual }) => Look::Compared(compare::Comparison {
            differences: compare::compare_as_told(names, &definition.resource_type, expected, actual),
            ..compare::Comparison::default()
        }),
        Some(LiveResource::Gone) => Look::Gone,
        Some(LiveResource::NotChecked(reason)) => Look::Unknown(reason.clone()),
        None => Look::Unknown("the stack has no such resource".to_owned()),
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
        irreversible: None,
    }
}

fn modified(logical_id: &str, definition: &Definition, comparison: compare::Comparison) -> DriftedResource {
    let schema = callform_schemas::get(&definition.resource_type);
    let fixed: Vec<&str> = comparison
        .differences
        .iter()
        .map(|difference| difference.path.as_str())
        .filter(|path| schema.is_some_and(|schema| schema.is_create_only(&format!("/{path}"))))
        .collect();
    let irreversible = (!fixed.is_empty()).then(|| format!("{} cannot be changed back in place", fixed.join(", ")));
    DriftedResource {
        differences: comparison.differences,
        additions: comparison.additions,
        irreversible,
        ..drifted(logical_id, definition, DriftStatus::Modified)
    }
}

fn deleted(logical_id: &str, definition: &Definition) -> DriftedResource {
    let irreversible = crate::plan::loss(definition.address.kind)
        .map(|_| "it is made anew with another identifier; what was lost with the old one stays lost".to_owned());
    DriftedResource { irreversible, ..drifted(logical_id, definition, DriftStatus::Deleted) }
}
