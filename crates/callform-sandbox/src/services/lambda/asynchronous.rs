//! Events that functions get without anybody waiting for the answer: from rules, schedules and buckets.
//!
//! An event that a function fails on is given to it again after one minute, and after two minutes more; then it goes to
//! the function's dead-letter queue or topic, or is lost (Lambda Developer Guide, "Retry behavior for asynchronous
//! invocation"). A function that cannot be started is tried as often (?).

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::function::{Found, find};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::object;
use crate::services::carrying::{Answer, Carrier, Invocation, Step, time_of};
use crate::services::{sns, sqs};
use crate::store::Tx;

/// Events by region, by when they are due and their number.
const KIND: &str = "lambda/event";
const NUMBERS: &str = "lambda/last-event-number";

/// How long an event rests after each failure but the last, in milliseconds.
const RESTS: [u64; 2] = [60_000, 120_000];

/// An event that a function has to get.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Event {
    id: String,
    number: u64,
    function: String,
    payload: String,
    failures: usize,
}

fn key(due: u64, number: u64) -> String {
    format!("{due:020}/{number:020}")
}

/// Queues an event for a function, which has to be there.
pub(crate) fn queue(environment: &Environment, function: &str, payload: &str) -> Result<(), AwsError> {
    find(environment, function, None)?;
    let (tx, region) = (environment.tx, environment.region);
    let number = tx.get::<u64>(NUMBERS, region, "")?.unwrap_or_default() + 1;
    tx.put(NUMBERS, region, "", None, &number)?;
    let event = Event {
        id: Uuid::new_v4().to_string(),
        number,
        function: function.to_owned(),
        payload: payload.to_owned(),
        failures: 0,
    };
    tx.put(KIND, region, &key(epoch_milliseconds(environment.now), number), None, &event)
}

/// Events of functions, as work that nobody asks for.
pub(crate) struct Events;

impl Events {
    fn first(environment: &Environment) -> Result<Option<(String, u64, Event)>, AwsError> {
        let first: Option<(String, Event)> = environment.tx.first(KIND, environment.region)?;
        Ok(first.map(|(key, event)| {
            let due = key.split('/').next().and_then(|due| due.parse().ok()).unwrap_or_default();
            (key, due, event)
        }))
    }
}

impl Carrier for Events {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        tx.scopes(KIND).map(|regions| regions.into_iter().map(|region| (region, String::new())).collect())
    }

    fn step(&self, environment: &Environment, _: &str) -> Result<Step, AwsError> {
        let now = epoch_milliseconds(environment.now);
        let due = Self::first(environment)?.filter(|(_, due, _)| *due <= now);
        Ok(due.map_or(Step::Idle, |(_, _, event)| {
            let Event { number, function, payload, .. } = event;
            Step::Invoke(Invocation { function, payload: payload.into_bytes(), part: number })
        }))
    }

    fn settle(
        &self,
        environment: &Environment,
        _: &str,
        invocation: &Invocation,
        answer: &Answer,
    ) -> Result<(), AwsError> {
        let Some((old, _, mut event)) =
            Self::first(environment)?.filter(|(_, _, event)| event.number == invocation.part)
        else {
            return Ok(());
        };
        let (tx, region) = (environment.tx, environment.region);
        tx.delete(KIND, region, &old)?;
        let Err(error) = answer else { return Ok(()) };
        tracing::warn!(function = event.function, %error, failures = event.failures, "lambda: a function failed on an event");
        match RESTS.get(event.failures) {
            Some(rest) => {
                event.failures += 1;
                let due = epoch_milliseconds(environment.now) + rest;
                tx.put(KIND, region, &key(due, event.number), None, &event)
            }
            None => give_up(environment, &event, &error.to_string()),
        }
    }

    fn next_due(&self, environment: &Environment, _: &str) -> Result<Option<SystemTime>, AwsError> {
        Ok(Self::first(environment)?.map(|(_, due, _)| time_of(due)))
    }
}

/// Sends an event to where the function's dead letters go.
fn give_up(environment: &Environment, event: &Event, error: &str) -> Result<(), AwsError> {
    let target = match find(environment, &event.function, None) {
        Ok(Found { configuration, .. }) => {
            configuration.get("DeadLetterConfig").map(|config| config["TargetArn"].clone())
        }
        Err(_) => None,
    };
    let target = target.as_ref().and_then(Value::as_str).unwrap_or_default();
    let text = |text: &str| json!({ "DataType": "String", "StringValue": text });
    // A queue takes 1 KB of the message at most.
    let error: String = error.chars().take(256).collect();
    let attributes: Map<String, Value> =
        object(json!({ "RequestID": text(&event.id), "ErrorCode": text("200"), "ErrorMessage": text(&error) }));
    let sent = environment.tx.attempt(|| match target.split(':').nth(2) {
        Some("sqs") => {
            let queue = sqs::Queue::find(environment, sqs::queue_name(target))?;
            queue.map_or(Ok(()), |queue| sqs::send(environment, &queue, &event.payload, &attributes).map(drop))
        }
        Some("sns") => {
            let input = json!({ "TopicArn": target, "Message": event.payload, "MessageAttributes": attributes });
            sns::call(environment, "Publish", &object(input)).map(drop)
        }
        _ => Ok(()),
    })?;
    if let Err(error) = sent {
        tracing::warn!(function = event.function, target, %error, "lambda: where dead letters go refused an event");
    }
    Ok(())
}
