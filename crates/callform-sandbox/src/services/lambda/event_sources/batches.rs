//! Giving records to a function in batches, one shard after the other, in order.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::record::{Discarded, event, sequence_of_failures};
use super::{find, save};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::services::carrying::{Invocation, InvocationError, Step, time_of};
use crate::services::kinesis::{self, Entry, Shard, Shards, Stream};
use crate::services::s3;

const KIND: &str = "lambda/event-source-position";

/// Bytes of data in one batch: with Base64 and the rest of the event it stays below Lambda's 6 MB.
const LARGEST_BATCH: usize = 4_000_000;
/// Longest time between two attempts, in milliseconds.
const LONGEST_REST: u64 = 60_000;

/// How far a mapping has come in a shard.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Position {
    /// All records up to this number are done with.
    after: u64,
    /// Batches that were begun, the next one last. Each begins where the one before it ends, the first after `after`.
    pending: Vec<Batch>,
    /// Nothing is tried before this time, milliseconds since 1970.
    not_before: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Batch {
    /// Number of its last record.
    through: u64,
    /// Attempts that failed.
    attempts: u64,
}

/// A mapping while one of its shards is worked on.
struct Reading<'a> {
    environment: &'a Environment<'a>,
    uuid: &'a str,
    mapping: Map<String, Value>,
    stream: Stream,
    shards: Shards,
}

fn load(environment: &Environment, uuid: &str, shard: u64) -> Result<Position, AwsError> {
    Ok(environment.tx.get(KIND, uuid, &shard.to_string())?.unwrap_or_default())
}

fn store(environment: &Environment, uuid: &str, shard: u64, position: &Position) -> Result<(), AwsError> {
    environment.tx.put(KIND, uuid, &shard.to_string(), None, position)
}

/// Notes that a mapping begins after a record of a shard.
pub(super) fn start(environment: &Environment, uuid: &str, shard: u64, after: u64) -> Result<(), AwsError> {
    store(environment, uuid, shard, &Position { after, ..Position::default() })
}

/// Forgets how far a mapping has come.
pub(super) fn forget(environment: &Environment, uuid: &str) -> Result<(), AwsError> {
    environment.tx.delete_all(KIND, uuid)
}

/// Does the next thing there is to do for one mapping.
pub(super) fn step(environment: &Environment, uuid: &str) -> Result<Step, AwsError> {
    let Some(mut reading) = Reading::open(environment, uuid)? else { return Ok(Step::Idle) };
    for shard in reading.shards.list.clone() {
        match reading.step(&shard)? {
            Step::Idle => {}
            other => return Ok(other),
        }
    }
    Ok(Step::Idle)
}

/// When [`step`] has something to do next.
pub(super) fn next_due(environment: &Environment, uuid: &str) -> Result<Option<SystemTime>, AwsError> {
    let Some(reading) = Reading::open(environment, uuid)? else { return Ok(None) };
    let mut earliest: Option<u64> = None;
    for shard in &reading.shards.list {
        let time = reading.next(shard)?.map(|(time, _)| time);
        earliest = earliest.into_iter().chain(time).min();
    }
    Ok(earliest.map(time_of))
}

/// Takes the answer of an invocation that [`step`] asked for.
pub(super) fn settle(
    environment: &Environment,
    uuid: &str,
    shard: u64,
    answer: &Result<Vec<u8>, InvocationError>,
) -> Result<(), AwsError> {
    let Some(mut reading) = Reading::open(environment, uuid)? else { return Ok(()) };
    let found = reading.shards.list.iter().find(|candidate| candidate.number == shard).cloned();
    found.map_or(Ok(()), |shard| reading.settle(&shard, answer))
}

impl<'a> Reading<'a> {
    fn open(environment: &'a Environment, uuid: &'a str) -> Result<Option<Self>, AwsError> {
        let Some(mapping) = find(environment, uuid)? else { return Ok(None) };
        let text = |name: &str| mapping.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("State") != "Enabled" {
            return Ok(None);
        }
        let Some(stream) = Stream::find(environment, kinesis::name_of_arn(text("EventSourceArn")))? else {
            return Ok(None);
        };
        let shards = Shards::load(environment, &stream)?;
        Ok(Some(Self { environment, uuid, mapping, stream, shards }))
    }

