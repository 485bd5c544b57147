//! What earlier deployments of a center kept, and is still there.
//!
//! Sources: for 90 days CloudFormation tells of deleted stacks what it skipped when it deleted them; an incomplete stack
//! that can only be deleted keeps what its policies say; and what has a name is found by it. A resource is only told of
//! where a look at the service shows that it is there.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::{ErrorKind, Gateway, GatewayError, NameHolder, NamedObject};
use serde_json::{Map, Value as Json};

use super::scope::Keeps;
use super::stacks::belongs;
use super::{ObserveError, Scope};
use crate::inventory::{DeployedStack, Inventory, KeptResource};
use crate::kinds::{Kind, Lookup};

/// What stacks kept, by logical ID, as far as the center wants it and no stack has it. Whether it is still there was not
/// looked at.
pub(super) async fn by_history(
    gateway: &Gateway,
    scope: &Scope,
    stacks: &BTreeMap<String, DeployedStack>,
) -> Result<BTreeMap<String, KeptResource>, ObserveError> {
    let mut wanted = wanted(scope, stacks);
    let mut kept = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(kept);
    }
    for stack in stacks.values().filter(|stack| !stack.exists() && !stack.template.is_null()) {
        for resource in gateway.stack_resources(&stack.id).await? {
            let definition = definition(&stack.template, &resource.logical_id);
            let is_kept = resource.was_kept() || (resource.is_in_stack() && definition.is_some_and(keeps));
            if is_kept && wanted.remove(resource.logical_id.as_str()) {
                kept.insert(resource.logical_id.clone(), kept_resource(resource, definition));
            }
        }
    }
    if wanted.is_empty() {
        return Ok(kept);
    }
    let deleted = permitted(gateway.deleted_stacks().await)?.unwrap_or_default();
    for stack in deleted.into_iter().filter(|stack| belongs(&stack.name, &scope.center)) {
        let skipped: Vec<_> = gateway
            .stack_resources(&stack.id)
            .await?
            .into_iter()
            .filter(|resource| resource.was_kept() && wanted.contains(resource.logical_id.as_str()))
            .collect();
        if skipped.is_empty() {
            continue;
        }
        let Ok(template) = serde_json::from_str::<Json>(&gateway.template(&stack.id).await?) else { continue };
        if !scope.made(&template) {
            continue;
        }
        for resource in skipped {
            wanted.remove(resource.logical_id.as_str());
            let definition = definition(&template, &resource.logical_id);
            kept.insert(resource.logical_id.clone(), kept_resource(resource, definition));
        }
        if wanted.is_empty() {
            break;
        }
    }
    Ok(kept)
}

/// What whoever may not look does not know. Preflight says where a name could not be looked up.
fn permitted<T>(answer: Result<T, GatewayError>) -> Result<Option<T>, GatewayError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind == ErrorKind::AccessDenied => Ok(None),
        Err(error) => Err(error),
    }
}

/// The logical IDs of what the center keeps and no stack has.
fn wanted<'a>(scope: &'a Scope, stacks: &BTreeMap<String, DeployedStack>) -> BTreeSet<&'a str> {
    let deployed: BTreeSet<&str> = stacks
        .values()
        .filter(|stack| stack.exists())
        .filter_map(|stack| stack.template.get("Resources")?.as_object())
        .flat_map(|resources| resources.keys().map(String::as_str))
        .collect();
    scope.keeps.keys().map(String::as_str).filter(|logical_id| !deployed.contains(logical_id)).collect()
}

fn definition<'a>(template: &'a Json, logical_id: &str) -> Option<&'a Json> {
    template.get("Resources")?.get(logical_id)
}

/// True where a definition keeps its resource when its stack is deleted.
fn keeps(definition: &Json) -> bool {
    definition.get("DeletionPolicy").and_then(Json::as_str).is_some_and(|policy| policy.starts_with("Retain"))
}

fn kept_resource(resource: callform_aws::StackResource, definition: Option<&Json>) -> KeptResource {
    KeptResource {
        resource_type: resource.resource_type,
        physical_id: resource.physical_id,
        definition: definition.and_then(|definition| definition.get("Properties")).cloned(),
        live: None,
    }
}

/// What is there, and what nobody can say of whether it is, with the reason: by logical ID.
type Found = (BTreeMap<String, KeptResource>, BTreeMap<String, (KeptResource, String)>);

