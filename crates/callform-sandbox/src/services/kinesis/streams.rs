//! Streams and their settings.

use serde_json::{Map, Value, json};

use super::records;
use super::shards::Shards;
use super::stream::{KIND, Stream, invalid_argument};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

pub(super) fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
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
    let shards = match input.number("ShardCount").map(u64::try_from) {
        Some(Ok(count)) if count >= 1 && !on_demand => count,
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
    Shards::even(shards).save(environment, name)?;
    Ok(Value::Null)
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
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

pub(super) fn on_stream(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let mut stream = Stream::requested(environment, input)?;
    match operation {
        "DescribeStream" => return describe(environment, stream, input),
        "DescribeStreamSummary" => {
            let mut summary = stream.settings;
            summary.remove("Tags");
            summary.insert("ConsumerCount".to_owned(), 0.into());
            return Ok(json!({ "StreamDescriptionSummary": summary }));
        }
        "ListTagsForStream" => return Ok(json!({ "Tags": stream.settings.get("Tags"), "HasMoreTags": false })),
        "DeleteStream" => return delete(environment, &stream),
        "UpdateShardCount" => return update_shard_count(environment, stream, input),
        "AddTagsToStream" => tags::add(&mut stream.settings, tags::from_object(&input.object("Tags"))),
        "RemoveTagsFromStream" => tags::remove(&mut stream.settings, &input.texts("TagKeys")),
        "IncreaseStreamRetentionPeriod" | "DecreaseStreamRetentionPeriod" => {
            let hours = input.number("RetentionPeriodHours").unwrap_or_default();
            if !(24..=8760).contains(&hours) {
                return Err(invalid_argument("RetentionPeriodHours must be 24 to 8760."));
            }
            stream.settings.insert("RetentionPeriodHours".to_owned(), hours.into());
        }
        "StartStreamEncryption" => {
            stream.settings.insert("EncryptionType".to_owned(), input.need("EncryptionType")?.into());
            stream.settings.insert("KeyId".to_owned(), input.need("KeyId")?.into());
        }
        "StopStreamEncryption" => {
            stream.settings.insert("EncryptionType".to_owned(), "NONE".into());
            stream.settings.remove("KeyId");
        }
        "UpdateStreamMode" => {
            stream.settings.insert("StreamModeDetails".to_owned(), input.object("StreamModeDetails").into());
        }
        _ => return Err(AwsError::unsupported("Kinesis", operation)),
    }
    stream.save(environment)?;
    Ok(Value::Null)
}

fn describe(environment: &Environment, stream: Stream, input: &Input) -> Result<Value, AwsError> {
    let shards = Shards::load(environment, &stream)?;
    let after = input.text("ExclusiveStartShardId").unwrap_or_default();
    let size = usize::try_from(input.number("Limit").unwrap_or(100)).unwrap_or(100).clamp(1, 10_000);
    let list = shards.describe(stream.created(), |shard| shard.id().as_str() > after);
    let has_more = list.len() > size;
    let mut description = stream.settings;
    description.insert("Shards".to_owned(), list.into_iter().take(size).collect());
    description.insert("HasMoreShards".to_owned(), has_more.into());
    description.remove("Tags");
    description.remove("OpenShardCount");
    Ok(json!({ "StreamDescription": description }))
}

/// Deletes a stream with its records.
fn delete(environment: &Environment, stream: &Stream) -> Result<Value, AwsError> {
    for shard in Shards::load(environment, stream)?.list {
        environment.tx.delete_all(records::KIND, &stream.scope(environment, shard.number))?;
    }
    Shards::forget(environment, &stream.name)?;
    environment.tx.delete(KIND, environment.region, &stream.name)?;
    Ok(Value::Null)
}

fn update_shard_count(environment: &Environment, mut stream: Stream, input: &Input) -> Result<Value, AwsError> {
    let count = input.number("TargetShardCount").and_then(|count| u64::try_from(count).ok());
    let count = count.filter(|count| *count >= 1);
    let count = count.ok_or_else(|| input.wrong("TargetShardCount must be at least 1."))?;
    let mut shards = Shards::load(environment, &stream)?;
    let current = shards.open_count();
    shards.divide_anew(environment, count);
    shards.save(environment, &stream.name)?;
    stream.settings.insert("OpenShardCount".to_owned(), count.into());
    stream.save(environment)?;
    Ok(json!({
        "StreamName": stream.name,
        "StreamARN": stream.settings.get("StreamARN"),
        "CurrentShardCount": current,
        "TargetShardCount": count,
    }))
}
