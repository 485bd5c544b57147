//! What the store knows about stack operations under way.
//!
//! | kind | scope | key |
//! |---|---|---|
//! | `cloudformation/operation` | – | stack id |
//! | `cloudformation/queue` | stack id | place in the order: what is still to be done in the phase |
//! | `cloudformation/work` | stack id | logical ID: what the new template says about the resource |
//! | `cloudformation/before` | stack id | logical ID: what the resource was when all was well last |
//! | `cloudformation/settings` | stack id | `before`: the stack's settings when all was well last; `outputs`: its outputs |
//! | `cloudformation/outputs` | stack id | the outputs of the new template |
//! | `cloudformation/nested` | stack id | key of a nested stack's job: id of the stack under way |
//! | `cloudformation/waiting` | stack id | logical ID of a wait condition: what it waits for |
//!
//! An operation goes through phases. A phase is a queue of tasks; each step carries out the first one and commits. A
//! process that dies between two steps leaves a queue that the next one goes on with.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloudformation::state::{OnFailure, Output, Settings, StackResource};
use crate::cloudformation::template::evaluation::{Definition, OutputDefinition};
use crate::error::AwsError;
use crate::signals::pending;
use crate::store::Tx;

const OPERATION: &str = "cloudformation/operation";
const QUEUE: &str = "cloudformation/queue";
const WORK: &str = "cloudformation/work";
const BEFORE: &str = "cloudformation/before";
const SETTINGS: &str = "cloudformation/settings";
const OUTPUTS: &str = "cloudformation/outputs";
/// Nested stacks under way.
pub(crate) const NESTED: &str = "cloudformation/nested";
/// Wait conditions under way.
pub(crate) const WAITING: &str = "cloudformation/waiting";

/// What an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Create,
    Update,
    Import,
    Delete,
}

/// Where an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Resources are made and changed.
    Forward,
    /// A nested stack waits for its parent.
    Held,
    /// What the update left behind is deleted.
    Cleanup,
    /// Resources are changed back.
    Rollback,
    /// What the failed update made is deleted.
    RollbackCleanup,
    /// All resources are deleted.
    Deletion,
}

/// An operation under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// Unique; client tokens of resources are made of it.
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) phase: Phase,
    pub(crate) on_failure: OnFailure,
    /// Resources made by the operation are deleted when it is rolled back, whatever their policy says.
    pub(crate) retain_except_on_create: bool,
    /// The change set that is executed.
    pub(crate) change_set: Option<String>,
    /// Resources are compared with what is live, not with what was last deployed.
    pub(crate) revert_drift: bool,
    /// Logical IDs that failed in this phase, with what failed.
    pub(crate) failures: Vec<(String, Action)>,
    /// Resources that a rollback leaves alone, or a deletion retains.
    pub(crate) skip: Vec<String>,
    /// What cannot be deleted is retained (`FORCE_DELETE_STACK`).
    pub(crate) force: bool,
    /// The stack policy of this update alone.
    #[serde(default)]
    pub(crate) policy: Option<String>,
    /// When a creation has taken too long, milliseconds since 1970.
    #[serde(default)]
    pub(crate) deadline: Option<u64>,
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    Create,
    Update,
    Replace,
    Import,
    Delete,
}

/// Something to be done in one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Resources of one level are looked at, and those that change are in progress then.
    Begin(Vec<String>),
    /// A resource is made or changed.
    CarryOut { logical_id: String, attempts: u32 },
    /// Resources of one level are in deletion then.
    BeginDeletion(Vec<Deletion>),
    /// A resource is deleted.
    Delete { deletion: Deletion, attempts: u32 },
    /// Resources of one level are on their way back then.
    BeginRestoration(Vec<String>),
    /// A resource is changed back.
    Restore { logical_id: String, attempts: u32 },
}

/// A resource to be deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deletion {
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) type_name: String,
    /// It stays in the world and leaves the stack.
    pub(crate) retain: bool,
    /// It is an earlier or abandoned self of a resource that goes on: the stack's record of it stays.
    pub(crate) superseded: bool,
}

/// What the new template says about a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Work {
    /// Functions of resources are in its values until the resource is begun.
    pub(crate) definition: Definition,
    /// Decided when the resource is begun.
    pub(crate) action: Option<Action>,
    /// The identifier of a resource to be imported.
    pub(crate) import: Option<String>,
    /// What is live, where that is what counts (`REVERT_DRIFT`).
    pub(crate) live: Option<Value>,
    /// Why it cannot be done.
    pub(crate) problem: Option<String>,
}

/// What a resource was when all was well last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Before {
    /// `None`: it was not there.
    pub(crate) resource: Option<StackResource>,
    /// Physical ids that were made since.
    pub(crate) made: Vec<String>,
    /// Its earlier self is deleted already.
    pub(crate) old_deleted: bool,
    /// It came to the stack by import: it is not the stack's to delete.
    pub(crate) imported: bool,
}

impl Operation {
    pub(crate) fn save(&self, tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
        tx.put(OPERATION, "", stack_id, None, self)
    }

    /// Ids of the stacks that have an operation under way.
    pub(crate) fn stack_ids(tx: &Tx) -> Result<Vec<String>, AwsError> {
        Ok(tx.list::<Self>(OPERATION, "")?.into_iter().map(|(id, _)| id).collect())
    }

    pub(crate) fn load(tx: &Tx, stack_id: &str) -> Result<Option<Self>, AwsError> {
        tx.get(OPERATION, "", stack_id)
    }

    pub(crate) fn remove(tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
        tx.delete(OPERATION, "", stack_id).map(drop)
    }
}

