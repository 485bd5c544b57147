//! What every new instance has: hours, a queue, a routing profile, security profiles and agent statuses. Flows and
//! prompts are made elsewhere; the hierarchy structure without levels needs no document.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::builtin_permissions::{ADMIN, AGENT, CALL_CENTER_MANAGER, QUALITY_ANALYST};
use super::document::{self, Document, text};
use super::queues;
use super::resource::{AGENT_STATUS, HOURS, Kind, QUEUE, ROUTING_PROFILE, SECURITY_PROFILE};
use super::routing_profiles;

/// Makes the built-in objects of a new instance.
pub(super) fn create(environment: &Environment, instance: &str) -> Result<(), AwsError> {
    let make = |kind: &Kind, body: Value| {
        let body: Document = serde_json::from_value(body)?;
        document::create(environment, kind, instance, body)
    };
    let hours = make(&HOURS, basic_hours())?;
    let queue = make(&QUEUE, basic_queue(text(&hours, "HoursOfOperationId")))?;
    queues::index(environment, instance, &queue)?;
    let profile = make(&ROUTING_PROFILE, basic_routing_profile(instance, text(&queue, "QueueId")))?;
    routing_profiles::index(environment, instance, &profile)?;
    for (name, permissions) in [
        ("Admin", ADMIN),
        ("Agent", AGENT),
        ("CallCenterManager", CALL_CENTER_MANAGER),
        ("QualityAnalyst", QUALITY_ANALYST),
    ] {
        make(&SECURITY_PROFILE, security_profile(instance, name, permissions))?;
    }
    for (order, name, status) in [(1, "Available", "ROUTABLE"), (2, "Offline", "OFFLINE")] {
        let body = json!({ "Name": name, "Type": status, "State": "ENABLED", "DisplayOrder": order });
        make(&AGENT_STATUS, body)?;
    }
    Ok(())
}

/// Nine to five on working days: the service's own hours for it are not documented (?).
fn basic_hours() -> Value {
    let days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"];
    let config: Vec<Value> = days
        .into_iter()
        .map(|day| {
            json!({
                "Day": day,
                "StartTime": { "Hours": 9, "Minutes": 0 },
                "EndTime": { "Hours": 17, "Minutes": 0 },
            })
        })
        .collect();
    json!({ "Name": "Basic Hours", "TimeZone": "America/New_York", "Config": config })
}

fn basic_queue(hours: &str) -> Value {
    json!({ "Name": "BasicQueue", "HoursOfOperationId": hours, "Status": "ENABLED", "QuickConnectIds": [] })
}

fn basic_routing_profile(instance: &str, queue: &str) -> Value {
    let channels = [("VOICE", 1), ("CHAT", 2)];
    let concurrencies: Vec<Value> =
        channels.iter().map(|(channel, most)| json!({ "Channel": channel, "Concurrency": most })).collect();
    let queues: Vec<Value> = channels
        .iter()
        .map(|(channel, _)| {
            json!({ "QueueReference": { "QueueId": queue, "Channel": channel }, "Priority": 1, "Delay": 0 })
        })
        .collect();
    json!({
        "Name": "Basic Routing Profile",
        "Description": "A simple routing profile.",
        "InstanceId": instance,
        "IsDefault": true,
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
        "DefaultOutboundQueueId": queue,
        "MediaConcurrencies": concurrencies,
        "QueueConfigs": queues,
        "AssociatedQueueIds": [queue],
        "ManualAssignmentQueueConfigs": [],
        "AssociatedManualAssignmentQueueIds": [],
    })
}

fn security_profile(instance: &str, name: &str, permissions: &[&str]) -> Value {
    json!({
        "SecurityProfileName": name,
        "OrganizationResourceId": instance,
        "Type": "AWS_MANAGED",
        "Permissions": permissions,
    })
}
