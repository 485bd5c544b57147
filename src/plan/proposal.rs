//! What a stack can become in the next wave.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Definition;
use super::waves::{Relaxation, ResourceState, Waves, is_final};
use crate::graph::Graph;
use crate::model::{Address, Kind, Model, Target};
use crate::render::{Artifacts, Form};

/// Logical IDs of resources that are not wanted any more and must stay for now.
pub(super) type Held = BTreeSet<String>;

/// A wanted resource and what it needs.
pub(super) struct Resource<'a> {
    pub(super) address: &'a Address,
    pub(super) logical_id: &'a str,
    needs: Vec<Need<'a>>,
}

struct Need<'a> {
    target: &'a Address,
    /// Logical ID, where the template names the target directly.
    direct: Option<&'a str>,
    /// The property it occurs in, where that may be left out at first.
    deferrable: Option<&'a str>,
}

/// What a stack becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proposal {
    /// How its resources stand afterwards; what is not in it is not in the stack.
    pub(super) states: BTreeMap<String, ResourceState>,
    /// Targets that resources wait for which cannot do without.
    pub(super) missing: BTreeSet<Address>,
    /// Targets that only deferrable properties wait for.
    pub(super) deferred: BTreeSet<Address>,
}

/// The resources of each stack with their needs, each after those it needs.
pub(super) fn wanted<'a>(
    artifacts: &'a Artifacts,
    model: &'a Model,
    graph: &'a Graph,
    logical_ids: &BTreeMap<&'a Address, (&'a str, &'a str)>,
) -> BTreeMap<&'a str, Vec<Resource<'a>>> {
    let instance = model.resources.keys().find(|address| address.kind == Kind::Instance);
    let mut wanted: BTreeMap<&str, Vec<Resource>> = BTreeMap::new();
    for artifact in &artifacts.stacks {
        wanted.entry(&artifact.name).or_default();
    }
    for address in &graph.order {
        let (Some(resource), Some(&(stack, logical_id))) = (model.resources.get(address), logical_ids.get(address))
        else {
            continue;
        };
        let direct = |target: &Address| {
            let (other, id) = logical_ids.get(target)?;
            (*other == stack && !graph.is_deferred(address, target)).then_some(*id)
        };
        let mut needs = Vec::new();
        for (name, value) in &resource.properties {
            let deferrable = resource.deferrable.contains_key(name).then_some(name.as_str());
            for reference in value.references() {
                let target = match &reference.target {
                    Target::Resource(target) => Some(target),
                    Target::Builtin { .. } | Target::Instance => instance,
                };
                needs.extend(target.map(|target| Need { target, direct: direct(target), deferrable }));
            }
        }
        needs.extend(resource.depends_on.iter().map(|target| Need {
            target,
            direct: direct(target),
            deferrable: None,
        }));
        wanted.entry(stack).or_default().push(Resource { address, logical_id, needs });
    }
    wanted
}

/// The agent statuses among what is about to leave that can still be chosen, out of use.
fn unwanted_statuses(
    leaving: Vec<(&String, &ResourceState)>,
    deployed: &BTreeMap<String, Definition>,
) -> Vec<(String, ResourceState)> {
    let can_be_chosen = |logical_id: &String, states: &ResourceState| {
        let status = deployed.get(logical_id).filter(|existing| existing.address.kind == Kind::AgentStatus);
        states.form != Form::Disabled
            && status.is_some_and(|status| status.properties.get("State").is_none_or(|state| state != "DISABLED"))
    };
    leaving
        .into_iter()
        .filter(|(logical_id, states)| can_be_chosen(logical_id, states))
        .map(|(logical_id, _)| (logical_id.clone(), ResourceState { form: Form::Disabled, settled: true }))
        .collect()
}

impl<'a> Waves<'a> {
    /// The best the next operation on a stack can make of it.
    pub(super) fn propose(&self, stack: &str, held: &Held, relaxation: Relaxation) -> Proposal {
        let mut proposal = Proposal::default();
        let now = self.states.get(stack);
        let claim = self.next_claim(stack);
        for resource in self.wanted.get(stack).into_iter().flatten() {
            let current = now.and_then(|now| now.get(resource.logical_id));
            if resource.address.kind == Kind::PhoneNumber && claim.is_some_and(|claim| claim != resource.logical_id) {
                proposal.states.extend(current.map(|current| (resource.logical_id.to_owned(), current.clone())));
                continue;
            }
            if let Some(states) = self.next_standing(resource, current, &mut proposal, relaxation) {
                proposal.states.insert(resource.logical_id.to_owned(), states);
            }
        }
        self.keep_unwanted(stack, held, relaxation, &mut proposal);
        proposal
    }

