//! Messages: sent, received, given up.

use std::collections::BTreeSet;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Queue;
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object};
use crate::services::carrying::time_of;
use crate::services::s3::upload::hexadecimal;

const KIND: &str = "sqs/message";
const NUMBERS: &str = "sqs/last-number";
const SENT: &str = "sqs/deduplication";

/// How long a FIFO queue knows a deduplication id, in milliseconds.
const DEDUPLICATION: u64 = 300_000;

/// A message in a queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Its id.
    pub(crate) id: String,
    /// Counted in the queue from 1.
    number: u64,
    /// What was sent.
    body: String,
    /// `MessageAttributes` as they were sent.
    attributes: Map<String, Value>,
    /// Message group of a FIFO queue.
    group: Option<String>,
    deduplication: Option<String>,
    /// When it was sent, milliseconds since 1970.
    sent: u64,
    /// When it is seen again.
    visible: u64,
    /// How often it was received.
    receives: u64,
    first_received: u64,
    /// The handle of the last receipt.
    handle: String,
}

fn scope(environment: &Environment, queue: &Queue) -> String {
    format!("{}/{}", environment.region, queue.name)
}

fn key(number: u64) -> String {
    format!("{number:020}")
}

fn all(environment: &Environment, queue: &Queue) -> Result<Vec<Message>, AwsError> {
    let kept: Vec<(String, Message)> = environment.tx.list(KIND, &scope(environment, queue))?;
    let now = epoch_milliseconds(environment.now);
    let horizon = now.saturating_sub(queue.number("MessageRetentionPeriod") * 1000);
    Ok(kept.into_iter().map(|(_, message)| message).filter(|message| message.sent >= horizon).collect())
}

fn save(environment: &Environment, queue: &Queue, message: &Message) -> Result<(), AwsError> {
    environment.tx.put(KIND, &scope(environment, queue), &key(message.number), None, message)
}

/// How many messages are visible, received and delayed.
pub(super) fn counts(environment: &Environment, queue: &Queue) -> Result<(usize, usize, usize), AwsError> {
    let now = epoch_milliseconds(environment.now);
    let messages = all(environment, queue)?;
    let (hidden, visible): (Vec<_>, Vec<_>) = messages.iter().partition(|message| message.visible > now);
    let delayed = hidden.iter().filter(|message| message.receives == 0).count();
    Ok((visible.len(), hidden.len() - delayed, delayed))
}

pub(super) fn purge(environment: &Environment, queue: &Queue) -> Result<(), AwsError> {
    environment.tx.delete_all(KIND, &scope(environment, queue))
}

