//! Phone numbers and the flows that answer them: links CloudFormation has no resource for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::known::{Definition, Known};
use super::{Action, AssociationChange, Change, Identifier, Impact, PropertyChange, Reason};
use crate::inventory::Inventory;
use crate::model::{Address, Attribute, Kind, Reference, Target, bare_id};

/// What happens to the links of the managed phone numbers.
#[derive(Debug, Default)]
pub(super) struct Associations {
    /// Entries of the plan.
    pub(super) changes: Vec<Change>,
    /// Links to remove before the stacks change: their numbers go.
    pub(super) before: Vec<Address>,
    /// Links to make or remove once the stacks are done: number, flow.
    pub(super) after: Vec<(Address, Option<Target>)>,
    /// Flows that answer a number until the links are set; they must not be deleted earlier.
    pub(super) held: BTreeSet<Address>,
    /// Stacks that note another flow than the blueprint has.
    pub(super) stale: BTreeSet<String>,
}

/// Compares the wanted links with the live ones.
pub(super) fn compare(
    wanted: &BTreeMap<&Address, &Target>,
    inventory: &Inventory,
    known: &Known,
    deployed: &BTreeMap<String, Definition>,
    resources: &[Change],
) -> Associations {
    let mut found = Associations::default();
    for change in resources.iter().filter(|change| change.address.kind == Kind::PhoneNumber) {
        let number = &change.address;
        let live = live_flow(inventory, known, number);
        let existing = deployed.get(&change.logical_id);
        let noted = existing.and_then(|existing| existing.answered_by.as_ref()).map(|flow| now_named(flow, deployed));
        if existing.is_some() && noted.as_ref() != wanted.get(number).copied() && change.action != Action::Delete {
            found.stale.insert(change.stack.clone());
        }
        match (change.action, wanted.get(number)) {
            (Action::Delete, _) => {
                if live.is_some() {
                    found.before.push(number.clone());
                }
            }
            (Action::Retain, _) => {}
            (_, Some(&flow)) => found.associate(change, flow, live, noted, known, resources),
            (_, None) => {
                let before = live.as_ref().map(|live| name_of(live, known)).or(noted.map(|flow| flow.to_string()));
                if before.is_some() {
                    found.changes.push(entry(change, Action::Disassociate, before.as_deref(), None));
                }
                if live.is_some() {
                    found.after.push((number.clone(), None));
                }
            }
        }
    }
    let answering = found.after.iter().filter_map(|(number, _)| live_flow(inventory, known, number));
    let answering: BTreeSet<String> = answering.collect();
    found.held = deployed
        .values()
        .filter(|existing| existing.address.kind == Kind::Flow)
        .filter(|existing| known.physical_id(&existing.address).is_some_and(|id| answering.contains(bare_id(id))))
        .map(|existing| existing.address.clone())
        .collect();
    found
}

impl Associations {
    fn associate(
        &mut self,
        number: &Change,
        flow: &Target,
        live: Option<String>,
        noted: Option<Target>,
        known: &Known,
        resources: &[Change],
    ) {
        let reference = Reference { target: flow.clone(), attribute: Attribute::Id };
        let replaced = |address: &Address| {
            resources.iter().any(|change| change.address == *address && change.action == Action::Replace)
        };
        let keeps_id = match flow {
            Target::Resource(address) => !replaced(address),
            Target::Builtin { .. } | Target::Instance => true,
        };
        let same = live.is_some() && live == known.identifier(&reference);
        if same && keeps_id && number.action != Action::Replace {
            // Somebody was faster; only the note of it is missing.
            if let Some(noted) = noted.filter(|noted| noted != flow) {
                self.changes.push(entry(number, Action::Associate, Some(&noted.to_string()), Some(&flow.to_string())));
            }
            return;
        }
        let was_noted = noted.map(|target| known.identifier(&Reference { target, attribute: Attribute::Id }));
        let by_hand = was_noted.is_some_and(|noted| noted != live);
        let before = live.filter(|_| number.action != Action::Replace).map(|live| name_of(&live, known));
        let mut link = entry(number, Action::Associate, before.as_deref(), Some(&flow.to_string()));
        if by_hand {
            link.reasons.push(Reason::ChangedByHand);
        }
        self.changes.push(link);
        self.after.push((number.address.clone(), Some(flow.clone())));
    }
}

pub(super) fn entry(number: &Change, action: Action, before: Option<&str>, after: Option<&str>) -> Change {
    let reason = match action {
        Action::Associate if before.is_none() => Reason::NotDeployed,
        Action::Disassociate => Reason::NotInBlueprint,
        _ => Reason::PropertiesDiffer,
    };
    Change {
        address: number.address.clone(),
        renamed_from: None,
        stack: number.stack.clone(),
        logical_id: String::new(),
        resource_type: String::new(),
        action,
        reasons: vec![reason],
        properties: vec![PropertyChange {
            path: "Flow".to_owned(),
            before: before.map(|before| json!(before)),
            after: after.map(|after| json!(after)),
            description: Vec::new(),
        }],
        irreversible: None,
        impact: Impact::default(),
    }
}

/// A flow under the name it has in the blueprint now.
fn now_named(flow: &Target, deployed: &BTreeMap<String, Definition>) -> Target {
    let Target::Resource(address) = flow else { return flow.clone() };
    let now = deployed.values().find(|existing| existing.rendered_as == *address);
    now.map_or_else(|| flow.clone(), |existing| Target::Resource(existing.address.clone()))
}

/// The id of the flow that answers a number now.
pub(super) fn live_flow(inventory: &Inventory, known: &Known, number: &Address) -> Option<String> {
    let id = known.physical_id(number)?;
    let flows = &inventory.phone_number_flows;
    flows.get(id).or_else(|| flows.get(bare_id(id))).map(|flow| bare_id(flow).to_owned())
}

/// The flow that answers a number now, by name; by id where it is none of the center's.
pub(super) fn live_target(inventory: &Inventory, known: &Known, number: &Address) -> Option<Target> {
    let id = live_flow(inventory, known, number)?;
    let unknown = || Target::Builtin { kind: Kind::Flow, name: id.clone() };
    Some(known.target_of(Kind::Flow, &id).cloned().unwrap_or_else(unknown))
}

fn name_of(flow_id: &str, known: &Known) -> String {
    known.target_of(Kind::Flow, flow_id).map_or_else(|| flow_id.to_owned(), ToString::to_string)
}

/// The calls for a list of links.
pub(super) fn calls(
    links: &[(Address, Option<Target>)],
    identifier: &dyn Fn(&Reference) -> Identifier,
) -> Vec<AssociationChange> {
    let id = |target: Target| identifier(&Reference { target, attribute: Attribute::Id });
    links
        .iter()
        .map(|(number, flow)| AssociationChange {
            action: if flow.is_some() { Action::Associate } else { Action::Disassociate },
            phone_number: number.clone(),
            phone_number_id: id(Target::Resource(number.clone())),
            flow: flow.clone(),
            flow_id: flow.clone().map(id),
            instance: identifier(&Reference { target: Target::Instance, attribute: Attribute::Arn }),
        })
        .collect()
}
