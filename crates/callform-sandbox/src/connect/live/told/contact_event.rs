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
    detail.insert("eventType".to_owned(), event_type.into());
    detail.insert("instanceArn".to_owned(), INSTANCE.arn_of(environment, instance, instance).into());
    let plain = MEMBERS.iter().filter_map(|(name, member)| Some(((*name).to_owned(), contact.get(*member)?.clone())));
    detail.extend(plain.filter(|(_, value)| !value.is_null()));
    let times = TIMES.iter().filter_map(|(name, member)| Some(((*name).to_owned(), iso(contact.get(*member))?.into())));
    detail.extend(times);
    detail.extend(
        parts(environment, instance, contact).into_iter().flatten().map(|(name, part)| (name.to_owned(), part)),
    );
    detail.insert("segmentAttributes".to_owned(), json!({ "connect:Subtype": { "ValueString": "connect:Telephony" } }));
    if event_type == "CONTACT_DATA_UPDATED" {
        detail.insert("updatedProperties".to_owned(), json!(["UserDefinedAttributes"]));
    }
    detail
}

const MEMBERS: [(&str, &str); 8] = [
    ("contactId", "Id"),
    ("initialContactId", "InitialContactId"),
    ("previousContactId", "PreviousContactId"),
    ("relatedContactId", "RelatedContactId"),
    ("channel", "Channel"),
    ("initiationMethod", "InitiationMethod"),
    ("answeringMachineDetectionStatus", "AnsweringMachineDetectionStatus"),
    ("tags", "Tags"),
];
const TIMES: [(&str, &str); 3] = [
    ("initiationTimestamp", "InitiationTimestamp"),
    ("connectedToSystemTimestamp", "ConnectedToSystemTimestamp"),
    ("disconnectTimestamp", "DisconnectTimestamp"),
];

/// What is there only of contacts that came so far.
fn parts(environment: &Environment, instance: &str, contact: &Document) -> [Option<(&'static str, Value)>; 5] {
    let id = |part: &str| get(contact, part, "Id").and_then(Value::as_str);
    let enqueued = iso(get(contact, "QueueInfo", "EnqueueTimestamp"));
    let queue = id("QueueInfo").zip(enqueued).map(|(queue, enqueued)| {
        json!({
            "queueArn": QUEUE.arn_of(environment, instance, queue),
            "queueType": if queue.starts_with("agent/") { "AGENT" } else { "STANDARD" },
            "enqueueTimestamp": enqueued,
        })
    });
    let agent = id("AgentInfo").map(|agent| agent_info(environment, instance, contact, agent));
    let voice = contact.get("CustomerVoiceActivity").map(|_| {
        json!({
            "greetingStartTimestamp": iso(get(contact, "CustomerVoiceActivity", "GreetingStartTimestamp")),
            "greetingEndTimestamp": iso(get(contact, "CustomerVoiceActivity", "GreetingEndTimestamp")),
        })
    });
    let campaign = get(contact, "Campaign", "CampaignId").map(|id| json!({ "campaignId": id }));
    // Only of calls of campaigns that were not connected.
    let has_failed = contact.contains_key("DisconnectTimestamp")
        && contact.contains_key("AnsweringMachineDetectionStatus")
        && !contact.contains_key("ConnectedToSystemTimestamp");
    let reason = contact.get("DisconnectReason").filter(|_| has_failed).map(|code| json!({ "code": code }));
    [
        queue.map(|part| ("queueInfo", part)),
        agent.map(|part| ("agentInfo", part)),
        voice.map(|part| ("customerVoiceActivity", part)),
        campaign.map(|part| ("campaign", part)),
        reason.map(|part| ("disconnectReason", part)),
    ]
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
