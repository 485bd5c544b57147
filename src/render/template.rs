//! One stack's template.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics};
use serde_json::{Map, Value as Json, json};

use super::expression::{Expressions, Scope};
use super::parameters::{Imports, Parameters};
use super::{ParameterSource, Placement, flows, read_back};
use crate::graph::Graph;
use crate::inventory::SETTINGS_NOTE;
use crate::model::{Address, Attribute, DeletionPolicy, Model, Reference, Resource, Target};

/// Version of the members under `Metadata.Callform`.
pub(crate) const METADATA_VERSION: u32 = 1;

/// What a template is rendered from, besides its resources.
pub(super) struct Surroundings<'a> {
    pub(super) model: &'a Model,
    pub(super) graph: &'a Graph,
    /// What is read back from what is deployed.
    pub(super) placement: &'a Placement,
    /// What resources wait for although they do not refer to it.
    pub(super) predecessors: &'a BTreeMap<Address, Address>,
    /// The resource, by logical ID, beside which the settings of an instance that exists are noted.
    pub(super) notes_settings: Option<&'a str>,
}

/// The template of the stack the given resources are in, and its parameters.
pub(super) fn template(
    surroundings: &Surroundings,
    resources: &[&Resource],
    diagnostics: &mut Diagnostics,
) -> (Json, BTreeMap<String, ParameterSource>) {
    let &Surroundings { model, graph, placement, predecessors, .. } = surroundings;
    let inside: BTreeMap<&Address, &str> =
        resources.iter().map(|resource| (&resource.address, resource.logical_id.as_str())).collect();
    let scope = Scope { inside: &inside, graph };
    let mut imports = Imports::default();
    for resource in resources {
        for value in resource.properties.values() {
            scope.collect_imports(&resource.address, value, &mut imports);
            diagnostics.extend(
                value
                    .references()
                    .into_iter()
                    .filter_map(|reference| across_stacks(resource, reference, &scope))
                    .collect(),
            );
        }
    }
    let parameters = Parameters::new(imports, |name| resources.iter().any(|resource| resource.logical_id == name));
    let answers: BTreeMap<&Address, &Target> =
        model.associations.iter().map(|link| (&link.phone_number, &link.flow)).collect();
    let rendered: Map<String, Json> = resources
        .iter()
        .map(|resource| {
            let expressions = Expressions { scope: &scope, parameters: &parameters, from: &resource.address };
            let mut definition = rendered(
                resource,
                answers.get(&resource.address).copied(),
                predecessors.get(&resource.address),
                &expressions,
            );
            if surroundings.notes_settings == Some(resource.logical_id.as_str()) {
                note_settings(&mut definition, model);
            }
            read_back::apply(resource, placement, &mut definition);
            (resource.logical_id.clone(), definition)
        })
        .collect();
    let mut template = Map::new();
    template.insert("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"));
    template.insert("Description".to_owned(), json!(format!("Contact center {}, made by Callform", model.center)));
    template.insert("Metadata".to_owned(), json!({ "Callform": metadata(model) }));
    let section = parameters.section();
    if !section.is_empty() {
        template.insert("Parameters".to_owned(), section.into());
    }
    template.insert("Resources".to_owned(), rendered.into());
    (template.into(), parameters.sources)
}

/// Notes what is applied of the settings of an instance that is not of the center: there is no resource for them.
fn note_settings(definition: &mut Json, model: &Model) {
    if let Some(callform) = definition.pointer_mut("/Metadata/Callform").and_then(Json::as_object_mut) {
        callform.insert(SETTINGS_NOTE.to_owned(), json!(model.instance_settings));
    }
}

fn metadata(model: &Model) -> Json {
    let mut metadata = Map::new();
    metadata.insert("Version".to_owned(), json!(METADATA_VERSION));
    metadata.insert("Center".to_owned(), json!(model.center));
    if let Some(environment) = &model.environment {
        metadata.insert("Environment".to_owned(), json!(environment));
    }
    metadata.insert("Digest".to_owned(), json!(model.digest));
    metadata.into()
}

/// Parameters carry identifiers, and no other attributes.
fn across_stacks(resource: &Resource, reference: &Reference, scope: &Scope<'_>) -> Option<Diagnostic> {
    let Attribute::Named(name) = &reference.attribute else { return None };
    let Target::Resource(target) = &reference.target else { return None };
    let title = format!("the attribute `{name}` of {target} is not known in another stack");
    let help = "Name it by `.ref`, or keep the center small enough for one stack.";
    (!scope.inside.contains_key(target))
        .then(|| Diagnostic::error("reference-across-stacks", title).at(resource.span, "needs it").help(help))
}

/// A resource. The flow that answers a phone number is noted beside it: CloudFormation takes a change of a resource's
/// metadata for a change, while metadata of the template alone cannot be updated.
fn rendered(
    resource: &Resource,
    answered_by: Option<&Target>,
    predecessor: Option<&Address>,
    expressions: &Expressions,
) -> Json {
    let mut definition = Map::new();
    definition.insert("Type".to_owned(), json!(resource.resource_type));
    let depends_on = depends_on(resource, predecessor, expressions.scope);
    if !depends_on.is_empty() {
        definition.insert("DependsOn".to_owned(), json!(depends_on));
    }
    let properties: Map<String, Json> =
        resource.properties.iter().map(|(name, value)| (name.clone(), expressions.value(value))).collect();
    if !properties.is_empty() {
        definition.insert("Properties".to_owned(), properties.into());
    }
    match resource.deletion_policy {
        // Linters ask that it is said aloud.
        DeletionPolicy::Delete if resource.address.kind.descriptor_of(&resource.resource_type).lifetime.holds_data => {
            definition.insert("DeletionPolicy".to_owned(), json!("Delete"));
            definition.insert("UpdateReplacePolicy".to_owned(), json!("Delete"));
        }
        DeletionPolicy::Delete => {}
        DeletionPolicy::Retain => {
            // Retained from the moment it is in use: what a first attempt made and rolled back must not be in the way
            // of the next one.
            definition.insert("DeletionPolicy".to_owned(), json!("RetainExceptOnCreate"));
            definition.insert("UpdateReplacePolicy".to_owned(), json!("Retain"));
        }
    }
    let mut callform = Map::new();
    callform.insert("Address".to_owned(), json!(resource.address.to_string()));
    if let Some(flow) = answered_by {
        callform.insert("Flow".to_owned(), json!(flow.to_string()));
    }
    if resource.prevent_destroy {
        callform.insert("PreventDestroy".to_owned(), json!(true));
    }
    if !resource.metadata.is_empty() {
        callform.insert("Digests".to_owned(), json!(resource.metadata));
    }
    definition.insert("Metadata".to_owned(), json!({ "Callform": callform }));
    definition.into()
}

/// Explicit dependencies inside the stack that no reference implies.
fn depends_on<'a>(resource: &Resource, predecessor: Option<&Address>, scope: &Scope<'a>) -> Vec<&'a str> {
    let implied = |address: &Address| {
        !scope.graph.is_deferred(&resource.address, address)
            && resource.properties.values().any(|value| {
                value.references().iter().any(|reference| reference.target == Target::Resource(address.clone()))
            })
    };
    let mut found: Vec<&str> = resource
        .depends_on
        .iter()
        .chain(predecessor)
        .filter(|address| !implied(address))
        .filter_map(|address| scope.inside.get(address).copied())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The value that stands in for a property in a transitional template. It refers to nothing that has to wait, so
/// whatever reference it has is shown by name.
pub(super) fn stand_in(value: &crate::model::Value) -> Json {
    flows::readable(value)
}
