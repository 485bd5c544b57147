//! The way forward: resources are made, changed, replaced and imported.

use std::collections::{BTreeMap, BTreeSet};

use super::native::job::{Job, Order};
use super::operation::{self, Action, Before, Task, Work};
use super::step::{Outcome, Progress, Step, Subject};
use super::{cancellation, completion, decision};
use crate::cloudformation::state::events::{self, ResourceEvent, set_resource_status};
use crate::cloudformation::state::live::Live;
use crate::cloudformation::state::native::Native;
use crate::cloudformation::state::{self, StackResource};
use crate::cloudformation::status::ResourceStatus;
use crate::error::AwsError;
use crate::faults::{Faults, HANDLERS_AT_ONCE};
use crate::handler::HandlerErrorCode;

const REPLACING: &str = "Requested update requires the creation of a new physical resource; hence creating one.";
const INITIATED: &str = "Resource creation Initiated";

/// Looks at the resources of a level, whose dependencies are all done: those that change are in progress then, and the
/// rest is left alone.
pub(crate) fn begin(step: &mut Step, key: &str, logical_ids: &[String]) -> Result<(), AwsError> {
    let tasks = begun(step, logical_ids)?;
    operation::expand_task(step.tx(), step.stack_id(), key, tasks)
}

/// Begins the resources of a level that need none of those that are blocked, while others are waited for.
pub(crate) fn begin_early(
    step: &mut Step,
    key: &str,
    logical_ids: &[String],
    blocked: &BTreeSet<String>,
) -> Result<Progress, AwsError> {
    let mut ready = Vec::new();
    let mut rest = Vec::new();
    for logical_id in logical_ids {
        let work = operation::work(step.tx(), step.stack_id(), logical_id)?;
        let is_ready = work.is_some_and(|work| work.definition.dependencies.is_disjoint(blocked));
        if is_ready { ready.push(logical_id.clone()) } else { rest.push(logical_id.clone()) }
    }
    if ready.is_empty() {
        return Ok(Progress::Idle);
    }
    let tasks = begun(step, &ready)?;
    operation::replace_task(step.tx(), step.stack_id(), key, &Task::Begin(rest))?;
    operation::add_behind(step.tx(), step.stack_id(), key, tasks)?;
    Ok(Progress::Worked)
}

/// Begins resources; the tasks are those that have something to be done.
fn begun(step: &mut Step, logical_ids: &[String]) -> Result<Vec<Task>, AwsError> {
    let mut tasks = Vec::new();
    let mut rush = Rush::new(step)?;
    for logical_id in logical_ids {
        let Some(mut work) = operation::work(step.tx(), step.stack_id(), logical_id)? else { continue };
        let old = state::resource(step.tx(), step.stack_id(), logical_id)?;
        let live = Live { environment: &step.environment, registry: step.registry, stack: &step.stack };
        match live.resolve(&work.definition.properties) {
            Ok(properties) => work.definition.properties = properties,
            Err(error) if error.status < 500 => work.problem = Some(error.message),
            Err(error) => return Err(error),
        }
        work.action = match old.as_ref().filter(|old| old.exists()) {
            None if work.import.is_some() => Some(Action::Import),
            None => Some(Action::Create),
            Some(old) => decision::decide(step, old, &mut work),
        };
        if let Some(refusal) = work.action.and_then(|action| decision::policy_refusal(step, &work.definition, action)) {
            work.problem = Some(refusal);
        }
        match work.action {
            Some(action) => {
                rush.join(&mut work, action);
                mark_begun(step, &work, old, action)?;
                tasks.push(Task::CarryOut { logical_id: logical_id.clone(), attempts: 0 });
            }
            None => adopt_silently(step, old, &work)?,
        }
        operation::save_work(step.tx(), step.stack_id(), &work)?;
    }
    Ok(tasks)
}

/// How many resources of each type are made at the same time, where handlers are throttled.
struct Rush {
    throttled: bool,
    made: BTreeMap<String, usize>,
}

impl Rush {
    fn new(step: &Step) -> Result<Self, AwsError> {
        let throttled = Faults::load(step.environment.folder)?.throttle_handlers;
        Ok(Self { throttled, made: BTreeMap::new() })
    }

    /// Counts a resource of Connect that is made; one too many gets nothing done before it is given up.
    fn join(&mut self, work: &mut Work, action: Action) {
        let made = matches!(action, Action::Create | Action::Replace);
        if !self.throttled || !made || !work.definition.type_name.starts_with("AWS::Connect::") {
            return;
        }
        let count = self.made.entry(work.definition.type_name.clone()).or_default();
        *count += 1;
        if *count > HANDLERS_AT_ONCE {
            let message = "Too Many Requests (Service: Connect, Status Code: 429)";
            let reason = format!("Resource handler returned message: \"{message}\" (HandlerErrorCode: Throttling)");
            work.problem.get_or_insert(reason);
        }
    }
}

