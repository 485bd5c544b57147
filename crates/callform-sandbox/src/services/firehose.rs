//! Amazon Data Firehose: delivery streams and their settings, without records.

use serde_json::{Map, Value, json};

use super::input::Input;
use super::tags;
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;

const KIND: &str = "firehose/stream";

/// Destinations of `CreateDeliveryStream` that are kept as they are given, under the name in descriptions.
pub const DESTINATIONS: [(&str, &str); 5] = [
    ("ExtendedS3DestinationConfiguration", "ExtendedS3DestinationDescription"),
    ("S3DestinationConfiguration", "S3DestinationDescription"),
    ("RedshiftDestinationConfiguration", "RedshiftDestinationDescription"),
    ("AmazonopensearchserviceDestinationConfiguration", "AmazonopensearchserviceDestinationDescription"),
    ("HttpEndpointDestinationConfiguration", "HttpEndpointDestinationDescription"),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "InvalidArgumentException");
    match operation {
        "CreateDeliveryStream" => create(environment, &input),
        "ListDeliveryStreams" => {
            let after = input.text("ExclusiveStartDeliveryStreamName").unwrap_or_default();
            let size = usize::try_from(input.number("Limit").unwrap_or(10)).unwrap_or(10).max(1);
            let streams = environment.tx.list::<Value>(KIND, environment.region)?;
            let names: Vec<_> =
                streams.into_iter().map(|(name, _)| name).filter(|name| name.as_str() > after).collect();
            let more = names.len() > size;
            let names: Vec<_> = names.into_iter().take(size).collect();
            Ok(json!({ "DeliveryStreamNames": names, "HasMoreDeliveryStreams": more }))
        }
        "DescribeDeliveryStream"
        | "DeleteDeliveryStream"
        | "TagDeliveryStream"
        | "UntagDeliveryStream"
        | "ListTagsForDeliveryStream"
        | "UpdateDestination" => {
            let name = input.need("DeliveryStreamName")?;
            let stream =
                environment.tx.get::<Map<String, Value>>(KIND, environment.region, name)?.ok_or_else(|| {
                    AwsError::new(
                        400,
                        "ResourceNotFoundException",
                        format!("Firehose {name} under account {} not found.", environment.account),
                    )
                })?;
            on_stream(environment, operation, name, stream, &input)
        }
        _ => Err(AwsError::unsupported("Firehose", operation)),
    }
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
    Ok(json!({ "DeliveryStreamARN": arn }))
}

fn on_stream(
    environment: &Environment,
    operation: &str,
    name: &str,
    mut stream: Map<String, Value>,
    input: &Input,
) -> Result<Value, AwsError> {
    match operation {
        "DescribeDeliveryStream" => {
            stream.remove("Tags");
            return Ok(json!({ "DeliveryStreamDescription": stream }));
        }
        "ListTagsForDeliveryStream" => return Ok(json!({ "Tags": stream.get("Tags"), "HasMoreTags": false })),
        "DeleteDeliveryStream" => {
            environment.tx.delete(KIND, environment.region, name)?;
            return Ok(json!({}));
        }
        "UpdateDestination" => update_destination(&mut stream, input)?,
        "TagDeliveryStream" => tags::add(&mut stream, tags::from_list(input.list("Tags"))),
        _ => tags::remove(&mut stream, &input.texts("TagKeys")),
    }
    environment.tx.put(KIND, environment.region, name, None, &stream)?;
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
