//! Agents that people.json has at work: they log in and out, take contacts or miss them, and work after them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

use super::super::document::{Document, text, timestamp};
use super::super::presence;
use super::super::resource::{AGENT_STATUS, USER};
use super::chance::Chance;
use super::contact;
use super::people::{Agent, People};
use super::play::moment;
use super::routing::Waiting;
use super::timers::{self, What};
use super::told;

/// What agents do, by user id.
const AGENT: &str = "connect/live-agent";
/// Which agent a contact is with or rings at, by contact id.
const WITH: &str = "connect/live-with";
/// With which people and which users agents were looked at last.
const LOOKED: &str = "connect/live-looked";

/// How long a contact rings that is missed, in milliseconds. Source: Amazon Connect Administrator Guide ("20 seconds").
const RINGING: u64 = 20_000;
/// How long an agent that missed a contact gets none (?); in Connect somebody has to say that the agent is back.
const MISSED: u64 = 15_000;

/// What an agent does.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// The contact there is, or was until the work after it is done.
    pub(super) task: Option<Task>,
    /// Since when there is none.
    pub(super) free_since: u64,
    /// The agent's name, which chance is drawn for.
    username: String,
    /// How many contacts rang here.
    offers: u64,
    /// Whether a shift has begun.
    on_shift: bool,
    /// Whether the shift is over as soon as the contact is.
    is_leaving: bool,
    /// Since when the agent is logged out.
    pub(super) logged_out: Option<u64>,
    /// The snapshot that was told last, and when.
    pub(super) told: Option<Value>,
    pub(super) told_at: u64,
}

impl State {
    /// The chance of what is done with a contact.
    fn chance(&self, seed: u64) -> Chance {
        Chance::new(seed, &["agent", &self.username, &self.offers.to_string()])
    }
}

/// A contact of an agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// Its id.
    pub(super) contact: String,
    /// How it waited before.
    pub(super) waiting: Waiting,
    /// What it is to the agent, and since when.
    pub(super) stage: Stage,
    pub(super) since: u64,
    /// When customer and agent were joined.
    pub(super) connected: Option<u64>,
    /// Whether the agent takes it.
    pub(super) is_taken: bool,
}

/// States of a contact with an agent. A callback that rings is incoming, and pending while its customer is called (?).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::connect) enum Stage {
    /// A callback rings at the agent.
    Incoming,
    /// It rings at the agent.
    Connecting,
    /// The agent waits for the customer of a callback.
    Pending,
    Connected,
    /// The conversation is over, the work after it is not.
    Ended,
    Missed,
}

impl Stage {
    /// As the service writes it.
    pub(in crate::connect) fn name(self) -> &'static str {
        match self {
            Self::Incoming => "INCOMING",
            Self::Connecting => "CONNECTING",
            Self::Pending => "PENDING",
            Self::Connected => "CONNECTED",
            Self::Ended => "ENDED",
            Self::Missed => "MISSED",
        }
    }

    /// True while it rings at the agent.
    fn rings(self) -> bool {
        matches!(self, Self::Incoming | Self::Connecting)
    }
}

/// Every agent that ever had a status.
pub(super) fn all(environment: &Environment, instance: &str) -> Result<Vec<(String, State)>, AwsError> {
    environment.tx.list(AGENT, instance)
}

/// What an agent does.
pub(super) fn load(environment: &Environment, instance: &str, user: &str) -> Result<State, AwsError> {
    Ok(environment.tx.get(AGENT, instance, user)?.unwrap_or_default())
}

pub(super) fn save(environment: &Environment, instance: &str, user: &str, state: &State) -> Result<(), AwsError> {
    environment.tx.put(AGENT, instance, user, None, state)
}

/// Forgets a user that goes.
pub(super) fn forget(environment: &Environment, instance: &str, user: &str) -> Result<(), AwsError> {
    timers::set(environment, instance, &What::Agent(user.to_owned()), None)?;
    timers::set(environment, instance, &What::Shift(user.to_owned()), None)?;
    environment.tx.delete(AGENT, instance, user).map(drop)
}

/// The agent a contact is with, or rings at.
pub(super) fn with(environment: &Environment, instance: &str, contact: &str) -> Result<Option<String>, AwsError> {
    environment.tx.get(WITH, instance, contact)
}

/// Looks after users and people where any of them changed: who is to be at work.
pub(super) fn look(environment: &Environment, instance: &str, people: &People, digest: &str) -> Result<bool, AwsError> {
    let seen = (digest.to_owned(), super::center::changes(environment)?);
    if has_looked(environment, instance, digest)? {
        return Ok(false);
    }
    environment.tx.put(LOOKED, "", instance, None, &seen)?;
    for (id, _) in environment.tx.list::<Document>(USER.document, instance)? {
        shift(environment, instance, people, &id)?;
    }
    Ok(true)
}

