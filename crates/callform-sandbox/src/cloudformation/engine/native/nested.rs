//! Nested stacks: stacks with a parent, which makes, changes and deletes them.
//!
//! A nested stack whose update is done keeps what it has left behind until its parent is done too, so that it can go
//! back with it. Source: user guide, "Nested stacks"; texts of events from recordings of the service.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::job::{Job, Order, number, text};
use crate::cloudformation::change_set::{compare::compare, planned::Rules};
use crate::cloudformation::engine::operation::{self, Kind, NESTED, Operation, Phase};
use crate::cloudformation::engine::start::{self, Options};
use crate::cloudformation::engine::step::{Outcome, Step};
use crate::cloudformation::engine::{cancellation, completion, outputs};
use crate::cloudformation::failure::validation;
use crate::cloudformation::preparation::{Prepared, check_type_changes, prepare};
use crate::cloudformation::request::Request;
use crate::cloudformation::state::events::{self, ResourceEvent};
use crate::cloudformation::state::{self, OnFailure, Stack};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::error::AwsError;
use crate::input::shown;

pub(super) fn perform(step: &Step, job: Job) -> Result<Outcome<String>, AwsError> {
    let key = job.key();
    let Some(id) = step.tx().get::<String>(NESTED, step.stack_id(), &key)? else {
        let begun = match job.order {
            Order::Create { properties } => create(step, job.logical_id, properties),
            Order::Update { physical_id, properties, .. } => update(step, physical_id, properties),
            Order::Delete { physical_id, .. } => delete(step, physical_id),
        };
        return match begun {
            Ok(Some(id)) => {
                step.tx().put(NESTED, step.stack_id(), &key, None, &id)?;
                Ok(Outcome::Begun)
            }
            Ok(None) => Ok(Outcome::Done(physical_id(job).to_owned())),
            Err(error) if error.status < 500 => Ok(Outcome::Failed(error.message)),
            Err(error) => Err(error),
        };
    };
    let nested = state::find_stack(step.tx(), &id)?;
    let outcome = match (&nested, job.order) {
        (None, Order::Delete { .. }) => Outcome::Done(id),
        (None, _) => Outcome::Failed(format!("Stack [{id}] does not exist")),
        (Some(nested), order) => match ended(step, nested)? {
            None => return Ok(Outcome::Waiting),
            Some(true) => Outcome::Done(id),
            Some(false) => Outcome::Failed(failure(nested, order)),
        },
    };
    step.tx().delete(NESTED, step.stack_id(), &key)?;
    Ok(outcome)
}

fn physical_id(job: Job<'_>) -> &str {
    match job.order {
        Order::Create { .. } => "",
        Order::Update { physical_id, .. } | Order::Delete { physical_id, .. } => physical_id,
    }
}

/// Whether a nested stack's operation has ended as it should; `None` while it is under way.
fn ended(step: &Step, nested: &Stack) -> Result<Option<bool>, AwsError> {
    let held = Operation::load(step.tx(), &nested.id)?.is_some_and(|operation| operation.phase == Phase::Held);
    Ok(match nested.status {
        StackStatus::CreateComplete | StackStatus::UpdateComplete | StackStatus::DeleteComplete => Some(true),
        // Back where it was before the parent's update.
        StackStatus::UpdateRollbackComplete => Some(step.operation.phase == Phase::Rollback),
        _ if held => Some(true),
        status if status.is_busy() => None,
        _ => Some(false),
    })
}

fn failure(nested: &Stack, order: Order) -> String {
    let verb = match order {
        Order::Create { .. } => "created",
        Order::Update { .. } => "updated",
        Order::Delete { .. } => "deleted",
    };
    let reason = nested.status_reason.as_deref().unwrap_or_else(|| nested.status.as_str());
    format!("Embedded stack {} was not successfully {verb}: {}", nested.id, reason.trim_end())
}

/// What the parent asks of a nested stack, as if a client did.
fn prepared(step: &Step, nested: &Stack, properties: &Value) -> Result<Prepared, AwsError> {
    let mut form = BTreeMap::new();
    let members = properties.as_object().into_iter().flatten();
    let unknown = members.map(|(name, _)| name.as_str()).find(|name| {
        !["TemplateURL", "TemplateBody", "Parameters", "Tags", "NotificationARNs", "TimeoutInMinutes"].contains(name)
    });
    if let Some(name) = unknown {
        return Err(validation(format!("Encountered unsupported property {name} of a nested stack")));
    }
    for name in ["TemplateURL", "TemplateBody"] {
        if let Some(value) = text(properties, name) {
            form.insert(name.to_owned(), value.to_owned());
        }
    }
    let empty = Map::new();
    let parameters = properties.get("Parameters").and_then(Value::as_object).unwrap_or(&empty);
    for (index, (key, value)) in parameters.iter().enumerate() {
        let value = match value {
            // A list is handed over as its items with commas between them.
            Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(","),
            value => shown(value),
        };
        form.insert(format!("Parameters.member.{}.ParameterKey", index + 1), key.clone());
        form.insert(format!("Parameters.member.{}.ParameterValue", index + 1), value);
    }
    let own = properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
    let own = own.filter_map(|tag| Some((tag.get("Key")?.as_str()?, tag.get("Value")?.as_str()?)));
    let inherited = step.stack.settings.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    let tags: BTreeMap<&str, &str> = inherited.chain(own).collect();
    for (index, (key, value)) in tags.into_iter().enumerate() {
        form.insert(format!("Tags.member.{}.Key", index + 1), key.to_owned());
        form.insert(format!("Tags.member.{}.Value", index + 1), value.to_owned());
    }
    let arns = properties.get("NotificationARNs").and_then(Value::as_array).into_iter().flatten();
    for (index, arn) in arns.filter_map(Value::as_str).enumerate() {
        form.insert(format!("NotificationARNs.member.{}", index + 1), arn.to_owned());
    }
    for (index, capability) in step.stack.settings.capabilities.iter().enumerate() {
        form.insert(format!("Capabilities.member.{}", index + 1), capability.clone());
    }
    let mut prepared = prepare(&step.environment, step.registry, &Request::new(&form), nested, true)?;
    prepared.settings.role_arn.clone_from(&step.stack.settings.role_arn);
    Ok(prepared)
}

