//! What a document refers to has to be there.
//!
//! A property named like the identifier that the service invents for another of its types names one of those: the
//! `RestApiId` of a stage is the `RestApiId` of an API. Connect's types name their instance by ARN. What else names
//! another is declared ([`super::super::kind::Reference`]).

use callform_schemas::ResourceSchema;
use serde_json::{Value, json};

use super::kept::KIND;
use crate::handler::properties::{call, not_found, service_error};
use crate::handler::{Context, HandlerResult, Properties};
use crate::kinds::kind::Kind;

/// The property of Connect's types that names the instance.
const INSTANCE: &str = "InstanceArn";

/// The type of a service whose resources a property of this name identifies.
fn parent(is_document: fn(&str) -> bool, service: &str, property: &str) -> Option<&'static str> {
    // `Id` and `Arn` are every type's own.
    if matches!(property, "Id" | "Arn") {
        return None;
    }
    let of_service = callform_schemas::type_names().filter(|name| service_of(name) == service);
    of_service.filter(|name| is_document(name)).find(|name| {
        callform_schemas::get(name).is_some_and(|schema| match schema.primary_identifier.as_slice() {
            [identifier] => identifier.segments() == [property] && schema.is_read_only(&identifier.to_string()),
            _ => false,
        })
    })
}

fn service_of(type_name: &str) -> &str {
    type_name.split("::").nth(1).unwrap_or_default()
}

/// Refuses a resource whose parent is not there.
pub(super) fn check(
    context: &Context,
    kind: &Kind,
    is_document: fn(&str) -> bool,
    schema: &ResourceSchema,
    properties: &Properties,
) -> HandlerResult<()> {
    let service = service_of(&schema.type_name);
    for (name, value) in properties {
        let Some(id) = value.as_str() else { continue };
        if service == "Connect" && name == INSTANCE {
            call(context, crate::connect::call, "DescribeInstance", json!({ "InstanceId": id }))?;
        }
        let declared = kind.refers.iter().find(|reference| reference.property == name);
        if declared.is_some_and(|reference| reference.always.contains(&id)) {
            continue;
        }
        let declared = declared.map(|reference| reference.type_name);
        let parent = declared.or_else(|| parent(is_document, service, name)).filter(|one| *one != schema.type_name);
        let Some(parent) = parent else { continue };
        let found: Option<Value> =
            context.environment.tx.get(KIND, parent, id).map_err(|error| service_error(&error))?;
        if found.is_none() {
            return Err(not_found(parent, id));
        }
    }
    Ok(())
}