/// Whether nothing has changed since.
pub(super) fn has_looked(environment: &Environment, instance: &str, digest: &str) -> Result<bool, AwsError> {
    let seen = (digest.to_owned(), super::center::changes(environment)?);
    Ok(environment.tx.get::<(String, u64)>(LOOKED, "", instance)?.as_ref() == Some(&seen))
}

/// Begins or ends a shift, and says when the next one does.
pub(super) fn shift(environment: &Environment, instance: &str, people: &People, id: &str) -> Result<(), AwsError> {
    let what = What::Shift(id.to_owned());
    let user: Option<Document> = environment.tx.get(USER.document, instance, id)?;
    let agent = user.as_ref().and_then(|user| people.agent(text(user, "Username")));
    let now = moment(epoch_milliseconds(environment.now));
    // Whom nobody names any more goes home.
    let (at_work, next) = agent.map_or((false, None), |agent| agent.at_work(now));
    timers::set(environment, instance, &what, next.map(super::play::milliseconds))?;
    let mut state = load(environment, instance, id)?;
    if at_work == state.on_shift {
        return Ok(());
    }
    if let Some(agent) = agent.filter(|_| at_work) {
        state.on_shift = true;
        state.is_leaving = false;
        return set_status(environment, instance, id, &mut state, &agent.status);
    }
    if state.task.is_some() {
        state.is_leaving = true;
        return save(environment, instance, id, &state);
    }
    state.on_shift = false;
    set_status(environment, instance, id, &mut state, "Offline")
}

/// Gives an agent a status by its name; one that is not there leaves the agent as it is.
fn set_status(
    environment: &Environment,
    instance: &str,
    id: &str,
    state: &mut State,
    name: &str,
) -> Result<(), AwsError> {
    let keys = environment.tx.list::<Document>(AGENT_STATUS.document, instance)?;
    let Some((key, _)) = keys.into_iter().find(|(_, status)| text(status, "Name") == name) else {
        tracing::warn!(status = name, "connect: an agent has a status that is not there");
        return save(environment, instance, id, state);
    };
    let before = presence::status_of(environment, instance, id)?;
    presence::set_status(environment, instance, id, &key)?;
    note_status(environment, instance, id, state, before.as_ref().map(|(status, _)| text(status, "Type")))
}

/// Tells that an agent has another status; `before` is the type of the one before.
pub(super) fn note_status(
    environment: &Environment,
    instance: &str,
    id: &str,
    state: &mut State,
    before: Option<&str>,
) -> Result<(), AwsError> {
    let now = epoch_milliseconds(environment.now);
    let after = presence::status_of(environment, instance, id)?;
    let was_there = before.is_some_and(|before| before != "OFFLINE");
    let is_there = after.is_some_and(|(status, _)| text(&status, "Type") != "OFFLINE");
    let event = match (was_there, is_there) {
        (false, false) => return save(environment, instance, id, state),
        (false, true) => "LOGIN",
        (true, false) => "LOGOUT",
        (true, true) => "STATE_CHANGE",
    };
    state.logged_out = (!is_there).then_some(now);
    if state.task.is_none() {
        state.free_since = now;
    }
    told::agent_event(environment, instance, id, state, event)?;
    save(environment, instance, id, state)
}

/// Lets a contact ring at an agent.
pub(super) fn offer(
    environment: &Environment,
    instance: &str,
    (id, mut state): (&str, State),
    (username, agent): (&str, &Agent),
    seed: u64,
    mut task: Task,
) -> Result<(), AwsError> {
    let now = epoch_milliseconds(environment.now);
    state.offers += 1;
    username.clone_into(&mut state.username);
    let chance = state.chance(seed);
    task.is_taken = !chance.percent("misses", agent.misses);
    let time = if task.is_taken { chance.span("answers", agent.answers).min(RINGING) } else { RINGING };
    environment.tx.put(WITH, instance, &task.contact, None, &id)?;
    timers::set(environment, instance, &What::Agent(id.to_owned()), Some(now + time))?;
    contact::change(environment, instance, &task.contact, |body| {
        let before = contact::get(body, contact::HIDDEN, "Attempts").and_then(Value::as_u64).unwrap_or_default();
        contact::set(body, contact::HIDDEN, json!({ "Attempts": before + 1 }));
    })?;
    state.task = Some(task);
    told::agent_event(environment, instance, id, &mut state, "STATE_CHANGE")?;
    save(environment, instance, id, &state)
}

/// What an agent's timer brings.
pub(super) enum Rang {
    /// The agent takes the contact.
    Taken(Task),
    /// The agent missed it: it waits for another one.
    Missed(Task),
    /// The agent is free again.
    Free,
}

