//! `CreateStack`, `UpdateStack`, `DeleteStack` and what goes back on them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cloudformation::change_set::retire_others;
use crate::cloudformation::change_set::{compare::compare, planned::Rules};
use crate::cloudformation::engine::operation::Kind;
use crate::cloudformation::engine::start::{self, Options};
use crate::cloudformation::failure::{already_exists, constraint, validation};
use crate::cloudformation::operations::stacks::requested_policy;
use crate::cloudformation::preparation::{check_stack_name, check_type_changes, prepare};
use crate::cloudformation::request::Request;
use crate::cloudformation::state::{self, OnFailure, Stack};
use crate::cloudformation::status::StackStatus;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;

/// Refuses an update while another operation runs, or where the stack cannot be updated.
fn check_updatable(stack: &Stack) -> Result<(), AwsError> {
    if stack.status.is_updatable() {
        return Ok(());
    }
    Err(validation(format!("Stack:{} is in {} state and can not be updated.", stack.id, stack.status.as_str())))
}

pub(crate) fn create(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let name = request.required("StackName")?;
    check_stack_name(name)?;
    if let Some(stack) = state::find_stack(environment.tx, name)? {
        if stack.is_repeated(request, "CreateStack") {
            return Ok(json!({ "StackId": stack.id }));
        }
        return Err(already_exists(format!("Stack [{name}] already exists")));
    }
    let mut stack = Stack::new(environment, name);
    let prepared = prepare(environment, registry, request, &stack, true)?;
    if request.has("DisableRollback") && request.has("OnFailure") {
        return Err(validation("You can specify either DisableRollback or OnFailure, but not both"));
    }
    let on_failure = request.one_of("OnFailure", &["DO_NOTHING", "ROLLBACK", "DELETE"], "ROLLBACK")?;
    let on_failure = match on_failure {
        _ if request.flag("DisableRollback") => OnFailure::DoNothing,
        "DO_NOTHING" => OnFailure::DoNothing,
        "DELETE" => OnFailure::Delete,
        _ => OnFailure::Rollback,
    };
    stack.remember(request, "CreateStack");
    stack.termination_protection = request.flag("EnableTerminationProtection");
    stack.timeout_minutes = timeout(request)?;
    stack.policy = requested_policy(environment, request, "StackPolicyBody", "StackPolicyURL")?;
    let options = Options {
        kind: Kind::Create,
        on_failure,
        retain_except_on_create: request.flag("RetainExceptOnCreate"),
        change_set: None,
        revert_drift: false,
        imports: BTreeMap::new(),
    };
    start::forward(environment, &mut stack, prepared.settings, prepared.evaluation, options)?;
    Ok(json!({ "StackId": stack.id }))
}

pub(crate) fn update(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let mut stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    if stack.is_repeated(request, "UpdateStack") {
        return Ok(json!({ "StackId": stack.id }));
    }
    check_updatable(&stack)?;
    let prepared = prepare(environment, registry, request, &stack, true)?;
    check_type_changes(environment, &stack, &prepared)?;
    let imports = BTreeMap::new();
    let rules = Rules { revert_drift: false, imports: &imports };
    if compare(environment, registry, &stack, &prepared, rules)?.is_empty() {
        return Err(validation("No updates are to be performed."));
    }
    let passing = requested_policy(environment, request, "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL")?;
    if let Some(policy) = requested_policy(environment, request, "StackPolicyBody", "StackPolicyURL")? {
        stack.policy = Some(policy);
    }
    retire_others(environment.tx, &stack.id, "")?;
    stack.remember(request, "UpdateStack");
    let on_failure = if request.flag("DisableRollback") { OnFailure::DoNothing } else { OnFailure::Rollback };
    let options = Options {
        kind: Kind::Update,
        on_failure,
        retain_except_on_create: request.flag("RetainExceptOnCreate"),
        change_set: None,
        revert_drift: false,
        imports,
    };
    start::forward(environment, &mut stack, prepared.settings, prepared.evaluation, options)?;
    start::set_policy(environment, &stack, passing)?;
    Ok(json!({ "StackId": stack.id }))
}

/// `TimeoutInMinutes`.
fn timeout(request: &Request) -> Result<Option<u64>, AwsError> {
    let Some(text) = request.text("TimeoutInMinutes") else { return Ok(None) };
    match text.parse() {
        Ok(minutes) if minutes > 0 => Ok(Some(minutes)),
        _ => Err(constraint(text, "timeoutInMinutes", "have value greater than or equal to 1")),
    }
}

pub(crate) fn delete(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let name = request.required("StackName")?;
    // Deleting what is not there, or not any more, is no error.
    let Some(mut stack) = state::find_stack(environment.tx, name)? else { return Ok(Value::Null) };
    let is_done = matches!(stack.status, StackStatus::DeleteComplete | StackStatus::DeleteInProgress);
    if is_done || stack.is_repeated(request, "DeleteStack") {
        return Ok(Value::Null);
    }
    if stack.termination_protection {
        return Err(validation(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled",
            stack.name
        )));
    }
    // A creation can be broken off, an update cannot.
    let is_creation = matches!(stack.status, StackStatus::CreateInProgress | StackStatus::RollbackInProgress);
    if stack.status.is_busy() && !is_creation {
        let status = stack.status.as_str();
        return Err(validation(format!("Stack [{}] cannot be deleted while in status {status}", stack.id)));
    }
    let retain = request.texts("RetainResources");
    let force = request.text("DeletionMode") == Some("FORCE_DELETE_STACK");
    if (force || !retain.is_empty()) && stack.status != StackStatus::DeleteFailed {
        return Err(validation(format!(
            "Invalid operation on stack [{}]. RetainResources and FORCE_DELETE_STACK are only valid for stacks in the DELETE_FAILED state.",
            stack.id
        )));
    }
    stack.remember(request, "DeleteStack");
    start::delete(*environment, registry, stack, retain, force)?;
    Ok(Value::Null)
}

pub(crate) fn continue_rollback(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let mut stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    if stack.is_repeated(request, "ContinueUpdateRollback") {
        return Ok(json!({}));
    }
    if stack.status != StackStatus::UpdateRollbackFailed {
        let status = stack.status.as_str();
        return Err(validation(format!(
            "Stack:{} is in {status} state and can not be continued to roll back.",
            stack.id
        )));
    }
    let skip = request.texts("ResourcesToSkip");
    for logical_id in &skip {
        if state::resource(environment.tx, &stack.id, logical_id)?.is_none() {
            return Err(validation(format!("Resource [{logical_id}] does not exist in stack [{}]", stack.name)));
        }
    }
    stack.remember(request, "ContinueUpdateRollback");
    start::roll_back(*environment, registry, stack, skip, false)?;
    Ok(json!({}))
}

pub(crate) fn roll_back(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let mut stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    let answer = json!({ "StackId": stack.id });
    if stack.is_repeated(request, "RollbackStack") {
        return Ok(answer);
    }
    if !matches!(stack.status, StackStatus::CreateFailed | StackStatus::UpdateFailed) {
        let status = stack.status.as_str();
        return Err(validation(format!("Stack:{} is in {status} state and can not be rolled back.", stack.id)));
    }
    stack.remember(request, "RollbackStack");
    start::roll_back(*environment, registry, stack, Vec::new(), request.flag("RetainExceptOnCreate"))?;
    Ok(answer)
}

pub(crate) fn cancel_update(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    start::cancel_update(*environment, registry, stack)?;
    Ok(Value::Null)
}
