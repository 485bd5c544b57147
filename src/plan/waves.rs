//! The order of stack operations.
//!
//! The center is played forward in waves: each wave is a set of stack operations that do not depend on one another. In
//! every wave a resource is taken over as the blueprint has it when everything it refers to through parameters exists.
//! What cannot be taken over yet stays as it is deployed, or, where it is new, is made without its deferrable
//! properties. A stack waits for others before it makes a resource whose other references are missing.

use std::collections::{BTreeMap, BTreeSet};

use super::known::{Definition, Known};
use super::proposal::{Held, Proposal, Resource};
use super::{Action, Change, Identifier, OperationKind, ParameterValue, PlanError, StackOperation, Step};
use crate::graph::Graph;
use crate::inventory::Inventory;
use crate::model::{Address, Kind, Model, Reference, Target};
use crate::render::{Artifacts, Form, ParameterSource, StackArtifact, transitional};

/// The value of a parameter's item that nothing uses yet.
pub(super) const NOT_THERE_YET: &str = "not-there-yet";

/// How a resource stands in its stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourceState {
    pub(super) form: Form,
    /// False while it has an identifier that a later operation changes.
    pub(super) settled: bool,
}

/// How far the rules are bent where nothing else leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relaxation {
    /// Stacks wait for what their resources cannot do without.
    Waiting,
    /// Stacks go ahead with the resources that can be made.
    Partial,
    /// What is about to be replaced may be referred to under its old identifier.
    OldIdentifiers,
    /// What is to be deleted is deleted although other stacks still refer to it.
    Forced,
}

/// The center while it is played forward.
pub(super) struct Waves<'a> {
    pub(super) artifacts: &'a Artifacts,
    pub(super) model: &'a Model,
    pub(super) inventory: &'a Inventory,
    pub(super) known: &'a Known<'a>,
    pub(super) deployed: &'a BTreeMap<String, Definition>,
    /// The resources of each stack, each after those it needs.
    pub(super) wanted: BTreeMap<&'a str, Vec<Resource<'a>>>,
    /// Resources that get a new identifier.
    pub(super) replaced: BTreeSet<&'a Address>,
    /// Stacks whose tags or protection differ, or their notes of which flow answers a number.
    pub(super) touched: BTreeSet<&'a str>,
    /// How everything stands, by stack and logical ID.
    pub(super) states: BTreeMap<&'a str, BTreeMap<String, ResourceState>>,
    /// Addresses and their logical IDs.
    pub(super) logical_ids: BTreeMap<&'a Address, (&'a str, &'a str)>,
}

impl<'a> Waves<'a> {
    /// The center as it is deployed, before the first wave.
    pub(super) fn new(
        artifacts: &'a Artifacts,
        model: &'a Model,
        graph: &'a Graph,
        inventory: &'a Inventory,
        known: &'a Known<'a>,
        deployed: &'a BTreeMap<String, Definition>,
        changes: &'a [Change],
    ) -> Self {
        let logical_ids: BTreeMap<&Address, (&str, &str)> = artifacts
            .stacks
            .iter()
            .flat_map(|stack| {
                let name = stack.name.as_str();
                stack.resources.iter().map(move |(logical_id, address)| (address, (name, logical_id.as_str())))
            })
            .collect();
        let unchanged: BTreeSet<&str> = changes
            .iter()
            .filter(|change| change.action == Action::NoOp)
            .map(|change| change.logical_id.as_str())
            .collect();
        let mut states: BTreeMap<&str, BTreeMap<String, ResourceState>> = BTreeMap::new();
        for (logical_id, existing) in deployed {
            let form = if unchanged.contains(logical_id.as_str()) { Form::Final } else { Form::Deployed };
            let states = states.entry(existing.stack.as_str()).or_default();
            states.insert(logical_id.clone(), ResourceState { form, settled: true });
        }
        let replaced = changes.iter().filter(|change| change.action == Action::Replace).map(|change| &change.address);
        Self {
            artifacts,
            model,
            inventory,
            known,
            deployed,
            wanted: super::proposal::wanted(artifacts, model, graph, &logical_ids),
            replaced: replaced.collect(),
            touched: artifacts
                .stacks
                .iter()
                .filter(|stack| is_touched(stack, inventory))
                .map(|s| s.name.as_str())
                .collect(),
            states,
            logical_ids,
        }
    }