/// The time of an agent's timer has come.
pub(super) fn ring(environment: &Environment, instance: &str, id: &str) -> Result<Rang, AwsError> {
    let mut state = load(environment, instance, id)?;
    let Some(task) = &mut state.task else {
        timers::set(environment, instance, &What::Agent(id.to_owned()), None)?;
        return Ok(Rang::Free);
    };
    if task.stage.rings() && task.is_taken {
        return Ok(Rang::Taken(task.clone()));
    }
    if task.stage.rings() {
        let now = epoch_milliseconds(environment.now);
        task.stage = Stage::Missed;
        task.since = now;
        let task = task.clone();
        timers::set(environment, instance, &What::Agent(id.to_owned()), Some(now + MISSED))?;
        environment.tx.delete(WITH, instance, &task.contact)?;
        told::agent_event(environment, instance, id, &mut state, "STATE_CHANGE")?;
        save(environment, instance, id, &state)?;
        return Ok(Rang::Missed(task));
    }
    done(environment, instance, id, state)?;
    Ok(Rang::Free)
}

/// The agent has taken the contact: what the two hear before they are joined may take its time.
pub(super) fn accepted(environment: &Environment, instance: &str, contact: &str) -> Result<(), AwsError> {
    let Some(id) = with(environment, instance, contact)? else { return Ok(()) };
    timers::set(environment, instance, &What::Agent(id), None)
}

/// The agent has taken the contact: it is joined, or the customer of a callback is called first.
pub(super) fn taken(
    environment: &Environment,
    instance: &str,
    contact: &str,
    stage: Stage,
) -> Result<Option<String>, AwsError> {
    let Some(id) = with(environment, instance, contact)? else { return Ok(None) };
    let mut state = load(environment, instance, &id)?;
    let now = epoch_milliseconds(environment.now);
    let Some(task) = &mut state.task else { return Ok(None) };
    task.stage = stage;
    task.since = now;
    if stage == Stage::Connected {
        task.connected = Some(now);
    }
    told::agent_event(environment, instance, &id, &mut state, "STATE_CHANGE")?;
    save(environment, instance, &id, &state)?;
    Ok(Some(id))
}

/// A contact leaves its agent: there is work after a conversation, and none after anything else.
pub(super) fn leave(environment: &Environment, instance: &str, people: &People, contact: &str) -> Result<(), AwsError> {
    let Some(id) = with(environment, instance, contact)? else { return Ok(()) };
    let mut state = load(environment, instance, &id)?;
    let now = epoch_milliseconds(environment.now);
    let chance = state.chance(people.seed);
    let Some(task) = &mut state.task else { return Ok(()) };
    if task.stage == Stage::Ended {
        return Ok(());
    }
    if task.stage != Stage::Connected {
        return done(environment, instance, &id, state);
    }
    task.stage = Stage::Ended;
    task.since = now;
    let user: Option<Document> = environment.tx.get(USER.document, instance, &id)?;
    let agent = user.as_ref().and_then(|user| people.agent(text(user, "Username"))).cloned().unwrap_or_default();
    let work = chance.span("work", agent.work);
    contact::change(environment, instance, contact, |body| {
        contact::set(body, contact::HIDDEN, json!({ "AgentLeft": timestamp(environment), "Working": work > 0 }));
        if work > 0 {
            contact::set(body, "AgentInfo", json!({ "AfterContactWorkStartTimestamp": timestamp(environment) }));
        }
    })?;
    if work == 0 {
        return done(environment, instance, &id, state);
    }
    timers::set(environment, instance, &What::Agent(id.clone()), Some(now + work))?;
    told::agent_event(environment, instance, &id, &mut state, "STATE_CHANGE")?;
    save(environment, instance, &id, &state)
}

/// The agent is done with a contact, and free, or goes home.
fn done(environment: &Environment, instance: &str, id: &str, mut state: State) -> Result<(), AwsError> {
    let now = epoch_milliseconds(environment.now);
    timers::set(environment, instance, &What::Agent(id.to_owned()), None)?;
    let Some(task) = state.task.take() else { return Ok(()) };
    state.free_since = now;
    if task.stage == Stage::Ended {
        let worked = (now - task.since) / 1000;
        let body = contact::change(environment, instance, &task.contact, |body| {
            if contact::get(body, contact::HIDDEN, "Working") == Some(&Value::Bool(true)) {
                let info = json!({ "AfterContactWorkEndTimestamp": timestamp(environment), "AfterContactWorkDuration": worked });
                contact::set(body, "AgentInfo", info);
                contact::set(body, contact::HIDDEN, json!({ "Working": false }));
            }
        })?;
        if let Some(body) = body {
            super::follow::complete(environment, instance, &body)?;
        }
    }
    if task.stage != Stage::Missed {
        environment.tx.delete(WITH, instance, &task.contact)?;
    }
    told::agent_event(environment, instance, id, &mut state, "STATE_CHANGE")?;
    if state.is_leaving {
        state.is_leaving = false;
        state.on_shift = false;
        return set_status(environment, instance, id, &mut state, "Offline");
    }
    save(environment, instance, id, &state)
}
