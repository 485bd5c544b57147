//! The beginning of operations: everything that is to be done is written down, nothing is done yet.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::operation::{self, Kind, Operation, Phase, Task, Work};
use super::step::Step;
use super::{cancellation, completion, outputs, plan};
use crate::clock::epoch_milliseconds;
use crate::cloudformation::failure::validation;
use crate::cloudformation::state::events::{USER_INITIATED, set_stack_status};
use crate::cloudformation::state::{OnFailure, Settings, Stack};
use crate::cloudformation::status::StackStatus;
use crate::cloudformation::template::evaluation::Evaluation;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;

/// How an operation goes.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) kind: Kind,
    pub(crate) on_failure: OnFailure,
    pub(crate) retain_except_on_create: bool,
    pub(crate) change_set: Option<String>,
    pub(crate) revert_drift: bool,
    /// Identifiers of resources to be imported, by logical ID.
    pub(crate) imports: BTreeMap<String, String>,
}

impl Operation {
    fn new(kind: Kind, phase: Phase) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            kind,
            phase,
            on_failure: OnFailure::Rollback,
            retain_except_on_create: false,
            change_set: None,
            revert_drift: false,
            failures: Vec::new(),
            skip: Vec::new(),
            force: false,
            policy: None,
            deadline: None,
        }
    }
}

/// Begins to make a stack what a template says.
pub(crate) fn forward(
    environment: &Environment,
    stack: &mut Stack,
    settings: Settings,
    evaluation: Evaluation,
    options: Options,
) -> Result<(), AwsError> {
    let tx = environment.tx;
    if operation::settings_before(tx, &stack.id)?.is_none() {
        operation::save_settings_before(tx, &stack.id, &stack.settings)?;
    }
    operation::save_outputs(tx, &stack.id, &evaluation.outputs)?;
    let mut levels: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for definition in evaluation.resources {
        levels.entry(definition.level).or_default().push(definition.logical_id.clone());
        let import = options.imports.get(&definition.logical_id).cloned();
        let work = Work { definition, action: None, import, live: None, problem: None };
        operation::save_work(tx, &stack.id, &work)?;
    }
    for (group, logical_ids) in levels.into_values().enumerate() {
        operation::enqueue(tx, &stack.id, group, vec![Task::Begin(logical_ids)])?;
    }
    let status = match options.kind {
        Kind::Import => StackStatus::ImportInProgress,
        Kind::Update => StackStatus::UpdateInProgress,
        Kind::Create | Kind::Delete => StackStatus::CreateInProgress,
    };
    stack.settings = settings;
    stack.disable_rollback = options.on_failure == OnFailure::DoNothing;
    stack.retain_except_on_create = options.retain_except_on_create;
    stack.change_set.clone_from(&options.change_set);
    let operation = Operation {
        on_failure: options.on_failure,
        retain_except_on_create: options.retain_except_on_create,
        change_set: options.change_set,
        revert_drift: options.revert_drift,
        deadline: stack
            .timeout_minutes
            .filter(|_| options.kind == Kind::Create)
            .map(|minutes| epoch_milliseconds(environment.now).saturating_add(minutes.saturating_mul(60_000))),
        ..Operation::new(options.kind, Phase::Forward)
    };
    operation.save(tx, &stack.id)?;
    set_stack_status(environment, stack, status, Some(USER_INITIATED))
}

/// Gives the update that has just begun a stack policy of its own.
pub(crate) fn set_policy(environment: &Environment, stack: &Stack, policy: Option<String>) -> Result<(), AwsError> {
    let Some(policy) = policy else { return Ok(()) };
    if let Some(mut operation) = Operation::load(environment.tx, &stack.id)? {
        operation.policy = Some(policy);
        operation.save(environment.tx, &stack.id)?;
    }
    Ok(())
}

/// Begins to delete a stack.
pub(crate) fn delete(
    environment: Environment,
    registry: &HandlerRegistry,
    mut stack: Stack,
    retain: Vec<String>,
    force: bool,
) -> Result<(), AwsError> {
    operation::forget(environment.tx, &stack.id, true)?;
    set_stack_status(&environment, &mut stack, StackStatus::DeleteInProgress, Some(USER_INITIATED))?;
    if let Some(refusal) = outputs::in_use(environment.tx, &stack.id)? {
        return set_stack_status(&environment, &mut stack, StackStatus::DeleteFailed, Some(&refusal));
    }
    let operation = Operation { skip: retain, force, ..Operation::new(Kind::Delete, Phase::Deletion) };
    let step = Step { environment, registry, stack, operation };
    step.save_operation()?;
    plan::deletion(&step)
}

/// Goes back to what the stack was: `skip` names resources that are left alone.
pub(crate) fn roll_back(
    environment: Environment,
    registry: &HandlerRegistry,
    mut stack: Stack,
    skip: Vec<String>,
    retain_except_on_create: bool,
) -> Result<(), AwsError> {
    let is_creation = stack.status == StackStatus::CreateFailed;
    if let Some(settings) = operation::settings_before(environment.tx, &stack.id)?.filter(|_| !is_creation) {
        stack.settings = settings;
    }
    let (kind, phase, status) = if is_creation {
        (Kind::Create, Phase::Deletion, StackStatus::RollbackInProgress)
    } else {
        (Kind::Update, Phase::Rollback, StackStatus::UpdateRollbackInProgress)
    };
    set_stack_status(&environment, &mut stack, status, Some(USER_INITIATED))?;
    let operation = Operation { retain_except_on_create, skip, ..Operation::new(kind, phase) };
    let step = Step { environment, registry, stack, operation };
    step.save_operation()?;
    if is_creation { plan::deletion(&step) } else { plan::restoration(&step) }
}

/// Gives up an update that is on its way.
pub(crate) fn cancel_update(
    environment: Environment,
    registry: &HandlerRegistry,
    stack: Stack,
) -> Result<(), AwsError> {
    let operation = Operation::load(environment.tx, &stack.id)?
        .filter(|operation| operation.kind == Kind::Update && operation.phase == Phase::Forward)
        .ok_or_else(|| validation("CancelUpdateStack cannot be called from current stack status"))?;
    let mut step = Step { environment, registry, stack, operation };
    step.operation.on_failure = OnFailure::Rollback;
    cancellation::cancel_siblings(&mut step)?;
    completion::fail(&mut step, Some(USER_INITIATED.to_owned()))
}
