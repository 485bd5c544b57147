//! Lambda: running a function.

use std::time::Duration;

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::{Gateway, GatewayError};

/// Longer than any function may take: 15 minutes.
const LONGEST: Duration = Duration::from_mins(16);

/// What a function answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionAnswer {
    /// Its answer, or the error.
    pub payload: Vec<u8>,
    /// True where the function failed: the payload has `errorType` and `errorMessage`.
    pub failed: bool,
    /// The last 4 kB of the log.
    pub log: String,
    /// The version that ran.
    pub version: Option<String>,
}

impl Gateway {
    /// Runs a function, by its name or ARN, and waits for its answer. Never tried again: a function may have done what
    /// it does although its answer was lost.
    pub async fn invoke(&self, function: &str, event: Vec<u8>) -> Result<FunctionAnswer, GatewayError> {
        let timeout = TimeoutConfig::builder().operation_attempt_timeout(LONGEST).read_timeout(LONGEST).build();
        let once = aws_sdk_lambda::config::Builder::new().timeout_config(timeout).retry_config(RetryConfig::disabled());
        let answer = self
            .lambda
            .invoke()
            .function_name(function)
            .log_type(LogType::Tail)
            .payload(Blob::new(event))
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("Lambda Invoke", &error))?;
        let log = answer.log_result.and_then(|log| BASE64.decode(log).ok()).unwrap_or_default();
        Ok(FunctionAnswer {
            payload: answer.payload.map(Blob::into_inner).unwrap_or_default(),
            failed: answer.function_error.is_some(),
            log: String::from_utf8_lossy(&log).into_owned(),
            version: answer.executed_version,
        })
    }
}
