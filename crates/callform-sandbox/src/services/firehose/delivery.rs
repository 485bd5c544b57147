//! Carrying records on, one durable step after the other: from the source stream into the queue, through the function
//! into the buffers, from the buffers into S3.
//!
//! A step is one transaction. Only the invocation of the function lies between two of them: a process that is killed
//! there leaves the batch as it was, and it is invoked again with the same record ids. So a function sees a record at
//! least once, and an object is written exactly once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::SystemTime;
use uuid::Uuid;

use super::DeliveryStream;
use super::buffer::{Batch, Buffer, Buffers, Place, Queued, SourceRecord};
use super::destination::{Destination, Transform};
use super::prefix::Filling;
use super::records::{record_id, take_in};
use super::transform::{self, Failure, PROCESSING_FAILED};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::carrying::{Answer, Carrier, Invocation, InvocationError, Step, time_of};
use crate::services::{kinesis, s3};
use crate::store::Tx;

/// Records taken from one shard in one step.
const TAKEN_AT_ONCE: usize = 500;
/// How long a buffer that could not be written waits, in milliseconds.
const REST: u64 = 60_000;

/// Does the next thing there is to do for one delivery stream.
fn step(environment: &Environment, name: &str) -> Result<Step, AwsError> {
    let Some(stream) = DeliveryStream::find(environment, name)? else { return Ok(Step::Idle) };
    let Some(destination) = stream.destination()? else { return Ok(Step::Idle) };
    if take_from_source(environment, &stream)? {
        return Ok(Step::Worked);
    }
    let buffers = Buffers { environment, name };
    if let Some(transform) = &destination.transform
        && let Some(invocation) = next_invocation(&buffers, &stream, transform)?
    {
        return Ok(Step::Invoke(invocation));
    }
    let full = buffers.all()?.into_iter().find(|(_, buffer)| is_full(environment, &destination, buffer));
    match full {
        Some((key, buffer)) => write(&buffers, &stream, &destination, &key, buffer).map(|()| Step::Worked),
        None => Ok(Step::Idle),
    }
}

/// Delivery streams, as work that nobody asks for.
pub(crate) struct DeliveryStreams;

impl Carrier for DeliveryStreams {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        super::all(tx)
    }

    fn step(&self, environment: &Environment, name: &str) -> Result<Step, AwsError> {
        step(environment, name)
    }

    fn settle(&self, environment: &Environment, name: &str, _: &Invocation, answer: &Answer) -> Result<(), AwsError> {
        settle(environment, name, answer)
    }

    fn next_due(&self, environment: &Environment, name: &str) -> Result<Option<SystemTime>, AwsError> {
        next_due(environment, name)
    }
}

/// When [`step`] has something to do next.
fn next_due(environment: &Environment, name: &str) -> Result<Option<SystemTime>, AwsError> {
    let Some(stream) = DeliveryStream::find(environment, name)? else { return Ok(None) };
    let Some(destination) = stream.destination()? else { return Ok(None) };
    let buffers = Buffers { environment, name };
    if let Some(source) = Source::find(environment, &stream)?
        && source.next(&buffers, 1)?.is_some()
    {
        return Ok(Some(environment.now));
    }
    let mut times: Vec<u64> =
        buffers.all()?.iter().map(|(_, buffer)| full_at(environment, &destination, buffer)).collect();
    if let Some(transform) = &destination.transform {
        if buffers.batch()?.is_some() {
            return Ok(Some(environment.now));
        }
        times.extend(next_batch(&buffers, transform)?.map(|(_, time)| time));
    }
    Ok(times.into_iter().min().map(time_of))
}

/// When the object of a buffer is to be written, milliseconds since 1970.
fn full_at(environment: &Environment, destination: &Destination, buffer: &Buffer) -> u64 {
    let now = epoch_milliseconds(environment.now);
    let runs_out = buffer.since.saturating_add(destination.interval);
    let full = if buffer.bytes >= destination.size { now.min(runs_out) } else { runs_out };
    full.max(buffer.not_before)
}

/// True where the object of a buffer is to be written.
fn is_full(environment: &Environment, destination: &Destination, buffer: &Buffer) -> bool {
    full_at(environment, destination, buffer) <= epoch_milliseconds(environment.now)
}

