//! Operations that read the resources of a stack.

use serde_json::{Value, json};

use crate::cloudformation::answer::object;
use crate::cloudformation::failure::validation;
use crate::cloudformation::request::{Request, page};
use crate::cloudformation::state::{self, Stack, StackResource};
use crate::cloudformation::status::StackStatus;
use crate::error::AwsError;
use crate::handler::Environment;

/// Resources on a page of `ListStackResources`.
const PAGE: usize = 100;

/// Most resources `DescribeStackResources` gives.
const MOST_DESCRIBED: usize = 100;

fn drift_information(resource: &StackResource) -> Value {
    object(json!({
        "StackResourceDriftStatus": resource.drift_status.as_deref().unwrap_or("NOT_CHECKED"),
        "LastCheckTimestamp": resource.drift_checked,
    }))
}

/// The members all operations give; `time` is the name of the time's member.
fn listed(resource: &StackResource, time: &str) -> Value {
    object(json!({
        "LogicalResourceId": resource.definition.logical_id,
        "PhysicalResourceId": Some(&resource.physical_id).filter(|id| !id.is_empty()),
        "ResourceType": resource.definition.type_name,
        time: resource.updated,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.status_reason,
        "DriftInformation": drift_information(resource),
    }))
}

fn with_stack(mut listed: Value, stack: &Stack) -> Value {
    if let Some(members) = listed.as_object_mut() {
        members.insert("StackName".to_owned(), stack.name.as_str().into());
        members.insert("StackId".to_owned(), stack.id.as_str().into());
    }
    listed
}

pub(crate) fn list(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let name = request.required("StackName")?;
    let stack = state::find_stack(environment.tx, name)?
        .ok_or_else(|| validation(format!("Stack with id {name} does not exist")))?;
    let resources = state::resources(environment.tx, &stack.id)?;
    let (shown, next) = page(&resources, request, PAGE)?;
    let shown: Vec<Value> = shown.iter().map(|resource| listed(resource, "LastUpdatedTimestamp")).collect();
    Ok(object(json!({ "StackResourceSummaries": shown, "NextToken": next })))
}

pub(crate) fn describe(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let name = request.required("StackName")?;
    let logical_id = request.required("LogicalResourceId")?;
    let stack =
        state::find_stack(environment.tx, name)?.ok_or_else(|| validation(format!("Stack '{name}' does not exist")))?;
    let resource = state::resource(environment.tx, &stack.id, logical_id)?
        .ok_or_else(|| validation(format!("Resource {logical_id} does not exist for stack {}", stack.name)))?;
    let mut detail = with_stack(listed(&resource, "LastUpdatedTimestamp"), &stack);
    if let (Some(members), Some(metadata)) = (detail.as_object_mut(), &resource.definition.metadata) {
        members.insert("Metadata".to_owned(), metadata.to_string().into());
    }
    Ok(json!({ "StackResourceDetail": detail }))
}

pub(crate) fn describe_all(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let (stack, resources) = match (request.text("StackName"), request.text("PhysicalResourceId")) {
        (Some(name), _) => {
            let stack = state::find_stack(environment.tx, name)?
                .ok_or_else(|| validation(format!("Stack with id {name} does not exist")))?;
            let resources = state::resources(environment.tx, &stack.id)?;
            (stack, resources)
        }
        (None, Some(physical_id)) => owner(environment, physical_id)?,
        (None, None) => return Err(validation("StackName or PhysicalResourceId must be specified")),
    };
    let wanted = request.text("LogicalResourceId");
    let shown: Vec<Value> = resources
        .iter()
        .filter(|resource| wanted.is_none_or(|id| resource.definition.logical_id == id))
        .take(MOST_DESCRIBED)
        .map(|resource| with_stack(listed(resource, "Timestamp"), &stack))
        .collect();
    Ok(json!({ "StackResources": shown }))
}

/// The stack a physical resource belongs to, with all its resources.
fn owner(environment: &Environment, physical_id: &str) -> Result<(Stack, Vec<StackResource>), AwsError> {
    for stack in state::stacks(environment.tx)? {
        if stack.status == StackStatus::DeleteComplete {
            continue;
        }
        let resources = state::resources(environment.tx, &stack.id)?;
        if resources.iter().any(|resource| resource.physical_id == physical_id && resource.exists()) {
            return Ok((stack, resources));
        }
    }
    Err(validation(format!("Stack for {physical_id} does not exist")))
}
