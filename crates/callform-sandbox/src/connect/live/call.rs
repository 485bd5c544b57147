//! Calls on the way, as they are stored: what was asked for, and everything that people did since. Where a call is follows
//! from that, see [`super::play`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;

use super::bots::Talk;
use super::chance::Chance;
use super::people::{Caller, Outcome};
use super::timers::{self, What};

/// Calls by number.
pub(super) const CALL: &str = "connect/live-call";
/// Which call, and which contact of it, a contact's id means.
const CONTACT: &str = "connect/live-contact";
/// The number of the last call, by instance.
const NUMBER: &str = "connect/live-number";
/// How often each number was called.
const ATTEMPTS: &str = "connect/live-attempts";

/// A call: the contact that was started, and those that its flows made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Call {
    /// Its number in the instance.
    pub(super) number: u64,
    /// What its chance comes from.
    pub(super) seed: u64,
    /// Who calls in; `None` where somebody is called.
    #[serde(default)]
    pub(super) caller: Option<Calling>,
    /// How many words of a prompt a minute has; at 0 prompts take no time.
    #[serde(default)]
    pub(super) words_a_minute: u32,
    /// Id of the flow that answers.
    pub(super) flow: String,
    /// The customer's number.
    pub(super) customer: String,
    /// The center's number; empty where a flow is called without one.
    pub(super) system: String,
    /// Id of the queue it has from the start.
    pub(super) queue: Option<String>,
    /// The attributes it has from the start.
    pub(super) attributes: Map<String, Value>,
    /// How long it rings, in milliseconds.
    pub(super) ring_timeout: u64,
    /// Whether machines are told from people.
    pub(super) detection: Option<Detection>,
    /// What becomes of the ringing, and when.
    pub(super) dialed: Dialed,
    /// Whether a machine that answers beeps.
    pub(super) beeps: bool,
    /// When the flow began.
    pub(super) answered: Option<u64>,
    /// Digest of the center in which the flow runs.
    pub(super) center: Option<String>,
    /// What its contacts talk about with bots.
    #[serde(default)]
    pub(super) talks: BTreeMap<usize, Talk>,
    /// What people and programs did.
    pub(super) log: Vec<Entry>,
    /// What the flows asked, and got.
    pub(super) answers: Vec<(String, Answer)>,
    /// The question that a function is to answer.
    pub(super) asking: Option<String>,
    /// How many events of the simulation were told.
    pub(super) told: usize,
    /// The contacts, in the order of the simulation.
    pub(super) parties: Vec<Party>,
}

/// A call of somebody who calls in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Calling {
    /// The name of the entry.
    pub(super) name: String,
    /// Which of its calls it is, from 0.
    pub(super) nth: u64,
    /// What the caller does, as it was when the call began.
    pub(super) script: Caller,
}

/// `AnswerMachineDetectionConfig`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Detection {
    /// Wait for the end of a machine's greeting.
    pub(super) awaits_prompt: bool,
}

/// How a number was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dialed {
    /// What becomes of it.
    pub(super) outcome: Outcome,
    /// Which call to the number it is, from 1.
    pub(super) attempt: u64,
    /// When that is, in milliseconds since 1970.
    pub(super) at: u64,
}

/// One contact of a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Party {
    /// Its id.
    pub(super) id: String,
    /// The last call to the customer: of a callback there is none at first.
    pub(super) dialed: Option<Dialed>,
    /// Whether it is over.
    pub(super) ended: bool,
}

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// When, in milliseconds since 1970.
    pub(super) at: u64,
    /// With which contact.
    pub(super) party: usize,
    /// What.
    pub(super) act: Act,
}

/// What somebody does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Act {
    /// The customer presses keys.
    Press(String),
    /// The customer has said something to a bot.
    Say(String),
    /// What the customer wants, as a bot has found out: intent, slots and session attributes.
    Understood(String, Vec<(String, String)>, Vec<(String, String)>),
    /// The bot cannot answer.
    BotFails,
    /// The customer hangs up.
    HangUp,
    /// Who is called picks up.
    PickUp,
    /// Who is called does not.
    NoAnswer,
    /// Who is called is busy, or cannot be called.
    Busy,
    /// The other side outside hangs up.
    OutsideHangsUp,
    /// An agent takes it.
    Accept(String),
    /// The agent hangs up.
    AgentHangsUp,
    /// A program sets attributes.
    Set(Map<String, Value>),
    /// A program stops it, with a reason.
    Stop(String),
}

