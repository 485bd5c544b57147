//! Putting records into a stream.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::shards::{Shards, sequence_number};
use super::stream::{Stream, invalid_argument};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;

pub(super) const KIND: &str = "kinesis/record";

/// Most bytes of one record, with its partition key (Kinesis, `PutRecord`).
const LARGEST_RECORD: usize = 1024 * 1024;
/// Most bytes of one `PutRecords`, partition keys included.
const LARGEST_REQUEST: usize = 5 * 1024 * 1024;
/// Most records of one `PutRecords`.
const MOST_RECORDS: usize = 500;

/// A record; the store's key is its number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The partition key.
    pub(crate) partition_key: String,
    /// The data in Base64, as it came.
    pub(crate) data: String,
    /// When it arrived, milliseconds since 1970.
    pub(crate) arrived: u64,
}

/// Keys of records sort as their numbers do.
pub(super) fn key(number: u64) -> String {
    format!("{number:020}")
}

/// A record that may be put.
struct Checked<'a> {
    partition_key: &'a str,
    hash_key: u128,
    data: &'a str,
    size: usize,
}

fn check<'a>(input: &Input<'a>) -> Result<Checked<'a>, AwsError> {
    let partition_key = input.need("PartitionKey")?;
    if partition_key.chars().count() > 256 {
        return Err(input.wrong(format!("1 validation error detected: Value '{partition_key}' at 'partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256")));
    }
    let data = input.text("Data").ok_or_else(|| {
        input
            .wrong("1 validation error detected: Value at 'data' failed to satisfy constraint: Member must not be null")
    })?;
    let bytes = BASE64
        .decode(data)
        .map_err(|error| AwsError::new(400, "SerializationException", format!("Data is no Base64: {error}")))?;
    let size = bytes.len() + partition_key.len();
    if size > LARGEST_RECORD {
        return Err(input.wrong(format!("1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to {LARGEST_RECORD}")));
    }
    let hash_key = match input.text("ExplicitHashKey") {
        Some(text) => text.parse().map_err(|_| {
            invalid_argument(format!("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {text}"))
        })?,
        None => u128::from_be_bytes(Md5::digest(partition_key).into()),
    };
    Ok(Checked { partition_key, hash_key, data, size })
}

/// Where records are put: the shards are written once for all of them.
struct Putting<'a> {
    environment: &'a Environment<'a>,
    stream: &'a Stream,
    shards: Shards,
}

impl<'a> Putting<'a> {
    fn start(environment: &'a Environment, stream: &'a Stream) -> Result<Self, AwsError> {
        let mut putting = Self { environment, stream, shards: Shards::load(environment, stream)? };
        putting.trim()?;
        Ok(putting)
    }

    /// Removes what is older than the stream's retention.
    fn trim(&mut self) -> Result<(), AwsError> {
        let horizon = self.stream.horizon(self.environment);
        for shard in self.shards.trim(horizon) {
            self.environment.tx.delete_all(KIND, &self.stream.scope(self.environment, shard))?;
        }
        for shard in &self.shards.list {
            let scope = self.stream.scope(self.environment, shard.number);
            while let Some((key, record)) = self.environment.tx.first::<Record>(KIND, &scope)?
                && record.arrived < horizon
            {
                self.environment.tx.delete(KIND, &scope, &key)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, record: &Checked) -> Result<Value, AwsError> {
        let shard = self.shards.list.iter().find(|shard| shard.is_open() && shard.holds(record.hash_key));
        let shard = shard.ok_or_else(|| AwsError::new(500, "InternalFailure", "The hash keys have a gap."))?;
        self.shards.last += 1;
        let number = self.shards.last;
        let stored = Record {
            partition_key: record.partition_key.to_owned(),
            data: record.data.to_owned(),
            arrived: epoch_milliseconds(self.environment.now),
        };
        let scope = self.stream.scope(self.environment, shard.number);
        self.environment.tx.put(KIND, &scope, &key(number), None, &stored)?;
        Ok(json!({
            "ShardId": shard.id(),
            "SequenceNumber": sequence_number(self.stream.created(), shard.number, number),
        }))
    }

    fn finish(self) -> Result<(), AwsError> {
        self.shards.save(self.environment, &self.stream.name)
    }
}

pub(super) fn put_one(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let stream = &Stream::requested(environment, input)?;
    let record = check(input)?;
    let mut putting = Putting::start(environment, stream)?;
    let mut answer = putting.put(&record)?;
    putting.finish()?;
    answer["EncryptionType"] = stream.encryption().into();
    Ok(answer)
}

pub(super) fn put_many(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let stream = &Stream::requested(environment, input)?;
    let records = input.list("Records");
    if records.is_empty() || records.len() > MOST_RECORDS {
        return Err(input.wrong(format!(
            "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length between 1 and {MOST_RECORDS}"
        )));
    }
    let empty = Map::new();
    let checked = records
        .iter()
        .map(|record| check(&Input::new(record.as_object().unwrap_or(&empty), "ValidationException")))
        .collect::<Result<Vec<_>, _>>()?;
    if checked.iter().map(|record| record.size).sum::<usize>() > LARGEST_REQUEST {
        return Err(invalid_argument("Records size exceeds 5 MB limit"));
    }
    let mut putting = Putting::start(environment, stream)?;
    let results = checked.iter().map(|record| putting.put(record)).collect::<Result<Vec<_>, _>>()?;
    putting.finish()?;
    Ok(json!({ "FailedRecordCount": 0, "Records": results, "EncryptionType": stream.encryption() }))
}
