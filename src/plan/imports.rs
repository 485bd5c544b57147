//! Phone numbers that exist and come under management.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::known::Known;
use super::waves::{Standing, Waves};
use super::{Identifier, OperationKind, ParameterValue, PlanError, ResourceImport, StackOperation, Step};
use crate::inventory::{DeployedStack, Inventory};
use crate::model::{Address, EXISTING_PHONE_NUMBER, Model, Resource, Value};
use crate::render::{Form, StackArtifact, importing};

/// The member of the identifier CloudFormation imports a phone number by.
const PHONE_NUMBER_ARN: &str = "PhoneNumberArn";

/// Resources to be taken over, and their physical ids.
pub(super) type Imports = BTreeMap<Address, String>;

/// The existing phone numbers of the model that no stack has yet.
pub(super) fn find(model: &Model, inventory: &Inventory, known: &Known) -> Result<Imports, PlanError> {
    let mut imports = Imports::new();
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
    Ok(imports)
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
            let forms: BTreeMap<String, Form> = taken
                .iter()
                .map(|(logical_id, (address, _))| ((*logical_id).to_owned(), self.imported_form(address)))
                .collect();
            let standing = self.standing.entry(stack).or_default();
            for (logical_id, form) in &forms {
                standing.insert(logical_id.clone(), Standing { form: form.clone(), settled: true });
            }
            let resources = taken
                .into_iter()
                .map(|(logical_id, (address, arn))| (logical_id.to_owned(), self.resource_import(address, arn)))
                .collect();
            operations.push(self.import_operation(artifact, &forms, resources));
        }
        if !operations.is_empty() {
            steps.push(Step::Stacks(operations));
        }
    }

    /// Without the properties that can change: importing changes nothing, so a later operation has to set them.
    fn imported_form(&self, address: &Address) -> Form {
        let Some(resource) = self.model.resources.get(address) else { return Form::Final };
        let schema = callform_schemas::get(&resource.resource_type);
        let can_change = |name: &&String| {
            // The number is claimed for this instance, which the property says.
            *name != "TargetArn" && !schema.is_some_and(|schema| schema.is_create_only(&format!("/{name}")))
        };
        let later: BTreeSet<String> = resource.properties.keys().filter(can_change).cloned().collect();
        if later.is_empty() { Form::Final } else { Form::Without(later) }
    }

    fn resource_import(&self, address: &Address, arn: &str) -> ResourceImport {
        let resource_type = self.model.resources.get(address).map(|resource| resource.resource_type.clone());
        ResourceImport {
            resource_type: resource_type.unwrap_or_default(),
            identifier: BTreeMap::from([(PHONE_NUMBER_ARN.to_owned(), arn.to_owned())]),
        }
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
