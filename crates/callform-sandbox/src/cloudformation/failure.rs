//! CloudFormation's errors.

use crate::error::AwsError;

pub(crate) const VALIDATION: &str = "ValidationError";

/// The error that most refusals are.
pub(crate) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new(400, VALIDATION, message)
}

pub(crate) fn change_set_not_found(change_set: &str) -> AwsError {
    AwsError::new(404, "ChangeSetNotFound", format!("ChangeSet [{change_set}] does not exist"))
}

pub(crate) fn already_exists(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "AlreadyExistsException", message)
}

pub(crate) fn insufficient_capabilities(capabilities: &[&str]) -> AwsError {
    let message = format!("Requires capabilities : [{}]", capabilities.join(", "));
    AwsError::new(400, "InsufficientCapabilitiesException", message)
}

/// A value that does not meet a limit of the API itself.
pub(crate) fn constraint(value: &str, member: &str, constraint: &str) -> AwsError {
    validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {constraint}"
    ))
}
