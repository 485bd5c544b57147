//! The plan that takes back what was changed by hand.
//!
//! 1. A change set with `DeploymentMode` `REVERT_DRIFT` brings back everything the deployed template names, and makes
//!    deleted resources anew. Additions the template does not name are put into that template with their live values:
//!    CloudFormation learns of them, and changes nothing.
//! 2. The deployed template again, which takes the additions away; parameters have the identifiers of what was made
//!    anew.
//!    Between 1 and 2 the resources carry notes of what is meant ([`unfinished`](super::unfinished)).
//! 3. Properties that cannot be taken away were set to what AWS fills in, in 1; another change set with `REVERT_DRIFT`
//!    drops them from the template.
//! 4. What was put beside resources is taken back by calls of its own.
//! 5. Phone numbers get their flows.

mod parameters;
mod templates;

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::compare::describe_difference;
use serde_json::{Value as Json, json};

use super::unfinished::Meant;
use super::{AssociationDrift, DriftReport, DriftStatus, DriftedResource};
use crate::inventory::{DeployedStack, Inventory};
use crate::model::{Attribute, Reference, Target, bare_id};
use crate::plan::{
    Action, AssociationChange, Base, Change, Identifier, Impact, Known, OperationKind, Plan, PropertyChange, Purpose,
    Reason, RepairOf, StackOperation, Step,
};
use parameters::Renewed;
use templates::Learned;

/// Why drift cannot be reverted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevertError {
    /// There is no instance any more, and so nothing left of what was in it.
    #[error("the Connect instance was deleted; destroy the center and apply it again")]
    NoInstance,
}

/// Plans the way back to what was last applied. Touches nothing that did not drift.
pub fn revert(report: &DriftReport, inventory: &Inventory) -> Result<Plan, RevertError> {
    if inventory.instance.is_none() && !report.is_in_sync() {
        return Err(RevertError::NoInstance);
    }
    let meant = Meant::of(inventory);
    let stacks = &meant.inventory.stacks;
    let known = Known::new(&meant.inventory, None);
    let renewed = Renewed::new(report, &known);
    let mut formerly = meant.formerly.clone();
    for (logical_id, ids) in renewed.used(stacks.values()) {
        formerly.entry(logical_id).or_default().extend(ids);
    }
    let learned: Vec<Learned> = stacks
        .values()
        .filter_map(|stack| templates::learned(stack, inventory.stacks.get(&stack.name)?, report, &renewed, &formerly))
        .collect();
    let mut steps = Vec::new();
    let mut push = |operations: Vec<StackOperation>| {
        if !operations.is_empty() {
            steps.push(Step::Stacks(operations));
        }
    };
    let mut done = BTreeSet::new();
    for wave in waves(&learned) {
        push(wave.iter().filter(|learned| learned.drifted).map(|learned| first(learned, &renewed, &done)).collect());
        done.extend(wave.iter().map(|learned| learned.stack.name.as_str()));
    }
    let has_second = |stack: &&DeployedStack| {
        let learned = learned.iter().find(|learned| learned.stack.name == stack.name);
        learned.is_some_and(|learned| learned.takes_away) || renewed.is_used_by(stack)
    };
    // Who knows the old identifiers of what was made anew forgets them when nobody has them any more.
    let knows_old = |stack: &&DeployedStack| formerly.keys().any(|of| stack.physical_ids.contains_key(of));
    let (last, next): (Vec<_>, Vec<_>) = stacks.values().filter(has_second).partition(knows_old);
    for stacks in [next, last] {
        let learned = |stack: &DeployedStack| learned.iter().find(|learned| learned.stack.name == stack.name);
        push(stacks.into_iter().map(|stack| second(stack, learned(stack), &renewed)).collect());
    }
    push(
        learned
            .iter()
            .filter(|learned| learned.with_defaults.is_some())
            .map(|learned| third(learned, &renewed))
            .collect(),
    );
    steps.extend(beside_templates(report, inventory, &known, &renewed));
    Ok(Plan {
        purpose: Purpose::Revert,
        center: report.center.clone(),
        region: report.region.clone(),
        environment: None,
        digest: String::new(),
        base: Base::of(inventory, &BTreeSet::new()),
        changes: changes(report),
        stack_changes: Vec::new(),
        by_hand: None,
        live_numbers: Vec::new(),
        callers: Vec::new(),
        change_sets: None,
        preflight: None,
        steps,
    })
}

/// Calls for what no template can set right, and for links of phone numbers.
fn beside_templates(report: &DriftReport, inventory: &Inventory, known: &Known, renewed: &Renewed) -> Vec<Step> {
    let mut steps = Vec::new();
    let of = |drifted: &DriftedResource| {
        let address = drifted.address.clone();
        let calls = drifted.repairs.iter();
        calls.map(|call| RepairOf { address: address.clone(), call: call.clone() }).collect::<Vec<_>>()
    };
    let repairs: Vec<RepairOf> = report.resources.iter().flat_map(of).collect();
    if !repairs.is_empty() {
        steps.push(Step::Repair(repairs));
    }
    if !report.associations.is_empty() {
        let links = report.associations.iter().map(|drift| link(drift, inventory, known, renewed));
        steps.push(Step::Associate(links.collect()));
    }
    steps
}

fn operation(stack: &DeployedStack, kind: OperationKind, template: Json) -> StackOperation {
    StackOperation {
        stack: stack.name.clone(),
        kind,
        template,
        parameters: parameters::as_deployed(stack),
        transitional: false,
        termination_protection: stack.termination_protection,
        tags: stack.tags.clone(),
        imports: BTreeMap::new(),
    }
}

