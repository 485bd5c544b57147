//! Queues and their attributes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::messages;
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

const KIND: &str = "sqs/queue";

/// Attributes that are numbers: default, least, most.
const NUMBERS: [(&str, u64, u64, u64); 5] = [
    ("DelaySeconds", 0, 0, 900),
    ("MaximumMessageSize", 1_048_576, 1024, 1_048_576),
    ("MessageRetentionPeriod", 345_600, 60, 1_209_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 0, 20),
    ("VisibilityTimeout", 30, 0, 43_200),
];

/// Attributes that are kept as they are.
const TEXTS: [&str; 10] = [
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
];

/// A queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Queue {
    /// Its name; those of FIFO queues end in `.fifo`.
    pub(crate) name: String,
    /// Attributes that were set, as texts.
    attributes: BTreeMap<String, String>,
    /// Its tags.
    pub(super) tags: BTreeMap<String, String>,
    /// When it was made, milliseconds since 1970.
    created: u64,
}

/// True for the name of a FIFO queue. Case matters: it is no extension of a file.
fn is_fifo_name(name: &str) -> bool {
    name.strip_suffix(".fifo").is_some()
}

impl Queue {
    /// The queue of a name; `None` where there is none.
    pub(crate) fn find(environment: &Environment, name: &str) -> Result<Option<Self>, AwsError> {
        environment.tx.get(KIND, environment.region, name)
    }

    pub(super) fn load(environment: &Environment, name: &str) -> Result<Self, AwsError> {
        Self::find(environment, name)?.ok_or_else(|| {
            AwsError::new(400, "QueueDoesNotExist", format!("The specified queue does not exist: {name}"))
        })
    }

    pub(super) fn save(&self, environment: &Environment) -> Result<(), AwsError> {
        environment.tx.put(KIND, environment.region, &self.name, None, self)
    }

    pub(super) fn delete(&self, environment: &Environment) -> Result<(), AwsError> {
        messages::purge(environment, self)?;
        environment.tx.delete(KIND, environment.region, &self.name).map(drop)
    }

    /// `https://sqs.<region>.amazonaws.com/<account>/<name>`.
    pub(crate) fn url(&self, environment: &Environment) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{}", environment.region, environment.account, self.name)
    }

    /// Its ARN.
    pub(crate) fn arn(&self, environment: &Environment) -> String {
        format!("arn:aws:sqs:{}:{}:{}", environment.region, environment.account, self.name)
    }

    pub(super) fn is_fifo(&self) -> bool {
        is_fifo_name(&self.name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// A number among the attributes, its default where it is not set.
    pub(super) fn number(&self, name: &str) -> u64 {
        let default = NUMBERS.iter().find(|(known, ..)| *known == name).map_or(0, |(_, default, ..)| *default);
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    /// The dead-letter queue and how often a message is received before it goes there.
    pub(super) fn redrive(&self) -> Option<(String, u64)> {
        let policy: Value = serde_json::from_str(self.text("RedrivePolicy")?).ok()?;
        let target = super::queue_name(policy.get("deadLetterTargetArn")?.as_str()?).to_owned();
        let most = policy.get("maxReceiveCount")?;
        Some((target, most.as_u64().or_else(|| most.as_str()?.parse().ok())?))
    }

    /// Sets attributes; an empty text takes one back to its default.
    pub(super) fn set(&mut self, attributes: &Map<String, Value>) -> Result<(), AwsError> {
        for (name, value) in attributes {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if text.is_empty() {
                self.attributes.remove(name);
                continue;
            }
            let number = NUMBERS.iter().find(|(known, ..)| known == name);
            if number.is_none() && !TEXTS.contains(&name.as_str()) {
                return Err(AwsError::new(400, "InvalidAttributeName", format!("Unknown Attribute {name}.")));
            }
            let fits = number.is_none_or(|(_, _, least, most)| {
                text.parse::<u64>().is_ok_and(|number| (*least..=*most).contains(&number))
            });
            if !fits {
                let message = format!("Invalid value for the parameter {name}.");
                return Err(AwsError::new(400, "InvalidAttributeValue", message));
            }
            self.attributes.insert(name.clone(), text);
        }
        Ok(())
    }

    /// All attributes, counts included.
    pub(super) fn attributes(&self, environment: &Environment) -> Result<Map<String, Value>, AwsError> {
        let mut all = Map::new();
        for (name, ..) in NUMBERS {
            all.insert(name.to_owned(), self.number(name).to_string().into());
        }
        all.extend(self.attributes.iter().map(|(name, text)| (name.clone(), text.clone().into())));
        all.entry("SqsManagedSseEnabled").or_insert_with(|| self.text("KmsMasterKeyId").is_none().to_string().into());
        let (visible, hidden, delayed) = messages::counts(environment, self)?;
        for (name, text) in [
            ("QueueArn", self.arn(environment)),
            ("ApproximateNumberOfMessages", visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible", hidden.to_string()),
            ("ApproximateNumberOfMessagesDelayed", delayed.to_string()),
            ("CreatedTimestamp", (self.created / 1000).to_string()),
            ("LastModifiedTimestamp", (self.created / 1000).to_string()),
        ] {
            all.insert(name.to_owned(), text.into());
        }
        Ok(all)
    }
}

pub(super) fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("QueueName")?;
    let plain = name.strip_suffix(".fifo").unwrap_or(name);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if name.len() > 80 || plain.is_empty() || !plain.chars().all(fits) {
        return Err(input.wrong("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"));
    }
    let attributes = input.object("Attributes");
    let fifo = attributes.get("FifoQueue").is_some_and(|value| value == "true" || *value == Value::Bool(true));
    if fifo != is_fifo_name(name) {
        return Err(input.wrong("The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length."));
    }
    let mut queue = Queue {
        name: name.to_owned(),
        attributes: BTreeMap::new(),
        tags: tags::from_object(&input.object("tags")),
        created: epoch_milliseconds(environment.now),
    };
    queue.set(&attributes)?;
    if let Some(existing) = Queue::find(environment, name)? {
        // The same queue again is the queue; another of its name is refused.
        if queue.attributes.iter().any(|(name, value)| existing.attributes.get(name) != Some(value)) {
            let message =
                format!("A queue already exists with the same name and a different value for an attribute: {name}");
            return Err(AwsError::new(400, "QueueNameExists", message));
        }
        return Ok(json!({ "QueueUrl": existing.url(environment) }));
    }
    queue.save(environment)?;
    Ok(json!({ "QueueUrl": queue.url(environment) }))
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let prefix = input.text("QueueNamePrefix").unwrap_or_default();
    let queues: Vec<(String, Queue)> = environment.tx.list(KIND, environment.region)?;
    let urls = queues.iter().filter(|(name, _)| name.starts_with(prefix));
    let urls: Vec<Value> = urls.map(|(_, queue)| queue.url(environment).into()).collect();
    let size = usize::try_from(input.number("MaxResults").unwrap_or(1000)).unwrap_or(1000).clamp(1, 1000);
    let (urls, next) = page(urls, input.text("NextToken"), size);
    let mut answer = json!({ "QueueUrls": urls });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}
