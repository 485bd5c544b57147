//! What follows from where a call is: its contacts' documents change, they wait, meet agents, end, and the world is told.

use callform_call::event::{End, What};
use callform_call::event::{Method, QueueId};
use callform_call::{Contact, Event, Turn};
use serde_json::{Value, json};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

use super::super::document::{Document, id_of, text, timestamp};
use super::super::resource::INSTANCE;
use super::agents::{self, Stage};
use super::bots;
use super::call::{Act, Answer, Call, Dialed, Entry, Party, count_attempt};
use super::people::{Outcome, People};
use super::play::{Asked, Played, milliseconds, play};
use super::routing::{self, Waiting};
use super::timers::{self, time};
use super::{callee, center, contact, figures, recordings, told};

/// A function that has to answer before a call goes on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Needed {
    /// The call.
    pub(super) call: u64,
    /// The function.
    pub(super) asked: Asked,
}

/// How many things people do at one moment at most.
const MOST_AT_ONCE: usize = 100;

/// The time of a call has come: what is due happens.
pub(super) fn due(
    environment: &Environment,
    instance: &str,
    people: &People,
    number: u64,
) -> Result<Option<Needed>, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let mut act = None;
    for _ in 0..MOST_AT_ONCE {
        let Some(call) = Call::load(environment, instance, number)? else {
            timers::set(environment, instance, &timers::What::Call(number), None)?;
            return Ok(None);
        };
        match go_on(environment, instance, people, call, act.as_ref())? {
            Went::Needs(needed) => return Ok(Some(needed)),
            Went::On(Some(next)) if next.at <= now => act = Some((next.party, next.act)),
            Went::On(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// How a call went on.
pub(super) enum Went {
    /// It waits, for what somebody does next.
    On(Option<callee::Next>),
    /// A function has to answer first; nothing has happened.
    Needs(Needed),
}

/// Plays a call whose flow has begun until now, where something new may have been done, and tells what is new.
pub(super) fn go_on(
    environment: &Environment,
    instance: &str,
    people: &People,
    mut call: Call,
    act: Option<&(usize, Act)>,
) -> Result<Went, AwsError> {
    let now = epoch_milliseconds(environment.now);
    if let Some((party, act)) = act {
        call.log.push(Entry { at: now, party: *party, act: act.clone() });
    }
    let center = match &call.center {
        Some(digest) => center::of(environment, instance, digest)?,
        None => None,
    };
    let figure = |queue: &str, metric| {
        figures::of_queue(environment, instance, queue, metric).unwrap_or_else(|error| {
            tracing::warn!(%error, "connect: a figure is not known");
            None
        })
    };
    let played = center.as_ref().and_then(|center| play(&call, center, &figure, now));
    let Some(mut played) = played else {
        give_up(environment, instance, people, call)?;
        return Ok(Went::On(None));
    };
    if let Some(asked) = played.asked.take() {
        return ask(environment, instance, call.number, asked, Some(played.answers));
    }
    if let (Some((party, Act::Say(text))), Some(center)) = (act, &center)
        && let Some(asked) = bots::hear(environment, &mut call, (*party, text), &played, center)
    {
        return ask(environment, instance, call.number, asked, None);
    }
    call.answers = std::mem::take(&mut played.answers);
    let mut following = Following { environment, instance, people, call, played };
    following.done(act)?;
    following.tell()?;
    following.finish()
}

/// Notes that a function is asked. What was asked before stays answered as it was, and nothing else has happened.
fn ask(
    environment: &Environment,
    instance: &str,
    call: u64,
    asked: Asked,
    answers: Option<Vec<(String, Answer)>>,
) -> Result<Went, AwsError> {
    if let Some(mut stored) = Call::load(environment, instance, call)? {
        stored.answers = answers.unwrap_or(stored.answers);
        stored.asking = Some(asked.question.clone());
        stored.save(environment, instance)?;
    }
    Ok(Went::Needs(Needed { call, asked }))
}

/// A call whose flow is not there any more: nothing can be said of it, so it ends.
fn give_up(environment: &Environment, instance: &str, people: &People, mut call: Call) -> Result<(), AwsError> {
    for party in &mut call.parties {
        if !party.ended {
            party.ended = true;
            end(environment, instance, people, &party.id, "CONTACT_FLOW_DISCONNECT")?;
        }
    }
    call.save(environment, instance)
}

struct Following<'a> {
    environment: &'a Environment<'a>,
    instance: &'a str,
    people: &'a People,
    call: Call,
    played: Played,
}

impl Following<'_> {
    /// What follows from a doing alone.
    fn done(&mut self, act: Option<&(usize, Act)>) -> Result<(), AwsError> {
        let Some((party, act)) = act else { return Ok(()) };
        let Some(id) = self.call.parties.get(*party).map(|party| party.id.clone()) else { return Ok(()) };
        match act {
            Act::Understood(..) | Act::BotFails => {
                self.call.talks.entry(*party).or_default().close();
                Ok(())
            }
            Act::AgentHangsUp => agents::leave(self.environment, self.instance, self.people, &id),
            Act::PickUp if self.is_callback(*party) => {
                let now = timestamp(self.environment);
                let body = contact::change(self.environment, self.instance, &id, |body| {
                    body.insert("ConnectedToSystemTimestamp".to_owned(), now);
                })?;
                body.map_or(Ok(()), |body| self.event(self.environment, &body, "CONNECTED_TO_SYSTEM"))
            }
            _ => Ok(()),
        }
    }

    fn is_callback(&self, party: usize) -> bool {
        self.played.contacts.get(party).is_some_and(|contact| contact.method == Method::Callback)
    }

    fn event(&self, environment: &Environment, body: &Document, event_type: &str) -> Result<(), AwsError> {
        told::contact_event(environment, self.instance, body, event_type)
    }

    /// Tells what happened since the last time.
    fn tell(&mut self) -> Result<(), AwsError> {
        let events: Vec<Event> = self.played.events.get(self.call.told..).unwrap_or_default().to_vec();
        self.call.told = self.played.events.len();
        for event in events {
            let at = Environment { now: time(milliseconds(event.at)), ..*self.environment };
            self.follow(&at, &event)?;
        }
        Ok(())
    }

    fn follow(&mut self, environment: &Environment, event: &Event) -> Result<(), AwsError> {
        let party = event.contact.0;
        if party >= self.call.parties.len() {
            self.new_contact(environment, party)?;
        }
        let id = self.call.id_of(party);
        match &event.what {
            What::Began(Method::Api) => self.connected_to_system(environment, &id),
            What::Attribute(name, value) => {
                contact::change(environment, self.instance, &id, |body| {
                    contact::set(body, "Attributes", json!({ &**name: &**value }));
                })?;
                Ok(())
            }
            What::Queued(queue) => self.queued(environment, party, &id, *queue),
            What::Dequeued(_) => {
                routing::forget(environment, self.instance, &id)?;
                agents::leave(environment, self.instance, self.people, &id)
            }
            What::Accepted(_) => agents::accepted(environment, self.instance, &id),
            What::Ringing => self.rings(environment, party, &id),
            What::NoAnswer if self.is_callback(party) => agents::leave(environment, self.instance, self.people, &id),
            What::Joined => self.joined(environment, &id),
            What::Ended(how) => {
                let reason = self.reason(party, how);
                let call = (&self.call, party);
                recordings::plan(environment, self.instance, self.people, call, &self.played)?;
                if let Some(party) = self.call.parties.get_mut(party) {
                    party.ended = true;
                }
                end(environment, self.instance, self.people, &id, &reason)
            }
            _ => Ok(()),
        }
    }

    /// The flow begins: somebody has picked up, and who it was is known where that was to be found out.
    fn connected_to_system(&self, environment: &Environment, id: &str) -> Result<(), AwsError> {
        let dialed = self.call.dialed;
        let picked_up = crate::clock::epoch_seconds(time(dialed.at));
        let body = contact::change(environment, self.instance, id, |body| {
            body.insert("ConnectedToSystemTimestamp".to_owned(), picked_up.into());
            if self.call.detection.is_some() {
                let status = detected(dialed.outcome, self.call.beeps);
                body.insert("AnsweringMachineDetectionStatus".to_owned(), status.into());
                let voice =
                    json!({ "GreetingStartTimestamp": picked_up, "GreetingEndTimestamp": timestamp(environment) });
                body.insert("CustomerVoiceActivity".to_owned(), voice);
            }
        })?;
        body.map_or(Ok(()), |body| self.event(environment, &body, "CONNECTED_TO_SYSTEM"))
    }

    /// A flow made a contact: a callback.
    fn new_contact(&mut self, environment: &Environment, party: usize) -> Result<(), AwsError> {
        let id = self.call.id_of(party);
        let made = self.played.contacts.get(party);
        let from = made.and_then(|made| made.previous).map(|previous| self.call.id_of(previous.0));
        let first = self.call.id_of(0);
        let mut body = Document::new();
        let members = json!({
            "Id": id,
            "Arn": format!("{}/contact/{id}", INSTANCE.arn_of(environment, self.instance, self.instance)),
            "InitialContactId": first,
            "PreviousContactId": from,
            "InitiationMethod": made.map_or("API", |made| made.method.name()),
            "Channel": "VOICE",
            "InitiationTimestamp": timestamp(environment),
            "CustomerEndpoint": { "Type": "TELEPHONE_NUMBER", "Address": made.and_then(|made| made.customer.as_deref()) },
            "Attributes": made.map(attributes),
        });
        body.extend(members.as_object().cloned().unwrap_or_default());
        contact::save(environment, self.instance, &mut body)?;
        self.call.parties.push(Party { id: id.clone(), dialed: None, ended: false });
        self.call.remember(environment, self.instance, party)?;
        if let Some(from) = from {
            contact::change(environment, self.instance, &from, |body| {
                contact::set(body, contact::HIDDEN, json!({ "NextContactId": id }));
            })?;
        }
        self.event(environment, &body, "INITIATED")
    }

    fn queued(&self, environment: &Environment, party: usize, id: &str, queue: QueueId) -> Result<(), AwsError> {
        let queue = self.queue_id(queue)?;
        let body = contact::change(environment, self.instance, id, |body| {
            let info = json!({ "Id": queue, "EnqueueTimestamp": timestamp(environment) });
            body.insert("QueueInfo".to_owned(), info);
        })?;
        let Some(body) = body else { return Ok(()) };
        self.event(environment, &body, "QUEUED")?;
        let waiting = self.waiting(party, &body, queue, epoch_milliseconds(environment.now), false);
        routing::wait(environment, self.instance, id, &waiting)
    }

    fn waiting(&self, party: usize, body: &Document, queue: String, since: u64, is_scheduled: bool) -> Waiting {
        let contact = self.played.contacts.get(party);
        Waiting {
            call: self.call.number,
            party,
            initial: body.get("InitialContactId").and_then(Value::as_str).map(str::to_owned),
            method: text(body, "InitiationMethod").to_owned(),
            queue,
            since,
            priority: contact.map_or(5, |contact| contact.priority),
            age: contact.map_or(0, |contact| contact.age),
            is_scheduled,
        }
    }

    /// Id of a queue; `agent/` and the user's id for that of an agent.
    fn queue_id(&self, queue: QueueId) -> Result<String, AwsError> {
        let digest = self.call.center.as_deref().unwrap_or_default();
        let Some(center) = center::of(self.environment, self.instance, digest)? else { return Ok(String::new()) };
        Ok(match queue {
            QueueId::Queue(at) => center.queues().get(at).map(|queue| id_of(&queue.id).to_owned()),
            QueueId::Agent(at) => center.agents().get(at).map(|agent| format!("agent/{}", id_of(&agent.id))),
        }
        .unwrap_or_default())
    }

    /// The customer of a callback is called.
    fn rings(&mut self, environment: &Environment, party: usize, id: &str) -> Result<(), AwsError> {
        agents::taken(environment, self.instance, id, Stage::Pending)?;
        let customer = self.played.contacts.get(party).and_then(|contact| contact.customer.clone()).unwrap_or_default();
        let attempt = count_attempt(environment, self.instance, &customer)?;
        let now = epoch_milliseconds(environment.now);
        let dialed: Dialed = callee::dial(self.people, &customer, attempt, now, self.call.ring_timeout);
        if let Some(party) = self.call.parties.get_mut(party) {
            party.dialed = Some(dialed);
        }
        Ok(())
    }

    fn joined(&self, environment: &Environment, id: &str) -> Result<(), AwsError> {
        let Some(agent) = agents::taken(environment, self.instance, id, Stage::Connected)? else { return Ok(()) };
        let now = timestamp(environment);
        let body = contact::change(environment, self.instance, id, |body| {
            contact::set(body, "AgentInfo", json!({ "Id": agent, "ConnectedToAgentTimestamp": now }));
            contact::set(body, contact::HIDDEN, json!({ "DequeueTimestamp": now }));
        })?;
        body.map_or(Ok(()), |body| self.event(environment, &body, "CONNECTED_TO_AGENT"))
    }

    fn reason(&self, party: usize, end: &End) -> String {
        let stopped = self.call.log.iter().rev().find_map(|entry| match &entry.act {
            Act::Stop(reason) if entry.party == party => Some(reason.clone()),
            _ => None,
        });
        let dialed = self.call.parties.get(party).and_then(|party| party.dialed).map(|dialed| dialed.outcome);
        stopped.unwrap_or_else(|| {
            let reason = match end {
                End::CustomerLeft => "CUSTOMER_DISCONNECT",
                End::AgentLeft => "AGENT_DISCONNECT",
                End::HandedOver { .. } => "THIRD_PARTY_DISCONNECT",
                End::NotReached => disconnect_reason(dialed.unwrap_or(Outcome::NoAnswer)),
                _ => "CONTACT_FLOW_DISCONNECT",
            };
            reason.to_owned()
        })
    }

    /// Notes which callbacks wait for their time, says when the call goes on, and writes it.
    fn finish(self) -> Result<Went, AwsError> {
        let (environment, instance) = (self.environment, self.instance);
        for (at, contact) in self.played.contacts.iter().enumerate() {
            if contact.turn == Turn::Scheduled
                && let Some(queue) = contact.queue
                && let Some(body) = contact::load(environment, instance, &self.call.id_of(at))?
            {
                let now = epoch_milliseconds(environment.now);
                let waiting = self.waiting(at, &body, self.queue_id(queue)?, now, true);
                routing::wait(environment, instance, &self.call.id_of(at), &waiting)?;
            }
        }
        let next = callee::next(&self.call, &self.played, self.people);
        let due = next.as_ref().map(|next| next.at).into_iter().chain(self.played.next_due).min();
        timers::set(environment, instance, &timers::What::Call(self.call.number), due)?;
        self.call.save(environment, instance)?;
        Ok(Went::On(next))
    }
}

fn attributes(contact: &Contact) -> Value {
    contact.attributes.iter().map(|(name, value)| (name.to_string(), Value::from(&**value))).collect()
}

/// What detection finds.
pub(super) fn detected(outcome: Outcome, beeps: bool) -> &'static str {
    match outcome {
        Outcome::Answered => "HUMAN_ANSWERED",
        Outcome::Machine if beeps => "VOICEMAIL_BEEP",
        Outcome::Machine => "VOICEMAIL_NO_BEEP",
        Outcome::NoAnswer => "AMD_UNANSWERED",
        Outcome::Busy => "SIT_TONE_BUSY",
        Outcome::Invalid => "SIT_TONE_INVALID_NUMBER",
        Outcome::Failed => "AMD_ERROR",
    }
}

