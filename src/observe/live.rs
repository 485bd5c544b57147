//! The center's resources as they are now.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::{ConnectInstance, ErrorKind, Gateway, GatewayError, ResourceDrift};
use serde_json::{Map, Value};

use super::beside::Surroundings;
use crate::inventory::{DeployedStack, Inventory, LiveResource, Told};
use crate::kinds::{self, Kind};

/// Reads the live properties of everything in the deployed stacks: Connect objects in bulk, one type at a time;
/// everything else through CloudFormation's own comparison, one for each stack.
///
/// A read that AWS refuses concerns what it reads and nothing else.
pub async fn live(gateway: &Gateway, inventory: &mut Inventory) -> Result<(), GatewayError> {
    let mut found = BTreeMap::new();
    let mut bulk = Bulk {
        gateway,
        instance: inventory.instance.clone().map(connect_instance),
        managed: managed(inventory),
        read: BTreeMap::new(),
    };
    let surroundings = Surroundings::of(inventory);
    for stack in inventory.stacks.values().filter(|stack| stack.exists()) {
        let mut told = Vec::new();
        for (logical_id, physical_id) in &stack.physical_ids {
            let resource = bulk.find(inventory, resource_type(stack, logical_id), physical_id).await?;
            if resource.as_ref().is_none_or(|resource| needs_told(stack, logical_id, resource)) {
                told.push(logical_id.clone());
            }
            found.extend(resource.map(|resource| ((stack.name.clone(), logical_id.clone()), resource)));
        }
        if told.is_empty() {
            continue;
        }
        let drifts = partly(gateway.stack_drift(&stack.name, &told).await)?;
        for logical_id in told {
            let key = (stack.name.clone(), logical_id);
            let drift = match &drifts {
                Ok(drifts) => drifts.get(&key.1).cloned().ok_or("CloudFormation cannot compare it"),
                Err(reason) => Err(reason.as_str()),
            };
            match (found.get_mut(&key), drift) {
                (Some(LiveResource::Present { told, .. }), Ok(drift)) => *told = told_of(drift).ok(),
                (Some(_), _) => {}
                (None, Err(reason)) => {
                    let reason = reason.to_owned();
                    found.insert(key, LiveResource::NotChecked { reason, failed: drifts.is_err() });
                }
                (None, Ok(drift)) => {
                    let resource = match told_of(drift) {
                        Ok(told) => LiveResource::Compared {
                            told,
                            beside: partly(surroundings.beside(gateway, stack, &key.1).await)?,
                        },
                        Err(resource) => *resource,
                    };
                    found.insert(key, resource);
                }
            }
        }
    }
    inventory.live = found;
    Ok(())
}

/// What was read, or why it was not; an error where nothing else can be read either.
fn partly<T>(answer: Result<T, GatewayError>) -> Result<Result<T, String>, GatewayError> {
    match answer {
        Err(error) if matches!(error.kind, ErrorKind::Credentials | ErrorKind::Network) => Err(error),
        answer => Ok(answer.map_err(|error| error.to_string())),
    }
}

pub(super) fn connect_instance(instance: crate::inventory::ObservedInstance) -> ConnectInstance {
    ConnectInstance { id: instance.id, arn: instance.arn, alias: instance.alias, active: true }
}

pub(super) fn resource_type<'a>(stack: &'a DeployedStack, logical_id: &str) -> &'a str {
    stack.template["Resources"][logical_id]["Type"].as_str().unwrap_or_default()
}

/// Objects of a type are also read one by one, for what the bulk read leaves out, while a center has at most so many.
const MOST_IN_DETAIL: usize = 25;

/// How objects of a type are read in bulk, where they are.
fn bulk_of(resource_type: &str) -> Option<&'static kinds::Bulk> {
    match &Kind::of_type(resource_type)?.descriptor().live {
        kinds::Live::Bulk(bulk) => Some(bulk),
        kinds::Live::Template { .. } => None,
    }
}

