//! Early validation: what CloudFormation refuses, or warns of, when a change set is made.
//!
//! | validation | what is wrong | the change set |
//! |---|---|---|
//! | `PROPERTY_VALIDATION` | properties against the schema of their type | fails |
//! | `NAME_CONFLICT_VALIDATION` | a new resource whose identifier another has | fails |
//! | `BUCKET_EMPTINESS_VALIDATION` | a bucket to be deleted that is not empty | is made |
//!
//! The change set's reason names nothing but the validation; what is wrong is in `DescribeEvents`. Source: user guide,
//! "Validate stack deployments", and its operation `DescribeEvents`; the reason's text from public reports. The path of
//! a property conflict is that of the whole resource where the schema's check gives none (?).

use serde_json::{Value, json};
use uuid::Uuid;

use super::import;
use crate::cloudformation::answer::object;
use crate::cloudformation::change_set::compare::Comparison;
use crate::cloudformation::change_set::finding::{CONFLICT, EMPTINESS, Finding, PROPERTY};
use crate::cloudformation::change_set::{ChangeSet, all, requested};
use crate::cloudformation::failure::validation;
use crate::cloudformation::request::{Request, page};
use crate::cloudformation::state::events;
use crate::cloudformation::state::properties::has_dynamic;
use crate::cloudformation::state::{self, Stack};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;
use crate::services::s3::object::is_empty;

/// Events on a page.
const PAGE: usize = 100;

/// Looks at all changes of a change set.
pub(crate) fn examine(
    environment: &Environment,
    registry: &HandlerRegistry,
    stack: &Stack,
    prepared: &crate::cloudformation::preparation::Prepared,
    comparison: &Comparison,
) -> Result<Vec<Finding>, AwsError> {
    let mut findings = Vec::new();
    let taken = import::taken(environment, registry, stack, prepared)?;
    for change in &comparison.changes {
        let (id, type_name) = (change.logical_id.as_str(), change.type_name.as_str());
        let definition = prepared.evaluation.resources.iter().find(|one| one.logical_id == id);
        if let Some(definition) = definition.filter(|_| change.action != "Remove") {
            findings.extend(wrong_properties(id, type_name, &definition.properties));
        }
        if let Some(identifier) = taken.get(id).filter(|_| change.action == "Add") {
            let path = format!("/Resources/{id}");
            let reason = format!("Resource of type '{type_name}' with identifier '{identifier}' already exists.");
            let mut finding = Finding::new(CONFLICT, id, type_name, path, reason);
            finding.physical_id = Some(identifier.clone());
            findings.push(finding);
        }
        if change.action == "Remove"
            && type_name == "AWS::S3::Bucket"
            && change.policy_action.as_deref() == Some("Delete")
            && let Some(bucket) = &change.physical_id
            && !is_empty(environment, bucket)?
        {
            let reason = format!(
                "The bucket '{bucket}' is not empty. You must either delete all objects and versions or use the deletion policy to retain it, otherwise the delete operation will fail."
            );
            let mut finding = Finding::new(EMPTINESS, id, type_name, format!("/Resources/{id}"), reason);
            finding.physical_id = Some(bucket.clone());
            findings.push(finding);
        }
    }
    Ok(findings)
}

fn wrong_properties(logical_id: &str, type_name: &str, properties: &Value) -> Vec<Finding> {
    let Some(schema) = callform_schemas::get(type_name) else { return Vec::new() };
    let violations = schema.validate(&schema.normalize(&without_dynamic(properties)));
    let finding = |violation: callform_schemas::Violation| {
        let path = format!("/Resources/{logical_id}/Properties{}", violation.path.trim_end_matches('/'));
        Finding::new(PROPERTY, logical_id, type_name, path, violation.message)
    };
    violations.into_iter().map(finding).collect()
}

