//! Contacts that live: they ring, are answered or not, go through their flows, wait, meet agents, end, and are told to the
//! world, by the sandbox's clock.
//!
//! ```text
//! people.json ─→ People (callees, agents)          timers: what happens next, by time
//! StartOutboundVoiceContact ─dial→ Call ─play→ where it is ─follow→ documents, events, records
//!                                    ↑ log of what people did ─callee─┘      └─routing→ agents
//! ```
//!
//! A call is stored as what was asked for and what people and programs did since; its flows are simulated anew from there
//! for every step, in the center that was published when they began. What functions answer is stored with it, so that they
//! run once, beside the transaction. A process that is killed loses nothing: its timers are still due.

mod agents;
mod bots;
mod call;
mod callee;
mod callers;
mod center;
mod chance;
mod contact;
mod conversation;
mod dial;
mod figures;
mod follow;
mod known;
pub mod people;
mod play;
mod recordings;
mod routing;
#[cfg(test)]
mod tests;
mod timers;
mod told;
mod voice;
mod wave;
pub(crate) mod words;

use std::time::SystemTime;

use serde_json::Value;

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::carrying::{self, Carrier, Invocation, InvocationError, Step};
use crate::store::Tx;

use super::document::{Document, text};
use super::resource::INSTANCE;
use call::{Act, Answer, Call};
use follow::{Needed, Went};
use people::People;
use timers::What;

pub(super) use agents::Stage;
pub(super) use center::note_change;
pub(super) use contact::HIDDEN;
pub(super) use dial::{Wanted, begin, check, set_attributes, stop};
pub(super) use figures::{Line, line};
pub(crate) use known::unknown;
pub(crate) use recordings::keep_sounds;

/// How many things happen in one transaction at most.
const MOST_AT_ONCE: usize = 64;

/// The contacts and agents of every instance, as the worker carries them.
pub(crate) struct Contacts;

impl Carrier for Contacts {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        let all = tx.list::<Document>(INSTANCE.document, "")?;
        let region = |body: &Document| text(body, "Arn").split(':').nth(3).unwrap_or_default().to_owned();
        Ok(all.into_iter().map(|(id, body)| (region(&body), id)).collect())
    }

    fn step(&self, environment: &Environment, instance: &str) -> Result<Step, AwsError> {
        step(environment, instance)
    }

    fn settle(
        &self,
        environment: &Environment,
        instance: &str,
        invocation: &Invocation,
        answer: &carrying::Answer,
    ) -> Result<(), AwsError> {
        settle(environment, instance, invocation.part, answer)
    }

    fn next_due(&self, environment: &Environment, instance: &str) -> Result<Option<SystemTime>, AwsError> {
        next_due(environment, instance)
    }
}

/// Lets happen what is due in an instance, in the order of its times, or says which function has to answer first.
fn step(environment: &Environment, instance: &str) -> Result<Step, AwsError> {
    let Some((people, digest)) = center::people_and_digest(environment.folder)? else { return Ok(Step::Idle) };
    let mut worked = agents::look(environment, instance, &people, &digest)?;
    if worked {
        callers::look(environment, instance, &people, &digest)?;
        routing::route(environment, instance, &people)?;
    }
    let now = epoch_milliseconds(environment.now);
    for _ in 0..MOST_AT_ONCE {
        let Some((due, what)) = timers::first(environment, instance)?.filter(|(due, _)| *due <= now) else { break };
        // What is late happens at its time all the same.
        let at = dial::environment_at(environment, due);
        if let Some(needed) = happen(&at, instance, &people, &what)? {
            let payload = needed.asked.event.to_string().into_bytes();
            let invocation = Invocation { function: needed.asked.function, payload, part: needed.call };
            return Ok(Step::Invoke(invocation));
        }
        worked = true;
    }
    Ok(if worked { Step::Worked } else { Step::Idle })
}

fn happen(environment: &Environment, instance: &str, people: &People, what: &What) -> Result<Option<Needed>, AwsError> {
    let needed = match what {
        What::Call(number) => call_is_due(environment, instance, people, *number)?,
        What::Agent(id) => agent_is_due(environment, instance, people, id)?,
        What::Shift(id) => {
            agents::shift(environment, instance, people, id)?;
            None
        }
        What::Caller(name) => {
            callers::call(environment, instance, people, name)?;
            None
        }
        What::Route => None,
        What::Heartbeat => {
            told::heartbeats(environment, instance)?;
            return Ok(None);
        }
        What::Recording(number) => {
            recordings::put(environment, instance, *number)?;
            return Ok(None);
        }
        What::Tell(number) => {
            told::late(environment, instance, *number)?;
            return Ok(None);
        }
    };
    if needed.is_none() {
        routing::route(environment, instance, people)?;
    }
    Ok(needed)
}

