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

/// The resource `id` is in use. `resource_type` is the service's word for its type; the service has none for most types.
pub(super) fn in_use(message: impl Into<String>, resource_type: Option<&str>, id: &str) -> AwsError {
    let error = AwsError::new(409, "ResourceInUseException", message).with("ResourceId", id);
    match resource_type {
        Some(resource_type) => error.with("ResourceType", resource_type),
        None => error,
    }
}

/// A quota of a core resource type is reached.
pub(super) fn limit_exceeded(message: impl Into<String>) -> AwsError {
    AwsError::new(429, "LimitExceededException", message)
}

/// An association is there already.
pub(super) fn resource_conflict(message: impl Into<String>) -> AwsError {
    AwsError::new(409, "ResourceConflictException", message)
}

/// A quota of associations is reached.
pub(super) fn quota_exceeded(message: impl Into<String>) -> AwsError {
    AwsError::new(402, "ServiceQuotaExceededException", message)
}

/// The account may not do this.
pub(super) fn access_denied(message: impl Into<String>) -> AwsError {
    AwsError::new(403, "AccessDeniedException", message)
}

/// A client token was used before for another request.
pub(super) fn idempotency(message: impl Into<String>) -> AwsError {
    AwsError::new(409, "IdempotencyException", message)
}

/// An error with a code that the model of the operation has: not all operations declare all of them, and clients know
/// those alone that are declared.
pub(super) fn modelled(operation: &str, mut error: AwsError) -> AwsError {
    let other = match error.code.as_str() {
        "InvalidParameterException" if WITHOUT_INVALID_PARAMETER.contains(&operation) => "InvalidRequestException",
        "InvalidRequestException" if WITHOUT_INVALID_REQUEST.contains(&operation) => "InvalidParameterException",
        "ResourceNotFoundException" if operation == "CreatePrompt" => "InvalidParameterException",
        "ResourceNotFoundException" if operation == "SearchAvailablePhoneNumbers" => "InvalidParameterException",
        "DuplicateResourceException" if ["CreateRule", "UpdateRule"].contains(&operation) => {
            "ResourceConflictException"
        }
        "IdempotencyException" if operation == "StartOutboundVoiceContact" => "InvalidRequestException",
        _ => return error,
    };
    other.clone_into(&mut error.code);
    if other != "ResourceConflictException" {
        error.status = 400;
    }
    error
}

/// Operations whose model has no `InvalidParameterException`.
const WITHOUT_INVALID_PARAMETER: &[&str] = &[
    "AssociateBot",
    "CreateInstance",
    "CreateIntegrationAssociation",
    "CreateRule",
    "CreateUseCase",
    "DeleteInstance",
    "DeleteIntegrationAssociation",
    "DeleteRule",
    "DeleteUseCase",
    "DescribeInstance",
    "DescribeRule",
    "DisassociateBot",
    "GetContactAttributes",
    "ListBots",
    "ListInstances",
    "ListIntegrationAssociations",
    "ListRules",
    "ListUseCases",
    "UpdateContactFlowModuleContent",
    "UpdateRule",
];

/// Operations whose model has no `InvalidRequestException`.
const WITHOUT_INVALID_REQUEST: &[&str] = &[
    "AssociatePhoneNumberContactFlow",
    "ClaimPhoneNumber",
    "CreateTaskTemplate",
    "DescribePhoneNumber",
    "DisassociatePhoneNumberContactFlow",
    "ListPhoneNumbersV2",
    "ReleasePhoneNumber",
    "SearchAvailablePhoneNumbers",
    "UpdatePhoneNumber",
    "UpdateTaskTemplate",
];
