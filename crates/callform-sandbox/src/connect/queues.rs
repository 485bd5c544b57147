//! Queues: standard ones as documents, and one agent queue per user, which exists as long as the user does.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, hide, id_of, referred, referred_id, summary, text};
use super::error::{in_use, not_found};
use super::input::Input;
use super::operation::{
    ID, NEXT_TOKEN, Operation, SEARCH_500, Shape, TAGS, TEXT, max_results, operation, optional, query, required,
};
use super::resource::{FLOW, HOURS, Kind, PHONE_NUMBER, QUEUE, QUICK_CONNECT, ROUTING_PROFILE, USER};
use super::search::Fields;
use super::{page, reference};

const CALLER: Shape = Shape::Object(&[
    optional("OutboundCallerIdName", Shape::Text(1, 255)),
    optional("OutboundCallerIdNumberId", TEXT),
    optional("OutboundFlowId", Shape::Text(0, 500)),
]);
const EMAIL: Shape = Shape::Object(&[optional("OutboundEmailAddressId", ID)]);
const QUICK_CONNECTS: Shape = Shape::List(1, 50, &TEXT);
const TYPES: Shape = Shape::List(0, 2, &Shape::OneOf(&["STANDARD", "AGENT"]));
const MAX_CONTACTS: Shape = Shape::Number(0, i32::MAX as i64);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateQueue",
        "PUT",
        "/queues/{InstanceId}",
        &[
            required("Name", Shape::Text(1, 127)),
            required("HoursOfOperationId", TEXT),
            optional("Description", Shape::Text(1, 250)),
            optional("OutboundCallerConfig", CALLER),
            optional("OutboundEmailConfig", EMAIL),
            optional("MaxContacts", MAX_CONTACTS),
            optional("QuickConnectIds", QUICK_CONNECTS),
            optional("EmailAddressesConfig", Shape::List(1, 50, &Shape::Object(&[required("EmailAddressId", ID)]))),
            TAGS,
        ],
        create,
    ),
    operation("DescribeQueue", "GET", "/queues/{InstanceId}/{QueueId}", &[], describe),
    operation("DeleteQueue", "DELETE", "/queues/{InstanceId}/{QueueId}", &[], delete),
    operation(
        "ListQueues",
        "GET",
        "/queues-summary/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000), query("queueTypes", "QueueTypes", TYPES)],
        list,
    ),
    operation("SearchQueues", "POST", "/search-queues", SEARCH_500, search),
    operation(
        "UpdateQueueHoursOfOperation",
        "POST",
        "/queues/{InstanceId}/{QueueId}/hours-of-operation",
        &[required("HoursOfOperationId", TEXT)],
        update_hours,
    ),
    operation(
        "UpdateQueueMaxContacts",
        "POST",
        "/queues/{InstanceId}/{QueueId}/max-contacts",
        &[optional("MaxContacts", MAX_CONTACTS)],
        update_max_contacts,
    ),
    operation(
        "UpdateQueueName",
        "POST",
        "/queues/{InstanceId}/{QueueId}/name",
        // The model asks for a character; without the empty text no description could ever be removed (?).
        &[optional("Name", Shape::Text(1, 127)), optional("Description", Shape::Text(0, 250))],
        update_name,
    ),
    operation(
        "UpdateQueueOutboundCallerConfig",
        "POST",
        "/queues/{InstanceId}/{QueueId}/outbound-caller-config",
        &[required("OutboundCallerConfig", CALLER)],
        update_caller,
    ),
    operation(
        "UpdateQueueOutboundEmailConfig",
        "POST",
        "/queues/{InstanceId}/{QueueId}/outbound-email-config",
        &[required("OutboundEmailConfig", EMAIL)],
        update_email,
    ),
    operation(
        "UpdateQueueStatus",
        "POST",
        "/queues/{InstanceId}/{QueueId}/status",
        &[required("Status", Shape::OneOf(&["ENABLED", "DISABLED"]))],
        update_status,
    ),
    operation(
        "AssociateQueueQuickConnects",
        "POST",
        "/queues/{InstanceId}/{QueueId}/associate-quick-connects",
        &[required("QuickConnectIds", QUICK_CONNECTS)],
        associate,
    ),
    operation(
        "DisassociateQueueQuickConnects",
        "POST",
        "/queues/{InstanceId}/{QueueId}/disassociate-quick-connects",
        &[required("QuickConnectIds", QUICK_CONNECTS)],
        disassociate,
    ),
    operation(
        "ListQueueQuickConnects",
        "GET",
        "/queues/{InstanceId}/{QueueId}/quick-connects",
        &[NEXT_TOKEN, max_results(100)],
        list_quick_connects,
    ),
];

