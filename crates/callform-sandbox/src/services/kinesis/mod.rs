//! Amazon Kinesis Data Streams: streams, their shards, and the records in them.
//!
//! Records of a stream are counted from 1; the count is the end of every sequence number, so that sequence numbers
//! only grow. A record is in the shard whose range holds the MD5 hash of its partition key.

mod reading;
mod records;
mod shards;
mod streams;

use serde_json::{Map, Value};

use super::input::Input;
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

pub(crate) use reading::{Entry, entries, position_at};
pub(crate) use shards::{Shard, Shards, sequence_number};

const KIND: &str = "kinesis/stream";

/// A stream's settings and its name.
pub(crate) struct Stream {
    /// Name of the stream.
    pub(crate) name: String,
    /// What `DescribeStream` answers, without the shards.
    pub(crate) settings: Map<String, Value>,
}

impl Stream {
    /// The stream of a name; `None` where there is none.
    pub(crate) fn find(environment: &Environment, name: &str) -> Result<Option<Self>, AwsError> {
        let settings = environment.tx.get(KIND, environment.region, name)?;
        Ok(settings.map(|settings| Self { name: name.to_owned(), settings }))
    }

    fn load(environment: &Environment, name: &str) -> Result<Self, AwsError> {
        Self::find(environment, name)?.ok_or_else(|| {
            let message = format!("Stream {name} under account {} not found.", environment.account);
            AwsError::new(400, "ResourceNotFoundException", message)
        })
    }

    fn save(&self, environment: &Environment) -> Result<(), AwsError> {
        environment.tx.put(KIND, environment.region, &self.name, None, &self.settings)
    }

    /// Where the documents of one of the stream's shards are.
    fn scope(&self, environment: &Environment, shard: u64) -> String {
        format!("{}/{}/{shard}", environment.region, self.name)
    }

    /// When it was made, milliseconds since 1970.
    pub(crate) fn created(&self) -> u64 {
        let seconds = self.settings.get("StreamCreationTimestamp").and_then(Value::as_f64).unwrap_or_default();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time after 1970, before 280,000"
        )]
        let milliseconds = (seconds * 1000.0).round() as u64;
        milliseconds
    }

    fn encryption(&self) -> &str {
        self.settings.get("EncryptionType").and_then(Value::as_str).unwrap_or("NONE")
    }

    /// Records that arrived before this time, in milliseconds since 1970, are gone.
    fn horizon(&self, environment: &Environment) -> u64 {
        let hours = self.settings.get("RetentionPeriodHours").and_then(Value::as_u64).unwrap_or(24);
        epoch_milliseconds(environment.now).saturating_sub(hours * 3_600_000)
    }
}

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "ValidationException");
    match operation {
        "CreateStream" => streams::create(environment, &input),
        "ListStreams" => streams::list(environment, &input),
        "ListShards" if input.value("NextToken").is_some() => reading::list_shards(environment, None, &input),
        "GetRecords" => reading::get(environment, &input),
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
        | "UpdateStreamMode"
        | "PutRecord"
        | "PutRecords"
        | "GetShardIterator" => {
            let stream = Stream::load(environment, stream_name(&input)?)?;
            match operation {
                "PutRecord" => records::put(environment, &stream, &input),
                "PutRecords" => records::put_many(environment, &stream, &input),
                "GetShardIterator" => reading::iterator(environment, &stream, &input),
                "ListShards" => reading::list_shards(environment, Some(&stream), &input),
                _ => streams::on_stream(environment, operation, stream, &input),
            }
        }
        _ => Err(AwsError::unsupported("Kinesis", operation)),
    }
}

fn stream_name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    match input.text("StreamName") {
        Some(name) => Ok(name),
        None => Ok(name_of_arn(input.need("StreamARN")?)),
    }
}

/// The stream an ARN names.
pub(crate) fn name_of_arn(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

fn invalid_argument(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidArgumentException", message)
}

#[cfg(test)]
mod tests;
