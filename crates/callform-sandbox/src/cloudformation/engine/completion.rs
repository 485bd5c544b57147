//! What comes after a phase: the next one, or the end of the operation.

use super::operation::{self, Action, Before, Kind, Operation, Phase};
use super::step::{Progress, Step};
use super::{decision, outputs, plan};
use crate::cloudformation::change_set;
use crate::cloudformation::state::events::{set_resource_status, set_stack_status};
use crate::cloudformation::state::{self, OnFailure, StackResource};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::error::AwsError;

const LEFT_BEHIND: &str = "Update successful. One or more resources could not be deleted.";

/// All tasks of a phase are done.
pub(crate) fn finish_phase(step: &mut Step) -> Result<Progress, AwsError> {
    if step.operation.phase == Phase::Held && is_held(step)? {
        return Ok(Progress::Idle);
    }
    next_phase(step).map(|()| Progress::Worked)
}

/// True while a nested stack has to keep what its update left behind.
fn is_held(step: &Step) -> Result<bool, AwsError> {
    let Some(parent) = &step.stack.parent else { return Ok(false) };
    let operation = Operation::load(step.tx(), parent)?;
    // On its way back, the parent has yet to come to this stack.
    let is_open = |phase| matches!(phase, Phase::Forward | Phase::Held | Phase::Rollback);
    Ok(operation.is_some_and(|operation| operation.kind == Kind::Update && is_open(operation.phase)))
}

fn next_phase(step: &mut Step) -> Result<(), AwsError> {
    match step.operation.phase {
        Phase::Forward => finish_forward(step),
        Phase::Held => {
            plan::cleanup(step)?;
            enter(step, Phase::Cleanup)
        }
        Phase::Cleanup => {
            let reason = (!step.operation.failures.is_empty()).then_some(LEFT_BEHIND);
            end(step, StackStatus::UpdateComplete, reason, true)
        }
        Phase::Rollback => {
            set_status(step, StackStatus::UpdateRollbackCompleteCleanupInProgress, None)?;
            plan::rollback_cleanup(step)?;
            enter(step, Phase::RollbackCleanup)
        }
        Phase::RollbackCleanup => {
            let reason = (!step.operation.failures.is_empty()).then_some(LEFT_BEHIND);
            end(step, StackStatus::UpdateRollbackComplete, reason, false)
        }
        Phase::Deletion => finish_deletion(step),
    }
}

fn finish_forward(step: &mut Step) -> Result<(), AwsError> {
    if step.operation.kind == Kind::Update && refuse_removals(step)? {
        return fail(step, None);
    }
    let held = step.operation.kind == Kind::Update && is_held(step)?;
    if held {
        operation::save_outputs_before(step.tx(), step.stack_id(), &step.stack.outputs)?;
    }
    match outputs::publish(step)? {
        Ok(published) => step.stack.outputs = published,
        Err(refusal) => return fail(step, Some(format!("{refusal}. "))),
    }
    let before = operation::settings_before(step.tx(), step.stack_id())?.unwrap_or_default();
    state::save_imports(step.tx(), &step.stack, &before.imports, &step.stack.settings.imports)?;
    match step.operation.kind {
        Kind::Update => {
            set_status(step, StackStatus::UpdateCompleteCleanupInProgress, None)?;
            if held {
                return enter(step, Phase::Held);
            }
            plan::cleanup(step)?;
            enter(step, Phase::Cleanup)
        }
        Kind::Import => end(step, StackStatus::ImportComplete, None, true),
        Kind::Create | Kind::Delete => end(step, StackStatus::CreateComplete, None, true),
    }
}

/// Fails resources that the new template has no more and that the stack policy protects. True where there are such.
fn refuse_removals(step: &mut Step) -> Result<bool, AwsError> {
    let mut refused = false;
    for mut resource in state::resources(step.tx(), step.stack_id())?.into_iter().filter(StackResource::exists) {
        let logical_id = resource.definition.logical_id.clone();
        if operation::work(step.tx(), step.stack_id(), &logical_id)?.is_some() {
            continue;
        }
        if let Some(refusal) = decision::policy_refusal(step, &resource.definition, Action::Delete) {
            let status = ResourceStatus::UpdateFailed;
            set_resource_status(&step.environment, &step.stack, &mut resource, status, Some(&refusal))?;
            if operation::before(step.tx(), step.stack_id(), &logical_id)?.is_none() {
                resource.status = ResourceStatus::UpdateComplete;
                let before = Before { resource: Some(resource), made: Vec::new(), old_deleted: false, imported: false };
                operation::save_before(step.tx(), step.stack_id(), &logical_id, &before)?;
            }
            step.operation.failures.push((logical_id, Action::Update));
            refused = true;
        }
    }
    Ok(refused)
}

fn finish_deletion(step: &mut Step) -> Result<(), AwsError> {
    let is_rollback = step.operation.kind == Kind::Create;
    if !step.operation.failures.is_empty() {
        let reason = failures(step);
        let status = if is_rollback { StackStatus::RollbackFailed } else { StackStatus::DeleteFailed };
        return end(step, status, Some(&reason), false);
    }
    if is_rollback {
        return end(step, StackStatus::RollbackComplete, None, false);
    }
    outputs::withdraw(step)?;
    change_set::remove_all(step.tx(), &step.stack.id)?;
    end(step, StackStatus::DeleteComplete, None, false)
}

