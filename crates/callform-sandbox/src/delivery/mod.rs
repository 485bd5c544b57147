//! What rules and schedules start: targets are given what is for them, again where that fails, and what cannot be
//! delivered goes to a dead-letter queue.
//!
//! ```text
//! event on a bus ─[bus]→ rules that match ─┐
//! time that comes ─[clockwork]→ rule, schedule ─┴→ Parcel ─[targets]→ queue, topic, function, execution, …
//! ```
//!
//! All of it happens in the transaction of a step. Only functions run outside of it: they get an event that is queued for
//! them, at least once.

mod bus;
mod clockwork;
mod schedule;
mod targets;
#[cfg(test)]
mod tests;
mod transformer;

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::carrying::{Carrier, Step, time_of};
use crate::services::sqs;
use crate::store::Tx;

pub(crate) use bus::Buses;
pub(crate) use clockwork::Clockwork;

/// Parcels that are tried again, by region, by when that is due.
const KIND: &str = "delivery/parcel";

/// How often, and for how many milliseconds, a parcel is tried again where nobody says otherwise.
const MOST_RETRIES: u64 = 185;
const OLDEST: u64 = 86_400_000;
/// The longest rest between two attempts, in milliseconds: so 185 of them take not quite a day (?).
const LONGEST_REST: u64 = 480_000;

/// Something that a target has to get.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Parcel {
    /// The target, as the rule or schedule has it.
    target: Value,
    /// What it gets.
    content: Content,
    /// Who sends it, as the attributes of a dead letter say it: `RULE_ARN`, `SCHEDULE_ARN`, `SCHEDULED_TIME`.
    sender: Vec<(String, String)>,
    /// When it was first sent, milliseconds since 1970.
    since: u64,
    /// Attempts that failed.
    failures: u64,
}

/// What a target gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Content {
    /// Of a rule: the event, and what the target gets of it.
    Event { event: Value, payload: String },
    /// Of a schedule: a text in which it may say which attempt this is.
    Payload { text: String, execution: String },
}

impl Content {
    /// What the target gets at an attempt, counted from 1.
    fn payload(&self, attempt: u64) -> String {
        match self {
            Self::Event { payload, .. } => payload.clone(),
            Self::Payload { text, execution } => schedule::of_attempt(text, execution, attempt),
        }
    }

    /// What a dead letter says.
    fn lost(&self, attempt: u64) -> String {
        match self {
            Self::Event { event, .. } => event.to_string(),
            Self::Payload { .. } => self.payload(attempt),
        }
    }
}

/// Why a parcel is given up.
enum Exhausted {
    Retries,
    Age,
    /// It makes no sense to try again.
    Hopeless,
}

impl Parcel {
    fn new(environment: &Environment, target: Value, content: Content, sender: Vec<(String, String)>) -> Self {
        Self { target, content, sender, since: epoch_milliseconds(environment.now), failures: 0 }
    }

    fn arn(&self) -> &str {
        self.target["Arn"].as_str().unwrap_or_default()
    }

    /// Tries to deliver; what fails is put off, or given up.
    fn deliver(mut self, environment: &Environment) -> Result<(), AwsError> {
        let payload = self.content.payload(self.failures + 1);
        let given = |environment: &Environment| targets::give(environment, &self.target, &self.content, &payload);
        let failure = match targets::fault(environment, self.arn())? {
            Some(fault) => fault,
            None => match environment.tx.attempt(|| given(environment))? {
                Ok(()) => return Ok(()),
                Err(error) => error,
            },
        };
        self.failures += 1;
        let arn = self.arn();
        tracing::warn!(target = arn, error = %failure, failures = self.failures, "delivery: a target was not reached");
        match self.exhausted(environment, &failure) {
            Some(reason) => self.give_up(environment, &failure, &reason),
            None => {
                let due = epoch_milliseconds(environment.now) + rest(self.failures);
                let key = format!("{due:020}/{}", Uuid::new_v4());
                environment.tx.put(KIND, environment.region, &key, None, &self)
            }
        }
    }

