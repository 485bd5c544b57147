//! An SQS queue.

use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Duration, Name, resource};
use crate::model::members::Members;
use crate::model::{Kind, Resolver};

/// How long messages are kept. Source: Amazon SQS Developer Guide, "Message retention period".
const RETENTION_SECONDS: std::ops::RangeInclusive<u32> = 60..=1_209_600;
const DEFAULT_RETENTION_SECONDS: u32 = 345_600;

resource! {
    /// An SQS queue.
    pub struct SqsQueue {
        /// Name of the queue; one that ends in `.fifo` keeps the order. Default: a name that CloudFormation makes.
        pub name: Option<Spanned<String>>,
        /// How long a message is hidden while somebody works on it. Default: `30s`.
        pub visibility_timeout: Option<Duration>,
        /// How long a message is kept. Default: `4d`.
        pub retention: Option<Spanned<Duration>>,
        /// The queue for messages that were received too often without being deleted.
        pub dead_letters: Option<Name>,
        /// How often a message is received before it goes there. Default: 5.
        pub max_receives: Option<Spanned<u32>>,
        /// KMS key: one of this blueprint, its ARN, id or alias. Default: a key of SQS.
        pub kms_key: Option<Spanned<String>>,
    }
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "sqs_queue",
    plural: "SQS queues",
    resource_type: "AWS::SQS::Queue",
    prefix: "SqsQueue",
    is_single: false,
    lowering: Some(Lowering {
        section: "sqs_queues",
        names: |blueprint| keys(&blueprint.sqs_queues),
        lower: |resolver| resolver.sqs_queues(),
        files: None,
    }),
    finish: None,
    // `Ref` is the URL, which ends in the name.
    identifiers: Identifiers {
        arn: ArnForm::ById("arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Id}"),
        attribute: Some("Arn"),
        parameter: "SqsQueueNames",
    },
    name: Some(UniqueName::in_account("/QueueName")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime { holds_data: true, ..Lifetime::losing("the messages in the queue are lost") },
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks {
        codes: &[("queue-retention", "An SQS queue keeps messages longer or shorter than SQS does.")],
        told_by_rules: &["/MessageRetentionPeriod"],
        ..Checks::PLAIN
    },
};

impl Resolver<'_> {
    fn sqs_queues(&mut self) {
        for (key, queue) in &self.blueprint().sqs_queues {
            if let Some(retention) = queue.retention.as_ref().filter(|it| !RETENTION_SECONDS.contains(&it.seconds)) {
                self.diagnostics.push(
                    Diagnostic::error("queue-retention", "SQS keeps messages for one minute to 14 days")
                        .at(retention.span, ""),
                );
            }
            let dead = queue.dead_letters.as_ref().map(|name| self.arn(Kind::SqsQueue, name));
            let kms = queue.kms_key.as_ref().map(|key| self.kms_key(key));
            let receives = queue.max_receives.as_ref().map_or(5, |most| most.value);
            let redrive =
                dead.map(|arn| Members::new().with("deadLetterTargetArn", arn).with("maxReceiveCount", receives));
            let is_fifo = queue.name.as_ref().is_some_and(|name| name.strip_suffix(".fifo").is_some());
            let properties = Members::new()
                .with_some("QueueName", queue.name.as_ref())
                .with_some("FifoQueue", is_fifo.then_some(true))
                .with_some("VisibilityTimeout", queue.visibility_timeout.map(|time| time.seconds))
                .with(
                    "MessageRetentionPeriod",
                    queue.retention.as_ref().map_or(DEFAULT_RETENTION_SECONDS, |time| time.seconds),
                )
                .with_some("RedrivePolicy", redrive)
                .with_some("KmsMasterKeyId", kms)
                .with_some("SqsManagedSseEnabled", queue.kms_key.is_none().then_some(true))
                .with_tags(queue.tags.as_ref())
                .finish();
            self.add(Kind::SqsQueue, key, queue.common(), properties);
        }
    }
}
