//! A stream.

use serde_json::{Map, Value};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;

pub(super) const KIND: &str = "kinesis/stream";

/// A stream's settings and its name.
pub(crate) struct Stream {
    /// Name of the stream.
    pub(crate) name: String,
    /// What `DescribeStream` answers, without the shards.
    pub(crate) settings: Map<String, Value>,
}

impl Stream {
    /// The stream of a name; `None` where there is none.
    pub(crate) fn find(environment: &Environment, name: &str) -> Result<Option<Self>, AwsError> {
        let settings = environment.tx.get(KIND, environment.region, name)?;
        Ok(settings.map(|settings| Self { name: name.to_owned(), settings }))
    }

    pub(super) fn load(environment: &Environment, name: &str) -> Result<Self, AwsError> {
        Self::find(environment, name)?.ok_or_else(|| {
            let message = format!("Stream {name} under account {} not found.", environment.account);
            AwsError::new(400, "ResourceNotFoundException", message)
        })
    }

    /// The stream that an input names.
    pub(super) fn requested(environment: &Environment, input: &Input) -> Result<Self, AwsError> {
        Self::load(environment, stream_name(input)?)
    }

    pub(super) fn save(&self, environment: &Environment) -> Result<(), AwsError> {
        environment.tx.put(KIND, environment.region, &self.name, None, &self.settings)
    }

    /// Where the documents of one of the stream's shards are.
    pub(super) fn scope(&self, environment: &Environment, shard: u64) -> String {
        format!("{}/{}/{shard}", environment.region, self.name)
    }

    /// When it was made, milliseconds since 1970.
    pub(crate) fn created(&self) -> u64 {
        let seconds = self.settings.get("StreamCreationTimestamp").and_then(Value::as_f64).unwrap_or_default();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time after 1970, before 280,000"
        )]
        let milliseconds = (seconds * 1000.0).round() as u64;
        milliseconds
    }

    pub(super) fn encryption(&self) -> &str {
        self.settings.get("EncryptionType").and_then(Value::as_str).unwrap_or("NONE")
    }

    /// Records that arrived before this time, in milliseconds since 1970, are gone.
    pub(super) fn horizon(&self, environment: &Environment) -> u64 {
        let hours = self.settings.get("RetentionPeriodHours").and_then(Value::as_u64).unwrap_or(24);
        epoch_milliseconds(environment.now).saturating_sub(hours * 3_600_000)
    }
}

fn stream_name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    match input.text("StreamName") {
        Some(name) => Ok(name),
        None => Ok(name_of_arn(input.need("StreamARN")?)),
    }
}

/// The stream an ARN names.
pub(crate) fn name_of_arn(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

pub(super) fn invalid_argument(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidArgumentException", message)
}
