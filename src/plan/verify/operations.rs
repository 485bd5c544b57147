//! The stack operations of a plan, and where they lead.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::FlowType;
use serde_json::{Map, Value as Json, json};

use super::parameters;
use crate::inventory::{DeployedStack, Inventory};
use crate::model::{Address, EXISTING_PHONE_NUMBER, Kind};
use crate::plan::known::{Definition, Known, address_in};
use crate::plan::waves::NOT_THERE_YET;
use crate::plan::{OperationKind, ParameterValue, Plan, StackOperation, Step};
use crate::render::{disabled, kept, without_note, words};

/// The operations of a plan for an inventory.
pub(super) struct Operations<'a> {
    pub(super) plan: &'a Plan,
    pub(super) inventory: &'a Inventory,
    /// Each with the number of its step, in order.
    pub(super) all: Vec<(usize, &'a StackOperation)>,
}

impl<'a> Operations<'a> {
    pub(super) fn of(plan: &'a Plan, inventory: &'a Inventory) -> Self {
        let mut all = Vec::new();
        for (number, step) in plan.steps.iter().enumerate() {
            if let Step::Stacks(operations) = step {
                all.extend(operations.iter().map(|operation| (number, operation)));
            }
        }
        Self { plan, inventory, all }
    }

    pub(super) fn deployed(&self, stack: &str) -> Option<&'a DeployedStack> {
        self.inventory.stacks.get(stack).filter(|stack| stack.exists())
    }

    /// The last operation on each stack, with the number of its step.
    pub(super) fn last_numbered(&self) -> BTreeMap<&'a str, (usize, &'a StackOperation)> {
        self.all.iter().map(|(number, operation)| (operation.stack.as_str(), (*number, *operation))).collect()
    }

    /// The last operation on each stack.
    pub(super) fn last(&self) -> impl Iterator<Item = &'a StackOperation> {
        self.last_numbered().into_values().map(|(_, operation)| operation)
    }

    /// What a step finds made: the address of a resource that the last operation before it left in a stack.
    pub(super) fn made_before(&self, step: usize, stack: &str, logical_id: &str) -> Option<Address> {
        let earlier = self.all.iter().rev().find(|(number, one)| *number < step && one.stack == stack);
        earlier.and_then(|(_, operation)| address_in(&operation.template, logical_id))
    }

    /// Names of logical IDs, as the templates have them; for stacks that stay, those the plan says they got.
    pub(super) fn known(&self) -> Known<'a> {
        let mut names = BTreeMap::new();
        let last = self.last_numbered();
        for (_, operation) in last.values() {
            let resources = operation.template.get("Resources").and_then(Json::as_object);
            for logical_id in resources.into_iter().flat_map(Map::keys) {
                names.extend(address_in(&operation.template, logical_id).map(|address| (logical_id.clone(), address)));
            }
        }
        for change in &self.plan.changes {
            let Some(before) = &change.renamed_from else { continue };
            let deployed = self.deployed(&change.stack).and_then(|stack| stack.address_of(&change.logical_id));
            if !last.contains_key(change.stack.as_str()) && deployed.as_ref() == Some(before) {
                names.insert(change.logical_id.clone(), change.address.clone());
            }
        }
        // What stays has its name: nothing else can be called the same.
        for stack in self.inventory.stacks.values().filter(|stack| stack.exists()) {
            let resources = stack.template.get("Resources").and_then(Json::as_object);
            if last.contains_key(stack.name.as_str()) {
                continue;
            }
            for logical_id in resources.into_iter().flat_map(Map::keys) {
                if let Some(address) = stack.address_of(logical_id) {
                    names.entry(logical_id.clone()).or_insert(address);
                }
            }
        }
        let mut known = Known::with_new_names(self.inventory, names);
        known.take_over(&self.imports());
        known
    }

    /// What is imported: addresses and physical ids.
    pub(super) fn imports(&self) -> BTreeMap<Address, String> {
        let mut imports = BTreeMap::new();
        for (_, operation) in &self.all {
            for (logical_id, import) in &operation.imports {
                let id = import.identifier.values().next();
                imports.extend(address_in(&operation.template, logical_id).zip(id.cloned()));
            }
        }
        imports
    }

    /// Where all stacks end: by logical ID.
    pub(super) fn desired(&self, known: &Known) -> BTreeMap<String, Definition> {
        let last = self.last_numbered();
        let stays = |definition: &Definition| !last.contains_key(definition.stack.as_str());
        let mut desired: BTreeMap<String, Definition> =
            known.deployed().into_iter().filter(|(_, definition)| stays(definition)).collect();
        for (number, operation) in last.into_values() {
            let values = self.evaluated(known, number, operation);
            desired.extend(known.of_template(&operation.stack, &operation.template, values));
        }
        desired
    }

    pub(super) fn evaluated(&self, known: &Known, step: usize, operation: &StackOperation) -> BTreeMap<String, Json> {
        let names = operation.parameters.keys();
        names.map(|name| (name.clone(), parameters::evaluated(self, known, step, operation, name))).collect()
    }

    /// Operations that do not follow on one another, or on what is deployed.
    pub(super) fn out_of_order(&self) -> Vec<String> {
        let mut found = Vec::new();
        let exists = |stack: &DeployedStack| stack.status != "DELETE_COMPLETE" && stack.status != "REVIEW_IN_PROGRESS";
        let mut there: BTreeSet<&str> =
            self.inventory.stacks.values().filter(|stack| exists(stack)).map(|stack| stack.name.as_str()).collect();
        let last = self.last_numbered();
        for (position, (_, operation)) in self.all.iter().enumerate() {
            let stack = operation.stack.as_str();
            if self.all.iter().take(position).any(|(_, earlier)| earlier == operation) {
                found.push(format!("stack {stack}: the same is done twice"));
            }
            let is_last = last.get(stack).is_some_and(|(_, last)| std::ptr::eq(*last, *operation));
            let right = match operation.kind {
                OperationKind::Create => there.insert(stack),
                OperationKind::Update => there.contains(stack),
                OperationKind::Import => {
                    there.insert(stack);
                    true
                }
                // Only what was never completely made is made again.
                OperationKind::Delete => there.remove(stack) && (is_last || self.deployed(stack).is_none()),
                OperationKind::RevertDrift => false,
            };
            if !right || operation.transitional == (is_last || operation.kind == OperationKind::Delete) {
                found.push(format!("stack {stack}: its operations do not lead from what is there to what it says"));
            }
        }
        let stuck = |stack: &&String| {
            self.inventory.stacks.get(*stack).is_none_or(|stack| stack.status != "UPDATE_ROLLBACK_FAILED")
        };
        for step in &self.plan.steps {
            if let Step::ContinueRollback(stacks) = step {
                found.extend(
                    stacks.iter().filter(stuck).map(|stack| format!("stack {stack} has no rollback to finish")),
                );
            }
        }
        found
    }

    /// What operations on the way have that is neither deployed nor wanted.
    pub(super) fn unlike_final(&self, known: &Known) -> Vec<String> {
        let last = self.last_numbered();
        let mut found = Vec::new();
        for (number, operation) in &self.all {
            let stack = operation.stack.as_str();
            let Some((last_number, wanted)) = last.get(stack) else { continue };
            if std::ptr::eq(*operation, *wanted) || operation.kind == OperationKind::Delete {
                continue;
            }
            let deployed = self.deployed(stack);
            let tags =
                operation.tags == wanted.tags || deployed.is_some_and(|deployed| deployed.tags == operation.tags);
            let protection = operation.termination_protection == wanted.termination_protection
                || deployed.is_some_and(|deployed| deployed.termination_protection == operation.termination_protection);
            if !tags || !protection {
                found
                    .push(format!("stack {stack}: on the way it would have tags or a protection that it does not say"));
            }
            let noted = operation.template.pointer("/Metadata/Callform/Transitional").is_some();
            let differs = operation.template["Resources"] != wanted.template["Resources"];
            if operation.kind != OperationKind::Import && noted != differs {
                found.push(format!("stack {stack}: on the way, its template would not be marked as it should"));
            }
            let resources = operation.template.get("Resources").and_then(Json::as_object);
            for (logical_id, definition) in resources.into_iter().flatten() {
                // An import changes nothing, so what comes in is written as it was.
                let is_import = operation.kind == OperationKind::Import && operation.imports.contains_key(logical_id);
                if self.stays_as_imported(*number, stack, logical_id, definition) {
                    continue;
                }
                if !on_the_way(logical_id, definition, &wanted.template, deployed, is_import, &wanted.parameters) {
                    let name = self.plan.address_of(stack, logical_id).map_or_else(|| format!("`{logical_id}`"), words);
                    found.push(format!("stack {stack}: on the way, {name} would be what it does not say"));
                }
            }
            let end = self.evaluated(known, *last_number, wanted);
            for (name, value) in self.evaluated(known, *number, operation) {
                let before = deployed.and_then(|deployed| as_it_was(known, deployed, &name));
                if Some(&value) != before.as_ref() && !end.get(&name).is_some_and(|end| leads_to(&value, end)) {
                    found
                        .push(format!("stack {stack}: on the way, the parameter {name} would be what it does not say"));
                }
            }
        }
        found
    }

    /// True for what an earlier step imported like that: nothing changes it before what it waits for is there.
    fn stays_as_imported(&self, number: usize, stack: &str, logical_id: &str, definition: &Json) -> bool {
        self.all.iter().any(|(earlier, operation)| {
            *earlier < number
                && operation.stack == stack
                && operation.imports.contains_key(logical_id)
                && operation.template["Resources"].get(logical_id).map(but_for_order) == Some(but_for_order(definition))
        })
    }

    /// Imports of something else than the template says.
    pub(super) fn strange_imports(&self, known: &Known) -> Vec<String> {
        let mut found = Vec::new();
        for (number, operation) in &self.all {
            let values = self.evaluated(known, *number, operation);
            let definitions = known.of_template(&operation.stack, &operation.template, values);
            for (logical_id, import) in &operation.imports {
                let Some(definition) = definitions.get(logical_id) else { continue };
                let existing = operation
                    .template
                    .pointer(&format!("/Resources/{logical_id}/Metadata/Callform/Digests/{EXISTING_PHONE_NUMBER}"));
                let number =
                    existing.and_then(Json::as_str).and_then(|number| self.inventory.phone_numbers.get(number));
                let status = definition.properties.get("Name").and_then(Json::as_str);
                let status = status.and_then(|name| self.inventory.agent_statuses.get(name));
                let says = |(name, value): (&String, &String)| match definition.address.kind {
                    Kind::PhoneNumber if existing.is_some() => {
                        name == "PhoneNumberArn" && number.is_some_and(|number| number.arn == *value)
                    }
                    Kind::AgentStatus => name == "AgentStatusArn" && status.is_some_and(|status| status.arn == *value),
                    // What was kept is found by what CloudFormation remembers of it. Who applies the plan is shown it.
                    _ => !value.is_empty(),
                };
                let names_it = import.resource_type == definition.resource_type
                    && !import.identifier.is_empty()
                    && import.identifier.iter().all(says);
                if !names_it {
                    let address = crate::render::words(&definition.address);
                    found.push(format!("{address}: something else would be imported than it says"));
                }
            }
        }
        found
    }
}

