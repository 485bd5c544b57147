//! Shards: which part of the hash keys each holds, and how the numbers of their records look.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stream::Stream;
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

const KIND: &str = "kinesis/shards";

/// Digits of the count at the end of a sequence number.
const COUNT_DIGITS: usize = 28;

/// The shards of a stream, and how many records it has had.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shards {
    /// Open and closed shards, in the order they were made.
    pub(crate) list: Vec<Shard>,
    /// Number of the last record of the stream.
    pub(crate) last: u64,
}

/// A shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shard {
    /// The number in its id.
    pub(crate) number: u64,
    /// The hash keys it holds, both ends included, in decimal: JSON numbers are too small for them.
    hash_keys: (String, String),
    /// Its records have numbers after this.
    opened_after: u64,
    /// Where it is closed: the number of the last record it can have, and when that was, milliseconds since 1970.
    closed: Option<(u64, u64)>,
    /// The shards it was made of.
    parents: Vec<u64>,
}

impl Shard {
    /// Its id, such as `shardId-000000000000`.
    pub(crate) fn id(&self) -> String {
        format!("shardId-{:012}", self.number)
    }

    /// Numbers of the shards it was made of.
    pub(crate) fn parents(&self) -> &[u64] {
        &self.parents
    }

    fn range(&self) -> (u128, u128) {
        let number = |text: &str| text.parse().unwrap_or_default();
        (number(&self.hash_keys.0), number(&self.hash_keys.1))
    }

    pub(super) fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Number of the last record it can have; `None` while it is open.
    pub(crate) fn end(&self) -> Option<u64> {
        self.closed.map(|(end, _)| end)
    }

    pub(super) fn holds(&self, hash_key: u128) -> bool {
        let (first, last) = self.range();
        (first..=last).contains(&hash_key)
    }

    fn describe(&self, created: u64) -> Value {
        let mut sequence =
            json!({ "StartingSequenceNumber": sequence_number(created, self.number, self.opened_after) });
        if let Some(end) = self.end() {
            sequence["EndingSequenceNumber"] = sequence_number(created, self.number, end).into();
        }
        let mut shard = json!({
            "ShardId": self.id(),
            "HashKeyRange": { "StartingHashKey": self.hash_keys.0, "EndingHashKey": self.hash_keys.1 },
            "SequenceNumberRange": sequence,
        });
        for (member, parent) in ["ParentShardId", "AdjacentParentShardId"].into_iter().zip(&self.parents) {
            shard[member] = format!("shardId-{parent:012}").into();
        }
        shard
    }
}

impl Shards {
    /// Shards that divide the hash keys evenly.
    pub(super) fn even(count: u64) -> Self {
        let mut shards = Self { list: Vec::new(), last: 0 };
        shards.open(count);
        shards
    }

    pub(crate) fn load(environment: &Environment, stream: &Stream) -> Result<Self, AwsError> {
        let shards = environment.tx.get(KIND, environment.region, &stream.name)?;
        let count = stream.settings.get("OpenShardCount").and_then(Value::as_u64).unwrap_or(1);
        Ok(shards.unwrap_or_else(|| Self::even(count.max(1))))
    }

    pub(super) fn save(&self, environment: &Environment, name: &str) -> Result<(), AwsError> {
        environment.tx.put(KIND, environment.region, name, None, self)
    }

    pub(super) fn forget(environment: &Environment, name: &str) -> Result<(), AwsError> {
        environment.tx.delete(KIND, environment.region, name).map(|_| ())
    }

    fn open(&mut self, count: u64) {
        let width = u128::MAX / u128::from(count);
        let first_number = self.list.last().map_or(0, |shard| shard.number + 1);
        let old = std::mem::take(&mut self.list);
        let new: Vec<_> = (0..count)
            .map(|index| {
                let start = u128::from(index) * width;
                let end = if index + 1 == count { u128::MAX } else { start + width - 1 };
                let meets = |shard: &&Shard| {
                    let (first, last) = shard.range();
                    // Those that were closed just now, and not before.
                    shard.end() == Some(self.last) && first <= end && last >= start
                };
                Shard {
                    number: first_number + index,
                    hash_keys: (start.to_string(), end.to_string()),
                    opened_after: self.last,
                    closed: None,
                    parents: old.iter().filter(meets).map(|shard| shard.number).collect(),
                }
            })
            .collect();
        self.list = old;
        self.list.extend(new);
    }

    /// Closes every open shard and opens new ones that divide the hash keys evenly.
    pub(super) fn divide_anew(&mut self, environment: &Environment, count: u64) {
        let now = epoch_milliseconds(environment.now);
        for shard in self.list.iter_mut().filter(|shard| shard.is_open()) {
            shard.closed = Some((self.last, now));
        }
        self.open(count);
    }

    /// Forgets shards that were closed so long ago that none of their records can be there.
    pub(super) fn trim(&mut self, horizon: u64) -> Vec<u64> {
        let gone = |shard: &Shard| shard.closed.is_some_and(|(_, time)| time < horizon);
        let numbers = self.list.iter().filter(|shard| gone(shard)).map(|shard| shard.number).collect();
        self.list.retain(|shard| !gone(shard));
        numbers
    }

    pub(super) fn open_count(&self) -> usize {
        self.list.iter().filter(|shard| shard.is_open()).count()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Shard> {
        self.list.iter().find(|shard| shard.id() == id)
    }

    /// What `ListShards` answers.
    pub(super) fn describe(&self, created: u64, wanted: impl Fn(&Shard) -> bool) -> Vec<Value> {
        self.list.iter().filter(|shard| wanted(shard)).map(|shard| shard.describe(created)).collect()
    }

    /// `ChildShards` of a closed shard.
    pub(super) fn children(&self, parent: u64) -> Vec<Value> {
        let children = self.list.iter().filter(|shard| shard.parents.contains(&parent));
        children
            .map(|shard| {
                let parents: Vec<_> = shard.parents.iter().map(|number| format!("shardId-{number:012}")).collect();
                json!({
                    "ShardId": shard.id(),
                    "ParentShards": parents,
                    "HashKeyRange": { "StartingHashKey": shard.hash_keys.0, "EndingHashKey": shard.hash_keys.1 },
                })
            })
            .collect()
    }
}

/// The sequence number of a record: 56 digits, as the service's, ending in the record's number.
pub(crate) fn sequence_number(created: u64, shard: u64, record: u64) -> String {
    format!("49{created:014}{shard:012}{record:0COUNT_DIGITS$}")
}

/// The record a sequence number of a shard names; `None` for a number of something else.
pub(super) fn record_of(sequence: &str, created: u64, shard: u64) -> Option<u64> {
    let count = sequence.get(sequence.len().checked_sub(COUNT_DIGITS)?..)?.parse().ok()?;
    (sequence_number(created, shard, count) == sequence).then_some(count)
}
