//! The third side of a plan: what was changed by hand, and what applying does about it.
//!
//! CloudFormation compares a template with the one it applied last, and changes only what differs between these two.
//! What somebody changed by hand is overwritten where the plan changes the same thing, and stays otherwise.

use super::{DriftReport, DriftStatus, DriftedResource};
use crate::kinds::Kind;
use crate::model::Address;
use crate::plan::{Action, Change, HandChange, HandOutcome, Plan, PropertyChange};
use crate::render::words;

/// Lists whose items are changed one by one: the others of the list stay as they are.
const BY_ITEM: [&str; 4] = ["QuickConnectArns", "QueueConfigs", "ManualAssignmentQueueConfigs", "Tags"];

/// Notes in a plan what was changed by hand.
pub fn mark(plan: &mut Plan, report: &DriftReport) {
    let mut found = Vec::new();
    for drifted in &report.resources {
        // Settings of an instance have no logical ID, and links have none either.
        let is_of = |change: &&Change| {
            change.logical_id == drifted.logical_id
                && (!change.logical_id.is_empty() || change.address == drifted.address)
        };
        let change = plan.changes.iter().find(is_of);
        let address = change.map_or(&drifted.address, |change| &change.address);
        let entry = |property: Option<&PropertyChange>| HandChange {
            address: address.clone(),
            stack: drifted.stack.clone(),
            logical_id: drifted.logical_id.clone(),
            property: property.cloned(),
            outcome: outcome(drifted, property, change),
        };
        match drifted.status {
            DriftStatus::Deleted => found.push(entry(None)),
            DriftStatus::Modified => found.extend(drifted.differences.iter().map(|property| entry(Some(property)))),
        }
    }
    plan.by_hand = Some(found);
}

/// What was changed by hand since a plan was made, or is not any more as the plan knew it; a line for each resource.
/// Empty for plans that did not look.
pub fn moved(plan: &Plan, report: &DriftReport) -> Vec<String> {
    let Some(known) = &plan.by_hand else { return Vec::new() };
    let mut fresh = plan.clone();
    mark(&mut fresh, report);
    let fresh = fresh.by_hand.unwrap_or_default();
    let of = |changes: &[HandChange], address: &Address| -> Vec<Option<PropertyChange>> {
        changes.iter().filter(|change| change.address == *address).map(|change| change.property.clone()).collect()
    };
    let mut addresses: Vec<&Address> = known.iter().chain(&fresh).map(|change| &change.address).collect();
    addresses.sort();
    addresses.dedup();
    addresses
        .into_iter()
        .filter(|address| of(known, address) != of(&fresh, address))
        .map(|address| format!("{} was changed by hand", words(address)))
        .collect()
}

fn outcome(drifted: &DriftedResource, property: Option<&PropertyChange>, change: Option<&Change>) -> HandOutcome {
    let Some(change) = change else { return HandOutcome::Kept };
    match (change.action, property) {
        (Action::Delete | Action::Replace | Action::Retain, _) => HandOutcome::Gone,
        (Action::Update, None) => HandOutcome::Fails,
        (Action::Update, Some(property)) => of_update(&drifted.resource_type, property, change),
        _ => HandOutcome::Kept,
    }
}

fn of_update(resource_type: &str, live: &PropertyChange, change: &Change) -> HandOutcome {
    let is_item = live.path.ends_with("[]");
    let mut same = change.properties.iter().filter(|planned| planned.path == live.path);
    if is_item {
        // Items without a key are the same where their values are.
        let added = |planned: &PropertyChange| planned.after.is_some() && planned.after == live.after;
        let removed = |planned: &PropertyChange| planned.before.is_some() && planned.before == live.before;
        return match same.find(|planned| added(planned) || removed(planned)) {
            Some(_) => HandOutcome::AsWanted,
            None => by_whole(resource_type, live, change),
        };
    }
    match same.next() {
        Some(planned) if planned.after == live.after => HandOutcome::AsWanted,
        Some(_) => HandOutcome::Overwritten,
        None => by_whole(resource_type, live, change),
    }
}

/// Whether what the plan changes is written together with what was changed by hand.
fn by_whole(resource_type: &str, live: &PropertyChange, change: &Change) -> HandOutcome {
    let top = top_level(&live.path);
    let kind = Kind::of_type(resource_type);
    let together = kind.map_or(&[][..], |kind| kind.descriptor().drift.written_together);
    let is_written = |planned: &str| {
        (planned == top && !BY_ITEM.contains(&top)) || (together.contains(&planned) && together.contains(&top))
    };
    if change.properties.iter().any(|planned| is_written(top_level(&planned.path))) {
        HandOutcome::Overwritten
    } else {
        HandOutcome::Kept
    }
}

/// The property a path begins with.
fn top_level(path: &str) -> &str {
    path.split(['/', '[']).next().unwrap_or(path)
}
