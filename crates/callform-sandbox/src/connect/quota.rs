//! Quotas of an instance: those of `faults.json`, the defaults of a new account where it asks for them, otherwise
//! none, as the sandbox is made for centers of 10,000 users and 500 queues.

use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::services::servicequotas;

use super::error::limit_exceeded;
use super::resource::Kind;

/// Refuses another resource of a type where the instance has as many as it may have.
pub(super) fn check(environment: &Environment, kind: &Kind, instance: &str) -> Result<(), AwsError> {
    let faults = Faults::load(environment.folder)?;
    let set = servicequotas::set_for(&faults, kind.document);
    let Some(quota) = set.or_else(|| faults.default_quotas.then_some(kind.quota)) else { return Ok(()) };
    if environment.tx.count(kind.document, kind.scope(instance))? >= quota {
        return Err(limit_exceeded(format!("The limit of {quota} for {} is reached.", kind.noun)));
    }
    Ok(())
}
