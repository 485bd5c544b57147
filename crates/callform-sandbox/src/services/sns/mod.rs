//! Amazon SNS: topics, subscriptions, and messages to them.
//!
//! Messages reach SQS queues in the same transaction and functions by the worker of records. Every other protocol
//! (mail, SMS, HTTP, …) is kept as a subscription that nobody confirms, and gets nothing. Policies of topics, queues
//! and functions are kept and not asked.

pub(crate) mod delivery;
mod filter;
mod subscriptions;
mod topics;

use serde_json::{Map, Value, json};

use super::input::Input;
use crate::error::AwsError;
use crate::handler::Environment;

pub(crate) use topics::Topic;

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "InvalidParameter");
    match operation {
        "CreateTopic" => topics::create(environment, &input),
        "ListTopics" => topics::list(environment, &input),
        "DeleteTopic" | "GetTopicAttributes" | "SetTopicAttributes" => topics::on_topic(environment, operation, &input),
        "TagResource" | "UntagResource" | "ListTagsForResource" => topics::tag(environment, operation, &input),
        "Subscribe" => subscriptions::subscribe(environment, &input),
        "ListSubscriptions" | "ListSubscriptionsByTopic" => subscriptions::list(environment, &input),
        "Unsubscribe" | "GetSubscriptionAttributes" | "SetSubscriptionAttributes" => {
            subscriptions::on_subscription(environment, operation, &input)
        }
        "Publish" => delivery::publish(environment, &input),
        _ => Err(AwsError::unsupported("SNS", operation)),
    }
}

fn not_found(what: &str) -> AwsError {
    AwsError::new(404, "NotFound", format!("{what} does not exist"))
}

/// A map of the query protocol: `{"entry": [{"key": …, "value": …}]}`, or an object as handlers give it.
fn entries(input: &Input, name: &str) -> Map<String, Value> {
    let given = input.object(name);
    let Some(entries) = given.get("entry").and_then(Value::as_array) else { return given };
    let text = |entry: &Value, names: [&str; 2]| names.iter().find_map(|name| entry.get(*name)).cloned();
    entries
        .iter()
        .filter_map(|entry| {
            let key = text(entry, ["key", "Name"])?.as_str()?.to_owned();
            Some((key, text(entry, ["value", "Value"])?))
        })
        .collect()
}

/// A map as an answer of the query protocol holds it.
fn to_entries(map: &Map<String, Value>) -> Value {
    let entries: Vec<Value> = map.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json!({ "entry": entries })
}

#[cfg(test)]
mod tests;
