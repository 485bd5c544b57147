//! How many API calls a plan takes, and how long.
//!
//! What decides is Amazon Connect's default rate: 2 calls a second of one operation, 5 at once, for an account and Region
//! (Amazon Connect Administrator Guide, service quotas). CloudFormation makes what does not depend on one another side
//! by side, and the resources of a center mostly depend on one another by type: hours, queues, routing profiles, users.
//! So the types come one after the other, and the operations on one type side by side.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::Repair;
use serde_json::Value;

use crate::inventory::Inventory;
use crate::kinds::Kind;
use crate::plan::{Action, Estimate, OperationKind, Plan, RepairOf, StackOperation, Step};

use super::sides::resources;

const CONNECT_A_SECOND: u64 = 2;
const CONNECT_AT_ONCE: u64 = 5;
/// Change set, execution and events of one stack operation (?).
const OPERATION_SECONDS: u64 = 20;
/// How often Callform asks for events, at most.
const POLL_SECONDS: u64 = 3;
/// `HeadObject` and `PutObject`.
const CALLS_OF_UPLOAD: u64 = 2;
/// Finding the artifact bucket, making it, and its five settings.
const CALLS_OF_BUCKET: u64 = 7;
/// `CreateChangeSet`, `DescribeChangeSet` until it is settled, `ExecuteChangeSet`, the newest event, protection.
const CALLS_OF_OPERATION: u64 = 7;

/// Calls on resources: by type and operation, how many.
type Calls = BTreeMap<(String, String), u64>;

/// What a plan takes.
pub(super) fn of(plan: &Plan, inventory: &Inventory) -> Estimate {
    let mut estimate = Estimate::default();
    let mut templates: BTreeMap<&str, &Value> = BTreeMap::new();
    for stack in inventory.stacks.values().filter(|stack| stack.exists()) {
        templates.insert(&stack.name, &stack.template);
    }
    let mut counted = BTreeSet::new();
    for (number, step) in plan.steps.iter().enumerate() {
        match step {
            Step::Upload(assets) => {
                estimate.add("s3", CALLS_OF_BUCKET + CALLS_OF_UPLOAD * assets.len() as u64, 0);
            }
            Step::ContinueRollback(stacks) => {
                let count = stacks.len() as u64;
                let seconds = count * OPERATION_SECONDS;
                estimate.add("cloudformation", count * 2 + seconds / POLL_SECONDS, seconds);
            }
            Step::Stacks(operations) => {
                let mut calls = Calls::new();
                for operation in operations {
                    let before = templates.insert(&operation.stack, &operation.template).unwrap_or(&NOTHING);
                    let mut counting = Counting { plan, operation, before, counted: &mut counted, calls: &mut calls };
                    if operation.kind != OperationKind::RevertDrift {
                        counting.templates();
                    }
                    if !later(plan, number).any(|other| other.stack == operation.stack) {
                        counting.rest();
                    }
                }
                wave(&mut estimate, operations.len() as u64, &calls);
            }
            Step::Associate(links) => {
                let count = links.len() as u64;
                estimate.add("connect", count, at_rate(count));
            }
            Step::Repair(repairs) => {
                let is_setting = |one: &&RepairOf| matches!(one.call, Repair::UpdateInstanceAttribute { .. });
                let settings = repairs.iter().filter(is_setting).count() as u64;
                let others = repairs.len() as u64 - settings;
                estimate.add("connect", settings, at_rate(settings));
                estimate.add("iam", others, at_rate(others));
            }
        }
    }
    estimate
}

impl Estimate {
    fn add(&mut self, service: &str, calls: u64, seconds: u64) {
        if calls > 0 {
            *self.calls.entry(service.to_owned()).or_default() += calls;
        }
        self.seconds += seconds;
    }
}

/// Operations of later steps.
fn later(plan: &Plan, number: usize) -> impl Iterator<Item = &StackOperation> {
    plan.steps.iter().skip(number + 1).flat_map(|step| match step {
        Step::Stacks(operations) => operations.as_slice(),
        _ => &[],
    })
}

/// What one operation does to the resources of its stack.
struct Counting<'a, 'b> {
    plan: &'a Plan,
    operation: &'a StackOperation,
    /// The template before; `null` where there was none.
    before: &'a Value,
    /// Stacks and logical IDs that are counted already.
    counted: &'b mut BTreeSet<(&'a str, &'a str)>,
    calls: &'b mut Calls,
}

