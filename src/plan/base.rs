//! What a plan builds on, and whether that still holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Base, BaseStack, Plan};
use crate::inventory::{DeployedStack, Inventory};
use crate::model::{Address, Kind, bare_id};
use crate::render::words;

/// Hex digits of a digest that are kept: enough to tell two versions of the same thing apart.
const DIGITS: usize = 16;

/// What a resource of a stack is called in the blueprint, where that is known.
type NameOf<'a> = dyn Fn(&str, &str) -> Option<Address> + 'a;

impl Plan {
    /// What is not any more as it was when the plan was made, in words, a line for each; empty where the plan still holds.
    pub fn moved(&self, now: &Inventory) -> Vec<String> {
        self.base.moved(now, &|stack, logical_id| self.address_of(stack, logical_id).cloned())
    }

    /// What the plan calls a resource of a stack.
    pub fn address_of(&self, stack: &str, logical_id: &str) -> Option<&Address> {
        let is_it = |change: &&super::Change| change.stack == stack && change.logical_id == logical_id;
        self.changes.iter().find(is_it).map(|change| &change.address)
    }
}

impl Base {
    /// The base an inventory makes for a plan that refers to these built-in objects, by kind and name.
    pub fn of(inventory: &Inventory, builtins: &BTreeSet<(Kind, String)>) -> Self {
        let managed: BTreeSet<&str> =
            inventory.stacks.values().flat_map(|stack| stack.physical_ids.values()).map(|id| bare_id(id)).collect();
        Self {
            instance: inventory.instance.as_ref().map(|instance| instance.arn.clone()),
            stacks: inventory.stacks.iter().map(|(name, stack)| (name.clone(), BaseStack::of(stack))).collect(),
            phone_number_flows: inventory
                .phone_number_flows
                .iter()
                .filter(|(number, _)| managed.contains(bare_id(number)))
                .map(|(number, flow)| (number.clone(), flow.clone()))
                .collect(),
            builtins: inventory
                .builtins
                .iter()
                .filter(|(builtin, _)| builtins.contains(*builtin))
                .map(|((kind, name), id)| (format!("builtin/{kind}/{name}"), id.clone()))
                .collect(),
            settings: BTreeMap::new(),
        }
    }

    /// The built-in objects the plan refers to, by kind and name.
    pub fn builtin_names(&self) -> BTreeSet<(Kind, String)> {
        let names = self.builtins.keys().filter_map(|key| key.strip_prefix("builtin/")?.split_once('/'));
        names
            .filter_map(|(word, name)| {
                let kind = Kind::of_word(word)?;
                Some((kind, name.to_owned()))
            })
            .collect()
    }

    fn moved(&self, now: &Inventory, formerly: &NameOf) -> Vec<String> {
        let fresh = Self::of(now, &self.builtin_names());
        let mut moved = Vec::new();
        match (&self.instance, &fresh.instance) {
            (Some(_), None) => moved.push("the Connect instance is gone".to_owned()),
            (None, Some(_)) => moved.push("there is a Connect instance now".to_owned()),
            (one, other) if one != other => moved.push("the Connect instance is another one".to_owned()),
            _ => {}
        }
        let stacks: BTreeSet<&String> = self.stacks.keys().chain(fresh.stacks.keys()).collect();
        for name in stacks {
            match (self.stacks.get(name), fresh.stacks.get(name)) {
                (Some(before), Some(after)) => before.moved(after, name, &Names { now, formerly }, &mut moved),
                (Some(_), None) => moved.push(format!("the stack {name} was deleted")),
                (None, _) => moved.push(format!("the stack {name} was made")),
            }
        }
        let numbers: BTreeSet<&String> =
            self.phone_number_flows.keys().chain(fresh.phone_number_flows.keys()).collect();
        for number in numbers {
            let (before, after) = (self.phone_number_flows.get(number), fresh.phone_number_flows.get(number));
            if before != after {
                let flow = after.map_or_else(|| "no flow".to_owned(), |flow| name_of(now, flow));
                moved.push(format!("{} is answered by {flow} now", name_of(now, number)));
            }
        }
        for (name, before) in &self.settings {
            if now.instance_settings.get(name) != Some(before) {
                moved.push(format!("the setting {name} of the instance was changed"));
            }
        }
        for (name, id) in &self.builtins {
            if fresh.builtins.get(name) != Some(id) {
                moved.push(format!("{name} is another object, or gone"));
            }
        }
        moved
    }
}

