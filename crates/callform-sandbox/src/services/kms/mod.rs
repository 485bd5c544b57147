//! AWS KMS: keys and their aliases, with policies, rotation and deletion. Nothing is encrypted: `Encrypt`, `Decrypt`
//! and the rest are refused by name.

mod aliases;
mod keys;
mod names;

use serde_json::{Map, Value};

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::handler::Environment;

/// The service.
pub(crate) static SERVICE: Service = service("KMS", "ValidationException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateKey", keys::create),
    operation("ListKeys", keys::list),
    operation("ListAliases", aliases::list),
    operation("CreateAlias", aliases::change),
    operation("UpdateAlias", aliases::change),
    operation("DeleteAlias", aliases::change),
    operation("DescribeKey", keys::on_key),
    operation("GetKeyPolicy", keys::on_key),
    operation("ListKeyPolicies", keys::on_key),
    operation("PutKeyPolicy", keys::on_key),
    operation("GetKeyRotationStatus", keys::on_key),
    operation("EnableKeyRotation", keys::on_key),
    operation("DisableKeyRotation", keys::on_key),
    operation("EnableKey", keys::on_key),
    operation("DisableKey", keys::on_key),
    operation("UpdateKeyDescription", keys::on_key),
    operation("ScheduleKeyDeletion", keys::on_key),
    operation("CancelKeyDeletion", keys::on_key),
    operation("TagResource", keys::on_key),
    operation("UntagResource", keys::on_key),
    operation("ListResourceTags", keys::on_key),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

#[cfg(test)]
mod tests;