    /// The next phone number to be claimed in a stack.
    ///
    /// Numbers are claimed one at a time, each in an operation that changes no other: whatever fails is rolled back, and
    /// a number that is rolled back is released and gone for months. Two numbers of a kind cannot reach for the same
    /// free one either.
    fn next_claim(&self, stack: &str) -> Option<&'a str> {
        let now = self.states.get(stack);
        let is_new = |logical_id: &str| now.is_none_or(|now| !now.contains_key(logical_id));
        let mut numbers =
            self.wanted.get(stack).into_iter().flatten().filter(|resource| resource.address.kind == Kind::PhoneNumber);
        numbers.find(|resource| is_new(resource.logical_id)).map(|resource| resource.logical_id)
    }

    fn next_standing(
        &self,
        resource: &Resource<'a>,
        current: Option<&ResourceState>,
        proposal: &mut Proposal,
        relaxation: Relaxation,
    ) -> Option<ResourceState> {
        if let Some(current) = current.filter(|current| is_final(current)) {
            return Some(current.clone());
        }
        if let Some(current) = current.filter(|_| self.waits_for_groups(resource)) {
            return Some(current.clone());
        }
        let mut left_out = BTreeSet::new();
        let (mut missing, mut deferred) = (BTreeSet::new(), BTreeSet::new());
        let mut settled = true;
        for need in &resource.needs {
            // A version freezes what is there: a stand-in must not be published.
            let freezes = resource.address.kind.version_of().is_some_and(|of| of.kind == need.target.kind);
            let available = match need.direct {
                Some(logical_id) => {
                    let state = proposal.states.get(logical_id);
                    state.is_some_and(|state| !freezes || state.form == Form::Final)
                }
                None => self.is_there(need.target) && (!freezes || self.is_replaced_by_now(need.target)),
            };
            let renewed_later = need.direct.is_none() && available && self.awaits_replacement(need.target);
            settled &= !renewed_later;
            if available && !(renewed_later && relaxation < Relaxation::OldIdentifiers) {
                continue;
            }
            match need.deferrable {
                Some(property) => {
                    left_out.insert(property.to_owned());
                    deferred.insert(need.target.clone());
                }
                None => {
                    missing.insert(need.target.clone());
                }
            }
        }
        proposal.missing.extend(missing.iter().cloned());
        proposal.deferred.extend(deferred);
        if missing.is_empty() && left_out.is_empty() {
            return Some(ResourceState { form: Form::Final, settled });
        }
        match current {
            Some(ResourceState { form: Form::Without(_), .. }) | None if missing.is_empty() => {
                Some(ResourceState { form: Form::Without(left_out), settled: true })
            }
            // A live resource is never taken back to less than it is.
            Some(current) => Some(current.clone()),
            None => None,
        }
    }

    /// True for the levels of the hierarchy while groups are there that have to go: a level goes only when there is no
    /// group on it, and CloudFormation changes before it deletes.
    fn waits_for_groups(&self, resource: &Resource<'a>) -> bool {
        let leaves = |logical_id: &String| {
            let existing = self.deployed.get(logical_id).filter(|one| one.address.kind == Kind::HierarchyGroup);
            existing.is_some() && !self.logical_ids.values().any(|(_, wanted)| wanted == logical_id)
        };
        resource.address.kind == Kind::HierarchyLevels && self.states.values().flat_map(BTreeMap::keys).any(leaves)
    }

    fn is_there(&self, target: &Address) -> bool {
        if target.kind == Kind::Instance && self.inventory.instance.is_some() && !self.replaced.contains(target) {
            return true;
        }
        self.logical_ids.get(target).is_some_and(|(stack, logical_id)| self.stands(stack, logical_id))
    }

    fn awaits_replacement(&self, target: &Address) -> bool {
        self.replaced.contains(target) && !self.is_replaced_by_now(target)
    }

    /// Adds what is not wanted any more and cannot go yet.
    fn keep_unwanted(&self, stack: &str, held: &Held, relaxation: Relaxation, proposal: &mut Proposal) {
        let wanted: BTreeSet<&str> =
            self.wanted.get(stack).into_iter().flatten().map(|resource| resource.logical_id).collect();
        let now = self.states.get(stack).into_iter().flatten();
        let mut unwanted: Vec<(&String, &ResourceState)> =
            now.filter(|(logical_id, _)| !wanted.contains(logical_id.as_str())).collect();
        // Mostly nothing is unwanted, and what others mention takes a look at the whole center.
        if unwanted.is_empty() {
            return;
        }
        let elsewhere = if relaxation == Relaxation::Forced { BTreeSet::new() } else { self.mentioned_outside(stack) };
        loop {
            let inside = self.mentioned_as_deployed(&proposal.states);
            let (kept, rest): (Vec<_>, Vec<_>) = unwanted.into_iter().partition(|(logical_id, _)| {
                let mentioned = self.deployed.get(*logical_id).is_some_and(|existing| {
                    inside.contains(&existing.address) || elsewhere.contains(&existing.address)
                });
                mentioned || held.contains(*logical_id)
            });
            if kept.is_empty() {
                // What cannot be deleted is put out of use before it leaves.
                proposal.states.extend(unwanted_statuses(rest, self.deployed));
                return;
            }
            proposal.states.extend(kept.into_iter().map(|(logical_id, states)| (logical_id.clone(), states.clone())));
            unwanted = rest;
        }
    }

    /// What the deployed definitions among these resources refer to.
    fn mentioned_as_deployed(&self, states: &BTreeMap<String, ResourceState>) -> BTreeSet<&Address> {
        states
            .iter()
            .filter(|(_, states)| states.form == Form::Deployed)
            .filter_map(|(logical_id, _)| self.deployed.get(logical_id))
            .flat_map(|existing| &existing.mentions)
            .collect()
    }

    /// What the deployed definitions in other stacks refer to.
    fn mentioned_outside(&self, stack: &str) -> BTreeSet<&Address> {
        let others = self.states.iter().filter(|(other, _)| **other != stack);
        others.flat_map(|(_, states)| self.mentioned_as_deployed(states)).collect()
    }

    /// True where a stack can be deleted as a whole.
    pub(super) fn can_leave(&self, stack: &str, held: &Held, relaxation: Relaxation) -> bool {
        let elsewhere = if relaxation == Relaxation::Forced { BTreeSet::new() } else { self.mentioned_outside(stack) };
        self.states.get(stack).into_iter().flatten().all(|(logical_id, _)| {
            let mentioned = self.deployed.get(logical_id).is_some_and(|existing| elsewhere.contains(&existing.address));
            !mentioned && !held.contains(logical_id)
        })
    }
}
