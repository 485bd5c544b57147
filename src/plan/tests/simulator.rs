//! A CloudFormation in miniature: plays the steps of a plan and checks that none needs what is not there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::inventory::{DeployedStack, Inventory, ObservedInstance};
use crate::model::{Address, Kind, Reference, Target};
use crate::plan::evaluate::Evaluator;
use crate::plan::{Action, Identifier, OperationKind, ParameterValue, Plan, StackOperation, Step};
use crate::render::parameter_values;

const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/11111111-1111-4111-8111-111111111111";

/// The account a plan is played on.
pub(super) struct Account {
    pub(super) inventory: Inventory,
    /// Steps played so far, as `create kwglobal (transitional)`.
    pub(super) log: Vec<String>,
    made: usize,
    /// Identifiers of what was replaced in the plan at play. CloudFormation deletes the old resource with the operation
    /// that makes the new one, so what refers to it through a parameter has the old identifier until its own operation.
    replaced: BTreeSet<String>,
    /// True while a center is destroyed: stacks that refer to one another are deleted one after the other.
    pub(super) tearing_down: bool,
}

impl Account {
    /// An account without anything.
    pub(super) fn empty() -> Self {
        let inventory = Inventory { artifact_bucket: Some("callform-artifacts".to_owned()), ..Inventory::default() };
        Self { inventory, log: Vec::new(), made: 0, replaced: BTreeSet::new(), tearing_down: false }
    }

    /// An account with an instance and the built-in objects the fixtures use.
    pub(super) fn with_instance() -> Self {
        let mut account = Self::empty();
        account.add_instance(INSTANCE);
        account
    }

    fn add_instance(&mut self, arn: &str) {
        let id = arn.rsplit('/').next().unwrap().to_owned();
        self.inventory.instance = Some(ObservedInstance { id, arn: arn.to_owned(), alias: None });
        for (number, (kind, name)) in [
            (Kind::SecurityProfile, "Agent"),
            (Kind::Flow, "Default queue transfer"),
            (Kind::Flow, "Default agent transfer"),
        ]
        .into_iter()
        .enumerate()
        {
            self.inventory.builtins.insert((kind, name.to_owned()), format!("builtin-{number}"));
        }
    }

    pub(super) fn play(&mut self, plan: &Plan) {
        for step in &plan.steps {
            match step {
                Step::Upload(assets) => self.log.push(format!("upload {}", assets.len())),
                Step::ContinueRollback(stacks) => {
                    for stack in stacks {
                        self.log.push(format!("continue rollback {stack}"));
                        self.inventory.stacks.get_mut(stack).unwrap().status = "UPDATE_ROLLBACK_COMPLETE".to_owned();
                    }
                }
                Step::Stacks(operations) => self.wave(operations),
                Step::Repair(_) => panic!("no plan of a blueprint takes anything back"),
                Step::Associate(links) => {
                    for link in links {
                        let number = self.identifier(&link.phone_number_id, &self.inventory.stacks);
                        self.assert_live(&number);
                        if let Some(flow) = &link.flow_id {
                            let flow = self.identifier(flow, &self.inventory.stacks);
                            self.assert_live(&flow);
                            self.log.push(format!("associate {}", link.phone_number.name));
                            self.inventory.phone_number_flows.insert(number, flow);
                        } else {
                            assert_eq!(link.action, Action::Disassociate);
                            self.log.push(format!("disassociate {}", link.phone_number.name));
                            self.inventory.phone_number_flows.remove(&number);
                        }
                    }
                }
            }
        }
        self.replaced.clear();
        for flow in self.inventory.phone_number_flows.values() {
            self.assert_live(flow);
        }
        for stack in self.inventory.stacks.values() {
            self.assert_nothing_dangles(stack);
        }
    }

    /// Operations of a wave run at the same time: each sees the account as it was before the wave.
    fn wave(&mut self, operations: &[StackOperation]) {
        let before = self.inventory.stacks.clone();
        for operation in operations {
            let transitional = if operation.transitional { " (transitional)" } else { "" };
            let word = match operation.kind {
                OperationKind::Create => "create",
                OperationKind::Update => "update",
                OperationKind::Delete => "delete",
                OperationKind::Import => "import into",
                OperationKind::RevertDrift => panic!("no plan of a blueprint reverts drift"),
            };
            self.log.push(format!("{word} {}{transitional}", operation.stack));
            match operation.kind {
                OperationKind::Delete => {
                    assert!(self.inventory.stacks.remove(&operation.stack).is_some());
                }
                OperationKind::Import => {
                    self.assert_only_imports(operation);
                    self.deploy(operation, &before);
                }
                OperationKind::Create | OperationKind::Update | OperationKind::RevertDrift => {
                    let exists = self.inventory.stacks.contains_key(&operation.stack);
                    assert_eq!(exists, operation.kind == OperationKind::Update, "{}", operation.stack);
                    self.deploy(operation, &before);
                }
            }
        }
        for stack in self.inventory.stacks.values().filter(|_| !self.tearing_down) {
            self.assert_nothing_dangles(stack);
        }
    }