    /// Only what may pass by itself is tried again: not that something is not there, or not understood.
    fn exhausted(&self, environment: &Environment, failure: &AwsError) -> Option<Exhausted> {
        let policy = &self.target["RetryPolicy"];
        let retries = policy["MaximumRetryAttempts"].as_u64().unwrap_or(MOST_RETRIES);
        let oldest = policy["MaximumEventAgeInSeconds"].as_u64().map_or(OLDEST, |seconds| seconds * 1000);
        let passes =
            failure.status == 429 || failure.code.contains("Throttl") || [500, 502, 503, 504].contains(&failure.status);
        if !passes {
            Some(Exhausted::Hopeless)
        } else if self.failures > retries {
            Some(Exhausted::Retries)
        } else if epoch_milliseconds(environment.now) + rest(self.failures) > self.since + oldest {
            Some(Exhausted::Age)
        } else {
            None
        }
    }

    fn give_up(&self, environment: &Environment, failure: &AwsError, reason: &Exhausted) -> Result<(), AwsError> {
        let queue = self.target["DeadLetterConfig"]["Arn"].as_str().unwrap_or_default();
        let Some(queue) = sqs::Queue::find(environment, sqs::queue_name(queue))? else { return Ok(()) };
        let text = |text: &str| json!({ "DataType": "String", "StringValue": text });
        let mut attributes = Map::new();
        for (name, value) in &self.sender {
            attributes.insert(name.clone(), text(value));
        }
        attributes.insert("TARGET_ARN".to_owned(), text(self.arn()));
        attributes.insert("ERROR_CODE".to_owned(), text(&failure.code));
        attributes.insert("ERROR_MESSAGE".to_owned(), text(&failure.message));
        attributes.insert("RETRY_ATTEMPTS".to_owned(), text(&(self.failures - 1).to_string()));
        let condition = match reason {
            Exhausted::Retries => Some("MaximumRetryAttempts"),
            Exhausted::Age => Some("MaximumEventAgeInSeconds"),
            Exhausted::Hopeless => None,
        };
        if let Some(condition) = condition {
            attributes.insert("EXHAUSTED_RETRY_CONDITION".to_owned(), text(condition));
        }
        if let Content::Payload { execution, .. } = &self.content {
            attributes.insert("EXECUTION_ID".to_owned(), text(execution));
            attributes.insert("IS_PAYLOAD_TRUNCATED".to_owned(), text("false"));
        }
        let lost = self.content.lost(self.failures);
        let sent = environment.tx.attempt(|| sqs::send(environment, &queue, &lost, &attributes))?;
        if let Err(error) = sent {
            tracing::warn!(queue = queue.name, %error, "delivery: a dead-letter queue refused a message");
        }
        Ok(())
    }
}

/// How long a parcel rests after so many failures, in milliseconds: one second, two, four, and so on.
fn rest(failures: u64) -> u64 {
    let doubled = u32::try_from(failures.saturating_sub(1)).ok().and_then(|times| 1000_u64.checked_shl(times));
    doubled.filter(|rest| *rest > 0).map_or(LONGEST_REST, |rest| rest.min(LONGEST_REST))
}

/// Parcels that are tried again, as work that nobody asks for.
pub(crate) struct Parcels;

impl Parcels {
    fn first(environment: &Environment) -> Result<Option<(String, u64, Parcel)>, AwsError> {
        let first: Option<(String, Parcel)> = environment.tx.first(KIND, environment.region)?;
        Ok(first.map(|(key, parcel)| {
            let due = key.split('/').next().and_then(|due| due.parse().ok()).unwrap_or_default();
            (key, due, parcel)
        }))
    }
}

impl Carrier for Parcels {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        Ok(tx.scopes(KIND)?.into_iter().map(|region| (region, String::new())).collect())
    }

    fn step(&self, environment: &Environment, _: &str) -> Result<Step, AwsError> {
        let now = epoch_milliseconds(environment.now);
        let Some((key, _, parcel)) = Self::first(environment)?.filter(|(_, due, _)| *due <= now) else {
            return Ok(Step::Idle);
        };
        environment.tx.delete(KIND, environment.region, &key)?;
        parcel.deliver(environment).map(|()| Step::Worked)
    }

    fn next_due(&self, environment: &Environment, _: &str) -> Result<Option<SystemTime>, AwsError> {
        Ok(Self::first(environment)?.map(|(_, due, _)| time_of(due)))
    }
}
