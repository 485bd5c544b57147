//! What to look for in an account.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::DeployedStack;
use crate::model::{Address, EXISTING_PHONE_NUMBER, Instance, Kind, Model, Target, Value};

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
        }
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
