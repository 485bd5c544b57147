//! The queues of routing profiles: by queue and channel, with priority and delay, or for assignment by hand.
//!
//! A profile's document holds them as `QueueConfigs` and `ManualAssignmentQueueConfigs` in the shape of the requests,
//! with plain ids, and `AssociatedQueueIds` and `AssociatedManualAssignmentQueueIds` for searches.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::services::servicequotas;

use super::document::{self, Document, find, referred_id, text};
use super::error::{invalid_parameter, limit_exceeded, not_found};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, Shape, TEXT, max_results, operation, optional, required};
use super::page;
use super::resource::QUEUE;
use super::routing_profiles::{of_path, save};

/// A channel.
pub(super) const CHANNEL: Shape = Shape::OneOf(&["VOICE", "CHAT", "TASK", "EMAIL"]);
const REFERENCE: Shape = Shape::Object(&[required("QueueId", TEXT), required("Channel", CHANNEL)]);
/// Queues with priority and delay.
pub(super) const QUEUE_CONFIGS: Shape = Shape::List(
    1,
    10,
    &Shape::Object(&[
        required("QueueReference", REFERENCE),
        required("Priority", Shape::Number(1, 99)),
        required("Delay", Shape::Number(0, 9999)),
    ]),
);
/// Queues for assignment by hand.
pub(super) const MANUAL_CONFIGS: Shape = Shape::List(1, 10, &Shape::Object(&[required("QueueReference", REFERENCE)]));
const REFERENCES: Shape = Shape::List(0, 10, &REFERENCE);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "AssociateRoutingProfileQueues",
        "POST",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/associate-queues",
        &[optional("QueueConfigs", QUEUE_CONFIGS), optional("ManualAssignmentQueueConfigs", MANUAL_CONFIGS)],
        associate,
    ),
    operation(
        "UpdateRoutingProfileQueues",
        "POST",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/queues",
        &[required("QueueConfigs", QUEUE_CONFIGS)],
        update,
    ),
    operation(
        "DisassociateRoutingProfileQueues",
        "POST",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/disassociate-queues",
        &[optional("QueueReferences", REFERENCES), optional("ManualAssignmentQueueReferences", REFERENCES)],
        disassociate,
    ),
    operation(
        "ListRoutingProfileQueues",
        "GET",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/queues",
        &[NEXT_TOKEN, max_results(100)],
        list,
    ),
    operation(
        "ListRoutingProfileManualAssignmentQueues",
        "GET",
        "/routing-profiles/{InstanceId}/{RoutingProfileId}/manual-assignment-queues",
        &[NEXT_TOKEN, max_results(100)],
        list_manual,
    ),
];

/// Lists of a profile's document: the queues, and their ids for searches.
const LISTS: [(&str, &str); 2] =
    [("QueueConfigs", "AssociatedQueueIds"), ("ManualAssignmentQueueConfigs", "AssociatedManualAssignmentQueueIds")];

/// Queue and channel combinations a profile may have by default.
const QUOTA: usize = 50;

fn configs(body: &Document, list: &str) -> Vec<Value> {
    body.get(list).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn part<'a>(reference: &'a Value, member: &str) -> &'a str {
    reference.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn queue_and_channel(config: &Value) -> (&str, &str) {
    let reference = config.get("QueueReference").unwrap_or(&Value::Null);
    (part(reference, "QueueId"), part(reference, "Channel"))
}

/// The ids of all queues of a profile.
pub(super) fn queue_ids(body: &Document) -> BTreeSet<String> {
    LISTS
        .iter()
        .flat_map(|(list, _)| configs(body, list))
        .map(|config| queue_and_channel(&config).0.to_owned())
        .collect()
}

