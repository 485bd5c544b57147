//! Giving messages of a queue to a function in batches.
//!
//! A batch that a function failed on stays in the queue and is seen again after the visibility timeout; those it answers
//! for are deleted.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::find;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::services::carrying::{Answer, Invocation, Step};
use crate::services::sqs::{self, Message, Queue};

/// The batch that a function is invoked with, by mapping.
const KIND: &str = "lambda/event-source-messages";

/// Most messages of one batch: the sandbox gathers no larger ones.
const MOST: u64 = 10;

/// Refuses a queue that is not there.
pub(super) fn check(environment: &Environment, source: &str, input: &Input) -> Result<(), AwsError> {
    match Queue::find(environment, sqs::queue_name(source))? {
        Some(_) => Ok(()),
        None => Err(input.wrong(format!("Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist: {source}"))),
    }
}

pub(super) fn forget(environment: &Environment, uuid: &str) -> Result<(), AwsError> {
    environment.tx.delete(KIND, "", uuid).map(drop)
}

/// The queue of a mapping that is turned on, with the mapping.
fn open(environment: &Environment, uuid: &str) -> Result<Option<(Queue, Value)>, AwsError> {
    let Some(mapping) = find(environment, uuid)?.map(Value::Object).filter(|mapping| mapping["State"] == "Enabled")
    else {
        return Ok(None);
    };
    let source = mapping["EventSourceArn"].as_str().unwrap_or_default();
    Ok(Queue::find(environment, sqs::queue_name(source))?.map(|queue| (queue, mapping)))
}

fn begun(environment: &Environment, uuid: &str) -> Result<Vec<Message>, AwsError> {
    Ok(environment.tx.get(KIND, "", uuid)?.unwrap_or_default())
}

pub(super) fn step(environment: &Environment, uuid: &str) -> Result<Step, AwsError> {
    let Some((queue, mapping)) = open(environment, uuid)? else { return Ok(Step::Idle) };
    let mut batch = begun(environment, uuid)?;
    if batch.is_empty() {
        if !sqs::has_message(environment, &queue)? {
            return Ok(Step::Idle);
        }
        let most = mapping["BatchSize"].as_u64().unwrap_or(MOST).min(MOST);
        batch = sqs::receive(environment, &queue, usize::try_from(most).unwrap_or(1), None)?;
        if batch.is_empty() {
            // All of it was received too often, and is in the dead-letter queue now.
            return Ok(Step::Worked);
        }
        environment.tx.put(KIND, "", uuid, None, &batch)?;
    }
    let records: Vec<Value> = batch.iter().map(|message| message.record(environment, &queue)).collect();
    let function = mapping["FunctionArn"].as_str().unwrap_or_default().to_owned();
    let payload = json!({ "Records": records }).to_string().into_bytes();
    Ok(Step::Invoke(Invocation { function, payload, part: 0 }))
}

/// When [`step`] has something to do next.
pub(super) fn next_due(environment: &Environment, uuid: &str) -> Result<Option<SystemTime>, AwsError> {
    let Some((queue, _)) = open(environment, uuid)? else { return Ok(None) };
    if !begun(environment, uuid)?.is_empty() {
        return Ok(Some(environment.now));
    }
    sqs::next_message(environment, &queue)
}

pub(super) fn settle(environment: &Environment, uuid: &str, answer: &Answer) -> Result<(), AwsError> {
    let batch = begun(environment, uuid)?;
    forget(environment, uuid)?;
    let Some((queue, mapping)) = open(environment, uuid)? else { return Ok(()) };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(mapping = uuid, %error, messages = batch.len(), "lambda: a function failed on messages");
            return Ok(());
        }
    };
    let reports = mapping["FunctionResponseTypes"].as_array().is_some_and(|types| !types.is_empty());
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let failures = answer["batchItemFailures"].as_array().filter(|_| reports).map(Vec::as_slice).unwrap_or_default();
    for message in batch {
        if !failures.iter().any(|failure| failure["itemIdentifier"] == message.id.as_str()) {
            sqs::remove(environment, &queue, &message)?;
        }
    }
    Ok(())
}
