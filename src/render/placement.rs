//! Which stack each resource goes into.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};

use super::read_back;

use crate::graph::Graph;
use crate::inventory::Inventory;
use crate::model::{Address, Kind, Model, Properties, TextPart, Value};

/// Resources a stack takes; CloudFormation takes 500, the rest is for what must share a stack later.
const MAX_RESOURCES: usize = 450;
/// Bytes of template a stack takes; CloudFormation takes 1 MB.
const MAX_BYTES: usize = 900_000;

/// What rendering reads back from what is deployed: where resources are, and what they are called. Empty offline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Logical ID -> stack name.
    pub stacks: BTreeMap<String, String>,
    /// Logical ID -> the properties a deployed or kept resource has, as its template spells them. Only of resources of
    /// which something cannot change: names that nobody chose, and exceptions of opening times that are over.
    pub properties: BTreeMap<String, Json>,
    /// A day that has begun everywhere. Without it, nothing is over.
    pub today: Option<NaiveDate>,
}

impl Placement {
    /// Where everything deployed is, and what it and everything kept is called.
    pub fn of(inventory: &Inventory) -> Self {
        let mut placement = Self::default();
        for (name, stack) in &inventory.stacks {
            if !stack.exists() {
                continue;
            }
            let resources = stack.template.get("Resources").and_then(Json::as_object);
            for logical_id in resources.into_iter().flat_map(|resources| resources.keys()) {
                placement.stacks.entry(logical_id.clone()).or_insert_with(|| name.clone());
            }
            placement.properties.extend(read_back::properties(&stack.template));
        }
        for (logical_id, kept) in &inventory.kept {
            let Some(property) = read_back::name_property(&kept.resource_type) else { continue };
            let mut properties = kept.definition.clone().unwrap_or_else(|| Map::new().into());
            if let Some(members) = properties.as_object_mut() {
                members.insert(property.to_owned(), kept.physical_id.clone().into());
            }
            placement.properties.entry(logical_id.clone()).or_insert(properties);
        }
        placement
    }

    /// The same, on a day that has begun everywhere.
    #[must_use]
    pub fn on(mut self, today: NaiveDate) -> Self {
        self.today = Some(today);
        self
    }
}

/// The name of the stack the instance is in, where the blueprint creates it.
pub(super) fn instance_stack(center: &str) -> String {
    format!("{center}-instance")
}

/// The name of the stack that phone numbers are claimed in.
///
/// A number that is released is gone for months, and claims and releases are counted. What else fails while a center is
/// made must therefore not take its numbers back: they are in a stack of their own, which comes before.
pub(super) fn numbers_stack(center: &str) -> String {
    format!("{center}-numbers")
}

#[derive(Clone, Copy, Default)]
struct Fill {
    resources: usize,
    bytes: usize,
}

impl Fill {
    fn takes(self, bytes: usize) -> bool {
        self.resources < MAX_RESOURCES && self.bytes + bytes <= MAX_BYTES
    }
}

/// The numbered stacks while they are filled.
struct Stacks<'a> {
    model: &'a Model,
    graph: &'a Graph,
    fills: BTreeMap<usize, Fill>,
    number: BTreeMap<&'a Address, usize>,
}

/// The stack of each resource.
///
/// What is deployed stays where it is. What is new goes to the least full stack that is not before those it needs and
/// not after deployed ones that need it, or to another stack at the end.
pub(super) fn place(model: &Model, graph: &Graph, placement: &Placement) -> BTreeMap<Address, String> {
    let mut stacks = Stacks { model, graph, fills: BTreeMap::new(), number: BTreeMap::new() };
    for (address, resource) in &model.resources {
        let stack = placement.stacks.get(&resource.logical_id).or_else(|| stack_of_neighbor(model, placement, address));
        if let Some(number) = stack.and_then(|stack| number_of(stack, &model.center)) {
            stacks.put(address, number, size_of(&resource.properties));
        }
    }
    let numbers = stacks.numbers_apart(placement);
    let latest = stacks.latest();
    for address in &graph.order {
        let is_apart = address.kind == Kind::Instance || numbers.contains(address);
        if !is_apart && !stacks.number.contains_key(address) {
            stacks.place_new(address, latest.get(address).copied());
        }
    }
    let name = |address: &Address| match stacks.number.get(address) {
        Some(&number) => name_of(number, &model.center),
        None if numbers.contains(address) => numbers_stack(&model.center),
        None => instance_stack(&model.center),
    };
    model.resources.keys().map(|address| (address.clone(), name(address))).collect()
}

/// The stack of what something has to be beside, such as what a version is of: each version is a resource of its own,
/// and is where those before it were.
fn stack_of_neighbor<'a>(model: &Model, placement: &'a Placement, address: &Address) -> Option<&'a String> {
    let neighbor = model.resources.get(&neighbor(address)?)?;
    placement.stacks.get(&neighbor.logical_id)
}

/// What something has to share a stack with.
fn neighbor(address: &Address) -> Option<Address> {
    let of = address.kind.version_of().map(|of| of.kind);
    let kind = of.or(address.kind.descriptor().lifetime.beside)?;
    Some(Address::new(kind, address.name.clone()))
}

