//! What the handlers share: reading properties, physical names, errors, documents of their own.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Context, Environment, HandlerError, HandlerErrorCode, HandlerResult, Properties};
use crate::error::AwsError;

/// A service's operations by name.
pub(crate) type Call = fn(&Environment, &str, &Map<String, Value>) -> Result<Value, AwsError>;

/// Calls a service on behalf of a handler.
pub(crate) fn call(context: &Context, service: Call, operation: &str, input: Value) -> HandlerResult<Value> {
    service(&context.environment, operation, &crate::input::object(input)).map_err(|error| service_error(&error))
}

/// Calls a service about something that may not be there: `None` where it is not.
pub(crate) fn find(context: &Context, service: Call, operation: &str, input: Value) -> HandlerResult<Option<Value>> {
    match call(context, service, operation, input) {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code == HandlerErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A service's error as a handler reports it.
pub(crate) fn service_error(error: &AwsError) -> HandlerError {
    let code = error.code.as_str();
    let has = |part: &str| code.contains(part);
    let kind = if has("NotFound") || has("NoSuch") || has("DoesNotExist") {
        HandlerErrorCode::NotFound
    } else if has("AlreadyExist")
        || has("ResourceExists")
        || has("AlreadyOwned")
        || has("NameExists")
        || code == "ResourceConflictException"
    {
        HandlerErrorCode::AlreadyExists
    } else if has("LimitExceeded") {
        HandlerErrorCode::ServiceLimitExceeded
    } else if has("Throttl") || has("TooManyRequests") {
        HandlerErrorCode::Throttling
    } else if has("AccessDenied") {
        HandlerErrorCode::AccessDenied
    } else if error.status >= 500 {
        HandlerErrorCode::ServiceInternalError
    } else if has("Validation") || has("Invalid") || has("Malformed") || has("ParameterPattern") {
        HandlerErrorCode::InvalidRequest
    } else {
        HandlerErrorCode::GeneralServiceException
    };
    let message = format!("{} (Status Code: {}, Error Code: {code})", error.message, error.status);
    HandlerError { code: kind, message }
}

/// A mistake in the properties.
pub(crate) fn invalid(message: impl Into<String>) -> HandlerError {
    HandlerError { code: HandlerErrorCode::InvalidRequest, message: message.into() }
}

/// The resource is gone.
pub(crate) fn not_found(type_name: &str, physical_id: &str) -> HandlerError {
    let message = format!("Resource of type '{type_name}' with identifier '{physical_id}' was not found.");
    HandlerError { code: HandlerErrorCode::NotFound, message }
}

/// There is one already.
pub(crate) fn exists(type_name: &str, identifier: &str) -> HandlerError {
    let message = format!("Resource of type '{type_name}' with identifier '{identifier}' already exists.");
    HandlerError { code: HandlerErrorCode::AlreadyExists, message }
}

/// A text property.
pub(crate) fn text<'a>(properties: &'a Properties, name: &str) -> Option<&'a str> {
    properties.get(name).and_then(Value::as_str)
}

/// A text property that the type requires.
pub(crate) fn need<'a>(properties: &'a Properties, name: &str) -> HandlerResult<&'a str> {
    text(properties, name)
        .ok_or_else(|| invalid(format!("Model validation failed (#: required key [{name}] not found)")))
}

/// A list property; empty where it is not there.
pub(crate) fn list<'a>(properties: &'a Properties, name: &str) -> &'a [Value] {
    properties.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts of a list property.
