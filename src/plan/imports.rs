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
        kept.retain(|(resource, kept)| {
            let own = together.get(&resource.address);
            named_by_import(resource, kept).flat_map(|(_, value)| value.references()).all(|reference| match &reference
                .target
            {
                Target::Resource(to) => known.physical_id(to).is_some() || (own.is_some() && together.get(to) == own),
                Target::Instance | Target::Builtin { .. } => inventory.instance.is_some(),
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
    let is_other_name = identifier(&kept.resource_type, &kept.physical_id).any(|(name, found)| {
        let wanted = resource.properties.get(name);
        resource.named_by_default != Some(name) && matches!(wanted, Some(Value::String(wanted)) if wanted != found)
    });
    let replaces = earlier(artifacts, &resource.logical_id, kept)
        .is_some_and(|(earlier, wanted)| !schema.replacing_properties(&earlier, wanted).is_empty());
    !is_other_name && !replaces
}

/// The members of a resource's identifier, with their values. One of several members is their values, joined.
fn identifier<'a>(resource_type: &str, physical_id: &'a str) -> impl Iterator<Item = (&'static str, &'a str)> {
    let names = callform_schemas::get(resource_type).map(|schema| schema.primary_identifier.as_slice());
    let names = names.unwrap_or_default();
    let values: Vec<&str> = if names.len() > 1 { physical_id.split('|').collect() } else { vec![physical_id] };
    names.iter().map(callform_schemas::PropertyPointer::property).zip(values)
}

/// The properties a kept resource has, or was last applied with, under the name it has, and those it is to get.
fn earlier<'a>(artifacts: &'a Artifacts, logical_id: &str, kept: &KeptResource) -> Option<(Json, &'a Json)> {
    let mut stacks = artifacts.stacks.iter();
    let wanted = stacks.find_map(|stack| stack.template.get("Resources")?.get(logical_id)?.get("Properties"))?;
    if let Some(live) = &kept.live {
        // What refers to something, or cannot be read, is taken for the same.
        let found = |(name, wanted): (&String, &Json)| {
            let live = live.get(name).filter(|_| is_literal(wanted));
            (name.clone(), live.unwrap_or(wanted).clone())
        };
        return Some((wanted.as_object()?.iter().map(found).collect::<Map<_, _>>().into(), wanted));
    }
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
            ("Ref", Json::String(name)) => name.starts_with("AWS::"),
            ("Fn::Join", _) => stands_alone(member),
            (name, _) => name != "Ref" && !name.starts_with("Fn::") && stands_alone(member),
        }),
        Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => true,
    }
}

/// True for what has no reference and no function in it.
fn is_literal(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().all(is_literal),
        Json::Object(members) => {
            members.iter().all(|(name, member)| name != "Ref" && !name.starts_with("Fn::") && is_literal(member))
        }
        Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => true,
    }
}

/// The same without the places of parameters' lists, which are others in every template.
fn without_places(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(without_places).collect(),
        Json::Object(members) => match members.get("Fn::Select").and_then(Json::as_array).map(Vec::as_slice) {
            Some([_, list]) => json!({ "Fn::Select": without_places(list) }),
            _ => members
                .iter()
                .map(|(name, member)| (name.clone(), without_places(member)))
                .collect::<Map<_, _>>()
                .into(),
        },
        other => other.clone(),
    }
}

/// The properties of which an import names the wanted value. What was looked at is imported as it was found.
fn named_by_import<'a>(
    resource: &'a Resource,
    kept: &'a KeptResource,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let schema = callform_schemas::get(&resource.resource_type);
    imported_properties(resource).filter(move |(name, _)| {
        let Some(live) = &kept.live else { return true };
        !live.contains_key(*name) && schema.is_some_and(|schema| schema.required.contains(name))
    })
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
        if let Some(live) = self.inventory.kept.get(&resource.logical_id).and_then(|kept| kept.live.as_ref()) {
            let wanted = live.iter().filter(|(name, _)| resource.properties.contains_key(name.as_str()));
            return Form::Found(wanted.map(|(name, value)| (name.clone(), value.clone())).collect());
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
            let (properties, later) = mixed(&kept.resource_type, &earlier, wanted);
            if !later.is_empty() {
                *form = Form::Without(later);
                found.push((logical_id.clone(), properties.into()));
            }
        }
        found
    }

    fn resource_import(&self, address: &Address, physical_id: &str) -> ResourceImport {
        let resource_type = self.model.resources.get(address).map(|resource| resource.resource_type.clone());
        let resource_type = resource_type.unwrap_or_default();
        let members = identifier(&resource_type, physical_id);
        let members = members.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        ResourceImport { identifier: members, resource_type }
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

/// Properties for an import: as they were, where that is known without the rest of the template they stood in; and the
/// names of those that an update has to set afterwards. What has to be there and is not known is as wanted.
fn mixed(resource_type: &str, earlier: &Json, wanted: &Json) -> (Map<String, Json>, BTreeSet<String>) {
    let schema = callform_schemas::get(resource_type);
    let has_to_be = |name: &str| {
        schema.is_some_and(|schema| {
            schema.required.iter().any(|required| required == name) || schema.is_create_only(&format!("/{name}"))
        })
    };
    let mut properties = wanted.as_object().cloned().unwrap_or_default();
    let mut later = BTreeSet::new();
    for name in wanted.as_object().into_iter().chain(earlier.as_object()).flat_map(Map::keys) {
        let (before, after) = (earlier.get(name), wanted.get(name));
        if before.map(without_places) == after.map(without_places) {
            continue;
        }
        match before {
            Some(before) if stands_alone(before) => {
                properties.insert(name.clone(), before.clone());
            }
            Some(_) if has_to_be(name) => continue,
            Some(_) | None => {
                properties.shift_remove(name);
            }
        }
        later.insert(name.clone());
    }
    (properties, later)
}

/// The values a stack's parameters have.
fn as_deployed(stack: &DeployedStack) -> impl Iterator<Item = (String, ParameterValue)> {
    let parameters = stack.parameters.iter();
    parameters.map(|(name, value)| (name.clone(), ParameterValue::Join(vec![Identifier::Known(value.clone())])))
}