/// Notes what the resource was, and that it is in progress.
fn mark_begun(step: &Step, work: &Work, old: Option<StackResource>, action: Action) -> Result<(), AwsError> {
    let logical_id = &work.definition.logical_id;
    let old = old.filter(StackResource::exists);
    if operation::before(step.tx(), step.stack_id(), logical_id)?.is_none() {
        let mut resource = old.clone();
        if let (Some(resource), Some(live)) = (&mut resource, &work.live) {
            resource.definition.properties = live.clone();
        }
        let imported = action == Action::Import;
        let before = Before { resource, made: Vec::new(), old_deleted: false, imported };
        operation::save_before(step.tx(), step.stack_id(), logical_id, &before)?;
    }
    let (status, reason) = match action {
        Action::Create => (ResourceStatus::CreateInProgress, None),
        Action::Import => (ResourceStatus::ImportInProgress, Some("Resource import started.")),
        Action::Replace => (ResourceStatus::UpdateInProgress, Some(REPLACING)),
        Action::Update | Action::Delete => (ResourceStatus::UpdateInProgress, None),
    };
    let mut resource = old.unwrap_or_else(|| new_resource(step, work));
    // The event shows what is wanted, the record keeps what is there until it is done.
    resource.status = status;
    resource.status_reason = reason.map(str::to_owned);
    resource.updated = events::record(
        &step.environment,
        &step.stack,
        ResourceEvent {
            logical_id,
            physical_id: &resource.physical_id,
            type_name: &work.definition.type_name,
            status,
            reason,
            properties: Some(&work.definition.properties),
        },
    )?;
    state::save_resource(step.tx(), step.stack_id(), &resource)
}

fn new_resource(step: &Step, work: &Work) -> StackResource {
    StackResource {
        definition: work.definition.clone(),
        physical_id: String::new(),
        status: ResourceStatus::CreateInProgress,
        status_reason: None,
        updated: String::new(),
        stack_tags: step.stack.settings.tags.clone(),
        drift_status: None,
        drift_checked: None,
    }
}

/// A resource that need not change takes the new template's policies, metadata and place in the order.
fn adopt_silently(step: &Step, old: Option<StackResource>, work: &Work) -> Result<(), AwsError> {
    let Some(mut resource) = old else { return Ok(()) };
    if resource.definition == work.definition {
        return Ok(());
    }
    let logical_id = &work.definition.logical_id;
    if operation::before(step.tx(), step.stack_id(), logical_id)?.is_none() {
        let before = Before { resource: Some(resource.clone()), made: Vec::new(), old_deleted: false, imported: false };
        operation::save_before(step.tx(), step.stack_id(), logical_id, &before)?;
    }
    resource.definition = work.definition.clone();
    state::save_resource(step.tx(), step.stack_id(), &resource)
}

/// Makes, changes, replaces or imports a resource.
pub(crate) fn carry_out(step: &mut Step, key: &str, logical_id: &str, attempts: u32) -> Result<Progress, AwsError> {
    let found = operation::work(step.tx(), step.stack_id(), logical_id)?.zip(state::resource(
        step.tx(),
        step.stack_id(),
        logical_id,
    )?);
    let Some((work, mut resource)) = found else {
        operation::finish_task(step.tx(), step.stack_id(), key)?;
        return Ok(Progress::Worked);
    };
    let action = work.action.unwrap_or(Action::Update);
    let outcome = match &work.problem {
        Some(problem) => Outcome::Failed(problem.clone()),
        None => perform(step, &work, &resource, action, attempts)?,
    };
    match outcome {
        Outcome::Done(physical_id) => {
            succeed(step, &work, resource, action, physical_id)?;
            operation::finish_task(step.tx(), step.stack_id(), key)?;
        }
        Outcome::Again => {
            let task = Task::CarryOut { logical_id: logical_id.to_owned(), attempts: attempts + 1 };
            operation::replace_task(step.tx(), step.stack_id(), key, &task)?;
        }
        Outcome::Begun => {}
        Outcome::Waiting => return Ok(Progress::Idle),
        Outcome::Failed(reason) | Outcome::Gone(reason) => give_up(step, key, resource, action, &reason)?,
        Outcome::FailedAs(physical_id, reason) => {
            resource.physical_id = physical_id;
            give_up(step, key, resource, action, &reason)?;
        }
    }
    Ok(Progress::Worked)
}

fn give_up(step: &mut Step, key: &str, resource: StackResource, action: Action, reason: &str) -> Result<(), AwsError> {
    operation::finish_task(step.tx(), step.stack_id(), key)?;
    cancellation::fail(step, resource, action, reason)?;
    cancellation::cancel_siblings(step)?;
    completion::fail(step, None)
}