/// Why a call that nobody answered is over.
pub(super) fn disconnect_reason(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered | Outcome::Machine => "CUSTOMER_DISCONNECT",
        Outcome::NoAnswer => "TELECOM_TIMEOUT",
        Outcome::Busy => "TELECOM_BUSY",
        Outcome::Invalid => "TELECOM_NUMBER_INVALID",
        Outcome::Failed => "TELECOM_PROBLEM",
    }
}

/// A contact is over. One that a program stopped says since when already.
pub(super) fn end(
    environment: &Environment,
    instance: &str,
    people: &People,
    id: &str,
    reason: &str,
) -> Result<(), AwsError> {
    routing::forget(environment, instance, id)?;
    let body = contact::change(environment, instance, id, |body| {
        let is_waiting = body.get("QueueInfo").is_some_and(|info| info.get("EnqueueTimestamp").is_some())
            && contact::get(body, contact::HIDDEN, "DequeueTimestamp").is_none();
        if is_waiting {
            contact::set(body, contact::HIDDEN, json!({ "DequeueTimestamp": timestamp(environment) }));
        }
        if !body.contains_key("DisconnectTimestamp") {
            body.insert("DisconnectTimestamp".to_owned(), timestamp(environment));
            body.insert("DisconnectReason".to_owned(), reason.into());
        }
    })?;
    let Some(body) = body else { return Ok(()) };
    told::contact_event(environment, instance, &body, "DISCONNECTED")?;
    agents::leave(environment, instance, people, id)?;
    complete(environment, instance, &body)
}

/// Tells that a contact is fully over, once, where it is: the work after it is done as well. The record comes at once; some
/// minutes later in the service (?).
pub(super) fn complete(environment: &Environment, instance: &str, body: &Document) -> Result<(), AwsError> {
    let Some(mut body) = contact::load(environment, instance, text(body, "Id"))? else { return Ok(()) };
    let is = |name: &str| contact::get(&body, contact::HIDDEN, name) == Some(&Value::Bool(true));
    if is("Completed") || is("Working") || !body.contains_key("DisconnectTimestamp") {
        return Ok(());
    }
    contact::set(&mut body, contact::HIDDEN, json!({ "Completed": true }));
    contact::save(environment, instance, &mut body)?;
    told::contact_event(environment, instance, &body, "COMPLETED")?;
    told::contact_record(environment, instance, &body)
}
