//! Calls that come in: when each begins, and how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::{epoch_milliseconds, epoch_seconds};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::store::Tx;

use super::super::document::{Document, text};
use super::super::phone_numbers::VOICE_FLOW;
use super::super::resource::{FLOW, INSTANCE, PHONE_NUMBER};
use super::call::{Call, Calling, Dialed, Party, derived_id};
use super::chance::Chance;
use super::people::{Caller, Outcome, People};
use super::timers::{self, What};
use super::{center, contact, dial, told, voice};

/// Which call of an entry is the next one, by its name.
const NEXT: &str = "connect/live-caller";

/// How long a customer who is called back is given to pick up, in milliseconds.
const RINGING: u64 = 60_000;

/// The next call of an entry. It stays when all calls were made, so that they are made once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Next {
    /// Digest of the people with the entry.
    people: String,
    /// Which call it is, from 0.
    nth: u64,
}

/// What can be called in an instance.
#[derive(Default)]
pub(super) struct Lines {
    /// The flow that answers a number, by id; `None` where none does.
    pub(super) numbers: BTreeMap<String, Option<String>>,
    /// Id of each published flow, by name.
    pub(super) flows: BTreeMap<String, String>,
}

impl Lines {
    /// What an instance has now.
    pub(super) fn read(tx: &Tx, instance: &str) -> Result<Self, AwsError> {
        let mut lines = Self::default();
        let own: Document = tx.get(INSTANCE.document, "", instance)?.unwrap_or_default();
        for (id, body) in tx.list::<Document>(PHONE_NUMBER.document, "")? {
            if text(&body, "TargetArn") == text(&own, "Arn") {
                let flow = tx.get::<String>(VOICE_FLOW, instance, &id)?;
                lines.numbers.insert(text(&body, "PhoneNumber").to_owned(), flow);
            }
        }
        for (id, body) in tx.list::<Document>(FLOW.document, instance)? {
            if text(&body, "Status") == "PUBLISHED" {
                lines.flows.insert(text(&body, "Name").to_owned(), id);
            }
        }
        Ok(lines)
    }

    /// The flow that answers a caller.
    fn answers(&self, caller: &Caller) -> Option<&str> {
        match (&caller.to, &caller.flow) {
            (Some(number), _) => self.numbers.get(number)?.as_deref(),
            (None, Some(flow)) => self.flows.get(flow).map(String::as_str),
            (None, None) => None,
        }
    }
}

/// Looks after callers where people or the center changed: they call from when there is both the entry and what it calls.
/// Who is not among the people any more calls no more.
pub(super) fn look(environment: &Environment, instance: &str, people: &People, digest: &str) -> Result<(), AwsError> {
    let mut known = BTreeMap::new();
    for (name, next) in environment.tx.list::<Next>(NEXT, instance)? {
        if next.people == digest {
            known.insert(name, next);
        } else {
            timers::set(environment, instance, &What::Caller(name.clone()), None)?;
            environment.tx.delete(NEXT, instance, &name)?;
        }
    }
    if people.callers.keys().all(|name| known.contains_key(name)) {
        return Ok(());
    }
    let lines = Lines::read(environment.tx, instance)?;
    let waiting = people.callers.iter().filter(|(name, caller)| {
        let is_new = !known.contains_key(*name);
        is_new && lines.answers(caller).is_some()
    });
    for (name, caller) in waiting {
        let at = Chance::new(people.seed, &["caller", name]).span("at", caller.at);
        let next = Next { people: digest.to_owned(), nth: 0 };
        environment.tx.put(NEXT, instance, name, None, &next)?;
        timers::set(
            environment,
            instance,
            &What::Caller(name.clone()),
            Some(epoch_milliseconds(environment.now) + at),
        )?;
    }
    Ok(())
}

/// The time of an entry's next call has come.
pub(super) fn call(environment: &Environment, instance: &str, people: &People, name: &str) -> Result<(), AwsError> {
    let what = What::Caller(name.to_owned());
    let next: Option<Next> = environment.tx.get(NEXT, instance, name)?;
    let (Some(next), Some(caller)) = (next, people.callers.get(name)) else {
        return timers::set(environment, instance, &what, None);
    };
    let Next { people: digest, nth } = next;
    let every = Chance::new(people.seed, &["caller", name, &nth.to_string()]).span("every", caller.every);
    let due = (nth + 1 < u64::from(caller.count)).then(|| epoch_milliseconds(environment.now) + every);
    environment.tx.put(NEXT, instance, name, None, &Next { people: digest, nth: nth + 1 })?;
    timers::set(environment, instance, &what, due)?;
    let lines = Lines::read(environment.tx, instance)?;
    let (Some(flow), Some(number)) = (lines.answers(caller), caller.from.of(nth)) else {
        tracing::info!(caller = name, "connect: nothing answers a caller any more");
        return Ok(());
    };
    if let Some(most) = dial::full(environment, instance)? {
        tracing::info!(caller = name, most, "connect: a caller hears that the line is busy");
        return Ok(());
    }
    let calling = Calling { name: name.to_owned(), nth, script: caller.clone() };
    begin(environment, instance, people, calling, flow, &number)
}

/// A call comes in, and its flow begins at once.
fn begin(
    environment: &Environment,
    instance: &str,
    people: &People,
    calling: Calling,
    flow: &str,
    customer: &str,
) -> Result<(), AwsError> {
    let now = epoch_milliseconds(environment.now);
    let number = Call::next_number(environment, instance)?;
    let id = derived_id(&[instance, "in", &people.seed.to_string(), &number.to_string()]);
    let system = calling.script.to.clone().unwrap_or_default();
    let mut body = document(environment, instance, &id, customer);
    if !system.is_empty() {
        body.insert("SystemEndpoint".to_owned(), json!({ "Type": "TELEPHONE_NUMBER", "Address": system }));
    }
    contact::save(environment, instance, &mut body)?;
    told::contact_event(environment, instance, &body, "INITIATED")?;
    let dialed = Dialed { outcome: Outcome::Answered, attempt: calling.nth + 1, at: now };
    let call = Call {
        number,
        seed: people.seed,
        caller: Some(calling),
        words_a_minute: people.words_a_minute.unwrap_or(voice::WORDS_A_MINUTE),
        flow: flow.to_owned(),
        customer: customer.to_owned(),
        system,
        queue: None,
        attributes: Document::new(),
        ring_timeout: RINGING,
        detection: None,
        dialed,
        beeps: false,
        answered: Some(now),
        center: Some(center::newest(environment, instance)?.0),
        talks: BTreeMap::new(),
        log: Vec::new(),
        answers: Vec::new(),
        asking: None,
        told: 0,
        parties: vec![Party { id, dialed: Some(dialed), ended: false }],
    };
    timers::set(environment, instance, &What::Call(number), Some(now))?;
    call.remember(environment, instance, 0)?;
    call.save(environment, instance)
}

fn document(environment: &Environment, instance: &str, id: &str, customer: &str) -> Document {
    let now = epoch_seconds(environment.now);
    let members = json!({
        "Id": id,
        "Arn": format!("{}/contact/{id}", INSTANCE.arn_of(environment, instance, instance)),
        "InitiationMethod": "INBOUND",
        "Channel": "VOICE",
        "InitiationTimestamp": now,
        "ConnectedToSystemTimestamp": now,
        "CustomerEndpoint": { "Type": "TELEPHONE_NUMBER", "Address": customer },
        "Attributes": {},
    });
    members.as_object().cloned().unwrap_or_default()
}
