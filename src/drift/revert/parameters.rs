//! Parameters whose identifiers belong to resources that are made anew.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::drift::{DriftReport, DriftStatus};
use crate::inventory::DeployedStack;
use crate::model::{Address, Reference, Target};
use crate::plan::{Identifier, Known, ParameterValue};
use crate::render::{kind_of_parameter, parameter_values, traveling};

/// The parameters with the values they have.
pub(super) fn as_deployed(stack: &DeployedStack) -> BTreeMap<String, ParameterValue> {
    stack.parameters.iter().map(|(name, value)| (name.clone(), known(value))).collect()
}

fn known(value: &str) -> ParameterValue {
    ParameterValue::Join(vec![Identifier::Known(value.to_owned())])
}

/// A place in a packed parameter: name and position.
pub(super) type Slot = (String, usize);

/// What is made anew and so gets another identifier.
pub(super) struct Renewed<'a> {
    known: &'a Known<'a>,
    /// Stack and logical ID.
    places: BTreeMap<&'a Address, (&'a str, &'a str)>,
}

impl<'a> Renewed<'a> {
    pub(super) fn new(report: &'a DriftReport, known: &'a Known<'a>) -> Self {
        let deleted = report.resources.iter().filter(|drifted| drifted.status == DriftStatus::Deleted);
        let places = deleted.map(|one| (&one.address, (one.stack.as_str(), one.logical_id.as_str()))).collect();
        Self { known, places }
    }

    /// The new identifier of something that is made anew; none for everything else.
    pub(super) fn identifier(&self, reference: &Reference) -> Option<Identifier> {
        let Target::Resource(address) = &reference.target else { return None };
        let (stack, logical_id) = self.places.get(address)?;
        Some(Identifier::AfterApply {
            reference: reference.clone(),
            stack: (*stack).to_owned(),
            logical_id: (*logical_id).to_owned(),
        })
    }

    /// The new identifiers in the packed parameters of a stack.
    fn identifiers(&self, stack: &DeployedStack) -> BTreeMap<Slot, Identifier> {
        let mut found = BTreeMap::new();
        for (name, value) in parameter_values(stack) {
            let (Some(kind), Json::Array(items)) = (kind_of_parameter(&name), value) else { continue };
            for (position, item) in items.iter().enumerate() {
                let target = item.as_str().and_then(|id| self.known.target_of(kind, id));
                let reference = target.map(|target| Reference { target: target.clone(), attribute: traveling(kind) });
                if let Some(identifier) = reference.and_then(|reference| self.identifier(&reference)) {
                    found.insert((name.clone(), position), identifier);
                }
            }
        }
        found
    }

    /// Where the parameters of a stack have identifiers that are no longer.
    pub(super) fn slots(&self, stack: &DeployedStack) -> BTreeSet<Slot> {
        self.identifiers(stack).into_keys().collect()
    }

    /// Logical IDs of what is made anew and known to the parameters of some stack, each with its present physical id.
    pub(super) fn used<'b>(&self, stacks: impl Iterator<Item = &'b DeployedStack>) -> BTreeMap<String, Vec<String>> {
        let identifiers = stacks.flat_map(|stack| self.identifiers(stack).into_values());
        let mut used = BTreeMap::new();
        for identifier in identifiers {
            if let Identifier::AfterApply { reference, logical_id, .. } = identifier
                && let Target::Resource(address) = &reference.target
                && let Some(id) = self.known.physical_id(address)
            {
                used.insert(logical_id, vec![id.to_owned()]);
            }
        }
        used
    }

    /// True where the parameters of a stack have such identifiers.
    pub(super) fn is_used_by(&self, stack: &DeployedStack) -> bool {
        !self.places.is_empty() && !self.identifiers(stack).is_empty()
    }

    /// The stack of each of some places in the parameters of a stack, where it is another one.
    pub(super) fn stacks_of(&self, stack: &DeployedStack, slots: &BTreeSet<Slot>) -> BTreeSet<String> {
        self.identifiers(stack)
            .into_iter()
            .filter(|(slot, _)| slots.contains(slot))
            .filter_map(|(_, identifier)| match identifier {
                Identifier::AfterApply { stack, .. } => Some(stack),
                Identifier::Known(_) | Identifier::Lookup(_) => None,
            })
            .filter(|of| *of != stack.name)
            .collect()
    }

    /// The parameters of a stack with the new identifiers of what is in the stacks that are done.
    pub(super) fn parameters(
        &self,
        stack: &DeployedStack,
        is_done: impl Fn(&str) -> bool,
    ) -> BTreeMap<String, ParameterValue> {
        let mut identifiers = self.identifiers(stack);
        identifiers.retain(|_, identifier| match identifier {
            Identifier::AfterApply { stack, .. } => is_done(stack),
            Identifier::Known(_) | Identifier::Lookup(_) => true,
        });
        stack
            .parameters
            .iter()
            .map(|(name, value)| {
                if !identifiers.keys().any(|(parameter, _)| parameter == name) {
                    return (name.clone(), known(value));
                }
                let items = value.split(',').enumerate().map(|(position, item)| {
                    let new = identifiers.remove(&(name.clone(), position));
                    new.unwrap_or_else(|| Identifier::Known(item.to_owned()))
                });
                (name.clone(), ParameterValue::Join(items.collect()))
            })
            .collect()
    }
}
