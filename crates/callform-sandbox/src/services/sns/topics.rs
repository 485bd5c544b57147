//! Topics and their attributes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{entries, not_found, subscriptions, to_entries};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

const KIND: &str = "sns/topic";

/// A topic.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Topic {
    /// Its name; those of FIFO topics end in `.fifo`.
    pub(crate) name: String,
    /// Attributes that were set, as texts.
    pub(crate) attributes: Map<String, Value>,
    tags: BTreeMap<String, String>,
}

impl Topic {
    /// The topic of an ARN; `None` where there is none.
    pub(crate) fn find(environment: &Environment, arn: &str) -> Result<Option<Self>, AwsError> {
        let start = format!("arn:aws:sns:{}:{}:", environment.region, environment.account);
        match arn.strip_prefix(&start) {
            Some(name) => environment.tx.get(KIND, environment.region, name),
            None => Ok(None),
        }
    }

    pub(super) fn load(environment: &Environment, arn: &str) -> Result<Self, AwsError> {
        Self::find(environment, arn)?.ok_or_else(|| not_found("Topic"))
    }

    fn save(&self, environment: &Environment) -> Result<(), AwsError> {
        environment.tx.put(KIND, environment.region, &self.name, None, self)
    }

    /// Its ARN.
    pub(crate) fn arn(&self, environment: &Environment) -> String {
        format!("arn:aws:sns:{}:{}:{}", environment.region, environment.account, self.name)
    }
}

pub(super) fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    let plain = name.strip_suffix(".fifo").unwrap_or(name);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if name.len() > 256 || plain.is_empty() || !plain.chars().all(fits) {
        return Err(input.wrong("Invalid parameter: Topic Name"));
    }
    let attributes = entries(input, "Attributes");
    let mut topic = Topic { name: name.to_owned(), attributes, tags: tags::from_list(input.list("Tags")) };
    // The same topic again is the topic, with what it has.
    if let Some(existing) = Topic::find(environment, &topic.arn(environment))? {
        topic = existing;
    }
    topic.save(environment)?;
    Ok(json!({ "TopicArn": topic.arn(environment) }))
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let topics: Vec<(String, Topic)> = environment.tx.list(KIND, environment.region)?;
    let topics = topics.iter().map(|(_, topic)| json!({ "TopicArn": topic.arn(environment) })).collect();
    let (topics, next) = page(topics, input.text("NextToken"), 100);
    Ok(json!({ "Topics": topics, "NextToken": next }))
}

pub(super) fn on_topic(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let arn = input.need("TopicArn")?;
    let found = Topic::find(environment, arn)?;
    let mut topic = match (operation, found) {
        // Deleting what is not there is no error.
        ("DeleteTopic", None) => return Ok(Value::Null),
        (_, found) => found.ok_or_else(|| not_found("Topic"))?,
    };
    match operation {
        "DeleteTopic" => {
            subscriptions::forget(environment, arn)?;
            environment.tx.delete(KIND, environment.region, &topic.name)?;
            Ok(Value::Null)
        }
        "GetTopicAttributes" => {
            let mut attributes = topic.attributes.clone();
            attributes.insert("TopicArn".to_owned(), arn.into());
            attributes.insert("Owner".to_owned(), environment.account.into());
            attributes.entry("DisplayName").or_insert_with(|| "".into());
            let confirmed = subscriptions::of_topic(environment, arn)?.len();
            attributes.insert("SubscriptionsConfirmed".to_owned(), confirmed.to_string().into());
            Ok(json!({ "Attributes": to_entries(&attributes) }))
        }
        _ => {
            let name = input.need("AttributeName")?;
            topic.attributes.insert(name.to_owned(), input.text("AttributeValue").unwrap_or_default().into());
            topic.save(environment)?;
            Ok(Value::Null)
        }
    }
}

pub(super) fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let mut topic = Topic::load(environment, input.need("ResourceArn")?)?;
    match operation {
        "ListTagsForResource" => return Ok(json!({ "Tags": tags::to_list(&topic.tags) })),
        "TagResource" => topic.tags.extend(tags::from_list(input.list("Tags"))),
        _ => {
            let keys = input.texts("TagKeys");
            topic.tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
    }
    topic.save(environment)?;
    Ok(json!({}))
}