/// The configurations of a request, with plain ids of queues that exist.
fn given(environment: &Environment, input: &Input, body: &Document, list: &str) -> Result<Vec<Value>, AwsError> {
    let channels: Vec<Value> = configs(body, "MediaConcurrencies");
    let mut seen = BTreeSet::new();
    let mut answer = Vec::new();
    for config in input.list(list) {
        let (queue, channel) = queue_and_channel(config);
        let id = referred_id(environment, &QUEUE, input.instance(), queue)?;
        if channels.iter().all(|entry| part(entry, "Channel") != channel) {
            return Err(invalid_parameter(format!("{list} has the channel {channel}, which MediaConcurrencies lacks")));
        }
        let mut config = config.clone();
        config["QueueReference"] = json!({ "QueueId": id, "Channel": channel });
        if !seen.insert((id, channel)) {
            return Err(invalid_parameter(format!("{list} has the queue {queue} with the channel {channel} twice")));
        }
        answer.push(config);
    }
    Ok(answer)
}

fn set(body: &mut Document, (list, ids): (&str, &str), configs: Vec<Value>) {
    let queues: BTreeSet<&str> = configs.iter().map(|config| queue_and_channel(config).0).collect();
    body.insert(ids.to_owned(), queues.into_iter().collect());
    body.insert(list.to_owned(), configs.into());
}

/// Adds the request's queues to a profile; a combination it has gets the new priority and delay.
pub(super) fn add(environment: &Environment, input: &Input, body: &mut Document) -> Result<(), AwsError> {
    let mut total = 0;
    for names in LISTS {
        let mut all = configs(body, names.0);
        for config in given(environment, input, body, names.0)? {
            match all.iter_mut().find(|known| queue_and_channel(known) == queue_and_channel(&config)) {
                Some(known) => *known = config,
                None => all.push(config),
            }
        }
        total += all.len();
        set(body, names, all);
    }
    let faults = Faults::load(environment.folder)?;
    let set = servicequotas::set_for(&faults, "connect/routing-profile-queue");
    match set.or_else(|| faults.default_quotas.then_some(QUOTA)) {
        Some(quota) if total > quota => {
            Err(limit_exceeded(format!("The limit of {quota} for queues of a routing profile is reached.")))
        }
        _ => Ok(()),
    }
}

fn associate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    add(environment, input, &mut body)?;
    save(environment, input, body)
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let mut all = configs(&body, "QueueConfigs");
    for config in given(environment, input, &body, "QueueConfigs")? {
        let (queue, channel) = queue_and_channel(&config);
        let known = all.iter_mut().find(|known| queue_and_channel(known) == (queue, channel));
        let message = format!("The queue {queue} with the channel {channel} is not in the routing profile.");
        *known.ok_or_else(|| not_found(message))? = config;
    }
    set(&mut body, LISTS[0], all);
    save(environment, input, body)
}

fn disassociate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    for (names, references) in LISTS.into_iter().zip(["QueueReferences", "ManualAssignmentQueueReferences"]) {
        let mut gone = BTreeSet::new();
        for reference in input.list(references) {
            let id = referred_id(environment, &QUEUE, input.instance(), part(reference, "QueueId"))?;
            gone.insert((id, part(reference, "Channel")));
        }
        let left = |config: &Value| {
            let (queue, channel) = queue_and_channel(config);
            !gone.contains(&(queue.to_owned(), channel))
        };
        let all = configs(&body, names.0).into_iter().filter(left).collect();
        set(&mut body, names, all);
    }
    save(environment, input, body)
}

fn entries(environment: &Environment, input: &Input, list: &str, member: &str) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let entry = |config: &Value| {
        let (id, channel) = queue_and_channel(config);
        let queue = find(environment, &QUEUE, input.instance(), id)?;
        let mut entry = json!({
            "QueueId": id,
            "QueueArn": text(&queue, "QueueArn"),
            "QueueName": text(&queue, "Name"),
            "Channel": channel,
        });
        for member in ["Priority", "Delay"] {
            if let Some(value) = config.get(member) {
                entry[member] = value.clone();
            }
        }
        Ok(entry)
    };
    let entries = configs(&body, list).iter().map(entry).collect::<Result<Vec<_>, AwsError>>()?;
    let mut answer = page::in_memory(input, member, entries)?;
    document::copy_change(&body, &mut answer);
    Ok(answer.into())
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    entries(environment, input, "QueueConfigs", "RoutingProfileQueueConfigSummaryList")
}

fn list_manual(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let member = "RoutingProfileManualAssignmentQueueConfigSummaryList";
    entries(environment, input, "ManualAssignmentQueueConfigs", member)
}
