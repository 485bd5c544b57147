//! What waits in a delivery stream: records before their transformation, and records before they are written.
//!
//! Records are numbered in the order they came. A record before its transformation is in the queue; afterwards it is in
//! the buffer of the objects it belongs to: one for each combination of partition keys, one for failures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::AwsError;
use crate::handler::Environment;

const COUNTER: &str = "firehose/counter";
const QUEUE: &str = "firehose/queue";
const BATCH: &str = "firehose/batch";
const BUFFER: &str = "firehose/buffer";
const OUTPUT: &str = "firehose/output";
const POSITION: &str = "firehose/position";

/// Documents of one delivery stream.
#[derive(Clone, Copy)]
pub(super) struct Buffers<'a> {
    pub(super) environment: &'a Environment<'a>,
    /// Name of the delivery stream.
    pub(super) name: &'a str,
}

/// A record before its transformation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Queued {
    /// The data in Base64.
    pub(super) data: String,
    /// When it arrived, milliseconds since 1970.
    pub(super) arrived: u64,
    /// Where it came from.
    pub(super) source: Option<SourceRecord>,
}

/// Where a record of a Kinesis stream came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SourceRecord {
    pub(super) shard_id: String,
    pub(super) sequence_number: String,
    pub(super) partition_key: String,
}

/// A batch that a function is to transform: it stays the same until there is an answer, however often it is tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Batch {
    /// The same for every attempt.
    pub(super) invocation_id: String,
    /// Number of the last record in it; the first is the first of the queue.
    pub(super) last: u64,
    /// Attempts that failed.
    pub(super) attempts: u64,
}

/// Which objects a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Place {
    /// Objects of delivered records with these partition keys.
    Delivered(BTreeMap<String, String>),
    /// Objects of records that failed: the error output type.
    Failed(String),
}

/// The state of one buffer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Buffer {
    pub(super) place: Place,
    /// Bytes of data in it.
    pub(super) bytes: u64,
    /// When its oldest record arrived, milliseconds since 1970. The wait counts from there, so that what is written when
    /// does not hang on how soon the worker came round.
    pub(super) since: u64,
    /// Not to be written before this time, milliseconds since 1970: the last attempt failed.
    pub(super) not_before: u64,
}

/// A record before it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Output {
    /// The bytes, in Base64.
    pub(super) data: String,
    /// When the record arrived, milliseconds since 1970.
    pub(super) arrived: u64,
}

fn key(number: u64) -> String {
    format!("{number:020}")
}

