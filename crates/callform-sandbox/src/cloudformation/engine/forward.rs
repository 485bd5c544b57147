//! The way forward: resources are made, changed, replaced and imported.

use callform_schemas::ResourceSchema;
use serde_json::Value;

use super::handling::{Outcome, Subject};
use super::operation::{self, Action, Before, Task, Work};
use super::{Step, completion};
use crate::cloudformation::difference;
use crate::cloudformation::events::{self, ResourceEvent, set_resource_status};
use crate::cloudformation::live::Live;
use crate::cloudformation::properties::with_stack_tags;
use crate::cloudformation::state::{self, StackResource};
use crate::cloudformation::status::ResourceStatus;
use crate::error::AwsError;
use crate::handler::HandlerErrorCode;

const REPLACING: &str = "Requested update requires the creation of a new physical resource; hence creating one.";
const INITIATED: &str = "Resource creation Initiated";

/// Looks at the resources of a level, whose dependencies are all done: those that change are in progress then, and the
/// rest is left alone.
pub(crate) fn begin(step: &mut Step, key: &str, logical_ids: &[String]) -> Result<(), AwsError> {
    let mut tasks = Vec::new();
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
            Some(old) => decide(step, old, &mut work),
        };
        match work.action {
            Some(action) => {
                mark_begun(step, &work, old, action)?;
                tasks.push(Task::CarryOut { logical_id: logical_id.clone(), attempts: 0 });
            }
            None => adopt_silently(step, old, &work)?,
        }
        operation::save_work(step.tx(), step.stack_id(), &work)?;
    }
    operation::expand_task(step.tx(), step.stack_id(), key, tasks)
}

/// What has to be done to a resource that exists; `None` where nothing has.
fn decide(step: &Step, old: &StackResource, work: &mut Work) -> Option<Action> {
    let schema = callform_schemas::get(&old.definition.type_name);
    let before = with_stack_tags(&old.definition.type_name, &old.definition.properties, &old.stack_tags);
    let after = with_stack_tags(&work.definition.type_name, &work.definition.properties, &step.stack.settings.tags);
    let replaced = is_replaced(schema, &before, &after);
    if work.problem.is_some() {
        return Some(Action::Update);
    }
    if step.operation.revert_drift {
        let live = Live { environment: &step.environment, registry: step.registry, stack: &step.stack };
        let actual = match live.read(old) {
            Ok(Some(actual)) => Value::Object(actual),
            Ok(None) => return Some(Action::Replace),
            Err(error) => {
                work.problem = Some(error.message);
                return Some(Action::Update);
            }
        };
        let drifted: Vec<_> = difference::drift(schema, &after, &actual)
            .into_iter()
            .filter(|found| !schema.is_some_and(|schema| schema.is_create_only(&found.path)))
            .collect();
        if drifted.is_empty() && !replaced {
            // Write-only properties cannot be seen: what was last deployed counts.
            let unseen = schema.is_some_and(|schema| {
                schema.write_only.iter().any(|pointer| pointer.values(&before) != pointer.values(&after))
            });
            return unseen.then_some(Action::Update);
        }
        work.live = Some(restricted(schema, &actual, &before));
    } else if before == after {
        return None;
    }
    Some(if replaced { Action::Replace } else { Action::Update })
}

/// The live values of what was deployed; write-only properties as they were deployed.
fn restricted(schema: Option<&ResourceSchema>, actual: &Value, deployed: &Value) -> Value {
    let unseen = |name: &str| schema.is_some_and(|schema| schema.is_write_only(&format!("/{name}")));
    let members = deployed.as_object().into_iter().flatten();
    let live = members.filter_map(|(name, value)| {
        let live = actual.get(name).or_else(|| unseen(name).then_some(value))?;
        Some((name.clone(), live.clone()))
    });
    Value::Object(live.collect())
}

/// True where a change replaces the resource. Properties that replace only in some cases do so here in all.
pub(crate) fn is_replaced(schema: Option<&ResourceSchema>, before: &Value, after: &Value) -> bool {
    schema.is_some_and(|schema| !schema.replacing_properties(before, after).is_empty())
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
pub(crate) fn carry_out(step: &mut Step, key: &str, logical_id: &str, attempts: u32) -> Result<(), AwsError> {
    let found = operation::work(step.tx(), step.stack_id(), logical_id)?.zip(state::resource(
        step.tx(),
        step.stack_id(),
        logical_id,
    )?);
    let Some((work, resource)) = found else { return operation::finish_task(step.tx(), step.stack_id(), key) };
    let action = work.action.unwrap_or(Action::Update);
    let outcome = match &work.problem {
        Some(problem) => Outcome::Failed(problem.clone()),
        None => perform(step, &work, &resource, action, attempts)?,
    };
    match outcome {
        Outcome::Done(physical_id) => {
            succeed(step, &work, resource, action, physical_id)?;
            operation::finish_task(step.tx(), step.stack_id(), key)
        }
        Outcome::Again => {
            let task = Task::CarryOut { logical_id: logical_id.to_owned(), attempts: attempts + 1 };
            operation::replace_task(step.tx(), step.stack_id(), key, &task)
        }
        Outcome::Failed(reason) | Outcome::Gone(reason) => {
            operation::finish_task(step.tx(), step.stack_id(), key)?;
            fail(step, resource, action, &reason)?;
            cancel_siblings(step)?;
            completion::fail(step, None)
        }
    }
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
            let old = match step.handler_properties(type_name, deployed, &resource.stack_tags, false) {
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
        Outcome::Failed(reason) | Outcome::Gone(reason) => Outcome::Failed(reason),
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
    if matches!(action, Action::Create | Action::Replace)
        && let Some(mut before) = operation::before(step.tx(), step.stack_id(), logical_id)?
    {
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
    let statuses: &[(ResourceStatus, Option<&str>)] = match action {
        Action::Create => {
            &[(ResourceStatus::CreateInProgress, Some(INITIATED)), (ResourceStatus::CreateComplete, None)]
        }
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

fn fail(step: &mut Step, mut resource: StackResource, action: Action, reason: &str) -> Result<(), AwsError> {
    let status = match action {
        Action::Create => ResourceStatus::CreateFailed,
        Action::Import => ResourceStatus::ImportFailed,
        _ => ResourceStatus::UpdateFailed,
    };
    set_resource_status(&step.environment, &step.stack, &mut resource, status, Some(reason))?;
    step.operation.failures.push((resource.definition.logical_id, action));
    Ok(())
}

/// Resources that are in progress are given up.
pub(crate) fn cancel_siblings(step: &mut Step) -> Result<(), AwsError> {
    for (_, task) in operation::tasks(step.tx(), step.stack_id())? {
        let Task::CarryOut { logical_id, .. } = task else { continue };
        let found = state::resource(step.tx(), step.stack_id(), &logical_id)?.zip(operation::work(
            step.tx(),
            step.stack_id(),
            &logical_id,
        )?);
        if let Some((resource, work)) = found {
            let action = work.action.unwrap_or(Action::Update);
            let reason = match action {
                Action::Create => "Resource creation cancelled",
                Action::Import => "Resource import cancelled",
                _ => "Resource update cancelled",
            };
            fail(step, resource, action, reason)?;
        }
    }
    step.save_operation()
}
