//! Contact events. Source of the shape: Amazon Connect Administrator Guide, "Amazon Connect contact events".

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::events;

use super::super::super::document::{Document, text};
use super::super::super::resource::{INSTANCE, QUEUE, USER};
use super::super::contact::{get, iso};
use super::{Ear, Letter, post};

/// Tells that something happened to a contact.
pub(in crate::connect::live) fn tell(
    environment: &Environment,
    instance: &str,
    contact: &Document,
    event_type: &str,
) -> Result<(), AwsError> {
    let arn = INSTANCE.arn_of(environment, instance, instance);
    let detail = detail(environment, instance, contact, event_type);
    let about = vec![arn, text(contact, "Arn").to_owned()];
    post(environment, instance, &Letter { ear: Ear::Bus, about, content: detail.into() })
}

fn detail(environment: &Environment, instance: &str, contact: &Document, event_type: &str) -> Map<String, Value> {
    let mut detail = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            detail.insert(name.to_owned(), value);
        }
    };
    set("eventType", Some(event_type.into()));
    for (name, member) in [
        ("contactId", "Id"),
        ("initialContactId", "InitialContactId"),
        ("previousContactId", "PreviousContactId"),
        ("relatedContactId", "RelatedContactId"),
        ("channel", "Channel"),
        ("initiationMethod", "InitiationMethod"),
        ("answeringMachineDetectionStatus", "AnsweringMachineDetectionStatus"),
        ("tags", "Tags"),
    ] {
        set(name, contact.get(member).cloned());
    }
    set("instanceArn", Some(INSTANCE.arn_of(environment, instance, instance).into()));
    for (name, member) in [
        ("initiationTimestamp", "InitiationTimestamp"),
        ("connectedToSystemTimestamp", "ConnectedToSystemTimestamp"),
        ("disconnectTimestamp", "DisconnectTimestamp"),
    ] {
        set(name, iso(contact.get(member)).map(Value::from));
    }
    let id = |part: &str| get(contact, part, "Id").and_then(Value::as_str);
    set(
        "queueInfo",
        id("QueueInfo").filter(|_| get(contact, "QueueInfo", "EnqueueTimestamp").is_some()).map(|queue| {
            json!({
                "queueArn": QUEUE.arn_of(environment, instance, queue),
                "queueType": if queue.starts_with("agent/") { "AGENT" } else { "STANDARD" },
                "enqueueTimestamp": iso(get(contact, "QueueInfo", "EnqueueTimestamp")),
            })
        }),
    );
    set("agentInfo", id("AgentInfo").map(|agent| agent_info(environment, instance, contact, agent)));
    set(
        "customerVoiceActivity",
        contact.get("CustomerVoiceActivity").map(|_| {
            json!({
                "greetingStartTimestamp": iso(get(contact, "CustomerVoiceActivity", "GreetingStartTimestamp")),
                "greetingEndTimestamp": iso(get(contact, "CustomerVoiceActivity", "GreetingEndTimestamp")),
            })
        }),
    );
    set("campaign", get(contact, "Campaign", "CampaignId").map(|id| json!({ "campaignId": id })));
    // Only of calls of campaigns that were not connected.
    let has_failed = contact.contains_key("DisconnectTimestamp")
        && contact.contains_key("AnsweringMachineDetectionStatus")
        && !contact.contains_key("ConnectedToSystemTimestamp");
    set("disconnectReason", contact.get("DisconnectReason").filter(|_| has_failed).map(|code| json!({ "code": code })));
    set("segmentAttributes", Some(json!({ "connect:Subtype": { "ValueString": "connect:Telephony" } })));
    if event_type == "CONTACT_DATA_UPDATED" {
        set("updatedProperties", Some(json!(["UserDefinedAttributes"])));
    }
    detail
}

fn agent_info(environment: &Environment, instance: &str, contact: &Document, agent: &str) -> Value {
    let mut info = Map::new();
    info.insert("agentArn".to_owned(), USER.arn_of(environment, instance, agent).into());
    for (name, member) in [
        ("connectedToAgentTimestamp", "ConnectedToAgentTimestamp"),
        ("afterContactWorkStartTimestamp", "AfterContactWorkStartTimestamp"),
        ("afterContactWorkEndTimestamp", "AfterContactWorkEndTimestamp"),
    ] {
        info.extend(iso(get(contact, "AgentInfo", member)).map(|time| (name.to_owned(), time.into())));
    }
    let work = get(contact, "AgentInfo", "AfterContactWorkDuration");
    info.extend(work.map(|seconds| ("afterContactWorkDuration".to_owned(), seconds.clone())));
    info.into()
}

/// Puts an event on the default event bus.
pub(super) fn emit(environment: &Environment, resources: &[String], detail: &Value) -> Result<(), AwsError> {
    events::emit(environment, "aws.connect", "Amazon Connect Contact Event", resources, detail)
}
