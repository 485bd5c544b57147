//! The order in which a template's resources are made.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloudformation::failure::validation;
use crate::error::AwsError;

/// The level of each resource: 0 for those that depend on nothing, else one more than the highest of those it depends
/// on.
pub(crate) fn levels(dependencies: &BTreeMap<String, BTreeSet<String>>) -> Result<BTreeMap<String, usize>, AwsError> {
    let mut levels: BTreeMap<String, usize> = BTreeMap::new();
    let mut left: BTreeSet<&String> = dependencies.keys().collect();
    for level in 0.. {
        if left.is_empty() {
            break;
        }
        let ready: Vec<&String> = left
            .iter()
            .filter(|id| dependencies.get(**id).is_none_or(|needed| needed.iter().all(|need| !left.contains(need))))
            .copied()
            .collect();
        if ready.is_empty() {
            return Err(circle(&left, dependencies));
        }
        for id in ready {
            left.remove(id);
            levels.insert(id.clone(), level);
        }
    }
    Ok(levels)
}

/// The error for resources that depend on each other: those from which nothing outside the circle hangs.
fn circle(left: &BTreeSet<&String>, dependencies: &BTreeMap<String, BTreeSet<String>>) -> AwsError {
    let mut members: BTreeSet<&String> = left.clone();
    loop {
        let needed: BTreeSet<&String> = members.iter().filter_map(|id| dependencies.get(*id)).flatten().collect();
        let before = members.len();
        members.retain(|id| needed.contains(id));
        if members.len() == before {
            break;
        }
    }
    let names: Vec<&str> = members.into_iter().map(String::as_str).collect();
    validation(format!("Circular dependency between resources: [{}]", names.join(", ")))
}
