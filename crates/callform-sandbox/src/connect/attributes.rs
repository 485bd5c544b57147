//! Attributes of an instance: its features, switched on and off.

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::Document;
use super::error::{access_denied, invalid_parameter};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, Shape, max_results, operation, optional, required};
use super::page;
use super::resource::INSTANCE;

/// All attributes with their values in a new instance. The first two come from the creation itself. Source of the
/// values up to `USE_CUSTOM_TTS_VOICES`: what `ListInstanceAttributes` of new instances returned to Terraform's authors;
/// of the later ones none is known, they are taken as off.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("INBOUND_CALLS", "false"),
    ("OUTBOUND_CALLS", "false"),
    ("CONTACTFLOW_LOGS", "false"),
    ("CONTACT_LENS", "true"),
    ("AUTO_RESOLVE_BEST_VOICES", "true"),
    ("EARLY_MEDIA", "true"),
    ("MULTI_PARTY_CONFERENCE", "false"),
    (CUSTOM_VOICES, "false"),
    ("AUTO_MUTE_AGENT_ON_HOLD", "false"),
    ("HIGH_VOLUME_OUTBOUND", "false"),
    ("ENHANCED_CONTACT_MONITORING", "false"),
    ("ENHANCED_CHAT_MONITORING", "false"),
    ("MULTI_PARTY_CHAT_CONFERENCE", "false"),
    ("MESSAGE_STREAMING", "false"),
];

/// Needs to be allowed by AWS for the account.
const CUSTOM_VOICES: &str = "USE_CUSTOM_TTS_VOICES";

const DOCUMENT: &str = "connect/instance-attributes";
const PATH: &str = "/instance/{InstanceId}/attribute/{AttributeType}";

pub(super) const OPERATIONS: &[Operation] = &[
    operation("DescribeInstanceAttribute", "GET", PATH, &[], describe),
    operation(
        "UpdateInstanceAttribute",
        "POST",
        PATH,
        &[required("Value", Shape::Text(1, 100)), optional("ClientToken", Shape::Text(0, 500))],
        update,
    ),
    operation(
        "ListInstanceAttributes",
        "GET",
        "/instance/{InstanceId}/attributes",
        &[NEXT_TOKEN, max_results(7)],
        list,
    ),
];

/// The attributes of a new instance.
pub(super) fn create(environment: &Environment, instance: &str, body: &Document) -> Result<(), AwsError> {
    let mut values: Map<String, Value> =
        ATTRIBUTES.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
    for (attribute, member) in [("INBOUND_CALLS", "InboundCallsEnabled"), ("OUTBOUND_CALLS", "OutboundCallsEnabled")] {
        let on = body.get(member).and_then(Value::as_bool).unwrap_or_default();
        values.insert(attribute.to_owned(), on.to_string().into());
    }
    environment.tx.put(DOCUMENT, instance, "attributes", None, &values)
}

fn values(environment: &Environment, input: &Input) -> Result<Map<String, Value>, AwsError> {
    Ok(environment.tx.get(DOCUMENT, input.instance(), "attributes")?.unwrap_or_default())
}

fn attribute_type<'a>(input: &'a Input) -> Result<&'a str, AwsError> {
    let given = input.need("AttributeType")?;
    if ATTRIBUTES.iter().any(|(name, _)| *name == given) {
        Ok(given)
    } else {
        Err(invalid_parameter(format!("{given} is not an attribute of an instance")))
    }
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = attribute_type(input)?;
    let values = values(environment, input)?;
    Ok(json!({"Attribute": {"AttributeType": name, "Value": values.get(name)}}))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = attribute_type(input)?;
    let value = input.need("Value")?.to_ascii_lowercase();
    if value != "true" && value != "false" {
        return Err(invalid_parameter(format!("The value of {name} must be true or false")));
    }
    if name == CUSTOM_VOICES {
        return Err(access_denied(format!("You are not authorized to update {name}.")));
    }
    let mut values = values(environment, input)?;
    values.insert(name.to_owned(), value.as_str().into());
    environment.tx.put(DOCUMENT, input.instance(), "attributes", None, &values)?;
    let mirrored = match name {
        "INBOUND_CALLS" => "InboundCallsEnabled",
        "OUTBOUND_CALLS" => "OutboundCallsEnabled",
        _ => return Ok(json!({})),
    };
    let mut body = input.instance_document().clone();
    body.insert(mirrored.to_owned(), (value == "true").into());
    environment.tx.put(INSTANCE.document, "", input.instance(), None, &body)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let values = values(environment, input)?;
    let entries =
        ATTRIBUTES.iter().map(|(name, _)| json!({"AttributeType": name, "Value": values.get(*name)})).collect();
    page::in_memory(input, "Attributes", entries).map(Value::from)
}
