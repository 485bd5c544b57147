//! Contacts, as far as programs that dial start, look at and end them.
//!
//! Where the sandbox has people (`callform sandbox people`), a contact lives: see [`super::live`]. Without them nobody is
//! called: it is there, has its attributes, and waits until it is stopped.

use serde_json::{Map, Value, json};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, new_id, referred, text, timestamp};
use super::error::{idempotency, invalid_parameter, invalid_request, not_found};
use super::input::Input;
use super::live;
use super::operation::{INSTANCE, Member, Operation, Shape, TEXT, operation, optional, required};
use super::quick_connects::check_phone_number;
use super::resource::{FLOW, PHONE_NUMBER, QUEUE};

/// Contacts by their id, in the scope of their instance.
pub(super) const DOCUMENT: &str = "connect/contact";
/// Contacts by the token of the request that started them: id and time, in milliseconds since 1970.
const TOKENS: &str = "connect/contact-token";
/// How long a token means its contact, in milliseconds: seven days. Source: the service's API reference.
const TOKEN_LIFE: u64 = 7 * 86_400_000;
/// All attributes of a contact together, in bytes: the limit that the service's documentation gives.
const LARGEST_ATTRIBUTES: usize = 32 * 1024;

const CONTACT: Member = required("ContactId", Shape::Text(1, 256));
const ATTRIBUTES: Shape = Shape::TextMap(0, usize::MAX);
/// Members of a start that the sandbox keeps as they are.
const KEPT: &[&str] = &["Name", "Description", "RelatedContactId"];

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "StartOutboundVoiceContact",
        "PUT",
        "/contact/outbound-voice",
        &[
            INSTANCE,
            required("DestinationPhoneNumber", TEXT),
            required("ContactFlowId", Shape::Text(0, 500)),
            optional("ClientToken", Shape::Text(0, 500)),
            optional("SourcePhoneNumber", TEXT),
            optional("QueueId", TEXT),
            optional("Attributes", ATTRIBUTES),
            optional("Name", Shape::Text(0, 1024)),
            optional("Description", Shape::Text(0, 4096)),
            optional("RelatedContactId", Shape::Text(1, 256)),
            optional("References", Shape::Object(&[])),
            optional("CampaignId", Shape::Text(1, 100)),
            optional("TrafficType", Shape::OneOf(&["GENERAL", "CAMPAIGN"])),
            optional(
                "AnswerMachineDetectionConfig",
                Shape::Object(&[
                    optional("EnableAnswerMachineDetection", Shape::Flag),
                    optional("AwaitAnswerMachinePrompt", Shape::Flag),
                ]),
            ),
            optional("OutboundStrategy", Shape::Object(&[])),
            optional("RingTimeoutInSeconds", Shape::Number(15, 60)),
        ],
        start_outbound_voice,
    ),
    operation(
        "StopContact",
        "POST",
        "/contact/stop",
        &[INSTANCE, CONTACT, optional("DisconnectReason", Shape::Object(&[optional("Code", TEXT)]))],
        stop,
    ),
    operation("DescribeContact", "GET", "/contacts/{InstanceId}/{ContactId}", &[], describe),
    operation("GetContactAttributes", "GET", "/contact/attributes/{InstanceId}/{InitialContactId}", &[], attributes),
    operation(
        "UpdateContactAttributes",
        "POST",
        "/contact/attributes",
        &[INSTANCE, required("InitialContactId", Shape::Text(1, 256)), required("Attributes", ATTRIBUTES)],
        update_attributes,
    ),
];

fn find(environment: &Environment, input: &Input, member: &str) -> Result<Document, AwsError> {
    let id = document::id_of(input.need(member)?);
    let found = environment.tx.get(DOCUMENT, input.instance(), id)?;
    found.ok_or_else(|| not_found(format!("The contact {id} was not found.")))
}

