//! AWS CloudFormation: stacks, change sets, events, drift.
//!
//! ```text
//! request ─[handle]→ template ─parse, evaluate→ Evaluation ─compare→ change set
//!                                                    └─start→ queue of tasks ─[engine::step]→ ResourceHandler, events
//! ```
//!
//! A request writes down what is to be done; [`engine::step`] does it, a task at a time, each in a transaction of its
//! own. Which properties exist, and which of them replace a resource, is what the official resource schemas say.
//!
//! Source of names and shapes: the public service model; of texts and the order of events: recordings of the service.

mod change_set;
mod difference;
mod drift;
pub mod engine;
mod events;
mod failure;
mod live;
mod preparation;
mod properties;
mod request;
mod resources;
pub(crate) mod signals;
mod stack_policy;
mod stacks;
mod state;
mod status;
mod template;
mod templates;
mod updates;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::AwsError;
use crate::handler::Environment;
use crate::resources::HandlerRegistry;
use request::Request;

/// Carries out an operation of the query protocol. `parameters` are those of the form (`Parameters.member.1.…`); the
/// answer is the content of `<Action>Result`: objects are elements, arrays are lists of members. It is `null` for the
/// operations that have no result.
pub fn handle(
    environment: &Environment,
    registry: &HandlerRegistry,
    action: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, AwsError> {
    let request = &Request::new(parameters);
    match action {
        "CancelUpdateStack" => updates::cancel_update(environment, registry, request),
        "ContinueUpdateRollback" => updates::continue_rollback(environment, registry, request),
        "CreateChangeSet" => change_set::create::create(environment, registry, request),
        "CreateStack" => updates::create(environment, registry, request),
        "DeleteChangeSet" => change_set::execute::delete(environment, request),
        "DeleteStack" => updates::delete(environment, registry, request),
        "DescribeChangeSet" => change_set::describe::describe(environment, request),
        "DescribeEvents" => change_set::validation::describe_events(environment, request),
        "DescribeStackDriftDetectionStatus" => drift::detection_status(environment, request),
        "DescribeStackEvents" => stacks::describe_events(environment, request),
        "DescribeStackResource" => resources::describe(environment, request),
        "DescribeStackResourceDrifts" => drift::describe_resources(environment, request),
        "DescribeStackResources" => resources::describe_all(environment, request),
        "DescribeStacks" => stacks::describe(environment, request),
        "DetectStackDrift" => drift::detect(environment, registry, request),
        "DetectStackResourceDrift" => drift::detect_resource(environment, registry, request),
        "ExecuteChangeSet" => change_set::execute::execute(environment, registry, request),
        "GetStackPolicy" => stacks::policy(environment, request),
        "GetTemplate" => templates::get(environment, request),
        "GetTemplateSummary" => templates::summarize(environment, registry, request),
        "ListChangeSets" => change_set::describe::list(environment, request),
        "ListExports" => stacks::list_exports(environment, request),
        "ListImports" => stacks::list_imports(environment, request),
        "ListStackResources" => resources::list(environment, request),
        "ListStacks" => stacks::list(environment, request),
        "RollbackStack" => updates::roll_back(environment, registry, request),
        "SetStackPolicy" => stacks::set_policy(environment, request),
        "SignalResource" => stacks::signal_resource(environment, request),
        "UpdateStack" => updates::update(environment, registry, request),
        "UpdateTerminationProtection" => stacks::set_termination_protection(environment, request),
        "ValidateTemplate" => templates::validate(environment, registry, request),
        _ => Err(AwsError::unsupported("CloudFormation", action)),
    }
}

/// Stack, logical ID and properties of resources of a type that stacks are making and that are not there yet.
pub(crate) fn in_creation(
    environment: &Environment,
    type_name: &str,
) -> Result<Vec<(String, String, Value)>, AwsError> {
    let mut found = Vec::new();
    for stack in state::stacks(environment.tx)? {
        for resource in state::resources(environment.tx, &stack.id)? {
            let waits = resource.status == status::ResourceStatus::CreateInProgress && resource.physical_id.is_empty();
            if waits && resource.definition.type_name == type_name {
                let definition = resource.definition;
                found.push((stack.name.clone(), definition.logical_id, definition.properties));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
