//! Subscriptions: who gets what of a topic.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Topic, entries, filter, not_found, to_entries};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};

const KIND: &str = "sns/subscription";

/// Protocols and whether the sandbox delivers by them.
const PROTOCOLS: [(&str, bool); 9] = [
    ("application", false),
    ("email", false),
    ("email-json", false),
    ("firehose", false),
    ("http", false),
    ("https", false),
    ("lambda", true),
    ("sms", false),
    ("sqs", true),
];

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Subscription {
    pub(super) arn: String,
    topic: String,
    pub(super) protocol: String,
    pub(super) endpoint: String,
    attributes: Map<String, Value>,
}

impl Subscription {
    /// A text attribute.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).and_then(Value::as_str)
    }

    /// True for what has to be confirmed by somebody outside of the sandbox.
    fn is_pending(&self) -> bool {
        matches!(self.protocol.as_str(), "email" | "email-json" | "http" | "https")
    }

    fn save(&self, environment: &Environment) -> Result<(), AwsError> {
        environment.tx.put(KIND, environment.region, &self.arn, Some(&self.topic), self)
    }

    fn listed(&self, environment: &Environment) -> Value {
        json!({
            "SubscriptionArn": if self.is_pending() { "PendingConfirmation" } else { &self.arn },
            "Owner": environment.account,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "TopicArn": self.topic,
        })
    }
}

fn all(environment: &Environment) -> Result<Vec<Subscription>, AwsError> {
    let all: Vec<(String, Subscription)> = environment.tx.list(KIND, environment.region)?;
    Ok(all.into_iter().map(|(_, subscription)| subscription).collect())
}

/// The subscriptions of a topic.
pub(super) fn of_topic(environment: &Environment, topic: &str) -> Result<Vec<Subscription>, AwsError> {
    Ok(all(environment)?.into_iter().filter(|subscription| subscription.topic == topic).collect())
}

/// A topic is gone, and its subscriptions with it.
pub(super) fn forget(environment: &Environment, topic: &str) -> Result<(), AwsError> {
    for subscription in of_topic(environment, topic)? {
        environment.tx.delete(KIND, environment.region, &subscription.arn)?;
    }
    Ok(())
}

pub(super) fn subscribe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let topic = input.need("TopicArn")?;
    Topic::load(environment, topic)?;
    let (protocol, endpoint) = (input.need("Protocol")?, input.need("Endpoint")?);
    let Some((_, delivers)) = PROTOCOLS.iter().find(|(known, _)| *known == protocol) else {
        return Err(
            input.wrong(format!("Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"))
        );
    };
    if *delivers && endpoint.split(':').nth(2) != Some(protocol) {
        return Err(input.wrong(format!("Invalid parameter: {} endpoint ARN", protocol.to_uppercase())));
    }
    let attributes = entries(input, "Attributes");
    filter::check(attributes.get("FilterPolicy").and_then(Value::as_str))?;
    let known = of_topic(environment, topic)?;
    let same = known.into_iter().find(|known| known.protocol == protocol && known.endpoint == endpoint);
    let subscription = same.unwrap_or_else(|| Subscription {
        arn: format!("{topic}:{}", Uuid::new_v4()),
        topic: topic.to_owned(),
        protocol: protocol.to_owned(),
        endpoint: endpoint.to_owned(),
        attributes,
    });
    subscription.save(environment)?;
    let pending = subscription.is_pending() && !input.flag("ReturnSubscriptionArn");
    Ok(json!({ "SubscriptionArn": if pending { "pending confirmation" } else { &subscription.arn } }))
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let subscriptions = match input.text("TopicArn") {
        Some(topic) => {
            Topic::load(environment, topic)?;
            of_topic(environment, topic)?
        }
        None => all(environment)?,
    };
    let listed = subscriptions.iter().map(|subscription| subscription.listed(environment)).collect();
    let (listed, next) = page(listed, input.text("NextToken"), 100);
    Ok(json!({ "Subscriptions": listed, "NextToken": next }))
}

pub(super) fn on_subscription(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let arn = input.need("SubscriptionArn")?;
    let found: Option<Subscription> = environment.tx.get(KIND, environment.region, arn)?;
    let mut subscription = match (operation, found) {
        // Ending what is not there is no error.
        ("Unsubscribe", None) => return Ok(Value::Null),
        (_, found) => found.ok_or_else(|| not_found("Subscription"))?,
    };
    match operation {
        "Unsubscribe" => {
            environment.tx.delete(KIND, environment.region, arn)?;
            Ok(Value::Null)
        }
        "GetSubscriptionAttributes" => {
            let mut attributes = subscription.attributes.clone();
            for (name, value) in [
                ("SubscriptionArn", subscription.arn.as_str()),
                ("TopicArn", &subscription.topic),
                ("Protocol", &subscription.protocol),
                ("Endpoint", &subscription.endpoint),
                ("Owner", environment.account),
                ("PendingConfirmation", if subscription.is_pending() { "true" } else { "false" }),
            ] {
                attributes.insert(name.to_owned(), value.into());
            }
            attributes.entry("RawMessageDelivery").or_insert_with(|| "false".into());
            Ok(json!({ "Attributes": to_entries(&attributes) }))
        }
        _ => {
            let (name, value) = (input.need("AttributeName")?, input.text("AttributeValue").unwrap_or_default());
            if name == "FilterPolicy" {
                filter::check(Some(value))?;
            }
            if value.is_empty() {
                subscription.attributes.shift_remove(name);
            } else {
                subscription.attributes.insert(name.to_owned(), value.into());
            }
            subscription.save(environment)?;
            Ok(Value::Null)
        }
    }
}
