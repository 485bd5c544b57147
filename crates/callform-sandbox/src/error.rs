//! Errors in the shape AWS services give them.

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

impl From<rusqlite::Error> for AwsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(500, "InternalServiceException", format!("sandbox store: {error}"))
    }
}

impl From<serde_json::Error> for AwsError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(500, "InternalServiceException", format!("sandbox store: {error}"))
    }
}
