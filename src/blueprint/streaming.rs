//! Where records go: delivery streams and event sources.

use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::notation::{Duration, Name, Short, resource};

resource! {
    /// A Firehose delivery stream into a bucket.
    pub struct DeliveryStream {
        /// Name in Firehose. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// The stream whose records are delivered: one of this blueprint, or its ARN. Default: records are put into the
        /// delivery stream directly.
        pub source: Option<Name>,
        /// The function that records go through: one of this blueprint, or its ARN. It may change them, drop them, say
        /// that they failed, and give the partition keys of `prefix`.
        pub transform: Option<Spanned<Short<String, Transform>>>,
        /// A bucket of this blueprint, or `existing/<bucket name>`.
        pub bucket: Name,
        /// Prefix of the keys, with expressions as Firehose has them: `!{timestamp:yyyy/MM/dd}/`, and
        /// `!{partitionKeyFromLambda:day}/` for partition keys that the function gives (dynamic partitioning). Default
        /// of Firehose: `yyyy/MM/dd/HH/`.
        pub prefix: Option<Spanned<String>>,
        /// Prefix of the keys of records that could not be delivered. Where `prefix` has expressions, Firehose needs
        /// `!{firehose:error-output-type}` in it: that is put at the end where it is missing. Default: `errors/`, where
        /// one is needed.
        pub error_prefix: Option<Spanned<String>>,
        /// Longest time before a file is written, up to 15 minutes. Default: `5m`.
        pub buffer: Option<Spanned<Duration>>,
        /// Megabytes after which a file is written, 1 to 128. Default: 5; 64 with partition keys, which is the least
        /// there; 128 with `parquet`, where 64 is the least.
        pub buffer_size: Option<Spanned<u32>>,
        /// Write GZIP files. Default: true, except with `parquet`.
        pub compress: Option<bool>,
        /// Write Parquet files with the columns of a table of this blueprint that has `format: parquet`, named by keys as
        /// `database.table`. What does not fit the columns is lost, and records of another kind do not fit: give them
        /// a stream of their own. Default: records are written as they are.
        pub parquet: Option<Name>,
        /// Put a line feed behind each record, so that readers of JSON lines find them all. Default: true, except with
        /// a `transform`, which does so itself.
        pub line_feeds: Option<bool>,
        /// Days its log of errors is kept. Default: 30.
        pub log_retention: Option<Spanned<u32>>,
    }
}

/// How records go through a function.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// The function: one of this blueprint, or its ARN.
    pub lambda: Name,
    /// Longest time before the function is invoked, up to 15 minutes. Default: `1m`.
    pub buffer: Option<Duration>,
    /// Megabytes after which the function is invoked, 1 to 3. Default: 1.
    pub buffer_size: Option<Spanned<u32>>,
    /// How often an invocation that failed is tried again, up to 300 times; then the batch goes to the error prefix.
    /// Default: 3.
    pub retries: Option<Spanned<u32>>,
}

resource! {
    /// An event source mapping: a function gets the records of a stream, in batches and in order.
    pub struct EventSource {
        /// The stream: one of this blueprint, or its ARN.
        pub stream: Name,
        /// The function: one of this blueprint, or its ARN. A role of its own gets the permission to read the stream.
        pub lambda: Name,
        /// Where reading starts; cannot be changed later. Default: `trim-horizon`.
        pub start: Option<StartingPosition>,
        /// Most records of one batch, up to 10,000. Default: 100.
        pub batch: Option<Spanned<u32>>,
        /// Longest time a batch is waited for, up to 5 minutes. Default: `0s`.
        pub window: Option<Spanned<Duration>>,
        /// Batches of one shard that are worked on at once, up to 10; records of one key stay in order. Default: 1.
        pub parallel: Option<Spanned<u32>>,
        /// Split a batch that failed, so that one bad record is found. Default: true.
        pub bisect: Option<bool>,
        /// Whether the function says which records failed (`batchItemFailures`). Default: true.
        pub report_failures: Option<bool>,
        /// How often a batch that failed is tried again, up to 10,000 times. Default: 10. Without a limit a bad record
        /// stops its shard until it expires.
        pub retries: Option<Spanned<u32>>,
        /// Records older than this are given up, from one minute to seven days. Default: none.
        pub max_age: Option<Spanned<Duration>>,
        /// Where the particulars of records that were given up go: a bucket of this blueprint, `existing/<bucket name>`,
        /// or the ARN of an SQS queue or SNS topic.
        pub on_failure: Option<Name>,
        /// Whether it is at work. Default: true.
        pub enabled: Option<bool>,
    }
}

/// Where reading a stream starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartingPosition {
    /// With the oldest record there is.
    #[default]
    TrimHorizon,
    /// With the next record.
    Latest,
}