/// True for a resource as it is deployed, as it is wanted, or as it is wanted but for what has to wait.
fn on_the_way(
    logical_id: &str,
    definition: &Json,
    wanted: &Json,
    deployed: Option<&DeployedStack>,
    is_import: bool,
    parameters: &BTreeMap<String, ParameterValue>,
) -> bool {
    let rest = but_for_order;
    let definition = rest(definition);
    let as_deployed = deployed.is_some_and(|deployed| {
        kept(deployed, logical_id).is_some_and(|kept| {
            let out_of_use =
                kept["Type"] == "AWS::Connect::AgentStatus" && wanted["Resources"].get(logical_id).is_none();
            rest(&kept) == definition || (out_of_use && rest(&disabled(&kept)) == definition)
        }) || deployed.template.pointer(&format!("/Resources/{logical_id}")).is_some_and(|raw| rest(raw) == definition)
    });
    let Some(end) = wanted.pointer(&format!("/Resources/{logical_id}")) else { return as_deployed };
    if as_deployed || rest(end) == definition {
        return true;
    }
    let is_there = deployed.is_some_and(|deployed| deployed.physical_ids.contains_key(logical_id));
    let without = |json: &Json| {
        let mut json = rest(json);
        let properties = json.as_object_mut().and_then(|members| members.shift_remove("Properties"));
        (json, properties)
    };
    let ((head, some), (wanted_head, all)) = (without(&definition), without(end));
    let head = if is_import { without_note(head) } else { head };
    let waits = |name: &str, value: &Json| {
        all.as_ref().and_then(|all| all.get(name)) == Some(value) || (name == "Content" && is_stub(value)) || is_import
    };
    let some = some.as_ref().and_then(Json::as_object);
    let has = |name: &str| some.is_some_and(|some| some.contains_key(name));
    let mut lacking = all.as_ref().and_then(Json::as_object).into_iter().flatten().filter(|(name, _)| !has(name));
    !is_there
        && head == wanted_head
        && some.into_iter().flatten().all(|(name, value)| waits(name, value))
        && lacking.all(|(_, value)| is_import || refers(value, parameters))
}