const FIELDS: Fields =
    Fields { text: &[("name", "Name"), ("description", "Description"), ("resourceID", "QueueId")], words: &[] };

/// Kept with a queue, but not part of its description.
const HIDDEN: &[&str] = &["QuickConnectIds"];

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &QUEUE, input.instance(), input.need("QueueId")?)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Description", "MaxContacts", "Tags"]);
    let hours = referred_id(environment, &HOURS, input.instance(), input.need("HoursOfOperationId")?)?;
    body.insert("HoursOfOperationId".to_owned(), hours.into());
    if let Some(config) = input.object("OutboundCallerConfig") {
        body.insert("OutboundCallerConfig".to_owned(), caller(environment, input, config)?.into());
    }
    refuse_email(input)?;
    body.insert("Status".to_owned(), "ENABLED".into());
    body.insert("QuickConnectIds".to_owned(), quick_connect_ids(environment, input)?.into_iter().collect());
    let body = document::create(environment, &QUEUE, input.instance(), body)?;
    index(environment, input.instance(), &body)?;
    Ok(created(&QUEUE, &body, ["QueueId", "QueueArn"]))
}

/// The outbound caller configuration with plain ids, all of which exist.
fn caller(environment: &Environment, input: &Input, config: &Map<String, Value>) -> Result<Document, AwsError> {
    let mut config = config.clone();
    if let Some(given) = config.get("OutboundCallerIdNumberId").and_then(Value::as_str).filter(|id| !id.is_empty()) {
        let number = referred(environment, &PHONE_NUMBER, input.instance(), given)?;
        if text(&number, "TargetArn") != text(input.instance_document(), "Arn") {
            return Err(not_found(format!("The phone number {given} was not found in this instance.")));
        }
        config.insert("OutboundCallerIdNumberId".to_owned(), text(&number, "PhoneNumberId").into());
    }
    if let Some(given) = config.get("OutboundFlowId").and_then(Value::as_str).filter(|id| !id.is_empty()) {
        let flow = referred_id(environment, &FLOW, input.instance(), given)?;
        config.insert("OutboundFlowId".to_owned(), flow.into());
    }
    config.retain(|_, value| value.as_str().is_some_and(|text| !text.is_empty()));
    Ok(config)
}

/// The sandbox has no e-mail addresses, so that none can be found.
fn refuse_email(input: &Input) -> Result<(), AwsError> {
    let outbound = input.object("OutboundEmailConfig").and_then(|config| config.get("OutboundEmailAddressId"));
    let inbound = input.list("EmailAddressesConfig").iter().filter_map(|config| config.get("EmailAddressId"));
    match outbound.into_iter().chain(inbound).find_map(Value::as_str) {
        Some(id) => Err(not_found(format!("The email address {id} was not found."))),
        None => Ok(()),
    }
}

fn quick_connect_ids(environment: &Environment, input: &Input) -> Result<BTreeSet<String>, AwsError> {
    let given = input.texts("QuickConnectIds").into_iter();
    given.map(|id| referred_id(environment, &QUICK_CONNECT, input.instance(), id)).collect()
}

