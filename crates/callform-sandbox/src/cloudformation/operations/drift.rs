//! Drift: how the live resources of a stack differ from what was last deployed.

use callform_schemas::ResourceSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::iso8601;
use crate::cloudformation::answer::object;
use crate::cloudformation::failure::validation;
use crate::cloudformation::request::{Request, page};
use crate::cloudformation::state::difference;
use crate::cloudformation::state::live::Live;
use crate::cloudformation::state::native::Native;
use crate::cloudformation::state::properties::with_stack_tags;
use crate::cloudformation::state::{self, Stack, StackResource};
use crate::error::AwsError;
use crate::handler::HandlerRegistry;
use crate::handler::{Environment, Properties};
use crate::input::shown;

const DETECTION: &str = "cloudformation/drift-detection";
const RESOURCE_DRIFT: &str = "cloudformation/resource-drift";

/// Drifts on a page of `DescribeStackResourceDrifts`.
const PAGE: usize = 100;

/// A detection that is done: it is done within the request.
#[derive(Debug, Serialize, Deserialize)]
struct Detection {
    stack_id: String,
    status: String,
    drifted: usize,
    time: String,
}

pub(crate) fn detect(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let mut stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    if stack.status.is_busy() || stack.settings.template.is_empty() {
        let status = stack.status.as_str();
        return Err(validation(format!(
            "Drift detection is not supported while stack [{}] is in {status} state.",
            stack.name
        )));
    }
    let wanted = request.texts("LogicalResourceIds");
    let time = iso8601(environment.now);
    let mut drifted = 0;
    for resource in state::resources(environment.tx, &stack.id)? {
        let is_wanted = wanted.is_empty() || wanted.contains(&resource.definition.logical_id);
        // What the engine carries out itself has no drift detection.
        if is_wanted && resource.exists() && Native::of(&resource.definition.type_name).is_none() {
            let found = examine(environment, registry, &stack, resource, &time)?;
            drifted += usize::from(matches!(status_of(&found), "MODIFIED" | "DELETED"));
        }
    }
    let status = if drifted > 0 { "DRIFTED" } else { "IN_SYNC" };
    stack.drift_status = Some(status.to_owned());
    stack.drift_checked = Some(time.clone());
    state::save_stack(environment.tx, &stack)?;
    let id = Uuid::new_v4().to_string();
    let detection = Detection { stack_id: stack.id, status: status.to_owned(), drifted, time };
    environment.tx.put(DETECTION, "", &id, None, &detection)?;
    Ok(json!({ "StackDriftDetectionId": id }))
}

