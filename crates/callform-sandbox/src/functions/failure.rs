//! How functions fail, in the words of Lambda.

use std::process::ExitStatus;
use std::time::Duration;

use serde_json::json;

/// Why there is no answer of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The function said so: the body it sent.
    Reported(Vec<u8>),
    /// The process ended.
    Exited(Option<ExitStatus>),
    /// It took longer than the function's timeout.
    TimedOut(Duration),
    /// It used more memory than the function has.
    OutOfMemory,
    /// The answer is too large.
    ResponseTooLarge,
    /// There is no program in the zip, or it cannot be started.
    NoEntrypoint(String),
}

/// Largest answer as Lambda's message gives it.
const ALLOWED_RESPONSE: usize = 6_291_556;

impl Failure {
    /// The payload that the caller gets.
    pub(super) fn payload(&self, request_id: &str) -> Vec<u8> {
        if let Self::Reported(body) = self {
            return body.clone();
        }
        let message = match self {
            // The only one without the id of the request.
            Self::ResponseTooLarge => self.message(),
            _ => format!("RequestId: {request_id} Error: {}", self.message()),
        };
        json!({ "errorType": self.error_type(), "errorMessage": message }).to_string().into_bytes()
    }

    /// The line in the log; none where the function has written what there is to say.
    pub(super) fn log_line(&self, request_id: &str) -> Option<String> {
        match self {
            Self::Reported(_) => None,
            Self::TimedOut(_) => Some(format!("{request_id} {}", self.message())),
            _ => Some(format!("RequestId: {request_id} Error: {}\n{}", self.message(), self.error_type())),
        }
    }

    /// The status in a report in JSON.
    pub(super) fn status(&self) -> &'static str {
        match self {
            Self::TimedOut(_) => "timeout",
            Self::Reported(_)
            | Self::Exited(_)
            | Self::OutOfMemory
            | Self::ResponseTooLarge
            | Self::NoEntrypoint(_) => "error",
        }
    }

    /// Lambda's name for the kind of failure.
    pub(super) fn error_type(&self) -> &'static str {
        match self {
            Self::Reported(_) => "Unhandled",
            Self::Exited(_) => "Runtime.ExitError",
            Self::TimedOut(_) => "Sandbox.Timedout",
            Self::OutOfMemory => "Runtime.OutOfMemory",
            Self::ResponseTooLarge => "Function.ResponseSizeTooLarge",
            Self::NoEntrypoint(_) => "Runtime.InvalidEntrypoint",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Reported(_) => String::new(),
            Self::Exited(status) => exit_message(*status),
            Self::TimedOut(time) => format!("Task timed out after {:.2} seconds", time.as_secs_f64()),
            Self::OutOfMemory => "Runtime exited with error: signal: killed".to_owned(),
            Self::ResponseTooLarge => {
                format!("Response payload size exceeded maximum allowed payload size ({ALLOWED_RESPONSE} bytes).")
            }
            Self::NoEntrypoint(reason) => reason.clone(),
        }
    }
}

fn exit_message(status: Option<ExitStatus>) -> String {
    #[cfg(unix)]
    if let Some(signal) = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status)) {
        let name = match signal {
            6 => "aborted".to_owned(),
            9 => "killed".to_owned(),
            11 => "segmentation fault".to_owned(),
            15 => "terminated".to_owned(),
            other => other.to_string(),
        };
        return format!("Runtime exited with error: signal: {name}");
    }
    match status.and_then(|status| status.code()) {
        Some(code) if code != 0 => format!("Runtime exited with error: exit status {code}"),
        _ => "Runtime exited without providing a reason".to_owned(),
    }
}
