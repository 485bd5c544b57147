//! What exists and comes under management: phone numbers that were claimed by hand, and what an earlier deployment of
//! the center kept; and agent statuses, which are never deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::known::Known;
use super::waves::{ResourceState, Waves};
use super::{Identifier, OperationKind, ParameterValue, PlanError, ResourceImport, StackOperation, Step};
use crate::inventory::{DeployedStack, Inventory, KeptResource};
use crate::model::{Address, EXISTING_PHONE_NUMBER, Kind, Model, Resource, Target, Value};
use crate::render::{Artifacts, Form, StackArtifact, importing};

/// Resources to be taken over, and their physical ids.
pub(super) type Imports = BTreeMap<Address, String>;

/// What of the model exists and no stack has yet: numbers that the blueprint says so of, what was kept, and agent
/// statuses of the same name. A status is never deleted, so that one may be of an earlier apply; or it is of somebody
/// else.
pub(super) fn find(
    artifacts: &Artifacts,
    model: &Model,
    inventory: &Inventory,
    known: &Known,
) -> Result<Imports, PlanError> {
    let mut imports = statuses(model, inventory, known);
    let mut taken: BTreeMap<&str, &Address> = BTreeMap::new();
    for resource in model.resources.values() {
        let Some(number) = resource.metadata.get(EXISTING_PHONE_NUMBER) else { continue };
        let address = &resource.address;
        if let Some(by) = taken.insert(number, address) {
            return Err(PlanError::TakenOverTwice { address: address.clone(), number: number.clone(), by: by.clone() });
        }
        if let Some(id) = known.physical_id(address) {
            still_the_same(address, number, id, inventory)?;
            continue;
        }
        let Some(live) = inventory.phone_numbers.get(number) else {
            return Err(PlanError::NoPhoneNumber { address: address.clone(), number: number.clone() });
        };
        if let Some(by) = known.address_with(&live.arn) {
            return Err(PlanError::TakenOverTwice { address: address.clone(), number: number.clone(), by: by.clone() });
        }
        same_kind(resource, number, "country", "CountryCode", &live.country)?;
        same_kind(resource, number, "type", "Type", &live.kind)?;
        imports.insert(address.clone(), live.arn.clone());
    }
    let candidates = model.resources.values().filter_map(|resource| {
        let kept = inventory.kept.get(&resource.logical_id)?;
        let is_free = known.physical_id(&resource.address).is_none() && known.address_with(&kept.physical_id).is_none();
        (is_free && is_the_same(resource, kept, artifacts)).then_some((resource, kept))
    });
    let mut kept: Vec<(&Resource, &KeptResource)> = candidates.collect();
    // What an import refers to has to be there, or in the same import.
    loop {
        let together: BTreeMap<&Address, &str> = kept
            .iter()
            .filter_map(|(resource, _)| Some((&resource.address, stack_of(artifacts, &resource.logical_id)?)))
            .collect();
        let before = kept.len();
        kept.retain(|(resource, _)| {
            let own = together.get(&resource.address);
            imported_properties(resource).flat_map(|(_, value)| value.references()).all(|reference| {
                match &reference.target {
                    Target::Resource(to) => {
                        known.physical_id(to).is_some() || (own.is_some() && together.get(to) == own)
                    }
                    Target::Instance | Target::Builtin { .. } => inventory.instance.is_some(),
                }
            })
        });
        if kept.len() == before {
            break;
        }
    }
    imports.extend(kept.into_iter().map(|(resource, kept)| (resource.address.clone(), kept.physical_id.clone())));
    Ok(imports)
}

fn stack_of<'a>(artifacts: &'a Artifacts, logical_id: &str) -> Option<&'a str> {
    let mut stacks = artifacts.stacks.iter();
    stacks.find(|stack| stack.resources.contains_key(logical_id)).map(|stack| stack.name.as_str())
}

/// False where the blueprint wants something that the kept resource can never become: another name, or another value of
/// a property that cannot change.
fn is_the_same(resource: &Resource, kept: &KeptResource, artifacts: &Artifacts) -> bool {
    let Some(schema) = callform_schemas::get(&resource.resource_type) else { return false };
    if resource.resource_type != kept.resource_type {
        return false;
    }
    let is_other_name = schema.primary_identifier.iter().any(|pointer| {
        let name = pointer.property();
        let wanted = resource.properties.get(name);
        resource.named_by_default != Some(name)
            && matches!(wanted, Some(Value::String(wanted)) if *wanted != kept.physical_id)
    });
    let replaces = earlier(artifacts, &resource.logical_id, kept)
        .is_some_and(|(earlier, wanted)| !schema.replacing_properties(&earlier, wanted).is_empty());
    !is_other_name && !replaces
}

