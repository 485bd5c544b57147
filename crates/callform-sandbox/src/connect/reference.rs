//! Who refers to whom, so that a resource in use is not deleted and users of a profile can be counted at once.
//!
//! `connect/references` holds the targets of each resource; `connect/reference` one entry per pair, found by target.

use std::collections::BTreeSet;

use crate::error::AwsError;
use crate::handler::Environment;

use super::resource::Kind;

/// A resource by type and id, as the index names it.
pub(super) fn name(kind: &Kind, id: &str) -> String {
    format!("{}/{id}", kind.segment)
}

/// Says what a resource refers to from now on; an empty set forgets it.
pub(super) fn set(
    environment: &Environment,
    instance: &str,
    from: &str,
    targets: &BTreeSet<String>,
) -> Result<(), AwsError> {
    let tx = environment.tx;
    let before: BTreeSet<String> = tx.get("connect/references", instance, from)?.unwrap_or_default();
    for gone in before.difference(targets) {
        tx.delete("connect/reference", instance, &format!("{from}>{gone}"))?;
    }
    for new in targets.difference(&before) {
        tx.put("connect/reference", instance, &format!("{from}>{new}"), Some(new), &())?;
    }
    if targets.is_empty() {
        tx.delete("connect/references", instance, from)?;
    } else if *targets != before {
        tx.put("connect/references", instance, from, None, targets)?;
    }
    Ok(())
}

/// Ids of the resources of a type that refer to a resource, in order.
pub(super) fn referrers(
    environment: &Environment,
    instance: &str,
    from: &Kind,
    target: &str,
) -> Result<Vec<String>, AwsError> {
    let pairs = environment.tx.keys_by_name("connect/reference", instance, target)?;
    let id = |pair: &String| Some(pair.split_once('>')?.0.strip_prefix(from.segment)?.strip_prefix('/')?.to_owned());
    Ok(pairs.iter().filter_map(id).collect())
}