    fn deploy(&mut self, operation: &StackOperation, before: &BTreeMap<String, DeployedStack>) {
        let parameters = operation.parameters.iter().map(|(name, value)| {
            let value = match value {
                ParameterValue::ArtifactBucket => "callform-artifacts".to_owned(),
                ParameterValue::Join(items) => {
                    items.iter().map(|item| self.identifier(item, before)).collect::<Vec<_>>().join(",")
                }
            };
            (name.clone(), value)
        });
        let mut stack = DeployedStack {
            name: operation.stack.clone(),
            id: format!("arn:aws:cloudformation:us-west-2:123456789012:stack/{}/1", operation.stack),
            status: "UPDATE_COMPLETE".to_owned(),
            template: operation.template.clone(),
            parameters: parameters.collect(),
            physical_ids: BTreeMap::new(),
            tags: operation.tags.clone(),
            termination_protection: operation.termination_protection,
        };
        assert_references_resolve(&stack);
        let used = used_identifiers(&stack);
        let existing = identifiers(before).chain(self.inventory.builtins.values().cloned()).collect::<BTreeSet<_>>();
        for identifier in used {
            assert!(existing.contains(&identifier), "{}: `{identifier}` is not there yet", stack.name);
        }
        let old = before.get(&operation.stack);
        let new_properties = resolved(&stack);
        let old_properties = old.map(resolved).unwrap_or_default();
        for (logical_id, properties) in &new_properties {
            let kept = old.and_then(|old| old.physical_ids.get(logical_id)).filter(|_| {
                let before = &old_properties[logical_id];
                let kind = stack.template["Resources"][logical_id]["Type"].as_str().unwrap();
                let schema = callform_schemas::get(kind);
                schema.is_none_or(|schema| schema.replacing_properties(before, properties).is_empty())
            });
            if let (None, Some(old)) = (kept, old.and_then(|old| old.physical_ids.get(logical_id))) {
                self.replaced.insert(old.rsplit('/').next().unwrap().to_owned());
            }
            let imported =
                operation.imports.get(logical_id).and_then(|import| import.identifier.values().next().cloned());
            let id = kept.cloned().or(imported).unwrap_or_else(|| self.new_id(&stack, logical_id));
            stack.physical_ids.insert(logical_id.clone(), id);
        }
        self.inventory.stacks.insert(stack.name.clone(), stack);
    }

    /// CloudFormation refuses an import that does anything else.
    fn assert_only_imports(&self, operation: &StackOperation) {
        let deployed = self.inventory.stacks.get(&operation.stack);
        let mut resources = operation.template["Resources"].as_object().unwrap().clone();
        for logical_id in operation.imports.keys() {
            let imported = resources.shift_remove(logical_id).unwrap();
            assert!(imported.get("DeletionPolicy").is_some(), "{logical_id}");
        }
        let before = deployed.map_or_else(|| serde_json::json!({}), |stack| stack.template["Resources"].clone());
        assert_eq!(Json::from(resources), before);
        for (name, value) in deployed.into_iter().flat_map(|stack| &stack.parameters) {
            assert_eq!(operation.parameters[name], ParameterValue::Join(vec![Identifier::Known(value.clone())]));
        }
    }

    fn new_id(&mut self, stack: &DeployedStack, logical_id: &str) -> String {
        self.made += 1;
        let address = stack.address_of(logical_id).unwrap();
        match address.kind {
            Kind::Instance => {
                self.add_instance(INSTANCE);
                INSTANCE.to_owned()
            }
            Kind::Table | Kind::Role | Kind::Lambda | Kind::Bucket => format!("{}-{}", address.name, self.made),
            kind => format!("{INSTANCE}/{kind}/{kind}-{}", self.made),
        }
    }

    fn identifier(&self, identifier: &Identifier, stacks: &BTreeMap<String, DeployedStack>) -> String {
        match identifier {
            Identifier::Known(id) => id.clone(),
            Identifier::AfterApply { reference, stack, logical_id } => {
                let id = stacks.get(stack).and_then(|stack| stack.physical_ids.get(logical_id));
                let id = id.unwrap_or_else(|| panic!("{stack}/{logical_id} is not made by an earlier step"));
                reference.identifier(id).into_owned()
            }
            Identifier::Lookup(Target::Builtin { kind, name }) => {
                self.inventory.builtins[&(*kind, name.clone())].clone()
            }
            Identifier::Lookup(other) => panic!("{other} is not built in"),
        }
    }

