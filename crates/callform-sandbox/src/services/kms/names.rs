//! What names of keys stand for.

use crate::error::AwsError;
use crate::handler::Environment;

pub(super) const KIND: &str = "kms/alias";

/// The id of the key an alias names.
pub(super) fn target(environment: &Environment, name: &str) -> Result<Option<String>, AwsError> {
    environment.tx.get(KIND, environment.region, name)
}

pub(super) fn not_found(what: &str) -> AwsError {
    AwsError::new(400, "NotFoundException", format!("{what} is not found."))
}
