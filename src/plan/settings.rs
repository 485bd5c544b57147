//! Settings of an instance that exists: CloudFormation can only set those of an instance it made.
//!
//! What was applied is noted beside a resource of the center. Settings that the blueprint names no longer stay as they
//! are, and so do all of them when the center is destroyed.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::Repair;
use serde_json::json;

use super::known::Definition;
use super::{Action, Change, Impact, PropertyChange, Reason, RepairOf};
use crate::inventory::Inventory;
use crate::model::{Address, Kind};

/// What happens to the settings.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// The entry of the plan.
    pub(super) change: Option<Change>,
    /// The calls.
    pub(super) calls: Vec<RepairOf>,
    /// Stacks that note something else than the blueprint has.
    pub(super) stale: BTreeSet<String>,
}

/// The instance under the name it has in plans.
pub(crate) fn address() -> Address {
    Address::new(Kind::Instance, "instance")
}

/// The settings that definitions note, and the stack that does.
pub(crate) fn noted(definitions: &BTreeMap<String, Definition>) -> Option<(&str, &BTreeMap<String, bool>)> {
    let notes = definitions.values().find(|definition| !definition.settings.is_empty())?;
    Some((&notes.stack, &notes.settings))
}

/// Compares the wanted settings with the live ones.
pub(super) fn compare(
    inventory: &Inventory,
    desired: &BTreeMap<String, Definition>,
    deployed: &BTreeMap<String, Definition>,
) -> Settings {
    let mut found = Settings::default();
    for (logical_id, wanted) in desired {
        if deployed.get(logical_id).is_some_and(|existing| existing.settings != wanted.settings) {
            found.stale.insert(wanted.stack.clone());
        }
    }
    let before = noted(deployed).map(|(_, settings)| settings);
    found.change = left(desired, deployed);
    let (Some((stack, wanted)), Some(instance)) = (noted(desired), &inventory.instance) else { return found };
    let differing: Vec<(&String, bool)> = wanted
        .iter()
        .filter(|(name, value)| is_on(inventory, name) != **value)
        .map(|(name, value)| (name, *value))
        .collect();
    if differing.is_empty() {
        return found;
    }
    let call = |(name, value): &(&String, bool)| RepairOf {
        address: address(),
        call: Repair::UpdateInstanceAttribute {
            instance: instance.id.clone(),
            setting: (*name).clone(),
            value: *value,
        },
    };
    found.calls = differing.iter().map(call).collect();
    let by_hand = differing.iter().any(|(name, value)| before.is_some_and(|before| before.get(*name) == Some(value)));
    let reasons = [Reason::PropertiesDiffer].into_iter().chain(by_hand.then_some(Reason::ChangedByHand)).collect();
    let properties = differing.into_iter().map(|(name, value)| property(name, inventory, value)).collect();
    found.change = Some(entry(stack, Action::Update, reasons, properties));
    found
}

/// Whether a setting is on; one that the service does not list is off (?).
pub(crate) fn is_on(inventory: &Inventory, name: &str) -> bool {
    inventory.instance_settings.get(name).copied().unwrap_or_default()
}

/// The entry about settings that the blueprint names no longer; where others change, these go without saying.
fn left(desired: &BTreeMap<String, Definition>, deployed: &BTreeMap<String, Definition>) -> Option<Change> {
    let (stack, before) = noted(deployed)?;
    let after = noted(desired).map(|(_, settings)| settings);
    let is_left = |name: &String| after.is_none_or(|after| !after.contains_key(name));
    let reasons = vec![Reason::NotInBlueprint, Reason::InstanceOfOthers];
    before.keys().any(is_left).then(|| entry(stack, Action::Retain, reasons, Vec::new()))
}

/// What differs between the settings of two blueprints.
pub(super) fn between(before: &BTreeMap<String, Definition>, after: &BTreeMap<String, Definition>) -> Option<Change> {
    let of = |definitions| noted(definitions).map(|(stack, settings)| (stack.to_owned(), settings.clone()));
    let (old, new) = (of(before), of(after));
    let stack = new.as_ref().or(old.as_ref())?.0.clone();
    let (old, new) = (old.unwrap_or_default().1, new.unwrap_or_default().1);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let value = |settings: &BTreeMap<String, bool>, name: &String| settings.get(name).map(|on| json!(on));
    let properties: Vec<PropertyChange> = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| PropertyChange {
            path: path(name),
            before: value(&old, name),
            after: value(&new, name),
            description: Vec::new(),
        })
        .collect();
    (!properties.is_empty()).then(|| entry(&stack, Action::Update, vec![Reason::PropertiesDiffer], properties))
}

fn property(name: &str, inventory: &Inventory, value: bool) -> PropertyChange {
    PropertyChange {
        path: path(name),
        before: Some(json!(is_on(inventory, name))),
        after: Some(json!(value)),
        description: Vec::new(),
    }
}

/// Where a setting stands among the properties of an instance.
pub(crate) fn path(name: &str) -> String {
    format!("Attributes/{name}")
}

/// The entry of a plan.
pub(super) fn entry(stack: &str, action: Action, reasons: Vec<Reason>, properties: Vec<PropertyChange>) -> Change {
    Change {
        address: address(),
        renamed_from: None,
        stack: stack.to_owned(),
        logical_id: String::new(),
        resource_type: String::new(),
        action,
        reasons,
        properties,
        irreversible: None,
        impact: Impact::default(),
    }
}