    /// Plays waves until everything is as wanted, except what is held. Adds their steps.
    pub(super) fn run(&mut self, held: &Held, steps: &mut Vec<Step>) -> Result<(), PlanError> {
        loop {
            let open = self.open_stacks();
            let levels = [Relaxation::Waiting, Relaxation::Partial, Relaxation::OldIdentifiers, Relaxation::Forced];
            let wave =
                levels.into_iter().map(|relaxation| self.wave(&open, held, relaxation)).find(|wave| !wave.is_empty());
            let Some(wave) = wave else {
                let only_held = open.iter().all(|stack| self.waits_for_held(stack, held));
                let stacks = open.into_iter().map(str::to_owned).collect();
                return if only_held { Ok(()) } else { Err(PlanError::NoOrder { stacks }) };
            };
            let operations = wave.iter().map(|(stack, proposal)| self.operation(stack, proposal.as_ref())).collect();
            steps.push(Step::Stacks(operations));
            for (stack, proposal) in wave {
                match proposal {
                    Some(proposal) => self.states.insert(stack, proposal.states),
                    None => self.states.remove(stack),
                };
                self.touched.remove(stack);
            }
        }
    }

    /// Stacks that are not as wanted yet.
    fn open_stacks(&self) -> Vec<&'a str> {
        let wanted = self.artifacts.stacks.iter().map(|stack| stack.name.as_str());
        let open = wanted.filter(|stack| self.touched.contains(stack) || !self.is_done(stack));
        let leaving = self.states.keys().copied().filter(|&stack| self.is_leaving(stack));
        open.chain(leaving).collect()
    }

    pub(super) fn is_done(&self, stack: &str) -> bool {
        let wanted = self.wanted.get(stack).map(Vec::as_slice).unwrap_or_default();
        let states = self.states.get(stack);
        states.map_or(0, BTreeMap::len) == wanted.len()
            && wanted
                .iter()
                .all(|resource| states.and_then(|states| states.get(resource.logical_id)).is_some_and(is_final))
    }

    /// True for stacks the blueprint has no resources for any more. A protected one is left alone.
    fn is_leaving(&self, stack: &str) -> bool {
        !self.artifacts.stacks.iter().any(|artifact| artifact.name == stack)
            && !self.inventory.stacks.get(stack).is_some_and(|stack| stack.termination_protection)
    }

    fn waits_for_held(&self, stack: &str, held: &Held) -> bool {
        let states = self.states.get(stack).into_iter().flatten();
        let mut extra = states.filter(|(logical_id, states)| {
            states.form == Form::Deployed || !is_final(states) || self.is_unwanted(logical_id)
        });
        extra.any(|(logical_id, _)| held.contains(logical_id))
    }

    fn is_unwanted(&self, logical_id: &str) -> bool {
        !self.artifacts.stacks.iter().any(|stack| stack.resources.contains_key(logical_id))
    }

    /// The operations of the next wave: what each stack becomes, nothing for stacks that go.
    fn wave(&self, open: &[&'a str], held: &Held, relaxation: Relaxation) -> Vec<(&'a str, Option<Proposal>)> {
        let mut wave: Vec<(&str, Option<Proposal>)> = Vec::new();
        let mut provided: BTreeSet<&Address> = BTreeSet::new();
        let mut later = Vec::new();
        for &stack in open {
            if self.is_leaving(stack) {
                if self.can_leave(stack, held, relaxation) {
                    wave.push((stack, None));
                }
                continue;
            }
            let proposal = self.propose(stack, held, relaxation);
            let leads_on = self.states.get(stack) != Some(&proposal.states) || self.touched.contains(stack);
            if !leads_on || proposal.states.is_empty() {
                continue;
            }
            if proposal.missing.is_empty() && proposal.deferred.is_empty() {
                provided.extend(self.provides(stack, &proposal));
                wave.push((stack, Some(proposal)));
            } else {
                later.push((stack, proposal));
            }
        }
        // What waits only for deferrable references goes ahead, unless this wave brings what it waits for anyway.
        for (stack, proposal) in later {
            let brought = proposal.deferred.iter().chain(&proposal.missing).any(|target| provided.contains(target));
            let waits = relaxation == Relaxation::Waiting && !proposal.missing.is_empty();
            if !brought && !waits {
                wave.push((stack, Some(proposal)));
            }
        }
        wave.sort_by_key(|(stack, _)| open.iter().position(|other| other == stack));
        wave
    }

    /// What exists after an operation and did not before.
    fn provides(&self, stack: &str, proposal: &Proposal) -> Vec<&'a Address> {
        let before = self.states.get(stack);
        let wanted = self.wanted.get(stack).map(Vec::as_slice).unwrap_or_default();
        wanted
            .iter()
            .filter(|resource| {
                let now = proposal.states.get(resource.logical_id);
                now.is_some() && now != before.and_then(|before| before.get(resource.logical_id))
            })
            .map(|resource| resource.address)
            .collect()
    }

    fn operation(&self, stack: &str, proposal: Option<&Proposal>) -> StackOperation {
        let artifact = self.artifacts.stacks.iter().find(|artifact| artifact.name == stack);
        let (Some(artifact), Some(proposal)) = (artifact, proposal) else {
            return StackOperation::delete(stack);
        };
        let exists = self.states.contains_key(stack);
        let wanted = self.wanted.get(stack).map_or(0, Vec::len);
        let complete =
            proposal.states.len() == wanted && proposal.states.values().all(|states| states.form == Form::Final);
        let template = if complete {
            artifact.template.clone()
        } else {
            let forms: BTreeMap<String, Form> =
                proposal.states.iter().map(|(logical_id, states)| (logical_id.clone(), states.form.clone())).collect();
            transitional(artifact, self.model, self.inventory.stacks.get(stack), &forms)
        };
        StackOperation {
            stack: stack.to_owned(),
            kind: if exists { OperationKind::Update } else { OperationKind::Create },
            template,
            parameters: self.parameters(artifact),
            transitional: !complete || proposal.states.values().any(|states| !states.settled),
            termination_protection: artifact.termination_protection,
            tags: artifact.tags.clone(),
            imports: BTreeMap::new(),
        }
    }

    pub(super) fn parameters(&self, artifact: &StackArtifact) -> BTreeMap<String, ParameterValue> {
        artifact
            .parameters
            .iter()
            .map(|(name, source)| {
                let value = match source {
                    ParameterSource::ArtifactBucket => ParameterValue::ArtifactBucket,
                    ParameterSource::References(references) => {
                        ParameterValue::Join(references.iter().map(|each| self.identifier(each)).collect())
                    }
                };
                (name.clone(), value)
            })
            .collect()
    }

    /// The identifier of a target as the waves so far left it.
    pub(super) fn identifier(&self, reference: &Reference) -> Identifier {
        let made = match &reference.target {
            Target::Resource(address) => {
                let renewed = self.replaced.contains(address) && self.is_replaced_by_now(address);
                (renewed || self.known.physical_id(address).is_none()).then_some(address)
            }
            Target::Instance if self.inventory.instance.is_none() => self.instance(),
            Target::Instance => None,
            Target::Builtin { .. } => None,
        };
        match made.and_then(|address| self.logical_ids.get(address)) {
            Some(&(stack, logical_id)) if self.stands(stack, logical_id) => Identifier::AfterApply {
                reference: reference.clone(),
                stack: stack.to_owned(),
                logical_id: logical_id.to_owned(),
            },
            Some(_) => Identifier::Known(NOT_THERE_YET.to_owned()),
            None => match (self.known.identifier(reference), &reference.target) {
                (Some(known), _) => Identifier::Known(known),
                (None, Target::Builtin { .. }) if self.instance_stands() => {
                    Identifier::Lookup(reference.target.clone())
                }
                (None, _) => Identifier::Known(NOT_THERE_YET.to_owned()),
            },
        }
    }

    /// The instance, where the blueprint creates it.
    pub(super) fn instance(&self) -> Option<&'a Address> {
        self.logical_ids.keys().copied().find(|address| address.kind == Kind::Instance)
    }

    /// True once the instance that the blueprint creates is made: what is built into it can be looked up then.
    fn instance_stands(&self) -> bool {
        let place = self.instance().and_then(|address| self.logical_ids.get(address));
        place.is_some_and(|(stack, logical_id)| self.stands(stack, logical_id))
    }

    pub(super) fn stands(&self, stack: &str, logical_id: &str) -> bool {
        self.states.get(stack).is_some_and(|states| states.contains_key(logical_id))
    }

    pub(super) fn is_replaced_by_now(&self, address: &Address) -> bool {
        self.logical_ids.get(address).is_some_and(|(stack, logical_id)| {
            let states = self.states.get(stack).and_then(|states| states.get(*logical_id));
            states.is_some_and(|states| states.form == Form::Final)
        })
    }
}

pub(super) fn is_final(states: &ResourceState) -> bool {
    states.form == Form::Final && states.settled
}

fn is_touched(artifact: &StackArtifact, inventory: &Inventory) -> bool {
    inventory.stacks.get(&artifact.name).filter(|deployed| deployed.exists()).is_some_and(|deployed| {
        deployed.tags != artifact.tags || deployed.termination_protection != artifact.termination_protection
    })
}

impl StackOperation {
    /// The deletion of a stack. Applying takes its protection away first.
    pub(crate) fn delete(stack: &str) -> Self {
        Self {
            stack: stack.to_owned(),
            kind: OperationKind::Delete,
            template: serde_json::Value::Null,
            parameters: BTreeMap::new(),
            transitional: false,
            termination_protection: false,
            tags: BTreeMap::new(),
            imports: BTreeMap::new(),
        }
    }
}
