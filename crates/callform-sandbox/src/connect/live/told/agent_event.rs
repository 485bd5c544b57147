//! Agent events. Source of the shape: Amazon Connect Administrator Guide, "Agent event streams data model" and "Determine
//! how long an agent spends doing ACW".

use serde_json::{Value, json};

use crate::clock::{epoch_milliseconds, iso8601};
use crate::error::AwsError;
use crate::handler::Environment;

use super::super::super::document::{Document, new_id, text};
use super::super::super::presence;
use super::super::super::resource::{AGENT_STATUS, HIERARCHY_GROUP, INSTANCE, QUEUE, ROUTING_PROFILE, USER};
use super::super::agents::{self, State, Task};
use super::super::contact::iso;
use super::super::timers::{self, What, time};
use super::{Ear, Letter, has_stream, post};

/// How long an agent is silent before a sign of life, in milliseconds.
const HEARTBEAT: u64 = 120_000;
/// How long signs of life go on after logout.
const AFTERWARDS: u64 = 3_600_000;

/// Tells what became of an agent: `LOGIN`, `LOGOUT` or `STATE_CHANGE`.
pub(in crate::connect::live) fn tell(
    environment: &Environment,
    instance: &str,
    user: &str,
    state: &mut State,
    event_type: &str,
) -> Result<(), AwsError> {
    if !has_stream(environment, instance, Ear::AgentEvents)? {
        return Ok(());
    }
    let body: Option<Document> = environment.tx.get(USER.document, instance, user)?;
    let Some(body) = body else { return Ok(()) };
    let snapshot = snapshot(environment, instance, &body, state.task.as_ref())?;
    let content = json!({
        "AWSAccountId": environment.account,
        "AgentARN": USER.arn_of(environment, instance, user),
        "CurrentAgentSnapshot": snapshot,
        "EventId": new_id(),
        "EventTimestamp": iso8601(environment.now),
        "EventType": event_type,
        "InstanceARN": INSTANCE.arn_of(environment, instance, instance),
        "PreviousAgentSnapshot": state.told,
        "Version": "2017-10-01",
    });
    state.told = Some(snapshot);
    state.told_at = epoch_milliseconds(environment.now);
    if timers::due_of(environment, instance, &What::Heartbeat)?.is_none() {
        timers::set(environment, instance, &What::Heartbeat, Some(state.told_at + HEARTBEAT))?;
    }
    let about = vec![USER.arn_of(environment, instance, user)];
    post(environment, instance, &Letter { ear: Ear::AgentEvents, about, content })
}

/// Signs of life of the agents that had no other event for long.
pub(in crate::connect::live) fn heartbeats(environment: &Environment, instance: &str) -> Result<(), AwsError> {
    let now = epoch_milliseconds(environment.now);
    let mut goes_on = false;
    timers::set(environment, instance, &What::Heartbeat, Some(now + HEARTBEAT))?;
    for (user, mut state) in agents::all(environment, instance)? {
        let lives = match state.logged_out {
            None => state.told.is_some(),
            Some(at) => state.told.is_some() && now < at + AFTERWARDS,
        };
        goes_on |= lives;
        if lives && now >= state.told_at + HEARTBEAT {
            tell(environment, instance, &user, &mut state, "HEART_BEAT")?;
            agents::save(environment, instance, &user, &state)?;
        }
    }
    if goes_on && has_stream(environment, instance, Ear::AgentEvents)? {
        return Ok(());
    }
    timers::set(environment, instance, &What::Heartbeat, None)
}

fn snapshot(
    environment: &Environment,
    instance: &str,
    user: &Document,
    task: Option<&Task>,
) -> Result<Value, AwsError> {
    let identity = |name: &str| user.get("IdentityInfo").and_then(|identity| identity.get(name)).cloned();
    let group = text(user, "HierarchyGroupId");
    let groups = (!group.is_empty())
        .then(|| json!({ "Level1": { "ARN": HIERARCHY_GROUP.arn_of(environment, instance, group) } }));
    Ok(json!({
        "AgentStatus": status(environment, instance, text(user, "Id"))?,
        "NextAgentStatus": null,
        "Configuration": {
            "AgentHierarchyGroups": groups,
            "FirstName": identity("FirstName"),
            "LastName": identity("LastName"),
            "RoutingProfile": profile(environment, instance, text(user, "RoutingProfileId"), task)?,
            "Username": text(user, "Username"),
        },
        "Contacts": task.map(|task| contact(environment, instance, task)).transpose()?.into_iter().collect::<Vec<_>>(),
    }))
}

fn status(environment: &Environment, instance: &str, user: &str) -> Result<Value, AwsError> {
    let Some((status, since)) = presence::status_of(environment, instance, user)? else { return Ok(Value::Null) };
    Ok(json!({
        "ARN": text(&status, AGENT_STATUS.arn),
        "Name": text(&status, "Name"),
        "StartTimestamp": iso(Some(&since)),
        "Type": text(&status, "Type"),
    }))
}

/// A queue by its id; the queue of an agent has no name.
fn queue(environment: &Environment, instance: &str, id: &str) -> Result<Value, AwsError> {
    let body: Option<Document> = environment.tx.get(QUEUE.document, instance, id)?;
    let name = body.as_ref().map(|body| text(body, "Name"));
    Ok(json!({ "ARN": QUEUE.arn_of(environment, instance, id), "Name": name }))
}

fn profile(environment: &Environment, instance: &str, id: &str, task: Option<&Task>) -> Result<Value, AwsError> {
    let body: Option<Document> = environment.tx.get(ROUTING_PROFILE.document, instance, id)?;
    let body = body.unwrap_or_default();
    let queues = super::super::super::routing_profile_queues::queue_ids(&body);
    let queues = queues.iter().map(|id| queue(environment, instance, id)).collect::<Result<Vec<_>, _>>()?;
    let media = body.get("MediaConcurrencies").and_then(Value::as_array).into_iter().flatten();
    let concurrency: Vec<Value> = media
        .map(|media| {
            let most = media.get("Concurrency").and_then(Value::as_u64).unwrap_or_default();
            let is_taken = task.is_some() && media.get("Channel").and_then(Value::as_str) == Some("VOICE");
            let free = most.saturating_sub(u64::from(is_taken));
            json!({ "Channel": media.get("Channel"), "AvailableSlots": free, "MaximumSlots": most })
        })
        .collect();
    Ok(json!({
        "ARN": ROUTING_PROFILE.arn_of(environment, instance, id),
        "Concurrency": concurrency,
        "DefaultOutboundQueue": queue(environment, instance, text(&body, "DefaultOutboundQueueId"))?,
        "InboundQueues": queues,
        "Name": text(&body, "Name"),
    }))
}

fn contact(environment: &Environment, instance: &str, task: &Task) -> Result<Value, AwsError> {
    let at = |moment: u64| iso8601(time(moment));
    Ok(json!({
        "Channel": "VOICE",
        "ConnectedToAgentTimestamp": task.connected.map(at),
        "ContactId": task.contact,
        "InitialContactId": task.waiting.initial,
        "InitiationMethod": task.waiting.method,
        "Queue": queue(environment, instance, &task.waiting.queue)?,
        "QueueTimestamp": at(task.waiting.since),
        "State": task.stage.name(),
        "StateStartTimestamp": at(task.since),
    }))
}
