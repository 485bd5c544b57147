//! AWS KMS: keys and their aliases, with policies, rotation and deletion. Nothing is encrypted: `Encrypt`, `Decrypt`
//! and the rest are refused by name.

mod aliases;
mod keys;

use serde_json::{Map, Value};

use super::input::Input;
use crate::error::AwsError;
use crate::handler::Environment;

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "ValidationException");
    match operation {
        "CreateKey" => keys::create(environment, &input),
        "ListKeys" => keys::list(environment, &input),
        "CreateAlias" | "UpdateAlias" | "DeleteAlias" | "ListAliases" => aliases::call(environment, operation, &input),
        "DescribeKey"
        | "GetKeyPolicy"
        | "ListKeyPolicies"
        | "PutKeyPolicy"
        | "GetKeyRotationStatus"
        | "EnableKeyRotation"
        | "DisableKeyRotation"
        | "EnableKey"
        | "DisableKey"
        | "UpdateKeyDescription"
        | "ScheduleKeyDeletion"
        | "CancelKeyDeletion"
        | "TagResource"
        | "UntagResource"
        | "ListResourceTags" => keys::on_key(environment, operation, &input),
        _ => Err(AwsError::unsupported("KMS", operation)),
    }
}

fn not_found(what: &str) -> AwsError {
    AwsError::new(400, "NotFoundException", format!("{what} is not found."))
}

#[cfg(test)]
mod tests;
