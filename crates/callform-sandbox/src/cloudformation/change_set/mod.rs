//! Change sets: what an operation would do, worked out before it is done.
//!
//! | kind | scope | key |
//! |---|---|---|
//! | `cloudformation/change-set` | stack id | change set id; found by name |
//! | `cloudformation/change-set-stack` | – | change set id: the id of its stack |

pub(crate) mod compare;
pub(crate) mod detail;
pub(crate) mod finding;
pub(crate) mod planned;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::failure::{change_set_not_found, validation as refused};
use super::request::Request;
use super::state::{self, OnFailure, Settings, Stack};
use crate::error::AwsError;
use crate::store::Tx;
use compare::Change;
use finding::Finding;

const CHANGE_SET: &str = "cloudformation/change-set";
const CHANGE_SET_STACK: &str = "cloudformation/change-set-stack";

/// Whether a change set can be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExecutionStatus {
    #[serde(rename = "UNAVAILABLE")]
    Unavailable,
    #[serde(rename = "AVAILABLE")]
    Available,
    #[serde(rename = "EXECUTE_IN_PROGRESS")]
    InProgress,
    #[serde(rename = "EXECUTE_COMPLETE")]
    Complete,
    #[serde(rename = "EXECUTE_FAILED")]
    Failed,
    #[serde(rename = "OBSOLETE")]
    Obsolete,
}

/// What a change set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ChangeSetType {
    #[serde(rename = "CREATE")]
    Create,
    #[serde(rename = "UPDATE")]
    Update,
    #[serde(rename = "IMPORT")]
    Import,
}

/// A change set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChangeSet {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) client_token: Option<String>,
    pub(crate) purpose: ChangeSetType,
    pub(crate) created: String,
    /// `CREATE_COMPLETE`, or `FAILED` where there is nothing to change, or early validation refuses it.
    pub(crate) status: String,
    pub(crate) status_reason: Option<String>,
    pub(crate) execution: ExecutionStatus,
    pub(crate) settings: Settings,
    pub(crate) on_failure: Option<OnFailure>,
    pub(crate) revert_drift: bool,
    /// `DRIFTED` or `IN_SYNC`, where live resources were looked at.
    pub(crate) drift_status: Option<String>,
    pub(crate) import_existing: bool,
    /// Identifiers of resources to be imported, by logical ID.
    pub(crate) imports: BTreeMap<String, String>,
    pub(crate) changes: Vec<Change>,
    /// What early validation has found.
    #[serde(default)]
    pub(crate) findings: Vec<Finding>,
}

impl ChangeSet {
    /// True while it may still be executed, or is.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(
            self.execution,
            ExecutionStatus::Available | ExecutionStatus::Unavailable | ExecutionStatus::InProgress
        )
    }
}

pub(crate) fn save(tx: &Tx, stack_id: &str, change_set: &ChangeSet) -> Result<(), AwsError> {
    tx.put(CHANGE_SET, stack_id, &change_set.id, Some(&change_set.name), change_set)?;
    tx.put(CHANGE_SET_STACK, "", &change_set.id, None, &stack_id)
}

/// All change sets of a stack.
pub(crate) fn all(tx: &Tx, stack_id: &str) -> Result<Vec<ChangeSet>, AwsError> {
    Ok(tx.list(CHANGE_SET, stack_id)?.into_iter().map(|(_, change_set)| change_set).collect())
}

/// A change set of a stack by name.
pub(crate) fn by_name(tx: &Tx, stack_id: &str, name: &str) -> Result<Option<ChangeSet>, AwsError> {
    match tx.keys_by_name(CHANGE_SET, stack_id, name)?.first() {
        Some(id) => tx.get(CHANGE_SET, stack_id, id),
        None => Ok(None),
    }
}

pub(crate) fn remove(tx: &Tx, stack_id: &str, change_set_id: &str) -> Result<(), AwsError> {
    tx.delete(CHANGE_SET, stack_id, change_set_id)?;
    tx.delete(CHANGE_SET_STACK, "", change_set_id).map(drop)
}

/// Removes all change sets of a stack.
pub(crate) fn remove_all(tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
    for change_set in all(tx, stack_id)? {
        remove(tx, stack_id, &change_set.id)?;
    }
    Ok(())
}

/// Notes that the execution of a change set came to its end.
pub(crate) fn finish(tx: &Tx, stack_id: &str, change_set_id: &str, succeeded: bool) -> Result<(), AwsError> {
    let Some(mut change_set) = tx.get::<ChangeSet>(CHANGE_SET, stack_id, change_set_id)? else { return Ok(()) };
    change_set.execution = if succeeded { ExecutionStatus::Complete } else { ExecutionStatus::Failed };
    save(tx, stack_id, &change_set)
}

/// Change sets that were made for what the stack was are of no use any more.
pub(crate) fn retire_others(tx: &Tx, stack_id: &str, executed: &str) -> Result<(), AwsError> {
    for mut other in all(tx, stack_id)? {
        if other.id != executed && matches!(other.execution, ExecutionStatus::Available | ExecutionStatus::Unavailable)
        {
            other.execution = ExecutionStatus::Obsolete;
            save(tx, stack_id, &other)?;
        }
    }
    Ok(())
}

/// The change set a request names, and its stack.
pub(crate) fn requested(tx: &Tx, request: &Request) -> Result<(Stack, ChangeSet), AwsError> {
    let name = request.required("ChangeSetName")?;
    if name.starts_with("arn:") {
        let stack_id: String = tx.get(CHANGE_SET_STACK, "", name)?.ok_or_else(|| change_set_not_found(name))?;
        let found = state::find_stack(tx, &stack_id)?.zip(tx.get(CHANGE_SET, &stack_id, name)?);
        return found.ok_or_else(|| change_set_not_found(name));
    }
    let Some(stack) = request.text("StackName") else {
        return Err(refused("StackName must be specified if ChangeSetName is not specified as an ARN."));
    };
    let stack = state::require_stack(tx, stack)?;
    let change_set = by_name(tx, &stack.id, name)?.ok_or_else(|| change_set_not_found(name))?;
    Ok((stack, change_set))
}
