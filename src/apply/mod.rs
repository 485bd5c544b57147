//! Stage 8: carries out a plan, step by step, and tells what happens. One attempt; it can be run again after anything.

mod agreement;
mod ahead;
mod error;
mod event;
mod follow;
mod identifiers;
mod rehearsal;
mod stack;

pub use ahead::ask_ahead;
pub use error::{ApplyError, ResourceFailure, is_cancelled, plain_reason};
pub use event::Event;
pub use rehearsal::Rehearsal;

use std::collections::BTreeMap;
use std::io;

use callform_aws::Gateway;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use crate::model::{Address, Asset};
use crate::plan::{Action, AssociationChange, Plan, Purpose, StackOperation, Step};
use identifiers::Identifiers;

/// What apply needs besides the plan.
pub struct Rim<'a> {
    /// The account.
    pub gateway: &'a Gateway,
    /// Name of the artifact bucket, there or not.
    pub bucket: &'a str,
    /// Reads an asset by its path in the plan.
    pub read: &'a dyn Fn(&str) -> io::Result<Vec<u8>>,
    /// Unique for this run; part of every client token, so that a call repeated by the SDK has one effect.
    pub run_id: &'a str,
    /// Where facts about the progress go.
    pub events: &'a UnboundedSender<Event>,
}

impl Rim<'_> {
    fn tell(&self, event: Event) {
        tell(self.events, event);
    }
}

/// Nobody listening any more is no reason to stop half way.
fn tell(events: &UnboundedSender<Event>, event: Event) {
    let _nobody_listens = events.send(event);
}

/// Carries out every step of a plan.
pub async fn apply(rim: &Rim<'_>, plan: &Plan) -> Result<(), ApplyError> {
    let mut identifiers = Identifiers::new(plan);
    let mut bucket_ready = false;
    for (number, step) in plan.steps.iter().enumerate() {
        match step {
            Step::Upload(assets) => {
                ensure_bucket(rim, &mut bucket_ready).await?;
                upload(rim, assets).await?;
            }
            Step::ContinueRollback(stacks) => {
                for stack in stacks {
                    stack::continue_rollback(rim, plan, stack).await?;
                }
            }
            Step::Stacks(operations) => {
                if operations.iter().any(stack::needs_bucket) {
                    ensure_bucket(rim, &mut bucket_ready).await?;
                }
                wave(rim, plan, &mut identifiers, operations, number).await?;
            }
            Step::Associate(changes) => {
                for change in changes {
                    associate(rim, &mut identifiers, change).await?;
                }
            }
            Step::Repair(repairs) => {
                for (place, repair) in repairs.iter().enumerate() {
                    rim.gateway.repair(&repair.call).await?;
                    let goes_on = repairs.get(place + 1).is_some_and(|next| next.address == repair.address);
                    if !goes_on {
                        rim.tell(Event::Repaired { address: repair.address.clone() });
                    }
                }
            }
        }
    }
    Ok(())
}

async fn ensure_bucket(rim: &Rim<'_>, ready: &mut bool) -> Result<(), ApplyError> {
    if !*ready {
        rim.tell(Event::Bucket { name: rim.bucket.to_owned() });
        rim.gateway.ensure_private_bucket(rim.bucket).await?;
        *ready = true;
    }
    Ok(())
}

async fn upload(rim: &Rim<'_>, assets: &[Asset]) -> Result<(), ApplyError> {
    for asset in assets {
        let content = (rim.read)(&asset.path)
            .map_err(|error| ApplyError::Asset { path: asset.path.clone(), reason: error.to_string() })?;
        if crate::digest::sha256_hex(&content) != asset.sha256 {
            return Err(ApplyError::AssetChanged { path: asset.path.clone() });
        }
        let put = rim.gateway.put_object_once(rim.bucket, &asset.key, content).await;
        let new = put.map_err(|error| ApplyError::from(error).of_someone_else(rim.bucket))?;
        rim.tell(Event::Uploaded { key: asset.key.clone(), new });
    }
    Ok(())
}

/// Runs stack operations that do not depend on one another side by side. All of them end before the first failure is
/// reported, so that nothing goes on unseen.
async fn wave(
    rim: &Rim<'_>,
    plan: &Plan,
    identifiers: &mut Identifiers<'_>,
    operations: &[StackOperation],
    number: usize,
) -> Result<(), ApplyError> {
    // All of them before the first operation starts: what runs must not be left alone.
    let mut parameters = Vec::with_capacity(operations.len());
    for operation in operations {
        let values = identifiers.parameters(rim, operation).await;
        parameters.push(values.map_err(|error| error.of_someone_else(&operation.stack))?);
    }
    let mut running = JoinSet::new();
    for (operation, parameters) in operations.iter().zip(parameters) {
        let job = stack::Job {
            gateway: rim.gateway.clone(),
            events: rim.events.clone(),
            bucket: rim.bucket.to_owned(),
            token: format!("callform-{}-{number}", rim.run_id),
            addresses: addresses(plan, &operation.stack),
            resources: changing(plan, &operation.stack),
            planned: planned(plan, &operation.stack),
            operation: operation.clone(),
            parameters,
        };
        running.spawn(job.run());
    }
    let mut failure = None;
    while let Some(ended) = running.join_next().await {
        let outcome = ended.unwrap_or_else(|error| Err(ApplyError::Crashed { reason: error.to_string() }));
        failure = failure.or(outcome.err());
    }
    identifiers.forget_stacks(operations);
    failure.map_or(Ok(()), Err)
}

/// The blueprint's names of a stack's resources, by logical ID.
fn addresses(plan: &Plan, stack: &str) -> BTreeMap<String, Address> {
    plan.changes
        .iter()
        .filter(|change| change.stack == stack && !change.logical_id.is_empty())
        .map(|change| (change.logical_id.clone(), change.address.clone()))
        .collect()
}

/// What a plan does in a stack, by logical ID; none where drift is reverted, which no plan foresees.
fn planned(plan: &Plan, stack: &str) -> Option<BTreeMap<String, Action>> {
    let changes = plan.changes.iter().filter(|change| change.stack == stack && !change.logical_id.is_empty());
    let actions = changes.map(|change| (change.logical_id.clone(), change.action));
    (plan.purpose == Purpose::Apply).then(|| actions.collect())
}

/// How many resources of a stack the plan changes.
fn changing(plan: &Plan, stack: &str) -> usize {
    let changes = plan.changes.iter().filter(|change| change.stack == stack);
    changes.filter(|change| change.action != Action::NoOp && !change.logical_id.is_empty()).count()
}

async fn associate(
    rim: &Rim<'_>,
    identifiers: &mut Identifiers<'_>,
    change: &AssociationChange,
) -> Result<(), ApplyError> {
    let instance = identifiers.resolve(rim, &change.instance).await?;
    let phone_number = identifiers.resolve(rim, &change.phone_number_id).await?;
    match &change.flow_id {
        Some(flow) if change.action == Action::Associate => {
            let flow = identifiers.resolve(rim, flow).await?;
            rim.gateway.associate_phone_number_flow(&instance, &phone_number, &flow).await?;
        }
        _ => rim.gateway.disassociate_phone_number_flow(&instance, &phone_number).await?,
    }
    let flow = change.flow.as_ref().map(ToString::to_string);
    rim.tell(Event::Associated { phone_number: change.phone_number.clone(), flow });
    Ok(())
}
