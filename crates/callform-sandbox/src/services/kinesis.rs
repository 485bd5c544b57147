//! Amazon Kinesis Data Streams: streams and their settings, without records.

use serde_json::{Map, Value, json};

use super::input::{Input, page};
use super::tags;
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;

const KIND: &str = "kinesis/stream";

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "ValidationException");
    match operation {
        "CreateStream" => create(environment, &input),
        "ListStreams" => list(environment, &input),
        "DescribeStream"
        | "DescribeStreamSummary"
        | "ListShards"
        | "DeleteStream"
        | "AddTagsToStream"
        | "RemoveTagsFromStream"
        | "ListTagsForStream"
        | "IncreaseStreamRetentionPeriod"
        | "DecreaseStreamRetentionPeriod"
        | "StartStreamEncryption"
        | "StopStreamEncryption"
        | "UpdateShardCount"
        | "UpdateStreamMode" => {
            let name = stream_name(&input)?;
            let stream =
                environment.tx.get::<Map<String, Value>>(KIND, environment.region, name)?.ok_or_else(|| {
                    AwsError::new(
                        400,
                        "ResourceNotFoundException",
                        format!("Stream {name} under account {} not found.", environment.account),
                    )
                })?;
            on_stream(environment, operation, name, stream, &input)
        }
        _ => Err(AwsError::unsupported("Kinesis", operation)),
    }
}

fn stream_name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    match input.text("StreamName") {
        Some(name) => Ok(name),
        None => Ok(input.need("StreamARN")?.rsplit('/').next().unwrap_or_default()),
    }
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("StreamName")?;
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if name.len() > 128 || !name.bytes().all(right) {
        return Err(input.wrong(format!("1 validation error detected: Value '{name}' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")));
    }
    if environment.tx.get::<Value>(KIND, environment.region, name)?.is_some() {
        return Err(AwsError::new(
            400,
            "ResourceInUseException",
            format!("Stream {name} under account {} already exists.", environment.account),
        ));
    }
    let mode = input.object("StreamModeDetails");
    let on_demand = mode.get("StreamMode").and_then(Value::as_str) == Some("ON_DEMAND");
    let shards = match input.number("ShardCount") {
        Some(count) if count >= 1 && !on_demand => count,
        None if on_demand => 4,
        _ => return Err(input.wrong("ShardCount must be at least 1 in PROVISIONED mode and absent in ON_DEMAND mode.")),
    };
    let stream = json!({
        "StreamName": name,
        "StreamARN": format!("arn:aws:kinesis:{}:{}:stream/{name}", environment.region, environment.account),
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": { "StreamMode": if on_demand { "ON_DEMAND" } else { "PROVISIONED" } },
        "RetentionPeriodHours": 24,
        "StreamCreationTimestamp": epoch_seconds(environment.now),
        "EnhancedMonitoring": [{ "ShardLevelMetrics": [] }],
        "EncryptionType": "NONE",
        "OpenShardCount": shards,
        "Tags": tags::to_list(&tags::from_object(&input.object("Tags"))),
    });
    environment.tx.put(KIND, environment.region, name, None, &stream)?;
    Ok(Value::Null)
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let streams = environment.tx.list::<Map<String, Value>>(KIND, environment.region)?;
    let after = input.text("ExclusiveStartStreamName").unwrap_or_default();
    let streams: Vec<_> =
        streams.into_iter().filter(|(name, _)| name.as_str() > after).map(|(_, stream)| stream).collect();
    let size = usize::try_from(input.number("Limit").unwrap_or(100)).unwrap_or(100).max(1);
    let summaries = streams.iter().map(|stream| {
        let mut summary = Map::new();
        Input::new(stream, "").copy(
            &["StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "StreamCreationTimestamp"],
            &mut summary,
        );
        Value::Object(summary)
    });
    let (summaries, next) = page(summaries.collect(), input.text("NextToken"), size);
    let names: Vec<_> = summaries.iter().map(|summary| summary["StreamName"].clone()).collect();
    let mut answer = json!({ "StreamNames": names, "HasMoreStreams": next.is_some(), "StreamSummaries": summaries });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

fn on_stream(
    environment: &Environment,
    operation: &str,
    name: &str,
    mut stream: Map<String, Value>,
    input: &Input,
) -> Result<Value, AwsError> {
    match operation {
        "DescribeStream" => {
            stream.insert("Shards".to_owned(), shards(&stream));
            stream.insert("HasMoreShards".to_owned(), false.into());
            stream.remove("Tags");
            stream.remove("OpenShardCount");
            return Ok(json!({ "StreamDescription": stream }));
        }
        "DescribeStreamSummary" => {
            stream.remove("Tags");
            stream.insert("ConsumerCount".to_owned(), 0.into());
            return Ok(json!({ "StreamDescriptionSummary": stream }));
        }
        "ListShards" => return Ok(json!({ "Shards": shards(&stream) })),
        "ListTagsForStream" => return Ok(json!({ "Tags": stream.get("Tags"), "HasMoreTags": false })),
        "DeleteStream" => {
            environment.tx.delete(KIND, environment.region, name)?;
            return Ok(Value::Null);
        }
        "AddTagsToStream" => tags::add(&mut stream, tags::from_object(&input.object("Tags"))),
        "RemoveTagsFromStream" => tags::remove(&mut stream, &input.texts("TagKeys")),
        "IncreaseStreamRetentionPeriod" | "DecreaseStreamRetentionPeriod" => {
            let hours = input.number("RetentionPeriodHours").unwrap_or_default();
            if !(24..=8760).contains(&hours) {
                return Err(AwsError::new(400, "InvalidArgumentException", "RetentionPeriodHours must be 24 to 8760."));
            }
            stream.insert("RetentionPeriodHours".to_owned(), hours.into());
        }
        "StartStreamEncryption" => {
            stream.insert("EncryptionType".to_owned(), input.need("EncryptionType")?.into());
            stream.insert("KeyId".to_owned(), input.need("KeyId")?.into());
        }
        "StopStreamEncryption" => {
            stream.insert("EncryptionType".to_owned(), "NONE".into());
            stream.remove("KeyId");
        }
        "UpdateShardCount" => {
            let count = input.number("TargetShardCount").filter(|count| *count >= 1);
            let count = count.ok_or_else(|| input.wrong("TargetShardCount must be at least 1."))?;
            stream.insert("OpenShardCount".to_owned(), count.into());
        }
        _ => {
            stream.insert("StreamModeDetails".to_owned(), input.object("StreamModeDetails").into());
        }
    }
    environment.tx.put(KIND, environment.region, name, None, &stream)?;
    Ok(Value::Null)
}

/// The shards, which divide the hash keys evenly.
fn shards(stream: &Map<String, Value>) -> Value {
    let count = stream.get("OpenShardCount").and_then(Value::as_u64).unwrap_or(1).max(1);
    let width = u128::MAX / u128::from(count);
    (0..count)
        .map(|number| {
            let start = u128::from(number) * width;
            let end = if number + 1 == count { u128::MAX } else { start + width - 1 };
            json!({
                "ShardId": format!("shardId-{number:012}"),
                "HashKeyRange": { "StartingHashKey": start.to_string(), "EndingHashKey": end.to_string() },
                "SequenceNumberRange": { "StartingSequenceNumber": format!("{number}") },
            })
        })
        .collect()
}
