//! The plan that takes a center away.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::associations::{calls, live_flow};
use super::build::refuse_busy;
use super::changes::removed;
use super::known::{Definition, Known};
use super::settings;
use super::{Action, Base, Change, Identifier, Plan, PlanError, Purpose, Reason, StackOperation, Step};
use crate::inventory::Inventory;
use crate::model::{Address, Kind, Reference, Target, bare_id};

/// Plans the deletion of everything that is deployed, in reverse order.
///
/// Links of phone numbers go first. Stacks that are protected from deletion stay, and so does what has the deletion
/// policy `Retain`; the plan lists both as [`Action::Retain`].
pub fn destroy(center: &str, region: &str, inventory: &Inventory) -> Result<Plan, PlanError> {
    refuse_busy(inventory)?;
    let there = what_is_there(inventory);
    let known = Known::new(&there, None);
    let deployed = known.deployed();
    let is_protected = |stack: &str| inventory.stacks.get(stack).is_some_and(|stack| stack.termination_protection);
    // Nothing is left of a status where its instance goes.
    let statuses_go =
        deployed.values().any(|it| it.address.kind == Kind::Instance && !it.is_retained() && !is_protected(&it.stack));
    let mut changes: Vec<Change> = deployed
        .iter()
        .map(|(logical_id, existing)| taken_away(logical_id, existing, is_protected(&existing.stack), statuses_go))
        .collect();
    changes.sort_by(|one, other| other.address.cmp(&one.address));
    if let Some((stack, _)) = settings::noted(&deployed) {
        changes.push(settings::entry(stack, Action::Retain, vec![Reason::InstanceOfOthers], Vec::new()));
    }
    let prevented = changes.iter().find(|change| {
        change.action == Action::Delete
            && deployed.get(&change.logical_id).is_some_and(|existing| existing.prevent_destroy)
    });
    if let Some(change) = prevented {
        return Err(PlanError::Prevented { address: change.address.clone(), action: Action::Delete });
    }

    let mut steps = Vec::new();
    let links = links_to_remove(&changes, inventory, &known);
    if !links.is_empty() {
        let identifier = |reference: &Reference| Identifier::Known(known.identifier(reference).unwrap_or_default());
        steps.push(Step::Associate(calls(&links, &identifier)));
    }
    let doomed: BTreeSet<&str> = inventory
        .stacks
        .values()
        .filter(|stack| !stack.termination_protection && stack.status != "DELETE_COMPLETE")
        .map(|stack| stack.name.as_str())
        .collect();
    for wave in deletion_waves(doomed, &deployed) {
        steps.push(Step::Stacks(wave.into_iter().map(StackOperation::delete).collect()));
    }
    Ok(Plan {
        purpose: Purpose::Destroy,
        center: center.to_owned(),
        region: region.to_owned(),
        environment: None,
        digest: String::new(),
        base: Base::of(inventory, &BTreeSet::new()),
        changes,
        stack_changes: Vec::new(),
        by_hand: None,
        live_numbers: Vec::new(),
        callers: Vec::new(),
        change_sets: None,
        preflight: None,
        steps,
    })
}

fn taken_away(logical_id: &str, existing: &Definition, is_protected: bool, statuses_go: bool) -> Change {
    let mut change = removed(logical_id, existing, Reason::Destroy);
    if is_protected {
        change.action = Action::Retain;
        change.reasons = vec![Reason::TerminationProtection];
        change.irreversible = None;
    } else if !existing.address.kind.descriptor_of(&existing.resource_type).lifetime.is_deletable {
        change.action = if statuses_go { Action::Delete } else { Action::Retain };
        change.reasons = vec![if statuses_go { Reason::Destroy } else { Reason::StaysAsItIs }];
    }
    change
}

/// The inventory with what is left in stacks that were never completely made, or not completely deleted.
fn what_is_there(inventory: &Inventory) -> Inventory {
    let mut there = inventory.clone();
    for stack in there.stacks.values_mut().filter(|stack| !stack.exists()) {
        let left = &stack.physical_ids;
        if let Some(resources) = stack.template.get_mut("Resources").and_then(Value::as_object_mut) {
            resources.retain(|logical_id, _| left.contains_key(logical_id));
            "UPDATE_COMPLETE".clone_into(&mut stack.status);
        }
    }
    there
}

/// Links of numbers that go, and of numbers that stay but must not lead to a flow that goes.
fn links_to_remove(changes: &[Change], inventory: &Inventory, known: &Known) -> Vec<(Address, Option<Target>)> {
    let goes = |change: &&Change| change.action == Action::Delete;
    let flows: BTreeSet<&str> = changes
        .iter()
        .filter(|change| change.address.kind == Kind::Flow)
        .filter(goes)
        .filter_map(|change| known.physical_id(&change.address))
        .map(bare_id)
        .collect();
    changes
        .iter()
        .filter(|change| change.address.kind == Kind::PhoneNumber)
        .filter(|change| {
            let flow = live_flow(inventory, known, &change.address);
            flow.is_some_and(|flow| goes(change) || flows.contains(flow.as_str()))
        })
        .map(|change| (change.address.clone(), None))
        .collect()
}

/// The stacks in waves: first those no other refers to. Where they refer to one another, the last one goes first.
fn deletion_waves<'a>(mut rest: BTreeSet<&'a str>, deployed: &BTreeMap<String, Definition>) -> Vec<Vec<&'a str>> {
    let stack_of: BTreeMap<&Address, &str> =
        deployed.values().map(|existing| (&existing.address, existing.stack.as_str())).collect();
    let mut referred: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for existing in deployed.values() {
        for target in existing.mentions.iter().filter_map(|address| stack_of.get(address)) {
            if *target != existing.stack {
                referred.entry(target).or_default().insert(&existing.stack);
            }
        }
    }
    let mut waves = Vec::new();
    // Numbers go last: whatever refers to them is released before they are.
    let key = |name: &&str| (!name.ends_with("-numbers"), name.len(), (*name).to_owned());
    while let Some(last) = rest.iter().copied().max_by_key(key) {
        let is_free = |name: &&str| referred.get(name).is_none_or(|by| by.is_disjoint(&rest));
        let mut wave: Vec<&str> = rest.iter().copied().filter(is_free).collect();
        if wave.is_empty() {
            wave.push(last);
        }
        for name in &wave {
            rest.remove(name);
        }
        waves.push(wave);
    }
    waves
}