/// The properties a kept resource was last applied with, under the name it has, and those it is to get.
fn earlier<'a>(artifacts: &'a Artifacts, logical_id: &str, kept: &KeptResource) -> Option<(Json, &'a Json)> {
    let mut stacks = artifacts.stacks.iter();
    let wanted = stacks.find_map(|stack| stack.template.get("Resources")?.get(logical_id)?.get("Properties"))?;
    let mut earlier = kept.definition.clone()?;
    let properties = earlier.as_object_mut()?;
    for pointer in &callform_schemas::get(&kept.resource_type)?.primary_identifier {
        if let Some(name) = wanted.get(pointer.property()) {
            properties.insert(pointer.property().to_owned(), name.clone());
        }
    }
    Some((earlier, wanted))
}

/// True where nothing but account and region is needed to know what a definition means.
fn stands_alone(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().all(stands_alone),
        Json::Object(members) => members.iter().all(|(name, member)| match (name.as_str(), member) {
            ("Fn::Sub", Json::String(text)) => text.split("${").skip(1).all(|rest| rest.starts_with("AWS::")),
            (name, _) => name != "Ref" && !name.starts_with("Fn::") && stands_alone(member),
        }),
        Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => true,
    }
}

/// The properties that an import names. What is in Connect is imported with what cannot change and what cannot be left
/// out, and set right by the update that follows: its handlers set whatever a template says. Handlers of other services
/// make a change of what is there already (a second time the same index, or stream), and what those import was last
/// applied by the same blueprint, so it is imported as a whole.
fn imported_properties(resource: &Resource) -> impl Iterator<Item = (&String, &Value)> {
    let schema = callform_schemas::get(&resource.resource_type);
    let in_connect = resource.resource_type.starts_with("AWS::Connect::");
    resource.properties.iter().filter(move |(name, _)| {
        let Some(schema) = schema.filter(|_| in_connect) else { return true };
        schema.is_create_only(&format!("/{name}")) || schema.required.contains(name)
    })
}

/// The agent statuses that the instance has under the names of the model's.
fn statuses(model: &Model, inventory: &Inventory, known: &Known) -> Imports {
    let mut imports = Imports::new();
    for resource in model.resources.values().filter(|resource| resource.address.kind == Kind::AgentStatus) {
        let Some(Value::String(name)) = resource.properties.get("Name") else { continue };
        let there = inventory.agent_statuses.get(name).filter(|there| known.address_with(&there.arn).is_none());
        if let (Some(there), None) = (there, known.physical_id(&resource.address)) {
            imports.insert(resource.address.clone(), there.arn.clone());
        }
    }
    imports
}

/// A number that is managed cannot become another one.
fn still_the_same(address: &Address, number: &str, id: &str, inventory: &Inventory) -> Result<(), PlanError> {
    match inventory.phone_numbers.iter().find(|(_, observed)| observed.arn == id) {
        Some((managed, _)) if managed != number => Err(PlanError::OtherPhoneNumber {
            address: address.clone(),
            number: number.to_owned(),
            managed: managed.clone(),
        }),
        _ => Ok(()),
    }
}

/// CloudFormation cannot change these properties, so they have to be the live ones from the beginning.
fn same_kind(
    resource: &Resource,
    number: &str,
    member: &'static str,
    property: &str,
    live: &str,
) -> Result<(), PlanError> {
    match resource.properties.get(property) {
        Some(Value::String(wanted)) if wanted != live => Err(PlanError::PhoneNumberDiffers {
            address: resource.address.clone(),
            number: number.to_owned(),
            member,
            wanted: wanted.clone(),
            live: live.to_owned(),
        }),
        _ => Ok(()),
    }
}

