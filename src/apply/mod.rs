//! Stage 8: carries out a plan, step by step, and tells what happens. One attempt; it can be run again after anything.

mod agreement;
mod ahead;
mod error;
mod event;
mod follow;
mod ground;
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
use ground::Ground;
use identifiers::Identifiers;

/// What apply needs besides the plan.
pub struct ApplyContext<'a> {
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

impl ApplyContext<'_> {
    fn tell(&self, event: Event) {
        tell(self.events, event);
    }
}

/// Nobody listening any more is no reason to stop half way.
fn tell(events: &UnboundedSender<Event>, event: Event) {
    let _nobody_listens = events.send(event);
}

/// Carries out every step of a plan, as long as the stacks it builds on are those it was made with.
pub async fn apply(context: &ApplyContext<'_>, plan: &Plan) -> Result<(), ApplyError> {
    let mut identifiers = Identifiers::new(plan);
    let mut ground = Ground::of(plan);
    let mut bucket_ready = false;
    for (number, step) in plan.steps.iter().enumerate() {
        ground.hold(&context.gateway.stacks().await?)?;
        match step {
            Step::Upload(assets) => {
                ensure_bucket(context, &mut bucket_ready).await?;
                upload(context, assets).await?;
            }
            Step::ContinueRollback(stacks) => {
                for stack in stacks {
                    stack::continue_rollback(context, plan, stack).await?;
                }
            }
            Step::Stacks(operations) => {
                if operations.iter().any(stack::needs_bucket) {
                    ensure_bucket(context, &mut bucket_ready).await?;
                }
                if let Err(failure) = wave(context, plan, &mut identifiers, operations, number).await {
                    let now = context.gateway.stacks().await;
                    return Err(now.map_or(failure.clone(), |now| ground.blame(failure, operations, &now)));
                }
                ground.worked_on(operations);
            }
            Step::Associate(changes) => {
                for change in changes {
                    associate(context, &mut identifiers, change).await?;
                }
            }
            Step::Repair(repairs) => {
                for (place, repair) in repairs.iter().enumerate() {
                    context.gateway.repair(&repair.call).await?;
                    let goes_on = repairs.get(place + 1).is_some_and(|next| next.address == repair.address);
                    if !goes_on {
                        context.tell(Event::Repaired { address: repair.address.clone() });
                    }
                }
            }
        }
    }
    Ok(())
}

async fn ensure_bucket(context: &ApplyContext<'_>, ready: &mut bool) -> Result<(), ApplyError> {
    if !*ready {
        context.tell(Event::Bucket { name: context.bucket.to_owned() });
        context.gateway.ensure_private_bucket(context.bucket).await?;
        *ready = true;
    }
    Ok(())
}

async fn upload(context: &ApplyContext<'_>, assets: &[Asset]) -> Result<(), ApplyError> {
    for asset in assets {
        let content = (context.read)(&asset.path)
            .map_err(|error| ApplyError::Asset { path: asset.path.clone(), reason: error.to_string() })?;
        if crate::digest::sha256_hex(&content) != asset.sha256 {
            return Err(ApplyError::AssetChanged { path: asset.path.clone() });
        }
        let put = context.gateway.put_object_once(context.bucket, &asset.key, content).await;
        let new = put.map_err(|error| ApplyError::from(error).of_someone_else(context.bucket))?;
        context.tell(Event::Uploaded { key: asset.key.clone(), new });
    }
    Ok(())
}

/// Runs stack operations that do not depend on one another side by side. All of them end before the first failure is
/// reported, so that nothing goes on unseen.
async fn wave(
    context: &ApplyContext<'_>,
    plan: &Plan,
    identifiers: &mut Identifiers<'_>,
    operations: &[StackOperation],
    number: usize,
) -> Result<(), ApplyError> {
    // All of them before the first operation starts: what runs must not be left alone.
    let mut parameters = Vec::with_capacity(operations.len());
    for operation in operations {
        let values = identifiers.parameters(context, operation).await;
        parameters.push(values.map_err(|error| error.of_someone_else(&operation.stack))?);
    }
    let mut running = JoinSet::new();
    for (operation, parameters) in operations.iter().zip(parameters) {
        let job = stack::Job {
            gateway: context.gateway.clone(),
            events: context.events.clone(),
            bucket: context.bucket.to_owned(),
            token: format!("callform-{}-{number}", context.run_id),
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
    context: &ApplyContext<'_>,
    identifiers: &mut Identifiers<'_>,
    change: &AssociationChange,
) -> Result<(), ApplyError> {
    let instance = identifiers.resolve(context, &change.instance).await?;
    let phone_number = identifiers.resolve(context, &change.phone_number_id).await?;
    match &change.flow_id {
        Some(flow) if change.action == Action::Associate => {
            let flow = identifiers.resolve(context, flow).await?;
            context.gateway.associate_phone_number_flow(&instance, &phone_number, &flow).await?;
        }
        _ => context.gateway.disassociate_phone_number_flow(&instance, &phone_number).await?,
    }
    let flow = change.flow.as_ref().map(ToString::to_string);
    context.tell(Event::Associated { phone_number: change.phone_number.clone(), flow });
    Ok(())
}
