//! Which resources a change set imports, and under which identifiers.

use std::collections::BTreeMap;

use callform_schemas::ResourceSchema;
use serde_json::Value;

use crate::cloudformation::failure::validation;
use crate::cloudformation::preparation::Prepared;
use crate::cloudformation::request::Request;
use crate::cloudformation::state::{self, Stack};
use crate::cloudformation::template::evaluation::Definition;
use crate::error::AwsError;
use crate::handler::HandlerRegistry;
use crate::handler::{Context, Environment};

/// Identifiers of the resources in `ResourcesToImport`, by logical ID.
pub(crate) fn requested(request: &Request, prepared: &Prepared) -> Result<BTreeMap<String, String>, AwsError> {
    let mut imports = BTreeMap::new();
    for resource in request.objects("ResourcesToImport") {
        let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
        let (logical_id, type_name) = (text("LogicalResourceId"), text("ResourceType"));
        let definition = prepared.evaluation.resources.iter().find(|found| found.logical_id == logical_id);
        let Some(definition) = definition else {
            let message = format!("Resources [{logical_id}] do not exist in the template");
            return Err(validation(message));
        };
        if definition.type_name != type_name {
            let message = format!(
                "Resource type {type_name} of {logical_id} does not match the template's {}",
                definition.type_name
            );
            return Err(validation(message));
        }
        let identifier = Request::map(resource, "ResourceIdentifier");
        imports.insert(logical_id.to_owned(), identifier_of(definition, &identifier)?);
    }
    Ok(imports)
}

/// The physical id that a resource identifier stands for: its members in the order of the schema, joined by `|`.
fn identifier_of(definition: &Definition, given: &BTreeMap<String, String>) -> Result<String, AwsError> {
    let names: Vec<String> = match callform_schemas::get(&definition.type_name) {
        Some(schema) => schema.primary_identifier.iter().map(|pointer| dotted(&pointer.to_string())).collect(),
        None => given.keys().cloned().collect(),
    };
    let values: Option<Vec<&str>> = names.iter().map(|name| given.get(name).map(String::as_str)).collect();
    match values.filter(|values| values.len() == given.len() && !values.is_empty()) {
        Some(values) => Ok(values.join("|")),
        None => Err(validation(format!(
            "Resource identifier for {} must have the keys [{}]",
            definition.logical_id,
            names.join(", ")
        ))),
    }
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// Checks that an import does nothing but import.
pub(crate) fn check(
    environment: &Environment,
    stack: &Stack,
    prepared: &Prepared,
    imports: &BTreeMap<String, String>,
    changed: &[String],
) -> Result<(), AwsError> {
    if imports.is_empty() {
        return Err(validation("You must specify ResourcesToImport to create a change set of type IMPORT"));
    }
    let without_policy: Vec<&str> = prepared
        .evaluation
        .resources
        .iter()
        .filter(|definition| imports.contains_key(&definition.logical_id) && definition.deletion_policy.is_none())
        .map(|definition| definition.logical_id.as_str())
        .collect();
    if !without_policy.is_empty() {
        let names = without_policy.join(", ");
        let message = format!(
            "The following resources to import [{names}] must have DeletionPolicy attribute specified in the template."
        );
        return Err(validation(message));
    }
    for logical_id in imports.keys() {
        let known = state::resource(environment.tx, &stack.id, logical_id)?;
        if known.is_some_and(|resource| resource.exists()) {
            return Err(validation(format!("Resource {logical_id} already exists in stack {}", stack.name)));
        }
    }
    if !changed.is_empty() {
        let names = changed.join(", ");
        let message = format!(
            "You have modified resources [{names}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations."
        );
        return Err(validation(message));
    }
    Ok(())
}

/// New resources of a template that exist already, for `ImportExistingResources`: those whose identifier the template
/// names as it stands, and that outlive their stack.
///
/// A name that a function makes (`Fn::Sub`, `Ref`, …) is none: the resource is then to be made, which early validation
/// refuses where it is there already. Source: CloudFormation user guide, "Import AWS resources automatically" (custom names have to be static
/// values; `DeletionPolicy` has to be `Retain` or `RetainExceptOnCreate`).
pub(crate) fn existing(
    environment: &Environment,
    registry: &HandlerRegistry,
    stack: &Stack,
    prepared: &Prepared,
) -> Result<BTreeMap<String, String>, AwsError> {
    found(environment, registry, stack, prepared, |definition| {
        let outlives = matches!(definition.deletion_policy.as_deref(), Some("Retain" | "RetainExceptOnCreate"));
        prepared.template.resource_member(&definition.logical_id, "Properties").filter(|_| outlives)
    })
}

/// New resources of a template whose identifiers something in the account has, whatever makes their names: physical ids
/// by logical ID.
pub(crate) fn taken(
    environment: &Environment,
    registry: &HandlerRegistry,
    stack: &Stack,
    prepared: &Prepared,
) -> Result<BTreeMap<String, String>, AwsError> {
    found(environment, registry, stack, prepared, |definition| Some(&definition.properties))
}

/// The new resources of a template that are there under the identifiers that these properties have.
fn found<'a>(
    environment: &Environment,
    registry: &HandlerRegistry,
    stack: &Stack,
    prepared: &'a Prepared,
    properties: impl Fn(&'a Definition) -> Option<&'a Value>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let mut found = BTreeMap::new();
    for definition in &prepared.evaluation.resources {
        let known = state::resource(environment.tx, &stack.id, &definition.logical_id)?;
        let schema = callform_schemas::get(&definition.type_name);
        let (None, Some(schema)) = (known.filter(state::StackResource::exists), schema) else { continue };
        let named = properties(definition).and_then(|properties| named_identifier(schema, properties));
        let Some(physical_id) = named else { continue };
        let Some(handler) = registry.get(definition.type_name.as_str()) else { continue };
        let context = Context {
            environment: *environment,
            token: "",
            stack_name: &stack.name,
            logical_id: &definition.logical_id,
        };
        if handler.read(&context, &physical_id).is_ok_and(|live| live.is_some()) {
            found.insert(definition.logical_id.clone(), physical_id);
        }
    }
    Ok(found)
}

fn named_identifier(schema: &ResourceSchema, properties: &Value) -> Option<String> {
    let values: Option<Vec<&str>> = schema
        .primary_identifier
        .iter()
        .map(|pointer| pointer.values(properties).first().and_then(|value| value.as_str()))
        .collect();
    values.filter(|values| !values.is_empty()).map(|values| values.join("|"))
}