/// Puts a message into a queue, with its attributes as `SendMessage` takes them.
pub(crate) fn send(
    environment: &Environment,
    queue: &Queue,
    body: &str,
    attributes: &Map<String, Value>,
) -> Result<String, AwsError> {
    let input = json!({ "MessageBody": body, "MessageAttributes": attributes, "MessageGroupId": "default" });
    let input = object(input);
    let sent = send_one(environment, queue, &Input::new(&input, "InvalidParameterValue"))?;
    Ok(sent.get("MessageId").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// `SendMessage`.
pub(super) fn send_one(environment: &Environment, queue: &Queue, input: &Input) -> Result<Value, AwsError> {
    let body = input.need("MessageBody")?;
    let most = queue.number("MaximumMessageSize");
    if u64::try_from(body.len()).unwrap_or(u64::MAX) > most {
        return Err(input
            .wrong(format!("One or more parameters are invalid. Reason: Message must be shorter than {most} bytes.")));
    }
    let now = epoch_milliseconds(environment.now);
    let scope = scope(environment, queue);
    let deduplication = deduplication(queue, input, body)?;
    if let Some(known) = &deduplication {
        let earlier: Option<(u64, String)> = environment.tx.get(SENT, &scope, known)?;
        if let Some((sent, id)) = earlier.filter(|(sent, _)| now.saturating_sub(*sent) < DEDUPLICATION) {
            tracing::debug!(queue = queue.name, id, sent, "sqs: sent before");
            return Ok(json!({ "MessageId": id, "MD5OfMessageBody": md5(body.as_bytes()) }));
        }
    }
    let number = environment.tx.get::<u64>(NUMBERS, &scope, "")?.unwrap_or_default() + 1;
    environment.tx.put(NUMBERS, &scope, "", None, &number)?;
    let delay = input.number("DelaySeconds").and_then(|delay| u64::try_from(delay).ok());
    let message = Message {
        id: Uuid::new_v4().to_string(),
        number,
        body: body.to_owned(),
        attributes: input.object("MessageAttributes"),
        group: input.text("MessageGroupId").filter(|_| queue.is_fifo()).map(str::to_owned),
        deduplication: deduplication.clone(),
        sent: now,
        visible: now + delay.unwrap_or_else(|| queue.number("DelaySeconds")) * 1000,
        ..Message::default()
    };
    save(environment, queue, &message)?;
    if let Some(known) = &deduplication {
        environment.tx.put(SENT, &scope, known, None, &(now, &message.id))?;
    }
    let mut answer = json!({ "MessageId": message.id, "MD5OfMessageBody": md5(body.as_bytes()) });
    if !message.attributes.is_empty() {
        answer["MD5OfMessageAttributes"] = digest_of_attributes(&message.attributes).into();
    }
    if queue.is_fifo() {
        answer["SequenceNumber"] = key(number).into();
    }
    Ok(answer)
}

/// The deduplication id of a message to a FIFO queue, which also has to have a group.
fn deduplication(queue: &Queue, input: &Input, body: &str) -> Result<Option<String>, AwsError> {
    if !queue.is_fifo() {
        return Ok(None);
    }
    if input.text("MessageGroupId").is_none() {
        return Err(AwsError::new(400, "MissingParameter", "The request must contain the parameter MessageGroupId."));
    }
    if let Some(given) = input.text("MessageDeduplicationId") {
        return Ok(Some(given.to_owned()));
    }
    if queue.text("ContentBasedDeduplication") == Some("true") {
        return Ok(Some(hexadecimal(&Sha256::digest(body.as_bytes()))));
    }
    Err(input.wrong(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    ))
}

/// Up to `most` messages that can be received now, oldest first.
fn receivable(environment: &Environment, queue: &Queue, most: usize) -> Result<Vec<Message>, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let messages = all(environment, queue)?;
    // A FIFO queue gives nothing more of a group while one of its messages is hidden.
    let mut blocked: BTreeSet<String> = messages
        .iter()
        .filter(|message| message.visible > now && message.receives > 0)
        .filter_map(|message| message.group.clone())
        .collect();
    let mut found = Vec::new();
    for message in messages {
        if found.len() == most {
            break;
        }
        let is_blocked = message.group.as_ref().is_some_and(|group| blocked.contains(group));
        if is_blocked {
            continue;
        }
        if message.visible > now {
            blocked.extend(message.group);
        } else {
            found.push(message);
        }
    }
    Ok(found)
}

/// True where a message can be received now.
pub(crate) fn has_message(environment: &Environment, queue: &Queue) -> Result<bool, AwsError> {
    Ok(!receivable(environment, queue, 1)?.is_empty())
}

/// When a message can be received next: now, or when one that is hidden is seen again. `None` where there is none.
pub(crate) fn next_message(environment: &Environment, queue: &Queue) -> Result<Option<SystemTime>, AwsError> {
    if has_message(environment, queue)? {
        return Ok(Some(environment.now));
    }
    let now = epoch_milliseconds(environment.now);
    let hidden = all(environment, queue)?.into_iter().map(|message| message.visible).filter(|visible| *visible > now);
    Ok(hidden.min().map(time_of))
}

/// Takes up to `most` messages and hides them for so many milliseconds. Those that were received too often go to the
/// dead-letter queue instead.
pub(crate) fn receive(
    environment: &Environment,
    queue: &Queue,
    most: usize,
    hide: Option<u64>,
) -> Result<Vec<Message>, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let hide = hide.unwrap_or_else(|| queue.number("VisibilityTimeout") * 1000);
    let mut received = Vec::new();
    for mut message in receivable(environment, queue, most)? {
        if give_up(environment, queue, &message)? {
            continue;
        }
        message.receives += 1;
        message.visible = now + hide;
        message.handle = Uuid::new_v4().to_string();
        if message.receives == 1 {
            message.first_received = now;
        }
        save(environment, queue, &message)?;
        received.push(message);
    }
    Ok(received)
}