    #[track_caller]
    fn assert_live(&self, id: &str) {
        let live: BTreeSet<String> =
            identifiers(&self.inventory.stacks).chain(self.inventory.builtins.values().cloned()).collect();
        assert!(live.contains(id) || self.replaced.contains(id), "`{id}` does not exist");
    }

    fn assert_nothing_dangles(&self, stack: &DeployedStack) {
        for id in used_identifiers(stack) {
            self.assert_live(&id);
        }
    }
}

/// Bare ids and names of everything in the stacks, and the instance's ARN.
fn identifiers(stacks: &BTreeMap<String, DeployedStack>) -> impl Iterator<Item = String> {
    let ids = stacks.values().flat_map(|stack| stack.physical_ids.values());
    ids.map(|id| if id == INSTANCE { id.clone() } else { id.rsplit('/').next().unwrap().to_owned() })
}

/// The items of list parameters that the template selects.
fn used_identifiers(stack: &DeployedStack) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let values = parameter_values(stack);
    walk(&stack.template["Resources"], &mut |json| {
        if let Some([index, list]) = json.get("Fn::Select").and_then(Json::as_array).map(Vec::as_slice)
            && let Some(parameter) = list.get("Ref").and_then(Json::as_str)
        {
            let index: usize = index.as_str().unwrap().parse().unwrap();
            used.insert(values[parameter][index].as_str().unwrap().to_owned());
        }
    });
    used
}

fn walk(json: &Json, visit: &mut dyn FnMut(&Json)) {
    visit(json);
    match json {
        Json::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Json::Object(members) => members.values().for_each(|member| walk(member, visit)),
        _ => {}
    }
}

/// Every name a template uses is a parameter or a resource of it, and has no circle.
fn assert_references_resolve(stack: &DeployedStack) {
    let resources = stack.template["Resources"].as_object().unwrap();
    let parameters = stack.template.get("Parameters").and_then(Json::as_object);
    let known = |name: &str| {
        resources.contains_key(name)
            || name.starts_with("AWS::")
            || parameters.is_some_and(|parameters| parameters.contains_key(name))
    };
    let mut edges: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (logical_id, resource) in resources {
        let mut names: BTreeSet<String> = BTreeSet::new();
        walk(resource, &mut |json| {
            names.extend(json.get("Ref").and_then(Json::as_str).map(str::to_owned));
            names.extend(json.pointer("/Fn::GetAtt/0").and_then(Json::as_str).map(str::to_owned));
            let sub = json.get("Fn::Sub");
            let text = sub.and_then(|sub| sub.as_str().or_else(|| sub[0].as_str())).unwrap_or_default();
            for piece in text.split("${").skip(1).filter(|piece| !piece.starts_with('!')) {
                let name = piece.split(['}', '.']).next().unwrap().to_owned();
                if sub.is_none_or(|sub| sub[1].get(&name).is_none()) {
                    names.insert(name);
                }
            }
        });
        for depends_on in resource.get("DependsOn").and_then(Json::as_array).into_iter().flatten() {
            names.insert(depends_on.as_str().unwrap().to_owned());
        }
        for name in &names {
            assert!(known(name), "{}: {logical_id} refers to {name}", stack.name);
        }
        edges.insert(logical_id, names.into_iter().filter(|name| resources.contains_key(name)).collect());
    }
    while !edges.is_empty() {
        let free: Vec<&str> = edges
            .iter()
            .filter(|(_, to)| to.iter().all(|to| !edges.contains_key(to.as_str())))
            .map(|(&from, _)| from)
            .collect();
        assert!(!free.is_empty(), "{}: circular dependency between {:?}", stack.name, edges.keys());
        for name in free {
            edges.remove(name);
        }
    }
}

fn resolved(stack: &DeployedStack) -> BTreeMap<String, Json> {
    let address_of = |logical_id: &str| -> Option<Address> { stack.address_of(logical_id) };
    let evaluator = Evaluator { parameters: parameter_values(stack), address_of: &address_of };
    let resources = stack.template["Resources"].as_object().unwrap();
    resources
        .iter()
        .map(|(logical_id, resource)| {
            let properties = resource.get("Properties").map_or(Json::Null, |properties| evaluator.evaluate(properties));
            (logical_id.clone(), properties)
        })
        .collect()
}

/// A reference read from its notation.
pub(super) fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}