fn save(environment: &Environment, input: &Input, mut body: Document) -> Result<Value, AwsError> {
    body.insert("LastUpdateTimestamp".to_owned(), timestamp(environment));
    environment.tx.put(DOCUMENT, input.instance(), text(&body, "Id"), None, &body)?;
    Ok(json!({}))
}

/// Whether machines are to be told from people, and the end of their greeting is waited for.
fn detection(input: &Input, is_campaign: bool) -> Result<Option<bool>, AwsError> {
    let Some(config) = input.object("AnswerMachineDetectionConfig") else { return Ok(None) };
    let flag = |name: &str| config.get(name).and_then(Value::as_bool).unwrap_or_default();
    if !flag("EnableAnswerMachineDetection") {
        return Ok(None);
    }
    if !is_campaign {
        return Err(invalid_request("Answering machine detection goes with the TrafficType CAMPAIGN only."));
    }
    Ok(Some(flag("AwaitAnswerMachinePrompt")))
}

fn start_outbound_voice(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let token = input.text("ClientToken").filter(|token| !token.is_empty());
    let now = epoch_milliseconds(environment.now);
    if let Some(token) = token
        && let Some((id, at, request)) = environment.tx.get::<(String, u64, Document)>(TOKENS, input.instance(), token)?
        && now < at + TOKEN_LIFE
        && let Some(body) = environment.tx.get::<Document>(DOCUMENT, input.instance(), &id)?
        // After its end the token starts another one (?).
        && !body.contains_key("DisconnectTimestamp")
    {
        if request != input.without_token() {
            return Err(idempotency(format!("The client token {token} was used for another {}.", input.operation())));
        }
        return Ok(json!({ "ContactId": id }));
    }
    let id = start(environment, input)?;
    if let Some(token) = token {
        environment.tx.put(TOKENS, input.instance(), token, None, &(&id, now, input.without_token()))?;
    }
    Ok(json!({ "ContactId": id }))
}

/// Starts a contact; its id.
fn start(environment: &Environment, input: &Input) -> Result<String, AwsError> {
    if input.value("OutboundStrategy").is_some() {
        return Err(AwsError::unsupported("Connect", "StartOutboundVoiceContact with OutboundStrategy"));
    }
    if input.instance_document().get("OutboundCallsEnabled") != Some(&Value::Bool(true)) {
        let message = "The instance makes no outbound calls: its attribute OUTBOUND_CALLS is false.";
        return Err(AwsError::new(403, "OutboundContactNotPermittedException", message));
    }
    let is_campaign = input.text("TrafficType") == Some("CAMPAIGN");
    let detection = detection(input, is_campaign)?;
    let destination = input.need("DestinationPhoneNumber")?;
    check_phone_number(destination)?;
    let flow = referred(environment, &FLOW, input.instance(), input.need("ContactFlowId")?)?;
    let attributes = input.object("Attributes").cloned().unwrap_or_default();
    check_attributes(&attributes)?;
    let queue = input.text("QueueId").map(|given| referred(environment, &QUEUE, input.instance(), given));
    let queue = queue.transpose()?;
    let source = source(environment, input, queue.as_ref())?;
    live::check(environment, input.instance(), destination)?;
    let id = new_id();
    let mut body = input.pick(KEPT);
    let members = json!({
        "Id": id,
        "Arn": format!("{}/contact/{id}", text(input.instance_document(), "Arn")),
        "InitiationMethod": "API",
        "Channel": "VOICE",
        "InitiationTimestamp": timestamp(environment),
        "CustomerEndpoint": { "Type": "TELEPHONE_NUMBER", "Address": destination },
        "SystemEndpoint": { "Type": "TELEPHONE_NUMBER", "Address": source },
        "Attributes": attributes,
    });
    body.extend(members.as_object().cloned().unwrap_or_default());
    if let Some(campaign) = input.text("CampaignId") {
        body.insert("Campaign".to_owned(), json!({ "CampaignId": campaign }));
    }
    let queue = queue.map(|queue| text(&queue, "QueueId").to_owned());
    if let Some(queue) = &queue {
        body.insert("QueueInfo".to_owned(), json!({ "Id": queue }));
    }
    save(environment, input, body.clone())?;
    let wanted = live::Wanted {
        flow: text(&flow, "Id").to_owned(),
        customer: destination,
        system: &source,
        queue,
        attributes,
        ring_timeout: input.number("RingTimeoutInSeconds").and_then(|time| u64::try_from(time).ok()).unwrap_or(60),
        is_campaign,
        detection,
    };
    live::begin(environment, input.instance(), &mut body, wanted)?;
    Ok(id)
}

