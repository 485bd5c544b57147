//! Reading records: shards, iterators, and what consumers inside the sandbox use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::records::{KIND, Record, key};
use super::shards::{Shard, Shards, record_of, sequence_number};
use super::stream::{Stream, invalid_argument};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};

/// Most records of one `GetRecords`.
const MOST_RECORDS: usize = 10_000;
/// Bytes after which `GetRecords` stops.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;
/// How long an iterator can be used.
const ITERATOR_MILLISECONDS: u64 = 300_000;
/// Records read from the store at once.
const PIECE: usize = 250;

/// A record with its number.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its number in the stream.
    pub(crate) number: u64,
    /// The record.
    pub(crate) record: Record,
}

/// Records of a shard with numbers after `after`, in order: at most so many, and at most so many bytes of data, but one
/// at least.
pub(crate) fn entries(
    environment: &Environment,
    stream: &Stream,
    shard: u64,
    after: u64,
    most: usize,
    bytes: usize,
) -> Result<Vec<Entry>, AwsError> {
    let horizon = stream.horizon(environment);
    let scope = stream.scope(environment, shard);
    let mut found: Vec<Entry> = Vec::new();
    let mut last = key(after);
    let mut size = 0;
    loop {
        let piece = environment.tx.list_after::<Record>(KIND, &scope, &last, PIECE)?;
        let is_end = piece.len() < PIECE;
        for (key, record) in piece {
            last.clone_from(&key);
            if record.arrived < horizon {
                continue;
            }
            size += record.data.len() / 4 * 3;
            if found.len() == most || (size > bytes && !found.is_empty()) {
                return Ok(found);
            }
            found.push(Entry { number: key.parse().unwrap_or_default(), record });
        }
        if is_end {
            return Ok(found);
        }
    }
}

/// The number of the last record of a shard that arrived before a time in milliseconds since 1970: reading after it
/// begins at that time.
pub(crate) fn position_at(
    environment: &Environment,
    stream: &Stream,
    shard: u64,
    time: u64,
    last: u64,
) -> Result<u64, AwsError> {
    let mut after = 0;
    loop {
        let piece = entries(environment, stream, shard, after, PIECE, usize::MAX)?;
        if let Some(found) = piece.iter().find(|entry| entry.record.arrived >= time) {
            return Ok(found.number - 1);
        }
        match piece.last() {
            Some(entry) => after = entry.number,
            None => return Ok(last),
        }
    }
}

pub(super) fn list_shards(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let stream = if input.value("NextToken").is_some() { None } else { Some(Stream::requested(environment, input)?) };
    let stream = stream.as_ref();
    // A token says which stream is meant: `<position>/<stream>`.
    let token = input.text("NextToken").and_then(|token| token.split_once('/'));
    let of_token = match (stream, token) {
        (None, Some((_, name))) => Some(Stream::load(environment, name)?),
        (None, None) => {
            return Err(AwsError::new(400, "ExpiredNextTokenException", "The token is no token of ListShards."));
        }
        (Some(_), _) => None,
    };
    let Some(stream) = stream.or(of_token.as_ref()) else { return Ok(Value::Null) };
    let shards = Shards::load(environment, stream)?;
    let after = input.text("ExclusiveStartShardId").unwrap_or_default();
    let filter = input.object("ShardFilter");
    let only_open = filter.get("Type").and_then(Value::as_str) == Some("AT_LATEST");
    let list =
        shards.describe(stream.created(), |shard| shard.id().as_str() > after && (shard.is_open() || !only_open));
    let size = usize::try_from(input.number("MaxResults").unwrap_or(1000)).unwrap_or(1000).clamp(1, 10_000);
    let (list, next) = page(list, token.map(|(position, _)| position), size);
    let mut answer = json!({ "Shards": list });
    if let Some(next) = next {
        answer["NextToken"] = format!("{next}/{}", stream.name).into();
    }
    Ok(answer)
}

/// A place in a shard: `<region>|<stream>|<created>|<shard>|<after>|<issued>` in Base64.
struct Iterator {
    stream: String,
    created: u64,
    shard: u64,
    /// Number of the last record that was read.
    after: u64,
    /// When it was given out, milliseconds since 1970.
    issued: u64,
}

impl Iterator {
    fn encode(&self) -> String {
        let Self { stream, created, shard, after, issued } = self;
        BASE64.encode(format!("{stream}|{created}|{shard}|{after}|{issued}"))
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
        let mut parts = text.split('|');
        let stream = parts.next()?.to_owned();
        let mut number = || parts.next()?.parse().ok();
        Some(Self { stream, created: number()?, shard: number()?, after: number()?, issued: number()? })
    }
}

pub(super) fn iterator(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let stream = &Stream::requested(environment, input)?;
    let id = input.need("ShardId")?;
    let shards = Shards::load(environment, stream)?;
    let shard = shards.by_id(id).ok_or_else(|| shard_not_found(environment, stream, id))?;
    let after = start(environment, stream, &shards, shard, input)?;
    let issued = epoch_milliseconds(environment.now);
    let iterator =
        Iterator { stream: stream.name.clone(), created: stream.created(), shard: shard.number, after, issued };
    Ok(json!({ "ShardIterator": iterator.encode() }))
}

