//! Dynamic references of templates, resolved against Secrets Manager and SSM parameters.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::s3::upload::hexadecimal;
use super::{secretsmanager, ssm};
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::input::object;

/// The value of a dynamic reference (`secretsmanager:…`, `ssm:…`, `ssm-secure:…`, without the braces).
///
/// A secret or secure parameter that is not there has an invented value, unless the faults ask for strictness.
///
/// `secretsmanager:<name or ARN>[:SecretString[:<JSON key>[:<stage>[:<version id>]]]]`, `ssm:<name>[:<version>]`.
pub fn resolve(environment: &Environment, reference: &str) -> Result<String, AwsError> {
    let failed = |reason: &str| {
        AwsError::new(
            400,
            "ValidationError",
            format!("Could not resolve the dynamic reference {{{{resolve:{reference}}}}}: {reason}"),
        )
    };
    let (service, rest) = reference.split_once(':').ok_or_else(|| failed("it has no service"))?;
    match service {
        "secretsmanager" => secret(environment, rest, &failed),
        "ssm" | "ssm-secure" => {
            let answer =
                ssm::call(environment, "GetParameter", &object(json!({ "Name": rest, "WithDecryption": true })));
            let answer = match answer {
                Err(error) if service == "ssm-secure" && may_invent(environment, &error, "ParameterNotFound") => {
                    return Ok(invented(reference));
                }
                answer => answer.map_err(|error| failed(&error.message))?,
            };
            let kind = answer.pointer("/Parameter/Type").and_then(Value::as_str);
            match (service, kind) {
                ("ssm", Some("SecureString")) => Err(failed("a SecureString needs ssm-secure")),
                ("ssm-secure", Some("String" | "StringList")) => Err(failed("the parameter is no SecureString")),
                _ => text_at(&answer, "/Parameter/Value").ok_or_else(|| failed("it has no value")),
            }
        }
        _ => Err(failed("the service is none of ssm, ssm-secure and secretsmanager")),
    }
}

/// What clients of Secrets Manager are answered: a secret that is invented for a template is there for whoever asks
/// whether it is, so that both say the same.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    match secretsmanager::call(environment, operation, input) {
        Err(error) if operation == "DescribeSecret" && may_invent(environment, &error, "ResourceNotFoundException") => {
            let name = input.get("SecretId").and_then(Value::as_str).unwrap_or_default();
            let arn = if name.starts_with("arn:") {
                name.to_owned()
            } else {
                let (region, account) = (environment.region, environment.account);
                format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-invent")
            };
            Ok(json!({ "ARN": arn, "Name": name, "Description": "Invented by the sandbox" }))
        }
        answer => answer,
    }
}

/// True where something secret is not there and the sandbox is to make do without it.
fn may_invent(environment: &Environment, error: &AwsError, code: &str) -> bool {
    error.code == code && !Faults::load(environment.folder).is_ok_and(|faults| faults.strict_secrets)
}

/// A value for a secret nobody has put into the sandbox: the same for the same reference, and good enough for any
/// password policy of the emulated services.
fn invented(reference: &str) -> String {
    let digest = Sha256::digest(reference.as_bytes());
    format!("Sandbox-1{}", hexadecimal(digest.get(..12).unwrap_or_default()))
}

fn text_at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn secret(environment: &Environment, rest: &str, failed: &dyn Fn(&str) -> AwsError) -> Result<String, AwsError> {
    // An ARN holds six colons of its own.
    let colons = if rest.starts_with("arn:") { 7 } else { 1 };
    let mut parts = rest.splitn(colons + 1, ':');
    let id: Vec<_> = parts.by_ref().take(colons).collect();
    let mut options =
        parts.next().unwrap_or_default().split(':').map(|part| Some(part).filter(|part| !part.is_empty()));
    let mut option = || options.next().flatten();
    if option().is_some_and(|kind| kind != "SecretString") {
        return Err(failed("only SecretString can be referred to"));
    }
    let (key, stage, version) = (option(), option(), option());
    let input = json!({ "SecretId": id.join(":"), "VersionStage": stage, "VersionId": version });
    let answer = secretsmanager::call(environment, "GetSecretValue", &object(input));
    let answer = match answer {
        Err(error) if may_invent(environment, &error, "ResourceNotFoundException") => return Ok(invented(rest)),
        answer => answer.map_err(|error| failed(&error.message))?,
    };
    let text = text_at(&answer, "/SecretString").ok_or_else(|| failed("the secret is binary"))?;
    let Some(key) = key else {
        return Ok(text);
    };
    let value: Value = serde_json::from_str(&text).map_err(|_| failed("the secret is no JSON"))?;
    match value.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
        None => Err(failed(&format!("the secret has no key {key}"))),
    }
}
