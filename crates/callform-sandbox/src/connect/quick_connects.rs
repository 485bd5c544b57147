//! Quick connects: transfer destinations that agents see.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, referred, referred_id, summary, text};
use super::error::{invalid_parameter, invalid_request};
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, TEXT, max_results, operation, optional, query, required,
};
use super::resource::{FLOW, QUEUE, QUICK_CONNECT, USER};
use super::search::{Fields, nothing_special};
use super::{page, queues, reference};

const TYPE: Shape = Shape::OneOf(&["USER", "QUEUE", "PHONE_NUMBER", "FLOW"]);
const FLOW_ID: Shape = Shape::Text(0, 500);
const CONFIG: Shape = Shape::Object(&[
    required("QuickConnectType", TYPE),
    optional("UserConfig", Shape::Object(&[required("UserId", TEXT), required("ContactFlowId", FLOW_ID)])),
    optional("QueueConfig", Shape::Object(&[required("QueueId", TEXT), required("ContactFlowId", FLOW_ID)])),
    optional("PhoneConfig", Shape::Object(&[required("PhoneNumber", TEXT)])),
    optional("FlowConfig", Shape::Object(&[required("ContactFlowId", FLOW_ID)])),
]);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateQuickConnect",
        "PUT",
        "/quick-connects/{InstanceId}",
        &[
            required("Name", Shape::Text(1, 127)),
            required("QuickConnectConfig", CONFIG),
            optional("Description", Shape::Text(1, 250)),
            TAGS,
        ],
        create,
    ),
    operation("DescribeQuickConnect", "GET", "/quick-connects/{InstanceId}/{QuickConnectId}", &[], describe),
    operation("DeleteQuickConnect", "DELETE", "/quick-connects/{InstanceId}/{QuickConnectId}", &[], delete),
    operation(
        "ListQuickConnects",
        "GET",
        "/quick-connects/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000), query("QuickConnectTypes", "QuickConnectTypes", Shape::List(0, 4, &TYPE))],
        list,
    ),
    operation("SearchQuickConnects", "POST", "/search-quick-connects", SEARCH_100, search),
    operation(
        "UpdateQuickConnectConfig",
        "POST",
        "/quick-connects/{InstanceId}/{QuickConnectId}/config",
        &[required("QuickConnectConfig", CONFIG)],
        update_config,
    ),
    operation(
        "UpdateQuickConnectName",
        "POST",
        "/quick-connects/{InstanceId}/{QuickConnectId}/name",
        &[optional("Name", Shape::Text(1, 127)), optional("Description", Shape::Text(0, 250))],
        update_name,
    ),
];

const FIELDS: Fields =
    Fields { text: &[("name", "Name"), ("description", "Description"), ("resourceID", "QuickConnectId")], words: &[] };

/// Types of quick connects with the member that holds each one's configuration.
const CONFIGS: &[(&str, &str)] =
    &[("USER", "UserConfig"), ("QUEUE", "QueueConfig"), ("PHONE_NUMBER", "PhoneConfig"), ("FLOW", "FlowConfig")];

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &QUICK_CONNECT, input.instance(), input.need("QuickConnectId")?)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Description", "Tags"]);
    body.insert("QuickConnectConfig".to_owned(), config(environment, input)?);
    let body = document::create(environment, &QUICK_CONNECT, input.instance(), body)?;
    index(environment, input, &body)?;
    Ok(created(&QUICK_CONNECT, &body, ["QuickConnectId", "QuickConnectARN"]))
}

/// The configuration of the request with plain ids, all of which exist.
fn config(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let given = input.object("QuickConnectConfig").cloned().unwrap_or_default();
    let kind = text(&given, "QuickConnectType");
    let has = |member: &str| given.get(member).is_some_and(|config| !config.is_null());
    if let Some((_, other)) = CONFIGS.iter().find(|(name, member)| *name != kind && has(member)) {
        return Err(invalid_parameter(format!("{other} does not belong to a quick connect of type {kind}")));
    }
    let member = CONFIGS.iter().find(|(name, _)| *name == kind).map_or("", |(_, member)| *member);
    let mut config = given
        .get(member)
        .and_then(Value::as_object)
        .cloned()
        .ok_or_else(|| invalid_parameter(format!("{member} is required for a quick connect of type {kind}")))?;
    match kind {
        "USER" => {
            refer(environment, input, &mut config, "UserId")?;
            refer_flow(environment, input, &mut config, Some("AGENT_TRANSFER"))?;
        }
        "QUEUE" => {
            refer(environment, input, &mut config, "QueueId")?;
            refer_flow(environment, input, &mut config, Some("QUEUE_TRANSFER"))?;
        }
        "FLOW" => refer_flow(environment, input, &mut config, None)?,
        _ => check_phone_number(text(&config, "PhoneNumber"))?,
    }
    let mut answer = Map::new();
    answer.insert("QuickConnectType".to_owned(), kind.into());
    answer.insert(member.to_owned(), config.into());
    Ok(answer.into())
}