/// The stacks in waves, each after those it needs. Stacks that need one another come last, at once.
fn waves<'a, 'b>(learned: &'a [Learned<'b>]) -> Vec<Vec<&'a Learned<'b>>> {
    let mut waves = Vec::new();
    let mut rest: Vec<&Learned> = learned.iter().collect();
    while !rest.is_empty() {
        let names: BTreeSet<String> = rest.iter().map(|learned| learned.stack.name.clone()).collect();
        let (free, waiting): (Vec<_>, Vec<_>) = rest.into_iter().partition(|learned| learned.needs.is_disjoint(&names));
        let (wave, left) = if free.is_empty() { (waiting, free) } else { (free, waiting) };
        waves.push(wave);
        rest = left;
    }
    waves
}

/// The template as it is deployed is not sent again.
fn first(learned: &Learned, renewed: &Renewed, done: &BTreeSet<&str>) -> StackOperation {
    let template = learned.template.clone().unwrap_or(Json::Null);
    StackOperation {
        transitional: learned.template.is_some(),
        parameters: renewed.parameters(learned.stack, |stack| done.contains(stack)),
        ..operation(learned.stack, OperationKind::RevertDrift, template)
    }
}

fn second(stack: &DeployedStack, learned: Option<&Learned>, renewed: &Renewed) -> StackOperation {
    let with_defaults = learned.and_then(|learned| learned.with_defaults.clone());
    StackOperation {
        transitional: with_defaults.is_some(),
        parameters: renewed.parameters(stack, |_| true),
        ..operation(stack, OperationKind::Update, with_defaults.unwrap_or_else(|| stack.template.clone()))
    }
}

fn third(learned: &Learned, renewed: &Renewed) -> StackOperation {
    let template = learned.stack.template.clone();
    StackOperation {
        parameters: renewed.parameters(learned.stack, |_| true),
        ..operation(learned.stack, OperationKind::RevertDrift, template)
    }
}

fn link(drift: &AssociationDrift, inventory: &Inventory, known: &Known, renewed: &Renewed) -> AssociationChange {
    let id = |target: &Target| {
        let reference = Reference { target: target.clone(), attribute: Attribute::Id };
        renewed.identifier(&reference).unwrap_or_else(|| {
            let id = known.identifier(&reference).unwrap_or_default();
            Identifier::Known(bare_id(&id).to_owned())
        })
    };
    AssociationChange {
        action: if drift.expected.is_some() { Action::Associate } else { Action::Disassociate },
        phone_number: drift.phone_number.clone(),
        phone_number_id: id(&Target::Resource(drift.phone_number.clone())),
        flow: drift.expected.clone(),
        flow_id: drift.expected.as_ref().map(id),
        instance: Identifier::Known(
            inventory.instance.as_ref().map(|instance| instance.arn.clone()).unwrap_or_default(),
        ),
    }
}

fn changes(report: &DriftReport) -> Vec<Change> {
    let resources = report.resources.iter().map(change);
    resources.chain(report.associations.iter().map(association_change)).collect()
}

fn change(drifted: &DriftedResource) -> Change {
    let back = |difference: &PropertyChange| PropertyChange {
        path: difference.path.clone(),
        before: difference.after.clone(),
        after: difference.before.clone(),
        description: description(difference),
    };
    let (action, reason) = match drifted.status {
        DriftStatus::Modified => (Action::Update, Reason::ChangedByHand),
        DriftStatus::Deleted => (Action::Create, Reason::DeletedByHand),
    };
    Change {
        address: drifted.address.clone(),
        renamed_from: None,
        stack: drifted.stack.clone(),
        logical_id: drifted.logical_id.clone(),
        resource_type: drifted.resource_type.clone(),
        action,
        reasons: vec![reason],
        properties: drifted.differences.iter().map(back).collect(),
        irreversible: drifted.irreversible.clone(),
        impact: Impact::default(),
    }
}

/// What is told about a document, the other way round.
fn description(difference: &PropertyChange) -> Vec<String> {
    match (&difference.before, &difference.after) {
        (Some(before), Some(after)) if !difference.description.is_empty() => describe_difference(after, before),
        _ => difference.description.clone(),
    }
}

fn association_change(drift: &AssociationDrift) -> Change {
    Change {
        address: drift.phone_number.clone(),
        renamed_from: None,
        stack: drift.stack.clone(),
        logical_id: String::new(),
        resource_type: String::new(),
        action: if drift.expected.is_some() { Action::Associate } else { Action::Disassociate },
        reasons: vec![Reason::ChangedByHand],
        properties: vec![PropertyChange {
            path: "Flow".to_owned(),
            before: drift.live.as_ref().map(|live| json!(live)),
            after: drift.expected.as_ref().map(|flow| json!(flow.to_string())),
            description: Vec::new(),
        }],
        irreversible: None,
        impact: Impact::default(),
    }
}

/// The drifted resources of a stack.
fn of_stack<'a>(report: &'a DriftReport, stack: &str) -> Vec<&'a DriftedResource> {
    // What has no name in a template is no resource of it.
    let is_in = |drifted: &&DriftedResource| drifted.stack == stack && !drifted.logical_id.is_empty();
    report.resources.iter().filter(is_in).collect()
}

/// Logical IDs of what was deleted by hand in a stack.
fn deleted<'a>(drifted: &[&'a DriftedResource]) -> BTreeSet<&'a str> {
    drifted
        .iter()
        .filter(|drifted| drifted.status == DriftStatus::Deleted)
        .map(|drifted| drifted.logical_id.as_str())
        .collect()
}
