//! `CreateChangeSet`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{import, validation as early};
use crate::clock::iso8601;
use crate::cloudformation::change_set::{ChangeSet, ChangeSetType, ExecutionStatus, by_name, finding, remove, save};
use crate::cloudformation::change_set::{
    compare::{Comparison, compare},
    planned::Rules,
};
use crate::cloudformation::failure::{already_exists, constraint, validation};
use crate::cloudformation::preparation::{Prepared, check_stack_name, check_type_changes, prepare};
use crate::cloudformation::request::Request;
use crate::cloudformation::state::events::{USER_INITIATED, set_stack_status};
use crate::cloudformation::state::{self, OnFailure, Stack};
use crate::cloudformation::status::StackStatus;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;

const NO_CHANGES: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

pub(crate) fn create(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let stack_name = request.required("StackName")?;
    let name = request.required("ChangeSetName")?;
    check_name(name)?;
    let change_set_type = match request.one_of("ChangeSetType", &["CREATE", "UPDATE", "IMPORT"], "UPDATE")? {
        "CREATE" => ChangeSetType::Create,
        "IMPORT" => ChangeSetType::Import,
        _ => ChangeSetType::Update,
    };
    let found = state::find_stack(environment.tx, stack_name)?;
    if let Some(stack) = &found
        && let Some(earlier) = by_name(environment.tx, &stack.id, name)?
    {
        if earlier.is_pending() {
            let token = request.text("ClientToken");
            return match earlier.client_token.as_deref() {
                Some(own) if Some(own) == token => Ok(json!({ "Id": earlier.id, "StackId": stack.id })),
                _ => Err(already_exists(format!("ChangeSet {name} already exists"))),
            };
        }
        // Once it is executed or of no use any more, its name is free.
        remove(environment.tx, &stack.id, &earlier.id)?;
    }
    let stack = target(environment, stack_name, name, found, change_set_type)?;
    let prepared = prepare(environment, registry, request, &stack, false)?;
    let change_set = work_out(environment, registry, request, &stack, &prepared, change_set_type)?;
    save(environment.tx, &stack.id, &change_set)?;
    Ok(json!({ "Id": change_set.id, "StackId": stack.id }))
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let mut bytes = name.bytes();
    let is_name = bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name {
        return Err(constraint(name, "changeSetName", "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"));
    }
    if name.len() > 128 {
        return Err(constraint(name, "changeSetName", "have length less than or equal to 128"));
    }
    Ok(())
}

/// The stack a change set is for; a new one, in review, where it is to make one.
fn target(
    environment: &Environment,
    stack_name: &str,
    change_set: &str,
    found: Option<Stack>,
    change_set_type: ChangeSetType,
) -> Result<Stack, AwsError> {
    match (found, change_set_type) {
        (Some(stack), ChangeSetType::Create | ChangeSetType::Import)
            if stack.status == StackStatus::ReviewInProgress =>
        {
            Ok(stack)
        }
        (Some(_), ChangeSetType::Create) => Err(validation(format!(
            "Stack [{stack_name}] already exists and cannot be created again with the changeSet [{change_set}]."
        ))),
        (Some(stack), _) if stack.status.is_updatable() => Ok(stack),
        (Some(stack), _) => {
            Err(validation(format!("Stack:{} is in {} state and can not be updated.", stack.id, stack.status.as_str())))
        }
        (None, ChangeSetType::Update) => Err(validation(format!("Stack [{stack_name}] does not exist"))),
        (None, _) => {
            check_stack_name(stack_name)?;
            let mut stack = Stack::new(environment, stack_name);
            let status = StackStatus::ReviewInProgress;
            set_stack_status(environment, &mut stack, status, Some(USER_INITIATED))?;
            Ok(stack)
        }
    }
}

fn work_out(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
    stack: &Stack,
    prepared: &Prepared,
    change_set_type: ChangeSetType,
) -> Result<ChangeSet, AwsError> {
    let name = request.required("ChangeSetName")?;
    let revert_drift = reverts_drift(request, change_set_type)?;
    let imports = imports(environment, registry, request, stack, prepared)?;
    check_type_changes(environment, stack, prepared)?;
    let rules = Rules { revert_drift, imports: &imports };
    let comparison = compare(environment, registry, stack, prepared, rules)?;
    if change_set_type == ChangeSetType::Import {
        let changed = comparison.changes.iter().filter(|change| change.action != "Import");
        let changed: Vec<String> = changed.map(|change| change.logical_id.clone()).collect();
        import::check(environment, stack, prepared, &imports, &changed)?;
    }
    let is_empty = comparison.is_empty() && change_set_type == ChangeSetType::Update;
    let findings = early::examine(environment, registry, stack, prepared, &comparison)?;
    let (status, reason, execution) = if is_empty {
        ("FAILED", Some(NO_CHANGES.to_owned()), ExecutionStatus::Unavailable)
    } else if let Some(refusal) = finding::refusal(&findings) {
        ("FAILED", Some(refusal), ExecutionStatus::Unavailable)
    } else {
        ("CREATE_COMPLETE", None, ExecutionStatus::Available)
    };
    let id = format!(
        "arn:aws:cloudformation:{}:{}:changeSet/{name}/{}",
        environment.region,
        environment.account,
        Uuid::new_v4()
    );
    Ok(ChangeSet {
        id,
        name: name.to_owned(),
        description: request.text("Description").map(str::to_owned),
        client_token: request.text("ClientToken").map(str::to_owned),
        purpose: change_set_type,
        created: iso8601(environment.now),
        status: status.to_owned(),
        status_reason: reason,
        execution,
        settings: prepared.settings.clone(),
        on_failure: on_failure(request, change_set_type)?,
        revert_drift,
        drift_status: revert_drift.then(|| drift_status(&comparison).to_owned()),
        import_existing: request.flag("ImportExistingResources"),
        imports,
        changes: comparison.changes,
        findings,
    })
}

fn drift_status(comparison: &Comparison) -> &'static str {
    if comparison.drifted { "DRIFTED" } else { "IN_SYNC" }
}

fn reverts_drift(request: &Request, change_set_type: ChangeSetType) -> Result<bool, AwsError> {
    let mode = request.one_of("DeploymentMode", &["REVERT_DRIFT", ""], "")?;
    if mode == "REVERT_DRIFT" && change_set_type != ChangeSetType::Update {
        return Err(validation("DeploymentMode REVERT_DRIFT is only supported for change sets of type UPDATE"));
    }
    Ok(mode == "REVERT_DRIFT")
}

fn on_failure(request: &Request, change_set_type: ChangeSetType) -> Result<Option<OnFailure>, AwsError> {
    match request.one_of("OnStackFailure", &["DO_NOTHING", "ROLLBACK", "DELETE", ""], "")? {
        "DO_NOTHING" => Ok(Some(OnFailure::DoNothing)),
        "ROLLBACK" => Ok(Some(OnFailure::Rollback)),
        "DELETE" if change_set_type == ChangeSetType::Create => Ok(Some(OnFailure::Delete)),
        "DELETE" => Err(validation("OnStackFailure DELETE is only supported for change sets of type CREATE")),
        _ => Ok(None),
    }
}

fn imports(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
    stack: &Stack,
    prepared: &Prepared,
) -> Result<BTreeMap<String, String>, AwsError> {
    let mut imports = import::requested(request, prepared)?;
    if request.flag("ImportExistingResources") {
        imports.extend(import::existing(environment, registry, stack, prepared)?);
    }
    Ok(imports)
}
