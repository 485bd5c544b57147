//! Dynamic references of templates, resolved against Secrets Manager and SSM parameters.

use crate::error::AwsError;
use crate::handler::Environment;

/// The value of a dynamic reference (`secretsmanager:…`, `ssm:…`, `ssm-secure:…`, without the braces).
pub fn resolve(_environment: &Environment, reference: &str) -> Result<String, AwsError> {
    Err(AwsError::new(400, "ValidationError", format!("Could not resolve {reference}.")))
}
