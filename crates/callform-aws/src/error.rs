//! Failures of AWS calls, in one shape.

use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use std::fmt;

/// What kind of failure it was, as far as it decides what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The thing is not there.
    NotFound,
    /// The caller may not do this.
    AccessDenied,
    /// No credentials could be found or used.
    Credentials,
    /// The service asked to slow down more often than Callform is willing to wait.
    Throttled,
    /// The service could not be reached, or did not answer.
    Network,
    /// The request was refused.
    Refused,
}

/// An AWS call that failed, after all retries.
#[derive(Clone, Debug, thiserror::Error)]
pub struct GatewayError {
    /// Service and operation, such as `CloudFormation CreateChangeSet`.
    pub operation: &'static str,
    /// What kind of failure it was.
    pub kind: ErrorKind,
    /// The service's error code, where it gave one.
    pub code: Option<String>,
    /// The service's message, or the reason there was no answer.
    pub message: String,
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, " with {code}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl GatewayError {
    /// An answer that lacks what the API promises.
    pub(crate) fn incomplete(operation: &'static str, missing: &str) -> Self {
        Self { operation, kind: ErrorKind::Refused, code: None, message: format!("the answer has no {missing}") }
    }

    /// Narrows an SDK error.
    pub(crate) fn from_sdk<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: fmt::Debug,
    {
        let code = error.code().map(str::to_owned);
        let message = error.message().map_or_else(|| DisplayErrorContext(error).to_string(), str::to_owned);
        let kind = match error {
            SdkError::ServiceError(_) => kind_of(code.as_deref().unwrap_or_default(), &message),
            SdkError::ConstructionFailure(_) if message.to_ascii_lowercase().contains("credential") => {
                ErrorKind::Credentials
            }
            SdkError::DispatchFailure(_) if message.to_ascii_lowercase().contains("credential") => {
                ErrorKind::Credentials
            }
            _ => ErrorKind::Network,
        };
        Self { operation, kind, code, message }
    }

    /// True where the service said no: to the request, or to who made it.
    pub fn is_refusal(&self) -> bool {
        matches!(self.kind, ErrorKind::Refused | ErrorKind::AccessDenied)
    }

    /// True where the thing asked for is not there.
    pub fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::NotFound
    }
}

fn kind_of(code: &str, message: &str) -> ErrorKind {
    // CloudFormation answers `ValidationError` for a stack that does not exist; only the text tells.
    let missing_stack = code == "ValidationError" && message.contains("does not exist");
    match code {
        "ResourceNotFoundException"
        | "ChangeSetNotFound"
        | "NoSuchBucket"
        | "NoSuchEntity"
        | "NotFound"
        | "NoSuchKey" => ErrorKind::NotFound,
        _ if missing_stack => ErrorKind::NotFound,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => ErrorKind::AccessDenied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch" => ErrorKind::Credentials,
        "Throttling" | "ThrottlingException" | "TooManyRequestsException" | "RequestLimitExceeded" | "SlowDown" => {
            ErrorKind::Throttled
        }
        _ => ErrorKind::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_stack_is_told_from_other_validation_errors() {
        assert_eq!(kind_of("ValidationError", "Stack with id s does not exist"), ErrorKind::NotFound);
        assert_eq!(kind_of("ValidationError", "No updates are to be performed."), ErrorKind::Refused);
        assert_eq!(kind_of("ThrottlingException", "Rate exceeded"), ErrorKind::Throttled);
    }
}
