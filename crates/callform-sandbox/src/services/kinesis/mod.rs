//! Amazon Kinesis Data Streams: streams, their shards, and the records in them.
//!
//! Records of a stream are counted from 1; the count is the end of every sequence number, so that sequence numbers
//! only grow. A record is in the shard whose range holds the MD5 hash of its partition key.

mod reading;
mod records;
mod shards;
mod stream;
mod streams;

use serde_json::{Map, Value};

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::handler::Environment;

pub(crate) use reading::{Entry, entries, position_at};
pub(crate) use shards::{Shard, Shards, sequence_number};
pub(crate) use stream::{Stream, name_of_arn};

/// The service.
pub(crate) static SERVICE: Service = service("Kinesis", "ValidationException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateStream", streams::create),
    operation("ListStreams", streams::list),
    operation("ListShards", reading::list_shards),
    operation("GetRecords", reading::get),
    operation("DescribeStream", streams::on_stream),
    operation("DescribeStreamSummary", streams::on_stream),
    operation("DeleteStream", streams::on_stream),
    operation("AddTagsToStream", streams::on_stream),
    operation("RemoveTagsFromStream", streams::on_stream),
    operation("ListTagsForStream", streams::on_stream),
    operation("IncreaseStreamRetentionPeriod", streams::on_stream),
    operation("DecreaseStreamRetentionPeriod", streams::on_stream),
    operation("StartStreamEncryption", streams::on_stream),
    operation("StopStreamEncryption", streams::on_stream),
    operation("UpdateShardCount", streams::on_stream),
    operation("UpdateStreamMode", streams::on_stream),
    operation("PutRecord", records::put_one),
    operation("PutRecords", records::put_many),
    operation("GetShardIterator", reading::iterator),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

#[cfg(test)]
mod tests;