impl BaseStack {
    fn of(stack: &DeployedStack) -> Self {
        let mut rest = stack.template.clone();
        let resources = rest.as_object_mut().and_then(|template| template.shift_remove("Resources"));
        let resources = resources.as_ref().and_then(Json::as_object).into_iter().flatten();
        Self {
            id: stack.id.clone(),
            status: stack.status.clone(),
            resources: resources
                .map(|(logical_id, definition)| {
                    let digest = digest(&json!([definition, stack.physical_ids.get(logical_id)]));
                    (logical_id.clone(), digest)
                })
                .collect(),
            parameters: stack.parameters.iter().map(|(name, value)| (name.clone(), digest(&json!(value)))).collect(),
            rest: digest(&rest),
            tags: stack.tags.clone(),
            termination_protection: stack.termination_protection,
        }
    }

    /// Adds what differs from the stack as it is now.
    fn moved(&self, now: &Self, name: &str, names: &Names, moved: &mut Vec<String>) {
        if self.id != now.id {
            moved.push(format!("the stack {name} was deleted and made again"));
            return;
        }
        if condition(&self.status) != condition(&now.status) {
            moved.push(format!("the stack {name} is {} now, and was {}", now.status, self.status));
        }
        let resource = |logical_id: &String| format!("{} of the stack {name}", names.of(name, logical_id));
        differing(&self.resources, &now.resources, |logical_id, change| {
            moved.push(format!("{} {change}", resource(logical_id)));
        });
        differing(&self.parameters, &now.parameters, |parameter, change| {
            moved.push(format!("the parameter {parameter} of the stack {name} {change}"));
        });
        differing(&self.tags, &now.tags, |tag, change| {
            moved.push(format!("the tag {tag} of the stack {name} {change}"));
        });
        if self.termination_protection != now.termination_protection {
            moved.push(format!("the protection of the stack {name} from deletion changed"));
        }
        let same_content = self.resources == now.resources && self.parameters == now.parameters;
        if same_content && self.rest != now.rest {
            moved.push(format!("the template of the stack {name} changed"));
        }
    }
}

/// What resources are called: as the template has them, or as the plan had what is gone from it.
struct Names<'a> {
    now: &'a Inventory,
    formerly: &'a NameOf<'a>,
}

impl Names<'_> {
    fn of(&self, stack: &str, logical_id: &str) -> String {
        let now = self.now.stacks.get(stack).and_then(|stack| stack.address_of(logical_id));
        let address = now.or_else(|| (self.formerly)(stack, logical_id));
        address.map_or_else(|| logical_id.to_owned(), |address| words(&address))
    }
}

/// Calls back for each key whose values differ, with what happened to it.
fn differing(
    before: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
    mut tell: impl FnMut(&String, &'static str),
) {
    let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for key in keys {
        match (before.get(key), now.get(key)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(_), Some(_)) => tell(key, "was changed"),
            (Some(_), None) => tell(key, "was removed"),
            (None, _) => tell(key, "was added"),
        }
    }
}

/// What of a status decides about the first steps of a plan.
fn condition(status: &str) -> (bool, bool) {
    let exists = DeployedStack { status: status.to_owned(), ..DeployedStack::default() }.exists();
    (exists, status == "UPDATE_ROLLBACK_FAILED")
}

/// The blueprint's word for a physical id; the id itself where it is of nothing deployed.
fn name_of(inventory: &Inventory, id: &str) -> String {
    let ids = inventory.stacks.values().flat_map(|stack| stack.physical_ids.iter().map(move |each| (stack, each)));
    ids.into_iter()
        .find(|(_, (_, physical_id))| bare_id(physical_id) == bare_id(id))
        .and_then(|(stack, (logical_id, _))| stack.address_of(logical_id))
        .map_or_else(|| id.to_owned(), |address| words(&address))
}

fn digest(content: &Json) -> String {
    let mut digest = crate::digest::sha256_hex(content.to_string().as_bytes());
    digest.truncate(DIGITS);
    digest
}
