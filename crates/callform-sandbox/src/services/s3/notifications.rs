//! Who is told of objects that come and go: `EventBridge`, functions, queues and topics, as the bucket's setting says.
//!
//! Source: Amazon S3 User Guide, "Event notification types and destinations", "Using EventBridge".

use serde_json::{Value, json};
use uuid::Uuid;

use super::object::{NULL_VERSION, Version};
use super::settings;
use crate::clock::iso8601;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::object;
use crate::protocol::xml::Element;
use crate::services::{events, lambda, sns, sqs};

/// What happened to an object.
#[derive(Clone, Copy)]
pub(super) enum Happening {
    /// It came, by this operation.
    Created(Creation),
    /// It went.
    Deleted,
    /// Its newest version is a delete marker now.
    Marked,
}

/// How an object came.
#[derive(Clone, Copy)]
pub(super) enum Creation {
    Put,
    Copy,
    Upload,
}

impl Happening {
    /// Its name among the bucket's events, after `s3:`.
    fn event(self) -> &'static str {
        match self {
            Self::Created(Creation::Put) => "ObjectCreated:Put",
            Self::Created(Creation::Copy) => "ObjectCreated:Copy",
            Self::Created(Creation::Upload) => "ObjectCreated:CompleteMultipartUpload",
            Self::Deleted => "ObjectRemoved:Delete",
            Self::Marked => "ObjectRemoved:DeleteMarkerCreated",
        }
    }

    /// The operation that `EventBridge` gives as the reason.
    fn reason(self) -> &'static str {
        match self {
            Self::Created(Creation::Put) => "PutObject",
            Self::Created(Creation::Copy) => "CopyObject",
            Self::Created(Creation::Upload) => "CompleteMultipartUpload",
            Self::Deleted | Self::Marked => "DeleteObject",
        }
    }
}

/// Tells everybody who wants to know.
pub(super) fn tell(
    environment: &Environment,
    bucket: &str,
    key: &str,
    version: Option<&Version>,
    happening: Happening,
) -> Result<(), AwsError> {
    let Some(settings) = settings::read_xml(environment, bucket, "notification")? else { return Ok(()) };
    if settings.child("EventBridgeConfiguration").is_some() {
        tell_bus(environment, bucket, key, version, happening)?;
    }
    let wants = |own: &&Element| {
        let wanted = format!("s3:{}", happening.event());
        let fits = |event: &Element| match event.text.strip_suffix('*') {
            Some(start) => wanted.starts_with(start),
            None => event.text == wanted,
        };
        own.all("Event").any(fits) && passes(own, key)
    };
    for (kind, member) in [
        ("CloudFunctionConfiguration", "CloudFunction"),
        ("QueueConfiguration", "Queue"),
        ("TopicConfiguration", "Topic"),
    ] {
        for own in settings.all(kind).filter(wants) {
            let event = record(environment, bucket, key, version, happening, own.text_of("Id")).to_string();
            let target = own.text_of(member);
            let sent = environment.tx.attempt(|| send(environment, kind, target, &event))?;
            if let Err(error) = sent {
                tracing::warn!(bucket, target, %error, "s3: who wants to be told of objects cannot be");
            }
        }
    }
    Ok(())
}

fn send(environment: &Environment, kind: &str, target: &str, event: &str) -> Result<(), AwsError> {
    match kind {
        "CloudFunctionConfiguration" => lambda::asynchronous::queue(environment, target, event),
        "QueueConfiguration" => {
            let input = json!({ "QueueUrl": target, "MessageBody": event });
            sqs::call(environment, "SendMessage", &object(input)).map(drop)
        }
        _ => {
            let input = json!({ "TopicArn": target, "Subject": "Amazon S3 Notification", "Message": event });
            sns::call(environment, "Publish", &object(input)).map(drop)
        }
    }
}

/// True where a key passes the filter of a configuration.
fn passes(own: &Element, key: &str) -> bool {
    let rules = own.child("Filter").and_then(|filter| filter.child("S3Key"));
    rules.into_iter().flat_map(|rules| rules.all("FilterRule")).all(|rule| {
        let value = rule.text_of("Value");
        match rule.text_of("Name").to_ascii_lowercase().as_str() {
            "prefix" => key.starts_with(value),
            _ => key.ends_with(value),
        }
    })
}

fn tell_bus(
    environment: &Environment,
    bucket: &str,
    key: &str,
    version: Option<&Version>,
    happening: Happening,
) -> Result<(), AwsError> {
    let mut detail = json!({
        "version": "0",
        "bucket": { "name": bucket },
        "object": described(environment, json!({ "key": key }), version),
        "request-id": Uuid::new_v4().simple().to_string().chars().take(16).collect::<String>().to_uppercase(),
        "requester": environment.account,
        "source-ip-address": "127.0.0.1",
        "reason": happening.reason(),
    });
    let detail_type = match happening {
        Happening::Created(_) => "Object Created",
        Happening::Deleted => {
            detail["deletion-type"] = "Permanently Deleted".into();
            "Object Deleted"
        }
        Happening::Marked => {
            detail["deletion-type"] = "Delete Marker Created".into();
            "Object Deleted"
        }
    };
    events::emit(environment, "aws.s3", detail_type, &[format!("arn:aws:s3:::{bucket}")], &detail)
}

/// What events say of an object, beside its key.
fn described(environment: &Environment, mut object: Value, version: Option<&Version>) -> Value {
    if let Some(version) = version {
        if version.blob.is_some() {
            object["size"] = version.size.into();
            object["etag"] = version.etag.clone().into();
        }
        if version.id != NULL_VERSION {
            object["version-id"] = version.id.clone().into();
        }
    }
    // Later events of a key have larger ones.
    object["sequencer"] = sequencer(environment).into();
    object
}

fn sequencer(environment: &Environment) -> String {
    let since = environment.now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{:018X}", since.as_nanos())
}

/// The event for functions, queues and topics.
fn record(
    environment: &Environment,
    bucket: &str,
    key: &str,
    version: Option<&Version>,
    happening: Happening,
    id: &str,
) -> Value {
    let mut object = json!({ "key": in_query(key), "sequencer": sequencer(environment) });
    if let Some(version) = version {
        if version.blob.is_some() {
            object["size"] = version.size.into();
            object["eTag"] = version.etag.clone().into();
        }
        if version.id != NULL_VERSION {
            object["versionId"] = version.id.clone().into();
        }
    }
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": environment.region,
        "eventTime": iso8601(environment.now),
        "eventName": happening.event(),
        "userIdentity": { "principalId": "AWS:AROASANDBOX:sandbox" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": Uuid::new_v4().simple().to_string(), "x-amz-id-2": "sandbox" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": id,
            "bucket": {
                "name": bucket,
                "ownerIdentity": { "principalId": "SANDBOX" },
                "arn": format!("arn:aws:s3:::{bucket}"),
            },
            "object": object,
        },
    }] })
}

/// A key as these events have it: as in a query.
fn in_query(key: &str) -> String {
    let mut text = String::new();
    for byte in key.bytes() {
        match byte {
            b' ' => text.push('+'),
            b'/' | b'-' | b'_' | b'.' | b'*' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => {
                text.push('%');
                text.push_str(&super::upload::hexadecimal(&[byte]).to_uppercase());
            }
        }
    }
    text
}