/// What a flow got for a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// A function answered.
    Function(Value),
    /// A function failed.
    Failed(String),
    /// A function took too long.
    TimedOut,
    /// A number.
    Number(Option<i64>),
}

/// An id that follows from texts.
pub(super) fn derived_id(from: &[&str]) -> String {
    let draw = |purpose: &str| Chance::new(0, from).below(purpose, u64::MAX);
    let (high, low) = (draw("high"), draw("low"));
    uuid::Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes()).into_uuid().to_string()
}

fn key(number: u64) -> String {
    format!("{number:012}")
}

impl Call {
    /// A number for another call.
    pub(super) fn next_number(environment: &Environment, instance: &str) -> Result<u64, AwsError> {
        let number = environment.tx.get::<u64>(NUMBER, "", instance)?.unwrap_or_default() + 1;
        environment.tx.put(NUMBER, "", instance, None, &number)?;
        Ok(number)
    }

    /// The chance of a customer's doings.
    pub(super) fn chance(&self) -> Chance {
        match &self.caller {
            Some(caller) => Chance::new(self.seed, &["caller", &caller.name, &caller.nth.to_string()]),
            None => Chance::new(self.seed, &[&self.customer, &self.dialed.attempt.to_string()]),
        }
    }

    /// What a contact of it does who called in.
    pub(super) fn script_of(&self, party: usize) -> Option<&Caller> {
        self.caller.as_ref().filter(|_| party == 0).map(|calling| &calling.script)
    }

    /// The id of one of its contacts: of those that are to come, the one that they will have.
    pub(super) fn id_of(&self, party: usize) -> String {
        match (self.parties.get(party), self.parties.first()) {
            (Some(party), _) => party.id.clone(),
            (None, first) => {
                let first = first.map(|first| first.id.as_str()).unwrap_or_default();
                derived_id(&[first, &party.to_string()])
            }
        }
    }

    /// The call of a number.
    pub(super) fn load(environment: &Environment, instance: &str, number: u64) -> Result<Option<Self>, AwsError> {
        environment.tx.get(CALL, instance, &key(number))
    }

    /// All calls.
    pub(super) fn all(environment: &Environment, instance: &str) -> Result<Vec<Self>, AwsError> {
        Ok(environment.tx.list(CALL, instance)?.into_iter().map(|(_, call)| call).collect())
    }

    /// Writes it. One that is over is forgotten: its contacts' documents say what there is to say.
    pub(super) fn save(&self, environment: &Environment, instance: &str) -> Result<(), AwsError> {
        let tx = environment.tx;
        if self.parties.iter().all(|party| party.ended) {
            for party in &self.parties {
                tx.delete(CONTACT, instance, &party.id)?;
            }
            timers::set(environment, instance, &What::Call(self.number), None)?;
            return tx.delete(CALL, instance, &key(self.number)).map(drop);
        }
        tx.put(CALL, instance, &key(self.number), None, self)
    }

    /// Remembers whose contact an id is.
    pub(super) fn remember(&self, environment: &Environment, instance: &str, party: usize) -> Result<(), AwsError> {
        let Some(id) = self.parties.get(party).map(|party| &party.id) else { return Ok(()) };
        environment.tx.put(CONTACT, instance, id, None, &(self.number, party))
    }

    /// The call of a contact that is not over, and which of its contacts that is.
    pub(super) fn of(environment: &Environment, instance: &str, id: &str) -> Result<Option<(Self, usize)>, AwsError> {
        let Some((number, party)) = environment.tx.get::<(u64, usize)>(CONTACT, instance, id)? else { return Ok(None) };
        let call = Self::load(environment, instance, number)?;
        Ok(call.filter(|call| call.parties.get(party).is_some_and(|party| !party.ended)).map(|call| (call, party)))
    }
}

/// Counts a call to a number.
pub(super) fn count_attempt(environment: &Environment, instance: &str, number: &str) -> Result<u64, AwsError> {
    let attempt = environment.tx.get::<u64>(ATTEMPTS, instance, number)?.unwrap_or_default() + 1;
    environment.tx.put(ATTEMPTS, instance, number, None, &attempt)?;
    Ok(attempt)
}

/// How many calls an instance has at the moment.
pub(super) fn count(environment: &Environment, instance: &str) -> Result<usize, AwsError> {
    environment.tx.count(CALL, instance)
}