impl Waves<'_> {
    /// Takes resources over before anything else happens: an import operation must not change anything.
    pub(super) fn import(&mut self, imports: &Imports, steps: &mut Vec<Step>) {
        let mut operations = Vec::new();
        for artifact in &self.artifacts.stacks {
            let stack = artifact.name.as_str();
            let taken: BTreeMap<&str, (&Address, &String)> = artifact
                .resources
                .iter()
                .filter_map(|(logical_id, address)| Some((logical_id.as_str(), imports.get_key_value(address)?)))
                .collect();
            if taken.is_empty() {
                continue;
            }
            let mut forms: BTreeMap<String, Form> = taken
                .iter()
                .map(|(logical_id, (address, _))| ((*logical_id).to_owned(), self.imported_form(address)))
                .collect();
            let earlier = self.as_it_was(&mut forms);
            let states = self.states.entry(stack).or_default();
            for (logical_id, form) in &forms {
                states.insert(logical_id.clone(), ResourceState { form: form.clone(), settled: true });
            }
            let resources = taken
                .into_iter()
                .map(|(logical_id, (address, arn))| (logical_id.to_owned(), self.resource_import(address, arn)))
                .collect();
            let mut operation = self.import_operation(artifact, &forms, resources);
            for (logical_id, properties) in earlier {
                if let Some(definition) = operation.template["Resources"].get_mut(&logical_id) {
                    definition["Properties"] = properties;
                }
            }
            operations.push(operation);
        }
        if !operations.is_empty() {
            steps.push(Step::Stacks(operations));
        }
    }

    /// Without the properties that can change: importing changes nothing, so a later operation has to set them.
    fn imported_form(&self, address: &Address) -> Form {
        let Some(resource) = self.model.resources.get(address) else { return Form::Final };
        if address.kind == Kind::AgentStatus {
            let Some(Value::String(name)) = resource.properties.get("Name") else { return Form::Final };
            let state = self.inventory.agent_statuses.get(name).map(|there| json!(there.state));
            return Form::Found(state.map(|state| ("State".to_owned(), state)).into_iter().collect());
        }
        let imported: BTreeSet<&String> = imported_properties(resource).map(|(name, _)| name).collect();
        let later: BTreeSet<String> =
            resource.properties.keys().filter(|name| !imported.contains(name)).cloned().collect();
        if later.is_empty() { Form::Final } else { Form::Without(later) }
    }

    /// What is imported as a whole, and differs from what was last applied: it is imported as it was, and the update
    /// that follows changes it.
    fn as_it_was(&self, forms: &mut BTreeMap<String, Form>) -> Vec<(String, Json)> {
        let mut found = Vec::new();
        for (logical_id, form) in forms.iter_mut().filter(|(_, form)| **form == Form::Final) {
            let Some(kept) = self.inventory.kept.get(logical_id) else { continue };
            let Some((earlier, wanted)) = earlier(self.artifacts, logical_id, kept) else { continue };
            if earlier != *wanted && stands_alone(&earlier) {
                let differing = |name: &&String| earlier.get(*name) != wanted.get(*name);
                let names = wanted.as_object().into_iter().chain(earlier.as_object()).flat_map(Map::keys);
                *form = Form::Without(names.filter(differing).cloned().collect());
                found.push((logical_id.clone(), earlier));
            }
        }
        found
    }

    fn resource_import(&self, address: &Address, physical_id: &str) -> ResourceImport {
        let resource_type = self.model.resources.get(address).map(|resource| resource.resource_type.clone());
        let resource_type = resource_type.unwrap_or_default();
        let names = callform_schemas::get(&resource_type).into_iter().flat_map(|schema| &schema.primary_identifier);
        // An identifier of several members is their values, joined.
        let members =
            names.zip(physical_id.split('|')).map(|(name, value)| (name.property().to_owned(), value.to_owned()));
        ResourceImport { identifier: members.collect(), resource_type }
    }

    fn import_operation(
        &self,
        artifact: &StackArtifact,
        forms: &BTreeMap<String, Form>,
        imports: BTreeMap<String, ResourceImport>,
    ) -> StackOperation {
        let deployed = self.inventory.stacks.get(&artifact.name).filter(|stack| stack.exists());
        let mut parameters = self.parameters(artifact);
        if let Some(deployed) = deployed {
            let template = importing(artifact, self.model, Some(deployed), forms);
            parameters.retain(|name, _| template["Parameters"].get(name).is_some());
            parameters.extend(as_deployed(deployed));
            return StackOperation {
                stack: artifact.name.clone(),
                kind: OperationKind::Import,
                template,
                parameters,
                transitional: !self.is_done(&artifact.name),
                termination_protection: deployed.termination_protection,
                tags: deployed.tags.clone(),
                imports,
            };
        }
        let complete = self.is_done(&artifact.name);
        let template: Json =
            if complete { artifact.template.clone() } else { importing(artifact, self.model, None, forms) };
        StackOperation {
            stack: artifact.name.clone(),
            kind: OperationKind::Import,
            template,
            parameters,
            transitional: !complete,
            termination_protection: artifact.termination_protection,
            tags: artifact.tags.clone(),
            imports,
        }
    }
}

/// The values a stack's parameters have.
fn as_deployed(stack: &DeployedStack) -> impl Iterator<Item = (String, ParameterValue)> {
    let parameters = stack.parameters.iter();
    parameters.map(|(name, value)| (name.clone(), ParameterValue::Join(vec![Identifier::Known(value.clone())])))
}
