//! What a plan builds on, and whether that still holds.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Base, BaseStack};
use crate::inventory::{DeployedStack, Inventory};

impl Base {
    /// The base an inventory makes.
    pub fn of(inventory: &Inventory) -> Self {
        let managed: BTreeSet<&str> =
            inventory.stacks.values().flat_map(|stack| stack.physical_ids.values()).map(|id| tail(id)).collect();
        Self {
            instance: inventory.instance.as_ref().map(|instance| instance.arn.clone()),
            stacks: inventory
                .stacks
                .iter()
                .map(|(name, stack)| {
                    let base = BaseStack { id: stack.id.clone(), status: stack.status.clone(), digest: digest(stack) };
                    (name.clone(), base)
                })
                .collect(),
            phone_number_flows: inventory
                .phone_number_flows
                .iter()
                .filter(|(number, _)| managed.contains(tail(number)))
                .map(|(number, flow)| (number.clone(), flow.clone()))
                .collect(),
            builtins: inventory
                .builtins
                .iter()
                .map(|((kind, name), id)| (format!("builtin/{kind}/{name}"), id.clone()))
                .collect(),
        }
    }
}

fn tail(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, tail)| tail)
}

fn digest(stack: &DeployedStack) -> String {
    let content =
        json!([stack.template, stack.parameters, stack.physical_ids, stack.tags, stack.termination_protection,]);
    crate::digest::sha256_hex(content.to_string().as_bytes())
}
