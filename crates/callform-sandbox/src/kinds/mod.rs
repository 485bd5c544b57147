//! Plain kinds: resource types whose service logic is nothing but CloudFormation's schema.
//!
//! Every type with a schema is one unless it has a handler of its own in [`crate::resources`] or Connect's. It is made,
//! read, changed, deleted and listed as its schema says; names, identifiers and attributes that a template leaves open are
//! invented so that the schema takes them. What the schema does not say is declared once, as a [`kind::Kind`]: what `Ref`
//! returns, what is unique, the forms of attributes, which properties name other kinds, and how the service's API shows
//! the same resources. A service of plain kinds is an [`api::Api`]: a table of operations, each with what it does to
//! which kind.
//!
//! To add a type: nothing, where its schema is in `callform-schemas`; a line in `others`, where the schema says too
//! little; a file like `scheduler`, where its service has an API.

pub(crate) mod api;
mod api_gateway;
mod cloud_watch;
mod cognito;
pub(crate) mod document;
pub(crate) mod kind;
mod lex;
mod members;
mod others;
pub(crate) mod scheduler;
mod step_functions;

pub(crate) use api_gateway::API_GATEWAY;
pub(crate) use cloud_watch::CLOUD_WATCH;
pub(crate) use cognito::{IDENTITY_POOLS, USER_POOLS};
pub(crate) use lex::{LEX, alias as bot_alias, bot};
pub(crate) use scheduler::SCHEDULER;
pub(crate) use step_functions::{STATE_MACHINES, STEP_FUNCTIONS, has_activity, state_machine};

use kind::Kind;

/// Kinds whose services have an API, by service.
static WITH_API: &[&[&Kind]] =
    &[api_gateway::KINDS, cloud_watch::KINDS, cognito::KINDS, lex::KINDS, scheduler::KINDS, step_functions::KINDS];

/// All declarations.
fn all() -> impl Iterator<Item = &'static Kind> {
    WITH_API.iter().copied().flatten().copied().chain(others::KINDS)
}

/// What is declared of a type.
fn of(type_name: &str) -> &'static Kind {
    static NOTHING: Kind = kind::PLAIN;
    all().find(|kind| kind.type_name == type_name).unwrap_or(&NOTHING)
}

/// The handler of a type that is a plain kind; `is_document` tells which other types are.
pub(crate) fn handler(type_name: &'static str, is_document: fn(&str) -> bool) -> document::Document {
    let has_api = WITH_API.iter().copied().flatten().any(|kind| kind.type_name == type_name);
    document::Document { type_name, kind: of(type_name), is_one_too: is_document, has_api }
}

#[cfg(test)]
mod tests;
