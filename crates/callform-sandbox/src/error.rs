//! Errors in the shape AWS services give them.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::{Map, Value};

/// An error answer of a service.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// HTTP status.
    pub status: u16,
    /// Error code, such as `ResourceNotFoundException`.
    pub code: String,
    /// Message for people.
    pub message: String,
    /// Further members of the error's body (`problems`, `ResourceType`, …).
    pub members: Map<String, Value>,
}

impl AwsError {
    /// An error with a code, a status and a message.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), members: Map::new() }
    }

    /// Adds a member to the error's body.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The answer to an operation the sandbox does not have.
    pub fn unsupported(service: &str, operation: &str) -> Self {
        Self::new(501, "NotImplementedException", format!("The sandbox does not support {service} {operation}."))
    }
}

/// The status of failures of the sandbox's own files. Clients try statuses such as 500 and 503 again, which would take
/// long and not help here; this one they do not.
const STORAGE: u16 = 507;

/// A file of the sandbox cannot be read or written.
pub fn own_file(file: &Path, error: &std::io::Error) -> AwsError {
    let help = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; make room on its disk, and go on",
        _ => "",
    };
    let message = format!("The sandbox's file {} failed: {error}{help}.", file.display());
    AwsError::new(STORAGE, "SandboxStorageFailure", message)
}

impl From<rusqlite::Error> for AwsError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let help = match error.sqlite_error_code() {
            // Others are at work for longer than a minute: trying again may help.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                return Self::new(503, "ServiceUnavailable", format!("The sandbox's store is busy: {error}"));
            }
            Some(ErrorCode::DiskFull) => "make room on its disk, and go on",
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "start over with `callform sandbox reset`",
            _ => "check the disk, and the rights on its folder",
        };
        Self::new(STORAGE, "SandboxStorageFailure", format!("The sandbox's store failed: {error}; {help}."))
    }
}

impl From<serde_json::Error> for AwsError {
    fn from(error: serde_json::Error) -> Self {
        let message = format!(
            "The sandbox's store holds a document that this version does not read: {error}; start over with `callform \
             sandbox reset`."
        );
        Self::new(STORAGE, "SandboxStorageFailure", message)
    }
}
