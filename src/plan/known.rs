//! What identifiers and logical IDs stand for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::evaluate::Evaluator;
use super::symbol;
use crate::inventory::{DeployedStack, Inventory, REVERT_NOTE, settings_in};
use crate::model::{Address, Attribute, Kind, Reference, Target};
use crate::render::{
    ARTIFACT_BUCKET, Artifacts, INSTANCE_ARN, ParameterSource, StackArtifact, kind_of_parameter, parameter_values,
    traveling,
};

/// A resource as a template has it, with names for identifiers.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    /// The stack it is in.
    pub(crate) stack: String,
    /// Its name in the blueprint; for what the blueprint has no longer, the one it was deployed under.
    pub(crate) address: Address,
    /// Its name in the blueprint the template was rendered from.
    pub(super) rendered_as: Address,
    pub(crate) resource_type: String,
    pub(crate) properties: Json,
    /// `DeletionPolicy` and `UpdateReplacePolicy`.
    pub(super) policies: [Option<String>; 2],
    pub(super) prevent_destroy: bool,
    /// True where a revert was interrupted: the template is not what was meant.
    pub(super) reverting: bool,
    /// For a phone number: the flow that answers it, under the name of the blueprint the template was rendered from.
    pub(crate) answered_by: Option<Target>,
    /// Settings of the instance that are noted beside it.
    pub(crate) settings: BTreeMap<String, bool>,
    /// Resources its properties refer to.
    pub(crate) mentions: BTreeSet<Address>,
    /// True where its properties refer to the instance, or to what is built into it.
    pub(super) is_of_instance: bool,
}

impl Definition {
    /// True where another identifier of a resource changes this one's properties.
    pub(super) fn depends_on(&self, target: &Address) -> bool {
        self.mentions.contains(target) || (target.kind == Kind::Instance && self.is_of_instance)
    }

    /// True where CloudFormation keeps the resource when it leaves the template.
    pub(super) fn is_retained(&self) -> bool {
        self.policies[0].as_deref().is_some_and(|policy| policy.starts_with("Retain"))
    }

    /// True where CloudFormation keeps the old resource when it is replaced.
    pub(super) fn is_retained_when_replaced(&self) -> bool {
        self.policies[1].as_deref() == Some("Retain")
    }
}

/// The deployed center with names for identifiers.
pub(crate) struct Known<'a> {
    inventory: &'a Inventory,
    /// Logical ID -> the name the blueprint has for it now; where it has none, the name it was deployed under.
    addresses: BTreeMap<String, Address>,
    /// Kind and traveling identifier -> what it is.
    identifiers: BTreeMap<(Kind, String), Target>,
    /// Physical ids of what exists.
    physical: BTreeMap<Address, String>,
}

impl<'a> Known<'a> {
    /// Reads the deployed stacks; the names of `artifacts` hold where a logical ID got a new name.
    pub(crate) fn new(inventory: &'a Inventory, artifacts: Option<&Artifacts>) -> Self {
        let wanted = artifacts.into_iter().flat_map(|artifacts| &artifacts.stacks).flat_map(|stack| &stack.resources);
        Self::with_new_names(inventory, wanted.map(|(id, address)| (id.clone(), address.clone())).collect())
    }

    /// Reads the deployed stacks; these names hold in place of those that logical IDs were deployed under.
    pub(super) fn with_new_names(inventory: &'a Inventory, mut addresses: BTreeMap<String, Address>) -> Self {
        let mut identifiers = BTreeMap::new();
        let mut physical = BTreeMap::new();
        for ((kind, name), id) in &inventory.builtins {
            identifiers.insert((*kind, id.clone()), Target::Builtin { kind: *kind, name: name.clone() });
        }
        let in_use: BTreeSet<Address> = addresses.values().cloned().collect();
        for (stack, logical_id) in deployed_ids(inventory) {
            let Some(mut deployed) = stack.address_of(logical_id) else { continue };
            if in_use.contains(&deployed) {
                // Where another resource has the name now, the old one needs a name of its own.
                deployed.name = format!("{} ({logical_id})", deployed.name);
            }
            let address = addresses.entry(logical_id.to_owned()).or_insert(deployed).clone();
            if let Some(id) = stack.physical_ids.get(logical_id) {
                let (identifier, target) = traveling_target(&address, id);
                identifiers.insert(identifier, target);
                physical.insert(address, id.clone());
            }
        }
        Self { inventory, addresses, identifiers, physical }
    }

