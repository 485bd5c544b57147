//! The packed parameters of one stack.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::ParameterSource;
use super::identifiers::{parameter_name, per_parameter, traveling};
use crate::model::{Attribute, Reference, Target};

/// Name of the parameter with the instance's ARN.
pub(crate) const INSTANCE_ARN: &str = "InstanceArn";
/// Name of the parameter with the artifact bucket's name.
pub(crate) const ARTIFACT_BUCKET: &str = "ArtifactBucket";

/// What the resources of one stack take in from outside.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// Targets that are not in the stack or whose reference is deferred.
    pub(super) targets: BTreeSet<Target>,
    pub(super) instance: bool,
    pub(super) artifact_bucket: bool,
}

/// Where each import stands.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// Parameter and position in it.
    slots: BTreeMap<Target, (String, usize)>,
    /// Sources of all parameters.
    pub(super) sources: BTreeMap<String, ParameterSource>,
}

impl Parameters {
    /// Gives every import a place: sorted, in lists of as many as fit.
    pub(super) fn new(imports: Imports, is_taken: impl Fn(&str) -> bool) -> Self {
        let mut by_name: BTreeMap<&'static str, Vec<Target>> = BTreeMap::new();
        for target in imports.targets {
            by_name.entry(parameter_name(target.kind())).or_default().push(target);
        }
        let mut parameters = Self::default();
        for (base, targets) in by_name {
            let size = targets.first().map_or(1, |target| per_parameter(target.kind()));
            for (number, chunk) in targets.chunks(size).enumerate() {
                parameters.add(free_name(base, number, &is_taken), chunk);
            }
        }
        if imports.instance {
            let reference = Reference { target: Target::Instance, attribute: Attribute::Arn };
            parameters.sources.insert(INSTANCE_ARN.to_owned(), ParameterSource::References(vec![reference]));
        }
        if imports.artifact_bucket {
            parameters.sources.insert(ARTIFACT_BUCKET.to_owned(), ParameterSource::ArtifactBucket);
        }
        parameters
    }

    fn add(&mut self, name: String, targets: &[Target]) {
        let mut references = Vec::with_capacity(targets.len());
        for (position, target) in targets.iter().enumerate() {
            self.slots.insert(target.clone(), (name.clone(), position));
            references.push(Reference { target: target.clone(), attribute: traveling(target.kind()) });
        }
        self.sources.insert(name, ParameterSource::References(references));
    }

    /// Parameter and position of an import; none for what is no import.
    pub(super) fn slot(&self, target: &Target) -> Option<(&str, usize)> {
        self.slots.get(target).map(|(name, position)| (name.as_str(), *position))
    }

    /// The template's `Parameters` section.
    pub(super) fn section(&self) -> Map<String, Json> {
        self.sources.keys().map(|name| (name.clone(), declared(name))).collect()
    }
}

/// The declaration of a parameter.
pub(crate) fn declared(name: &str) -> Json {
    match name {
        INSTANCE_ARN => json!({ "Type": "String", "Description": "ARN of the Amazon Connect instance" }),
        ARTIFACT_BUCKET => json!({ "Type": "String", "Description": "Bucket with uploaded files" }),
        _ => json!({ "Type": "CommaDelimitedList" }),
    }
}

/// `QueueIds`, `QueueIds2`, …; a name a resource of the stack has is made longer.
fn free_name(base: &str, number: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = if number == 0 { base.to_owned() } else { format!("{base}{}", number + 1) };
    while is_taken(&name) {
        name.push_str("List");
    }
    name
}
