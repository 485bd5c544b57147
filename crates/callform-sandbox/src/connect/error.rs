//! The errors of Amazon Connect, with the statuses of its service model.

use crate::error::AwsError;

/// A parameter has a value the operation does not take.
pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidParameterException", message)
}

/// The request as a whole cannot be served.
pub(super) fn invalid_request(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidRequestException", message)
}

/// Something the request refers to does not exist.
pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", message)
}

/// The name is taken.
pub(super) fn duplicate(message: impl Into<String>) -> AwsError {
    AwsError::new(409, "DuplicateResourceException", message)
}

/// Other resources refer to this one. `resource_type` is one of the service's own words (`USER`, `HIERARCHY_GROUP`, …);
/// `resource_id` names one resource that refers to it.
pub(super) fn in_use(message: impl Into<String>, resource_type: &str, resource_id: &str) -> AwsError {
    AwsError::new(409, "ResourceInUseException", message)
        .with("ResourceType", resource_type)
        .with("ResourceId", resource_id)
}

/// A quota of a core resource type is reached.
pub(super) fn limit_exceeded(message: impl Into<String>) -> AwsError {
    AwsError::new(429, "LimitExceededException", message)
}
