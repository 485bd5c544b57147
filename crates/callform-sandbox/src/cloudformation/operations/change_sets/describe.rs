//! `DescribeChangeSet` and `ListChangeSets`.

use serde_json::{Map, Value, json};

use crate::cloudformation::answer::object;
use crate::cloudformation::change_set::compare::{Change, ResourceDrift};
use crate::cloudformation::change_set::detail::Detail;
use crate::cloudformation::change_set::{ChangeSet, all, requested};
use crate::cloudformation::operations::stacks::listed_tags;
use crate::cloudformation::preparation::listed_parameters;
use crate::cloudformation::request::{Request, page};
use crate::cloudformation::state::{self, OnFailure, Stack};
use crate::error::AwsError;
use crate::handler::Environment;

/// Changes on a page.
const PAGE: usize = 100;

pub(crate) fn describe(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let (stack, change_set) = requested(environment.tx, request)?;
    let secrets = state::secrets(&change_set.settings.parameters);
    let (changes, next) = page(&change_set.changes, request, PAGE)?;
    let with_values = request.flag("IncludePropertyValues");
    let changes: Vec<Value> = changes.iter().map(|change| listed_change(change, &change_set, with_values)).collect();
    let changes = state::masked(&Value::Array(changes), &secrets);
    Ok(object(json!({
        "ChangeSetName": change_set.name,
        "ChangeSetId": change_set.id,
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": change_set.description,
        "Parameters": listed_parameters(&change_set.settings.parameters),
        "CreationTime": change_set.created,
        "ExecutionStatus": change_set.execution,
        "Status": change_set.status,
        "StatusReason": change_set.status_reason,
        "StackDriftStatus": change_set.drift_status,
        "NotificationARNs": change_set.settings.notification_arns,
        "RollbackConfiguration": {},
        "Capabilities": change_set.settings.capabilities,
        "Tags": listed_tags(&change_set.settings.tags),
        "Changes": changes,
        "NextToken": next,
        "IncludeNestedStacks": false,
        "OnStackFailure": change_set.on_failure.map(on_failure_name),
        "ImportExistingResources": change_set.import_existing,
        "DeploymentMode": change_set.revert_drift.then_some("REVERT_DRIFT"),
    })))
}

fn on_failure_name(on_failure: OnFailure) -> &'static str {
    match on_failure {
        OnFailure::Rollback => "ROLLBACK",
        OnFailure::DoNothing => "DO_NOTHING",
        OnFailure::Delete => "DELETE",
    }
}

pub(crate) fn list(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    let change_sets = all(environment.tx, &stack.id)?;
    let (listed, next) = page(&change_sets, request, PAGE)?;
    let summaries: Vec<Value> = listed.iter().map(|change_set| summary(&stack, change_set)).collect();
    Ok(object(json!({ "Summaries": summaries, "NextToken": next })))
}

fn summary(stack: &Stack, change_set: &ChangeSet) -> Value {
    object(json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": change_set.id,
        "ChangeSetName": change_set.name,
        "ExecutionStatus": change_set.execution,
        "Status": change_set.status,
        "StatusReason": change_set.status_reason,
        "CreationTime": change_set.created,
        "Description": change_set.description,
        "IncludeNestedStacks": false,
        "ImportExistingResources": change_set.import_existing,
    }))
}

fn listed_change(change: &Change, change_set: &ChangeSet, with_values: bool) -> Value {
    let mut details = Vec::new();
    for detail in &change.details {
        let listed = listed_detail(detail, change_set.revert_drift, with_values);
        // Without values, several leaves of a property are one detail.
        if !details.contains(&listed) {
            details.push(listed);
        }
    }
    let text = |context: &Option<Value>| context.as_ref().filter(|_| with_values).map(Value::to_string);
    let mut listed = json!({
        "PolicyAction": change.policy_action,
        "Action": change.action,
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.type_name,
        "Replacement": change.replacement,
        "Scope": change.scope,
        "Details": details,
        "BeforeContext": text(&change.before),
        "AfterContext": text(&change.after),
    });
    if let (Some(drift), Some(members)) = (&change.drift, listed.as_object_mut()) {
        add_drift(members, drift, with_values);
    }
    json!({ "Type": "Resource", "ResourceChange": object(listed) })
}

fn add_drift(members: &mut Map<String, Value>, drift: &ResourceDrift, with_values: bool) {
    members.insert("ResourceDriftStatus".to_owned(), drift.status.as_str().into());
    let ignored = drift.ignored.iter();
    let ignored: Vec<Value> =
        ignored.map(|path| json!({ "Path": format!("/Properties{path}"), "Reason": "WRITE_ONLY_PROPERTY" })).collect();
    if !ignored.is_empty() {
        members.insert("ResourceDriftIgnoredAttributes".to_owned(), ignored.into());
    }
    if with_values {
        members.insert("PreviousDeploymentContext".to_owned(), drift.deployed.to_string().into());
    }
}

fn listed_detail(detail: &Detail, revert_drift: bool, with_values: bool) -> Value {
    let mut target = json!({
        "Attribute": detail.attribute,
        "Name": detail.name,
        "RequiresRecreation": detail.recreation,
    });
    if let (true, Some(members)) = (with_values, target.as_object_mut()) {
        members.insert("Path".to_owned(), json!(detail.path));
        members.insert("BeforeValue".to_owned(), json!(detail.before));
        members.insert("AfterValue".to_owned(), json!(detail.after));
        members.insert("AttributeChangeType".to_owned(), json!(detail.change_type));
        if revert_drift && detail.path.is_some() {
            let (previous, actual) = detail.drift.clone().unzip();
            let from = if detail.drift.is_some() { "ACTUAL_STATE" } else { "PREVIOUS_DEPLOYMENT_STATE" };
            members.insert("BeforeValueFrom".to_owned(), from.into());
            members.insert("AfterValueFrom".to_owned(), "TEMPLATE".into());
            if detail.drift.is_some() {
                members.insert("Drift".to_owned(), json!({ "PreviousValue": previous, "ActualValue": actual }));
            }
        }
    }
    object(json!({
        "Target": object(target),
        "Evaluation": detail.evaluation,
        "ChangeSource": detail.source,
        "CausingEntity": detail.causing_entity,
    }))
}