    fn number(&self, member: &str) -> i64 {
        self.mapping.get(member).and_then(Value::as_i64).unwrap_or_default()
    }

    /// A limit that -1 says is none.
    fn limit(&self, member: &str) -> Option<u64> {
        u64::try_from(self.number(member)).ok()
    }

    /// A shard is begun when those it was made of are done with, so that the order of a key's records is kept.
    fn may_begin(&self, shard: &Shard) -> Result<bool, AwsError> {
        for parent in self.shards.list.iter().filter(|other| shard.parents().contains(&other.number)) {
            let position = load(self.environment, self.uuid, parent.number)?;
            if !self.entries(parent, position.after, 1, None)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Records of a shard after one, at most so many and up to a number.
    fn entries(&self, shard: &Shard, after: u64, most: usize, through: Option<u64>) -> Result<Vec<Entry>, AwsError> {
        let found = kinesis::entries(self.environment, &self.stream, shard.number, after, most, LARGEST_BATCH)?;
        Ok(found.into_iter().filter(|entry| through.is_none_or(|last| entry.number <= last)).collect())
    }

    /// Where a shard stands with a batch that is due at the top; `None` where none is.
    fn due(&self, shard: &Shard) -> Result<Option<Position>, AwsError> {
        let now = epoch_milliseconds(self.environment.now);
        Ok(self.next(shard)?.filter(|(time, _)| *time <= now).map(|(_, position)| position))
    }

    /// When a batch of a shard is next due, milliseconds since 1970, and where the shard then stands with that batch at
    /// the top; `None` where there is none.
    fn next(&self, shard: &Shard) -> Result<Option<(u64, Position)>, AwsError> {
        let mut position = load(self.environment, self.uuid, shard.number)?;
        if !self.may_begin(shard)? {
            return Ok(None);
        }
        let mut time = position.not_before;
        if position.pending.is_empty() {
            let size = usize::try_from(self.number("BatchSize")).unwrap_or(100);
            let window = self.limit("MaximumBatchingWindowInSeconds").unwrap_or_default() * 1000;
            let entries = self.entries(shard, position.after, size, None)?;
            let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(None) };
            let waits = if entries.len() < size { window } else { 0 };
            time = time.max(first.record.arrived.saturating_add(waits));
            position.pending.push(Batch { through: last.number, attempts: 0 });
        }
        Ok(Some((time, position)))
    }

    fn step(&mut self, shard: &Shard) -> Result<Step, AwsError> {
        let Some(mut position) = self.due(shard)? else { return Ok(Step::Idle) };
        store(self.environment, self.uuid, shard.number, &position)?;
        let now = epoch_milliseconds(self.environment.now);
        let through = position.pending.last().map(|batch| batch.through);
        let entries = self.entries(shard, position.after, usize::MAX, through)?;
        let too_old = self.limit("MaximumRecordAgeInSeconds").map(|age| now.saturating_sub(age * 1000));
        let expired = |entry: &Entry| too_old.is_some_and(|time| entry.record.arrived < time);
        if entries.iter().all(expired) {
            if !entries.is_empty() {
                self.discard(shard, &entries, "RecordAgeExceeded", 0)?;
            }
            advance(&mut position);
            store(self.environment, self.uuid, shard.number, &position)?;
            return Ok(Step::Worked);
        }
        let event = event(&self.mapping, self.environment.region, &self.stream, shard, &entries);
        let function = self.mapping.get("FunctionArn").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Step::Invoke(Invocation { function, payload: event.to_string().into_bytes(), part: shard.number }))
    }