/// Moves a message that was received too often to the dead-letter queue; false where it may be received again.
fn give_up(environment: &Environment, queue: &Queue, message: &Message) -> Result<bool, AwsError> {
    let Some((target, most)) = queue.redrive().filter(|(_, most)| message.receives >= *most) else { return Ok(false) };
    let Some(target) = Queue::find(environment, &target)? else { return Ok(false) };
    tracing::warn!(
        queue = queue.name,
        receives = message.receives,
        most,
        target = target.name,
        "sqs: message given up"
    );
    remove(environment, queue, message)?;
    let scope = scope(environment, &target);
    let number = environment.tx.get::<u64>(NUMBERS, &scope, "")?.unwrap_or_default() + 1;
    environment.tx.put(NUMBERS, &scope, "", None, &number)?;
    save(environment, &target, &Message { number, visible: 0, handle: String::new(), ..message.clone() })?;
    Ok(true)
}

/// Takes a message out of its queue.
pub(crate) fn remove(environment: &Environment, queue: &Queue, message: &Message) -> Result<(), AwsError> {
    environment.tx.delete(KIND, &scope(environment, queue), &key(message.number)).map(drop)
}

/// `ReceiveMessage`.
pub(super) fn receive_some(environment: &Environment, queue: &Queue, input: &Input) -> Result<Value, AwsError> {
    let most = input.number("MaxNumberOfMessages").unwrap_or(1);
    let most = usize::try_from(most).ok().filter(|most| (1..=10).contains(most)).ok_or_else(|| {
        input.wrong(format!(
            "Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
        ))
    })?;
    let hide = input.number("VisibilityTimeout").and_then(|seconds| u64::try_from(seconds).ok());
    let messages = receive(environment, queue, most, hide.map(|seconds| seconds * 1000))?;
    if messages.is_empty() {
        return Ok(json!({}));
    }
    let system = [input.texts("AttributeNames"), input.texts("MessageSystemAttributeNames")].concat();
    let own = input.texts("MessageAttributeNames");
    let shown: Vec<Value> = messages.iter().map(|message| message.shown(&system, &own)).collect();
    Ok(json!({ "Messages": shown }))
}

impl Message {
    /// What a function gets of it.
    pub(crate) fn record(&self, environment: &Environment, queue: &Queue) -> Value {
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .map(|(name, value)| {
                let member = |member: &str| value.get(member).cloned().unwrap_or_default();
                let shown = json!({
                    "stringValue": member("StringValue"),
                    "binaryValue": member("BinaryValue"),
                    "dataType": member("DataType"),
                    "stringListValues": [],
                    "binaryListValues": [],
                });
                (name.clone(), shown)
            })
            .collect();
        json!({
            "messageId": self.id,
            "receiptHandle": self.handle,
            "body": self.body,
            "attributes": self.system_attributes(),
            "messageAttributes": attributes,
            "md5OfBody": md5(self.body.as_bytes()),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue.arn(environment),
            "awsRegion": environment.region,
        })
    }

    /// What a receiver sees, with the attributes it asks for.
    fn shown(&self, system: &[&str], own: &[&str]) -> Value {
        let mut attributes = self.system_attributes();
        attributes.retain(|name, _| system.iter().any(|wanted| *wanted == "All" || wanted == name));
        let asked = |name: &str| {
            own.iter().any(|wanted| match wanted.strip_suffix(".*") {
                Some(prefix) => name.starts_with(prefix),
                None => *wanted == "All" || *wanted == name,
            })
        };
        let mut message = json!({
            "MessageId": self.id,
            "ReceiptHandle": self.handle,
            "MD5OfBody": md5(self.body.as_bytes()),
            "Body": self.body,
        });
        if !attributes.is_empty() {
            message["Attributes"] = attributes.into();
        }
        let mut shown = self.attributes.clone();
        shown.retain(|name, _| asked(name));
        if !shown.is_empty() {
            message["MD5OfMessageAttributes"] = digest_of_attributes(&shown).into();
            message["MessageAttributes"] = shown.into();
        }
        message
    }

