//! Resources that fail, and those that are given up because others have failed.

use uuid::Uuid;

use super::operation::{self, Action, Task};
use super::step::Step;
use crate::cloudformation::state::events::set_resource_status;
use crate::cloudformation::state::{self, StackResource};
use crate::cloudformation::status::ResourceStatus;
use crate::error::AwsError;
use crate::signals::pending;

/// Notes the failure of a resource.
pub(crate) fn fail(step: &mut Step, mut resource: StackResource, action: Action, reason: &str) -> Result<(), AwsError> {
    let status = match action {
        Action::Create => ResourceStatus::CreateFailed,
        Action::Import => ResourceStatus::ImportFailed,
        _ => ResourceStatus::UpdateFailed,
    };
    set_resource_status(&step.environment, &step.stack, &mut resource, status, Some(reason))?;
    step.operation.failures.push((resource.definition.logical_id, action));
    Ok(())
}

/// Resources that are in progress are given up.
pub(crate) fn cancel_siblings(step: &mut Step) -> Result<(), AwsError> {
    for (_, task) in operation::tasks(step.tx(), step.stack_id())? {
        let Task::CarryOut { logical_id, .. } = task else { continue };
        let found = state::resource(step.tx(), step.stack_id(), &logical_id)?.zip(operation::work(
            step.tx(),
            step.stack_id(),
            &logical_id,
        )?);
        if let Some((resource, work)) = found {
            let action = work.action.unwrap_or(Action::Update);
            let mut resource = resource;
            if action == Action::Create && resource.physical_id.is_empty() && is_under_way(step, &logical_id)? {
                // Its function may have made something: it is told to delete that.
                resource.physical_id = generated_id(step, &logical_id);
            }
            let reason = match action {
                Action::Create => "Resource creation cancelled",
                Action::Import => "Resource import cancelled",
                _ => "Resource update cancelled",
            };
            fail(step, resource, action, reason)?;
        }
    }
    step.save_operation()
}

/// True where the answer to a resource's creation is awaited.
fn is_under_way(step: &Step, logical_id: &str) -> Result<bool, AwsError> {
    let key = format!("{}/{logical_id}/create/", step.stack_id());
    Ok(pending::load(step.tx(), &key)?.is_some())
}

/// The physical id of a resource whose function never said one.
pub(crate) fn generated_id(step: &Step, logical_id: &str) -> String {
    let random = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{}{logical_id}", step.operation.id).as_bytes());
    let random: String = random.simple().to_string().to_uppercase().chars().take(12).collect();
    format!("{}-{logical_id}-{random}", step.stack.name)
}
