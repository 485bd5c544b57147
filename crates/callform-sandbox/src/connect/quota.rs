//! Quotas of an instance: those of `faults.json`, the defaults of a new account where it asks for them, otherwise
//! none, as the sandbox is made for centers of 10,000 users and 500 queues.

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::services::servicequotas;

use super::error::{limit_exceeded, quota_exceeded};
use super::resource::Kind;

/// The quota that holds for a type; `None` where the sandbox holds to none.
pub(super) fn applied(environment: &Environment, kind: &Kind) -> Result<Option<usize>, AwsError> {
    let faults = Faults::load(environment.folder)?;
    let set = servicequotas::set_for(&faults, kind.document);
    Ok(set.or_else(|| faults.default_quotas.then_some(kind.quota)))
}

/// When instances were made and deleted, in milliseconds since 1970.
const INSTANCE_CHURN: &str = "connect/instance-churn";
/// How often an account may make and delete instances in [`CHURN_PERIOD`].
const MOST_CHURN: usize = 100;
/// 30 days in milliseconds.
const CHURN_PERIOD: u64 = 30 * 24 * 3_600_000;

/// Counts an instance that is made or deleted.
pub(super) fn count_instance(environment: &Environment) -> Result<(), AwsError> {
    environment.tx.append(INSTANCE_CHURN, "", &epoch_milliseconds(environment.now)).map(drop)
}

/// Refuses an instance where so many were made and deleted in 30 days that the account is blocked. It holds only with
/// the default quotas, as a sandbox is for trying. Source: Amazon Connect Administrator Guide, "Create an instance"
/// (100 creations and deletions in 30 days); the message was seen by others (hashicorp/terraform-provider-aws#23381).
pub(super) fn check_instance_churn(environment: &Environment) -> Result<(), AwsError> {
    if !Faults::load(environment.folder)?.default_quotas {
        return Ok(());
    }
    let now = epoch_milliseconds(environment.now);
    let churn: Vec<(i64, u64)> = environment.tx.newest(INSTANCE_CHURN, "", None, MOST_CHURN)?;
    let recent = churn.iter().filter(|(_, when)| now.saturating_sub(*when) < CHURN_PERIOD).count();
    if recent >= MOST_CHURN {
        return Err(quota_exceeded(
            "Your account has been flagged for an excessive number of creation and deletion attempts",
        ));
    }
    Ok(())
}

/// Refuses another resource of a type where the instance has as many as it may have.
pub(super) fn check(environment: &Environment, kind: &Kind, instance: &str) -> Result<(), AwsError> {
    let Some(quota) = applied(environment, kind)? else { return Ok(()) };
    if environment.tx.count(kind.document, kind.scope(instance))? >= quota {
        return Err(limit_exceeded(format!("The limit of {quota} for {} is reached.", kind.noun)));
    }
    Ok(())
}