fn options(kind: Kind, on_failure: OnFailure) -> Options {
    Options {
        kind,
        on_failure,
        retain_except_on_create: false,
        change_set: None,
        revert_drift: false,
        imports: BTreeMap::new(),
    }
}

fn create(step: &Step, logical_id: &str, properties: &Value) -> Result<Option<String>, AwsError> {
    let random: String = Uuid::new_v4().simple().to_string().to_uppercase().chars().take(12).collect();
    // A name has at most 128 characters.
    let parent: String = step.stack.name.chars().take(100).collect();
    let logical: String = logical_id.chars().take(113 - parent.len()).collect();
    let mut nested = Stack::new(&step.environment, &format!("{parent}-{logical}-{random}"));
    let prepared = prepared(step, &nested, properties)?;
    nested.parent = Some(step.stack.id.clone());
    nested.timeout_minutes = number(properties, "TimeoutInMinutes");
    let id = nested.id.clone();
    let options = options(Kind::Create, OnFailure::DoNothing);
    start::forward(&step.environment, &mut nested, prepared.settings, prepared.evaluation, options)?;
    // What is under way has its id: a parent that gives up deletes it.
    if let Some(mut resource) = state::resource(step.tx(), step.stack_id(), logical_id)? {
        resource.physical_id.clone_from(&id);
        let event = ResourceEvent {
            logical_id,
            physical_id: &id,
            type_name: &resource.definition.type_name,
            status: ResourceStatus::CreateInProgress,
            reason: Some("Resource creation Initiated"),
            properties: Some(&resource.definition.properties),
        };
        events::record(&step.environment, &step.stack, event)?;
        state::save_resource(step.tx(), step.stack_id(), &resource)?;
    }
    Ok(Some(id))
}

/// Begins an update; on the parent's way back, the way back of what the parent's update has done.
fn update(step: &Step, physical_id: &str, properties: &Value) -> Result<Option<String>, AwsError> {
    let mut nested = state::require_stack(step.tx(), physical_id)?;
    if step.operation.phase == Phase::Rollback {
        return go_back(step, nested);
    }
    if !nested.status.is_updatable() {
        let status = nested.status.as_str();
        return Err(validation(format!("Stack:{} is in {status} state and can not be updated.", nested.id)));
    }
    let prepared = prepared(step, &nested, properties)?;
    check_type_changes(&step.environment, &nested, &prepared)?;
    let imports = BTreeMap::new();
    let rules = Rules { revert_drift: false, imports: &imports };
    let has_nested = prepared.evaluation.resources.iter().any(|one| one.type_name == events::STACK_TYPE);
    if !has_nested && compare(&step.environment, step.registry, &nested, &prepared, rules)?.is_empty() {
        return Ok(None);
    }
    let id = nested.id.clone();
    let options = options(Kind::Update, OnFailure::Rollback);
    start::forward(&step.environment, &mut nested, prepared.settings, prepared.evaluation, options)?;
    Ok(Some(id))
}

/// A nested stack whose update is done, or under way, goes back; any other is where it was.
fn go_back(step: &Step, nested: Stack) -> Result<Option<String>, AwsError> {
    let Some(operation) = Operation::load(step.tx(), &nested.id)? else { return Ok(None) };
    let id = nested.id.clone();
    if matches!(operation.phase, Phase::Held | Phase::Forward) {
        let mut own = Step { environment: step.environment, registry: step.registry, stack: nested, operation };
        own.operation.on_failure = OnFailure::Rollback;
        if own.operation.phase == Phase::Held {
            let outputs = operation::outputs_before(step.tx(), &id)?;
            outputs::export_all(&own, &outputs)?;
            own.stack.outputs = outputs;
            let before = operation::settings_before(step.tx(), &id)?.unwrap_or_default();
            state::save_imports(step.tx(), &own.stack, &own.stack.settings.imports, &before.imports)?;
        }
        cancellation::cancel_siblings(&mut own)?;
        completion::fail(&mut own, Some("The parent stack is rolled back. ".to_owned()))?;
    }
    Ok(Some(id))
}

fn delete(step: &Step, physical_id: &str) -> Result<Option<String>, AwsError> {
    let Some(nested) = state::find_stack(step.tx(), physical_id)? else { return Ok(None) };
    if nested.status == StackStatus::DeleteComplete {
        return Ok(None);
    }
    let id = nested.id.clone();
    if nested.status != StackStatus::DeleteInProgress {
        start::delete(step.environment, step.registry, nested, Vec::new(), false)?;
    }
    Ok(Some(id))
}
