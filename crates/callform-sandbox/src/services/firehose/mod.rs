//! Amazon Data Firehose: delivery streams, their records, and the delivery to S3.
//!
//! Records are taken in by requests and carried on by the worker of the sandbox, see [`delivery`]. Buffers fill and run
//! out by the sandbox's clock.

mod buffer;
pub(crate) mod delivery;
mod described;
mod destination;
mod prefix;
mod records;
mod transform;

use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::tags;
use buffer::Buffers;
use destination::Destination;

const KIND: &str = "firehose/stream";

/// Destinations of `CreateDeliveryStream` that are kept as they are given, under the name in descriptions.
pub const DESTINATIONS: [(&str, &str); 5] = [
    ("ExtendedS3DestinationConfiguration", "ExtendedS3DestinationDescription"),
    ("S3DestinationConfiguration", "S3DestinationDescription"),
    ("RedshiftDestinationConfiguration", "RedshiftDestinationDescription"),
    ("AmazonopensearchserviceDestinationConfiguration", "AmazonopensearchserviceDestinationDescription"),
    ("HttpEndpointDestinationConfiguration", "HttpEndpointDestinationDescription"),
];

/// Destinations that records can be delivered to; the others are kept as settings.
const S3_DESTINATIONS: [&str; 2] = ["ExtendedS3DestinationDescription", "S3DestinationDescription"];

/// A delivery stream's settings and its name.
pub(crate) struct DeliveryStream {
    name: String,
    settings: Map<String, Value>,
}

impl DeliveryStream {
    /// The delivery stream of a name; `None` where there is none.
    fn find(environment: &Environment, name: &str) -> Result<Option<Self>, AwsError> {
        let settings = environment.tx.get(KIND, environment.region, name)?;
        Ok(settings.map(|settings| Self { name: name.to_owned(), settings }))
    }

    /// When it was made, milliseconds since 1970.
    fn created(&self) -> u64 {
        let seconds = self.settings.get("CreateTimestamp").and_then(Value::as_f64).unwrap_or_default();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time after 1970, before 280,000"
        )]
        let milliseconds = (seconds * 1000.0).round() as u64;
        milliseconds
    }

    fn arn(&self) -> &str {
        self.settings.get("DeliveryStreamARN").and_then(Value::as_str).unwrap_or_default()
    }

    /// ARN of the Kinesis stream that is its source.
    fn source(&self) -> Option<&str> {
        self.settings.get("Source")?["KinesisStreamSourceDescription"]["KinesisStreamARN"].as_str()
    }

    fn is_encrypted(&self) -> bool {
        self.settings.contains_key("DeliveryStreamEncryptionConfiguration")
    }

    /// Where it delivers to; `None` where that is not S3.
    fn destination(&self) -> Result<Option<Destination>, AwsError> {
        let destination = self.settings.get("Destinations").and_then(|destinations| destinations.get(0));
        let found = destination
            .and_then(|destination| S3_DESTINATIONS.iter().find_map(|name| destination.get(*name)?.as_object()));
        found.map(Destination::read).transpose()
    }

    /// Why it takes no records.
    fn undeliverable(&self) -> AwsError {
        AwsError::unsupported("Firehose", &format!("records of {}, which has a destination other than S3:", self.name))
    }
}

fn invalid_argument(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidArgumentException", message)
}

/// Region and name of every delivery stream.
pub(crate) fn all(tx: &crate::store::Tx) -> Result<Vec<(String, String)>, AwsError> {
    tx.keys(KIND)
}

