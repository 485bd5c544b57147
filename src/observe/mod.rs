//! Stage 6b: what exists, read from AWS into an [`Inventory`].

mod beside;
mod kept;
mod live;
mod portrait;
mod scope;
mod stacks;
mod uses;

pub use live::live;
pub use portrait::{LiveNumber, LiveThing, Portrait, portrait};
pub use scope::Scope;
pub(crate) use stacks::belongs;
pub use stacks::{is_busy, settle};
pub use uses::{Use, uses};

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::{ConnectInstance, ErrorKind, Gateway, GatewayError, ObjectType};

use crate::inventory::{Inventory, ObservedInstance, ObservedPhoneNumber, ObservedStatus};
use crate::model::{Address, Kind, Model};

/// Why the account could not be read, or is not fit for the center.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ObserveError {
    /// An AWS call failed.
    #[error(transparent)]
    Call(#[from] GatewayError),
    /// The blueprint wants an instance that is not there.
    #[error("there is no Connect instance `{wanted}` in {region}")]
    NoInstance {
        /// Alias, id or ARN as the blueprint has it.
        wanted: String,
        /// The region looked in.
        region: String,
    },
    /// A stack has the center's name, but Callform did not make it.
    #[error("the stack `{0}` exists and is not of this center; choose another center name")]
    ForeignStack(String),
    /// A stack was applied for another environment of the blueprint.
    #[error(
        "the stack `{stack}` was applied {}; give each environment a `center:` of its own",
        environment.as_ref().map_or("without `--env`".to_owned(), |name| format!("with `--env {name}`"))
    )]
    OtherEnvironment {
        /// The stack.
        stack: String,
        /// The environment it was applied for.
        environment: Option<String>,
    },
    /// A deployed template cannot be read.
    #[error("the template of the stack `{stack}` is no JSON: {reason}")]
    UnreadableTemplate {
        /// The stack.
        stack: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A `builtin/…` object is not in the instance.
    #[error("the instance has no {kind} `{name}`, which {needed_by} refers to as builtin")]
    NoBuiltin {
        /// What it is.
        kind: Kind,
        /// Its name.
        name: String,
        /// The resource that refers to it.
        needed_by: Address,
    },
}

/// Reads what a plan needs: the center's stacks, the instance, the built-in objects it refers to, and which flow answers
/// which number, and what earlier deployments kept.
pub async fn inventory(gateway: &Gateway, scope: &Scope) -> Result<Inventory, ObserveError> {
    let stacks = stacks::deployed(gateway, scope).await?;
    let kept = kept::by_history(gateway, scope, &stacks).await?;
    let wanted = scope.wanted_instance(&stacks).or_else(|| scope.kept_instance(&kept).map(str::to_owned));
    let found = match wanted {
        Some(wanted) => gateway.find_instance(&wanted).await?,
        None => None,
    };
    if let (Some(wanted), None) = (scope.required_instance(), &found) {
        return Err(ObserveError::NoInstance { wanted: wanted.to_owned(), region: scope.region.clone() });
    }
    let mut inventory = Inventory { stacks, ..Inventory::default() };
    if let Some(instance) = found {
        inventory.builtins = builtins(gateway, &instance, scope).await?;
        inventory.phone_numbers = phone_numbers(gateway, &instance, scope).await?;
        inventory.agent_statuses = agent_statuses(gateway, &instance, scope).await?;
        inventory.phone_number_flows = gateway.phone_number_flows(&instance.id).await?;
        if scope.has_settings || stacks::note_settings(&inventory.stacks) {
            inventory.instance_settings = gateway.instance_settings(&instance).await?;
        }
        inventory.instance = Some(observed(instance));
    }
    (inventory.kept, inventory.unseen) = kept::still_there(gateway, scope, &inventory, kept).await?;
    inventory.artifact_bucket = artifact_bucket(gateway, scope).await?;
    Ok(inventory)
}

/// Reads what a destruction needs, which is less: a center can be destroyed although its blueprint changed.
pub async fn stacks_and_associations(gateway: &Gateway, model: &Model) -> Result<Inventory, ObserveError> {
    let scope = Scope::of(model);
    let stacks = stacks::deployed(gateway, &scope).await?;
    let mut inventory = Inventory { stacks, ..Inventory::default() };
    if let Some(wanted) = scope.wanted_instance(&inventory.stacks)
        && let Some(instance) = gateway.find_instance(&wanted).await?
    {
        inventory.phone_number_flows = gateway.phone_number_flows(&instance.id).await?;
        inventory.instance = Some(observed(instance));
    }
    inventory.artifact_bucket = artifact_bucket(gateway, &scope).await?;
    Ok(inventory)
}