    fn settle(&mut self, shard: &Shard, answer: &Result<Vec<u8>, InvocationError>) -> Result<(), AwsError> {
        let mut position = load(self.environment, self.uuid, shard.number)?;
        let Some(batch) = position.pending.last().cloned() else { return Ok(()) };
        let entries = self.entries(shard, position.after, usize::MAX, Some(batch.through))?;
        let reports = self.mapping.get("FunctionResponseTypes").and_then(Value::as_array);
        let reports = reports.is_some_and(|types| types.iter().any(|kind| kind == "ReportBatchItemFailures"));
        let numbers: Vec<_> = entries.iter().map(|entry| entry.number).collect();
        let sequence = |number| kinesis::sequence_number(self.stream.created(), shard.number, number);
        // The first record that failed; `None` where all are done.
        let failed = match answer {
            Err(_) => numbers.first().copied(),
            Ok(answer) if reports => sequence_of_failures(answer, &numbers, sequence),
            Ok(_) => None,
        };
        let result = match failed {
            None => {
                advance(&mut position);
                "OK"
            }
            Some(number) => {
                self.retry(shard, &mut position, &entries, number, answer.is_err())?;
                "PROBLEM: Function call failed"
            }
        };
        self.mapping.insert("LastProcessingResult".to_owned(), result.into());
        save(self.environment, &self.mapping)?;
        store(self.environment, self.uuid, shard.number, &position)
    }

    /// What becomes of a batch whose records from one number on failed.
    fn retry(
        &self,
        shard: &Shard,
        position: &mut Position,
        entries: &[Entry],
        failed: u64,
        is_error: bool,
    ) -> Result<(), AwsError> {
        let Some(mut batch) = position.pending.pop() else { return Ok(()) };
        let done = entries.iter().rev().find(|entry| entry.number < failed);
        position.after = done.map_or(position.after, |entry| entry.number);
        let left: Vec<_> = entries.iter().filter(|entry| entry.number >= failed).collect();
        batch.attempts += 1;
        let bisects = Input::new(&self.mapping, "").flag("BisectBatchOnFunctionError");
        if is_error && bisects && left.len() > 1 {
            // Half a batch is another batch: bisecting uses up no attempt.
            let middle = left.get(left.len() / 2 - 1).map_or(batch.through, |entry| entry.number);
            let attempts = batch.attempts - 1;
            position.pending.push(Batch { through: batch.through, attempts });
            position.pending.push(Batch { through: middle, attempts });
            return Ok(());
        }
        if self.limit("MaximumRetryAttempts").is_some_and(|most| batch.attempts > most) {
            let left: Vec<_> = entries.iter().filter(|entry| entry.number >= failed).cloned().collect();
            self.discard(shard, &left, "RetryAttemptsExhausted", batch.attempts)?;
            position.after = batch.through;
            position.not_before = 0;
            return Ok(());
        }
        let rest = 1000_u64.checked_shl(u32::try_from(batch.attempts - 1).unwrap_or(u32::MAX)).unwrap_or(LONGEST_REST);
        position.not_before = epoch_milliseconds(self.environment.now) + rest.clamp(1000, LONGEST_REST);
        position.pending.push(batch);
        Ok(())
    }

    /// Gives up records: what is known of them goes to the on-failure destination.
    fn discard(&self, shard: &Shard, entries: &[Entry], condition: &str, attempts: u64) -> Result<(), AwsError> {
        let discarded = Discarded { mapping: &self.mapping, stream: &self.stream, shard, entries, condition, attempts };
        let destination = self.mapping.get("DestinationConfig").map(|config| &config["OnFailure"]["Destination"]);
        let destination = destination.and_then(Value::as_str).unwrap_or_default();
        tracing::warn!(
            mapping = self.uuid,
            condition,
            records = entries.len(),
            destination,
            "lambda: records given up"
        );
        let Some(bucket) = destination.strip_prefix("arn:aws:s3:::") else { return Ok(()) };
        let now = chrono::DateTime::<chrono::Utc>::from(self.environment.now);
        let key = format!(
            "aws/lambda/{}/{}/{}-{}",
            self.uuid,
            shard.id(),
            now.format("%Y/%m/%d/%Y-%m-%dT%H.%M.%S"),
            Uuid::new_v4()
        );
        let bytes = discarded.record(self.environment).to_string().into_bytes();
        let written = self
            .environment
            .tx
            .attempt(|| s3::object::write(self.environment, bucket, &key, &bytes, "application/json"))?;
        if let Err(error) = written {
            tracing::warn!(mapping = self.uuid, %error, "lambda: the on-failure destination refused a record");
        }
        Ok(())
    }
}

/// The batch at the top is done with.
fn advance(position: &mut Position) {
    if let Some(batch) = position.pending.pop() {
        position.after = batch.through;
    }
    position.not_before = 0;
}
