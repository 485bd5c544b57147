//! AWS CloudFormation: stacks, change sets, events, drift.
//!
//! ```text
//! request ─[handle]→ operations: template ─parse, evaluate→ Evaluation ─compare→ change set
//!                                                    └─start→ queue of tasks ─[engine::step]→ ResourceHandler, events
//! ```
//!
//! The modules are layers, and none knows of what comes after it: `template` (what templates say), `state` (what the
//! store knows of stacks, resources and events), `preparation` (from a request to what a stack is to be), `change_set`
//! (what would be done), `engine` (doing it), `operations` (what clients ask for).
//!
//! A request writes down what is to be done; [`engine::step`] does it, a task at a time, each in a transaction of its
//! own. Which properties exist, and which of them replace a resource, is what the official resource schemas say.
//!
//! Source of names and shapes: the public service model; of texts and the order of events: recordings of the service.

mod answer;
mod change_set;
pub mod engine;
mod failure;
mod operations;
mod preparation;
mod request;
pub(crate) mod state;
mod status;
mod template;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::AwsError;
use crate::handler::{Environment, HandlerRegistry};
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
    let operation = operations::SERVICE.find(action)?;
    (operation.handler)(environment, registry, &Request::new(parameters))
}

#[cfg(test)]
mod tests;
