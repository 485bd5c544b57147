//! Routing profiles. Which queues they have is in [`super::routing_profile_queues`].

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, hide, referred_id, summary, text};
use super::error::{in_use, invalid_parameter, invalid_request};
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_500, Shape, TAGS, TEXT, max_results, operation, optional, required,
};
use super::resource::{QUEUE, ROUTING_PROFILE, USER};
use super::routing_profile_queues::{self, CHANNEL, MANUAL_CONFIGS, QUEUE_CONFIGS};
use super::search::{Fields, nothing_special};
use super::{page, reference};

const CONCURRENCIES: Shape = Shape::List(
    1,
    4,
    &Shape::Object(&[
        required("Channel", CHANNEL),
        optional("Concurrency", Shape::Number(0, 10)),
        optional(
            "CrossChannelBehavior",
            Shape::Object(&[required(
                "BehaviorType",
                Shape::OneOf(&["ROUTE_CURRENT_CHANNEL_ONLY", "ROUTE_ANY_CHANNEL"]),
            )]),
        ),
        optional("WorkloadTypeConcurrencies", Shape::List(1, 5, &WORKLOAD)),
    ]),
);
const WORKLOAD: Shape = Shape::Object(&[
    required("WorkloadType", TEXT),
    required("Concurrency", Shape::Number(1, 10)),
    optional(
        "CrossChannelWorkloadBehavior",
        Shape::Object(&[optional(
            "ChannelWorkloadBehaviorType",
            Shape::OneOf(&[
                "ROUTE_CURRENT_CHANNEL_CURRENT_WORKLOADTYPE_ONLY",
                "ROUTE_CURRENT_CHANNEL_ANY_WORKLOADTYPE_ONLY",
                "ROUTE_ANY_CHANNEL_ANY_WORKLOAD_TYPE",
            ]),
        )]),
    ),
]);
const TIMER: Shape = Shape::OneOf(&["TIME_SINCE_LAST_ACTIVITY", "TIME_SINCE_LAST_INBOUND"]);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateRoutingProfile",
        "PUT",
        "/routing-profiles/{InstanceId}",
        &[
            required("Name", Shape::Text(1, 127)),
            required("Description", Shape::Text(1, 250)),
            required("DefaultOutboundQueueId", TEXT),
            required("MediaConcurrencies", CONCURRENCIES),
            optional("QueueConfigs", QUEUE_CONFIGS),
            optional("ManualAssignmentQueueConfigs", MANUAL_CONFIGS),
            optional("AgentAvailabilityTimer", TIMER),
            TAGS,
        ],
        create,
    ),
    operation("DescribeRoutingProfile", "GET", "/routing-profiles/{InstanceId}/{RoutingProfileId}", &[], describe),
    operation("DeleteRoutingProfile", "DELETE", "/routing-profiles/{InstanceId}/{RoutingProfileId}", &[], delete),
    operation(
        "ListRoutingProfiles",
        "GET",
        "/routing-profiles-summary/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000)],
        list,
    ),
    operation("SearchRoutingProfiles", "POST", "/search-routing-profiles", SEARCH_500, search),
    operation(
        "UpdateRoutingProfileAgentAvailabilityTimer",
        "POST",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/agent-availability-timer",
        &[required("AgentAvailabilityTimer", TIMER)],
        update_timer,
    ),
    operation(
        "UpdateRoutingProfileConcurrency",
        "POST",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/concurrency",
        &[required("MediaConcurrencies", CONCURRENCIES)],
        update_concurrency,
    ),
    operation(
        "UpdateRoutingProfileDefaultOutboundQueue",
        "POST",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/default-outbound-queue",
        &[required("DefaultOutboundQueueId", TEXT)],
        update_outbound,
    ),
    operation(
        "UpdateRoutingProfileName",
        "POST",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/name",
        &[optional("Name", Shape::Text(1, 127)), optional("Description", Shape::Text(1, 250))],
        update_name,
    ),
];

const FIELDS: Fields = Fields {
    text: &[
        ("name", "Name"),
        ("description", "Description"),
        ("resourceID", "RoutingProfileId"),
        ("associatedQueueIds", "AssociatedQueueIds"),
    ],
    words: &[],
};

/// What the search leaves out.
const NOT_SEARCHED: &[&str] = &["LastModifiedTime", "LastModifiedRegion", "AgentAvailabilityTimer"];

/// The routing profile in the path of a request.
pub(super) fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &ROUTING_PROFILE, input.instance(), input.need("RoutingProfileId")?)
}

/// Writes a routing profile back and says which queues it refers to.
pub(super) fn save(environment: &Environment, input: &Input, body: Document) -> Result<Value, AwsError> {
    let body = document::save(environment, &ROUTING_PROFILE, input.instance(), body)?;
    index(environment, input.instance(), &body)?;
    Ok(json!({}))
}

