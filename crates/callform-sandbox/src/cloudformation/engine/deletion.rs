//! Deletion of resources: of whole stacks, of what an update leaves behind, of what a failed one made.

use std::collections::BTreeSet;

use super::native::job::{Job, Order};
use super::operation::{self, Action, Deletion, Phase, Task};
use super::step::{Outcome, Progress, Step, Subject};
use crate::cloudformation::state::events::{self, ResourceEvent};
use crate::cloudformation::state::native::Native;
use crate::cloudformation::state::{self, StackResource};
use crate::cloudformation::status::ResourceStatus;
use crate::error::AwsError;

/// How often a deletion in a cleanup is tried.
const CLEANUP_TRIES: u32 = 3;

/// Resources of a level are in deletion then; retained ones leave the stack at once.
pub(crate) fn begin(step: &mut Step, key: &str, deletions: Vec<Deletion>) -> Result<(), AwsError> {
    let needed = needed_by_failures(step)?;
    let mut tasks = Vec::new();
    for deletion in deletions {
        if needed.contains(&deletion.logical_id) && !deletion.superseded {
            continue;
        }
        if deletion.retain {
            record(step, &deletion, ResourceStatus::DeleteSkipped, None)?;
            leave_stack(step, &deletion, ResourceStatus::DeleteSkipped)?;
        } else if deletion.physical_id.is_empty() {
            record(step, &deletion, ResourceStatus::DeleteComplete, None)?;
            leave_stack(step, &deletion, ResourceStatus::DeleteComplete)?;
        } else {
            record(step, &deletion, ResourceStatus::DeleteInProgress, None)?;
            tasks.push(Task::Delete { deletion, attempts: 0 });
        }
    }
    operation::expand_task(step.tx(), step.stack_id(), key, tasks)
}

/// Everything that resources need which could not be deleted: it cannot be deleted either.
fn needed_by_failures(step: &Step) -> Result<BTreeSet<String>, AwsError> {
    let mut needed = BTreeSet::new();
    if step.operation.phase != Phase::Deletion {
        return Ok(needed);
    }
    let mut open: Vec<String> = step.operation.failures.iter().map(|(id, _)| id.clone()).collect();
    while let Some(id) = open.pop() {
        let Some(resource) = state::resource(step.tx(), step.stack_id(), &id)? else { continue };
        open.extend(resource.definition.dependencies.into_iter().filter(|id| needed.insert(id.clone())));
    }
    Ok(needed)
}

/// Records an event of a deletion, and the status where the stack's record is of the resource deleted.
fn record(step: &Step, deletion: &Deletion, status: ResourceStatus, reason: Option<&str>) -> Result<(), AwsError> {
    let resource = state::resource(step.tx(), step.stack_id(), &deletion.logical_id)?;
    let in_cleanup = step.operation.phase != Phase::Deletion;
    let properties = resource.as_ref().map(|resource| &resource.definition.properties).filter(|_| !in_cleanup);
    let event = ResourceEvent {
        logical_id: &deletion.logical_id,
        physical_id: &deletion.physical_id,
        type_name: &deletion.type_name,
        status,
        reason,
        properties,
    };
    let time = events::record(&step.environment, &step.stack, event)?;
    if let Some(mut resource) = resource.filter(|_| !deletion.superseded) {
        resource.status = status;
        resource.status_reason = reason.map(str::to_owned);
        resource.updated = time;
        state::save_resource(step.tx(), step.stack_id(), &resource)?;
    }
    Ok(())
}

/// A deleted resource stays on record, as deleted, only where its stack goes too.
fn leave_stack(step: &Step, deletion: &Deletion, status: ResourceStatus) -> Result<(), AwsError> {
    if deletion.superseded {
        return Ok(());
    }
    state::forget_attributes(step.tx(), step.stack_id(), &deletion.logical_id)?;
    if step.operation.phase != Phase::Deletion {
        return state::remove_resource(step.tx(), step.stack_id(), &deletion.logical_id);
    }
    if let Some(mut resource) = state::resource(step.tx(), step.stack_id(), &deletion.logical_id)? {
        resource.status = status;
        state::save_resource(step.tx(), step.stack_id(), &resource)?;
    }
    Ok(())
}

/// Deletes a resource.
pub(crate) fn carry_out(step: &mut Step, key: &str, deletion: &Deletion, attempts: u32) -> Result<Progress, AwsError> {
    let outcome = perform(step, deletion, attempts)?;
    let again = |step: &Step| {
        let task = Task::Delete { deletion: deletion.clone(), attempts: attempts + 1 };
        operation::replace_task(step.tx(), step.stack_id(), key, &task)
    };
    match outcome {
        Outcome::Done(()) | Outcome::Gone(_) => {
            record(step, deletion, ResourceStatus::DeleteComplete, None)?;
            leave_stack(step, deletion, ResourceStatus::DeleteComplete)?;
        }
        Outcome::Begun => return Ok(Progress::Worked),
        Outcome::Waiting => return Ok(Progress::Idle),
        Outcome::Again => {
            again(step)?;
            return Ok(Progress::Worked);
        }
        Outcome::Failed(reason) | Outcome::FailedAs(_, reason) => {
            record(step, deletion, ResourceStatus::DeleteFailed, Some(&reason))?;
            if step.operation.phase != Phase::Deletion && attempts + 1 < CLEANUP_TRIES {
                record(step, deletion, ResourceStatus::DeleteInProgress, None)?;
                again(step)?;
                return Ok(Progress::Worked);
            }
            give_up(step, deletion)?;
        }
    }
    operation::finish_task(step.tx(), step.stack_id(), key)?;
    Ok(Progress::Worked)
}

fn perform(step: &Step, deletion: &Deletion, attempts: u32) -> Result<Outcome<()>, AwsError> {
    let Deletion { logical_id, type_name, physical_id, .. } = deletion;
    let Some(native) = Native::of(type_name) else {
        let subject = Subject { logical_id, type_name, action: Action::Delete, attempts };
        return step.call(subject, |handler, context| handler.delete(context, physical_id));
    };
    // An earlier self has its earlier properties.
    let before = operation::before(step.tx(), step.stack_id(), logical_id)?.and_then(|before| before.resource);
    let current = state::resource(step.tx(), step.stack_id(), logical_id)?;
    let same = |resource: &StackResource| resource.physical_id == *physical_id;
    let resource = current.clone().filter(same).or_else(|| before.filter(same)).or(current);
    let properties = resource.map(|resource| resource.definition.properties).unwrap_or_default();
    let order = Order::Delete { physical_id, properties: &properties };
    Ok(step.take(native, Job { logical_id, type_name, order })?.map(|_| ()))
}

/// A resource that cannot be deleted: a cleanup leaves it behind, a deletion fails, a forced one retains it.
fn give_up(step: &mut Step, deletion: &Deletion) -> Result<(), AwsError> {
    if step.operation.phase == Phase::Deletion && step.operation.force {
        record(step, deletion, ResourceStatus::DeleteSkipped, None)?;
        return leave_stack(step, deletion, ResourceStatus::DeleteSkipped);
    }
    step.operation.failures.push((deletion.logical_id.clone(), Action::Delete));
    step.save_operation()?;
    if step.operation.phase == Phase::Deletion {
        return Ok(());
    }
    leave_stack(step, deletion, ResourceStatus::DeleteFailed)
}
