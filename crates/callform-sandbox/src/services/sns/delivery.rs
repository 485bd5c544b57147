//! Messages on their way: to queues at once, to functions by the worker of records.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::subscriptions::{Subscription, of_topic};
use super::{Topic, entries, filter};
use crate::clock::iso8601;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::services::carrying::{Answer, Carrier, Invocation, Step};
use crate::services::sqs;
use crate::store::Tx;

const KIND: &str = "sns/delivery";

/// How often a function gets a message that it failed on: once, and twice more.
const ATTEMPTS: u32 = 3;

/// A message that a function has to get.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Delivery {
    function: String,
    event: Value,
    attempts: u32,
}

/// A message as subscribers see it.
struct Notification<'a> {
    id: &'a str,
    topic: &'a str,
    subject: Option<&'a str>,
    body: &'a str,
    attributes: &'a Map<String, Value>,
    time: String,
}

impl Notification<'_> {
    /// The envelope. Queues get other spellings of two members than functions.
    fn envelope(&self, [certificate, unsubscribe]: [&str; 2]) -> Value {
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .map(|(name, value)| {
                let of = value.get("StringValue").or_else(|| value.get("BinaryValue"));
                (name.clone(), json!({ "Type": value.get("DataType"), "Value": of }))
            })
            .collect();
        let mut envelope = json!({
            "Type": "Notification",
            "MessageId": self.id,
            "TopicArn": self.topic,
            "Message": self.body,
            "Timestamp": self.time,
            "SignatureVersion": "1",
            "Signature": "SANDBOX",
        });
        envelope[certificate] = "https://sns.sandbox.invalid/certificate.pem".into();
        envelope[unsubscribe] = "https://sns.sandbox.invalid/unsubscribe".into();
        if let Some(subject) = self.subject {
            envelope["Subject"] = subject.into();
        }
        if !attributes.is_empty() {
            envelope["MessageAttributes"] = attributes.into();
        }
        envelope
    }
}

/// `Publish` to a topic.
pub(super) fn publish(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    if input.value("PhoneNumber").is_some() {
        return Err(AwsError::unsupported("SNS", "Publish to a phone number:"));
    }
    let topic = input.text("TopicArn").map_or_else(|| input.need("TargetArn"), Ok)?;
    Topic::load(environment, topic)?;
    let body = input.need("Message")?;
    let attributes = entries(input, "MessageAttributes");
    let id = Uuid::new_v4().to_string();
    let notification = Notification {
        id: &id,
        topic,
        subject: input.text("Subject"),
        body,
        attributes: &attributes,
        time: iso8601(environment.now),
    };
    for subscription in of_topic(environment, topic)? {
        let by_body = subscription.text("FilterPolicyScope") == Some("MessageBody");
        if filter::passes(subscription.text("FilterPolicy"), by_body, body, &attributes) {
            deliver(environment, &subscription, &notification)?;
        }
    }
    Ok(json!({ "MessageId": id }))
}

fn deliver(
    environment: &Environment,
    subscription: &Subscription,
    notification: &Notification,
) -> Result<(), AwsError> {
    let endpoint = subscription.endpoint.as_str();
    match subscription.protocol.as_str() {
        "sqs" => {
            let Some(queue) = sqs::Queue::find(environment, sqs::queue_name(endpoint))? else {
                tracing::warn!(endpoint, "sns: the queue of a subscription is gone");
                return Ok(());
            };
            if subscription.text("RawMessageDelivery") == Some("true") {
                sqs::send(environment, &queue, notification.body, notification.attributes)?;
            } else {
                let envelope = notification.envelope(["SigningCertURL", "UnsubscribeURL"]);
                sqs::send(environment, &queue, &envelope.to_string(), &Map::new())?;
            }
        }
        "lambda" => {
            let event = json!({ "Records": [{
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": subscription.arn,
                "Sns": notification.envelope(["SigningCertUrl", "UnsubscribeUrl"]),
            }] });
            let delivery = Delivery { function: endpoint.to_owned(), event, attempts: 0 };
            let key = format!("{}/{}", notification.time, Uuid::new_v4());
            environment.tx.put(KIND, environment.region, &key, None, &delivery)?;
        }
        protocol => tracing::info!(protocol, endpoint, "sns: nothing is delivered by this protocol"),
    }
    Ok(())
}

/// Messages of topics that functions have to get, as work that nobody asks for.
pub(crate) struct Notifications;

impl Carrier for Notifications {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        Ok(regions(tx)?.into_iter().map(|region| (region, String::new())).collect())
    }

    fn step(&self, environment: &Environment, _: &str) -> Result<Step, AwsError> {
        step(environment)
    }

    fn settle(&self, environment: &Environment, _: &str, _: &Invocation, answer: &Answer) -> Result<(), AwsError> {
        settle(environment, answer)
    }

    fn next_due(&self, environment: &Environment, _: &str) -> Result<Option<SystemTime>, AwsError> {
        // There is one only while something is to be delivered.
        Ok(Some(environment.now))
    }
}

/// Regions in which functions have to get messages.
pub(super) fn regions(tx: &Tx) -> Result<Vec<String>, AwsError> {
    let mut regions: Vec<String> = tx.keys(KIND)?.into_iter().map(|(region, _)| region).collect();
    regions.dedup();
    Ok(regions)
}

/// The oldest message that a function has to get.
pub(super) fn step(environment: &Environment) -> Result<Step, AwsError> {
    let first: Option<(String, Delivery)> = environment.tx.first(KIND, environment.region)?;
    let Some((_, delivery)) = first else { return Ok(Step::Idle) };
    let payload = delivery.event.to_string().into_bytes();
    Ok(Step::Invoke(Invocation { function: delivery.function, payload, part: 0 }))
}

/// Takes the answer of the invocation that [`step`] asked for.
pub(super) fn settle(environment: &Environment, answer: &Answer) -> Result<(), AwsError> {
    let first: Option<(String, Delivery)> = environment.tx.first(KIND, environment.region)?;
    let Some((key, mut delivery)) = first else { return Ok(()) };
    delivery.attempts += 1;
    match answer {
        Err(error) if delivery.attempts < ATTEMPTS => {
            tracing::warn!(function = delivery.function, %error, "sns: a function failed on a message");
            return environment.tx.put(KIND, environment.region, &key, None, &delivery);
        }
        Err(error) => tracing::warn!(function = delivery.function, %error, "sns: message given up"),
        Ok(_) => {}
    }
    environment.tx.delete(KIND, environment.region, &key).map(drop)
}
