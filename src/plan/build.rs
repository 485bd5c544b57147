//! From what is wanted and what is deployed to the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::associations;
use super::callers;
use super::changes::resource_changes;
use super::impact;
use super::imports;
use super::known::{Definition, Known};
use super::opening;
use super::settings;
use super::unique_names;
use super::waves::Waves;
use super::{
    Action, Base, Change, Plan, PlanError, PropertyChange, Purpose, Reason, RepairOf, StackChange, StackOperation, Step,
};
use crate::graph;
use crate::inventory::{DeployedStack, Inventory};
use crate::model::{Address, Asset, Instance, Kind, Model, Target};
use crate::render::{Artifacts, INSTANCE_ARN, ParameterSource};

/// Plans the way from what is deployed to the blueprint.
///
/// `artifacts` must be rendered from `model` with the placement of `inventory`
/// ([`crate::render::Placement::of`]), so that what exists stays in its stack.
pub fn build(artifacts: &Artifacts, model: &Model, inventory: &Inventory) -> Result<Plan, PlanError> {
    let (plan, prevented) = build_although_prevented(artifacts, model, inventory)?;
    prevented.map_or(Ok(plan), Err)
}

/// The same; a plan that `prevent_destroy` forbids comes with what forbids it, so that it can be shown.
pub fn build_although_prevented(
    artifacts: &Artifacts,
    model: &Model,
    inventory: &Inventory,
) -> Result<(Plan, Option<PlanError>), PlanError> {
    refuse_busy(inventory)?;
    refuse_other_instance(inventory)?;
    refuse_missing(artifacts, model, inventory)?;
    let mut known = Known::new(inventory, Some(artifacts));
    let imports = imports::find(artifacts, model, inventory, &known)?;
    known.take_over(&imports);
    let desired = known.desired(artifacts);
    let deployed = known.deployed();
    let order = model.resources.values().map(|resource| resource.logical_id.as_str());
    let resources = resource_changes(order, inventory, &desired, &deployed, &imports);
    refuse_new_instance(&resources, &deployed)?;
    let prevented = prevented(&resources, &desired, &deployed);
    refuse_renamed(&resources)?;
    unique_names::refuse_taken(&resources, &desired, &deployed)?;
    let answers = model.associations.iter().map(|link| (&link.phone_number, &link.flow)).collect();
    let links = associations::compare(&answers, inventory, &known, &deployed, &resources);
    let settings = settings::compare(inventory, &desired, &deployed);

    let (graph, _) = graph::build(model);
    let mut waves = Waves::new(artifacts, model, &graph, inventory, &known, &deployed, &resources);
    let is_stale = |stack: &&str| links.stale.contains(*stack) || settings.stale.contains(*stack);
    waves.touched.extend(artifacts.stacks.iter().map(|s| s.name.as_str()).filter(is_stale));
    let mut steps = first_steps(inventory, settings.calls);
    waves.import(&imports, &mut steps);
    let removed: Vec<(Address, Option<Target>)> = links.before.iter().map(|number| (number.clone(), None)).collect();
    push_links(&removed, &waves, &mut steps);
    let held = held(&links.held, &desired, &deployed);
    waves.run(&held, &mut steps)?;
    push_links(&links.after, &waves, &mut steps);
    if !held.is_empty() {
        waves.run(&BTreeSet::new(), &mut steps)?;
    }
    let uploads = uploads(artifacts, inventory);
    if !uploads.is_empty() && steps.iter().any(|step| matches!(step, Step::Stacks(_))) {
        steps.insert(0, Step::Upload(uploads));
    }
    let sides = impact::Sides { before: &deployed, after: &desired };
    let mut changes = with_impact(resources, links.changes, &sides);
    changes.extend(settings.change);
    let answered_by = |number: &Address| associations::live_target(inventory, &known, number);
    let plan = Plan {
        purpose: Purpose::Apply,
        center: artifacts.center.clone(),
        region: artifacts.region.clone(),
        environment: artifacts.environment.clone(),
        digest: artifacts.digest.clone(),
        base: base(artifacts, model, inventory),
        stack_changes: artifacts
            .stacks
            .iter()
            .filter_map(|stack| stack_change(&stack.name, &stack.tags, stack.termination_protection, inventory))
            .collect(),
        by_hand: None,
        live_numbers: opening::live_numbers(&changes, &deployed, &answered_by),
        callers: callers::changes(&changes, &deployed, &desired, &answered_by),
        change_sets: None,
        preflight: None,
        changes,
        steps,
    };
    Ok((plan, prevented))
}

/// The changes of resources, then those of links, each with what it touches.
fn with_impact(mut resources: Vec<Change>, mut links: Vec<Change>, sides: &impact::Sides) -> Vec<Change> {
    impact::note(&mut resources, sides);
    impact::note_links(&mut links);
    resources.extend(links);
    resources
}

