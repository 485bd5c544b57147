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

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;

pub(crate) use topics::Topic;

/// The service.
pub(crate) static SERVICE: Service = service("SNS", "InvalidParameter", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateTopic", topics::create),
    operation("ListTopics", topics::list),
    operation("DeleteTopic", topics::on_topic),
    operation("GetTopicAttributes", topics::on_topic),
    operation("SetTopicAttributes", topics::on_topic),
    operation("TagResource", topics::tag),
    operation("UntagResource", topics::tag),
    operation("ListTagsForResource", topics::tag),
    operation("Subscribe", subscriptions::subscribe),
    operation("ListSubscriptions", subscriptions::list),
    operation("ListSubscriptionsByTopic", subscriptions::list),
    operation("Unsubscribe", subscriptions::on_subscription),
    operation("GetSubscriptionAttributes", subscriptions::on_subscription),
    operation("SetSubscriptionAttributes", subscriptions::on_subscription),
    operation("Publish", delivery::publish),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
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
