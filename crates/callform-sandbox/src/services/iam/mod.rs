//! AWS IAM: roles and policies are stored and checked for form; nothing is enforced.

mod policies;
mod roles;
mod simulation;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::protocol::form::encode;

/// The service.
pub(crate) static SERVICE: Service =
    service("IAM", "ValidationError", &[roles::OPERATIONS, policies::OPERATIONS, OPERATIONS]);

const OPERATIONS: &[Operation] = &[operation("SimulatePrincipalPolicy", simulation::simulate)];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn no_such(what: &str, name: &str) -> AwsError {
    AwsError::new(404, "NoSuchEntity", format!("The {what} with name {name} cannot be found."))
}

fn exists(what: &str, name: &str) -> AwsError {
    AwsError::new(409, "EntityAlreadyExists", format!("{what} with name {name} already exists."))
}

/// Checks a policy document for its form, as IAM does before it takes one. `principal`: whether statements name one,
/// which trust policies do and others must not.
fn check_document(text: &str, principal: bool) -> Result<(), AwsError> {
    let malformed = |message: &str| AwsError::new(400, "MalformedPolicyDocument", message);
    let document: Value = serde_json::from_str(text).map_err(|_| malformed("This policy contains invalid Json"))?;
    if document.get("Version").is_some_and(|version| !matches!(version.as_str(), Some("2012-10-17" | "2008-10-17"))) {
        return Err(malformed("The policy must contain a valid version string"));
    }
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        _ => return Err(malformed("Syntax errors in policy.")),
    };
    for statement in statements {
        let has = |name: &str| statement.get(name).is_some_and(|value| !value.is_null());
        if !matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
            return Err(malformed("Missing required field Effect"));
        }
        if !has("Action") && !has("NotAction") {
            return Err(malformed("Policy statement must contain actions."));
        }
        if principal && !has("Principal") && !has("NotPrincipal") {
            return Err(malformed("Missing required field Principal"));
        }
        if principal && has("Resource") {
            return Err(malformed("Has prohibited field Resource"));
        }
        if !principal && has("Principal") {
            return Err(malformed("Policy document should not specify a principal."));
        }
        if !principal && !has("Resource") && !has("NotResource") {
            return Err(malformed("Policy statement must contain resources."));
        }
    }
    Ok(())
}

/// Names of roles and policies.
fn check_name(member: &str, name: &str, most: usize) -> Result<(), AwsError> {
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if name.is_empty() || name.len() > most || !name.bytes().all(right) {
        return Err(AwsError::new(
            400,
            "ValidationError",
            format!(
                "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_- and at most {most} of them"
            ),
        ));
    }
    Ok(())
}

/// A path with its slashes; `/` where none is given.
fn path<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let path = input.text("Path").unwrap_or("/");
    if path.starts_with('/') && path.ends_with('/') {
        Ok(path)
    } else {
        Err(input.wrong("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."))
    }
}

/// An identifier as IAM makes them: a prefix that tells the kind, then upper-case letters and digits.
fn new_id(prefix: &str) -> String {
    let random = Uuid::new_v4().simple().to_string().to_uppercase();
    format!("{prefix}{}", random.get(..17).unwrap_or(&random))
}

/// IAM answers documents percent-encoded.
fn encoded(document: &str) -> Value {
    encode(document).replace('/', "%2F").into()
}