/// Adds tasks behind those there are: one group per call, in the groups' order.
pub(crate) fn enqueue(tx: &Tx, stack_id: &str, group: usize, tasks: Vec<Task>) -> Result<(), AwsError> {
    for (index, task) in tasks.into_iter().enumerate() {
        tx.put(QUEUE, stack_id, &format!("{group:06}.{index:06}"), None, &task)?;
    }
    Ok(())
}

/// The first task, with its key.
pub(crate) fn first_task(tx: &Tx, stack_id: &str) -> Result<Option<(String, Task)>, AwsError> {
    tx.first(QUEUE, stack_id)
}

pub(crate) fn replace_task(tx: &Tx, stack_id: &str, key: &str, task: &Task) -> Result<(), AwsError> {
    tx.put(QUEUE, stack_id, key, None, task)
}

/// Puts tasks in the place of one: right behind it in the order.
pub(crate) fn expand_task(tx: &Tx, stack_id: &str, key: &str, tasks: Vec<Task>) -> Result<(), AwsError> {
    tx.delete(QUEUE, stack_id, key)?;
    for (index, task) in tasks.into_iter().enumerate() {
        tx.put(QUEUE, stack_id, &format!("{key}.{index:06}"), None, &task)?;
    }
    Ok(())
}

/// Adds tasks right behind one that stays. Each resource has at most one.
pub(crate) fn add_behind(tx: &Tx, stack_id: &str, key: &str, tasks: Vec<Task>) -> Result<(), AwsError> {
    for task in tasks {
        let Task::CarryOut { logical_id, .. } = &task else { continue };
        // A hyphen sorts before the dot that the tasks in place of the first one have there.
        tx.put(QUEUE, stack_id, &format!("{key}-{logical_id}"), None, &task)?;
    }
    Ok(())
}

/// Removes a task; those it stands for are done.
pub(crate) fn finish_task(tx: &Tx, stack_id: &str, key: &str) -> Result<(), AwsError> {
    tx.delete(QUEUE, stack_id, key).map(drop)
}

/// All tasks left.
pub(crate) fn tasks(tx: &Tx, stack_id: &str) -> Result<Vec<(String, Task)>, AwsError> {
    tx.list(QUEUE, stack_id)
}

pub(crate) fn clear_queue(tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
    tx.delete_all(QUEUE, stack_id)
}

pub(crate) fn work(tx: &Tx, stack_id: &str, logical_id: &str) -> Result<Option<Work>, AwsError> {
    tx.get(WORK, stack_id, logical_id)
}

pub(crate) fn save_work(tx: &Tx, stack_id: &str, work: &Work) -> Result<(), AwsError> {
    tx.put(WORK, stack_id, &work.definition.logical_id, None, work)
}

pub(crate) fn before(tx: &Tx, stack_id: &str, logical_id: &str) -> Result<Option<Before>, AwsError> {
    tx.get(BEFORE, stack_id, logical_id)
}

pub(crate) fn all_before(tx: &Tx, stack_id: &str) -> Result<Vec<(String, Before)>, AwsError> {
    tx.list(BEFORE, stack_id)
}

pub(crate) fn save_before(tx: &Tx, stack_id: &str, logical_id: &str, before: &Before) -> Result<(), AwsError> {
    tx.put(BEFORE, stack_id, logical_id, None, before)
}

pub(crate) fn save_outputs(tx: &Tx, stack_id: &str, outputs: &[OutputDefinition]) -> Result<(), AwsError> {
    tx.put(OUTPUTS, "", stack_id, None, &outputs)
}

/// What the outputs were before a nested stack's update, whose parent may still go back.
pub(crate) fn save_outputs_before(tx: &Tx, stack_id: &str, outputs: &[Output]) -> Result<(), AwsError> {
    tx.put(SETTINGS, stack_id, "outputs", None, &outputs)
}

pub(crate) fn outputs_before(tx: &Tx, stack_id: &str) -> Result<Vec<Output>, AwsError> {
    Ok(tx.get(SETTINGS, stack_id, "outputs")?.unwrap_or_default())
}

pub(crate) fn outputs(tx: &Tx, stack_id: &str) -> Result<Vec<OutputDefinition>, AwsError> {
    Ok(tx.get(OUTPUTS, "", stack_id)?.unwrap_or_default())
}

pub(crate) fn save_settings_before(tx: &Tx, stack_id: &str, settings: &Settings) -> Result<(), AwsError> {
    tx.put(SETTINGS, stack_id, "before", None, settings)
}

pub(crate) fn settings_before(tx: &Tx, stack_id: &str) -> Result<Option<Settings>, AwsError> {
    tx.get(SETTINGS, stack_id, "before")
}

/// Gives up what the engine's own resources have under way.
pub(crate) fn forget_natives(tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
    pending::forget_all(tx, stack_id)?;
    tx.delete_all(NESTED, stack_id)?;
    tx.delete_all(WAITING, stack_id)
}

/// Forgets the operation and everything that only it needed. What the stack was before stays, where it may have to go
/// back there.
pub(crate) fn forget(tx: &Tx, stack_id: &str, keep_before: bool) -> Result<(), AwsError> {
    Operation::remove(tx, stack_id)?;
    clear_queue(tx, stack_id)?;
    forget_natives(tx, stack_id)?;
    tx.delete_all(WORK, stack_id)?;
    if !keep_before {
        tx.delete_all(BEFORE, stack_id)?;
        tx.delete_all(SETTINGS, stack_id)?;
    }
    Ok(())
}