/// What is there of the candidates, and of what the center names and no stack has.
pub(super) async fn still_there(
    gateway: &Gateway,
    scope: &Scope,
    inventory: &Inventory,
    candidates: BTreeMap<String, KeptResource>,
) -> Result<Found, ObserveError> {
    let wanted = wanted(scope, &inventory.stacks);
    let mut unseen = BTreeMap::new();
    if wanted.is_empty() {
        return Ok((BTreeMap::new(), unseen));
    }
    let account = gateway.account().await?;
    let mut look = Look { gateway, account, inventory, objects: BTreeMap::new() };
    let mut kept = BTreeMap::new();
    for (logical_id, keeps) in scope.keeps.iter().filter(|(logical_id, _)| wanted.contains(logical_id.as_str())) {
        let candidate = candidates.get(logical_id).filter(|kept| kept.resource_type == keeps.resource_type);
        // Where the last one is gone, one of the same name may be there.
        if let Some(candidate) = candidate {
            match look.finds(&candidate.resource_type, &candidate.physical_id).await? {
                Presence::Gone => {}
                Presence::Unknown(reason) => {
                    unseen.insert(logical_id.clone(), (candidate.clone(), reason));
                }
                Presence::There(live) => {
                    kept.insert(logical_id.clone(), KeptResource { live, ..candidate.clone() });
                }
            }
        }
        if !kept.contains_key(logical_id)
            && let Some(found) = look.by_name(scope, keeps).await?
        {
            kept.insert(logical_id.clone(), found);
        }
    }
    Ok((kept, unseen))
}

/// How something of a type is found by what CloudFormation knows it by.
fn lookup(resource_type: &str) -> Option<&'static Lookup> {
    let lookup = Kind::of_type(resource_type).and_then(|kind| kind.descriptor().lookup.as_ref());
    lookup.filter(|lookup| lookup.is_physical_id)
}

/// Whether something is there.
enum Presence {
    Gone,
    /// Why nobody can say.
    Unknown(String),
    /// With its properties, where a look at them is the way to find it.
    There(Option<Map<String, Json>>),
}

impl Presence {
    fn of(is_there: bool) -> Self {
        if is_there { Self::There(None) } else { Self::Gone }
    }
}

/// Looks whether things are there.
struct Look<'a> {
    gateway: &'a Gateway,
    account: String,
    inventory: &'a Inventory,
    /// Ids of the objects of a type in the instance; `None` for types that have no list.
    objects: BTreeMap<String, Option<BTreeSet<String>>>,
}

impl Look<'_> {
    /// Something that has the name the blueprint gives, and belongs to no stack.
    async fn by_name(&self, scope: &Scope, keeps: &Keeps) -> Result<Option<KeptResource>, ObserveError> {
        let Some(name) = keeps.name(&self.account, &scope.region) else { return Ok(None) };
        if !self.has_name(&keeps.resource_type, &name).await? || self.gateway.stack_of(&name).await?.is_some() {
            return Ok(None);
        }
        Ok(Some(KeptResource {
            resource_type: keeps.resource_type.clone(),
            physical_id: name,
            definition: None,
            live: None,
        }))
    }

    async fn finds(&mut self, resource_type: &str, physical_id: &str) -> Result<Presence, ObserveError> {
        if resource_type == "AWS::Connect::Instance" {
            let found = self.inventory.instance.as_ref().is_some_and(|instance| instance.arn == physical_id);
            return Ok(Presence::of(found));
        }
        if !resource_type.starts_with("AWS::Connect::") {
            if lookup(resource_type).is_some() {
                return Ok(Presence::of(self.has_name(resource_type, physical_id).await?));
            }
            return self.reads(resource_type, physical_id).await;
        }
        let Some(instance) = &self.inventory.instance else { return Ok(Presence::Gone) };
        if !self.objects.contains_key(resource_type) {
            let objects = self.gateway.objects_of(&instance.id, resource_type).await?;
            let ids = |objects: Vec<NamedObject>| objects.into_iter().map(|object| object.id).collect();
            self.objects.insert(resource_type.to_owned(), objects.map(ids));
        }
        let id = physical_id.rsplit('/').next().unwrap_or(physical_id);
        match self.objects.get(resource_type) {
            Some(Some(ids)) if !ids.contains(id) => Ok(Presence::Gone),
            Some(Some(_)) => match self.reads(resource_type, physical_id).await? {
                // It is there, whoever can say what it is.
                Presence::Gone | Presence::Unknown(_) => Ok(Presence::There(None)),
                read @ Presence::There(_) => Ok(read),
            },
            _ => self.reads(resource_type, physical_id).await,
        }
    }

    /// Whether the handler of the type reads it.
    async fn reads(&self, resource_type: &str, physical_id: &str) -> Result<Presence, ObserveError> {
        match self.gateway.resource(resource_type, physical_id).await {
            Ok(Some(properties)) => Ok(Presence::There(Some(properties))),
            Ok(None) => Ok(Presence::Gone),
            // One type that nobody reads, or may read, is no reason to plan nothing at all.
            Err(error) if matches!(error.kind, ErrorKind::AccessDenied | ErrorKind::Refused) => {
                Ok(Presence::Unknown(error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether something outside Connect has a name. Types that are not found by one are taken for not there.
    async fn has_name(&self, resource_type: &str, name: &str) -> Result<bool, ObserveError> {
        let Some(lookup) = lookup(resource_type) else { return Ok(false) };
        let holder = permitted(self.gateway.holder(lookup.resource, name, &self.account).await)?;
        Ok(holder == Some(NameHolder::Account))
    }
}
