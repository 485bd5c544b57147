//! `ExecuteChangeSet` and `DeleteChangeSet`.

use serde_json::{Value, json};

use crate::cloudformation::change_set::{
    ChangeSet, ChangeSetType, ExecutionStatus, remove, requested, retire_others, save,
};
use crate::cloudformation::engine::operation::Kind;
use crate::cloudformation::engine::start::{self, Options};
use crate::cloudformation::failure::validation;
use crate::cloudformation::preparation::{check_types, evaluate};
use crate::cloudformation::request::Request;
use crate::cloudformation::state::{self, OnFailure};
use crate::cloudformation::status::StackStatus;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;

pub(crate) fn execute(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let (mut stack, mut change_set) = requested(environment.tx, request)?;
    if stack.is_repeated(request, "ExecuteChangeSet") {
        return Ok(json!({}));
    }
    check(&change_set)?;
    if stack.status != StackStatus::ReviewInProgress && !stack.status.is_updatable() {
        let status = stack.status.as_str();
        return Err(validation(format!("Stack:{} is in {status} state and can not be updated.", stack.id)));
    }
    let template = state::template(environment.tx, &stack.id, &change_set.settings.template)?;
    check_types(&template, registry)?;
    let evaluation = evaluate(environment, &stack, &template, &change_set.settings)?;
    retire_others(environment.tx, &stack.id, &change_set.id)?;
    change_set.execution = ExecutionStatus::InProgress;
    save(environment.tx, &stack.id, &change_set)?;
    stack.remember(request, "ExecuteChangeSet");
    let on_failure = if request.flag("DisableRollback") { Some(OnFailure::DoNothing) } else { change_set.on_failure };
    let kind = match change_set.purpose {
        ChangeSetType::Create => Kind::Create,
        ChangeSetType::Update => Kind::Update,
        ChangeSetType::Import => Kind::Import,
    };
    let options = Options {
        kind,
        on_failure: on_failure.unwrap_or(OnFailure::Rollback),
        retain_except_on_create: request.flag("RetainExceptOnCreate"),
        change_set: Some(change_set.id),
        revert_drift: change_set.revert_drift,
        imports: change_set.imports,
    };
    start::forward(environment, &mut stack, change_set.settings, evaluation, options)?;
    Ok(json!({}))
}

fn check(change_set: &ChangeSet) -> Result<(), AwsError> {
    if change_set.execution == ExecutionStatus::Available {
        return Ok(());
    }
    let (status, word) = match change_set.execution {
        ExecutionStatus::Unavailable => (change_set.status.as_str(), "status"),
        ExecutionStatus::InProgress => ("EXECUTE_IN_PROGRESS", "execution status"),
        ExecutionStatus::Complete => ("EXECUTE_COMPLETE", "execution status"),
        ExecutionStatus::Failed => ("EXECUTE_FAILED", "execution status"),
        ExecutionStatus::Obsolete | ExecutionStatus::Available => ("OBSOLETE", "execution status"),
    };
    let message = format!("ChangeSet [{}] cannot be executed in its current {word} of [{status}]", change_set.id);
    Err(AwsError::new(400, "InvalidChangeSetStatus", message))
}

pub(crate) fn delete(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let (stack, change_set) = match requested(environment.tx, request) {
        Ok(found) => found,
        // Deleting what is not there is no error.
        Err(error) if error.code == "ChangeSetNotFound" => return Ok(json!({})),
        Err(error) => return Err(error),
    };
    if change_set.execution == ExecutionStatus::InProgress {
        let message = format!(
            "ChangeSet [{}] cannot be deleted in its current execution status of [EXECUTE_IN_PROGRESS]",
            change_set.id
        );
        return Err(AwsError::new(400, "InvalidChangeSetStatus", message));
    }
    remove(environment.tx, &stack.id, &change_set.id)?;
    Ok(json!({}))
}