fn shard_not_found(environment: &Environment, stream: &Stream, id: &str) -> AwsError {
    let message = format!("Shard {id} in stream {} under account {} does not exist", stream.name, environment.account);
    AwsError::new(400, "ResourceNotFoundException", message)
}

/// The number after which an iterator of a type begins.
fn start(
    environment: &Environment,
    stream: &Stream,
    shards: &Shards,
    shard: &Shard,
    input: &Input,
) -> Result<u64, AwsError> {
    let last = shard.end().unwrap_or(shards.last);
    match input.need("ShardIteratorType")? {
        "TRIM_HORIZON" => Ok(0),
        "LATEST" => Ok(last),
        "AT_TIMESTAMP" => {
            let seconds = input.value("Timestamp").and_then(Value::as_f64).ok_or_else(|| {
                invalid_argument("Must specify timestamp for iterator of type AT_TIMESTAMP.")
            })?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "such casts keep to the range")]
            let time = (seconds * 1000.0).round() as u64;
            position_at(environment, stream, shard.number, time, last)
        }
        kind @ ("AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER") => {
            let sequence = input.text("StartingSequenceNumber").ok_or_else(|| {
                invalid_argument(format!("Must specify StartingSequenceNumber for iterator of type {kind}."))
            })?;
            let number = record_of(sequence, stream.created(), shard.number).ok_or_else(|| {
                invalid_argument(format!(
                    "StartingSequenceNumber {sequence} used in GetShardIterator on shard {} in stream {} under account {} is invalid because it did not come from this stream.",
                    shard.id(), stream.name, environment.account
                ))
            })?;
            Ok(if kind == "AT_SEQUENCE_NUMBER" { number.saturating_sub(1) } else { number })
        }
        kind => Err(input.wrong(format!("1 validation error detected: Value '{kind}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"))),
    }
}

pub(super) fn get(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let iterator = Iterator::decode(input.need("ShardIterator")?);
    let iterator = iterator.ok_or_else(|| invalid_argument("Invalid ShardIterator."))?;
    let now = epoch_milliseconds(environment.now);
    if now.saturating_sub(iterator.issued) > ITERATOR_MILLISECONDS {
        let message = format!(
            "Iterator expired. The iterator was created at time {} while right now it is {now} which is further in the future than the tolerated delay of {ITERATOR_MILLISECONDS} milliseconds.",
            iterator.issued
        );
        return Err(AwsError::new(400, "ExpiredIteratorException", message));
    }
    let limit = match input.number("Limit") {
        None => MOST_RECORDS,
        Some(limit) => usize::try_from(limit).ok().filter(|limit| (1..=MOST_RECORDS).contains(limit)).ok_or_else(|| {
            input.wrong(format!("1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and {MOST_RECORDS}"))
        })?,
    };
    let stream = Stream::load(environment, &iterator.stream)?;
    let shards = Shards::load(environment, &stream)?;
    let shard = shards.list.iter().find(|shard| shard.number == iterator.shard);
    let Some(shard) = shard.filter(|_| stream.created() == iterator.created) else {
        return Err(invalid_argument("Invalid ShardIterator."));
    };
    let found = entries(environment, &stream, shard.number, iterator.after, limit, LARGEST_ANSWER)?;
    answer(environment, &stream, &shards, shard, iterator.after, &found)
}

fn answer(
    environment: &Environment,
    stream: &Stream,
    shards: &Shards,
    shard: &Shard,
    after: u64,
    found: &[Entry],
) -> Result<Value, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let after = found.last().map_or(after, |entry| entry.number);
    let has_more = !entries(environment, stream, shard.number, after, 1, usize::MAX)?.is_empty();
    let behind = found.last().filter(|_| has_more).map_or(0, |entry| now.saturating_sub(entry.record.arrived));
    let created = stream.created();
    let records: Vec<_> = found
        .iter()
        .map(|Entry { number, record }| {
            json!({
                "SequenceNumber": sequence_number(created, shard.number, *number),
                "ApproximateArrivalTimestamp": seconds(record.arrived),
                "Data": record.data,
                "PartitionKey": record.partition_key,
                "EncryptionType": stream.encryption(),
            })
        })
        .collect();
    let mut answer = json!({ "Records": records, "MillisBehindLatest": behind });
    if shard.is_open() || has_more {
        let next = Iterator { stream: stream.name.clone(), created, shard: shard.number, after, issued: now };
        answer["NextShardIterator"] = next.encode().into();
    } else {
        answer["ChildShards"] = shards.children(shard.number).into();
    }
    Ok(answer)
}

fn seconds(milliseconds: u64) -> f64 {
    crate::clock::epoch_seconds(std::time::UNIX_EPOCH + std::time::Duration::from_millis(milliseconds))
}
