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

mod document;
mod error;
mod input;
mod operation;
mod page;
mod quota;
mod reference;
mod resource;
mod search;
mod tags;

use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;

use operation::Operation;

/// All operations of the service, by topic.
const TABLES: &[&[Operation]] = &[tags::OPERATIONS];

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
    let (operation, mut members) =
        route(method, path)?.ok_or_else(|| AwsError::unsupported("Connect", &format!("{method} {path}")))?;
    operation.read_query(query, &mut members)?;
    members.extend(operation::read_body(body)?);
    Ok((200, operation.run(environment, &members)?))
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

/// The operation of a method and path, with the values of the path's labels; a path without labels is the better match.
fn route(method: &str, path: &str) -> Result<Option<(&'static Operation, Map<String, Value>)>, AwsError> {
    let segments = operation::path_segments(path)?;
    Ok(operations()
        .filter(|operation| operation.method == method)
        .filter_map(|operation| Some((operation, operation.match_path(&segments)?)))
        .min_by_key(|(_, labels)| labels.len()))
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    TABLES.iter().copied().flatten()
}
