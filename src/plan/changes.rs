//! What happens to each resource, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::{create_only_changes, differences};
use super::imports::Imports;
use super::known::Definition;
use super::{Action, Change, Impact, PropertyChange, Reason};
use crate::inventory::Inventory;
use crate::model::{Address, Kind};

/// The changes to resources: those that are wanted in the order of these logical IDs, then what is deleted.
pub(super) fn resource_changes<'a>(
    order: impl Iterator<Item = &'a str>,
    inventory: &Inventory,
    desired: &BTreeMap<String, Definition>,
    deployed: &BTreeMap<String, Definition>,
    imports: &Imports,
) -> Vec<Change> {
    let mut changes: Vec<Change> = order
        .filter_map(|logical_id| {
            let wanted = desired.get(logical_id)?;
            Some(match deployed.get(logical_id) {
                Some(existing) => compared(logical_id, existing, wanted),
                None if imports.contains_key(&wanted.address) => {
                    change(logical_id, wanted, Action::Import, vec![Reason::NotDeployed])
                }
                None if is_next_version(wanted, deployed) => {
                    change(logical_id, wanted, Action::Create, vec![Reason::FunctionChanged])
                }
                None => created(logical_id, wanted, inventory),
            })
        })
        .collect();
    follow_replacements(&mut changes, desired);
    for change in &mut changes {
        let retained = deployed.get(&change.logical_id).is_some_and(Definition::is_retained_when_replaced);
        if change.action == Action::Replace {
            let kept = || "a new and empty one takes its place; the old one is kept".to_owned();
            change.irreversible =
                loss(change.address.kind, &change.resource_type).map(|loss| if retained { kept() } else { loss });
        }
        if change.address.kind == Kind::HierarchyLevels && change.action == Action::Update {
            change.irreversible = lost_levels(change);
        }
    }
    let gone = deployed.iter().filter(|(logical_id, _)| !desired.contains_key(*logical_id));
    let protected = |stack: &str| {
        inventory.stacks.get(stack).is_some_and(|stack| stack.termination_protection)
            && !desired.values().any(|wanted| wanted.stack == stack)
    };
    // The version that was live until now goes with its alias: publishing the next one is all there is to tell.
    let wanted: BTreeSet<&Address> = desired.values().map(|wanted| &wanted.address).collect();
    let replaced = |existing: &Definition| is_version(existing) && wanted.contains(&existing.rendered_as);
    changes.extend(
        gone.filter(|(_, existing)| !protected(&existing.stack) && !replaced(existing))
            .map(|(logical_id, existing)| removed(logical_id, existing, Reason::NotInBlueprint)),
    );
    changes
}

fn is_version(definition: &Definition) -> bool {
    definition.rendered_as.kind.version_of().is_some()
}

/// True for the version of a function that has one already.
fn is_next_version(wanted: &Definition, deployed: &BTreeMap<String, Definition>) -> bool {
    is_version(wanted) && deployed.values().any(|existing| existing.rendered_as == wanted.rendered_as)
}

fn change(logical_id: &str, definition: &Definition, action: Action, reasons: Vec<Reason>) -> Change {
    Change {
        address: definition.address.clone(),
        renamed_from: None,
        stack: definition.stack.clone(),
        logical_id: logical_id.to_owned(),
        resource_type: definition.resource_type.clone(),
        action,
        reasons,
        properties: Vec::new(),
        irreversible: None,
        impact: Impact::default(),
    }
}

fn created(logical_id: &str, wanted: &Definition, inventory: &Inventory) -> Change {
    let reason = match inventory.stacks.get(&wanted.stack).filter(|stack| !stack.exists()) {
        Some(stack) if stack.status == "DELETE_FAILED" => Reason::StackHalfDeleted,
        Some(_) => Reason::StackIncomplete,
        None => Reason::NotDeployed,
    };
    change(logical_id, wanted, Action::Create, vec![reason])
}

/// The change of a resource that leaves.
pub(super) fn removed(logical_id: &str, existing: &Definition, reason: Reason) -> Change {
    let mut change = if !existing.address.kind.descriptor_of(&existing.resource_type).lifetime.is_deletable {
        change(logical_id, existing, Action::Retain, vec![reason, Reason::CannotBeDeleted])
    } else if existing.is_retained() {
        change(logical_id, existing, Action::Retain, vec![reason, Reason::DeletionPolicyRetain])
    } else {
        let mut change = change(logical_id, existing, Action::Delete, vec![reason]);
        change.irreversible = loss(existing.address.kind, &existing.resource_type);
        change
    };
    change.address = existing.rendered_as.clone();
    change
}