/// True where the bulk read left out what the template names: CloudFormation compares that, many resources at a time.
fn needs_told(stack: &DeployedStack, logical_id: &str, resource: &LiveResource) -> bool {
    let LiveResource::Present { unread, .. } = resource else { return false };
    let resource = &stack.template["Resources"][logical_id];
    let never = bulk_of(resource["Type"].as_str().unwrap_or_default()).map_or(&[][..], |bulk| bulk.never_read);
    unread.iter().filter(|path| !never.contains(&path.as_str())).any(|path| {
        let named = path
            .split('/')
            .take_while(|name| *name != "*")
            .try_fold(&resource["Properties"], |value, name| value.get(name));
        named.is_some()
    })
}

/// Properties of objects, by physical id.
type Objects = BTreeMap<String, Map<String, Value>>;

/// Live objects of each type that was asked for.
struct Bulk<'a> {
    gateway: &'a Gateway,
    instance: Option<ConnectInstance>,
    /// Physical ids of the center's resources, by type.
    managed: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// By type; the reason for those that could not be read.
    read: BTreeMap<String, Result<Objects, String>>,
}

impl Bulk<'_> {
    /// The live state of an object; `None` for types that are not read in bulk.
    async fn find(
        &mut self,
        inventory: &Inventory,
        resource_type: &str,
        physical_id: &str,
    ) -> Result<Option<LiveResource>, GatewayError> {
        let Some(bulk) = bulk_of(resource_type) else { return Ok(None) };
        let Some(instance) = self.instance.clone() else { return Ok(Some(LiveResource::Gone)) };
        let in_detail = self.managed.get(resource_type).map_or(0, BTreeSet::len) <= MOST_IN_DETAIL;
        if !self.read.contains_key(resource_type) {
            let none = BTreeSet::new();
            let managed = self.managed.get(resource_type).unwrap_or(&none);
            let deployed = deployed(inventory, resource_type);
            let reading =
                kinds::Reading { gateway: self.gateway, instance: &instance, managed, deployed: &deployed, in_detail };
            let objects = partly((bulk.read)(&reading).await)?;
            let by_id = objects
                .map(|objects| objects.into_iter().map(|object| (object.physical_id, object.properties)).collect());
            self.read.insert(resource_type.to_owned(), by_id);
        }
        let objects = match self.read.get(resource_type) {
            Some(Ok(objects)) => objects,
            Some(Err(reason)) => {
                return Ok(Some(LiveResource::NotChecked { reason: reason.clone(), failed: true }));
            }
            None => return Ok(None),
        };
        let unread = if in_detail { &[] } else { bulk.left_out }.iter().chain(bulk.never_read);
        Ok(Some(match objects.get(physical_id) {
            Some(properties) => LiveResource::Present {
                properties: properties.clone(),
                unread: unread.map(|path| (*path).to_owned()).collect(),
                told: None,
            },
            None => LiveResource::Gone,
        }))
    }
}

/// Physical ids of the center's resources, by type.
fn managed(inventory: &Inventory) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut managed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for stack in inventory.stacks.values() {
        for (logical_id, physical_id) in &stack.physical_ids {
            managed.entry(resource_type(stack, logical_id)).or_default().insert(physical_id);
        }
    }
    managed
}

/// The properties that deployed templates give resources of a type.
fn deployed<'a>(inventory: &'a Inventory, resource_type: &str) -> Vec<&'a Value> {
    let resources = inventory.stacks.values().filter_map(|stack| stack.template["Resources"].as_object());
    let of_type = resources.flat_map(Map::values).filter(|resource| resource["Type"] == resource_type);
    of_type.map(|resource| &resource["Properties"]).collect()
}

/// What CloudFormation says about a resource, or what else is to be said of it.
fn told_of(drift: ResourceDrift) -> Result<Told, Box<LiveResource>> {
    let object = |text: Option<String>| -> Map<String, Value> {
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    };
    match drift.status.as_str() {
        "DELETED" => Err(Box::new(LiveResource::Gone)),
        // What the two sides still differ in, CloudFormation knows to be the same.
        "IN_SYNC" => {
            let expected = object(drift.expected);
            Ok(Told { actual: expected.clone(), expected })
        }
        "MODIFIED" => Ok(Told { expected: object(drift.expected), actual: object(drift.actual) }),
        other => {
            let reason = format!("CloudFormation answers {other}");
            Err(Box::new(LiveResource::NotChecked { reason, failed: false }))
        }
    }
}