impl Counting<'_, '_> {
    /// Counts what the templates say.
    fn templates(&mut self) {
        let (before, after) = (&self.before["Resources"], &self.operation.template["Resources"]);
        for resource in resources(&self.operation.template) {
            let old = before.get(resource.logical_id);
            let Some(action) = self.action(resource.logical_id, old, resource.properties) else { continue };
            let names = old.map(|old| differing(&old["Properties"], resource.properties)).unwrap_or_default();
            self.counted.insert((&self.operation.stack, resource.logical_id));
            count(resource.kind, action, &names, resource.properties, self.calls);
        }
        for resource in resources(self.before).filter(|resource| after.get(resource.logical_id).is_none()) {
            if self.planned(resource.logical_id) != Some(Action::Retain) {
                self.counted.insert((&self.operation.stack, resource.logical_id));
                count(resource.kind, Action::Delete, &[], &NOTHING, self.calls);
            }
        }
    }

    fn action(&self, logical_id: &str, old: Option<&Value>, properties: &Value) -> Option<Action> {
        match old {
            _ if self.operation.imports.contains_key(logical_id) => Some(Action::Import),
            None => Some(Action::Create),
            Some(old) if old["Properties"] == *properties => None,
            Some(_) if self.planned(logical_id) == Some(Action::Replace) => Some(Action::Replace),
            Some(_) => Some(Action::Update),
        }
    }

    fn planned(&self, logical_id: &str) -> Option<Action> {
        let stack = &self.operation.stack;
        let change = self.plan.changes.iter().find(|change| change.stack == *stack && change.logical_id == logical_id);
        change.map(|change| change.action)
    }

    /// Counts what comes of other values of parameters alone.
    fn rest(&mut self) {
        let stack = self.operation.stack.as_str();
        let of_stack =
            self.plan.changes.iter().filter(|change| change.stack == stack && !change.resource_type.is_empty());
        for change in of_stack.filter(|change| !matches!(change.action, Action::NoOp | Action::Retain)) {
            if self.counted.insert((stack, change.logical_id.as_str())) {
                let names: BTreeSet<String> = change.properties.iter().map(|one| top_level(&one.path)).collect();
                count(&change.resource_type, change.action, &Vec::from_iter(names), &NOTHING, self.calls);
            }
        }
    }
}

static NOTHING: Value = Value::Null;

fn top_level(path: &str) -> String {
    path.split(['/', '[']).next().unwrap_or(path).to_owned()
}

/// Names of the properties that differ.
fn differing(old: &Value, new: &Value) -> Vec<String> {
    let names =
        |value: &Value| value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let all: BTreeSet<String> = names(old).into_iter().chain(names(new)).collect();
    all.into_iter().filter(|name| old.get(name) != new.get(name)).collect()
}

/// Adds the calls that a resource's handler makes: the change itself, a look at what came of it, and what is too much
/// for one call.
fn count(resource_type: &str, action: Action, properties: &[String], wanted: &Value, calls: &mut Calls) {
    let mut add = |operation: &str, number: u64| {
        if number > 0 {
            *calls.entry((resource_type.to_owned(), operation.to_owned())).or_default() += number;
        }
    };
    add("read", 1);
    match action {
        Action::Create | Action::Replace => {
            add("create", 1);
            if action == Action::Replace {
                add("delete", 1);
            }
            if let Some((property, size)) =
                Kind::of_type(resource_type).and_then(|kind| kind.descriptor().service.batch)
            {
                let entries = wanted[property].as_array().map_or(0, Vec::len);
                add(property, (entries.div_ceil(size) as u64).saturating_sub(1));
            }
        }
        Action::Update if properties.is_empty() => add("update", 1),
        Action::Update => properties.iter().for_each(|property| add(property, 1)),
        Action::Delete => add("delete", 1),
        Action::Import | Action::NoOp | Action::Retain | Action::Associate | Action::Disassociate => {}
    }
}

/// Adds operations that run side by side.
fn wave(estimate: &mut Estimate, operations: u64, calls: &Calls) {
    let mut longest: BTreeMap<&str, u64> = BTreeMap::new();
    let mut slow = 0;
    for ((resource_type, operation), number) in calls {
        let service = service(resource_type);
        estimate.add(&service, *number, 0);
        if service == "connect" {
            let entry = longest.entry(resource_type).or_default();
            *entry = (*entry).max(at_rate(*number));
        }
        if matches!(operation.as_str(), "create" | "delete") {
            let seconds = Kind::of_type(resource_type).map_or(0, |kind| kind.descriptor().service.seconds);
            slow = slow.max(seconds);
        }
    }
    let seconds = OPERATION_SECONDS + slow + longest.values().sum::<u64>();
    estimate.add("cloudformation", operations * (CALLS_OF_OPERATION + seconds / POLL_SECONDS), seconds);
}

/// How long so many calls of one operation of Amazon Connect wait.
fn at_rate(calls: u64) -> u64 {
    calls.saturating_sub(CONNECT_AT_ONCE).div_ceil(CONNECT_A_SECOND)
}

/// The service of a type, as credentials name it.
fn service(resource_type: &str) -> String {
    let name = resource_type.split("::").nth(1).unwrap_or_default();
    if name == "KinesisFirehose" { "firehose".to_owned() } else { name.to_ascii_lowercase() }
}
