//! What earlier deployments of a center kept, and is still there.
//!
//! Sources: for 90 days CloudFormation tells of deleted stacks what it skipped when it deleted them; an incomplete stack
//! that can only be deleted keeps what its policies say; and what has a name is found by it. A resource is only told of
//! where a look at the service shows that it is there.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::{ErrorKind, Gateway, GatewayError, NameHolder};
use serde_json::Value as Json;

use super::scope::Keeps;
use super::stacks::belongs;
use super::{ObserveError, Scope};
use crate::inventory::{DeployedStack, Inventory, KeptResource};
use crate::kinds::Kind;

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
    }
}

/// What is there of the candidates, and of what the center names and no stack has.
pub(super) async fn still_there(
    gateway: &Gateway,
    scope: &Scope,
    inventory: &Inventory,
    candidates: BTreeMap<String, KeptResource>,
) -> Result<BTreeMap<String, KeptResource>, ObserveError> {
    let wanted = wanted(scope, &inventory.stacks);
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let account = gateway.account().await?;
    let mut look = Look { gateway, account, inventory, objects: BTreeMap::new() };
    let mut kept = BTreeMap::new();
    for (logical_id, keeps) in scope.keeps.iter().filter(|(logical_id, _)| wanted.contains(logical_id.as_str())) {
        let candidate = candidates.get(logical_id).filter(|kept| kept.resource_type == keeps.resource_type);
        // Where the last one is gone, one of the same name may be there.
        if let Some(candidate) = candidate
            && look.finds(&candidate.resource_type, &candidate.physical_id).await?
        {
            kept.insert(logical_id.clone(), candidate.clone());
        }
        if !kept.contains_key(logical_id)
            && let Some(found) = look.by_name(scope, keeps).await?
        {
            kept.insert(logical_id.clone(), found);
        }
    }
    Ok(kept)
}

/// Looks whether things are there.
struct Look<'a> {
    gateway: &'a Gateway,
    account: String,
    inventory: &'a Inventory,
    /// Ids of the objects of a type in the instance.
    objects: BTreeMap<String, BTreeSet<String>>,
}

impl Look<'_> {
    /// Something that has the name the blueprint gives, and belongs to no stack.
    async fn by_name(&self, scope: &Scope, keeps: &Keeps) -> Result<Option<KeptResource>, ObserveError> {
        let Some(name) = keeps.name(&self.account, &scope.region) else { return Ok(None) };
        if !self.has_name(&keeps.resource_type, &name).await? || self.gateway.stack_of(&name).await?.is_some() {
            return Ok(None);
        }
        Ok(Some(KeptResource { resource_type: keeps.resource_type.clone(), physical_id: name, definition: None }))
    }

    async fn finds(&mut self, resource_type: &str, physical_id: &str) -> Result<bool, ObserveError> {
        if resource_type == "AWS::Connect::Instance" {
            return Ok(self.inventory.instance.as_ref().is_some_and(|instance| instance.arn == physical_id));
        }
        if !resource_type.starts_with("AWS::Connect::") {
            return self.has_name(resource_type, physical_id).await;
        }
        let Some(instance) = &self.inventory.instance else { return Ok(false) };
        if !self.objects.contains_key(resource_type) {
            let objects = self.gateway.objects_of(&instance.id, resource_type).await?.unwrap_or_default();
            self.objects.insert(resource_type.to_owned(), objects.into_iter().map(|object| object.id).collect());
        }
        let id = physical_id.rsplit('/').next().unwrap_or(physical_id);
        Ok(self.objects.get(resource_type).is_some_and(|ids| ids.contains(id)))
    }

    /// Whether something outside Connect has a name. Types that cannot be asked for are taken for not there.
    async fn has_name(&self, resource_type: &str, name: &str) -> Result<bool, ObserveError> {
        let lookup = Kind::of_type(resource_type).and_then(|kind| kind.descriptor().lookup.as_ref());
        let Some(lookup) = lookup.filter(|lookup| lookup.is_physical_id) else { return Ok(false) };
        let holder = permitted(self.gateway.holder(lookup.resource, name, &self.account).await)?;
        Ok(holder == Some(NameHolder::Account))
    }
}
