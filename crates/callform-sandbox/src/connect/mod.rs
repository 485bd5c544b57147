//! The Amazon Connect service: instances and everything in them.
//!
//! ```text
//! request ─operation table→ Operation (members checked against their shapes) ─→ Input ─handler→ documents in the Store
//! ```
//!
//! Each file of operations exports an `OPERATIONS` table; [`handle`] finds an operation by method and path, [`call`] by
//! name. Documents are stored in the shape the service's Describe operations return.
//!
//! Source of names, paths and limits: the public service model; of behavior: the notes in each file.

mod agent_statuses;
mod associations;
mod attributes;
mod builtin_permissions;
mod builtins;
mod builtins_flows;
mod contacts;
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
mod user_rules;
mod user_updates;
mod users;
mod views;

use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::identify;

use operation::Operation;

/// All operations of the service, by topic.
const TABLES: &[&[Operation]] = &[
    agent_statuses::OPERATIONS,
    associations::OPERATIONS,
    attributes::OPERATIONS,
    contacts::OPERATIONS,
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
    user_updates::OPERATIONS,
    users::OPERATIONS,
    views::OPERATIONS,
];

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
    let (operation, mut members) = route(method, path)?.ok_or_else(|| {
        let named = identify::named(others::OTHERS, method, path).map(str::to_owned);
        AwsError::unsupported("Connect", &named.unwrap_or_else(|| format!("{method} {path}")))
    })?;
    operation.read_query(query, &mut members)?;
    let mut all = operation::read_body(body)?;
    all.extend(members);
    Ok((200, operation.run(environment, &all)?))
}

/// The operation a request is for; `None` where the sandbox does not have it.
pub fn operation_name(method: &str, path: &str) -> Option<&'static str> {
    route(method, path).ok().flatten().map(|(operation, _)| operation.name)
}

/// Carries out an operation by name. `input` has all its members, those of the path and the query as well.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    operations()
        .find(|candidate| candidate.name == operation)
        .ok_or_else(|| AwsError::unsupported("Connect", operation))?
        .run(environment, input)
}

/// An operation, and the values of its path's labels.
type Route = (&'static Operation, Map<String, Value>);

/// The operation of a method and path, with the values of the path's labels; a path without labels is the better match.
fn route(method: &str, path: &str) -> Result<Option<Route>, AwsError> {
    let segments = operation::path_segments(path)?;
    Ok(operations()
        .filter(|operation| operation.method == method)
        .filter_map(|operation| Some((operation, operation.match_path(&segments)?)))
        .min_by_key(|(_, labels)| labels.len()))
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    TABLES.iter().copied().flatten()
}

#[cfg(test)]
mod tests;