/// Says which queues a routing profile refers to.
pub(super) fn index(environment: &Environment, instance: &str, body: &Document) -> Result<(), AwsError> {
    let ids = routing_profile_queues::queue_ids(body);
    let targets = ids.iter().map(String::as_str).chain([text(body, "DefaultOutboundQueueId")]);
    let targets: BTreeSet<String> = targets.map(|id| reference::name(&QUEUE, id)).collect();
    let own = reference::name(&ROUTING_PROFILE, text(body, "RoutingProfileId"));
    reference::set(environment, instance, &own, &targets)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Description", "MediaConcurrencies", "AgentAvailabilityTimer", "Tags"]);
    check_concurrencies(&body)?;
    body.insert("InstanceId".to_owned(), input.instance().into());
    body.insert("IsDefault".to_owned(), false.into());
    body.entry("AgentAvailabilityTimer").or_insert_with(|| "TIME_SINCE_LAST_ACTIVITY".into());
    let outbound = referred_id(environment, &QUEUE, input.instance(), input.need("DefaultOutboundQueueId")?)?;
    body.insert("DefaultOutboundQueueId".to_owned(), outbound.into());
    routing_profile_queues::add(environment, input, &mut body)?;
    let body = document::create(environment, &ROUTING_PROFILE, input.instance(), body)?;
    index(environment, input.instance(), &body)?;
    Ok(created(&ROUTING_PROFILE, &body, ["RoutingProfileId", "RoutingProfileArn"]))
}

/// Each channel once; one call at a time, one to ten of everything else.
fn check_concurrencies(body: &Document) -> Result<(), AwsError> {
    let mut channels = BTreeSet::new();
    for entry in body.get("MediaConcurrencies").and_then(Value::as_array).into_iter().flatten() {
        let channel = entry.get("Channel").and_then(Value::as_str).unwrap_or_default();
        let concurrency = entry.get("Concurrency").and_then(Value::as_i64).unwrap_or_default();
        let most = if channel == "VOICE" { 1 } else { 10 };
        let by_workload = entry.get("WorkloadTypeConcurrencies").is_some();
        if !(1..=most).contains(&concurrency) && !by_workload {
            let range = if most == 1 { "1" } else { "between 1 and 10" };
            let message = format!("The concurrency of {channel} must be {range}, but is {concurrency}");
            return Err(invalid_parameter(message));
        }
        if !channels.insert(channel) {
            return Err(invalid_parameter(format!("MediaConcurrencies has the channel {channel} twice")));
        }
    }
    Ok(())
}

/// The description: without the queues, but with their number and that of the users.
fn shown(environment: &Environment, input: &Input, body: &mut Document) -> Result<(), AwsError> {
    let own = reference::name(&ROUTING_PROFILE, text(body, "RoutingProfileId"));
    let users = reference::referrers(environment, input.instance(), &USER, &own)?.len();
    for (list, count) in [
        ("QueueConfigs", "NumberOfAssociatedQueues"),
        ("ManualAssignmentQueueConfigs", "NumberOfAssociatedManualAssignmentQueues"),
    ] {
        let entries = body.remove(list).and_then(|list| Some(list.as_array()?.len())).unwrap_or_default();
        body.insert(count.to_owned(), entries.into());
    }
    body.insert("NumberOfAssociatedUsers".to_owned(), users.into());
    Ok(())
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    shown(environment, input, &mut body)?;
    hide(&mut body, &["AssociatedQueueIds", "AssociatedManualAssignmentQueueIds"]);
    Ok(json!({ "RoutingProfile": body }))
}

/// The default profile stays, and one that users have.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let id = text(&body, "RoutingProfileId");
    let own = reference::name(&ROUTING_PROFILE, id);
    if body.get("IsDefault").and_then(Value::as_bool).unwrap_or_default() {
        return Err(invalid_request("The default routing profile cannot be deleted."));
    }
    if let Some(user) = reference::referrers(environment, input.instance(), &USER, &own)?.first() {
        return Err(in_use(format!("The routing profile is in use by the user {user}."), None, id));
    }
    reference::set(environment, input.instance(), &own, &BTreeSet::new())?;
    document::remove(environment, &ROUTING_PROFILE, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&ROUTING_PROFILE], None)?;
    Ok(page.list("RoutingProfileSummaryList", |kind, body| summary(kind, &body, &[])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut page = page::search(environment, input, &ROUTING_PROFILE, &FIELDS, &nothing_special)?;
    for (_, body) in &mut page.entries {
        shown(environment, input, body)?;
        hide(body, NOT_SEARCHED);
        for concurrency in body.get_mut("MediaConcurrencies").and_then(Value::as_array_mut).into_iter().flatten() {
            concurrency.as_object_mut().map(|entry| entry.remove("CrossChannelBehavior"));
        }
    }
    Ok(page.search("RoutingProfiles"))
}

fn update_timer(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    assign(&mut body, input, &["AgentAvailabilityTimer"]);
    save(environment, input, body)
}

fn update_concurrency(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    assign(&mut body, input, &["MediaConcurrencies"]);
    check_concurrencies(&body)?;
    save(environment, input, body)
}

fn update_outbound(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let outbound = referred_id(environment, &QUEUE, input.instance(), input.need("DefaultOutboundQueueId")?)?;
    body.insert("DefaultOutboundQueueId".to_owned(), outbound.into());
    save(environment, input, body)
}

fn update_name(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let id = text(&body, "RoutingProfileId").to_owned();
    assign(&mut body, input, &["Name", "Description"]);
    document::check_name(environment, &ROUTING_PROFILE, input.instance(), &body, Some(&id))?;
    save(environment, input, body)
}
