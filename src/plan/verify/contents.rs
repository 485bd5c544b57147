//! What a plan makes, in full: of what is new there is no difference to show.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::inventory::Inventory;
use crate::model::Address;
use crate::plan::known::{Definition, Known, address_in};
use crate::plan::secret::without_secrets;
use crate::plan::symbol::{self, readable};
use crate::plan::{Action, Change, Identifier, OperationKind, ParameterValue, Plan, StackOperation, Step};

/// Something that a plan makes or imports.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What it is: a resource of the blueprint, or a stack.
    pub what: What,
    /// Names and values, references as names of the blueprint.
    pub properties: Vec<(String, Json)>,
}

/// What is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A resource, with its CloudFormation type.
    Resource(Address, String),
    /// A stack: its tags and protection, and what its parameters are where that is known.
    Stack(String),
}

/// All that a plan makes and imports, in the order of its changes, then the stacks.
pub fn contents(plan: &Plan) -> Vec<Made> {
    let mut last: BTreeMap<&str, &StackOperation> = BTreeMap::new();
    let mut all = Vec::new();
    for step in &plan.steps {
        let Step::Stacks(operations) = step else { continue };
        all.extend(operations);
        last.extend(operations.iter().map(|operation| (operation.stack.as_str(), operation)));
    }
    let definitions = definitions(&last);
    let new = plan.changes.iter().filter(|change| matches!(change.action, Action::Create | Action::Import));
    let resources = new.filter_map(|change| {
        let operation = last.get(change.stack.as_str())?;
        Some(resource(change, definitions.get(&change.logical_id)?, operation, &all))
    });
    let stacks = last.values().filter(|operation| is_new(plan, &operation.stack)).map(|operation| {
        let tags = operation.tags.iter().map(|(name, value)| (format!("tag {name}"), json!(value)));
        let protection = ("protected from deletion".to_owned(), json!(operation.termination_protection));
        let properties = tags.chain([protection]).collect();
        Made { what: What::Stack(operation.stack.clone()), properties }
    });
    resources.chain(stacks).collect()
}

/// What is in the last template of each stack, by logical ID.
fn definitions(last: &BTreeMap<&str, &StackOperation>) -> BTreeMap<String, Definition> {
    let mut names = BTreeMap::new();
    for operation in last.values() {
        let resources = operation.template.get("Resources").and_then(Json::as_object);
        for logical_id in resources.into_iter().flat_map(Map::keys) {
            names.extend(address_in(&operation.template, logical_id).map(|address| (logical_id.clone(), address)));
        }
    }
    let inventory = Inventory::default();
    let known = Known::with_names(&inventory, names);
    let mut definitions = BTreeMap::new();
    for operation in last.values() {
        let values = operation.parameters.iter().map(|(name, value)| (name.clone(), shown(value, name, operation)));
        definitions.extend(known.of_template(&operation.stack, &operation.template, values.collect()));
    }
    definitions
}

fn resource(
    change: &Change,
    definition: &Definition,
    operation: &StackOperation,
    operations: &[&StackOperation],
) -> Made {
    let noted = format!("/Resources/{}/Metadata/Callform/Digests", change.logical_id);
    let members = [Some(&definition.properties), operation.template.pointer(&noted)];
    let members = members.into_iter().flatten().filter_map(Json::as_object).flatten();
    let mut properties: Vec<(String, Json)> =
        members.map(|(name, value)| (name.clone(), readable(&without_secrets(name, value)))).collect();
    for (name, policy) in ["DeletionPolicy", "UpdateReplacePolicy"].into_iter().zip(&definition.policies) {
        properties.extend(policy.as_ref().map(|policy| (name.to_owned(), json!(policy))));
    }
    let imported = operations.iter().find_map(|operation| operation.imports.get(&change.logical_id));
    properties.extend(imported.map(|import| ("imported by".to_owned(), json!(import.identifier))));
    if definition.prevent_destroy {
        properties.push(("prevent_destroy".to_owned(), json!(true)));
    }
    Made { what: What::Resource(change.address.clone(), definition.resource_type.clone()), properties }
}

fn is_new(plan: &Plan, stack: &str) -> bool {
    plan.steps.iter().any(|step| match step {
        Step::Stacks(operations) => operations.iter().any(|one| {
            one.stack == stack
                && (one.kind == OperationKind::Create
                    || (one.kind == OperationKind::Import && !plan.base.stacks.contains_key(stack)))
        }),
        _ => false,
    })
}

/// The value of a parameter: names for what will be made, identifiers for what is there.
fn shown(value: &ParameterValue, name: &str, operation: &StackOperation) -> Json {
    let identifiers = match value {
        ParameterValue::ArtifactBucket => return json!(symbol::symbol(symbol::ARTIFACT_BUCKET)),
        ParameterValue::Join(identifiers) => identifiers,
    };
    let items: Vec<Json> = identifiers
        .iter()
        .flat_map(|identifier| match identifier {
            Identifier::Known(text) => text.split(',').map(|item| json!(item.trim())).collect(),
            Identifier::AfterApply { reference, .. } => {
                vec![json!(symbol::of(&reference.target, reference.attribute.clone()))]
            }
            Identifier::Lookup(target) => {
                let kind = crate::render::kind_of_parameter(name);
                let attribute = kind.map_or(crate::model::Attribute::Ref, crate::render::traveling);
                vec![json!(symbol::of(target, attribute))]
            }
        })
        .collect();
    let kind = operation.template.pointer(&format!("/Parameters/{name}/Type")).and_then(Json::as_str);
    match <[Json; 1]>::try_from(items) {
        Ok([only]) if kind != Some("CommaDelimitedList") => only,
        Ok([only]) => json!([only]),
        Err(items) => items.into(),
    }
}
