//! Contacts that wait, and who gets them: of free agents the one that is free for longest, for an agent the contact that
//! comes first by the routing profile's priority, its own priority, and how long it waits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

use super::super::document::{Document, text};
use super::super::presence;
use super::super::resource::{ROUTING_PROFILE, USER};
use super::agents::{self, Stage, State, Task};
use super::people::{Agent, People};
use super::timers::{self, What};

/// Contacts that wait for an agent, or for the time of a callback, by id.
const WAITING: &str = "connect/live-waiting";

/// A contact that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) call: u64,
    pub(super) party: usize,
    pub(super) initial: Option<String>,
    pub(super) method: String,
    /// Id of its queue; `agent/` and the user's id for that of an agent.
    pub(super) queue: String,
    /// Since when, in milliseconds since 1970.
    pub(super) since: u64,
    /// Its place in line: 1 comes first.
    pub(super) priority: i64,
    /// Seconds by which it counts as having waited longer.
    pub(super) age: i64,
    /// Whether the time of a callback has not come yet.
    pub(super) is_scheduled: bool,
}

/// All contacts that wait.
pub(super) fn all(environment: &Environment, instance: &str) -> Result<Vec<(String, Waiting)>, AwsError> {
    environment.tx.list(WAITING, instance)
}

/// A contact waits.
pub(super) fn wait(environment: &Environment, instance: &str, id: &str, waiting: &Waiting) -> Result<(), AwsError> {
    environment.tx.put(WAITING, instance, id, None, waiting)
}

/// A contact waits no more.
pub(super) fn forget(environment: &Environment, instance: &str, id: &str) -> Result<(), AwsError> {
    environment.tx.delete(WAITING, instance, id).map(drop)
}

/// A free agent.
struct Free {
    id: String,
    username: String,
    state: State,
    agent: Agent,
    /// Priority and delay, in milliseconds, by queue.
    queues: BTreeMap<String, (i64, u64)>,
}

/// Lets contacts that wait ring at agents that are free.
pub(super) fn route(environment: &Environment, instance: &str, people: &People) -> Result<(), AwsError> {
    let mut waiting = all(environment, instance)?;
    waiting.retain(|(_, waiting)| !waiting.is_scheduled);
    if waiting.is_empty() {
        return timers::set(environment, instance, &What::Route, None);
    }
    let now = epoch_milliseconds(environment.now);
    let mut agents = free(environment, instance, people)?;
    agents
        .sort_by(|left, right| (left.state.free_since, &left.username).cmp(&(right.state.free_since, &right.username)));
    let mut later = None;
    for free in agents {
        let of = |waiting: &Waiting| rank(&free, waiting, now);
        let delays = waiting.iter().filter_map(|(_, waiting)| of(waiting).and_then(Result::err));
        later = later.into_iter().chain(delays).min();
        let best = waiting.iter().enumerate().filter_map(|(at, (_, waiting))| Some((of(waiting)?.ok()?, at))).min();
        let Some((_, at)) = best else { continue };
        let (contact, found) = waiting.remove(at);
        forget(environment, instance, &contact)?;
        let stage = if found.method == "CALLBACK" { Stage::Incoming } else { Stage::Connecting };
        let task = Task { contact, waiting: found, stage, since: now, connected: None, is_taken: false };
        let agent = (free.username.as_str(), &free.agent);
        agents::offer(environment, instance, (&free.id, free.state), agent, people.seed, task)?;
    }
    timers::set(environment, instance, &What::Route, later.filter(|_| !waiting.is_empty()))
}

/// Priority of the queue, of the contact, since when it counts as waiting, and which it is.
type Rank = (i64, i64, i64, (u64, usize));

/// The place of a contact in an agent's line: `None` where it is in none of the agent's queues, `Err` with the time at
/// which it has waited long enough for the agent.
fn rank(free: &Free, waiting: &Waiting, now: u64) -> Option<Result<Rank, u64>> {
    let (priority, delay) = match waiting.queue.strip_prefix("agent/") {
        Some(agent) => (agent == free.id).then_some((0, 0))?,
        None => *free.queues.get(&waiting.queue)?,
    };
    let from = waiting.since + delay;
    if now < from {
        return Some(Err(from));
    }
    let counted = i64::try_from(waiting.since).unwrap_or(i64::MAX).saturating_sub(waiting.age.saturating_mul(1000));
    Some(Ok((priority, waiting.priority, counted, (waiting.call, waiting.party))))
}

/// The agents that may get a contact now.
fn free(environment: &Environment, instance: &str, people: &People) -> Result<Vec<Free>, AwsError> {
    let mut profiles: BTreeMap<String, BTreeMap<String, (i64, u64)>> = BTreeMap::new();
    let mut free = Vec::new();
    for (id, state) in agents::all(environment, instance)? {
        if state.task.is_some() {
            continue;
        }
        let Some(status) = presence::status_of(environment, instance, &id)? else { continue };
        let user: Option<Document> = environment.tx.get(USER.document, instance, &id)?;
        let Some(user) = user.filter(|_| text(&status.0, "Type") == "ROUTABLE") else { continue };
        let Some(agent) = people.agent(text(&user, "Username")) else { continue };
        let profile = text(&user, "RoutingProfileId");
        if !profiles.contains_key(profile) {
            profiles.insert(profile.to_owned(), queues(environment, instance, profile)?);
        }
        let queues = profiles.get(profile).cloned().unwrap_or_default();
        let username = text(&user, "Username").to_owned();
        free.push(Free { id, username, state, agent: agent.clone(), queues });
    }
    Ok(free)
}

/// The queues of a routing profile for calls.
fn queues(environment: &Environment, instance: &str, profile: &str) -> Result<BTreeMap<String, (i64, u64)>, AwsError> {
    let body: Option<Document> = environment.tx.get(ROUTING_PROFILE.document, instance, profile)?;
    let configs = body.as_ref().and_then(|body| body.get("QueueConfigs")).and_then(Value::as_array);
    let queue = |config: &Value| {
        let reference = config.get("QueueReference")?;
        let of = |name: &str| config.get(name).and_then(Value::as_i64);
        (reference.get("Channel")?.as_str()? == "VOICE").then_some(())?;
        let delay = u64::try_from(of("Delay").unwrap_or_default()).ok()? * 1000;
        Some((reference.get("QueueId")?.as_str()?.to_owned(), (of("Priority").unwrap_or(1), delay)))
    };
    Ok(configs.into_iter().flatten().filter_map(queue).collect())
}