impl<'a> Stacks<'a> {
    fn put(&mut self, address: &'a Address, number: usize, bytes: usize) {
        let fill = self.fills.entry(number).or_default();
        fill.resources += 1;
        fill.bytes += bytes;
        self.number.insert(address, number);
    }

    /// The phone numbers that are, or are to be, in the stack of numbers: all that are in no other stack, as many as a
    /// stack takes.
    fn numbers_apart(&self, placement: &Placement) -> BTreeSet<&'a Address> {
        let own = numbers_stack(&self.model.center);
        let mut numbers: Vec<(bool, &Address)> = self
            .model
            .resources
            .values()
            .filter(|resource| resource.address.kind == Kind::PhoneNumber)
            .filter(|resource| !self.number.contains_key(&resource.address))
            .map(|resource| (placement.stacks.get(&resource.logical_id) != Some(&own), &resource.address))
            .collect();
        // What is deployed first; otherwise in the order of the blueprint.
        numbers.sort_by_key(|(is_new, _)| *is_new);
        numbers.into_iter().take(MAX_RESOURCES).map(|(_, address)| address).collect()
    }

    fn needs(&self, address: &'a Address) -> impl Iterator<Item = &'a Address> {
        let graph = self.graph;
        graph.needs.get(address).into_iter().flatten().filter(move |to| !graph.is_deferred(address, to))
    }

    /// For resources that are new: the last stack deployed resources that need them allow.
    fn latest(&self) -> BTreeMap<&'a Address, usize> {
        let mut latest: BTreeMap<&Address, usize> = BTreeMap::new();
        for address in self.graph.order.iter().rev() {
            let Some(limit) = self.number.get(address).or_else(|| latest.get(address)).copied() else { continue };
            for need in self.needs(address).filter(|need| !self.number.contains_key(need)) {
                latest.entry(need).and_modify(|known| *known = limit.min(*known)).or_insert(limit);
            }
        }
        latest
    }

    fn place_new(&mut self, address: &'a Address, latest: Option<usize>) {
        let bytes = self.model.resources.get(address).map_or(0, |resource| size_of(&resource.properties));
        if let Some(&number) = neighbor(address).and_then(|neighbor| self.number.get(&neighbor)) {
            return self.put(address, number, bytes);
        }
        let earliest = self.needs(address).filter_map(|need| self.number.get(need).copied()).max().unwrap_or(0);
        let room = |last: usize| {
            self.fills
                .iter()
                .filter(|&(&number, fill)| (earliest..=last).contains(&number) && fill.takes(bytes))
                .min_by_key(|&(&number, fill)| (fill.resources, number))
                .map(|(&number, _)| number)
        };
        let number = latest
            .and_then(&room)
            .or_else(|| room(usize::MAX))
            .unwrap_or_else(|| self.fills.last_key_value().map_or(0, |(&last, _)| last + 1));
        self.put(address, number, bytes);
    }
}

fn name_of(number: usize, center: &str) -> String {
    match number {
        0 => center.to_owned(),
        _ => format!("{center}-{}", number + 1),
    }
}

/// The place of a stack in the row of numbered stacks; none for other stacks.
pub(super) fn number_of(stack: &str, center: &str) -> Option<usize> {
    match stack.strip_prefix(center)? {
        "" => Some(0),
        rest => rest.strip_prefix('-')?.parse::<usize>().ok()?.checked_sub(1).filter(|&number| number > 0),
    }
}

/// About how many bytes a resource takes in a template, on the large side.
fn size_of(properties: &Properties) -> usize {
    // Its type, policies and metadata, and what it depends on.
    const AROUND: usize = 300;
    AROUND + properties.iter().map(|(name, value)| name.len() + 4 + size_of_value(value)).sum::<usize>()
}

fn size_of_value(value: &Value) -> usize {
    // `{"Fn::Join":["/",[{"Ref":"InstanceArn"},"transfer-destination",{"Fn::Select":["99",{"Ref":"…Ids2"}]}]]}` and,
    // inside texts, a name there and its meaning in the list of variables.
    const REFERENCE: usize = 150;
    let text = |text: &str| text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n')).count() + 2;
    match value {
        Value::Bool(_) | Value::Integer(_) => 8,
        Value::Number(_) => 24,
        Value::String(string) | Value::Secret(string) | Value::AssetUri(string) => text(string) + 40,
        Value::List(items) => 2 + items.iter().map(|item| 1 + size_of_value(item)).sum::<usize>(),
        Value::Object(members) => {
            2 + members.iter().map(|(name, member)| name.len() + 4 + size_of_value(member)).sum::<usize>()
        }
        Value::Reference(_) => REFERENCE,
        Value::Text(parts) => parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(literal) => text(literal),
                TextPart::Reference(_) => REFERENCE,
                TextPart::Pseudo(_) => 25,
            })
            .sum(),
        Value::AssetBucket | Value::Pseudo(_) => 30,
    }
}