pub(crate) fn texts(properties: &Properties, name: &str) -> Vec<String> {
    list(properties, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// True where two versions of the properties differ in one.
pub(crate) fn differs(old: &Properties, new: &Properties, name: &str) -> bool {
    old.get(name) != new.get(name)
}

/// A document property (JSON object, or JSON in a text) as text.
pub(crate) fn document(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A number that templates may write as a text.
pub(crate) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// True or false, which templates may write as a text.
pub(crate) fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

/// The physical name of a resource that has none in its template: `<stack>-<logical ID>-<12 characters>`, the last of
/// which follow from the step's token, so that a repeated step makes no second resource. Stack and logical ID are
/// shortened to fit.
pub(crate) fn physical_name(context: &Context, most: usize) -> String {
    let parts = most.saturating_sub(14);
    let logical: String =
        context.logical_id.chars().take(parts - parts.min(context.stack_name.len()).min(parts / 2)).collect();
    let stack: String = context.stack_name.chars().take(parts - logical.len().min(parts)).collect();
    format!("{stack}-{logical}-{}", unique(context))
}

/// Twelve upper-case letters and digits that follow from the step's token.
pub(crate) fn unique(context: &Context) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = Sha256::digest(format!("{}/{}", context.token, context.logical_id));
    digest.iter().take(12).map(|byte| char::from(*ALPHABET.get(usize::from(byte % 32)).unwrap_or(&b'A'))).collect()
}

/// The name a template gives, or a generated one.
pub(crate) fn name_or_generated(context: &Context, properties: &Properties, property: &str, most: usize) -> String {
    text(properties, property).map_or_else(|| physical_name(context, most), str::to_owned)
}

/// Tags to set and keys to remove to come from one list of tags to another.
pub(crate) fn tag_changes(old: &Properties, new: &Properties, name: &str) -> (Vec<Value>, Vec<String>) {
    let (old, new) = (list(old, name), list(new, name));
    let key = |tag: &Value| tag.get("Key").and_then(Value::as_str).map(str::to_owned);
    let set = new.iter().filter(|tag| !old.contains(tag)).cloned().collect();
    let kept: Vec<_> = new.iter().filter_map(key).collect();
    let removed = old.iter().filter_map(key).filter(|key| !kept.contains(key)).collect();
    (set, removed)
}

/// A list of tags as the object that some services want.
pub(crate) fn tags_object(tags: &[Value]) -> Value {
    crate::tags::from_list(tags).into_iter().map(|(key, value)| (key, Value::from(value))).collect::<Map<_, _>>().into()
}

/// An object of tags as a list.
pub(crate) fn tags_list(tags: &Value) -> Value {
    tags.as_object().map_or(Value::Array(Vec::new()), |tags| crate::tags::to_list(&crate::tags::from_object(tags)))
}

/// Removes properties that are `null`, and lists and objects that are empty.
pub(crate) fn without_empty(mut properties: Properties) -> Properties {
    properties.retain(|_, value| match value {
        Value::Null => false,
        Value::Array(entries) => !entries.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    });
    properties
}

const OWN: &str = "resource";

/// Keeps a document of a handler under the physical id.
pub(crate) fn remember(context: &Context, type_name: &str, id: &str, document: &Properties) -> HandlerResult<()> {
    context.environment.tx.put(OWN, type_name, id, None, document).map_err(|error| service_error(&error))
}

/// A document that [`remember`] kept.
pub(crate) fn recall(context: &Context, type_name: &str, id: &str) -> HandlerResult<Option<Properties>> {
    context.environment.tx.get(OWN, type_name, id).map_err(|error| service_error(&error))
}

/// Removes a document that [`remember`] kept; false where there was none.
pub(crate) fn forget(context: &Context, type_name: &str, id: &str) -> HandlerResult<bool> {
    context.environment.tx.delete(OWN, type_name, id).map_err(|error| service_error(&error))
}

/// The reason to refuse properties, in CloudFormation's words; `None` where they are right or the type has no schema.
pub(crate) fn violation(type_name: &str, properties: &Properties) -> Option<String> {
    let schema: &callform_schemas::ResourceSchema = callform_schemas::get(type_name)?;
    let violations = schema.validate(&Value::Object(properties.clone()));
    (!violations.is_empty()).then(|| callform_schemas::property_validation_failure(&violations))
}
