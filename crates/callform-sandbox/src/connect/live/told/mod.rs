//! What the world is told of contacts and agents: events on the default event bus, and records in the streams that an
//! instance names. Faults may lose, double, delay and reorder them.

mod agent_event;
mod contact_event;
mod record;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::faults::{Faults, Telling};
use crate::handler::Environment;
use crate::input::object;
use crate::services::{firehose, kinesis};

use super::super::storage;
use super::chance::Chance;
use super::timers::{self, What};

pub(super) use agent_event::{heartbeats, tell as agent_event};
pub(super) use contact_event::tell as contact_event;
pub(super) use record::tell as contact_record;

/// What is told later than it happened, by number.
const LETTER: &str = "connect/live-letter";
/// How many letters there were, by instance.
const NUMBER: &str = "connect/live-letters";

/// Where something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Ear {
    /// The default event bus.
    Bus,
    /// The stream of agent events.
    AgentEvents,
    /// The stream of contact records.
    ContactRecords,
}

/// Something to tell.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Letter {
    ear: Ear,
    /// Resources of an event, or the key that a stream sorts by.
    about: Vec<String>,
    content: Value,
}

impl Ear {
    /// The type of storage that says where it goes.
    fn storage(self) -> &'static str {
        match self {
            Self::Bus => "",
            Self::AgentEvents => "AGENT_EVENTS",
            Self::ContactRecords => "CONTACT_TRACE_RECORDS",
        }
    }

    fn faults(self, faults: &Faults) -> Telling {
        match self {
            Self::Bus => faults.contact_events,
            Self::AgentEvents => faults.agent_events,
            Self::ContactRecords => faults.contact_records,
        }
    }
}

/// True where an instance has a stream for something.
fn has_stream(environment: &Environment, instance: &str, ear: Ear) -> Result<bool, AwsError> {
    Ok(ear == Ear::Bus || storage::of_type(environment, instance, ear.storage())?.is_some())
}

/// Tells something, as the faults of the folder will have it.
fn post(environment: &Environment, instance: &str, letter: &Letter) -> Result<(), AwsError> {
    let faults = letter.ear.faults(&Faults::load(environment.folder)?);
    if faults.is_none() {
        return deliver(environment, instance, letter);
    }
    let number = environment.tx.get::<u64>(NUMBER, "", instance)?.unwrap_or_default() + 1;
    environment.tx.put(NUMBER, "", instance, None, &number)?;
    for (copy, late) in (0..).zip(copies(faults, number)) {
        if late == 0 {
            deliver(environment, instance, letter)?;
            continue;
        }
        let number = number * 2 + copy;
        environment.tx.put(LETTER, instance, &number.to_string(), None, letter)?;
        let due = epoch_milliseconds(environment.now) + late;
        timers::set(environment, instance, &What::Tell(number), Some(due))?;
    }
    Ok(())
}

/// By how many milliseconds each copy of something is late, as faults will have it; there is none of what is lost.
pub(super) fn copies(faults: Telling, number: u64) -> Vec<u64> {
    let chance = Chance::new(faults.seed, &[&number.to_string()]);
    if chance.percent("lose", faults.lose) {
        return Vec::new();
    }
    let copies = if chance.percent("double", faults.double) { 2 } else { 1 };
    let late = |copy: u64| {
        let of_copy = |purpose: &str| format!("{purpose} {copy}");
        if chance.percent(&of_copy("delay"), faults.delay) {
            faults.delay_seconds * 1000
        } else if chance.percent(&of_copy("reorder"), faults.reorder) {
            // Late enough that what happens next is told before.
            1 + chance.below(&of_copy("by"), REORDERED)
        } else {
            0
        }
    };
    (0..copies).map(late).collect()
}

/// By how many milliseconds what is out of order is late at most.
const REORDERED: u64 = 10_000;

/// Tells what was held back.
pub(super) fn late(environment: &Environment, instance: &str, number: u64) -> Result<(), AwsError> {
    let key = number.to_string();
    timers::set(environment, instance, &What::Tell(number), None)?;
    let Some(letter) = environment.tx.get::<Letter>(LETTER, instance, &key)? else { return Ok(()) };
    environment.tx.delete(LETTER, instance, &key)?;
    deliver(environment, instance, &letter)
}

fn deliver(environment: &Environment, instance: &str, letter: &Letter) -> Result<(), AwsError> {
    if letter.ear == Ear::Bus {
        return contact_event::emit(environment, &letter.about, &letter.content);
    }
    let Some(config) = storage::of_type(environment, instance, letter.ear.storage())? else { return Ok(()) };
    let part = |part: &str, member: &str| config.get(part)?.get(member)?.as_str();
    let data = BASE64.encode(letter.content.to_string());
    let put = if let Some(arn) = part("KinesisStreamConfig", "StreamArn") {
        let key = letter.about.first().map(String::as_str).unwrap_or_default();
        let input = json!({ "StreamARN": arn, "PartitionKey": key, "Data": data });
        kinesis::call(environment, "PutRecord", &object(input))
    } else if let Some(arn) = part("KinesisFirehoseConfig", "FirehoseArn") {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let input = json!({ "DeliveryStreamName": name, "Record": { "Data": data } });
        firehose::call(environment, "PutRecord", &object(input))
    } else {
        return Ok(());
    };
    // A stream that is gone takes nothing; the contact goes on.
    if let Err(error) = put {
        tracing::warn!(%error, storage = letter.ear.storage(), "connect: not told");
    }
    Ok(())
}
