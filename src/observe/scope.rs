//! What to look for in an account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::inventory::{DeployedStack, KeptResource};
use crate::model::{Address, DeletionPolicy, EXISTING_PHONE_NUMBER, Instance, Kind, Model, Target, TextPart, Value};

/// One center, as far as one has to know it to look at an account: out of a model, or out of a plan that was made
/// earlier.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The center's name.
    pub center: String,
    /// AWS region.
    pub region: String,
    /// The environment chosen with `--env`.
    pub environment: Option<String>,
    instance: Wanted,
    /// Built-in objects that are referred to, each with one resource that cannot do without.
    pub(super) builtins: BTreeMap<(Kind, String), Option<Address>>,
    /// Whether numbers come under management that were claimed by hand.
    pub(super) takes_numbers_over: bool,
    /// What is kept when a stack is deleted, by logical ID.
    pub(super) keeps: BTreeMap<String, Keeps>,
    /// Whether the center has agent statuses, which may be there already.
    pub(super) has_statuses: bool,
    /// Whether the center has settings of an instance that is not its own.
    pub(super) has_settings: bool,
}

/// A resource that is kept when its stack is deleted.
#[derive(Clone, Debug)]
pub(super) struct Keeps {
    /// CloudFormation type.
    pub(super) resource_type: String,
    /// The name it is found by, where it has one.
    name: Option<Value>,
}

impl Keeps {
    /// The name, where nothing but account and region is needed to know it.
    pub(super) fn name(&self, account: &str, region: &str) -> Option<String> {
        let parts = match self.name.as_ref()? {
            Value::String(name) => return Some(name.clone()),
            Value::Text(parts) => parts,
            _ => return None,
        };
        let part = |part: &TextPart| match part {
            TextPart::Literal(text) => Some(text.clone()),
            TextPart::Pseudo("AWS::AccountId") => Some(account.to_owned()),
            TextPart::Pseudo("AWS::Region") => Some(region.to_owned()),
            TextPart::Pseudo(_) | TextPart::Reference(_) => None,
        };
        parts.iter().map(part).collect()
    }
}

/// The instance to look for.
#[derive(Clone, Debug)]
enum Wanted {
    /// It must be there; its alias, id or ARN.
    Existing(String),
    /// The center creates it, under this logical ID.
    Created(Option<String>),
    /// What a plan found; it may be gone.
    Found(String),
}

impl Scope {
    /// What a model needs.
    pub fn of(model: &Model) -> Self {
        let instance = match &model.instance {
            Instance::Existing(wanted) => Wanted::Existing(wanted.clone()),
            Instance::Created(address) => {
                Wanted::Created(model.resources.get(address).map(|resource| resource.logical_id.clone()))
            }
        };
        let takes_over = |metadata: &BTreeMap<String, String>| metadata.contains_key(EXISTING_PHONE_NUMBER);
        Self {
            center: model.center.clone(),
            region: model.region.clone(),
            environment: model.environment.clone(),
            instance,
            builtins: builtins(model).into_iter().map(|(builtin, needed_by)| (builtin, Some(needed_by))).collect(),
            takes_numbers_over: model.resources.values().any(|resource| takes_over(&resource.metadata)),
            keeps: keeps(model),
            has_statuses: model.resources.keys().any(|address| address.kind == Kind::AgentStatus),
            has_settings: !model.instance_settings.is_empty(),
        }
    }

    /// What tells whether a plan of a center still holds: the instance it found, by ARN, and the built-in objects it
    /// refers to.
    pub fn again(
        center: &str,
        region: &str,
        environment: Option<&str>,
        instance: Option<&str>,
        builtins: BTreeSet<(Kind, String)>,
    ) -> Self {
        Self {
            center: center.to_owned(),
            region: region.to_owned(),
            environment: environment.map(str::to_owned),
            instance: instance.map_or(Wanted::Created(None), |arn| Wanted::Found(arn.to_owned())),
            builtins: builtins.into_iter().map(|builtin| (builtin, None)).collect(),
            takes_numbers_over: false,
            keeps: BTreeMap::new(),
            has_statuses: false,
            has_settings: false,
        }
    }

    /// True for a template that Callform rendered for this center and environment.
    pub(super) fn made(&self, template: &Json) -> bool {
        let note = |name: &str| template.pointer(&format!("/Metadata/Callform/{name}")).and_then(Json::as_str);
        note("Center") == Some(&self.center) && note("Environment") == self.environment.as_deref()
    }

    /// The instance among what was kept, where the center creates it: its ARN.
    pub(super) fn kept_instance<'a>(&self, kept: &'a BTreeMap<String, KeptResource>) -> Option<&'a str> {
        match &self.instance {
            Wanted::Created(Some(logical_id)) => kept.get(logical_id).map(|kept| kept.physical_id.as_str()),
            Wanted::Created(None) | Wanted::Existing(_) | Wanted::Found(_) => None,
        }
    }

    /// The same, and what could come under management, where that is wanted.
    #[must_use]
    pub fn with_imports(self, wanted: bool) -> Self {
        Self { takes_numbers_over: wanted, has_statuses: wanted, ..self }
    }

    /// The same, and the settings of the instance, where they are wanted.
    #[must_use]
    pub fn with_settings(self, wanted: bool) -> Self {
        Self { has_settings: wanted, ..self }
    }

    /// Alias, id or ARN of the instance to look for; `None` where the center creates it and has not yet.
    pub(super) fn wanted_instance(&self, stacks: &BTreeMap<String, DeployedStack>) -> Option<String> {
        match &self.instance {
            Wanted::Existing(wanted) | Wanted::Found(wanted) => Some(wanted.clone()),
            Wanted::Created(logical_id) => {
                let logical_id = logical_id.as_ref()?;
                stacks.values().find_map(|stack| stack.physical_ids.get(logical_id)).cloned()
            }
        }
    }

    /// The instance that has to be there.
    pub(super) fn required_instance(&self) -> Option<&str> {
        match &self.instance {
            Wanted::Existing(wanted) => Some(wanted),
            Wanted::Created(_) | Wanted::Found(_) => None,
        }
    }
}

/// What the model keeps. Numbers that are taken over are found by themselves.
fn keeps(model: &Model) -> BTreeMap<String, Keeps> {
    let kept = model.resources.values().filter(|resource| {
        resource.deletion_policy == DeletionPolicy::Retain && !resource.metadata.contains_key(EXISTING_PHONE_NUMBER)
    });
    kept.map(|resource| {
        let lookup = resource.address.kind.descriptor().lookup.as_ref().filter(|lookup| lookup.is_physical_id);
        let name = lookup.and_then(|lookup| resource.properties.get(lookup.property)).cloned();
        (resource.logical_id.clone(), Keeps { resource_type: resource.resource_type.clone(), name })
    })
    .collect()
}

/// Every built-in object the model refers to, with one resource that does.
fn builtins(model: &Model) -> BTreeMap<(Kind, String), Address> {
    let mut needed = BTreeMap::new();
    for resource in model.resources.values() {
        for reference in resource.properties.values().flat_map(Value::references) {
            if let Target::Builtin { kind, name } = &reference.target {
                needed.entry((*kind, name.clone())).or_insert_with(|| resource.address.clone());
            }
        }
    }
    for association in &model.associations {
        if let Target::Builtin { kind, name } = &association.flow {
            needed.entry((*kind, name.clone())).or_insert_with(|| association.phone_number.clone());
        }
    }
    needed
}
