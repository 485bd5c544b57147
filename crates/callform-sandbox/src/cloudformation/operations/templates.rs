//! Operations that read templates.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cloudformation::answer::object;
use crate::cloudformation::change_set;
use crate::cloudformation::failure::validation;
use crate::cloudformation::preparation::{check_types, unrecognized_types};
use crate::cloudformation::request::Request;
use crate::cloudformation::state;
use crate::cloudformation::template::{Template, parameters, source};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;

pub(crate) fn get(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let (stack, digest) = if request.text("ChangeSetName").is_some() {
        let (stack, found) = change_set::requested(environment.tx, request)?;
        (stack, found.settings.template)
    } else {
        let name = request.required("StackName")?;
        let stack = state::find_stack(environment.tx, name)?
            .ok_or_else(|| validation(format!("Stack with id {name} does not exist")))?;
        let digest = stack.settings.template.clone();
        (stack, digest)
    };
    let text = state::template_text(environment.tx, &stack.id, &digest)?;
    let body = match request.one_of("TemplateStage", &["Original", "Processed"], "Processed")? {
        "Processed" if !digest.is_empty() => {
            state::template(environment.tx, &stack.id, &digest)?.processed.unwrap_or(text)
        }
        _ => text,
    };
    Ok(json!({ "TemplateBody": body, "StagesAvailable": ["Original", "Processed"] }))
}

fn capabilities(template: &Template) -> (Option<Vec<&'static str>>, Option<String>) {
    if template.processed.is_none() && !template.transforms().is_empty() {
        // What a transform makes is not known yet.
        let reason = format!("The following resource(s) require capabilities: [{}]", template.transforms().join(", "));
        return (Some(vec!["CAPABILITY_AUTO_EXPAND"]), Some(reason));
    }
    match template.required_capability() {
        None => (None, None),
        Some((capability, types)) => {
            let reason = format!("The following resource(s) require capabilities: [{}]", types.join(", "));
            (Some(vec![capability]), Some(reason))
        }
    }
}

pub(crate) fn validate(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let template = source::read(environment, request.text("TemplateBody"), request.text("TemplateURL"))?;
    check_types(&template, registry)?;
    let (capabilities, reason) = capabilities(&template);
    Ok(object(json!({
        "Parameters": parameters::declarations(&template, false),
        "Description": template.description(),
        "Capabilities": capabilities,
        "CapabilitiesReason": reason,
        "DeclaredTransforms": template.transforms(),
    })))
}

pub(crate) fn summarize(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
) -> Result<Value, AwsError> {
    let template = match request.text("StackName") {
        Some(name) => {
            let stack = state::require_stack(environment.tx, name)?;
            state::template(environment.tx, &stack.id, &stack.settings.template)?
        }
        None => source::read(environment, request.text("TemplateBody"), request.text("TemplateURL"))?,
    };
    let (capabilities, reason) = capabilities(&template);
    let mut by_type: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (logical_id, type_name) in template.resource_types() {
        by_type.entry(type_name).or_default().push(logical_id);
    }
    let identifiers: Vec<Value> = by_type
        .iter()
        .filter_map(|(type_name, logical_ids)| {
            let schema = callform_schemas::get(type_name)?;
            let identifiers = schema.primary_identifier.iter();
            let identifiers: Vec<String> =
                identifiers.map(|pointer| pointer.to_string().trim_start_matches('/').replace('/', ".")).collect();
            Some(json!({ "ResourceType": type_name, "LogicalResourceIds": logical_ids, "ResourceIdentifiers": identifiers }))
        })
        .collect();
    let as_warnings = request.nested_flag("TemplateSummaryConfig", "TreatUnrecognizedResourceTypesAsWarnings");
    if !as_warnings {
        check_types(&template, registry)?;
    }
    let unknown = unrecognized_types(&template, registry);
    Ok(object(json!({
        "Parameters": parameters::declarations(&template, true),
        "Description": template.description(),
        "Capabilities": capabilities,
        "CapabilitiesReason": reason,
        "ResourceTypes": by_type.keys().collect::<Vec<_>>(),
        "Version": template.member("AWSTemplateFormatVersion").and_then(Value::as_str),
        "Metadata": template.member("Metadata").map(Value::to_string),
        "DeclaredTransforms": template.transforms(),
        "ResourceIdentifierSummaries": identifiers,
        "Warnings": (!unknown.is_empty()).then(|| json!({ "UnrecognizedResourceTypes": unknown })),
    })))
}
