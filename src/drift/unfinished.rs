//! What a revert means while it is under way.
//!
//! Taking an addition away takes two updates: one that puts it into the template, one that takes it out again. Between
//! the two the deployed template says the opposite of what is meant. So each resource whose template is not what it
//! shall be in the end carries a note in its metadata: what its properties were, and the identifiers of what was lost and
//! made anew. Metadata lives and dies with the update that brings it, whatever happens to who asked for it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::inventory::{DeployedStack, Inventory, REVERT_NOTE as NOTE};
use crate::model::{Kind, Reference, Target};
use crate::render::{kind_of_parameter, parameter_values, traveling};

/// The note, as text: CloudFormation would look for functions in a structure, and refuses `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Note {
    /// Properties as they shall be in the end.
    #[serde(skip_serializing_if = "Map::is_empty")]
    with: Map<String, Json>,
    /// Properties that shall not be there in the end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without: Vec<String>,
    /// Physical ids the resource had before it was made anew, and that parameters may still have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    formerly: Vec<String>,
}

/// An inventory with what reverts that were interrupted meant, in place of what they left behind.
pub(super) struct Meant {
    pub(super) inventory: Inventory,
    /// Stacks whose revert was interrupted.
    pub(super) unfinished: BTreeSet<String>,
    /// Physical ids that resources had before they were made anew, by logical ID.
    pub(super) formerly: BTreeMap<String, Vec<String>>,
}

impl Meant {
    pub(super) fn of(inventory: &Inventory) -> Self {
        let mut meant = Self { inventory: inventory.clone(), unfinished: BTreeSet::new(), formerly: BTreeMap::new() };
        for stack in meant.inventory.stacks.values_mut() {
            if take_back(stack, &mut meant.formerly) {
                meant.unfinished.insert(stack.name.clone());
            }
        }
        let renewed = renewed(&meant.inventory, &meant.formerly);
        for stack in meant.inventory.stacks.values_mut() {
            if follow(stack, &renewed) {
                meant.unfinished.insert(stack.name.clone());
            }
        }
        meant
    }
}

/// Brings the template of a stack to what is meant; true where it was something else.
fn take_back(stack: &mut DeployedStack, formerly: &mut BTreeMap<String, Vec<String>>) -> bool {
    let mut unfinished = false;
    let resources = stack.template.get_mut("Resources").and_then(Json::as_object_mut);
    for (logical_id, resource) in resources.into_iter().flatten() {
        let callform = resource.pointer_mut("/Metadata/Callform").and_then(Json::as_object_mut);
        let Some(text) = callform.and_then(|callform| callform.shift_remove(NOTE)) else { continue };
        unfinished = true;
        let Some(note) = text.as_str().and_then(|text| serde_json::from_str::<Note>(text).ok()) else { continue };
        if let Some(properties) = properties(resource) {
            properties.extend(note.with);
            properties.retain(|name, _| !note.without.contains(name));
        }
        if !note.formerly.is_empty() {
            formerly.insert(logical_id.clone(), note.formerly);
        }
    }
    unfinished
}

fn properties(resource: &mut Json) -> Option<&mut Map<String, Json>> {
    member(resource, "Properties")?.as_object_mut()
}

/// A member, which is made where it is not there.
fn member<'a>(of: &'a mut Json, name: &str) -> Option<&'a mut Json> {
    Some(of.as_object_mut()?.entry(name).or_insert_with(|| json!({})))
}

/// Old and new traveling identifiers of what was made anew, by kind.
fn renewed(inventory: &Inventory, formerly: &BTreeMap<String, Vec<String>>) -> BTreeMap<(Kind, String), String> {
    let mut renewed = BTreeMap::new();
    for stack in inventory.stacks.values() {
        for (logical_id, old) in formerly {
            let (Some(address), Some(new)) = (stack.address_of(logical_id), stack.physical_ids.get(logical_id)) else {
                continue;
            };
            let kind = address.kind;
            let reference = Reference { target: Target::Resource(address), attribute: traveling(kind) };
            for old in old {
                let (old, new) = (reference.identifier(old).into_owned(), reference.identifier(new).into_owned());
                renewed.insert((kind, old), new);
            }
        }
    }
    renewed
}

/// Puts new identifiers into the parameters of a stack; true where there were old ones.
fn follow(stack: &mut DeployedStack, renewed: &BTreeMap<(Kind, String), String>) -> bool {
    let mut changed = false;
    for (name, value) in parameter_values(stack) {
        let (Some(kind), Json::Array(items)) = (kind_of_parameter(&name), value) else { continue };
        let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
        let follows =
            |item: &&str| renewed.get(&(kind, (*item).to_owned())).map_or_else(|| (*item).to_owned(), Clone::clone);
        let now: Vec<String> = items.iter().map(follows).collect();
        if now != items {
            changed = true;
            stack.parameters.insert(name, now.join(","));
        }
    }
    changed
}

/// A template with notes about what is meant in the end, and about what is made anew.
pub(super) fn noted(mut template: Json, meant: &Json, formerly: &BTreeMap<String, Vec<String>>) -> Json {
    let resources = template.get_mut("Resources").and_then(Json::as_object_mut);
    for (logical_id, resource) in resources.into_iter().flatten() {
        let none = Map::new();
        let of = |resource: Option<&Json>| {
            resource.and_then(|resource| resource.get("Properties")).and_then(Json::as_object).unwrap_or(&none).clone()
        };
        let wanted = of(meant.get("Resources").and_then(|resources| resources.get(logical_id)));
        let now = of(Some(resource));
        let note = Note {
            without: now.keys().filter(|name| !wanted.contains_key(*name)).cloned().collect(),
            with: wanted.into_iter().filter(|(name, value)| now.get(name) != Some(value)).collect(),
            formerly: formerly.get(logical_id).cloned().unwrap_or_default(),
        };
        if note != Note::default()
            && let Ok(text) = serde_json::to_string(&note)
            && let Some(callform) = member(resource, "Metadata").and_then(|metadata| member(metadata, "Callform"))
            && let Some(callform) = callform.as_object_mut()
        {
            callform.insert(NOTE.to_owned(), json!(text));
        }
    }
    template
}
