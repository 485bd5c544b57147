//! What goes wrong in an execution: the names that Amazon States Language reserves, and what of them can be caught.

use serde::{Deserialize, Serialize};

/// An error with its cause, as a state reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{error}: {cause}")]
pub struct Failure {
    /// Name, such as `States.Timeout` or `Lambda.TooManyRequestsException`.
    pub error: String,
    /// What happened, for people; often JSON in a text.
    pub cause: String,
}

/// Matches every error but those of [`is_final`].
pub const ALL: &str = "States.ALL";
/// A result or input is larger than [`crate::LARGEST_PAYLOAD`].
pub const DATA_LIMIT: &str = "States.DataLimitExceeded";
/// More items of a `Map` failed than are tolerated.
pub const TOLERANCE: &str = "States.ExceedToleratedFailureThreshold";
/// No heartbeat came in time.
pub const HEARTBEAT: &str = "States.HeartbeatTimeout";
/// An intrinsic function failed.
pub const INTRINSIC: &str = "States.IntrinsicFailure";
/// Items could not be read.
pub const ITEM_READER: &str = "States.ItemReaderFailed";
/// No rule of a `Choice` fits, and there is no `Default`.
pub const NO_CHOICE: &str = "States.NoChoiceMatched";
/// A path in a payload template leads nowhere.
pub const PARAMETER_PATH: &str = "States.ParameterPathFailure";
/// A `JSONata` expression failed.
pub const QUERY: &str = "States.QueryEvaluationError";
/// The result cannot be put where `ResultPath` says.
pub const RESULT_PATH: &str = "States.ResultPathMatchFailure";
/// Results could not be written.
pub const RESULT_WRITER: &str = "States.ResultWriterFailed";
/// The definition asks for what cannot be done.
pub const RUNTIME: &str = "States.Runtime";
/// Matches what tasks fail with, except timeouts.
pub const TASK_FAILED: &str = "States.TaskFailed";
/// Something took too long.
pub const TIMEOUT: &str = "States.Timeout";

impl Failure {
    /// An error of a name and a cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { error: error.into(), cause: cause.into() }
    }

    /// `States.Runtime`.
    pub fn runtime(cause: impl Into<String>) -> Self {
        Self::new(RUNTIME, cause)
    }

    /// True where a name in `ErrorEquals` means this error.
    ///
    /// Source: Amazon States Language, "Errors"; Developer Guide, "Handling errors": `States.Timeout` is also a heartbeat
    /// that did not come.
    pub fn is_meant_by(&self, name: &str) -> bool {
        match name {
            _ if name == self.error => true,
            ALL => !is_final(&self.error),
            TASK_FAILED => !is_final(&self.error) && self.error != TIMEOUT && self.error != HEARTBEAT,
            TIMEOUT => self.error == HEARTBEAT,
            _ => false,
        }
    }
}

/// Errors that wildcards do not match.
fn is_final(error: &str) -> bool {
    error == DATA_LIMIT || error == RUNTIME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_is_published() {
        for (error, name, meant) in [
            ("My.Error", "My.Error", true),
            ("My.Error", "Another", false),
            ("My.Error", ALL, true),
            ("My.Error", TASK_FAILED, true),
            (TIMEOUT, TASK_FAILED, false),
            (HEARTBEAT, TIMEOUT, true),
            (TIMEOUT, HEARTBEAT, false),
            (RUNTIME, ALL, false),
            (DATA_LIMIT, ALL, false),
            (DATA_LIMIT, DATA_LIMIT, true),
        ] {
            assert_eq!(Failure::new(error, "").is_meant_by(name), meant, "{error} by {name}");
        }
    }
}