/// Notes where the source stands: only what comes later is delivered, as in the service.
pub(super) fn start_at_latest(environment: &Environment, stream: &DeliveryStream) -> Result<(), AwsError> {
    let Some(source) = stream.source() else { return Ok(()) };
    let name = kinesis::name_of_arn(source);
    let Some(source) = kinesis::Stream::find(environment, name)? else {
        let message = format!("Kinesis Stream {name} under account {} not found.", environment.account);
        return Err(super::invalid_argument(message));
    };
    let shards = kinesis::Shards::load(environment, &source)?;
    let buffers = Buffers { environment, name: &stream.name };
    for shard in &shards.list {
        buffers.set_position(shard.number, shards.last)?;
    }
    Ok(())
}

/// The Kinesis stream that a delivery stream reads.
struct Source<'a> {
    environment: &'a Environment<'a>,
    stream: kinesis::Stream,
    shards: kinesis::Shards,
}

impl<'a> Source<'a> {
    fn find(environment: &'a Environment, stream: &DeliveryStream) -> Result<Option<Self>, AwsError> {
        let Some(arn) = stream.source() else { return Ok(None) };
        let Some(stream) = kinesis::Stream::find(environment, kinesis::name_of_arn(arn))? else { return Ok(None) };
        let shards = kinesis::Shards::load(environment, &stream)?;
        Ok(Some(Self { environment, stream, shards }))
    }

    /// Records of some shard that were not taken yet; `None` where there are none.
    fn next(&self, buffers: &Buffers, most: usize) -> Result<Option<(&kinesis::Shard, Vec<kinesis::Entry>)>, AwsError> {
        for shard in &self.shards.list {
            // A shard that was opened since the delivery stream was made is read from its beginning.
            let position = buffers.position(shard.number)?.unwrap_or_default();
            let entries =
                kinesis::entries(self.environment, &self.stream, shard.number, position, most, 10 * 1024 * 1024)?;
            if !entries.is_empty() {
                return Ok(Some((shard, entries)));
            }
        }
        Ok(None)
    }
}

/// Moves records of the source stream into the queue. True where there were any.
fn take_from_source(environment: &Environment, stream: &DeliveryStream) -> Result<bool, AwsError> {
    let Some(source) = Source::find(environment, stream)? else { return Ok(false) };
    let buffers = Buffers { environment, name: &stream.name };
    let Some((shard, entries)) = source.next(&buffers, TAKEN_AT_ONCE)? else { return Ok(false) };
    for entry in &entries {
        let record = Queued {
            data: entry.record.data.clone(),
            arrived: entry.record.arrived,
            source: Some(SourceRecord {
                shard_id: shard.id(),
                sequence_number: kinesis::sequence_number(source.stream.created(), shard.number, entry.number),
                partition_key: entry.record.partition_key.clone(),
            }),
        };
        take_in(environment, stream, &record)?;
        buffers.set_position(shard.number, entry.number)?;
    }
    Ok(true)
}

/// The invocation that is due: one that has not been answered, or one of records that have waited long enough.
fn next_invocation(
    buffers: &Buffers,
    stream: &DeliveryStream,
    transform: &Transform,
) -> Result<Option<Invocation>, AwsError> {
    let batch = if let Some(batch) = buffers.batch()? {
        batch
    } else {
        let now = epoch_milliseconds(buffers.environment.now);
        let Some((last, _)) = next_batch(buffers, transform)?.filter(|(_, time)| *time <= now) else {
            return Ok(None);
        };
        let batch = Batch { invocation_id: Uuid::new_v4().to_string(), last, attempts: 0 };
        buffers.set_batch(Some(&batch))?;
        batch
    };
    let records = buffers.queue_through(batch.last)?;
    let event = transform::event(stream, buffers.environment.region, &batch.invocation_id, &records);
    Ok(Some(Invocation { function: transform.function.clone(), payload: event.to_string().into_bytes(), part: 0 }))
}

/// The last record of the next batch, and when that is due, milliseconds since 1970: the buffer of the function is full,
/// or its oldest record has waited long enough.
fn next_batch(buffers: &Buffers, transform: &Transform) -> Result<Option<(u64, u64)>, AwsError> {
    let (records, is_full) = buffers.queue(transform.size)?;
    let (Some((_, oldest)), Some((last, _))) = (records.first(), records.last()) else { return Ok(None) };
    let waits = if is_full { 0 } else { transform.interval };
    Ok(Some((*last, oldest.arrived.saturating_add(waits))))
}

