//! Carries out stack operations, one durable step after the other.

pub(crate) mod completion;
pub(crate) mod deletion;
pub(crate) mod forward;
pub(crate) mod handling;
pub(crate) mod operation;
pub(crate) mod outputs;
pub(crate) mod rollback;
pub(crate) mod start;

use std::path::Path;
use std::time::SystemTime;

use operation::{Operation, Task};

use super::state::{self, Stack};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::resources::HandlerRegistry;
use crate::store::{Store, Tx};

const TURN: &str = "cloudformation/turn";

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing: no stack has an operation under way.
    Idle,
    /// A part of some stack's operation.
    Worked,
}

/// A step of one stack's operation: where it works and what on.
pub(crate) struct Step<'a> {
    pub(crate) environment: Environment<'a>,
    pub(crate) registry: &'a HandlerRegistry,
    pub(crate) stack: Stack,
    pub(crate) operation: Operation,
}

impl Step<'_> {
    pub(crate) fn tx(&self) -> &Tx<'_> {
        self.environment.tx
    }

    pub(crate) fn stack_id(&self) -> &str {
        &self.stack.id
    }

    pub(crate) fn save_operation(&self) -> Result<(), AwsError> {
        self.operation.save(self.tx(), self.stack_id())
    }
}

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
        let Some(stack_id) = next_stack(tx)? else { return Ok(Progress::Idle) };
        let found = state::find_stack(tx, &stack_id)?.zip(Operation::load(tx, &stack_id)?);
        let Some((stack, operation)) = found else {
            Operation::remove(tx, &stack_id)?;
            return Ok(Progress::Worked);
        };
        // arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>
        let region = stack_id.split(':').nth(3).unwrap_or_default().to_owned();
        let environment = Environment { tx, account, region: &region, now: now(), folder };
        work(&mut Step { environment, registry, stack, operation })?;
        Ok(Progress::Worked)
    })
}

/// The stack whose turn it is.
fn next_stack(tx: &Tx) -> Result<Option<String>, AwsError> {
    let waiting = Operation::stack_ids(tx)?;
    let last: String = tx.get(TURN, "", "")?.unwrap_or_default();
    let next = waiting.iter().find(|id| **id > last).or(waiting.first()).cloned();
    if let Some(next) = next.as_ref().filter(|_| waiting.len() > 1) {
        tx.put(TURN, "", "", None, next)?;
    }
    Ok(next)
}

fn work(step: &mut Step) -> Result<(), AwsError> {
    let Some((key, task)) = operation::first_task(step.tx(), step.stack_id())? else {
        return completion::finish_phase(step);
    };
    match task {
        Task::Begin(logical_ids) => forward::begin(step, &key, &logical_ids),
        Task::CarryOut { logical_id, attempts } => forward::carry_out(step, &key, &logical_id, attempts),
        Task::BeginDeletion(deletions) => deletion::begin(step, &key, deletions),
        Task::Delete { deletion, attempts } => deletion::carry_out(step, &key, &deletion, attempts),
        Task::BeginRestoration(logical_ids) => rollback::begin(step, &key, &logical_ids),
        Task::Restore { logical_id, attempts } => rollback::restore(step, &key, &logical_id, attempts),
    }
}
