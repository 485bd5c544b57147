//! The history of a stack.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::iso8601;
use crate::cloudformation::answer::object;
use crate::cloudformation::state::{self, Stack, StackResource};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::error::AwsError;
use crate::handler::Environment;

const EVENT: &str = "cloudformation/event";
const LAST_TIME: &str = "cloudformation/last-event";

/// The resource type of the stack's own events.
pub(crate) const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// The reason of what a person asked for.
pub(crate) const USER_INITIATED: &str = "User Initiated";

/// A line of a stack's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) logical_id: String,
    /// Empty until the resource exists.
    pub(crate) physical_id: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) time: String,
    pub(crate) status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The resource's properties as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

/// The time of a stack's next event: no two events of a stack have the same, so that ids made of it are unique and
/// the order is plain.
fn event_time(environment: &Environment, stack_id: &str) -> Result<SystemTime, AwsError> {
    let now = environment.now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let now = u64::try_from(now).unwrap_or(u64::MAX);
    let last: Option<u64> = environment.tx.get(LAST_TIME, "", stack_id)?;
    let time = last.map_or(now, |last| now.max(last.saturating_add(1)));
    environment.tx.put(LAST_TIME, "", stack_id, None, &time)?;
    Ok(UNIX_EPOCH + std::time::Duration::from_millis(time))
}

/// Gives a stack a status, saves it and records the event.
pub(crate) fn set_stack_status(
    environment: &Environment,
    stack: &mut Stack,
    status: StackStatus,
    reason: Option<&str>,
) -> Result<(), AwsError> {
    stack.status = status;
    stack.status_reason = reason.map(str::to_owned);
    let time = iso8601(event_time(environment, &stack.id)?);
    match status {
        StackStatus::UpdateInProgress | StackStatus::ImportInProgress => stack.updated = Some(time.clone()),
        StackStatus::DeleteInProgress | StackStatus::DeleteComplete => stack.deleted = Some(time.clone()),
        _ => {}
    }
    state::save_stack(environment.tx, stack)?;
    let event = Event {
        id: Uuid::new_v4().to_string(),
        logical_id: stack.name.clone(),
        physical_id: stack.id.clone(),
        type_name: STACK_TYPE.to_owned(),
        time,
        status: status.as_str().to_owned(),
        reason: reason.map(str::to_owned),
        properties: None,
        token: stack.last_request.as_ref().map(|(_, token)| token.clone()),
    };
    environment.tx.append(EVENT, &stack.id, &event).map(drop)
}

impl Event {
    /// What every operation that lists events says of one.
    pub(crate) fn described(&self, stack: &Stack) -> Value {
        object(json!({
            "StackId": stack.id,
            "EventId": self.id,
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type_name,
            "Timestamp": self.time,
            "ResourceStatus": self.status,
            "ResourceStatusReason": self.reason,
            "ResourceProperties": self.properties,
            "ClientRequestToken": self.token,
        }))
    }
}

/// A resource's event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResourceEvent<'a> {
    pub(crate) logical_id: &'a str,
    pub(crate) physical_id: &'a str,
    pub(crate) type_name: &'a str,
    pub(crate) status: ResourceStatus,
    pub(crate) reason: Option<&'a str>,
    /// `None` in the cleanup after an update.
    pub(crate) properties: Option<&'a Value>,
}

/// Records a resource's event and returns its time.
pub(crate) fn record(environment: &Environment, stack: &Stack, event: ResourceEvent) -> Result<String, AwsError> {
    let time = iso8601(event_time(environment, &stack.id)?);
    let id = match event.properties {
        Some(_) => format!("{}-{}-{time}", event.logical_id, event.status.as_str()),
        None => format!("{}-{}", event.logical_id, Uuid::new_v4()),
    };
    let secrets = state::secrets(&stack.settings.parameters);
    let event = Event {
        id,
        logical_id: event.logical_id.to_owned(),
        physical_id: event.physical_id.to_owned(),
        type_name: event.type_name.to_owned(),
        time: time.clone(),
        status: event.status.as_str().to_owned(),
        reason: event.reason.map(str::to_owned),
        properties: event.properties.map(|properties| state::masked(properties, &secrets).to_string()),
        token: stack.last_request.as_ref().map(|(_, token)| token.clone()),
    };
    environment.tx.append(EVENT, &stack.id, &event)?;
    Ok(time)
}

/// Gives a resource a status, saves it and records the event.
pub(crate) fn set_resource_status(
    environment: &Environment,
    stack: &Stack,
    resource: &mut StackResource,
    status: ResourceStatus,
    reason: Option<&str>,
) -> Result<(), AwsError> {
    resource.status = status;
    resource.status_reason = reason.map(str::to_owned);
    resource.updated = record(
        environment,
        stack,
        ResourceEvent {
            logical_id: &resource.definition.logical_id,
            physical_id: &resource.physical_id,
            type_name: &resource.definition.type_name,
            status,
            reason,
            properties: Some(&resource.definition.properties),
        },
    )?;
    state::save_resource(environment.tx, &stack.id, resource)
}

/// A page of events, newest first, with the number to go on below.
pub(crate) fn page(
    environment: &Environment,
    stack_id: &str,
    before: Option<i64>,
    limit: usize,
) -> Result<(Vec<Event>, Option<i64>), AwsError> {
    let found = environment.tx.newest::<Event>(EVENT, stack_id, before, limit)?;
    let next = (found.len() == limit).then(|| found.last().map(|(number, _)| *number)).flatten();
    Ok((found.into_iter().map(|(_, event)| event).collect(), next))
}