fn status_of(drift: &Value) -> &str {
    drift.get("StackResourceDriftStatus").and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn detection_status(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let id = request.required("StackDriftDetectionId")?;
    let detection: Detection = environment
        .tx
        .get(DETECTION, "", id)?
        .ok_or_else(|| validation(format!("Drift detection [{id}] does not exist")))?;
    Ok(json!({
        "StackId": detection.stack_id,
        "StackDriftDetectionId": id,
        "StackDriftStatus": detection.status,
        "DetectionStatus": "DETECTION_COMPLETE",
        "DriftedStackResourceCount": detection.drifted,
        "Timestamp": detection.time,
    }))
}

pub(crate) fn detect_resource(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    let logical_id = request.required("LogicalResourceId")?;
    let resource = state::resource(environment.tx, &stack.id, logical_id)?
        .filter(StackResource::exists)
        .ok_or_else(|| validation(format!("Resource {logical_id} does not exist for stack {}", stack.name)))?;
    let type_name = &resource.definition.type_name;
    if Native::of(type_name).is_some() {
        return Err(validation(format!("Drift detection is not supported for resource type [{type_name}]")));
    }
    let found = examine(environment, registry, &stack, resource, &iso8601(environment.now))?;
    Ok(json!({ "StackResourceDrift": found }))
}

pub(crate) fn describe_resources(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    let wanted = request.texts("StackResourceDriftStatusFilters");
    let size = request.text("MaxResults").and_then(|most| most.parse().ok()).unwrap_or(PAGE).clamp(1, PAGE);
    let mut drifts = Vec::new();
    for (logical_id, drift) in environment.tx.list::<Value>(RESOURCE_DRIFT, &stack.id)? {
        // What left the stack, or was changed, since it was looked at has no drift any more.
        let resource = state::resource(environment.tx, &stack.id, &logical_id)?;
        let is_current = resource.is_some_and(|resource| resource.exists() && resource.drift_status.is_some());
        if is_current && (wanted.is_empty() || wanted.iter().any(|status| status == status_of(&drift))) {
            drifts.push(drift);
        }
    }
    let (listed, next) = page(&drifts, request, size)?;
    Ok(object(json!({ "StackResourceDrifts": listed, "NextToken": next })))
}

/// Compares a resource with what is live, and notes what was found.
fn examine(
    environment: &Environment,
    registry: &HandlerRegistry,
    stack: &Stack,
    mut resource: StackResource,
    time: &str,
) -> Result<Value, AwsError> {
    let live = Live { environment, registry, stack }.read(&resource)?;
    let mut found = json!({
        "StackId": stack.id,
        "LogicalResourceId": resource.definition.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.definition.type_name,
        "Timestamp": time,
    });
    let status = compared(stack, &resource, live, &mut found);
    let logical_id = &resource.definition.logical_id;
    environment.tx.put(RESOURCE_DRIFT, &stack.id, logical_id, None, &found)?;
    resource.drift_status = Some(status.to_owned());
    resource.drift_checked = Some(time.to_owned());
    state::save_resource(environment.tx, &stack.id, &resource)?;
    Ok(found)
}

fn compared(stack: &Stack, resource: &StackResource, live: Option<Properties>, found: &mut Value) -> &'static str {
    let schema = callform_schemas::get(&resource.definition.type_name);
    let deployed =
        with_stack_tags(&resource.definition.type_name, &resource.definition.properties, &resource.stack_tags);
    let Some(members) = found.as_object_mut() else { return "UNKNOWN" };
    let Some(live) = live.map(Value::Object) else {
        members.insert("StackResourceDriftStatus".to_owned(), "DELETED".into());
        members.insert("PropertyDifferences".to_owned(), json!([]));
        return "DELETED";
    };
    let secrets = state::secrets(&stack.settings.parameters);
    let differences: Vec<Value> = difference::drift(schema, &deployed, &live)
        .into_iter()
        .map(|found| {
            let kind = match (&found.before, &found.after) {
                (None, _) => "ADD",
                (_, None) => "REMOVE",
                _ => "NOT_EQUAL",
            };
            json!({
                "PropertyPath": found.path,
                "ExpectedValue": found.before.as_ref().map_or_else(|| "null".to_owned(), shown),
                "ActualValue": found.after.as_ref().map_or_else(|| "null".to_owned(), shown),
                "DifferenceType": kind,
            })
        })
        .collect();
    let status = if differences.is_empty() { "IN_SYNC" } else { "MODIFIED" };
    let expected = readable(schema, &deployed);
    let actual: Map<String, Value> =
        expected.keys().filter_map(|name| Some((name.clone(), live.get(name)?.clone()))).collect();
    members.insert("StackResourceDriftStatus".to_owned(), status.into());
    let text = |value: Map<String, Value>| state::masked(&Value::Object(value), &secrets).to_string();
    members.insert("ExpectedProperties".to_owned(), text(expected).into());
    members.insert("ActualProperties".to_owned(), text(actual).into());
    members.insert("PropertyDifferences".to_owned(), state::masked(&Value::Array(differences), &secrets));
    status
}

/// The deployed properties that can be read back.
fn readable(schema: Option<&ResourceSchema>, deployed: &Value) -> Map<String, Value> {
    let Value::Object(members) = difference::without_write_only(schema, deployed) else { return Map::new() };
    let was_emptied = |name: &str, value: &Value| *value == json!({}) && deployed.get(name) != Some(value);
    members.into_iter().filter(|(name, value)| !was_emptied(name, value)).collect()
}