/// The service.
pub(crate) static SERVICE: Service = service("Firehose", "InvalidArgumentException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateDeliveryStream", create),
    operation("ListDeliveryStreams", list),
    operation("DescribeDeliveryStream", on_stream),
    operation("DeleteDeliveryStream", on_stream),
    operation("TagDeliveryStream", on_stream),
    operation("UntagDeliveryStream", on_stream),
    operation("ListTagsForDeliveryStream", on_stream),
    operation("UpdateDestination", on_stream),
    operation("PutRecord", on_stream),
    operation("PutRecordBatch", on_stream),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let after = input.text("ExclusiveStartDeliveryStreamName").unwrap_or_default();
    let size = usize::try_from(input.number("Limit").unwrap_or(10)).unwrap_or(10).max(1);
    let streams = environment.tx.list::<Value>(KIND, environment.region)?;
    let names: Vec<_> = streams.into_iter().map(|(name, _)| name).filter(|name| name.as_str() > after).collect();
    let more = names.len() > size;
    let names: Vec<_> = names.into_iter().take(size).collect();
    Ok(json!({ "DeliveryStreamNames": names, "HasMoreDeliveryStreams": more }))
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("DeliveryStreamName")?;
    if environment.tx.get::<Value>(KIND, environment.region, name)?.is_some() {
        return Err(AwsError::new(
            400,
            "ResourceInUseException",
            format!("Firehose {name} under accountId {} already exists", environment.account),
        ));
    }
    let destinations: Vec<_> = DESTINATIONS.iter().filter(|(member, _)| input.value(member).is_some()).collect();
    let [(member, description)] = destinations.as_slice() else {
        return Err(input.wrong("Exactly one destination configuration is supported for a Firehose"));
    };
    let arn = format!("arn:aws:firehose:{}:{}:deliverystream/{name}", environment.region, environment.account);
    let mut destination = json!({ "DestinationId": "destinationId-000000000001" });
    destination[*description] = input.object(member).into();
    let mut stream = json!({
        "DeliveryStreamName": name,
        "DeliveryStreamARN": arn,
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamType": input.text("DeliveryStreamType").unwrap_or("DirectPut"),
        "VersionId": "1",
        "CreateTimestamp": epoch_seconds(environment.now),
        "Destinations": [destination],
        "HasMoreDestinations": false,
        "Tags": tags::to_list(&tags::from_list(input.list("Tags"))),
    });
    if let Some(source) = input.value("KinesisStreamSourceConfiguration") {
        stream["Source"] = json!({ "KinesisStreamSourceDescription": source });
    }
    if let Some(encryption) = input.value("DeliveryStreamEncryptionConfigurationInput") {
        stream["DeliveryStreamEncryptionConfiguration"] = encryption.clone();
        stream["DeliveryStreamEncryptionConfiguration"]["Status"] = "ENABLED".into();
    }
    environment.tx.put(KIND, environment.region, name, None, &stream)?;
    let stream = DeliveryStream { name: name.to_owned(), settings: crate::input::object(stream) };
    // What cannot be delivered is refused at once.
    stream.destination()?;
    delivery::start_at_latest(environment, &stream)?;
    Ok(json!({ "DeliveryStreamARN": arn }))
}

fn on_stream(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let name = input.need("DeliveryStreamName")?;
    let stream = DeliveryStream::find(environment, name)?.ok_or_else(|| {
        let message = format!("Firehose {name} under account {} not found.", environment.account);
        AwsError::new(400, "ResourceNotFoundException", message)
    })?;
    if operation.starts_with("PutRecord") {
        return records::put(environment, operation, &stream, input);
    }
    let DeliveryStream { name, settings: mut stream } = stream;
    match operation {
        "DescribeDeliveryStream" => {
            stream.remove("Tags");
            described::fill_in(&mut stream);
            return Ok(json!({ "DeliveryStreamDescription": stream }));
        }
        "ListTagsForDeliveryStream" => return Ok(json!({ "Tags": stream.get("Tags"), "HasMoreTags": false })),
        "DeleteDeliveryStream" => {
            environment.tx.delete(KIND, environment.region, &name)?;
            Buffers { environment, name: &name }.forget()?;
            return Ok(json!({}));
        }
        "UpdateDestination" => update_destination(&mut stream, input)?,
        "TagDeliveryStream" => tags::add(&mut stream, tags::from_list(input.list("Tags"))),
        "UntagDeliveryStream" => tags::remove(&mut stream, &input.texts("TagKeys")),
        _ => return Err(AwsError::unsupported("Firehose", operation)),
    }
    let stream = DeliveryStream { name, settings: stream };
    stream.destination()?;
    environment.tx.put(KIND, environment.region, &stream.name, None, &stream.settings)?;
    Ok(json!({}))
}

/// Members of an update take the place of the destination's.
fn update_destination(stream: &mut Map<String, Value>, input: &Input) -> Result<(), AwsError> {
    let destination = stream.get_mut("Destinations").and_then(|destinations| destinations.get_mut(0));
    let Some(destination) = destination.and_then(Value::as_object_mut) else {
        return Err(input.wrong("The delivery stream has no destination."));
    };
    for (member, description) in DESTINATIONS {
        let update = input.object(&member.replace("Configuration", "Update"));
        match destination.get_mut(description).and_then(Value::as_object_mut) {
            Some(own) => own.extend(update),
            None if update.is_empty() => {}
            None => return Err(input.wrong("The destination of a delivery stream cannot become another kind.")),
        }
    }
    let version = stream.get("VersionId").and_then(Value::as_str).and_then(|text| text.parse::<u64>().ok());
    stream.insert("VersionId".to_owned(), (version.unwrap_or(1) + 1).to_string().into());
    Ok(())
}