fn observed(instance: ConnectInstance) -> ObservedInstance {
    ObservedInstance { id: instance.id, arn: instance.arn, alias: instance.alias }
}

/// The instance's phone numbers, where the center takes one over.
async fn phone_numbers(
    gateway: &Gateway,
    instance: &ConnectInstance,
    scope: &Scope,
) -> Result<BTreeMap<String, ObservedPhoneNumber>, ObserveError> {
    if !scope.takes_numbers_over {
        return Ok(BTreeMap::new());
    }
    let numbers = gateway.claimed_numbers(&instance.arn).await?;
    Ok(numbers
        .into_iter()
        .map(|found| {
            let observed = ObservedPhoneNumber { arn: found.arn, country: found.country, kind: found.kind };
            (found.number, observed)
        })
        .collect())
}

/// The instance's agent statuses, where the center has some: they are never deleted, so one of its own may be there.
async fn agent_statuses(
    gateway: &Gateway,
    instance: &ConnectInstance,
    scope: &Scope,
) -> Result<BTreeMap<String, ObservedStatus>, ObserveError> {
    if !scope.has_statuses {
        return Ok(BTreeMap::new());
    }
    let live = gateway.live_agent_statuses(instance).await?;
    let custom = live.into_iter().filter(|status| status.properties.get("Type").is_some_and(|kind| kind == "CUSTOM"));
    let observed = custom.filter_map(|status| {
        let text = |name: &str| Some(status.properties.get(name)?.as_str()?.to_owned());
        Some((text("Name")?, ObservedStatus { arn: status.physical_id.clone(), state: text("State")? }))
    });
    Ok(observed.collect())
}

/// Ids of the built-in objects that are referred to.
async fn builtins(
    gateway: &Gateway,
    instance: &ConnectInstance,
    scope: &Scope,
) -> Result<BTreeMap<(Kind, String), String>, ObserveError> {
    let kinds: BTreeSet<Kind> = scope.builtins.keys().map(|(kind, _)| *kind).collect();
    let mut ids = BTreeMap::new();
    for kind in kinds {
        let Some(object_type) = object_type(kind) else { continue };
        for object in gateway.list_objects(&instance.id, object_type).await? {
            ids.insert((kind, object.name), object.id);
        }
    }
    for ((kind, name), needed_by) in &scope.builtins {
        if let (Some(needed_by), false) = (needed_by, ids.contains_key(&(*kind, name.clone()))) {
            return Err(ObserveError::NoBuiltin { kind: *kind, name: name.clone(), needed_by: needed_by.clone() });
        }
    }
    Ok(ids)
}

/// The object type behind a kind, for the kinds that have built-in objects.
pub(crate) fn object_type(kind: Kind) -> Option<ObjectType> {
    kind.descriptor().builtins.as_ref().map(|builtins| builtins.objects)
}

/// The artifact bucket's name: one per center, account and region, within S3's 63 characters.
pub fn artifact_bucket_name(center: &str, account: &str, region: &str) -> String {
    let center: String =
        center.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let rest = format!("-callform-{account}-{region}");
    let room = 63_usize.saturating_sub(rest.len());
    let center: String = center.trim_matches('-').chars().take(room).collect();
    format!("{center}{rest}")
}

/// The name of the artifact bucket where it exists.
async fn artifact_bucket(gateway: &Gateway, scope: &Scope) -> Result<Option<String>, ObserveError> {
    let account = gateway.account().await?;
    let name = artifact_bucket_name(&scope.center, &account, &scope.region);
    match gateway.bucket_state(&name).await? {
        callform_aws::BucketState::Present => Ok(Some(name)),
        callform_aws::BucketState::Absent => Ok(None),
        callform_aws::BucketState::Forbidden => Err(ObserveError::Call(GatewayError::new(
            "S3 HeadBucket",
            ErrorKind::AccessDenied,
            format!("the artifact bucket `{name}` exists and may not be used"),
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_fit_into_s3() {
        assert_eq!(
            artifact_bucket_name("kwglobal", "123456789012", "us-west-2"),
            "kwglobal-callform-123456789012-us-west-2"
        );
        let long = artifact_bucket_name(&"Very_Long".repeat(20), "123456789012", "ap-southeast-2");
        assert_eq!(long.len(), 63);
        assert!(long.starts_with("very-long"));
    }
}