    /// Logical IDs with these names, and nothing deployed.
    pub(super) fn with_names(inventory: &'a Inventory, addresses: BTreeMap<String, Address>) -> Self {
        Self { inventory, addresses, identifiers: BTreeMap::new(), physical: BTreeMap::new() }
    }

    /// Takes resources that no stack has yet for what the blueprint calls them.
    pub(super) fn take_over(&mut self, imports: &BTreeMap<Address, String>) {
        self.identifiers.extend(imports.iter().map(|(address, id)| traveling_target(address, id)));
        self.physical.extend(imports.iter().map(|(address, id)| (address.clone(), id.clone())));
    }

    /// The name of the managed resource with a physical id.
    pub(super) fn address_with(&self, physical_id: &str) -> Option<&Address> {
        self.physical.iter().find(|(_, id)| *id == physical_id).map(|(address, _)| address)
    }

    /// The name of a logical ID.
    pub(super) fn address_of(&self, logical_id: &str) -> Option<&Address> {
        self.addresses.get(logical_id)
    }

    /// The physical id of what exists.
    pub(crate) fn physical_id(&self, address: &Address) -> Option<&str> {
        self.physical.get(address).map(String::as_str)
    }

    /// What a traveling identifier belongs to.
    pub(crate) fn target_of(&self, kind: Kind, identifier: &str) -> Option<&Target> {
        self.identifiers.get(&(kind, identifier.to_owned()))
    }

    /// The bare id or name of a target that exists now.
    pub(crate) fn identifier(&self, reference: &Reference) -> Option<String> {
        match &reference.target {
            Target::Resource(address) => self.physical_id(address).map(|id| reference.identifier(id).into_owned()),
            Target::Builtin { kind, name } => self.inventory.builtins.get(&(*kind, name.clone())).cloned(),
            Target::Instance => self.inventory.instance.as_ref().map(|instance| match reference.attribute {
                Attribute::Id => instance.id.clone(),
                Attribute::Arn | Attribute::Ref | Attribute::Named(_) => instance.arn.clone(),
            }),
        }
    }

    /// All resources of the deployed stacks, by logical ID.
    pub(crate) fn deployed(&self) -> BTreeMap<String, Definition> {
        let mut definitions = BTreeMap::new();
        for stack in self.inventory.stacks.values().filter(|stack| stack.exists()) {
            let parameters = parameter_values(stack)
                .into_iter()
                .map(|(name, value)| {
                    let value = self.named(&name, value);
                    (name, value)
                })
                .collect();
            self.read(&stack.name, &stack.template, parameters, &mut definitions, |logical_id| {
                stack.address_of(logical_id)
            });
        }
        definitions
    }

    /// All resources of the artifacts, by logical ID.
    pub(super) fn desired(&self, artifacts: &Artifacts) -> BTreeMap<String, Definition> {
        let mut definitions = BTreeMap::new();
        for stack in &artifacts.stacks {
            self.read(&stack.name, &stack.template, desired_parameters(stack), &mut definitions, |logical_id| {
                stack.resources.get(logical_id).cloned()
            });
        }
        definitions
    }

    /// The resources of a template, by logical ID, where parameters have these values.
    pub(super) fn of_template(
        &self,
        stack: &str,
        template: &Json,
        parameters: BTreeMap<String, Json>,
    ) -> BTreeMap<String, Definition> {
        let mut definitions = BTreeMap::new();
        self.read(stack, template, parameters, &mut definitions, |logical_id| address_in(template, logical_id));
        definitions
    }