fn call_is_due(
    environment: &Environment,
    instance: &str,
    people: &People,
    number: u64,
) -> Result<Option<Needed>, AwsError> {
    match Call::load(environment, instance, number)? {
        Some(call) if call.answered.is_none_or(|begins| begins > epoch_milliseconds(environment.now)) => {
            dial::rung(environment, instance, people, call)?;
            Ok(None)
        }
        _ => follow::due(environment, instance, people, number),
    }
}

fn agent_is_due(
    environment: &Environment,
    instance: &str,
    people: &People,
    id: &str,
) -> Result<Option<Needed>, AwsError> {
    let task = match agents::ring(environment, instance, id)? {
        agents::Rang::Free => return Ok(None),
        agents::Rang::Missed(task) => {
            routing::wait(environment, instance, &task.contact, &task.waiting)?;
            return Ok(None);
        }
        agents::Rang::Taken(task) => task,
    };
    let user: Option<Document> = environment.tx.get(super::resource::USER.document, instance, id)?;
    let username = user.as_ref().map(|user| text(user, "Username")).unwrap_or_default();
    let Some(call) = Call::load(environment, instance, task.waiting.call)? else {
        agents::leave(environment, instance, people, &task.contact)?;
        return Ok(None);
    };
    let act = (task.waiting.party, Act::Accept(username.to_owned()));
    if let Went::Needs(needed) = follow::go_on(environment, instance, people, call, Some(&act))? {
        return Ok(Some(needed));
    }
    // A contact that could not be taken rings no more.
    if timers::due_of(environment, instance, &What::Agent(id.to_owned()))?
        .is_some_and(|due| due <= epoch_milliseconds(environment.now))
    {
        agents::leave(environment, instance, people, &task.contact)?;
    }
    Ok(None)
}

/// Takes the answer of the function that [`step`] asked for.
fn settle(environment: &Environment, instance: &str, call: u64, answer: &carrying::Answer) -> Result<(), AwsError> {
    let Some(mut call) = Call::load(environment, instance, call)? else { return Ok(()) };
    let Some(question) = call.asking.take() else { return Ok(()) };
    let answer = match answer {
        Ok(bytes) => match serde_json::from_slice::<Value>(bytes) {
            Ok(value) => Answer::Function(value),
            Err(error) => Answer::Failed(error.to_string()),
        },
        Err(InvocationError::TimedOut(_)) => Answer::TimedOut,
        Err(error) => Answer::Failed(error.to_string()),
    };
    match bots::party_of(&question) {
        Some(party) => call.talks.entry(party).or_default().answered(answer),
        None => call.answers.push((question, answer)),
    }
    call.save(environment, instance)
}

/// When something happens next in an instance.
fn next_due(environment: &Environment, instance: &str) -> Result<Option<SystemTime>, AwsError> {
    let Some((_, digest)) = center::people_and_digest(environment.folder)? else { return Ok(None) };
    if !agents::has_looked(environment, instance, &digest)? {
        return Ok(Some(environment.now));
    }
    Ok(timers::first(environment, instance)?.map(|(due, _)| timers::time(due)))
}

/// A program gave an agent another status; `before` is the type of the one before.
pub(super) fn status_changed(
    environment: &Environment,
    instance: &str,
    user: &str,
    before: Option<&str>,
) -> Result<(), AwsError> {
    let mut state = agents::load(environment, instance, user)?;
    agents::note_status(environment, instance, user, &mut state, before)?;
    match center::people(environment.folder)? {
        Some(people) => routing::route(environment, instance, &people),
        None => Ok(()),
    }
}

/// Forgets a user that goes.
pub(super) fn forget_agent(environment: &Environment, instance: &str, user: &str) -> Result<(), AwsError> {
    agents::forget(environment, instance, user)
}

/// A contact of an agent, as wallboards show it.
pub(super) struct AgentContact {
    /// The contact.
    pub(super) contact: String,
    /// How it began.
    pub(super) method: String,
    /// Id of its queue.
    pub(super) queue: String,
    /// What it is to the agent, and since when.
    pub(super) stage: Stage,
    pub(super) since: SystemTime,
    /// When the two were joined.
    pub(super) connected: Option<SystemTime>,
}

/// The contact of an agent, where there is one.
pub(super) fn contact_of(
    environment: &Environment,
    instance: &str,
    user: &str,
) -> Result<Option<AgentContact>, AwsError> {
    let task = agents::load(environment, instance, user)?.task;
    Ok(task.map(|task| AgentContact {
        contact: task.contact,
        method: task.waiting.method,
        queue: task.waiting.queue,
        stage: task.stage,
        since: timers::time(task.since),
        connected: task.connected.map(timers::time),
    }))
}