fn quick_connects_of(body: &Document) -> BTreeSet<String> {
    let ids = body.get("QuickConnectIds").and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Says which hours and quick connects a queue refers to.
pub(super) fn index(environment: &Environment, instance: &str, body: &Document) -> Result<(), AwsError> {
    let mut targets: BTreeSet<String> =
        quick_connects_of(body).iter().map(|id| reference::name(&QUICK_CONNECT, id)).collect();
    targets.insert(reference::name(&HOURS, text(body, "HoursOfOperationId")));
    reference::set(environment, instance, &reference::name(&QUEUE, text(body, "QueueId")), &targets)
}

fn save(environment: &Environment, input: &Input, body: Document) -> Result<Value, AwsError> {
    let body = document::save(environment, &QUEUE, input.instance(), body)?;
    index(environment, input.instance(), &body)?;
    Ok(json!({}))
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    if let Some(user) = id_of(input.need("QueueId")?).strip_prefix("agent/") {
        let user = find(environment, &USER, input.instance(), user)?;
        let mut body = Map::new();
        for (member, entry) in [("QueueId", "Id"), ("QueueArn", "Arn")] {
            body.insert(member.to_owned(), agent_queue(environment, input.instance(), &user)[entry].take());
        }
        document::copy_change(&user, &mut body);
        return Ok(json!({ "Queue": body }));
    }
    let mut body = of_path(environment, input)?;
    hide(&mut body, HIDDEN);
    Ok(json!({ "Queue": body }))
}

/// A queue that a routing profile or a quick connect leads to stays.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let id = text(&body, "QueueId");
    let own = reference::name(&QUEUE, id);
    for kind in [&ROUTING_PROFILE, &QUICK_CONNECT] {
        if let Some(user) = reference::referrers(environment, input.instance(), kind, &own)?.first() {
            return Err(in_use(format!("The queue is in use by the {} {user}.", kind.noun), None, id));
        }
    }
    reference::set(environment, input.instance(), &own, &BTreeSet::new())?;
    document::remove(environment, &QUEUE, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let types = input.texts("QueueTypes");
    let wanted = |name: &str| types.is_empty() || types.contains(&name);
    let kinds: Vec<&'static Kind> =
        [("STANDARD", &QUEUE), ("AGENT", &USER)].into_iter().filter(|(name, _)| wanted(name)).map(|(_, k)| k).collect();
    let page = page::stored(environment, input, &kinds, None)?;
    Ok(page.list("QueueSummaryList", |kind, body| {
        let mut entry =
            if *kind == USER { agent_queue(environment, input.instance(), &body) } else { summary(kind, &body, &[]) };
        entry["QueueType"] = if *kind == USER { "AGENT" } else { "STANDARD" }.into();
        entry
    }))
}

/// The entry of a user's own queue, which has no name.
fn agent_queue(environment: &Environment, instance: &str, user: &Document) -> Value {
    let id = text(user, "Id");
    let mut entry = Map::new();
    entry.insert("Id".to_owned(), id.into());
    entry.insert("Arn".to_owned(), QUEUE.arn_of(environment, instance, &format!("agent/{id}")).into());
    document::copy_change(user, &mut entry);
    entry.into()
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let of_type =
        |name: &str, condition: &Value, _: &Document| (name == "QueueTypeCondition").then(|| condition == "STANDARD");
    let mut page = page::search(environment, input, &QUEUE, &FIELDS, &of_type)?;
    for (_, body) in &mut page.entries {
        hide(body, HIDDEN);
    }
    Ok(page.search("Queues"))
}

fn update_hours(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let hours = referred_id(environment, &HOURS, input.instance(), input.need("HoursOfOperationId")?)?;
    body.insert("HoursOfOperationId".to_owned(), hours.into());
    save(environment, input, body)
}

/// Without a number the queue has no limit of its own again.
fn update_max_contacts(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    body.remove("MaxContacts");
    assign(&mut body, input, &["MaxContacts"]);
    save(environment, input, body)
}

fn update_name(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let id = text(&body, "QueueId").to_owned();
    assign(&mut body, input, &["Name", "Description"]);
    document::check_name(environment, &QUEUE, input.instance(), &body, Some(&id))?;
    save(environment, input, body)
}

fn update_caller(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let given = input.object("OutboundCallerConfig").cloned().unwrap_or_default();
    body.insert("OutboundCallerConfig".to_owned(), caller(environment, input, &given)?.into());
    save(environment, input, body)
}

fn update_email(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    refuse_email(input)?;
    save(environment, input, body)
}

fn update_status(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    assign(&mut body, input, &["Status"]);
    save(environment, input, body)
}

fn associate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let mut ids = quick_connects_of(&body);
    ids.extend(quick_connect_ids(environment, input)?);
    body.insert("QuickConnectIds".to_owned(), ids.into_iter().collect());
    save(environment, input, body)
}

fn disassociate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let mut ids = quick_connects_of(&body);
    for id in quick_connect_ids(environment, input)? {
        ids.remove(&id);
    }
    body.insert("QuickConnectIds".to_owned(), ids.into_iter().collect());
    save(environment, input, body)
}

/// Takes a quick connect that goes off a queue.
pub(super) fn forget_quick_connect(
    environment: &Environment,
    instance: &str,
    queue: &str,
    quick_connect: &str,
) -> Result<(), AwsError> {
    let mut body = find(environment, &QUEUE, instance, queue)?;
    let mut ids = quick_connects_of(&body);
    ids.remove(quick_connect);
    body.insert("QuickConnectIds".to_owned(), ids.into_iter().collect());
    let body = document::save(environment, &QUEUE, instance, body)?;
    index(environment, instance, &body)
}

fn list_quick_connects(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let entry = |id: &String| {
        let quick_connect = find(environment, &QUICK_CONNECT, input.instance(), id)?;
        Ok(super::quick_connects::entry(&quick_connect))
    };
    let entries = quick_connects_of(&body).iter().map(entry).collect::<Result<Vec<_>, AwsError>>()?;
    let mut answer = page::in_memory(input, "QuickConnectSummaryList", entries)?;
    document::copy_change(&body, &mut answer);
    Ok(answer.into())
}