/// What a dynamic reference comes to is not known yet: it stands as a function.
fn without_dynamic(value: &Value) -> Value {
    match value {
        Value::String(_) if has_dynamic(value) => json!({ "Ref": "Dynamic" }),
        Value::Array(items) => items.iter().map(without_dynamic).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), without_dynamic(member))).collect())
        }
        scalar => scalar.clone(),
    }
}

/// `DescribeEvents`.
pub(crate) fn describe_events(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let only_failed = request.nested_flag("Filters", "FailedEvents");
    let mut listed = Vec::new();
    if request.text("ChangeSetName").is_some() {
        let (stack, change_set) = requested(environment.tx, request)?;
        listed.extend(of_change_set(&stack, &change_set, only_failed));
    } else if let Some(name) = request.text("StackName") {
        let stack = state::require_stack(environment.tx, name)?;
        for change_set in all(environment.tx, &stack.id)? {
            listed.extend(of_change_set(&stack, &change_set, only_failed));
        }
        listed.extend(of_stack(environment, &stack, only_failed)?);
    } else if let Some(id) = request.text("OperationId") {
        for stack in state::stacks(environment.tx)? {
            for change_set in all(environment.tx, &stack.id)?.into_iter().filter(|one| operation_id(one) == id) {
                listed.extend(of_change_set(&stack, &change_set, only_failed));
            }
        }
    } else {
        return Err(validation("One of ChangeSetName, OperationId or StackName must be specified."));
    }
    let (listed, next) = page(&listed, request, PAGE)?;
    Ok(object(json!({ "OperationEvents": listed, "NextToken": next })))
}

/// The operation that made a change set.
fn operation_id(change_set: &ChangeSet) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, change_set.id.as_bytes()).to_string()
}

fn of_change_set(stack: &Stack, change_set: &ChangeSet, only_failed: bool) -> Vec<Value> {
    let operation = operation_id(change_set);
    let findings = change_set.findings.iter().map(|finding| {
        object(json!({
            "EventId": finding.event_id,
            "StackId": stack.id,
            "OperationId": operation,
            "OperationType": "CREATE_CHANGESET",
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": finding.logical_id,
            "PhysicalResourceId": finding.physical_id,
            "ResourceType": finding.type_name,
            "Timestamp": change_set.created,
            "ValidationFailureMode": if finding.fails() { "FAIL" } else { "WARN" },
            "ValidationName": finding.name,
            "ValidationStatus": "FAILED",
            "ValidationStatusReason": finding.reason,
            "ValidationPath": finding.path,
        }))
    });
    let failed = change_set.findings.iter().any(Finding::fails);
    let end = object(json!({
        "EventId": Uuid::new_v5(&Uuid::NAMESPACE_URL, change_set.id.as_bytes()),
        "StackId": stack.id,
        "OperationId": operation,
        "OperationType": "CREATE_CHANGESET",
        "OperationStatus": if failed { "FAILED" } else { "SUCCEEDED" },
        "EventType": "STACK_EVENT",
        "LogicalResourceId": stack.name,
        "PhysicalResourceId": stack.id,
        "ResourceType": events::STACK_TYPE,
        "Timestamp": change_set.created,
        "StartTime": change_set.created,
        "EndTime": change_set.created,
    }));
    findings.chain((failed || !only_failed).then_some(end)).collect()
}

fn of_stack(environment: &Environment, stack: &Stack, only_failed: bool) -> Result<Vec<Value>, AwsError> {
    let mut listed = Vec::new();
    let mut before = None;
    loop {
        let (found, next) = events::page(environment, &stack.id, before, PAGE)?;
        for event in found.into_iter().filter(|event| !only_failed || event.status.ends_with("FAILED")) {
            let failed = event.status.ends_with("FAILED") && event.physical_id != stack.id;
            let mut described = event.described(stack);
            described["EventType"] = if failed { "PROVISIONING_ERROR" } else { "PROGRESS_EVENT" }.into();
            listed.push(described);
        }
        before = next;
        if before.is_none() {
            return Ok(listed);
        }
    }
}
