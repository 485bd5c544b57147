//! Templates for the time between what is deployed and what is wanted, while circular references cannot be made yet.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::StackArtifact;
use super::identifiers::{arn_attribute, arn_form};
use super::template::stand_in;
use crate::inventory::DeployedStack;
use crate::kinds::ArnForm;
use crate::model::Model;

/// Where a resource's definition has what Callform notes of it, and what tells that it is as it was found.
const NOTE: &str = "/Metadata/Callform";
pub(crate) const AS_FOUND: &str = "AsFound";

/// How a resource appears in a transitional template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// As in the final template.
    Final,
    /// As in the final template, with what the model has to stand in for these properties.
    Without(BTreeSet<String>),
    /// As it was found before it came under management: as in the final template, with these values, and without the
    /// other properties that can change.
    Found(BTreeMap<String, Json>),
    /// As it is deployed, and out of use: an agent status that nobody can choose any more.
    Disabled,
    /// As it is deployed, with parameters and references replaced by their values: mixed with definitions of the
    /// blueprint, references of earlier days could close a circle.
    Deployed,
}

/// A transitional template of a stack: the resources of `forms`, nothing else.
///
/// All parameters of the final template are declared. What a resource kept as deployed refers to inside the stack must
/// be in `forms` too.
pub fn transitional(
    stack: &StackArtifact,
    model: &Model,
    deployed: Option<&DeployedStack>,
    forms: &BTreeMap<String, Form>,
) -> Json {
    let wanted = stack.template.get("Resources").and_then(Json::as_object);
    let existing = deployed.and_then(|stack| stack.template.get("Resources")).and_then(Json::as_object);
    let substitution = deployed.map(Substitution::of);
    let mut resources = Map::new();
    let ids = wanted.into_iter().chain(existing).flat_map(Map::keys);
    for (logical_id, form) in ids.filter_map(|logical_id| forms.get_key_value(logical_id)) {
        if resources.contains_key(logical_id) {
            continue;
        }
        let definition = match form {
            Form::Final => wanted.and_then(|all| all.get(logical_id)).cloned(),
            Form::Without(properties) => wanted
                .and_then(|all| all.get(logical_id))
                .map(|definition| without(definition, properties, stack, model, logical_id)),
            Form::Found(values) => {
                wanted.and_then(|all| all.get(logical_id)).map(|definition| found(definition, values))
            }
            Form::Deployed | Form::Disabled => existing
                .and_then(|all| all.get(logical_id))
                .zip(substitution.as_ref())
                .map(|(definition, substitution)| substitution.apply(definition))
                .map(|definition| if *form == Form::Disabled { disabled(&definition) } else { definition }),
        };
        if let Some(mut definition) = definition {
            keep_dependencies(&mut definition, forms);
            resources.insert(logical_id.clone(), definition);
        }
    }
    let mut template = stack.template.clone();
    if let Some(callform) = template.pointer_mut("/Metadata/Callform").and_then(Json::as_object_mut) {
        callform.insert("Transitional".to_owned(), json!(true));
    }
    if let Some(members) = template.as_object_mut() {
        members.insert("Resources".to_owned(), resources.into());
    }
    template
}

/// A resource as a transitional template keeps it: as it is deployed, with values in place of parameters and references.
pub(crate) fn kept(deployed: &DeployedStack, logical_id: &str) -> Option<Json> {
    let definition = deployed.template.get("Resources")?.get(logical_id)?;
    Some(Substitution::of(deployed).apply(definition))
}

/// The template of an import: what is deployed, to the letter, and the resources of `forms` besides.
///
/// CloudFormation refuses an import that changes anything else.
pub fn importing(
    stack: &StackArtifact,
    model: &Model,
    deployed: Option<&DeployedStack>,
    forms: &BTreeMap<String, Form>,
) -> Json {
    let added = transitional(stack, model, None, forms);
    let Some(deployed) = deployed else { return added };
    let mut template = deployed.template.clone();
    let Some(members) = template.as_object_mut() else { return added };
    let mut names = BTreeSet::new();
    if let Some(resources) = added.get("Resources") {
        collect_references(resources, &mut names);
        merge(members, "Resources", resources, |_| true);
    }
    if let Some(parameters) = added.get("Parameters") {
        merge(members, "Parameters", parameters, |name| names.contains(name));
    }
    template
}