/// Calls the handler; the outcome is the resource's physical id from now on.
fn perform(
    step: &Step,
    work: &Work,
    resource: &StackResource,
    action: Action,
    attempts: u32,
) -> Result<Outcome<String>, AwsError> {
    let type_name = &work.definition.type_name;
    let subject = Subject { logical_id: &work.definition.logical_id, type_name, action, attempts };
    if let Some(native) = Native::of(type_name) {
        return perform_native(step, native, work, resource, action);
    }
    if action == Action::Import {
        return import(step, work, subject);
    }
    let tags = &step.stack.settings.tags;
    let new = match step.handler_properties(type_name, &work.definition.properties, tags, true) {
        Ok(new) => new,
        Err(reason) => return Ok(Outcome::Failed(reason)),
    };
    match action {
        Action::Update => {
            let deployed = work.live.as_ref().unwrap_or(&resource.definition.properties);
            // What is live has the tags it has: one of the stack may be gone.
            let none = Vec::new();
            let old_tags = if work.live.is_some() { &none } else { &resource.stack_tags };
            let old = match step.handler_properties(type_name, deployed, old_tags, false) {
                Ok(old) => old,
                Err(reason) => return Ok(Outcome::Failed(reason)),
            };
            step.call(subject, |handler, context| {
                handler.update(context, &resource.physical_id, &old, &new).map(|()| resource.physical_id.clone())
            })
        }
        Action::Replace if deletes_first(type_name) => {
            step.call(subject, |handler, context| match handler.delete(context, &resource.physical_id) {
                Err(error) if error.code != HandlerErrorCode::NotFound => Err(error),
                _ => handler.create(context, &new),
            })
        }
        _ => step.call(subject, |handler, context| handler.create(context, &new)),
    }
}

fn perform_native(
    step: &Step,
    native: Native,
    work: &Work,
    resource: &StackResource,
    action: Action,
) -> Result<Outcome<String>, AwsError> {
    let properties = &work.definition.properties;
    let order = match action {
        Action::Import => {
            let reason = format!("Resource import is not supported for the type {}", work.definition.type_name);
            return Ok(Outcome::Failed(reason));
        }
        Action::Update => {
            Order::Update { physical_id: &resource.physical_id, old: &resource.definition.properties, properties }
        }
        Action::Create | Action::Replace | Action::Delete => Order::Create { properties },
    };
    let (logical_id, type_name) = (&work.definition.logical_id, &work.definition.type_name);
    step.take(native, Job { logical_id, type_name, order })
}

fn deletes_first(type_name: &str) -> bool {
    callform_schemas::get(type_name).is_some_and(|schema| schema.deletes_before_replacing)
}

fn import(step: &Step, work: &Work, subject: Subject) -> Result<Outcome<String>, AwsError> {
    let physical_id = work.import.clone().unwrap_or_default();
    let outcome = step.call(subject, |handler, context| handler.read(context, &physical_id))?;
    Ok(match outcome {
        Outcome::Done(Some(_)) => Outcome::Done(physical_id),
        Outcome::Done(None) => Outcome::Failed(format!(
            "Resource of type '{}' with identifier '{physical_id}' was not found.",
            subject.type_name
        )),
        Outcome::Again => Outcome::Again,
        Outcome::Begun => Outcome::Begun,
        Outcome::Waiting => Outcome::Waiting,
        Outcome::Failed(reason) | Outcome::FailedAs(_, reason) | Outcome::Gone(reason) => Outcome::Failed(reason),
    })
}

fn succeed(
    step: &Step,
    work: &Work,
    mut resource: StackResource,
    action: Action,
    physical_id: String,
) -> Result<(), AwsError> {
    let logical_id = &work.definition.logical_id;
    // A custom resource may say with an update that it is another one now.
    let is_new = matches!(action, Action::Create | Action::Replace)
        || (action == Action::Update && physical_id != resource.physical_id);
    let was_initiated = resource.physical_id == physical_id;
    if is_new && let Some(mut before) = operation::before(step.tx(), step.stack_id(), logical_id)? {
        before.made.push(physical_id.clone());
        before.old_deleted |= action == Action::Replace && deletes_first(&work.definition.type_name);
        operation::save_before(step.tx(), step.stack_id(), logical_id, &before)?;
    }
    resource.definition = work.definition.clone();
    resource.physical_id = physical_id;
    resource.stack_tags.clone_from(&step.stack.settings.tags);
    resource.drift_status = None;
    resource.drift_checked = None;
    state::forget_attributes(step.tx(), step.stack_id(), logical_id)?;
    let remark = step.registry.get(work.definition.type_name.as_str()).and_then(|handler| handler.remark());
    let created = [(ResourceStatus::CreateInProgress, Some(INITIATED)), (ResourceStatus::CreateComplete, remark)];
    let statuses: &[(ResourceStatus, Option<&str>)] = match action {
        Action::Create if was_initiated => &[(ResourceStatus::CreateComplete, None)],
        Action::Create => &created,
        Action::Replace => {
            &[(ResourceStatus::UpdateInProgress, Some(INITIATED)), (ResourceStatus::UpdateComplete, None)]
        }
        Action::Import => &[
            (ResourceStatus::ImportComplete, Some("Resource import completed.")),
            (ResourceStatus::UpdateInProgress, Some("Apply stack-level tags to imported resource if applicable.")),
            (ResourceStatus::UpdateComplete, None),
        ],
        Action::Update | Action::Delete => &[(ResourceStatus::UpdateComplete, None)],
    };
    for (status, reason) in statuses {
        set_resource_status(&step.environment, &step.stack, &mut resource, *status, *reason)?;
    }
    Ok(())
}