fn refer(environment: &Environment, input: &Input, config: &mut Document, member: &str) -> Result<(), AwsError> {
    let kind = if member == "UserId" { &USER } else { &QUEUE };
    let id = referred_id(environment, kind, input.instance(), text(config, member))?;
    config.insert(member.to_owned(), id.into());
    Ok(())
}

/// A transfer to a user or a queue runs a flow of the type made for it.
fn refer_flow(
    environment: &Environment,
    input: &Input,
    config: &mut Document,
    wanted: Option<&str>,
) -> Result<(), AwsError> {
    let flow = referred(environment, &FLOW, input.instance(), text(config, "ContactFlowId"))?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != text(&flow, "Type")) {
        return Err(invalid_parameter(format!("The flow {} is not of type {wanted}", text(&flow, "Name"))));
    }
    config.insert("ContactFlowId".to_owned(), text(&flow, "Id").into());
    Ok(())
}

/// Refuses what is not a phone number in E.164 form.
pub(super) fn check_phone_number(number: &str) -> Result<(), AwsError> {
    let digits = number.strip_prefix('+').unwrap_or_default();
    let legal = (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    if legal { Ok(()) } else { Err(invalid_parameter(format!("{number} is not a phone number in E.164 format"))) }
}

fn index(environment: &Environment, input: &Input, body: &Document) -> Result<(), AwsError> {
    let mut targets = BTreeSet::new();
    for (member, id, kind) in [("UserConfig", "UserId", &USER), ("QueueConfig", "QueueId", &QUEUE)] {
        let target = body.get("QuickConnectConfig").and_then(|config| config.get(member)?.get(id)?.as_str());
        targets.extend(target.map(|target| reference::name(kind, target)));
    }
    let own = reference::name(&QUICK_CONNECT, text(body, "QuickConnectId"));
    reference::set(environment, input.instance(), &own, &targets)
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({ "QuickConnect": of_path(environment, input)? }))
}

/// A quick connect that a queue lists is not deleted where `faults.json` asks for it; otherwise the queues lose it.
/// Which of the two the service does is not documented, and its model declares no error for resources in use (?): a
/// deployment has to be right either way.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let id = text(&body, "QuickConnectId");
    let own = reference::name(&QUICK_CONNECT, id);
    let queues = reference::referrers(environment, input.instance(), &QUEUE, &own)?;
    if !queues.is_empty() && Faults::load(environment.folder)?.keep_listed_quick_connects {
        let message = format!("The quick connect {} is associated with {} queues.", text(&body, "Name"), queues.len());
        return Err(invalid_request(message));
    }
    for queue in queues {
        queues::forget_quick_connect(environment, input.instance(), &queue, id)?;
    }
    reference::set(environment, input.instance(), &own, &BTreeSet::new())?;
    document::remove(environment, &QUICK_CONNECT, input.instance(), id)?;
    Ok(json!({}))
}

fn type_of(body: &Document) -> &str {
    let config = body.get("QuickConnectConfig");
    config.and_then(|config| config.get("QuickConnectType")).and_then(Value::as_str).unwrap_or_default()
}

/// The entry of a List operation.
pub(super) fn entry(body: &Document) -> Value {
    let mut entry = summary(&QUICK_CONNECT, body, &[]);
    entry["QuickConnectType"] = type_of(body).into();
    entry
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let types = input.texts("QuickConnectTypes");
    let accepts = |body: &Document| types.is_empty() || types.contains(&type_of(body));
    let page = page::stored(environment, input, &[&QUICK_CONNECT], Some(&accepts))?;
    Ok(page.list("QuickConnectSummaryList", |_, body| entry(&body)))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::search(environment, input, &QUICK_CONNECT, &FIELDS, &nothing_special)?;
    Ok(page.search("QuickConnects"))
}

/// The type may change.
fn update_config(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    body.insert("QuickConnectConfig".to_owned(), config(environment, input)?);
    let body = document::save(environment, &QUICK_CONNECT, input.instance(), body)?;
    index(environment, input, &body)?;
    Ok(json!({}))
}

/// The model declares no duplicate error for renaming, so that a taken name is an invalid request.
fn update_name(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    if input.value("Name").is_none() && input.value("Description").is_none() {
        return Err(invalid_parameter("Name or Description is required"));
    }
    let id = text(&body, "QuickConnectId").to_owned();
    assign(&mut body, input, &["Name", "Description"]);
    document::check_name(environment, &QUICK_CONNECT, input.instance(), &body, Some(&id))
        .map_err(|error| invalid_request(error.message))?;
    document::save(environment, &QUICK_CONNECT, input.instance(), body)?;
    Ok(json!({}))
}
