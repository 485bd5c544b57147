//! Stage 5: templates and flow JSON, as a pure function of the model.

mod artifacts;
mod identifiers;
mod parameters;
mod placement;
mod expression;
mod flows;
mod pace;
mod read_back;
mod template;
mod transitional;
mod manifest;

pub(crate) use crate::kinds::ArnForm;
pub use artifacts::{Artifacts, ParameterSource, StackArtifact, words};
pub(crate) use flows::readable;
pub(crate) use identifiers::{arn_attribute, arn_form, before_id, kind_of_parameter, traveling};
pub use manifest::files;
pub(crate) use parameters::{ARTIFACT_BUCKET, INSTANCE_ARN, declared};
pub use placement::Placement;
pub(crate) use template::METADATA_VERSION;
pub(crate) use transitional::{AS_FOUND, disabled, kept, parameter_values, without_note};
pub use transitional::{Form, importing, transitional};

use std::collections::{BTreeMap, BTreeSet};

use callform_source::Diagnostics;

use crate::graph::{self, Graph};
use crate::model::{Address, DeletionPolicy, Kind, Model, Resource, Target};

/// Renders a model. What is deployed already stays in the stack `placement` says, under the name it says; an empty
/// placement gives what a first apply would make.
///
/// Where the diagnostics have errors (resources that need one another), the artifacts are not fit for use.
pub fn render(model: &Model, placement: &Placement) -> (Artifacts, Diagnostics) {
    let (graph, mut diagnostics) = graph::build(model);
    let stack_of = placement::place(model, &graph, placement);
    let mut members: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for (address, resource) in &model.resources {
        if let Some(stack) = stack_of.get(address) {
            members.entry(stack).or_default().push(resource);
        }
    }
    let instance = stack_of.iter().find(|(address, _)| address.kind == Kind::Instance).map(|(_, stack)| stack.as_str());
    let predecessors = pace::predecessors(model, &graph, &stack_of);
    let notes_settings = notes_settings(model, &members);
    let surroundings =
        template::Surroundings { model, graph: &graph, placement, predecessors: &predecessors, notes_settings };
    let stacks = in_order(&members, &model.center, |name| needs(name, &members, &stack_of, &graph, instance))
        .into_iter()
        .map(|(name, depends_on)| {
            let resources = members.get(name).map(Vec::as_slice).unwrap_or_default();
            let (template, parameters) = template::template(&surroundings, resources, &mut diagnostics);
            StackArtifact {
                name: name.to_owned(),
                template,
                parameters,
                depends_on,
                resources: resources
                    .iter()
                    .map(|resource| (resource.logical_id.clone(), resource.address.clone()))
                    .collect(),
                tags: model.tags.clone(),
                // What may go with the blueprint's word must not be held by the stack.
                termination_protection: resources.iter().any(|resource| {
                    resource.address.kind == Kind::Instance && resource.deletion_policy == DeletionPolicy::Retain
                }),
            }
        })
        .collect();
    let artifacts = Artifacts {
        center: model.center.clone(),
        region: model.region.clone(),
        environment: model.environment.clone(),
        digest: model.digest.clone(),
        deferred: graph.deferred,
        stacks,
        associations: model.associations.clone(),
        assets: model.assets.clone(),
        flows: flows::files(model).into_iter().collect(),
    };
    (artifacts, diagnostics)
}

/// The resource beside which settings of the instance are noted: the first of the main stack, by logical ID.
fn notes_settings<'a>(model: &Model, members: &BTreeMap<&str, Vec<&'a Resource>>) -> Option<&'a str> {
    if model.instance_settings.is_empty() {
        return None;
    }
    let main = members.get(model.center.as_str()).or_else(|| members.values().next())?;
    main.iter().map(|resource| resource.logical_id.as_str()).min()
}

/// The stacks a stack needs: those of the resources its own resources need without waiting, and the instance's.
fn needs(
    name: &str,
    members: &BTreeMap<&str, Vec<&Resource>>,
    stack_of: &BTreeMap<Address, String>,
    graph: &Graph,
    instance: Option<&str>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for resource in members.get(name).into_iter().flatten() {
        let from = &resource.address;
        let targets = graph.needs.get(from).into_iter().flatten().filter(|to| !graph.is_deferred(from, to));
        found.extend(targets.filter_map(|to| stack_of.get(to)).cloned());
        let refers_to_instance = resource
            .properties
            .values()
            .any(|value| value.references().iter().any(|reference| reference.target == Target::Instance));
        if refers_to_instance {
            found.extend(instance.map(str::to_owned));
        }
    }
    found.remove(name);
    found
}

/// The stacks with what they need, each after those; otherwise the instance's first, then by number.
fn in_order<'a>(
    members: &BTreeMap<&'a str, Vec<&Resource>>,
    center: &str,
    needs: impl Fn(&str) -> BTreeSet<String>,
) -> Vec<(&'a str, BTreeSet<String>)> {
    let mut rest: Vec<(&str, BTreeSet<String>)> = members.keys().map(|&name| (name, needs(name))).collect();
    rest.sort_by_key(|(name, _)| placement::number_of(name, center).map_or(0, |number| number + 1));
    let mut done = Vec::new();
    let mut names = BTreeSet::new();
    while !rest.is_empty() {
        // Stacks that need one another (possible where resources moved in the blueprint) keep their numbers' order.
        let next = rest.iter().position(|(_, needs)| needs.is_subset(&names)).unwrap_or(0);
        let (name, needs) = rest.remove(next);
        names.insert(name.to_owned());
        done.push((name, needs));
    }
    done
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