/// Takes the answer of an invocation that [`step`] asked for.
fn settle(environment: &Environment, name: &str, answer: &Result<Vec<u8>, InvocationError>) -> Result<(), AwsError> {
    let Some(stream) = DeliveryStream::find(environment, name)? else { return Ok(()) };
    let Some(destination) = stream.destination()? else { return Ok(()) };
    let buffers = Buffers { environment, name };
    let (Some(transform), Some(mut batch)) = (&destination.transform, buffers.batch()?) else { return Ok(()) };
    let records = buffers.queue_through(batch.last)?;
    let ids: Vec<_> = records.iter().map(|(number, _)| record_id(stream.created(), *number)).collect();
    let results = match answer {
        Ok(answer) => transform::read_answer(answer, &ids),
        Err(error) => Err(failure_of(error)),
    };
    batch.attempts += 1;
    if results.is_err() && batch.attempts <= transform.retries {
        return buffers.set_batch(Some(&batch));
    }
    let now = epoch_milliseconds(environment.now);
    for ((number, record), id) in records.iter().zip(&ids) {
        let result = results.as_ref().map_err(Clone::clone).and_then(|results| {
            results.get(id).map_or(Ok(None), |result| transform::place(result, record, &destination))
        });
        match result {
            Ok(Some((place, output))) => buffers.append(&place, *number, &output)?,
            Ok(None) => {}
            Err(failure) => {
                let line = transform::error_record(record, id, &failure, batch.attempts, &transform.function, now);
                buffers.append(&Place::Failed(PROCESSING_FAILED.to_owned()), *number, &line)?;
            }
        }
        buffers.dequeue(*number)?;
    }
    buffers.set_batch(None)
}

fn failure_of(error: &InvocationError) -> Failure {
    let code = match error {
        InvocationError::NotInvoked(_) => "Lambda.InvokeAccessDenied",
        InvocationError::TimedOut(_) => "Lambda.FunctionTimedOut",
        InvocationError::Failed(_) => "Lambda.FunctionError",
    };
    Failure::new(code, error.to_string())
}

/// Writes the object of a buffer, or puts it off where S3 refuses it.
fn write(
    buffers: &Buffers,
    stream: &DeliveryStream,
    destination: &Destination,
    name: &str,
    buffer: Buffer,
) -> Result<(), AwsError> {
    let environment = buffers.environment;
    let content = buffers.content(name)?;
    let oldest = content.iter().map(|output| output.arrived).min().unwrap_or(buffer.since);
    let key = key(stream, destination, &buffer.place, oldest);
    let mut bytes = Vec::new();
    for output in &content {
        bytes.extend(BASE64.decode(&output.data).unwrap_or_default());
    }
    let bytes = if destination.gzip { gzip(&bytes)? } else { bytes };
    let kind = "application/octet-stream";
    match environment.tx.attempt(|| s3::object::write(environment, &destination.bucket, &key, &bytes, kind))? {
        Ok(()) => buffers.empty(name),
        Err(error) => {
            tracing::warn!(stream = stream.name, %error, "firehose: an object could not be written; tried again later");
            buffers.put_off(name, buffer, epoch_milliseconds(environment.now) + REST)
        }
    }
}

/// `<prefix><stream>-<version>-<time>-<random><extension>` (developer guide, "Amazon S3 object name format").
fn key(stream: &DeliveryStream, destination: &Destination, place: &Place, oldest: u64) -> String {
    let milliseconds = i64::try_from(oldest).unwrap_or(i64::MAX);
    let time = DateTime::<Utc>::from_timestamp_millis(milliseconds).unwrap_or_default();
    let none = BTreeMap::new();
    let prefix = match place {
        Place::Delivered(partition_keys) => {
            destination.prefix.fill(&Filling { time, error_output_type: "", partition_keys })
        }
        Place::Failed(kind) => {
            destination.error_prefix.fill(&Filling { time, error_output_type: kind, partition_keys: &none })
        }
    };
    let version = stream.settings.get("VersionId").and_then(Value::as_str).unwrap_or("1");
    format!(
        "{prefix}{}-{version}-{}-{}{}",
        stream.name,
        time.format("%Y-%m-%d-%H-%M-%S"),
        Uuid::new_v4(),
        destination.extension
    )
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, AwsError> {
    let failed = |error: std::io::Error| AwsError::new(500, "InternalFailure", error.to_string());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(failed)?;
    encoder.finish().map_err(failed)
}