fn base(artifacts: &Artifacts, model: &Model, inventory: &Inventory) -> Base {
    Base { settings: live_settings(inventory, model), ..Base::of(inventory, &builtins_of(artifacts)) }
}

/// The live values of the settings that the blueprint names.
fn live_settings(inventory: &Inventory, model: &Model) -> BTreeMap<String, bool> {
    let named = |name: &String| model.instance_settings.contains_key(name);
    inventory.instance_settings.iter().filter(|(name, _)| named(name)).map(|(name, on)| (name.clone(), *on)).collect()
}

fn push_links(links: &[(Address, Option<Target>)], waves: &Waves, steps: &mut Vec<Step>) {
    if !links.is_empty() {
        steps.push(Step::Associate(associations::calls(links, &|reference| waves.identifier(reference))));
    }
}

/// The logical IDs of what has to stay until the links are set: flows that answer a number, and what they refer to.
fn held(
    flows: &BTreeSet<Address>,
    desired: &BTreeMap<String, Definition>,
    deployed: &BTreeMap<String, Definition>,
) -> BTreeSet<String> {
    let mut needed = flows.clone();
    let mut held = BTreeSet::new();
    loop {
        let more: Vec<(&String, &Definition)> = deployed
            .iter()
            .filter(|(logical_id, existing)| {
                needed.contains(&existing.address) && !desired.contains_key(*logical_id) && !held.contains(*logical_id)
            })
            .collect();
        if more.is_empty() {
            return held;
        }
        for (logical_id, existing) in more {
            held.insert(logical_id.clone());
            needed.extend(existing.mentions.iter().cloned());
        }
    }
}

/// What has to be done before anything else: rollbacks to finish, half-made stacks to clear away, and settings of the
/// instance, which what is made may need.
fn first_steps(inventory: &Inventory, settings: Vec<RepairOf>) -> Vec<Step> {
    let mut steps = Vec::new();
    let with_status = |status: &'static str| inventory.stacks.values().filter(move |stack| stack.status == status);
    let stuck: Vec<String> = with_status("UPDATE_ROLLBACK_FAILED").map(|stack| stack.name.clone()).collect();
    if !stuck.is_empty() {
        steps.push(Step::ContinueRollback(stuck));
    }
    let incomplete: Vec<StackOperation> = inventory
        .stacks
        .values()
        .filter(|stack| !stack.exists() && stack.status != "DELETE_COMPLETE")
        .map(|stack| StackOperation::delete(&stack.name))
        .collect();
    if !incomplete.is_empty() {
        steps.push(Step::Stacks(incomplete));
    }
    if !settings.is_empty() {
        steps.push(Step::Repair(settings));
    }
    steps
}

/// Refuses to plan while CloudFormation works on a stack.
pub(super) fn refuse_busy(inventory: &Inventory) -> Result<(), PlanError> {
    let busy = |stack: &&DeployedStack| stack.status.ends_with("_IN_PROGRESS") && stack.status != "REVIEW_IN_PROGRESS";
    match inventory.stacks.values().find(busy) {
        Some(stack) => Err(PlanError::Busy { stack: stack.name.clone(), status: stack.status.clone() }),
        None => Ok(()),
    }
}

fn refuse_missing(artifacts: &Artifacts, model: &Model, inventory: &Inventory) -> Result<(), PlanError> {
    if inventory.instance.is_none() {
        return match &model.instance {
            Instance::Existing(name) => Err(PlanError::NoInstance(name.clone())),
            Instance::Created(_) => Ok(()),
        };
    }
    match builtins_of(artifacts).into_iter().find(|builtin| !inventory.builtins.contains_key(builtin)) {
        Some((kind, name)) => Err(PlanError::NoBuiltin { kind, name }),
        None => Ok(()),
    }
}

/// The built-in objects that parameters and links refer to, by kind and name.
fn builtins_of(artifacts: &Artifacts) -> BTreeSet<(Kind, String)> {
    let sources = artifacts.stacks.iter().flat_map(|stack| stack.parameters.values());
    let references = sources.flat_map(|source| match source {
        ParameterSource::References(references) => references.as_slice(),
        ParameterSource::ArtifactBucket => &[],
    });
    let linked = artifacts.associations.iter().map(|link| &link.flow);
    references
        .map(|reference| &reference.target)
        .chain(linked)
        .filter_map(|target| match target {
            Target::Builtin { kind, name } => Some((*kind, name.clone())),
            Target::Resource(_) | Target::Instance => None,
        })
        .collect()
}

