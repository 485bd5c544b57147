//! Carries out stack operations, one durable step after the other.

mod cancellation;
mod completion;
mod decision;
mod deletion;
mod forward;
mod handling;
mod native;
pub(crate) mod operation;
mod outputs;
mod plan;
mod rollback;
pub(crate) mod start;
mod step;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use operation::{Operation, Task};
pub use step::Progress;
use step::Step;

use super::state;
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;
use crate::store::{Store, Tx};

const TURN: &str = "cloudformation/turn";

/// Carries out one step of one stack's operation in one transaction. Stacks take turns.
///
/// A process that is killed between two steps loses nothing and repeats nothing: whoever calls this next, with the same
/// store, goes on.
pub fn step(
    store: &Store,
    registry: &HandlerRegistry,
    account: &str,
    folder: &Path,
    now: &dyn Fn() -> SystemTime,
) -> Result<Progress, AwsError> {
    store.transaction(|tx| {
        let stacks = in_turn(tx)?;
        for stack_id in &stacks {
            let found = state::find_stack(tx, stack_id)?.zip(Operation::load(tx, stack_id)?);
            let Some((stack, operation)) = found else {
                Operation::remove(tx, stack_id)?;
                return Ok(Progress::Worked);
            };
            // arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>
            let region = stack_id.split(':').nth(3).unwrap_or_default().to_owned();
            let environment = Environment { tx, account, region: &region, now: now(), folder };
            if work(&mut Step { environment, registry, stack, operation })? == Progress::Worked {
                if stacks.len() > 1 {
                    tx.put(TURN, "", "", None, stack_id)?;
                }
                return Ok(Progress::Worked);
            }
        }
        Ok(Progress::Idle)
    })
}

/// The stacks with an operation under way, the one whose turn it is first.
fn in_turn(tx: &Tx) -> Result<Vec<String>, AwsError> {
    let mut stacks = Operation::stack_ids(tx)?;
    let last: String = tx.get(TURN, "", "")?.unwrap_or_default();
    let first = stacks.iter().position(|id| **id > *last).unwrap_or_default();
    stacks.rotate_left(first);
    Ok(stacks)
}

/// Carries out the first task, or, where that waits, the next one that need not wait for it.
fn work(step: &mut Step) -> Result<Progress, AwsError> {
    let is_late = |deadline: u64| epoch_milliseconds(step.environment.now) >= deadline;
    if step.operation.phase == operation::Phase::Forward && step.operation.deadline.is_some_and(is_late) {
        cancellation::cancel_siblings(step)?;
        completion::fail(step, Some("Stack creation time exceeded the specified timeout. ".to_owned()))?;
        return Ok(Progress::Worked);
    }
    let Some((key, task)) = operation::first_task(step.tx(), step.stack_id())? else {
        return completion::finish_phase(step);
    };
    if carry_out(step, &key, task)? == Progress::Worked {
        return Ok(Progress::Worked);
    }
    let mut blocked = BTreeSet::new();
    for (key, task) in operation::tasks(step.tx(), step.stack_id())? {
        match task {
            Task::Begin(logical_ids) => {
                if forward::begin_early(step, &key, &logical_ids, &blocked)? == Progress::Worked {
                    return Ok(Progress::Worked);
                }
                blocked.extend(logical_ids);
            }
            // Deletions and restorations go level by level.
            Task::BeginDeletion(_) | Task::BeginRestoration(_) => return Ok(Progress::Idle),
            Task::CarryOut { ref logical_id, .. } | Task::Restore { ref logical_id, .. } => {
                blocked.insert(logical_id.clone());
                if carry_out(step, &key, task)? == Progress::Worked {
                    return Ok(Progress::Worked);
                }
            }
            Task::Delete { .. } => {
                if carry_out(step, &key, task)? == Progress::Worked {
                    return Ok(Progress::Worked);
                }
            }
        }
    }
    Ok(Progress::Idle)
}

fn carry_out(step: &mut Step, key: &str, task: Task) -> Result<Progress, AwsError> {
    match task {
        Task::Begin(logical_ids) => forward::begin(step, key, &logical_ids)?,
        Task::CarryOut { logical_id, attempts } => return forward::carry_out(step, key, &logical_id, attempts),
        Task::BeginDeletion(deletions) => deletion::begin(step, key, deletions)?,
        Task::Delete { deletion, attempts } => return deletion::carry_out(step, key, &deletion, attempts),
        Task::BeginRestoration(logical_ids) => rollback::begin(step, key, &logical_ids)?,
        Task::Restore { logical_id, attempts } => return rollback::restore(step, key, &logical_id, attempts),
    }
    Ok(Progress::Worked)
}
