//! Calls from a handler to the service, and the service's errors in a handler's words.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::properties::{compact, tag_map};
use crate::connect;
use crate::error::AwsError;
use crate::handler::{Context, HandlerError, HandlerErrorCode, HandlerResult, Properties};

/// The Connect service as one handler's step sees it.
#[derive(Clone, Copy)]
pub(super) struct Service<'a> {
    context: &'a Context<'a>,
}

impl<'a> Service<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self { context }
    }

    /// Calls an operation. Members of `input` that are null are left out.
    pub(super) fn call(self, operation: &str, input: Value) -> HandlerResult<Value> {
        let Value::Object(input) = compact(input) else {
            return Err(invalid_request("The request is not an object."));
        };
        connect::call(&self.context.environment, operation, &input).map_err(|error| self.failure(operation, &error))
    }

    /// Calls an operation and returns one text of its answer, such as the ARN of what it made.
    pub(super) fn call_for(self, operation: &str, input: Value, member: &str) -> HandlerResult<String> {
        let answer = self.call(operation, input)?;
        let text = answer.get(member).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| general(format!("{operation} did not return {member}.")))
    }

    /// The object that a Describe operation returns under `member`; `None` where it does not exist.
    pub(super) fn describe(
        self,
        operation: &str,
        input: Value,
        member: &str,
    ) -> HandlerResult<Option<Map<String, Value>>> {
        match self.call(operation, input) {
            Ok(mut answer) => match answer.get_mut(member).map(Value::take) {
                Some(Value::Object(object)) => Ok(Some(object)),
                _ => Err(general(format!("{operation} did not return {member}."))),
            },
            Err(error) if error.code == HandlerErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All entries of a list operation, over all its pages.
    pub(super) fn list(self, operation: &str, input: Value, member: &str) -> HandlerResult<Vec<Value>> {
        let mut entries = Vec::new();
        let mut input = input;
        loop {
            let mut answer = self.call(operation, input.clone())?;
            if let Some(Value::Array(page)) = answer.get_mut(member).map(Value::take) {
                entries.extend(page);
            }
            match (answer.get("NextToken").and_then(Value::as_str), &mut input) {
                (Some(token), Value::Object(members)) => {
                    members.insert("NextToken".to_owned(), token.into());
                }
                _ => return Ok(entries),
            }
        }
    }

    /// Makes a resource's tags the new ones: removes what is gone, then sets what is new or has another value.
    pub(super) fn retag(self, arn: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let (old, new) = (tag_map(old), tag_map(new));
        let gone: Vec<&String> = old.keys().filter(|key| !new.contains_key(*key)).collect();
        if !gone.is_empty() {
            self.call("UntagResource", json!({"resourceArn": arn, "tagKeys": gone}))?;
        }
        let changed: Map<String, Value> = new
            .iter()
            .filter(|(key, value)| old.get(*key) != Some(*value))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if !changed.is_empty() {
            self.call("TagResource", json!({"resourceArn": arn, "tags": changed}))?;
        }
        Ok(())
    }

    /// The client token of creations: the same for the same step, whatever the operation.
    pub(super) fn client_token(self) -> String {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, self.context.token.as_bytes()).to_string()
    }

    fn failure(self, operation: &str, error: &AwsError) -> HandlerError {
        let seed = format!("{} {operation}", self.context.token);
        let request = Uuid::new_v5(&Uuid::NAMESPACE_OID, seed.as_bytes());
        let text = if error.message.is_empty() {
            format!("Service returned error code {}", error.code)
        } else {
            error.message.clone()
        };
        HandlerError {
            code: code_of(&error.code),
            message: format!("{text} (Service: Connect, Status Code: {}, Request ID: {request})", error.status),
        }
    }
}

/// What the handlers make of the service's errors. Associations that are there already and resources in use have no
/// code of their own: the open-source handlers report them as general failures.
fn code_of(error: &str) -> HandlerErrorCode {
    match error {
        "ResourceNotFoundException" => HandlerErrorCode::NotFound,
        "InvalidParameterException"
        | "InvalidRequestException"
        | "InvalidContactFlowException"
        | "InvalidContactFlowModuleException"
        | "InvalidTestCaseException"
        | "PropertyValidationException" => HandlerErrorCode::InvalidRequest,
        "DuplicateResourceException" => HandlerErrorCode::AlreadyExists,
        "LimitExceededException" | "ServiceQuotaExceededException" => HandlerErrorCode::ServiceLimitExceeded,
        "ThrottlingException" | "TooManyRequestsException" => HandlerErrorCode::Throttling,
        "AccessDeniedException" => HandlerErrorCode::AccessDenied,
        "InternalServiceException" => HandlerErrorCode::ServiceInternalError,
        _ => HandlerErrorCode::GeneralServiceException,
    }
}

/// A refusal of the handler itself.
pub(super) fn invalid_request(message: impl Into<String>) -> HandlerError {
    HandlerError { code: HandlerErrorCode::InvalidRequest, message: message.into() }
}

/// Something is not there.
pub(super) fn not_found(message: impl Into<String>) -> HandlerError {
    HandlerError { code: HandlerErrorCode::NotFound, message: message.into() }
}

/// A failure without a code of its own.
pub(super) fn general(message: impl Into<String>) -> HandlerError {
    HandlerError { code: HandlerErrorCode::GeneralServiceException, message: message.into() }
}
