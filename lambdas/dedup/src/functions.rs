//! The functions: transform and consumer on DynamoDB.

use std::time::{Duration, SystemTime};

use callform_lambda::{Aws, Environment, Error, Invocation};

use crate::consumer::{BatchAnswer, StreamEvent, consume};
use crate::dynamodb::DynamoDb;
use crate::patience::Patient;
use crate::transform::{TransformAnswer, TransformEvent, transform};
use crate::{Settings, TABLE};

/// What both functions need.
#[derive(Debug)]
pub struct Function {
    aws: Aws,
    table: String,
    settings: Settings,
}

/// So long before Lambda ends an invocation, what is left is answered as failed.
const MARGIN: Duration = Duration::from_secs(1);

impl Function {
    /// Reads `TABLE` and what [`Settings::from_variables`] reads.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            aws: Aws::default(),
            table: environment.required(TABLE)?.to_owned(),
            settings: Settings::from_variables(|name| environment.optional(name))?,
        })
    }

    /// A function that calls AWS in a given way.
    pub fn on(aws: Aws, table: &str, settings: Settings) -> Self {
        Self { aws, table: table.to_owned(), settings }
    }

    /// Answers a batch of Firehose.
    pub async fn transform(&self, event: TransformEvent, invocation: &Invocation) -> Result<TransformAnswer, Error> {
        let store = Patient(DynamoDb { calls: self.aws.calls().await, table: &self.table });
        let (now, time_left) = times(invocation);
        let (answer, summary) = transform(&store, &self.settings, now, time_left, event).await?;
        tracing::info!(
            contact_records = summary.contact_records,
            events = summary.events,
            duplicates = summary.duplicates,
            superseded = summary.superseded,
            invalid = summary.invalid,
            unsettled = summary.unsettled,
            "transformed a batch"
        );
        Ok(answer)
    }

    /// Takes in a batch of Kinesis.
    pub async fn consume(&self, event: StreamEvent, invocation: &Invocation) -> Result<BatchAnswer, Error> {
        let store = Patient(DynamoDb { calls: self.aws.calls().await, table: &self.table });
        let (now, time_left) = times(invocation);
        let (answer, summary) = consume(&store, &self.settings, now, time_left, &event).await;
        tracing::info!(
            current = summary.current,
            unchanged = summary.unchanged,
            events = summary.events,
            invalid = summary.invalid,
            unsettled = summary.unsettled,
            "took in a batch"
        );
        Ok(answer)
    }
}

/// The time since the start of 1970, and what is left for the work.
fn times(invocation: &Invocation) -> (Duration, Duration) {
    let now = invocation.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let left = invocation.deadline.duration_since(invocation.at).unwrap_or_default();
    (now, left.saturating_sub(MARGIN))
}