/// The number that is shown to who is called: the request's own, which the instance has, or else the queue's.
fn source(environment: &Environment, input: &Input, queue: Option<&Document>) -> Result<String, AwsError> {
    let instance = text(input.instance_document(), "Arn");
    if let Some(number) = input.text("SourcePhoneNumber") {
        check_phone_number(number)?;
        let numbers = environment.tx.list::<Document>(PHONE_NUMBER.document, "")?;
        let is_own = |body: &Document| text(body, "PhoneNumber") == number && text(body, "TargetArn") == instance;
        if !numbers.iter().any(|(_, body)| is_own(body)) {
            return Err(invalid_request(format!("The instance has no phone number {number}.")));
        }
        return Ok(number.to_owned());
    }
    let queue = queue.ok_or_else(|| invalid_request("Either SourcePhoneNumber or QueueId is required."))?;
    let caller = queue.get("OutboundCallerConfig").and_then(|config| config.get("OutboundCallerIdNumberId"));
    let Some(id) = caller.and_then(Value::as_str) else {
        return Err(invalid_request(format!("The queue {} has no outbound caller ID number.", text(queue, "QueueId"))));
    };
    let number = document::find(environment, &PHONE_NUMBER, input.instance(), id)?;
    Ok(text(&number, "PhoneNumber").to_owned())
}

fn check_attributes(attributes: &Map<String, Value>) -> Result<(), AwsError> {
    if let Some((name, _)) = attributes.iter().find(|(name, _)| name.is_empty() || name.len() > 32_767) {
        return Err(invalid_parameter(format!("The attribute name `{name}` must have 1 to 32767 characters.")));
    }
    let size: usize = attributes.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len)).sum();
    if size > LARGEST_ATTRIBUTES {
        let message =
            format!("The attributes of a contact have at most {LARGEST_ATTRIBUTES} bytes; these have {size}.");
        return Err(invalid_request(message));
    }
    Ok(())
}

fn stop(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let gone = |id: &str| {
        let message = format!("The contact {id} is not active, or does not exist.");
        AwsError::new(410, "ContactNotFoundException", message)
    };
    let id = document::id_of(input.need("ContactId")?);
    let mut body: Document = environment.tx.get(DOCUMENT, input.instance(), id)?.ok_or_else(|| gone(id))?;
    if body.contains_key("DisconnectTimestamp") {
        return Err(gone(id));
    }
    let code = input.object("DisconnectReason").and_then(|reason| reason.get("Code")).and_then(Value::as_str);
    live::stop(environment, input.instance(), &mut body, code.unwrap_or("API"))?;
    Ok(json!({}))
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input, "ContactId")?;
    document::hide(&mut body, &[live::HIDDEN]);
    Ok(json!({ "Contact": body }))
}

fn attributes(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input, "InitialContactId")?;
    Ok(json!({ "Attributes": body.get("Attributes") }))
}

fn update_attributes(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input, "InitialContactId")?;
    let mut attributes = body.get("Attributes").and_then(Value::as_object).cloned().unwrap_or_default();
    let new = input.object("Attributes").cloned().unwrap_or_default();
    attributes.extend(new.clone());
    check_attributes(&attributes)?;
    body.insert("Attributes".to_owned(), attributes.into());
    live::set_attributes(environment, input.instance(), &mut body, &new)?;
    Ok(json!({}))
}
