//! A template with everything carried out that does not wait for a resource.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::Template;
use super::parameters::StackParameter;
use super::references::{Reference, references};
use super::scope::{Resources, Scope, Surroundings};
use super::structure::depends_on;
use super::{conditions, dependencies, parameters, rules};
use crate::cloudformation::failure::validation;
use crate::error::AwsError;

/// A resource of a template; functions of resources are still in its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) logical_id: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) properties: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deletion_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) update_replace_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) creation_policy: Option<Value>,
    /// Logical IDs of the resources it needs.
    pub(crate) dependencies: BTreeSet<String>,
    /// Its place in the order: see [`dependencies::levels`].
    pub(crate) level: usize,
}

/// An output; functions of resources are still in its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OutputDefinition {
    pub(crate) key: String,
    pub(crate) value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) export: Option<Value>,
}

/// A template as far as it is known without its resources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Evaluation {
    /// In the template's order.
    pub(crate) resources: Vec<Definition>,
    /// In the template's order.
    pub(crate) outputs: Vec<OutputDefinition>,
    /// Names of the exports it imports.
    pub(crate) imports: BTreeSet<String>,
}

/// Knows no resource, only exports; remembers which were asked for.
struct ExportsOnly<'a> {
    exports: &'a dyn Fn(&str) -> Result<Option<String>, AwsError>,
    asked: RefCell<BTreeSet<String>>,
}

impl Resources for ExportsOnly<'_> {
    fn reference(&self, _logical_id: &str) -> Result<Option<Value>, AwsError> {
        Ok(None)
    }

    fn attribute(&self, _logical_id: &str, _attribute: &str) -> Result<Option<Value>, AwsError> {
        Ok(None)
    }

    fn export(&self, name: &str) -> Result<Option<String>, AwsError> {
        self.asked.borrow_mut().insert(name.to_owned());
        (self.exports)(name)
    }
}

/// Evaluates a template with parameter values. `exports` gives the values of other stacks' exports.
pub(crate) fn evaluate(
    template: &Template,
    parameters: &[StackParameter],
    surroundings: Surroundings,
    exports: &dyn Fn(&str) -> Result<Option<String>, AwsError>,
) -> Result<Evaluation, AwsError> {
    let mut values = surroundings.pseudo_parameters();
    values.extend(parameters::references(parameters));
    let resources = ExportsOnly { exports, asked: RefCell::default() };
    let none = BTreeMap::new();
    let scope = Scope {
        parameters: &values,
        mappings: template.section("Mappings"),
        conditions: &none,
        resources: &resources,
        extensions: template.has_extensions(),
    };
    rules::check(template.section("Rules"), &scope, parameters)?;
    let conditions = conditions::evaluate(template.section("Conditions"), &scope)?;
    let scope = Scope { conditions: &conditions, ..scope };
    let present = |definition: &Value| {
        let condition = definition.get("Condition").and_then(Value::as_str);
        condition.is_none_or(|name| conditions.get(name).copied().unwrap_or(true))
    };
    let mut definitions = Vec::new();
    for (id, definition) in template.section("Resources").iter().filter(|(_, definition)| present(definition)) {
        definitions.push(define(id, definition, &scope)?);
    }
    arrange(&mut definitions)?;
    let mut outputs = Vec::new();
    for (key, output) in template.section("Outputs").iter().filter(|(_, output)| present(output)) {
        outputs.extend(define_output(key, output, &scope)?);
    }
    let known: BTreeSet<&str> = definitions.iter().map(|definition| definition.logical_id.as_str()).collect();
    let missing = |value: &Value| references(value).into_iter().find(|found| !known.contains(found.name()));
    if let Some(name) = outputs.iter().find_map(|output| missing(&output.value)) {
        return Err(unresolved(&name, "Outputs"));
    }
    Ok(Evaluation { resources: definitions, outputs, imports: resources.asked.into_inner() })
}

fn unresolved(reference: &Reference, block: &str) -> AwsError {
    validation(format!("Unresolved resource dependencies [{}] in the {block} block of the template", reference.name()))
}

fn define(id: &str, definition: &Value, scope: &Scope) -> Result<Definition, AwsError> {
    let evaluated = |member: &str| match definition.get(member) {
        Some(value) => scope.evaluate(value),
        None => Ok(None),
    };
    let policy =
        |member: &str| Ok::<_, AwsError>(evaluated(member)?.and_then(|value| value.as_str().map(str::to_owned)));
    let properties = evaluated("Properties")?.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let metadata = evaluated("Metadata")?;
    let referred = references(&properties).into_iter().chain(metadata.iter().flat_map(references));
    let mut dependencies: BTreeSet<String> = referred.map(|reference| reference.name().to_owned()).collect();
    dependencies.extend(depends_on(definition).map(str::to_owned));
    Ok(Definition {
        logical_id: id.to_owned(),
        type_name: definition.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned(),
        properties,
        metadata,
        deletion_policy: policy("DeletionPolicy")?,
        update_replace_policy: policy("UpdateReplacePolicy")?,
        creation_policy: evaluated("CreationPolicy")?,
        dependencies,
        level: 0,
    })
}

/// Checks that all references have their resource, and puts the resources in order.
fn arrange(definitions: &mut [Definition]) -> Result<(), AwsError> {
    let known: BTreeSet<String> = definitions.iter().map(|definition| definition.logical_id.clone()).collect();
    for definition in definitions.iter_mut() {
        let dangling = references(&definition.properties).into_iter().find(|found| !known.contains(found.name()));
        if let Some(reference) = dangling {
            return Err(unresolved(&reference, "Resources"));
        }
        // What `DependsOn` names may be left out by its condition.
        definition.dependencies.retain(|name| known.contains(name));
    }
    let graph = definitions.iter().map(|one| (one.logical_id.clone(), one.dependencies.clone())).collect();
    let levels = dependencies::levels(&graph)?;
    for definition in definitions {
        definition.level = levels.get(&definition.logical_id).copied().unwrap_or_default();
    }
    Ok(())
}

fn define_output(key: &str, output: &Value, scope: &Scope) -> Result<Option<OutputDefinition>, AwsError> {
    let Some(value) = output.get("Value").map_or(Ok(None), |value| scope.evaluate(value))? else { return Ok(None) };
    let export = match output.get("Export").and_then(|export| export.get("Name")) {
        Some(name) => scope.evaluate(name)?,
        None => None,
    };
    let description = output.get("Description").and_then(Value::as_str).map(str::to_owned);
    Ok(Some(OutputDefinition { key: key.to_owned(), value, description, export }))
}
