//! AWS Cloud Control API: every type that stacks can have, by the same handlers: made, read, deleted, and listed where
//! the type is a document of its schema. Requests are done when they are answered.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::properties::violation;
use crate::handler::{
    Context, Environment, HandlerError, HandlerErrorCode, HandlerRegistry, Properties, ResourceHandler,
};
use crate::input::{Input, page};

const KIND: &str = "cloudcontrol/request";

/// Carries out an operation.
pub fn call(
    environment: &Environment,
    registry: &HandlerRegistry,
    operation: &str,
    input: &Map<String, Value>,
) -> Result<Value, AwsError> {
    let input = Input::new(input, "ValidationException");
    if operation == "GetResourceRequestStatus" {
        let token = input.need("RequestToken")?;
        let event: Option<Value> = environment.tx.get(KIND, "", token)?;
        let missing =
            || AwsError::new(400, "RequestTokenNotFoundException", format!("No request has the token {token}."));
        return event.map(|event| json!({ "ProgressEvent": event })).ok_or_else(missing);
    }
    let type_name = input.need("TypeName")?;
    let handler = registry.get(type_name).ok_or_else(|| {
        AwsError::new(400, "TypeNotFoundException", format!("The sandbox does not have the type '{type_name}'."))
    })?;
    match operation {
        "GetResource" => get(environment, handler.as_ref(), type_name, input.need("Identifier")?),
        "ListResources" => list(environment, handler.as_ref(), type_name, &input),
        "CreateResource" | "DeleteResource" => change(environment, handler.as_ref(), operation, type_name, &input),
        _ => Err(AwsError::unsupported("Cloud Control API", operation)),
    }
}

fn context<'a>(environment: &Environment<'a>, token: &'a str) -> Context<'a> {
    Context { environment: *environment, token, stack_name: "cloudcontrol", logical_id: "Resource" }
}

fn described(identifier: &str, properties: Properties) -> Value {
    json!({ "Identifier": identifier, "Properties": Value::Object(properties).to_string() })
}

fn get(
    environment: &Environment,
    handler: &dyn ResourceHandler,
    type_name: &str,
    identifier: &str,
) -> Result<Value, AwsError> {
    let found = handler.read(&context(environment, ""), identifier).map_err(|error| failure(&error))?;
    let properties = found.ok_or_else(|| {
        let message = format!("Resource of type '{type_name}' with identifier '{identifier}' was not found.");
        AwsError::new(400, "ResourceNotFoundException", message)
    })?;
    Ok(json!({ "TypeName": type_name, "ResourceDescription": described(identifier, properties) }))
}

fn list(
    environment: &Environment,
    handler: &dyn ResourceHandler,
    type_name: &str,
    input: &Input,
) -> Result<Value, AwsError> {
    let all = handler.list(environment)?.ok_or_else(|| {
        let message = format!("The sandbox lists {type_name} by its service only, not by Cloud Control API.");
        AwsError::new(400, "UnsupportedActionException", message)
    })?;
    let all = all.into_iter().map(|(identifier, properties)| described(&identifier, properties)).collect();
    let size = usize::try_from(input.number("MaxResults").unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let (all, next) = page(all, input.text("NextToken"), size);
    let mut answer = json!({ "TypeName": type_name, "ResourceDescriptions": all });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

/// Makes a resource, whose properties the schema takes.
fn create(
    handler: &dyn ResourceHandler,
    context: &Context,
    type_name: &str,
    input: &Input,
) -> Result<String, HandlerError> {
    let invalid = |message: String| HandlerError { code: HandlerErrorCode::InvalidRequest, message };
    let desired = input.text("DesiredState").unwrap_or_default();
    let properties: Properties =
        serde_json::from_str(desired).map_err(|_| invalid("DesiredState is no JSON object.".to_owned()))?;
    if let Some(reason) = violation(type_name, &properties) {
        return Err(invalid(reason));
    }
    handler.create(context, &properties)
}

/// Makes or deletes a resource. What the handler refuses is the request's failure, no error of the call.
fn change(
    environment: &Environment,
    handler: &dyn ResourceHandler,
    operation: &str,
    type_name: &str,
    input: &Input,
) -> Result<Value, AwsError> {
    let token = input.text("ClientToken").map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let context = context(environment, &token);
    let outcome = environment.tx.attempt(|| {
        if operation == "CreateResource" {
            return create(handler, &context, type_name, input);
        }
        let identifier = input.text("Identifier").unwrap_or_default();
        handler.delete(&context, identifier).map(|()| identifier.to_owned())
    })?;
    let mut event = json!({
        "TypeName": type_name,
        "RequestToken": token,
        "Operation": if operation == "CreateResource" { "CREATE" } else { "DELETE" },
        "EventTime": epoch_seconds(environment.now),
    });
    match outcome {
        Ok(identifier) => {
            event["OperationStatus"] = "SUCCESS".into();
            event["Identifier"] = identifier.into();
        }
        Err(error) => {
            event["OperationStatus"] = "FAILED".into();
            event["ErrorCode"] = format!("{:?}", error.code).into();
            event["StatusMessage"] = error.message.into();
        }
    }
    environment.tx.put(KIND, "", &token, None, &event)?;
    Ok(json!({ "ProgressEvent": event }))
}

fn failure(error: &HandlerError) -> AwsError {
    let code = match error.code {
        HandlerErrorCode::NotFound => "ResourceNotFoundException",
        HandlerErrorCode::InvalidRequest => "InvalidRequestException",
        HandlerErrorCode::Throttling => "ThrottlingException",
        _ => "GeneralServiceException",
    };
    AwsError::new(400, code, error.message.clone())
}
