//! Settings of an instance that is not the center's own: what was applied is noted in the templates.

use std::collections::BTreeMap;

use callform_aws::Repair;
use serde_json::json;

use super::{DriftStatus, DriftedResource};
use crate::inventory::Inventory;
use crate::plan::{Definition, PropertyChange, settings};

/// The instance, where settings of it are not any more what was applied.
pub(super) fn compare(inventory: &Inventory, deployed: &BTreeMap<String, Definition>) -> Option<DriftedResource> {
    let instance = inventory.instance.as_ref()?;
    let (stack, applied) = settings::noted(deployed)?;
    let live = |name: &str| settings::is_on(inventory, name);
    let differing: Vec<(&String, bool)> =
        applied.iter().filter(|(name, on)| live(name) != **on).map(|(name, on)| (name, *on)).collect();
    if differing.is_empty() {
        return None;
    }
    let difference = |(name, on): &(&String, bool)| PropertyChange {
        path: settings::path(name),
        before: Some(json!(on)),
        after: Some(json!(live(name))),
        description: Vec::new(),
    };
    let call = |(name, on): &(&String, bool)| Repair::UpdateInstanceAttribute {
        instance: instance.id.clone(),
        setting: (*name).clone(),
        value: *on,
    };
    Some(DriftedResource {
        address: settings::address(),
        stack: stack.to_owned(),
        logical_id: String::new(),
        resource_type: "AWS::Connect::Instance".to_owned(),
        status: DriftStatus::Modified,
        differences: differing.iter().map(difference).collect(),
        additions: Vec::new(),
        stack_tags: Vec::new(),
        repairs: differing.iter().map(call).collect(),
        irreversible: None,
    })
}