impl Buffers<'_> {
    fn scope(&self) -> String {
        format!("{}/{}", self.environment.region, self.name)
    }

    fn output_scope(&self, buffer: &str) -> String {
        format!("{}/{buffer}", self.scope())
    }

    /// The next number of a record.
    pub(super) fn next_number(&self) -> Result<u64, AwsError> {
        let tx = self.environment.tx;
        let number = tx.get::<u64>(COUNTER, self.environment.region, self.name)?.unwrap_or_default() + 1;
        tx.put(COUNTER, self.environment.region, self.name, None, &number)?;
        Ok(number)
    }

    pub(super) fn enqueue(&self, number: u64, record: &Queued) -> Result<(), AwsError> {
        self.environment.tx.put(QUEUE, &self.scope(), &key(number), None, record)
    }

    /// Records of the queue in order, up to a number.
    pub(super) fn queue_through(&self, last: u64) -> Result<Vec<(u64, Queued)>, AwsError> {
        let (mut records, _) = self.queue(u64::MAX)?;
        records.retain(|(number, _)| *number <= last);
        Ok(records)
    }

    /// Records of the queue in order: at most so many bytes of data, but one at least. And whether there are so many
    /// bytes.
    pub(super) fn queue(&self, bytes: u64) -> Result<(Vec<(u64, Queued)>, bool), AwsError> {
        let mut found: Vec<(u64, Queued)> = Vec::new();
        let mut size: u64 = 0;
        loop {
            let after = found.last().map_or_else(String::new, |(number, _)| key(*number));
            let piece = self.environment.tx.list_after::<Queued>(QUEUE, &self.scope(), &after, 100)?;
            let is_end = piece.len() < 100;
            for (key, record) in piece {
                size = size.saturating_add(decoded_length(&record.data));
                if size > bytes && !found.is_empty() {
                    return Ok((found, true));
                }
                found.push((key.parse().unwrap_or_default(), record));
            }
            if is_end {
                return Ok((found, size >= bytes));
            }
        }
    }

    pub(super) fn dequeue(&self, number: u64) -> Result<(), AwsError> {
        self.environment.tx.delete(QUEUE, &self.scope(), &key(number)).map(|_| ())
    }

    pub(super) fn batch(&self) -> Result<Option<Batch>, AwsError> {
        self.environment.tx.get(BATCH, self.environment.region, self.name)
    }

    pub(super) fn set_batch(&self, batch: Option<&Batch>) -> Result<(), AwsError> {
        match batch {
            Some(batch) => self.environment.tx.put(BATCH, self.environment.region, self.name, None, batch),
            None => self.environment.tx.delete(BATCH, self.environment.region, self.name).map(|_| ()),
        }
    }

    /// Puts a record into the buffer of its objects.
    pub(super) fn append(&self, place: &Place, number: u64, output: &Output) -> Result<(), AwsError> {
        let tx = self.environment.tx;
        let name = serde_json::to_string(place)?;
        let buffer = tx.get::<Buffer>(BUFFER, &self.scope(), &name)?;
        let arrived = output.arrived;
        let mut buffer =
            buffer.unwrap_or_else(|| Buffer { place: place.clone(), bytes: 0, since: arrived, not_before: 0 });
        buffer.since = buffer.since.min(arrived);
        buffer.bytes += decoded_length(&output.data);
        tx.put(BUFFER, &self.scope(), &name, None, &buffer)?;
        tx.put(OUTPUT, &self.output_scope(&name), &key(number), None, output)
    }

    /// All buffers with something in them, by name.
    pub(super) fn all(&self) -> Result<Vec<(String, Buffer)>, AwsError> {
        self.environment.tx.list(BUFFER, &self.scope())
    }

    /// What is in a buffer, in order.
    pub(super) fn content(&self, buffer: &str) -> Result<Vec<Output>, AwsError> {
        let content = self.environment.tx.list::<Output>(OUTPUT, &self.output_scope(buffer))?;
        Ok(content.into_iter().map(|(_, output)| output).collect())
    }

    pub(super) fn put_off(&self, name: &str, mut buffer: Buffer, not_before: u64) -> Result<(), AwsError> {
        buffer.not_before = not_before;
        self.environment.tx.put(BUFFER, &self.scope(), name, None, &buffer)
    }

    pub(super) fn empty(&self, buffer: &str) -> Result<(), AwsError> {
        self.environment.tx.delete_all(OUTPUT, &self.output_scope(buffer))?;
        self.environment.tx.delete(BUFFER, &self.scope(), buffer).map(|_| ())
    }

    /// The last record of a shard that was taken from the source.
    pub(super) fn position(&self, shard: u64) -> Result<Option<u64>, AwsError> {
        self.environment.tx.get(POSITION, &self.scope(), &shard.to_string())
    }

    pub(super) fn set_position(&self, shard: u64, position: u64) -> Result<(), AwsError> {
        self.environment.tx.put(POSITION, &self.scope(), &shard.to_string(), None, &position)
    }

    /// Forgets everything, for a delivery stream that is deleted: what was not delivered is lost, as in the service.
    pub(super) fn forget(&self) -> Result<(), AwsError> {
        for (name, _) in self.all()? {
            self.empty(&name)?;
        }
        self.environment.tx.delete_all(QUEUE, &self.scope())?;
        self.environment.tx.delete_all(POSITION, &self.scope())?;
        self.environment.tx.delete(COUNTER, self.environment.region, self.name)?;
        self.set_batch(None)
    }
}

/// Bytes that a Base64 text stands for.
fn decoded_length(text: &str) -> u64 {
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    u64::try_from((text.len() / 4 * 3).saturating_sub(padding)).unwrap_or_default()
}