fn compared(logical_id: &str, existing: &Definition, wanted: &Definition) -> Change {
    let properties = differences(&wanted.resource_type, &existing.properties, &wanted.properties);
    let mut change = if existing.resource_type != wanted.resource_type {
        change(logical_id, wanted, Action::Replace, vec![Reason::TypeChanged])
    } else if properties.is_empty() {
        if existing.reverting {
            change(logical_id, wanted, Action::Update, vec![Reason::RevertUnfinished])
        } else if existing.policies == wanted.policies && existing.prevent_destroy == wanted.prevent_destroy {
            change(logical_id, wanted, Action::NoOp, vec![Reason::Unchanged])
        } else {
            change(logical_id, wanted, Action::Update, vec![Reason::AttributesDiffer])
        }
    } else {
        let create_only = create_only_changes(&wanted.resource_type, &existing.properties, &wanted.properties);
        if create_only.is_empty() {
            let unfinished = existing.reverting.then_some(Reason::RevertUnfinished);
            let reasons = [Reason::PropertiesDiffer].into_iter().chain(unfinished).collect();
            change(logical_id, wanted, Action::Update, reasons)
        } else {
            change(logical_id, wanted, Action::Replace, vec![Reason::CreateOnly(create_only)])
        }
    };
    change.properties = properties;
    change.renamed_from = (existing.rendered_as != wanted.address).then(|| existing.rendered_as.clone());
    change
}

/// What refers to something that is replaced gets the new identifier: it changes too, and is replaced itself where
/// the reference is create-only.
fn follow_replacements(changes: &mut [Change], desired: &BTreeMap<String, Definition>) {
    let mut seen: BTreeSet<Address> = BTreeSet::new();
    loop {
        let new: Vec<Address> = changes
            .iter()
            .filter(|change| change.action == Action::Replace && !seen.contains(&change.address))
            .map(|change| change.address.clone())
            .collect();
        if new.is_empty() {
            return;
        }
        for change in changes.iter_mut() {
            let Some(wanted) = desired.get(&change.logical_id) else { continue };
            if matches!(change.action, Action::Create | Action::Import) {
                continue;
            }
            for target in new.iter().filter(|target| wanted.depends_on(target) && **target != change.address) {
                change.reasons.retain(|reason| *reason != Reason::Unchanged);
                change.reasons.push(Reason::TargetReplaced(target.clone()));
                if is_create_only_reference(wanted, target) {
                    change.action = Action::Replace;
                } else if change.action == Action::NoOp {
                    change.action = Action::Update;
                }
            }
        }
        seen.extend(new);
    }
}

/// True where an object is in the instance for good: the service has no call to move it, whatever its schema says.
/// Numbers can move.
fn lives_in_instance(wanted: &Definition) -> bool {
    wanted.resource_type.starts_with("AWS::Connect::") && wanted.address.kind != Kind::PhoneNumber
}

/// True where another identifier of the target, wherever it stands, makes a new resource.
fn is_create_only_reference(wanted: &Definition, target: &Address) -> bool {
    if target.kind == Kind::Instance && lives_in_instance(wanted) {
        return true;
    }
    let renewed = super::symbol::renewed(&wanted.properties, target);
    !create_only_changes(&wanted.resource_type, &wanted.properties, &renewed).is_empty()
}

/// What is lost when levels of the hierarchy go while the others stay.
fn lost_levels(change: &Change) -> Option<String> {
    let gone = |property: &&PropertyChange| property.after.is_none() && property.path.contains("/Level");
    let names: Vec<&str> = change
        .properties
        .iter()
        .filter(gone)
        .filter_map(|property| property.before.as_ref()?.pointer("/Name")?.as_str())
        .collect();
    (!names.is_empty()).then(|| format!("the hierarchy loses {}", names.join(" and ")))
}

/// What is lost for good, or interrupts service, when a resource of this kind and type is deleted or made anew.
pub(crate) fn loss(kind: Kind, resource_type: &str) -> Option<String> {
    kind.descriptor_of(resource_type).lifetime.loss.map(str::to_owned)
}
