//! AWS STS: everyone is the account's root, or the role that `faults.json` names.

use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::clock::iso8601;
use crate::error::AwsError;
use crate::faults::{Caller, Faults};
use crate::handler::Environment;
use crate::input::Input;

/// The service.
pub(crate) static SERVICE: Service = service("STS", "ValidationError", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("GetCallerIdentity", caller),
    operation("AssumeRole", assume),
    operation("AssumeRoleWithWebIdentity", assume),
    operation("GetSessionToken", session),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn caller(environment: &Environment, _input: &Input) -> Result<Value, AwsError> {
    let account = environment.account;
    Ok(match Faults::load(environment.folder)?.caller {
        Some(Caller { role, .. }) => json!({
            "UserId": "AROASANDBOX:sandbox",
            "Account": account,
            "Arn": format!("arn:aws:sts::{account}:assumed-role/{role}/sandbox"),
        }),
        None => json!({ "UserId": account, "Account": account, "Arn": format!("arn:aws:iam::{account}:root") }),
    })
}

fn assume(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let account = environment.account;
    let role = input.need("RoleArn")?.rsplit('/').next().unwrap_or_default();
    let session = input.need("RoleSessionName")?;
    let mut answer = json!({ "AssumedRoleUser": {
        "AssumedRoleId": format!("AROASANDBOX:{session}"),
        "Arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
    } });
    answer["Credentials"] = credentials(environment, input);
    Ok(answer)
}

fn session(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    if input.number("DurationSeconds").is_some_and(|seconds| !(900..=129_600).contains(&seconds)) {
        return Err(input.wrong("DurationSeconds must be from 900 to 129600."));
    }
    Ok(json!({ "Credentials": credentials(environment, input) }))
}

/// Credentials that say what they are; the sandbox accepts any.
fn credentials(environment: &Environment, input: &Input) -> Value {
    let seconds = u64::try_from(input.number("DurationSeconds").unwrap_or(3600)).unwrap_or(3600).min(129_600);
    json!({
        "AccessKeyId": "ASIASANDBOX",
        "SecretAccessKey": "sandbox",
        "SessionToken": "sandbox",
        "Expiration": iso8601(environment.now + std::time::Duration::from_secs(seconds)),
    })
}