/// `The following resource(s) failed to create: [A, B]. ` with the blank that CloudFormation has there.
fn failures(step: &Step) -> String {
    let listed = |verb: &str, actions: &[Action]| {
        let failures = step.operation.failures.iter().filter(|(_, action)| actions.contains(action));
        let ids: Vec<&str> = failures.map(|(id, _)| id.as_str()).collect();
        if ids.is_empty() {
            String::new()
        } else {
            format!("The following resource(s) failed to {verb}: [{}]. ", ids.join(", "))
        }
    };
    [
        listed("create", &[Action::Create]),
        listed("update", &[Action::Update, Action::Replace]),
        listed("import", &[Action::Import]),
        listed("delete", &[Action::Delete]),
    ]
    .concat()
}

/// The way forward ends here: back, or nowhere. `reason` is the reason where it is not that resources failed.
pub(crate) fn fail(step: &mut Step, reason: Option<String>) -> Result<(), AwsError> {
    operation::clear_queue(step.tx(), step.stack_id())?;
    operation::forget_natives(step.tx(), step.stack_id())?;
    let reason = reason.unwrap_or_else(|| failures(step));
    match (step.operation.kind, step.operation.on_failure) {
        (Kind::Import, _) => {
            restore_settings(step)?;
            set_status(step, StackStatus::ImportRollbackInProgress, Some(&reason))?;
            forget_imports(step)?;
            end(step, StackStatus::ImportRollbackComplete, None, false)
        }
        (Kind::Update, OnFailure::DoNothing) => end(step, StackStatus::UpdateFailed, Some(&reason), false),
        (Kind::Update, _) => {
            restore_settings(step)?;
            set_status(step, StackStatus::UpdateRollbackInProgress, Some(&reason))?;
            plan::restoration(step)?;
            enter(step, Phase::Rollback)
        }
        (Kind::Create | Kind::Delete, OnFailure::DoNothing) => {
            end(step, StackStatus::CreateFailed, Some(&reason), false)
        }
        (Kind::Create | Kind::Delete, OnFailure::Rollback) => {
            let reason = format!("{reason}Rollback requested by user.");
            set_status(step, StackStatus::RollbackInProgress, Some(&reason))?;
            plan::deletion(step)?;
            enter(step, Phase::Deletion)
        }
        (Kind::Create | Kind::Delete, OnFailure::Delete) => {
            let reason = format!("{reason}Delete requested by user.");
            set_status(step, StackStatus::DeleteInProgress, Some(&reason))?;
            plan::deletion(step)?;
            step.operation.kind = Kind::Delete;
            enter(step, Phase::Deletion)
        }
    }
}

/// The way back ends here, until someone goes on with it.
pub(crate) fn fail_rollback(step: &mut Step) -> Result<(), AwsError> {
    let reason = failures(step);
    end(step, StackStatus::UpdateRollbackFailed, Some(&reason), false)
}

fn restore_settings(step: &mut Step) -> Result<(), AwsError> {
    if let Some(before) = operation::settings_before(step.tx(), step.stack_id())? {
        step.stack.settings = before;
    }
    Ok(())
}

/// Resources whose import was given up leave the stack, and stay in the world.
fn forget_imports(step: &Step) -> Result<(), AwsError> {
    for (logical_id, before) in operation::all_before(step.tx(), step.stack_id())? {
        if before.resource.is_some() {
            continue;
        }
        if let Some(mut resource) = state::resource(step.tx(), step.stack_id(), &logical_id)? {
            let status = ResourceStatus::ImportRollbackComplete;
            set_resource_status(&step.environment, &step.stack, &mut resource, status, None)?;
            state::remove_resource(step.tx(), step.stack_id(), &logical_id)?;
        }
    }
    Ok(())
}

fn enter(step: &mut Step, phase: Phase) -> Result<(), AwsError> {
    step.operation.phase = phase;
    step.operation.failures.clear();
    step.save_operation()
}

fn set_status(step: &mut Step, status: StackStatus, reason: Option<&str>) -> Result<(), AwsError> {
    let environment = step.environment;
    set_stack_status(&environment, &mut step.stack, status, reason)
}

fn end(step: &mut Step, status: StackStatus, reason: Option<&str>, succeeded: bool) -> Result<(), AwsError> {
    set_status(step, status, reason)?;
    // From these a later request may still go back to what was, or has to delete it.
    let keep_before = matches!(
        status,
        StackStatus::UpdateFailed
            | StackStatus::UpdateRollbackFailed
            | StackStatus::CreateFailed
            | StackStatus::DeleteFailed
    );
    operation::forget(step.tx(), step.stack_id(), keep_before)?;
    if let Some(change_set) = &step.operation.change_set {
        change_set::finish(step.tx(), step.stack_id(), change_set, succeeded)?;
    }
    Ok(())
}
