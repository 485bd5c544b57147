//! Calls from their start until somebody picks up, or nobody does.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::clock::{epoch_milliseconds, epoch_seconds};
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::services::servicequotas;

use super::super::document::{Document, text, timestamp};
use super::super::error::limit_exceeded;
use super::call::{self, Call, Detection, Dialed, Party, count_attempt};
use super::chance::Chance;
use super::follow::{detected, disconnect_reason, end};
use super::people::{Outcome, People};
use super::timers::{self, What, time};
use super::{callee, center, contact, routing, told};

/// How long it takes to tell that a person has answered, in milliseconds (?); the flow begins afterwards (?).
const PERSON: u64 = 1500;
/// How long it takes to tell that a machine has, where its greeting is not waited for.
const MACHINE: u64 = 3000;
/// How many calls a new account may have at a time.
const MOST_CALLS: usize = 10;

/// A call that is asked for.
pub(in crate::connect) struct Wanted<'a> {
    /// Id of the flow.
    pub(in crate::connect) flow: String,
    /// The number to call, and the one to show.
    pub(in crate::connect) customer: &'a str,
    pub(in crate::connect) system: &'a str,
    /// Id of the queue.
    pub(in crate::connect) queue: Option<String>,
    /// Attributes.
    pub(in crate::connect) attributes: Map<String, Value>,
    /// How long it rings at most, in seconds.
    pub(in crate::connect) ring_timeout: u64,
    /// Whether it belongs to a campaign.
    pub(in crate::connect) is_campaign: bool,
    /// Whether machines are told from people, and the end of their greeting is waited for.
    pub(in crate::connect) detection: Option<bool>,
}

/// Refuses a call that may not be made now. Without people there is nobody who could refuse it.
pub(in crate::connect) fn check(environment: &Environment, instance: &str, number: &str) -> Result<(), AwsError> {
    let Some(people) = center::people(environment.folder)? else { return Ok(()) };
    if !people.may_call(number) {
        let message = format!("Outbound calls to {number} are not allowed.");
        return Err(AwsError::new(403, "DestinationNotAllowedException", message));
    }
    match full(environment, instance)? {
        Some(most) => Err(limit_exceeded(format!("The limit of {most} active calls is reached."))),
        None => Ok(()),
    }
}

/// How many calls an instance may have, where it has as many.
pub(super) fn full(environment: &Environment, instance: &str) -> Result<Option<usize>, AwsError> {
    let faults = Faults::load(environment.folder)?;
    let set = servicequotas::set_for(&faults, call::CALL);
    let Some(most) = set.or_else(|| faults.default_quotas.then_some(MOST_CALLS)) else { return Ok(None) };
    Ok((call::count(environment, instance)? >= most).then_some(most))
}

/// Begins a call of a contact whose document is given. Where nobody is there, it stays as it is.
pub(in crate::connect) fn begin(
    environment: &Environment,
    instance: &str,
    body: &mut Document,
    wanted: Wanted<'_>,
) -> Result<(), AwsError> {
    let Some(people) = center::people(environment.folder)? else {
        tracing::info!("connect: the sandbox has no people, so nobody answers; `callform sandbox people` sets them");
        return Ok(());
    };
    let now = epoch_milliseconds(environment.now);
    let ring_timeout = wanted.ring_timeout * 1000;
    let attempt = count_attempt(environment, instance, wanted.customer)?;
    let dialed = callee::dial(&people, wanted.customer, attempt, now, ring_timeout);
    let id = text(body, "Id").to_owned();
    let call = Call {
        number: Call::next_number(environment, instance)?,
        seed: people.seed,
        caller: None,
        words_a_minute: people.words_a_minute.unwrap_or_default(),
        flow: wanted.flow,
        customer: wanted.customer.to_owned(),
        system: wanted.system.to_owned(),
        queue: wanted.queue,
        attributes: wanted.attributes,
        ring_timeout,
        detection: wanted.detection.map(|awaits_prompt| Detection { awaits_prompt }),
        dialed,
        beeps: people.person(wanted.customer).beep,
        answered: None,
        center: None,
        talks: BTreeMap::new(),
        log: Vec::new(),
        answers: Vec::new(),
        asking: None,
        told: 0,
        parties: vec![Party { id, dialed: Some(dialed), ended: false }],
    };
    if wanted.is_campaign {
        body.insert("RingStartTimestamp".to_owned(), epoch_seconds(environment.now).into());
    }
    contact::save(environment, instance, body)?;
    told::contact_event(environment, instance, body, "INITIATED")?;
    timers::set(environment, instance, &What::Call(call.number), Some(dialed.at))?;
    call.remember(environment, instance, 0)?;
    call.save(environment, instance)
}