/// Refuses to take the instance away from what is in it: CloudFormation deletes the old one as soon as the new one is
/// there, before it comes to the other stacks.
fn refuse_new_instance(changes: &[Change], deployed: &BTreeMap<String, Definition>) -> Result<(), PlanError> {
    let replaced =
        changes.iter().find(|change| change.address.kind == Kind::Instance && change.action == Action::Replace);
    let Some(instance) = replaced else { return Ok(()) };
    let inside = deployed.values().filter(|existing| existing.depends_on(&instance.address)).count();
    let properties = instance.reasons.iter().flat_map(|reason| match reason {
        Reason::CreateOnly(names) => names.clone(),
        _ => Vec::new(),
    });
    match inside {
        0 => Ok(()),
        inside => Err(PlanError::InstanceReplaced {
            address: instance.address.clone(),
            properties: properties.map(|name| format!("`{name}`")).collect(),
            inside,
        }),
    }
}

/// Refuses to plan for another instance than the one in which the center is.
fn refuse_other_instance(inventory: &Inventory) -> Result<(), PlanError> {
    let Some(wanted) = &inventory.instance else { return Ok(()) };
    let stacks = inventory.stacks.values().filter(|stack| stack.exists());
    let deployed = stacks.filter_map(|stack| stack.parameters.get(INSTANCE_ARN)).find(|arn| **arn != wanted.arn);
    match deployed {
        Some(deployed) => Err(PlanError::OtherInstance { deployed: deployed.clone(), wanted: wanted.arn.clone() }),
        None => Ok(()),
    }
}

/// Refuses what CloudFormation would only find out on the way: usernames that change, and resources that would be made
/// a second time under the name of one that is there.
fn refuse_renamed(changes: &[Change]) -> Result<(), PlanError> {
    for change in changes {
        let username = Reason::CreateOnly(vec!["Username".to_owned()]);
        if change.address.kind == Kind::User && change.reasons.contains(&username) {
            let before = change.renamed_from.as_ref().unwrap_or(&change.address).clone();
            return Err(PlanError::RenamedUser { address: change.address.clone(), before });
        }
        let made = |other: &Change| other.action == Action::Create && other.address == change.address;
        if matches!(change.action, Action::Delete | Action::Retain) && changes.iter().any(made) {
            let (address, logical_id) = (change.address.clone(), change.logical_id.clone());
            return Err(PlanError::Forgotten { address, logical_id });
        }
    }
    Ok(())
}

/// What `prevent_destroy` forbids.
fn prevented(
    changes: &[Change],
    desired: &BTreeMap<String, Definition>,
    deployed: &BTreeMap<String, Definition>,
) -> Option<PlanError> {
    let prevents = |definitions: &BTreeMap<String, Definition>, change: &Change| {
        definitions.get(&change.logical_id).is_some_and(|definition| definition.prevent_destroy)
    };
    let prevented = changes.iter().find(|change| match change.action {
        // What the blueprint says now holds; what it has no longer is protected by what it said last.
        Action::Replace => prevents(desired, change),
        Action::Delete => prevents(deployed, change),
        _ => false,
    });
    prevented.map(|change| PlanError::Prevented { address: change.address.clone(), action: change.action })
}

/// Files no deployed template has yet. Keys contain the content's hash, so what a template has is in the bucket.
fn uploads(artifacts: &Artifacts, inventory: &Inventory) -> Vec<Asset> {
    if artifacts.assets.is_empty() {
        return Vec::new();
    }
    let deployed: Vec<String> =
        inventory.stacks.values().filter(|stack| stack.exists()).map(|stack| stack.template.to_string()).collect();
    let is_there = |asset: &&Asset| deployed.iter().any(|template| template.contains(&asset.key));
    artifacts.assets.iter().filter(|asset| !is_there(asset)).cloned().collect()
}

/// What changes about a stack as a whole, for a stack that is deployed.
pub(super) fn stack_change(
    name: &str,
    tags: &BTreeMap<String, String>,
    termination_protection: bool,
    inventory: &Inventory,
) -> Option<StackChange> {
    let deployed = inventory.stacks.get(name).filter(|stack| stack.exists())?;
    let keys: BTreeSet<&String> = deployed.tags.keys().chain(tags.keys()).collect();
    let mut properties: Vec<PropertyChange> = keys
        .into_iter()
        .filter(|key| deployed.tags.get(*key) != tags.get(*key))
        .map(|key| PropertyChange {
            path: format!("Tags[{key}]"),
            before: deployed.tags.get(key).map(|value| value.clone().into()),
            after: tags.get(key).map(|value| value.clone().into()),
            description: Vec::new(),
        })
        .collect();
    if deployed.termination_protection != termination_protection {
        properties.push(PropertyChange {
            path: "TerminationProtection".to_owned(),
            before: Some(deployed.termination_protection.into()),
            after: Some(termination_protection.into()),
            description: Vec::new(),
        });
    }
    (!properties.is_empty()).then(|| StackChange { stack: name.to_owned(), properties })
}
