//! The center's resources before and after a plan, as templates have them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::inventory::Inventory;
use crate::model::{Address, EXISTING_PHONE_NUMBER};
use crate::plan::{OperationKind, Plan, StackOperation, Step};

/// A resource of a template.
#[derive(Clone, Debug)]
pub(super) struct Resource<'a> {
    pub(super) logical_id: &'a str,
    pub(super) kind: &'a str,
    pub(super) properties: &'a Value,
    metadata: &'a Value,
}

impl<'a> Resource<'a> {
    /// What the blueprint calls it.
    pub(super) fn address(&self) -> Option<Address> {
        self.metadata.pointer("/Callform/Address")?.as_str()?.parse().ok()
    }

    /// True for a number that was claimed by hand.
    pub(super) fn is_taken_over(&self) -> bool {
        self.metadata["Callform"]["Digests"].get(EXISTING_PHONE_NUMBER).is_some()
    }

    /// A property that is spelled out.
    pub(super) fn text(&self, property: &str) -> Option<&'a str> {
        self.properties.get(property)?.as_str()
    }
}

/// The center before and after.
#[derive(Debug)]
pub(super) struct Sides<'a> {
    pub(super) before: Vec<Resource<'a>>,
    pub(super) after: Vec<Resource<'a>>,
}

impl<'a> Sides<'a> {
    pub(super) fn of(plan: &'a Plan, inventory: &'a Inventory) -> Self {
        let deployed = inventory.stacks.values().filter(|stack| stack.exists());
        let before: BTreeMap<&str, &Value> = deployed.map(|stack| (stack.name.as_str(), &stack.template)).collect();
        let mut after = before.clone();
        for operation in operations(plan) {
            match operation.kind {
                OperationKind::Delete => {
                    after.remove(operation.stack.as_str());
                }
                _ if operation.template.is_null() => {}
                _ => {
                    after.insert(&operation.stack, &operation.template);
                }
            }
        }
        Self { before: all(&before), after: all(&after) }
    }
}

/// The operations of a plan, in order.
pub(super) fn operations(plan: &Plan) -> impl Iterator<Item = &StackOperation> {
    plan.steps.iter().flat_map(|step| match step {
        Step::Stacks(operations) => operations.as_slice(),
        Step::Upload(_) | Step::ContinueRollback(_) | Step::Associate(_) | Step::Repair(_) => &[],
    })
}

/// The resources of a template.
pub(super) fn resources(template: &Value) -> impl Iterator<Item = Resource<'_>> {
    let members = template.get("Resources").and_then(Value::as_object);
    members.into_iter().flatten().map(|(logical_id, resource)| Resource {
        logical_id,
        kind: resource["Type"].as_str().unwrap_or_default(),
        properties: &resource["Properties"],
        metadata: &resource["Metadata"],
    })
}

fn all<'a>(templates: &BTreeMap<&'a str, &'a Value>) -> Vec<Resource<'a>> {
    templates.values().copied().flat_map(resources).collect()
}
