//! Watching a stack operation until it ends.

use std::collections::BTreeMap;

use callform_aws::{Gateway, StackEvent};
use tokio::sync::mpsc::UnboundedSender;

use super::{ApplyError, Event, ResourceFailure, tell};
use crate::model::{Address, VERSION_DIGITS};

/// What is watched.
pub(super) struct Follow<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) events: &'a UnboundedSender<Event>,
    /// The stack's name.
    pub(super) stack: &'a str,
    /// How to ask for it: a deleted stack is only found by its id.
    pub(super) name_or_id: &'a str,
    pub(super) addresses: &'a BTreeMap<String, Address>,
}

/// Reports every event newer than `after` until the stack's own final one; an error unless that is one of `good`.
pub(super) async fn follow(watched: &Follow<'_>, after: Option<String>, good: &[&str]) -> Result<(), ApplyError> {
    let mut newest = after;
    let mut failures = Vec::new();
    let mut pause = watched.gateway.pace();
    loop {
        let events = watched.gateway.events_since(watched.name_or_id, newest.as_deref()).await?;
        pause = if events.is_empty() { watched.gateway.slower(pause) } else { watched.gateway.pace() };
        for event in events {
            newest = Some(event.id.clone());
            if is_of_stack(&event, watched.stack) {
                if !event.status.ends_with("_IN_PROGRESS") {
                    return end(watched, event, good, failures);
                }
            } else {
                failures.extend(failure(watched, &event));
                report(watched, event);
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// What the blueprint calls a resource. The version of a function that goes when the next one comes has the name of
/// that one: their logical IDs differ in the digest at the end.
fn address_of<'a>(addresses: &'a BTreeMap<String, Address>, logical_id: &str) -> Option<&'a Address> {
    let without_digest = |logical_id: &str| {
        let (name, digest) = logical_id.split_at_checked(logical_id.len().checked_sub(VERSION_DIGITS)?)?;
        digest.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| name.to_owned())
    };
    addresses.get(logical_id).or_else(|| {
        let name = without_digest(logical_id)?;
        let mut versions = addresses.iter().filter(|(_, address)| address.kind.version_of().is_some());
        versions.find(|(other, _)| without_digest(other).as_ref() == Some(&name)).map(|(_, address)| address)
    })
}

fn is_of_stack(event: &StackEvent, stack: &str) -> bool {
    event.resource_type == "AWS::CloudFormation::Stack" && event.logical_id == stack
}

fn report(watched: &Follow<'_>, event: StackEvent) {
    tell(
        watched.events,
        Event::Resource {
            stack: watched.stack.to_owned(),
            address: address_of(watched.addresses, &event.logical_id).cloned(),
            logical_id: event.logical_id,
            status: event.status,
            reason: event.reason,
        },
    );
}

/// The failure an event tells of. Resources that were only stopped because another one failed are not to blame.
fn failure(watched: &Follow<'_>, event: &StackEvent) -> Option<ResourceFailure> {
    let reason = event.reason.clone().unwrap_or_default();
    if !event.status.ends_with("_FAILED") || super::is_cancelled(&reason) {
        return None;
    }
    Some(ResourceFailure {
        address: address_of(watched.addresses, &event.logical_id).cloned(),
        logical_id: event.logical_id.clone(),
        resource_type: event.resource_type.clone(),
        status: event.status.clone(),
        reason,
    })
}

fn end(
    watched: &Follow<'_>,
    event: StackEvent,
    good: &[&str],
    failures: Vec<ResourceFailure>,
) -> Result<(), ApplyError> {
    let stack = watched.stack.to_owned();
    tell(watched.events, Event::StackFinished { stack: stack.clone(), status: event.status.clone() });
    if good.contains(&event.status.as_str()) {
        return Ok(());
    }
    Err(ApplyError::Stack { stack, status: event.status, reason: event.reason, failures })
}
