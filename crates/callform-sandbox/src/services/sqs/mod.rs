//! Amazon SQS: queues and the messages in them.
//!
//! A message that is received stays invisible for the queue's visibility timeout, is given again after it, and goes to
//! the dead-letter queue when it was received too often. Receiving never waits: `WaitTimeSeconds` is taken and answered
//! at once, as a request is one transaction.

mod messages;
mod queue;

use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::{input, tags};

pub(crate) use messages::{Message, has_message, next_message, receive, remove, send};
pub(crate) use queue::Queue;

/// The service.
pub(crate) static SERVICE: Service = service("SQS", "InvalidParameterValue", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateQueue", queue::create),
    operation("ListQueues", queue::list),
    operation("GetQueueUrl", url),
    operation("DeleteQueue", on_queue),
    operation("GetQueueAttributes", on_queue),
    operation("SetQueueAttributes", on_queue),
    operation("PurgeQueue", on_queue),
    operation("TagQueue", on_queue),
    operation("UntagQueue", on_queue),
    operation("ListQueueTags", on_queue),
    operation("SendMessage", on_queue),
    operation("SendMessageBatch", on_queue),
    operation("ReceiveMessage", on_queue),
    operation("DeleteMessage", on_queue),
    operation("DeleteMessageBatch", on_queue),
    operation("ChangeMessageVisibility", on_queue),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn url(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let queue = Queue::load(environment, input.need("QueueName")?)?;
    Ok(json!({ "QueueUrl": queue.url(environment) }))
}

fn on_queue(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let mut queue = Queue::load(environment, queue_name(input.need("QueueUrl")?))?;
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
