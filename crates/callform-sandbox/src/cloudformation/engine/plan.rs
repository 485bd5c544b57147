//! What a phase is to do, level by level: deletions and restorations.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::{self, Before, Deletion, Kind, Task};
use super::step::Step;
use crate::cloudformation::state::{self, StackResource};
use crate::cloudformation::status::ResourceStatus;
use crate::error::AwsError;

/// Deletions by level; the highest level goes first.
#[derive(Default)]
struct Plan(BTreeMap<usize, Vec<Deletion>>);

impl Plan {
    fn add(&mut self, resource: &StackResource, physical_id: &str, retain: bool, superseded: bool) {
        self.0.entry(resource.definition.level).or_default().push(Deletion {
            logical_id: resource.definition.logical_id.clone(),
            physical_id: physical_id.to_owned(),
            type_name: resource.definition.type_name.clone(),
            retain,
            superseded,
        });
    }

    fn enqueue(self, step: &Step) -> Result<(), AwsError> {
        for (group, deletions) in self.0.into_values().rev().enumerate() {
            operation::enqueue(step.tx(), step.stack_id(), group, vec![Task::BeginDeletion(deletions)])?;
        }
        Ok(())
    }
}

fn policy_is(resource: &StackResource, policy: &str) -> bool {
    resource.definition.deletion_policy.as_deref() == Some(policy)
}

/// Queues the deletion of all resources of the stack: it is deleted, or its creation is rolled back.
pub(crate) fn deletion(step: &Step) -> Result<(), AwsError> {
    let is_rollback = step.operation.kind == Kind::Create;
    let mut plan = Plan::default();
    for resource in state::resources(step.tx(), step.stack_id())? {
        if matches!(resource.status, ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped) {
            continue;
        }
        let by_policy = if is_rollback {
            policy_is(&resource, "Retain") && !step.operation.retain_except_on_create
        } else {
            policy_is(&resource, "Retain") || policy_is(&resource, "RetainExceptOnCreate")
        };
        // What a creation took over, it did not make: that stays in the world whatever its policy.
        let before = operation::before(step.tx(), step.stack_id(), &resource.definition.logical_id)?;
        let imported = is_rollback && before.is_some_and(|before| before.imported);
        let retain = by_policy || imported || step.operation.skip.contains(&resource.definition.logical_id);
        plan.add(&resource, &resource.physical_id, retain && resource.exists(), false);
        // A stack that is deleted after a failed update may have two selves of a resource.
        for physical_id in other_selves(step, &resource)? {
            plan.add(&resource, &physical_id, false, true);
        }
    }
    plan.enqueue(step)
}

/// The physical ids a resource had, or was given since all was well last, besides the one it has.
fn other_selves(step: &Step, resource: &StackResource) -> Result<BTreeSet<String>, AwsError> {
    let logical_id = &resource.definition.logical_id;
    let Some(before) = operation::before(step.tx(), step.stack_id(), logical_id)? else { return Ok(BTreeSet::new()) };
    let old = before.resource.filter(|_| !before.old_deleted).map(|old| old.physical_id);
    Ok(old.into_iter().chain(before.made).filter(|id| *id != resource.physical_id).collect())
}

/// Queues the deletion of what a successful update leaves behind: removed resources and earlier selves of replaced ones.
pub(crate) fn cleanup(step: &Step) -> Result<(), AwsError> {
    let mut plan = Plan::default();
    for resource in state::resources(step.tx(), step.stack_id())? {
        let logical_id = &resource.definition.logical_id;
        if operation::work(step.tx(), step.stack_id(), logical_id)?.is_none() {
            let retain = policy_is(&resource, "Retain") || policy_is(&resource, "RetainExceptOnCreate");
            plan.add(&resource, &resource.physical_id, retain && resource.exists(), false);
        }
        let retain = resource.definition.update_replace_policy.as_deref() == Some("Retain");
        for physical_id in other_selves(step, &resource)? {
            plan.add(&resource, &physical_id, retain, true);
        }
    }
    plan.enqueue(step)
}

/// Queues the deletion of what a rolled back update had made.
pub(crate) fn rollback_cleanup(step: &Step) -> Result<(), AwsError> {
    let mut plan = Plan::default();
    for (logical_id, before) in operation::all_before(step.tx(), step.stack_id())? {
        let Some(resource) = state::resource(step.tx(), step.stack_id(), &logical_id)? else { continue };
        if before.resource.is_none() {
            let policy = policy_is(&resource, "Retain") && !step.operation.retain_except_on_create;
            plan.add(&resource, &resource.physical_id, resource.exists() && (policy || before.imported), false);
        }
        for physical_id in abandoned(&before, &resource) {
            plan.add(&resource, physical_id, false, true);
        }
    }
    plan.enqueue(step)
}

/// The physical ids made since, but for the one the resource has now.
fn abandoned<'a>(before: &'a Before, resource: &'a StackResource) -> impl Iterator<Item = &'a str> {
    before.made.iter().map(String::as_str).filter(|id| *id != resource.physical_id)
}

/// Queues the restoration of everything that was touched, in the order of the earlier template.
pub(crate) fn restoration(step: &Step) -> Result<(), AwsError> {
    let mut levels: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (logical_id, before) in operation::all_before(step.tx(), step.stack_id())? {
        if let Some(resource) = before.resource {
            levels.entry(resource.definition.level).or_default().push(logical_id);
        }
    }
    for (group, logical_ids) in levels.into_values().enumerate() {
        operation::enqueue(step.tx(), step.stack_id(), group, vec![Task::BeginRestoration(logical_ids)])?;
    }
    Ok(())
}
