//! What clients ask of CloudFormation.

mod change_sets;
mod drift;
mod resources;
mod stacks;
mod templates;
mod updates;

use serde_json::Value;

use super::request::Request;
use crate::error::AwsError;
use crate::handler::{Environment, HandlerRegistry};
use crate::operation::{self, Service};

/// What a handler looks like.
pub(super) type Handler = fn(&Environment, &HandlerRegistry, &Request) -> Result<Value, AwsError>;

/// One operation.
type Operation = operation::Operation<Handler>;

const fn operation(name: &'static str, handler: Handler) -> Operation {
    Operation { name, method: "", path: "", status: 200, members: &[], handler }
}

/// The service.
pub(super) static SERVICE: Service<Handler> = Service { name: "CloudFormation", tables: &[OPERATIONS], others: &[] };

const OPERATIONS: &[Operation] = &[
    operation("CancelUpdateStack", updates::cancel_update),
    operation("ContinueUpdateRollback", updates::continue_rollback),
    operation("CreateChangeSet", change_sets::create::create),
    operation("CreateStack", updates::create),
    operation("DeleteChangeSet", |environment, _, request| change_sets::execute::delete(environment, request)),
    operation("DeleteStack", updates::delete),
    operation("DescribeChangeSet", |environment, _, request| change_sets::describe::describe(environment, request)),
    operation("DescribeEvents", |environment, _, request| {
        change_sets::validation::describe_events(environment, request)
    }),
    operation("DescribeStackDriftDetectionStatus", |environment, _, request| {
        drift::detection_status(environment, request)
    }),
    operation("DescribeStackEvents", |environment, _, request| stacks::describe_events(environment, request)),
    operation("DescribeStackResource", |environment, _, request| resources::describe(environment, request)),
    operation("DescribeStackResourceDrifts", |environment, _, request| drift::describe_resources(environment, request)),
    operation("DescribeStackResources", |environment, _, request| resources::describe_all(environment, request)),
    operation("DescribeStacks", |environment, _, request| stacks::describe(environment, request)),
    operation("DetectStackDrift", drift::detect),
    operation("DetectStackResourceDrift", drift::detect_resource),
    operation("ExecuteChangeSet", change_sets::execute::execute),
    operation("GetStackPolicy", |environment, _, request| stacks::policy(environment, request)),
    operation("GetTemplate", |environment, _, request| templates::get(environment, request)),
    operation("GetTemplateSummary", templates::summarize),
    operation("ListChangeSets", |environment, _, request| change_sets::describe::list(environment, request)),
    operation("ListExports", |environment, _, request| stacks::list_exports(environment, request)),
    operation("ListImports", |environment, _, request| stacks::list_imports(environment, request)),
    operation("ListStackResources", |environment, _, request| resources::list(environment, request)),
    operation("ListStacks", |environment, _, request| stacks::list(environment, request)),
    operation("RollbackStack", updates::roll_back),
    operation("SetStackPolicy", |environment, _, request| stacks::set_policy(environment, request)),
    operation("SignalResource", |environment, _, request| stacks::signal_resource(environment, request)),
    operation("UpdateStack", updates::update),
    operation("UpdateTerminationProtection", |environment, _, request| {
        stacks::set_termination_protection(environment, request)
    }),
    operation("ValidateTemplate", templates::validate),
];
