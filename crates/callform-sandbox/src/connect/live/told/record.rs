//! Contact records. Source of the shape: Amazon Connect Administrator Guide, "Contact records data model".

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::super::super::document::{Document, text};
use super::super::super::resource::{INSTANCE, QUEUE, ROUTING_PROFILE, USER};
use super::super::contact::{self, get, iso, moment};
use super::{Ear, Letter, has_stream, post};

/// Puts the record of a contact that is over into the stream of records.
pub(in crate::connect::live) fn tell(
    environment: &Environment,
    instance: &str,
    contact: &Document,
) -> Result<(), AwsError> {
    if !has_stream(environment, instance, Ear::ContactRecords)? {
        return Ok(());
    }
    let content = record(environment, instance, contact)?;
    let about = vec![text(contact, "Id").to_owned()];
    post(environment, instance, &Letter { ear: Ear::ContactRecords, about, content })
}

/// Whole seconds, as records have them.
fn seconds(value: Option<&Value>) -> Value {
    let text = iso(value);
    text.as_deref().and_then(|text| text.get(..19)).map(|text| format!("{text}Z")).into()
}

/// Seconds between two timestamps.
fn between(from: Option<&Value>, till: Option<&Value>) -> u64 {
    match (moment(from), moment(till)) {
        (Some(from), Some(till)) => till.saturating_sub(from) / 1000,
        _ => 0,
    }
}

fn record(environment: &Environment, instance: &str, body: &Document) -> Result<Value, AwsError> {
    let member = |name: &str| body.get(name).cloned().unwrap_or_default();
    let time = |name: &str| seconds(body.get(name));
    let more = |name: &str| get(body, contact::HIDDEN, name).cloned();
    let voice = |name: &str| seconds(get(body, "CustomerVoiceActivity", name));
    let recordings = body.get("Recordings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_automated = recordings.iter().any(|recording| recording.get("ParticipantType") == Some(&"IVR".into()));
    let media = ["AUDIO"].into_iter().chain(is_automated.then_some("AUTOMATED_INTERACTION"));
    Ok(json!({
        "AWSAccountId": environment.account,
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": agent(environment, instance, body)?,
        "AgentConnectionAttempts": more("Attempts").unwrap_or_else(|| 0.into()),
        "AnsweringMachineDetectionStatus": member("AnsweringMachineDetectionStatus"),
        "Attributes": body.get("Attributes").cloned().unwrap_or_else(|| json!({})),
        "Campaign": { "CampaignId": get(body, "Campaign", "CampaignId") },
        "Channel": member("Channel"),
        "ConnectedToSystemTimestamp": time("ConnectedToSystemTimestamp"),
        "ContactDetails": {},
        "ContactId": member("Id"),
        "CustomerEndpoint": member("CustomerEndpoint"),
        "CustomerVoiceActivity": {
            "GreetingStartTimestamp": voice("GreetingStartTimestamp"),
            "GreetingEndTimestamp": voice("GreetingEndTimestamp"),
        },
        "DisconnectReason": member("DisconnectReason"),
        "DisconnectTimestamp": time("DisconnectTimestamp"),
        "InitialContactId": member("InitialContactId"),
        "InitiationMethod": member("InitiationMethod"),
        "InitiationTimestamp": time("InitiationTimestamp"),
        "InstanceARN": INSTANCE.arn_of(environment, instance, instance),
        "LastUpdateTimestamp": time("LastUpdateTimestamp"),
        "MediaStreams": media.map(|media| json!({ "Type": media })).collect::<Vec<_>>(),
        "NextContactId": more("NextContactId"),
        "PreviousContactId": member("PreviousContactId"),
        "Queue": queue(environment, instance, body)?,
        "Recording": recordings.first().map(recording),
        "Recordings": (!recordings.is_empty()).then(|| recordings.iter().map(entry).collect::<Vec<_>>()),
        "References": [],
        "RelatedContactId": member("RelatedContactId"),
        "ScheduledTimestamp": null,
        "SegmentAttributes": { "connect:Subtype": { "ValueString": "connect:Telephony" } },
        "SystemEndpoint": member("SystemEndpoint"),
        "Tags": {},
        "TransferCompletedTimestamp": null,
        "TransferredToEndpoint": null,
    }))
}

/// The recording of a contact.
fn recording(of: &Value) -> Value {
    json!({
        "DeletionReason": null,
        "Location": of.get("Location"),
        "Status": of.get("Status"),
        "Type": of.get("MediaStreamType"),
    })
}

/// One of its recordings. None of them is a stream of video.
fn entry(of: &Value) -> Value {
    json!({
        "DeletionReason": null,
        "FragmentStartNumber": null,
        "FragmentStopNumber": null,
        "Location": of.get("Location"),
        "MediaStreamType": of.get("MediaStreamType"),
        "ParticipantType": of.get("ParticipantType"),
        "StartTimestamp": seconds(of.get("StartTimestamp")),
        "Status": of.get("Status"),
        "StopTimestamp": seconds(of.get("StopTimestamp")),
        "StorageType": of.get("StorageType"),
    })
}

/// `null` where nobody was connected.
fn agent(environment: &Environment, instance: &str, body: &Document) -> Result<Value, AwsError> {
    let info = |name: &str| get(body, "AgentInfo", name);
    let Some(id) = info("Id").and_then(Value::as_str) else { return Ok(Value::Null) };
    let user: Option<Document> = environment.tx.get(USER.document, instance, id)?;
    let user = user.unwrap_or_default();
    let profile = text(&user, "RoutingProfileId");
    let named: Option<Document> = environment.tx.get(ROUTING_PROFILE.document, instance, profile)?;
    let left = get(body, contact::HIDDEN, "AgentLeft");
    Ok(json!({
        "ARN": USER.arn_of(environment, instance, id),
        "AfterContactWorkDuration": info("AfterContactWorkDuration"),
        "AfterContactWorkEndTimestamp": seconds(info("AfterContactWorkEndTimestamp")),
        "AfterContactWorkStartTimestamp": seconds(info("AfterContactWorkStartTimestamp")),
        "AgentInteractionDuration": between(info("ConnectedToAgentTimestamp"), left),
        "ConnectedToAgentTimestamp": seconds(info("ConnectedToAgentTimestamp")),
        "CustomerHoldDuration": 0,
        "HierarchyGroups": null,
        "LongestHoldDuration": 0,
        "NumberOfHolds": 0,
        "RoutingProfile": {
            "ARN": ROUTING_PROFILE.arn_of(environment, instance, profile),
            "Name": named.as_ref().map(|profile| text(profile, "Name")),
        },
        "Username": text(&user, "Username"),
    }))
}

/// `null` where the contact never waited. The queue of an agent has no name.
fn queue(environment: &Environment, instance: &str, body: &Document) -> Result<Value, AwsError> {
    let enqueued = get(body, "QueueInfo", "EnqueueTimestamp");
    let (Some(id), Some(_)) = (get(body, "QueueInfo", "Id").and_then(Value::as_str), enqueued) else {
        return Ok(Value::Null);
    };
    let named: Option<Document> = environment.tx.get(QUEUE.document, instance, id)?;
    let left = get(body, contact::HIDDEN, "DequeueTimestamp");
    Ok(json!({
        "ARN": QUEUE.arn_of(environment, instance, id),
        "DequeueTimestamp": seconds(left),
        "Duration": between(enqueued, left),
        "EnqueueTimestamp": seconds(enqueued),
        "Name": named.as_ref().map(|queue| text(queue, "Name")),
    }))
}