/// The ringing of a call is over, or it was stopped before its flow began.
pub(super) fn rung(environment: &Environment, instance: &str, people: &People, mut call: Call) -> Result<(), AwsError> {
    let Dialed { outcome, .. } = call.dialed;
    let id = call.id_of(0);
    let is_stopped =
        contact::load(environment, instance, &id)?.is_none_or(|body| body.contains_key("DisconnectTimestamp"));
    if is_stopped || !matches!(outcome, Outcome::Answered | Outcome::Machine) {
        if !is_stopped && call.detection.is_some() {
            contact::change(environment, instance, &id, |body| {
                body.insert("AnsweringMachineDetectionStatus".to_owned(), detected(outcome, call.beeps).into());
            })?;
        }
        for party in &mut call.parties {
            party.ended = true;
        }
        end(environment, instance, people, &id, disconnect_reason(outcome))?;
        return call.save(environment, instance);
    }
    if let Some(begins) = call.answered {
        return timers::set(environment, instance, &What::Call(call.number), Some(begins));
    }
    let now = epoch_milliseconds(environment.now);
    let begins = now + detection(&call, people);
    call.answered = Some(begins);
    call.center = Some(center::newest(environment, instance)?.0);
    timers::set(environment, instance, &What::Call(call.number), Some(begins))?;
    call.save(environment, instance)
}

/// How long it takes until it is known who has answered.
fn detection(call: &Call, people: &People) -> u64 {
    let Some(detection) = call.detection else { return 0 };
    match call.dialed.outcome {
        Outcome::Machine if detection.awaits_prompt => {
            let chance = Chance::new(people.seed, &[&call.customer, &call.dialed.attempt.to_string()]);
            chance.span("greeting", people.person(&call.customer).greeting).max(MACHINE)
        }
        Outcome::Machine => MACHINE,
        _ => PERSON,
    }
}

/// A program stops a contact: it is over at once, and its call learns of it.
pub(in crate::connect) fn stop(
    environment: &Environment,
    instance: &str,
    body: &mut Document,
    reason: &str,
) -> Result<(), AwsError> {
    body.insert("DisconnectTimestamp".to_owned(), timestamp(environment));
    body.insert("DisconnectReason".to_owned(), reason.into());
    contact::save(environment, instance, body)?;
    let id = text(body, "Id");
    routing::forget(environment, instance, id)?;
    let Some((mut call, party)) = Call::of(environment, instance, id)? else { return Ok(()) };
    let now = epoch_milliseconds(environment.now);
    call.log.push(call::Entry { at: now, party, act: call::Act::Stop(reason.to_owned()) });
    let what = What::Call(call.number);
    let due = timers::due_of(environment, instance, &what)?.map_or(now, |due| due.min(now));
    timers::set(environment, instance, &what, Some(due))?;
    call.save(environment, instance)
}

/// A program sets attributes of a contact.
pub(in crate::connect) fn set_attributes(
    environment: &Environment,
    instance: &str,
    body: &mut Document,
    attributes: &Map<String, Value>,
) -> Result<(), AwsError> {
    contact::save(environment, instance, body)?;
    let id = text(body, "Id");
    if let Some((mut call, party)) = Call::of(environment, instance, id)? {
        let at = epoch_milliseconds(environment.now);
        // Before the flow begins they are simply those it begins with.
        if call.answered.is_none_or(|begins| at < begins) {
            call.attributes.extend(attributes.clone());
        } else {
            call.log.push(call::Entry { at, party, act: call::Act::Set(attributes.clone()) });
        }
        call.save(environment, instance)?;
        told::contact_event(environment, instance, body, "CONTACT_DATA_UPDATED")?;
    }
    if contact::get(body, contact::HIDDEN, "Completed") == Some(&Value::Bool(true)) {
        told::contact_record(environment, instance, body)?;
    }
    Ok(())
}

/// The time that a moment of a call is.
pub(super) fn environment_at<'a>(environment: &Environment<'a>, at: u64) -> Environment<'a> {
    Environment { now: time(at), ..*environment }
}
