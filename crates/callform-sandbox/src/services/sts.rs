//! AWS STS: everyone is the account's root, or the role that `faults.json` names.

use serde_json::{Map, Value, json};

use super::input::Input;
use crate::clock::iso8601;
use crate::error::AwsError;
use crate::faults::{Caller, Faults};
use crate::handler::Environment;

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "ValidationError");
    let account = environment.account;
    match operation {
        "GetCallerIdentity" => Ok(match Faults::load(environment.folder)?.caller {
            Some(Caller { role, .. }) => json!({
                "UserId": "AROASANDBOX:sandbox",
                "Account": account,
                "Arn": format!("arn:aws:sts::{account}:assumed-role/{role}/sandbox"),
            }),
            None => json!({ "UserId": account, "Account": account, "Arn": format!("arn:aws:iam::{account}:root") }),
        }),
        "AssumeRole" | "AssumeRoleWithWebIdentity" => {
            let role = input.need("RoleArn")?.rsplit('/').next().unwrap_or_default();
            let session = input.need("RoleSessionName")?;
            let mut answer = json!({ "AssumedRoleUser": {
                "AssumedRoleId": format!("AROASANDBOX:{session}"),
                "Arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
            } });
            answer["Credentials"] = credentials(environment, &input);
            Ok(answer)
        }
        "GetSessionToken" => Ok(json!({ "Credentials": credentials(environment, &input) })),
        _ => Err(AwsError::unsupported("STS", operation)),
    }
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
