//! `AWS::Connect::Instance`, with its attributes.

use serde_json::{Map, Value, json};

use super::properties::{present, tag_list, tags};
use super::service::{Service, invalid_request};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct Instance;

/// Members of the `Attributes` property and the service's attributes.
const ATTRIBUTES: [(&str, &str); 14] = [
    ("InboundCalls", "INBOUND_CALLS"),
    ("OutboundCalls", "OUTBOUND_CALLS"),
    ("ContactflowLogs", "CONTACTFLOW_LOGS"),
    ("ContactLens", "CONTACT_LENS"),
    ("AutoResolveBestVoices", "AUTO_RESOLVE_BEST_VOICES"),
    ("UseCustomTTSVoices", "USE_CUSTOM_TTS_VOICES"),
    ("EarlyMedia", "EARLY_MEDIA"),
    ("MultiPartyConference", "MULTI_PARTY_CONFERENCE"),
    ("AutoMuteAgentOnHold", "AUTO_MUTE_AGENT_ON_HOLD"),
    ("HighVolumeOutBound", "HIGH_VOLUME_OUTBOUND"),
    ("EnhancedContactMonitoring", "ENHANCED_CONTACT_MONITORING"),
    ("EnhancedChatMonitoring", "ENHANCED_CHAT_MONITORING"),
    ("MultiPartyChatConference", "MULTI_PARTY_CHAT_CONFERENCE"),
    ("MessageStreaming", "MESSAGE_STREAMING"),
];

impl ResourceHandler for Instance {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let attribute = |name: &str| properties.get("Attributes").and_then(|attributes| attributes.get(name));
        let arn = service.call_for(
            "CreateInstance",
            json!({
                "ClientToken": service.client_token(),
                "IdentityManagementType": properties.get("IdentityManagementType"),
                "InstanceAlias": properties.get("InstanceAlias"),
                "DirectoryId": properties.get("DirectoryId"),
                "InboundCallsEnabled": attribute("InboundCalls"),
                "OutboundCallsEnabled": attribute("OutboundCalls"),
                "Tags": tags(properties),
            }),
            "Arn",
        )?;
        let made = service.describe("DescribeInstance", json!({"InstanceId": arn}), "Instance")?;
        let status = made.as_ref().and_then(|made| made.get("InstanceStatus")).and_then(Value::as_str);
        if status != Some("ACTIVE") {
            return Err(invalid_request(format!("The instance {arn} did not become active.")));
        }
        update_attributes(service, &arn, properties)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let service = Service::new(context);
        let input = json!({"InstanceId": physical_id});
        let Some(instance) = service.describe("DescribeInstance", input, "Instance")? else {
            return Ok(None);
        };
        let live = live_attributes(service, physical_id)?;
        let attributes: Map<String, Value> = ATTRIBUTES
            .iter()
            .map(|(member, attribute)| ((*member).to_owned(), live.contains(&(*attribute).to_owned()).into()))
            .collect();
        Ok(Some(present(json!({
            "Arn": physical_id,
            "Id": instance.get("Id"),
            "IdentityManagementType": instance.get("IdentityManagementType"),
            "InstanceAlias": instance.get("InstanceAlias"),
            "CreatedTime": created_time(instance.get("CreatedTime")),
            "ServiceRole": instance.get("ServiceRole"),
            "InstanceStatus": instance.get("InstanceStatus"),
            "Attributes": attributes,
            "Tags": tag_list(instance.get("Tags")),
        }))))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let service = Service::new(context);
        update_attributes(service, physical_id, new)?;
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        Service::new(context).call("DeleteInstance", json!({"InstanceId": physical_id})).map(drop)
    }
}

/// The attributes that are on.
fn live_attributes(service: Service, arn: &str) -> HandlerResult<Vec<String>> {
    let entries = service.list("ListInstanceAttributes", json!({"InstanceId": arn}), "Attributes")?;
    let on = entries.iter().filter(|entry| entry.get("Value").and_then(Value::as_str) == Some("true"));
    Ok(on.filter_map(|entry| Some(entry.get("AttributeType")?.as_str()?.to_owned())).collect())
}

/// Sets the attributes that are given and differ; one that needs to be allowed by AWS is not touched without need.
fn update_attributes(service: Service, arn: &str, properties: &Properties) -> HandlerResult<()> {
    let live = live_attributes(service, arn)?;
    for (member, attribute) in ATTRIBUTES {
        let wanted = properties.get("Attributes").and_then(|attributes| attributes.get(member));
        if let Some(wanted) = wanted.and_then(Value::as_bool)
            && wanted != live.iter().any(|one| one == attribute)
        {
            service.call(
                "UpdateInstanceAttribute",
                json!({"InstanceId": arn, "AttributeType": attribute, "Value": wanted.to_string()}),
            )?;
        }
    }
    Ok(())
}

/// The schema has the time as a text.
fn created_time(seconds: Option<&Value>) -> Option<String> {
    let milliseconds = seconds?.as_f64()? * 1000.0;
    #[expect(clippy::cast_possible_truncation, reason = "a time of this century in milliseconds fits")]
    let time = chrono::DateTime::from_timestamp_millis(milliseconds as i64)?;
    Some(time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}
