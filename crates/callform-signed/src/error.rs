//! Failures of AWS calls, in one shape.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

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
pub struct CallError {
    /// Service and operation, such as `CloudFormation CreateChangeSet`.
    pub operation: &'static str,
    /// What kind of failure it was.
    pub kind: ErrorKind,
    /// The service's error code, where it gave one.
    pub code: Option<String>,
    /// The service's message, or the reason there was no answer.
    pub message: String,
    /// What the service says beside its message, as JSON: `Item` or `CancellationReasons` of DynamoDB.
    pub details: Option<Box<str>>,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, " with {code}")?;
        }
        write!(f, ": {}", self.message)?;
        match self.help() {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl CallError {
    /// A failure that no service told of.
    pub fn new(operation: &'static str, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { operation, kind, code: None, message: message.into(), details: None }
    }

    /// An answer that lacks what the API promises.
    pub fn incomplete(operation: &'static str, missing: &str) -> Self {
        Self::new(operation, ErrorKind::Refused, format!("the answer has no {missing}"))
    }

    /// Narrows an SDK error to a sentence for people.
    pub fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let code = error.code().map(str::to_owned);
        let reasons = reasons(error);
        let cause = cause(&reasons).unwrap_or_else(|| error.to_string());
        let (kind, message) = match error {
            SdkError::ServiceError(refused) => {
                let status = refused.raw().status().as_u16();
                let message = error.message().filter(|message| !message.trim().is_empty());
                let said = message.map_or_else(|| format!("the answer is HTTP status {status}"), str::to_owned);
                (kind_of(code.as_deref().unwrap_or_default(), status, &said), said)
            }
            // No request goes out without credentials, and the SDK tells that in more than one way.
            _ if reasons.iter().any(|reason| reason.to_ascii_lowercase().contains("credential")) => {
                (ErrorKind::Credentials, format!("there are no credentials that can be used: {cause}"))
            }
            SdkError::TimeoutError(_) => (ErrorKind::Network, "no answer came in time".to_owned()),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                (ErrorKind::Network, "no answer came in time".to_owned())
            }
            SdkError::DispatchFailure(_) => (ErrorKind::Network, format!("it could not be reached: {cause}")),
            SdkError::ResponseError(answer) => {
                let status = answer.raw().status().as_u16();
                (ErrorKind::Network, format!("its answer (HTTP status {status}) is none of AWS: {cause}"))
            }
            SdkError::ConstructionFailure(_) => (ErrorKind::Refused, format!("the request cannot be made: {cause}")),
            _ => (ErrorKind::Network, cause),
        };
        let details = error.meta().extra("details").map(Into::into);
        Self { operation, kind, code, message, details }
    }

    /// What to do about it, where that follows from the kind of failure.
    fn help(&self) -> Option<&'static str> {
        match self.kind {
            ErrorKind::Credentials => {
                Some("sign in (`aws sso login`, or set AWS_PROFILE), or try it without an account: add --sandbox")
            }
            ErrorKind::AccessDenied => Some("ask for this permission, or use another profile (AWS_PROFILE)"),
            ErrorKind::Throttled => Some("run it again in a minute: it goes on from where it stopped"),
            ErrorKind::Network => {
                Some("check the connection, the region, and AWS_ENDPOINT_URL where it is set; then run it again")
            }
            ErrorKind::NotFound | ErrorKind::Refused => None,
        }
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

/// What the sources of an error say, from the outermost to the innermost, each in one line.
fn reasons(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        reasons.push(error.to_string().split_whitespace().collect::<Vec<_>>().join(" "));
        next = error.source();
    }
    reasons
}

/// The two innermost reasons: outer ones only say that something failed.
fn cause(reasons: &[String]) -> Option<String> {
    match reasons {
        [] => None,
        // An outer error often repeats the inner one.
        [.., outer, inner] if !outer.contains(inner.as_str()) => Some(format!("{outer}: {inner}")),
        [.., outer, _] => Some(outer.clone()),
        [only] => Some(only.clone()),
    }
}

fn kind_of(code: &str, status: u16, message: &str) -> ErrorKind {
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
        // Something between here and the service said no, without a word of AWS.
        "" if status == 401 || status == 403 => ErrorKind::AccessDenied,
        _ => ErrorKind::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_stack_is_told_from_other_validation_errors() {
        assert_eq!(kind_of("ValidationError", 400, "Stack with id s does not exist"), ErrorKind::NotFound);
        assert_eq!(kind_of("ValidationError", 400, "No updates are to be performed."), ErrorKind::Refused);
        assert_eq!(kind_of("", 403, ""), ErrorKind::AccessDenied);
        assert_eq!(kind_of("ThrottlingException", 400, "Rate exceeded"), ErrorKind::Throttled);
    }
}
