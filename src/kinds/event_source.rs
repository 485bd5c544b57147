//! Event source mappings, and what they need of the roles of functions.

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
};
use super::keys;
use crate::blueprint::{Definition as _, Duration, Name, resource};
use crate::model::access::{allow, with_suffix};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Kind, Value};

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

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "event_source",
    plural: "event sources",
    resource_type: "AWS::Lambda::EventSourceMapping",
    prefix: "EventSource",
    is_single: false,
    lowering: Some(Lowering {
        section: "event_sources",
        names: |blueprint| keys(&blueprint.event_sources),
        lower: |resolver| resolver.event_sources(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "EventSourceMappingIds" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

/// Without a limit a bad record would stop its shard until it expires.
const DEFAULT_RETRIES: u32 = 10;

impl Resolver<'_> {
    pub(crate) fn event_sources(&mut self) {
        for (key, source) in &self.blueprint().event_sources {
            self.check_event_source(key, source);
            let start = match source.start.unwrap_or_default() {
                StartingPosition::TrimHorizon => "TRIM_HORIZON",
                StartingPosition::Latest => "LATEST",
            };
            let on_failure = source.on_failure.as_ref().map(|place| {
                Members::new().with("OnFailure", Members::new().with("Destination", self.failure_place(place)))
            });
            let reports =
                if source.report_failures.unwrap_or(true) { vec!["ReportBatchItemFailures".into()] } else { vec![] };
            let properties = Members::new()
                .with("EventSourceArn", self.arn(Kind::Stream, &source.stream))
                .with("FunctionName", self.invoked_function(&source.lambda))
                .with("StartingPosition", start)
                .with("BatchSize", source.batch.as_ref().map_or(100, |batch| batch.value))
                .with("MaximumBatchingWindowInSeconds", source.window.as_ref().map_or(0, |window| window.seconds))
                .with("ParallelizationFactor", source.parallel.as_ref().map_or(1, |parallel| parallel.value))
                .with("BisectBatchOnFunctionError", source.bisect.unwrap_or(true))
                .with("MaximumRetryAttempts", source.retries.as_ref().map_or(DEFAULT_RETRIES, |retries| retries.value))
                .with_some("MaximumRecordAgeInSeconds", source.max_age.as_ref().map(|age| age.seconds))
                .with_list("FunctionResponseTypes", reports)
                .with_some("DestinationConfig", on_failure)
                .with("Enabled", source.enabled.unwrap_or(true))
                .with_tags(source.tags.as_ref())
                .finish();
            self.add(Kind::EventSource, key, source.common(), properties);
        }
    }

    /// What the schema of the resource knows nothing of.
    fn check_event_source(&mut self, key: &Spanned<String>, source: &EventSource) {
        let age = source.max_age.as_ref().filter(|age| !(60..=604_800).contains(&age.seconds));
        let window = source.window.as_ref().filter(|window| window.seconds > 300);
        for time in age.into_iter().chain(window) {
            self.diagnostics.push(
                Diagnostic::error("event-source-time", "Lambda does not take this length of time")
                    .at(time.span, format!("in the event source {}", key.value))
                    .help("`window` has 5 minutes at most; `max_age` is one minute to seven days."),
            );
        }
    }

    fn failure_place(&mut self, place: &Name) -> Value {
        if place.starts_with("arn:") { Value::from(place) } else { self.bucket_arn(place) }
    }

    /// What a function of this blueprint has to be allowed for the streams that it reads.
    pub(crate) fn statements_of_event_sources(&mut self, lambda: &str) -> Vec<Value> {
        let blueprint = self.blueprint();
        let mut statements = Vec::new();
        for source in blueprint.event_sources.values().filter(|source| source.lambda.value == lambda) {
            let actions = [
                "kinesis:DescribeStream",
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ];
            statements.push(allow(&actions, vec![self.arn(Kind::Stream, &source.stream)]));
            statements.extend(self.decrypting(Some(&source.stream)));
            let Some(place) = &source.on_failure else { continue };
            let value = self.failure_place(place);
            match place.split(':').nth(2) {
                Some("sqs") => statements.push(allow(&["sqs:SendMessage"], vec![value])),
                Some("sns") => statements.push(allow(&["sns:Publish"], vec![value])),
                _ => {
                    statements.push(allow(&["s3:ListBucket"], vec![value.clone()]));
                    statements.push(allow(&["s3:PutObject"], vec![with_suffix(value, "/aws/lambda/*")]));
                }
            }
        }
        if !statements.is_empty() {
            // Listing streams is an action on none in particular.
            statements.push(allow(&["kinesis:ListStreams"], vec!["*".into()]));
        }
        statements
    }
}