    fn read(
        &self,
        stack: &str,
        template: &Json,
        parameters: BTreeMap<String, Json>,
        into: &mut BTreeMap<String, Definition>,
        address_of: impl Fn(&str) -> Option<Address>,
    ) {
        let evaluator = Evaluator { parameters, address_of: &|logical_id| self.address_of(logical_id).cloned() };
        let resources = template.get("Resources").and_then(Json::as_object);
        for (logical_id, resource) in resources.into_iter().flatten() {
            let (Some(rendered_as), Some(address)) = (address_of(logical_id), self.address_of(logical_id)) else {
                continue;
            };
            let text = |name: &str| resource.get(name).and_then(Json::as_str).map(str::to_owned);
            let properties = resource
                .get("Properties")
                .map_or_else(|| Map::new().into(), |properties| evaluator.evaluate(properties));
            let definition = Definition {
                stack: stack.to_owned(),
                address: address.clone(),
                rendered_as,
                resource_type: text("Type").unwrap_or_default(),
                mentions: symbol::mentioned(&properties).into_iter().collect(),
                is_of_instance: symbol::is_of_instance(&properties),
                properties,
                policies: [text("DeletionPolicy"), text("UpdateReplacePolicy")],
                prevent_destroy: resource.pointer("/Metadata/Callform/PreventDestroy") == Some(&json!(true)),
                reverting: resource.pointer(&format!("/Metadata/Callform/{REVERT_NOTE}")).is_some(),
                settings: settings_in(resource),
                answered_by: resource
                    .pointer("/Metadata/Callform/Flow")
                    .and_then(Json::as_str)
                    .and_then(|flow| flow.parse().ok()),
            };
            into.insert(logical_id.clone(), definition);
        }
    }

    /// A deployed parameter with symbols in place of what is known.
    pub(super) fn named(&self, parameter: &str, value: Json) -> Json {
        match (parameter, &value) {
            (INSTANCE_ARN, Json::String(arn)) if self.inventory.instance.as_ref().is_some_and(|i| i.arn == *arn) => {
                json!(symbol::of(&Target::Instance, Attribute::Arn))
            }
            (ARTIFACT_BUCKET, Json::String(bucket)) if self.inventory.artifact_bucket.as_ref() == Some(bucket) => {
                json!(symbol::symbol(symbol::ARTIFACT_BUCKET))
            }
            (_, Json::Array(items)) => match kind_of_parameter(parameter) {
                Some(kind) => items.iter().map(|item| self.named_identifier(kind, item)).collect(),
                None => value,
            },
            _ => value,
        }
    }

    fn named_identifier(&self, kind: Kind, item: &Json) -> Json {
        let target = item.as_str().and_then(|id| self.identifiers.get(&(kind, id.to_owned())));
        target.map_or_else(|| item.clone(), |target| json!(symbol::of(target, traveling(kind))))
    }
}

/// The kind and identifier under which parameters have a resource with a physical id, and what it is.
fn traveling_target(address: &Address, physical_id: &str) -> ((Kind, String), Target) {
    let target = Target::Resource(address.clone());
    let reference = Reference { target: target.clone(), attribute: traveling(address.kind) };
    ((address.kind, reference.identifier(physical_id).into_owned()), target)
}

/// What a template says that a resource is called in the blueprint.
pub(super) fn address_in(template: &Json, logical_id: &str) -> Option<Address> {
    let address = template.get("Resources")?.get(logical_id)?.pointer("/Metadata/Callform/Address")?;
    address.as_str()?.parse().ok()
}

/// Stack and logical ID of everything in the deployed templates.
fn deployed_ids(inventory: &Inventory) -> impl Iterator<Item = (&DeployedStack, &str)> {
    inventory.stacks.values().filter(|stack| stack.exists()).flat_map(|stack| {
        let resources = stack.template.get("Resources").and_then(Json::as_object);
        resources.into_iter().flat_map(move |resources| resources.keys().map(move |id| (stack, id.as_str())))
    })
}

fn desired_parameters(stack: &StackArtifact) -> BTreeMap<String, Json> {
    stack
        .parameters
        .iter()
        .map(|(name, source)| {
            let value = match source {
                ParameterSource::ArtifactBucket => json!(symbol::symbol(symbol::ARTIFACT_BUCKET)),
                ParameterSource::References(references) if name == INSTANCE_ARN => references
                    .first()
                    .map_or(Json::Null, |each| json!(symbol::of(&each.target, each.attribute.clone()))),
                ParameterSource::References(references) => references
                    .iter()
                    .map(|reference| json!(symbol::of(&reference.target, reference.attribute.clone())))
                    .collect(),
            };
            (name.clone(), value)
        })
        .collect()
}