    /// Attributes that the service sets.
    fn system_attributes(&self) -> Map<String, Value> {
        let mut attributes = object(json!({
            "SenderId": "AROASANDBOX:sandbox",
            "SentTimestamp": self.sent.to_string(),
            "ApproximateReceiveCount": self.receives.to_string(),
            "ApproximateFirstReceiveTimestamp": self.first_received.to_string(),
        }));
        if let Some(group) = &self.group {
            attributes.insert("MessageGroupId".to_owned(), group.clone().into());
            attributes.insert("SequenceNumber".to_owned(), key(self.number).into());
        }
        if let Some(deduplication) = &self.deduplication {
            attributes.insert("MessageDeduplicationId".to_owned(), deduplication.clone().into());
        }
        attributes
    }
}

fn by_handle(environment: &Environment, queue: &Queue, input: &Input) -> Result<Message, AwsError> {
    let handle = input.need("ReceiptHandle")?;
    let found = all(environment, queue)?.into_iter().find(|message| message.handle == handle);
    found.ok_or_else(|| {
        AwsError::new(
            400,
            "ReceiptHandleIsInvalid",
            format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
        )
    })
}

/// `DeleteMessage`; deleting what is gone is no error.
pub(super) fn delete_one(environment: &Environment, queue: &Queue, input: &Input) -> Result<Value, AwsError> {
    if let Ok(message) = by_handle(environment, queue, input) {
        remove(environment, queue, &message)?;
    }
    Ok(json!({}))
}

/// `ChangeMessageVisibility`.
pub(super) fn change_visibility(environment: &Environment, queue: &Queue, input: &Input) -> Result<(), AwsError> {
    let seconds = input.number("VisibilityTimeout").and_then(|seconds| u64::try_from(seconds).ok());
    let seconds = seconds
        .filter(|seconds| *seconds <= 43_200)
        .ok_or_else(|| input.wrong("VisibilityTimeout is invalid. Reason: Must be between 0 and 43200."))?;
    let mut message = by_handle(environment, queue, input)?;
    message.visible = epoch_milliseconds(environment.now) + seconds * 1000;
    save(environment, queue, &message)
}

/// An operation on each of the entries; those that fail are told apart.
pub(super) fn batch(input: &Input, mut one: impl FnMut(&Input) -> Result<Value, AwsError>) -> Result<Value, AwsError> {
    let entries = input.list("Entries");
    if entries.is_empty() || entries.len() > 10 {
        let code = if entries.is_empty() { "EmptyBatchRequest" } else { "TooManyEntriesInBatchRequest" };
        return Err(AwsError::new(400, code, "A batch has between 1 and 10 entries."));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for given in entries {
        let entry = super::entry(given);
        let id = entry.get("Id").cloned().unwrap_or_default();
        match one(&Input::new(&entry, "InvalidParameterValue")) {
            Ok(mut answer) => {
                answer["Id"] = id;
                successful.push(answer);
            }
            Err(error) if error.status < 500 => {
                failed.push(json!({ "Id": id, "SenderFault": true, "Code": error.code, "Message": error.message }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn md5(bytes: &[u8]) -> String {
    hexadecimal(&Md5::digest(bytes))
}

/// The digest of message attributes that clients compare: names, types and values in the order of names, each with its
/// length before it (SQS developer guide, "Calculating the MD5 message digest for message attributes").
fn digest_of_attributes(attributes: &Map<String, Value>) -> String {
    let mut bytes = Vec::new();
    let mut names: Vec<&String> = attributes.keys().collect();
    names.sort();
    for name in names {
        let member = |member: &str| attributes.get(name).and_then(|value| value.get(member)).and_then(Value::as_str);
        with_length(&mut bytes, name.as_bytes());
        with_length(&mut bytes, member("DataType").unwrap_or_default().as_bytes());
        let binary = member("BinaryValue").and_then(|text| BASE64.decode(text).ok());
        bytes.push(if binary.is_some() { 2 } else { 1 });
        let value = binary.unwrap_or_else(|| member("StringValue").unwrap_or_default().as_bytes().to_vec());
        with_length(&mut bytes, &value);
    }
    md5(&bytes)
}

fn with_length(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(part);
}
