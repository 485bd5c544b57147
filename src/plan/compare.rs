//! Two blueprints side by side, without an account.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::resource_changes;
use super::impact;
use super::known::{Definition, Known};
use super::{Action, Base, Change, Plan, PropertyChange, Purpose, StackChange, associations, callers, settings};
use crate::inventory::Inventory;
use crate::model::{Address, EXISTING_PHONE_NUMBER, Kind, Model, Reference, Target};
use crate::render::{Artifacts, ParameterSource};

/// One side of a comparison. The artifacts must be rendered from the model.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The model.
    pub model: &'a Model,
    /// What is rendered from it.
    pub artifacts: &'a Artifacts,
}

/// What would change in a center that has the old side and gets the new one. There is nothing to apply in such a plan.
pub fn compare(old: Side, new: Side) -> Plan {
    let inventory = Inventory::default();
    let names = Names::new(old.artifacts, new.artifacts);
    let desired = Known::new(&inventory, Some(new.artifacts)).desired(new.artifacts);
    let before = Known::with_names(&inventory, names.by_logical_id.clone()).desired(&names.renamed(old.artifacts));
    let before = names.with_flows(before);
    let imports = taken_over(new.model, &before);
    let order = new.model.resources.values().map(|resource| resource.logical_id.as_str());
    let mut changes = resource_changes(order, &inventory, &desired, &before, &imports);
    let mut links = links(&changes, &before, &desired);
    impact::note_links(&mut links);
    impact::note(&mut changes, &impact::Sides { before: &before, after: &desired });
    changes.extend(links);
    changes.extend(settings::between(&before, &desired));
    let callers = callers::changes(&changes, &before, &desired, &|_| None);
    Plan {
        purpose: Purpose::Compare,
        center: new.model.center.clone(),
        region: new.model.region.clone(),
        environment: new.model.environment.clone(),
        digest: new.model.digest.clone(),
        base: Base::default(),
        changes,
        stack_changes: center_change(old.model, new.model).into_iter().collect(),
        by_hand: None,
        live_numbers: Vec::new(),
        callers,
        change_sets: None,
        preflight: None,
        steps: Vec::new(),
    }
}

/// The names that resources of the old side have on the new one.
struct Names {
    by_logical_id: BTreeMap<String, Address>,
    by_old_name: BTreeMap<Address, Address>,
}

impl Names {
    fn new(old: &Artifacts, new: &Artifacts) -> Self {
        let resources = |artifacts: &Artifacts| -> BTreeMap<String, Address> {
            artifacts.stacks.iter().flat_map(|stack| stack.resources.clone()).collect()
        };
        let (old, mut by_logical_id) = (resources(old), resources(new));
        let in_use: BTreeSet<Address> = by_logical_id.values().cloned().collect();
        let mut by_old_name = BTreeMap::new();
        for (logical_id, address) in old {
            let name = by_logical_id.entry(logical_id).or_insert_with_key(|logical_id| {
                let mut name = address.clone();
                if in_use.contains(&address) {
                    name.name = format!("{} ({logical_id})", address.name);
                }
                name
            });
            by_old_name.insert(address, name.clone());
        }
        Self { by_logical_id, by_old_name }
    }

    fn now(&self, target: &Target) -> Target {
        match target {
            Target::Resource(address) => Target::Resource(self.by_old_name.get(address).unwrap_or(address).clone()),
            Target::Builtin { .. } | Target::Instance => target.clone(),
        }
    }

    /// The artifacts with the new names of what they refer to.
    fn renamed(&self, old: &Artifacts) -> Artifacts {
        let mut artifacts = old.clone();
        for stack in &mut artifacts.stacks {
            for source in stack.parameters.values_mut() {
                if let ParameterSource::References(references) = source {
                    for Reference { target, .. } in references {
                        *target = self.now(target);
                    }
                }
            }
        }
        artifacts
    }

    /// The definitions with the new names of the flows that answer numbers.
    fn with_flows(&self, mut before: BTreeMap<String, Definition>) -> BTreeMap<String, Definition> {
        for definition in before.values_mut() {
            definition.answered_by = definition.answered_by.as_ref().map(|flow| self.now(flow));
        }
        before
    }
}

/// Numbers that come under management, by what they are called.
fn taken_over(new: &Model, before: &BTreeMap<String, Definition>) -> BTreeMap<Address, String> {
    new.resources
        .values()
        .filter(|resource| !before.contains_key(&resource.logical_id))
        .filter_map(|resource| Some((resource.address.clone(), resource.metadata.get(EXISTING_PHONE_NUMBER)?.clone())))
        .collect()
}

/// Numbers that another flow answers.
fn links(
    changes: &[Change],
    before: &BTreeMap<String, Definition>,
    after: &BTreeMap<String, Definition>,
) -> Vec<Change> {
    let flow = |definitions: &BTreeMap<String, Definition>, change: &Change| -> Option<Target> {
        definitions.get(&change.logical_id).and_then(|definition| definition.answered_by.clone())
    };
    let is_replaced = |flow: &Option<Target>| {
        let replaced = changes.iter().filter(|change| change.action == Action::Replace);
        replaced.into_iter().any(|change| flow.as_ref() == Some(&Target::Resource(change.address.clone())))
    };
    let mut found = Vec::new();
    for change in changes.iter().filter(|change| change.address.kind == Kind::PhoneNumber) {
        let renewed = matches!(change.action, Action::Replace);
        let (old, new) = (flow(before, change).filter(|_| !renewed), flow(after, change));
        let text = |flow: &Option<Target>| flow.as_ref().map(ToString::to_string);
        match (&old, &new) {
            _ if !after.contains_key(&change.logical_id) || (old == new && !is_replaced(&new)) => {}
            (_, Some(_)) => {
                found.push(associations::entry(
                    change,
                    Action::Associate,
                    text(&old).as_deref(),
                    text(&new).as_deref(),
                ));
            }
            (Some(_), None) => {
                found.push(associations::entry(change, Action::Disassociate, text(&old).as_deref(), None));
            }
            (None, None) => {}
        }
    }
    found
}

/// What differs about the center as a whole.
fn center_change(old: &Model, new: &Model) -> Option<StackChange> {
    let mut properties = Vec::new();
    let mut compare = |path: String, before: Option<&String>, after: Option<&String>| {
        if before != after {
            let value = |text: Option<&String>| text.map(|text| text.clone().into());
            properties.push(PropertyChange {
                path,
                before: value(before),
                after: value(after),
                description: Vec::new(),
            });
        }
    };
    compare("Center".to_owned(), Some(&old.center), Some(&new.center));
    compare("Region".to_owned(), Some(&old.region), Some(&new.region));
    let keys: BTreeSet<&String> = old.tags.keys().chain(new.tags.keys()).collect();
    for key in keys {
        compare(format!("Tags[{key}]"), old.tags.get(key), new.tags.get(key));
    }
    (!properties.is_empty()).then(|| StackChange { stack: new.center.clone(), properties })
}
