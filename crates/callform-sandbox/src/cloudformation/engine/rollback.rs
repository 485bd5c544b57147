//! The way back: resources become what they were before the update.

use super::completion;
use super::native::job::{Job, Order};
use super::operation::{self, Action, Before, Task};
use super::step::{Outcome, Progress, Step, Subject};
use crate::cloudformation::state::events::{self, ResourceEvent, set_resource_status};
use crate::cloudformation::state::native::Native;
use crate::cloudformation::state::{self, StackResource};
use crate::cloudformation::status::ResourceStatus;
use crate::error::AwsError;

/// Resources of a level are on their way back then. What need not change is only put on record again.
pub(crate) fn begin(step: &mut Step, key: &str, logical_ids: &[String]) -> Result<(), AwsError> {
    let mut tasks = Vec::new();
    for logical_id in logical_ids {
        let Some((old, _)) = load(step, logical_id)? else { continue };
        let Some(mut current) = state::resource(step.tx(), step.stack_id(), logical_id)? else {
            state::save_resource(step.tx(), step.stack_id(), &old)?;
            continue;
        };
        let is_settled = !matches!(current.status, ResourceStatus::UpdateFailed | ResourceStatus::UpdateInProgress);
        // Of a nested stack, what its template holds may have changed.
        let is_nested = Native::of(&old.definition.type_name) == Some(Native::NestedStack);
        if is_settled && is_same(&current, &old) && !is_nested {
            current.definition = old.definition;
            state::save_resource(step.tx(), step.stack_id(), &current)?;
            continue;
        }
        if step.operation.skip.contains(logical_id) {
            let mut skipped = old;
            set_resource_status(&step.environment, &step.stack, &mut skipped, ResourceStatus::UpdateComplete, None)?;
            continue;
        }
        current.status = ResourceStatus::UpdateInProgress;
        current.status_reason = None;
        let event = ResourceEvent {
            logical_id,
            physical_id: &current.physical_id,
            type_name: &current.definition.type_name,
            status: ResourceStatus::UpdateInProgress,
            reason: None,
            properties: Some(&old.definition.properties),
        };
        current.updated = events::record(&step.environment, &step.stack, event)?;
        state::save_resource(step.tx(), step.stack_id(), &current)?;
        tasks.push(Task::Restore { logical_id: logical_id.clone(), attempts: 0 });
    }
    operation::expand_task(step.tx(), step.stack_id(), key, tasks)
}

fn load(step: &Step, logical_id: &str) -> Result<Option<(StackResource, Before)>, AwsError> {
    let before = operation::before(step.tx(), step.stack_id(), logical_id)?;
    Ok(before.and_then(|before| Some((before.resource.clone()?, before))))
}

/// True where nothing in the world has to change for one to become the other.
fn is_same(current: &StackResource, old: &StackResource) -> bool {
    current.physical_id == old.physical_id
        && current.definition.properties == old.definition.properties
        && current.stack_tags == old.stack_tags
}

/// Changes a resource back.
pub(crate) fn restore(step: &mut Step, key: &str, logical_id: &str, attempts: u32) -> Result<Progress, AwsError> {
    let found = load(step, logical_id)?.zip(state::resource(step.tx(), step.stack_id(), logical_id)?);
    let Some(((mut old, mut before), mut current)) = found else {
        operation::finish_task(step.tx(), step.stack_id(), key)?;
        return Ok(Progress::Worked);
    };
    match perform(step, &old, &before, &current, attempts)? {
        Outcome::Done(physical_id) => {
            if before.old_deleted && physical_id != old.physical_id {
                before.made.push(physical_id.clone());
                before.resource.as_mut().into_iter().for_each(|resource| resource.physical_id.clone_from(&physical_id));
                operation::save_before(step.tx(), step.stack_id(), logical_id, &before)?;
            }
            old.physical_id = physical_id;
            state::forget_attributes(step.tx(), step.stack_id(), logical_id)?;
            set_resource_status(&step.environment, &step.stack, &mut old, ResourceStatus::UpdateComplete, None)?;
            operation::finish_task(step.tx(), step.stack_id(), key)?;
        }
        Outcome::Again => {
            let task = Task::Restore { logical_id: logical_id.to_owned(), attempts: attempts + 1 };
            operation::replace_task(step.tx(), step.stack_id(), key, &task)?;
        }
        Outcome::Begun => {}
        Outcome::Waiting => return Ok(Progress::Idle),
        Outcome::Failed(reason) | Outcome::FailedAs(_, reason) | Outcome::Gone(reason) => {
            operation::finish_task(step.tx(), step.stack_id(), key)?;
            fail(step, &mut current, &reason)?;
            cancel_siblings(step)?;
            completion::fail_rollback(step)?;
        }
    }
    Ok(Progress::Worked)
}

/// Calls the handler; the outcome is the resource's physical id from now on.
fn perform(
    step: &Step,
    old: &StackResource,
    before: &Before,
    current: &StackResource,
    attempts: u32,
) -> Result<Outcome<String>, AwsError> {
    let type_name = &old.definition.type_name;
    let subject = Subject { logical_id: &old.definition.logical_id, type_name, action: Action::Update, attempts };
    let is_replaced = current.physical_id != old.physical_id;
    if is_replaced && !before.old_deleted {
        // The earlier self is still there; the new one goes in the cleanup.
        return Ok(Outcome::Done(old.physical_id.clone()));
    }
    if let Some(native) = Native::of(type_name) {
        let order = Order::Update {
            physical_id: &current.physical_id,
            old: &current.definition.properties,
            properties: &old.definition.properties,
        };
        return step.take(native, Job { logical_id: &old.definition.logical_id, type_name, order });
    }
    let properties = |resource: &StackResource| {
        step.handler_properties(type_name, &resource.definition.properties, &resource.stack_tags, false)
    };
    let (wanted, live) = match (properties(old), properties(current)) {
        (Ok(wanted), Ok(live)) => (wanted, live),
        (Err(reason), _) | (_, Err(reason)) => return Ok(Outcome::Failed(reason)),
    };
    step.call(subject, |handler, context| {
        if is_replaced {
            handler.delete(context, &current.physical_id)?;
            return handler.create(context, &wanted);
        }
        handler.update(context, &current.physical_id, &live, &wanted).map(|()| current.physical_id.clone())
    })
}

fn fail(step: &mut Step, resource: &mut StackResource, reason: &str) -> Result<(), AwsError> {
    set_resource_status(&step.environment, &step.stack, resource, ResourceStatus::UpdateFailed, Some(reason))?;
    step.operation.failures.push((resource.definition.logical_id.clone(), Action::Update));
    Ok(())
}

fn cancel_siblings(step: &mut Step) -> Result<(), AwsError> {
    for (_, task) in operation::tasks(step.tx(), step.stack_id())? {
        if let Task::Restore { logical_id, .. } = task
            && let Some(mut resource) = state::resource(step.tx(), step.stack_id(), &logical_id)?
        {
            fail(step, &mut resource, "Resource update cancelled")?;
        }
    }
    Ok(())
}