/// Adds members to a section of a template; those it has stay as they are.
fn merge(template: &mut Map<String, Json>, section: &str, added: &Json, wanted: impl Fn(&str) -> bool) {
    let added: Vec<(&String, &Json)> =
        added.as_object().into_iter().flatten().filter(|(name, _)| wanted(name)).collect();
    if added.is_empty() {
        return;
    }
    let section = template.entry(section).or_insert_with(|| json!({}));
    if let Some(members) = section.as_object_mut() {
        for (name, value) in added {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// The names in every `Ref`.
fn collect_references<'a>(json: &'a Json, names: &mut BTreeSet<&'a str>) {
    match json {
        Json::Object(members) => {
            names.extend(members.get("Ref").and_then(Json::as_str));
            members.values().for_each(|value| collect_references(value, names));
        }
        Json::Array(items) => items.iter().for_each(|item| collect_references(item, names)),
        Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => {}
    }
}

fn without(
    definition: &Json,
    names: &BTreeSet<String>,
    stack: &StackArtifact,
    model: &Model,
    logical_id: &str,
) -> Json {
    let mut definition = definition.clone();
    let resource = stack.resources.get(logical_id).and_then(|address| model.resources.get(address));
    if let Some(properties) = definition.get_mut("Properties").and_then(Json::as_object_mut) {
        for name in names {
            match resource.and_then(|resource| resource.deferrable.get(name)) {
                Some(Some(value)) => {
                    properties.insert(name.clone(), stand_in(value));
                }
                _ => {
                    properties.shift_remove(name);
                }
            }
        }
    }
    definition
}

fn found(definition: &Json, values: &BTreeMap<String, Json>) -> Json {
    let mut definition = definition.clone();
    let schema = definition.get("Type").and_then(Json::as_str).and_then(callform_schemas::get);
    if let Some(properties) = definition.get_mut("Properties").and_then(Json::as_object_mut) {
        // What is required is what it is found by.
        properties.retain(|name, _| schema.is_some_and(|schema| schema.required.contains(name)));
        for (name, value) in values {
            properties.insert(name.clone(), value.clone());
        }
    }
    // References in place of the same values are no change to CloudFormation, which would keep this template for good; a
    // change of metadata is one.
    if let Some(note) = definition.pointer_mut(NOTE).and_then(Json::as_object_mut) {
        note.insert(AS_FOUND.to_owned(), json!(true));
    }
    definition
}

/// Without what tells a resource as it was found.
pub(crate) fn without_note(mut definition: Json) -> Json {
    if let Some(note) = definition.pointer_mut(NOTE).and_then(Json::as_object_mut) {
        note.shift_remove(AS_FOUND);
    }
    definition
}

/// An agent status that nobody can choose, and that is in nobody's place in the list.
pub(crate) fn disabled(definition: &Json) -> Json {
    let mut definition = definition.clone();
    if let Some(properties) = definition.get_mut("Properties").and_then(Json::as_object_mut) {
        properties.shift_remove("DisplayOrder");
        properties.insert("State".to_owned(), json!("DISABLED"));
        properties.insert("ResetOrderNumber".to_owned(), json!(true));
    }
    definition
}

/// Leaves only dependencies on what is in the template.
fn keep_dependencies(definition: &mut Json, forms: &BTreeMap<String, Form>) {
    let Some(members) = definition.as_object_mut() else { return };
    let Some(depends_on) = members.get("DependsOn") else { return };
    let kept: Vec<Json> = match depends_on {
        Json::Array(items) => items.clone(),
        other => vec![other.clone()],
    }
    .into_iter()
    .filter(|item| item.as_str().is_some_and(|logical_id| forms.contains_key(logical_id)))
    .collect();
    if kept.is_empty() {
        members.shift_remove("DependsOn");
    } else {
        members.insert("DependsOn".to_owned(), kept.into());
    }
}

/// Puts the deployed values in place of parameters and references, so that a definition means the same without them.
struct Substitution {
    /// Values of `Ref`, by name.
    values: BTreeMap<String, Json>,
    /// Values of `Fn::GetAtt`, by logical ID and attribute joined by a dot.
    attributes: BTreeMap<String, String>,
}

impl Substitution {
    fn of(deployed: &DeployedStack) -> Self {
        let mut values = parameter_values(deployed);
        let mut attributes = BTreeMap::new();
        for (logical_id, physical_id) in &deployed.physical_ids {
            values.insert(logical_id.clone(), json!(physical_id));
            let Some(address) = deployed.address_of(logical_id) else { continue };
            // Names are no ARNs; what has them cannot be part of a circle.
            if !matches!(arn_form(address.kind), ArnForm::ByName(_))
                && physical_id.starts_with("arn:")
                && let Some(attribute) = arn_attribute(address.kind)
            {
                attributes.insert(format!("{logical_id}.{attribute}"), physical_id.clone());
            }
        }
        Self { values, attributes }
    }

    fn apply(&self, json: &Json) -> Json {
        match json {
            Json::Array(items) => items.iter().map(|item| self.apply(item)).collect(),
            Json::Object(members) => {
                if let Some(value) = members.get("Ref").and_then(Json::as_str).and_then(|name| self.values.get(name)) {
                    return value.clone();
                }
                if let Some(value) = members.get("Fn::GetAtt").and_then(|argument| self.attribute(argument)) {
                    return json!(value);
                }
                members
                    .iter()
                    .map(|(name, member)| match (name.as_str(), member) {
                        ("Fn::Sub", Json::String(text)) => (name.clone(), json!(self.in_text(text))),
                        ("Fn::Sub", Json::Array(pair)) => (name.clone(), self.sub(pair)),
                        _ => (name.clone(), self.apply(member)),
                    })
                    .collect::<Map<_, _>>()
                    .into()
            }
            other => other.clone(),
        }
    }

    fn attribute(&self, argument: &Json) -> Option<&String> {
        let [logical_id, attribute] = argument.as_array()?.as_slice() else { return None };
        self.attributes.get(&format!("{}.{}", logical_id.as_str()?, attribute.as_str()?))
    }

    fn sub(&self, pair: &[Json]) -> Json {
        pair.iter()
            .enumerate()
            .map(|(position, part)| match part {
                Json::String(text) if position == 0 => json!(self.in_text(text)),
                other => self.apply(other),
            })
            .collect()
    }

    /// A text of `Fn::Sub` with values for the names that have one.
    fn in_text(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let value = after.split_once('}').and_then(|(name, after)| {
                let value =
                    self.values.get(name).and_then(Json::as_str).or(self.attributes.get(name).map(String::as_str));
                value.map(|value| (value, after))
            });
            let (value, after) = value.unwrap_or(("${", after));
            result.push_str(value);
            rest = after;
        }
        result.push_str(rest);
        result
    }
}

/// The deployed parameters of a stack: lists as arrays, everything else as strings.
pub(crate) fn parameter_values(deployed: &DeployedStack) -> BTreeMap<String, Json> {
    deployed
        .parameters
        .iter()
        .map(|(name, value)| {
            let kind = deployed.template.pointer(&format!("/Parameters/{name}/Type")).and_then(Json::as_str);
            let value = match kind {
                Some("CommaDelimitedList") => value.split(',').map(|item| json!(item.trim())).collect(),
                _ => json!(value),
            };
            (name.clone(), value)
        })
        .collect()
}