/// A definition without what it waits for.
fn but_for_order(definition: &Json) -> Json {
    let mut definition = definition.clone();
    if let Some(members) = definition.as_object_mut() {
        members.shift_remove("DependsOn");
    }
    definition
}

/// True for a value that has one of these parameters in it.
fn refers(value: &Json, parameters: &BTreeMap<String, ParameterValue>) -> bool {
    match value {
        Json::Object(members) => {
            members.get("Ref").and_then(Json::as_str).is_some_and(|name| parameters.contains_key(name))
                || members.values().any(|member| refers(member, parameters))
        }
        Json::Array(items) => items.iter().any(|item| refers(item, parameters)),
        _ => false,
    }
}

/// True for what stands in for the content of a flow that has to wait.
fn is_stub(content: &Json) -> bool {
    let stub = |flow_type: FlowType| callform_flow::compile::stub(flow_type).to_json().to_string();
    content.as_str().is_some_and(|content| FlowType::ALL.into_iter().any(|flow_type| stub(flow_type) == content))
}

/// The value a parameter has, with symbols for what is known.
fn as_it_was(known: &Known, deployed: &DeployedStack, name: &str) -> Option<Json> {
    let value = crate::render::parameter_values(deployed).remove(name)?;
    Some(known.named(name, value))
}

/// True for the value itself, as far as what it stands for is there.
fn leads_to(value: &Json, end: &Json) -> bool {
    match (value, end) {
        (Json::Array(items), Json::Array(end)) => {
            items.len() == end.len() && items.iter().zip(end).all(|(item, end)| leads_to(item, end))
        }
        _ => value == end || *value == json!(NOT_THERE_YET),
    }
}
