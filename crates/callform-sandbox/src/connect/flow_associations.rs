//! Which flow a resource starts. The links of voice numbers are made with the phone number operations and only shown
//! here.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, id_of};
use super::error::not_found;
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, Shape, TEXT, max_results, operation, optional, query, required};
use super::page;
use super::phone_numbers::VOICE_FLOW;
use super::resource::{FLOW, PHONE_NUMBER};

const TYPE: Shape = Shape::OneOf(&[
    "SMS_PHONE_NUMBER",
    "INBOUND_EMAIL",
    "OUTBOUND_EMAIL",
    "ANALYTICS_CONNECTOR",
    "WHATSAPP_MESSAGING_PHONE_NUMBER",
]);
const VOICE: &str = "VOICE_PHONE_NUMBER";
const LISTED_TYPE: Shape =
    Shape::OneOf(&["WHATSAPP_MESSAGING_PHONE_NUMBER", VOICE, "INBOUND_EMAIL", "OUTBOUND_EMAIL", "ANALYTICS_CONNECTOR"]);
const DOCUMENT: &str = "connect/flow-association";
const PATH_OF_ONE: &str = "/flow-associations/{InstanceId}/{ResourceId}/{ResourceType}";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "AssociateFlow",
        "PUT",
        "/flow-associations/{InstanceId}",
        &[required("ResourceId", TEXT), required("FlowId", TEXT), required("ResourceType", TYPE)],
        associate,
    ),
    operation("DisassociateFlow", "DELETE", PATH_OF_ONE, &[], disassociate),
    operation("GetFlowAssociation", "GET", PATH_OF_ONE, &[], get),
    operation(
        "ListFlowAssociations",
        "GET",
        "/flow-associations-summary/{InstanceId}",
        &[query("ResourceType", "ResourceType", LISTED_TYPE), NEXT_TOKEN, max_results(1000)],
        list,
    ),
    operation(
        "BatchGetFlowAssociation",
        "POST",
        "/flow-associations-batch/{InstanceId}",
        &[required("ResourceIds", Shape::List(1, 100, &TEXT)), optional("ResourceType", LISTED_TYPE)],
        batch_get,
    ),
];

fn key(input: &Input) -> Result<String, AwsError> {
    Ok(format!("{}|{}", input.need("ResourceType")?, input.need("ResourceId")?))
}

fn associate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let flow = document::referred_id(environment, &FLOW, input.instance(), input.need("FlowId")?)?;
    let body = json!({
        "ResourceId": input.need("ResourceId")?,
        "FlowId": FLOW.arn_of(environment, input.instance(), &flow),
        "ResourceType": input.need("ResourceType")?,
    });
    environment.tx.put(DOCUMENT, input.instance(), &key(input)?, None, &body)?;
    Ok(json!({}))
}

fn missing(input: &Input) -> AwsError {
    not_found(format!("The flow association of {} was not found.", input.text("ResourceId").unwrap_or_default()))
}

fn disassociate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    if environment.tx.delete(DOCUMENT, input.instance(), &key(input)?)? { Ok(json!({})) } else { Err(missing(input)) }
}

fn get(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    environment.tx.get(DOCUMENT, input.instance(), &key(input)?)?.ok_or_else(|| missing(input))
}

/// All associations of the instance: first those of voice numbers, by the number's id.
fn all(environment: &Environment, input: &Input) -> Result<Vec<Value>, AwsError> {
    let voice = environment.tx.list::<String>(VOICE_FLOW, input.instance())?;
    let voice = voice.into_iter().map(|(number, flow)| {
        json!({
            "ResourceId": PHONE_NUMBER.arn_of(environment, "", &number),
            "FlowId": FLOW.arn_of(environment, input.instance(), &flow),
            "ResourceType": VOICE,
        })
    });
    let others = environment.tx.list::<Value>(DOCUMENT, input.instance())?.into_iter().map(|(_, body)| body);
    let wanted = input.text("ResourceType");
    let fits = |one: &Value| wanted.is_none() || one.get("ResourceType").and_then(Value::as_str) == wanted;
    Ok(voice.chain(others).filter(fits).collect())
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    page::in_memory(input, "FlowAssociationSummaryList", all(environment, input)?).map(Value::from)
}

/// The associations of some resources, named by id or ARN; resources without one are left out.
fn batch_get(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let resources: Vec<&str> = input.texts("ResourceIds").into_iter().map(id_of).collect();
    let mut found = all(environment, input)?;
    found.retain(|one| one.get("ResourceId").and_then(Value::as_str).is_some_and(|id| resources.contains(&id_of(id))));
    Ok(json!({ "FlowAssociationSummaryList": found }))
}
