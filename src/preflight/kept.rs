//! What a destroyed center kept and the plan makes anew: it may be in the way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::inventory::{Inventory, KeptResource};
use crate::kinds::Kind;
use crate::plan::{Check, Finding, Plan, Severity};

use super::sides::{Resource, Sides, operations};

/// What is kept under a name that the plan needs, and what nobody can say of whether it is still there.
pub(super) fn check(plan: &Plan, sides: &Sides, inventory: &Inventory) -> Vec<Finding> {
    if inventory.kept.is_empty() && inventory.unseen.is_empty() {
        return Vec::new();
    }
    let before: BTreeSet<&str> = sides.before.iter().map(|resource| resource.logical_id).collect();
    let imported: BTreeSet<&str> =
        operations(plan).flat_map(|operation| operation.imports.keys().map(String::as_str)).collect();
    let is_new = |one: &&Resource| !before.contains(one.logical_id) && !imported.contains(one.logical_id);
    let found = |one: &Resource| {
        let unseen = inventory.unseen.get(one.logical_id).map(|(kept, reason)| unknown(one, kept, reason));
        unseen.or_else(|| taken(one, inventory.kept.get(one.logical_id)?))
    };
    sides.after.iter().filter(is_new).filter_map(found).collect()
}

/// A thing of the name that can never become what is wanted. Of what can be looked up by its name, the name is told.
fn taken(resource: &Resource, kept: &KeptResource) -> Option<Finding> {
    let descriptor = Kind::of_type(resource.kind)?.descriptor();
    if descriptor.lookup.is_some() || resource.kind != kept.resource_type {
        return None;
    }
    let path = descriptor.name.as_ref()?.path;
    let name = resource.properties.pointer(path)?.as_str()?;
    let as_applied = kept.definition.as_ref().and_then(|definition| definition.pointer(path));
    let property = path.trim_start_matches('/');
    let has = kept.live.as_ref().and_then(|live| live.get(property)).or(as_applied).and_then(Value::as_str)?;
    (has == name).then(|| {
        let message =
            format!("an earlier deployment kept one as `{name}`, which cannot become what the blueprint wants");
        finding(Severity::Error, resource, message, "give it another `name:`, or delete what was kept first")
    })
}

fn unknown(resource: &Resource, kept: &KeptResource, reason: &str) -> Finding {
    let id = &kept.physical_id;
    let message =
        format!("an earlier deployment kept one as `{id}`, and whether that is still there is not known: {reason}");
    let help = "where it is, delete it, or give this one another name: it is not taken over";
    finding(Severity::Warning, resource, message, help)
}

fn finding(severity: Severity, resource: &Resource, message: String, help: &str) -> Finding {
    let addresses = resource.address().into_iter().collect();
    Finding { severity, check: Check::Name, addresses, message, help: Some(help.to_owned()) }
}
