//! Amazon SQS: queues and the messages in them.
//!
//! A message that is received stays invisible for the queue's visibility timeout, is given again after it, and goes to
//! the dead-letter queue when it was received too often. Receiving never waits: `WaitTimeSeconds` is taken and answered
//! at once, as a request is one transaction.

mod messages;
mod queue;

use serde_json::{Map, Value, json};

use super::input::Input;
use super::{input, tags};
use crate::error::AwsError;
use crate::handler::Environment;

pub(crate) use messages::{Message, has_message, receive, remove, send};
pub(crate) use queue::Queue;

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "InvalidParameterValue");
    match operation {
        "CreateQueue" => queue::create(environment, &input),
        "ListQueues" => queue::list(environment, &input),
        "GetQueueUrl" => {
            let queue = Queue::load(environment, input.need("QueueName")?)?;
            Ok(json!({ "QueueUrl": queue.url(environment) }))
        }
        "DeleteQueue"
        | "GetQueueAttributes"
        | "SetQueueAttributes"
        | "PurgeQueue"
        | "TagQueue"
        | "UntagQueue"
        | "ListQueueTags"
        | "SendMessage"
        | "SendMessageBatch"
        | "ReceiveMessage"
        | "DeleteMessage"
        | "DeleteMessageBatch"
        | "ChangeMessageVisibility" => {
            let queue = Queue::load(environment, queue_name(input.need("QueueUrl")?))?;
            on_queue(environment, operation, queue, &input)
        }
        _ => Err(AwsError::unsupported("SQS", operation)),
    }
}

fn on_queue(environment: &Environment, operation: &str, mut queue: Queue, input: &Input) -> Result<Value, AwsError> {
    match operation {
        "DeleteQueue" => queue.delete(environment)?,
        "GetQueueAttributes" => {
            let wanted = input.texts("AttributeNames");
            let mut attributes = queue.attributes(environment)?;
            attributes.retain(|name, _| wanted.iter().any(|wanted| *wanted == "All" || wanted == name));
            return Ok(if attributes.is_empty() { json!({}) } else { json!({ "Attributes": attributes }) });
        }
        "SetQueueAttributes" => {
            queue.set(&input.object("Attributes"))?;
            queue.save(environment)?;
        }
        "PurgeQueue" => messages::purge(environment, &queue)?,
        "TagQueue" => {
            queue.tags.extend(tags::from_object(&input.object("Tags")));
            queue.save(environment)?;
        }
        "UntagQueue" => {
            let keys = input.texts("TagKeys");
            queue.tags.retain(|key, _| !keys.contains(&key.as_str()));
            queue.save(environment)?;
        }
        "ListQueueTags" => return Ok(json!({ "Tags": queue.tags })),
        "SendMessage" => return messages::send_one(environment, &queue, input),
        "SendMessageBatch" => return messages::batch(input, |entry| messages::send_one(environment, &queue, entry)),
        "ReceiveMessage" => return messages::receive_some(environment, &queue, input),
        "DeleteMessage" => messages::delete_one(environment, &queue, input).map(drop)?,
        "DeleteMessageBatch" => {
            return messages::batch(input, |entry| messages::delete_one(environment, &queue, entry));
        }
        _ => messages::change_visibility(environment, &queue, input)?,
    }
    Ok(json!({}))
}

/// The queue that a URL or ARN names.
pub(crate) fn queue_name(url: &str) -> &str {
    url.rsplit(['/', ':']).next().unwrap_or_default()
}

/// The whole input of a batch's entry.
fn entry(value: &Value) -> Map<String, Value> {
    input::object(value.clone())
}

#[cfg(test)]
mod tests;
