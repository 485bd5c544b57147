//! The Amazon Connect service: instances and everything in them.
//!
//! ```text
//! request ─operation table→ Operation (members checked against their shapes) ─→ Input ─handler→ documents in the Store
//! ```
//!
//! Each file of operations exports an `OPERATIONS` table; [`handle`] finds an operation by method and path, [`call`] by
//! name, as [`crate::operation`] says. Documents are stored in the shape the service's Describe operations return.
//!
//! Source of names, paths and limits: the public service model; of behavior: the notes in each file.

mod agent_statuses;
mod associations;
mod attributes;
mod builtin_permissions;
mod builtins;
mod builtins_flows;
mod contacts;
mod contacts_search;
mod document;
mod error;
mod flow_associations;
mod flow_documents;
mod flow_modules;
mod flow_versions;
mod flows;
pub mod handlers;
mod hierarchy;
mod hierarchy_groups;
mod hours;
mod hours_effective;
mod hours_overrides;
mod input;
mod instance;
mod integrations;
pub(crate) mod live;
mod number_pool;
mod operation;
mod others;
mod page;
mod phone_numbers;
mod predefined_attributes;
mod proficiencies;
mod presence;
mod prompts;
mod queues;
mod quick_connects;
mod quota;
mod reference;
mod resource;
mod routing_profile_queues;
mod routing_profiles;
mod rules;
mod search;
mod security_profiles;
mod storage;
mod tags;
mod task_templates;
mod test_case_center;
mod test_case_executions;
mod test_cases;
mod user_rules;
mod user_updates;
mod users;
mod views;

use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::operation::Service;

pub use live::people;
pub(crate) use test_case_executions::{FunctionAnswers, FunctionCall};

/// All operations of the service, by topic.
/// The service: all its operations, by topic.
static SERVICE: Service<operation::Handler> = Service {
    name: "Connect",
    tables: &[
        agent_statuses::OPERATIONS,
        associations::OPERATIONS,
        attributes::OPERATIONS,
        contacts::OPERATIONS,
        contacts_search::OPERATIONS,
        flow_associations::OPERATIONS,
        flow_modules::OPERATIONS,
        flow_versions::OPERATIONS,
        flows::OPERATIONS,
        hierarchy::OPERATIONS,
        hierarchy_groups::OPERATIONS,
        hours::OPERATIONS,
        hours_effective::OPERATIONS,
        hours_overrides::OPERATIONS,
        instance::OPERATIONS,
        integrations::OPERATIONS,
        phone_numbers::OPERATIONS,
        predefined_attributes::OPERATIONS,
        presence::OPERATIONS,
        proficiencies::OPERATIONS,
        prompts::OPERATIONS,
        queues::OPERATIONS,
        quick_connects::OPERATIONS,
        routing_profile_queues::OPERATIONS,
        routing_profiles::OPERATIONS,
        rules::OPERATIONS,
        security_profiles::OPERATIONS,
        storage::OPERATIONS,
        tags::OPERATIONS,
        task_templates::OPERATIONS,
        test_case_executions::OPERATIONS,
        test_cases::OPERATIONS,
        user_updates::OPERATIONS,
        users::OPERATIONS,
        views::OPERATIONS,
    ],
    others: others::OTHERS,
};

/// Answers a REST-JSON request: HTTP status and body.
///
/// `path` is the undecoded path of the request, `query` the decoded parameters in their order.
pub fn handle(
    environment: &Environment,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Result<(u16, Value), AwsError> {
    let (operation, members) = read(method, path, query, body)?;
    Ok((operation.status, operation.run(environment, &members)?))
}

/// Answers the request that starts an execution of a test case. Functions run outside of transactions: `functions` has what
/// they answered so far, and knows afterwards which one is to be asked before the request can be answered.
pub(crate) fn start_test_case_execution(
    environment: &Environment,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
    functions: &FunctionAnswers,
) -> Result<(u16, Value), AwsError> {
    let (operation, members) = read(method, path, query, body)?;
    let start =
        |environment: &Environment, input: &input::Input| test_case_executions::start_by(environment, input, functions);
    Ok((operation.status, operation.run_by(environment, &members, start)?))
}

/// The operation of a request with all its members.
fn read(
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Result<(&'static operation::Operation, Map<String, Value>), AwsError> {
    if crate::operation::path_segments(path).is_none() {
        return Err(error::invalid_parameter(format!("Invalid parameter:  {path}")));
    }
    let (operation, mut members) = SERVICE.need_route(method, path)?;
    operation.read_query(query, &mut members, operation::INVALID)?;
    let mut all = operation::read_body(body)?;
    all.extend(members);
    Ok((operation, all))
}

/// The operation a request is for; `None` where the sandbox does not have it.
pub fn operation_name(method: &str, path: &str) -> Option<&'static str> {
    SERVICE.route_name(method, path)
}

/// Carries out an operation by name. `input` has all its members, those of the path and the query as well.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.find(operation)?.run(environment, input)
}

#[cfg(test)]
mod tests;
