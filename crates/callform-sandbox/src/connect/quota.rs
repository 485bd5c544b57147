//! Quotas of an instance: the defaults of a new account where `faults.json` asks for them, otherwise none, as the
//! sandbox is made for centers of 10,000 users and 500 queues.

use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;

use super::error::limit_exceeded;
use super::resource::Kind;

/// Refuses another resource of a type where the instance has as many as it may have.
pub(super) fn check(environment: &Environment, kind: &Kind, instance: &str) -> Result<(), AwsError> {
    let limited = Faults::load(environment.folder)?.default_quotas;
    if limited && environment.tx.count(kind.document, kind.scope(instance))? >= kind.quota {
        return Err(limit_exceeded(format!("The limit of {} for {} is reached.", kind.quota, kind.noun)));
    }
    Ok(())
}
