//! Which flows callers come to, and what may hold where they come in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use callform_flow::{Action, FlowType};
use serde_json::Value as Json;

use super::center::{Center, target_of};
use super::chains::{Asked, fold_counters};
use super::facts::{Event, Facts, Hook, Pick, picked, through};
use super::walk::Walk;
use crate::model::Target;

/// How a caller comes to a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// It answers a number.
    Answers,
    /// Another flow hands over to it.
    Transferred,
    /// It is a module that is not folded in.
    Module,
    /// It starts for the callback while the caller is still there.
    CallbackStarts,
    /// An event runs it.
    On(Event),
    /// Somebody who is called back hears it.
    CalledBack,
}

impl Role {
    /// In words, for a title.
    pub(super) fn words(self) -> &'static str {
        match self {
            Role::Answers => "answers the call",
            Role::Transferred => "another flow goes on here",
            Role::Module => "a module that flows call",
            Role::CallbackStarts => "runs for the callback",
            Role::On(Event::Waiting) => "while the caller waits in a queue",
            Role::On(Event::AgentWhisper) => "the agent hears it before they are joined",
            Role::On(Event::CallerWhisper) => "the caller hears it before they are joined",
            Role::On(Event::CallerHold) => "the caller hears it on hold",
            Role::On(Event::AgentHold) => "the agent hears it on hold",
            Role::On(Event::AfterAgent) => "when the agent has left",
            Role::CalledBack => "who is called back hears it first",
        }
    }
}

/// What is known of who takes calls from a queue.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What may hold when a call is taken.
    pub(super) facts: Facts,
    /// True where callbacks wait in it.
    pub(super) has_callbacks: bool,
    /// True where callers wait in it.
    pub(super) has_callers: bool,
}

/// The flows that are come to.
#[derive(Debug)]
pub(super) struct Flows<'c> {
    pub(super) center: &'c Center,
    /// In the order they are come to.
    pub(super) order: Vec<Target>,
    pub(super) walks: BTreeMap<Target, (Walk, Asked)>,
    pub(super) roles: BTreeMap<Target, BTreeSet<Role>>,
    entries: BTreeMap<Target, Facts>,
    /// Who takes calls, in the order they are come to.
    pub(super) picks: Vec<Pick>,
    pub(super) lines: BTreeMap<Pick, Line>,
    waiting: VecDeque<Target>,
}

impl<'c> Flows<'c> {
    /// The flows that callers come to from these.
    pub(super) fn from(center: &'c Center, first: &[Target]) -> Self {
        let mut flows = Self {
            center,
            order: Vec::new(),
            walks: BTreeMap::new(),
            roles: BTreeMap::new(),
            entries: BTreeMap::new(),
            picks: Vec::new(),
            lines: BTreeMap::new(),
            waiting: VecDeque::new(),
        };
        for flow in first {
            flows.enter(flow, Role::Answers, &Facts::at_first());
        }
        while let Some(flow) = flows.waiting.pop_front() {
            flows.follow(&flow);
        }
        flows
    }

    /// What a flow is for.
    pub(super) fn flow_type(&self, flow: &Target) -> FlowType {
        self.center.flow(flow).map_or(FlowType::ContactFlow, |flow| flow.flow_type)
    }

    /// What may hold before each block of a flow.
    pub(super) fn facts(&self, flow: &Target) -> Vec<Option<Facts>> {
        match (self.walks.get(flow), self.entries.get(flow)) {
            (Some((walk, _)), Some(entry)) => through(walk, entry),
            _ => Vec::new(),
        }
    }

    /// A caller comes into a flow. Those that come with Connect are not followed.
    fn enter(&mut self, flow: &Target, role: Role, facts: &Facts) {
        let Some(content) = self.center.flow(flow) else { return };
        let is_new_role = self.roles.entry(flow.clone()).or_default().insert(role);
        let is_more = if let Some(known) = self.entries.get_mut(flow) {
            known.join(facts)
        } else {
            self.order.push(flow.clone());
            let mut walk = Walk::of(&content.flow, self.center);
            let asked = fold_counters(&mut walk);
            self.walks.insert(flow.clone(), (walk, asked));
            self.entries.insert(flow.clone(), facts.clone());
            true
        };
        if (is_more || is_new_role) && !self.waiting.contains(flow) {
            self.waiting.push_back(flow.clone());
        }
    }

    /// Everything that a flow hands over to.
    fn follow(&mut self, flow: &Target) {
        let before = self.facts(flow);
        let Some((walk, _)) = self.walks.get(flow) else { return };
        let reached = walk.reached();
        let actions: Vec<(Action, Facts)> = reached
            .into_iter()
            .filter(|node| !walk.nodes[*node].is_opened)
            .filter_map(|node| Some((walk.nodes[node].action.clone(), before.get(node)?.clone()?)))
            .collect();
        let is_waiting = self.roles.get(flow).is_some_and(|roles| roles.contains(&Role::On(Event::Waiting)));
        for (action, facts) in &actions {
            self.hand_over(action, facts);
            if is_waiting {
                // An agent may take the call at any moment of the flow.
                let after = facts.after(action);
                for pick in &after.picks {
                    self.talk(pick, &after);
                }
            }
        }
    }

    fn hand_over(&mut self, action: &Action, facts: &Facts) {
        let flow = |name: &str| action.parameters.get(name).and_then(Json::as_str).and_then(target_of);
        match action.action_type.as_str() {
            "TransferToFlow" => {
                if let Some(flow) = flow("ContactFlowId") {
                    self.enter(&flow, Role::Transferred, facts);
                }
            }
            // A module that is folded in has its blocks in the walk already.
            "InvokeFlowModule" => {
                if let Some(module) = flow("FlowModuleId") {
                    self.enter(&module, Role::Module, facts);
                }
            }
            "TransferContactToQueue" => self.wait(facts),
            "DequeueContactAndTransferToQueue" => {
                let picks = picked(action).into_iter().collect();
                self.wait(&Facts { picks, ..facts.clone() });
            }
            "CreateCallbackContact" => {
                let picks = picked(action).map_or_else(|| facts.picks.clone(), |pick| BTreeSet::from([pick]));
                let facts = Facts { picks: picks.clone(), ..facts.clone() };
                if let Some(flow) = flow("ContactFlowId") {
                    self.enter(&flow, Role::CallbackStarts, &facts);
                }
                for pick in &picks {
                    self.call_back(pick, &facts);
                }
            }
            _ => {}
        }
    }

    fn wait(&mut self, facts: &Facts) {
        let flows: Vec<Target> = facts.hooks(Event::Waiting).filter_map(Hook::flow).cloned().collect();
        for flow in &flows {
            self.enter(flow, Role::On(Event::Waiting), facts);
        }
        for pick in &facts.picks {
            self.talk(pick, facts);
            self.lines.entry(pick.clone()).and_modify(|line| line.has_callers = true);
        }
    }

    /// An agent may take a call.
    fn talk(&mut self, pick: &Pick, facts: &Facts) {
        if let Some(line) = self.lines.get_mut(pick) {
            line.facts.join(facts);
        } else {
            self.picks.push(pick.clone());
            let line = Line { facts: facts.clone(), has_callbacks: false, has_callers: false };
            self.lines.insert(pick.clone(), line);
        }
        for event in Event::ALL.into_iter().filter(|event| *event != Event::Waiting) {
            let flows: Vec<Target> = facts.hooks(event).filter_map(Hook::flow).cloned().collect();
            for flow in &flows {
                self.enter(flow, Role::On(event), facts);
            }
        }
    }

    fn call_back(&mut self, pick: &Pick, facts: &Facts) {
        self.talk(pick, facts);
        self.lines.entry(pick.clone()).and_modify(|line| line.has_callbacks = true);
        if let Pick::Queue(queue) = pick
            && let Some(flow) = self.center.outbound_flow(queue)
        {
            self.enter(&flow, Role::CalledBack, facts);
        }
    }
}

impl Hook {
    /// The flow that it is.
    pub(super) fn flow(&self) -> Option<&Target> {
        match self {
            Hook::Flow(flow) => Some(flow),
            Hook::Default | Hook::Off | Hook::Other(_) => None,
        }
    }
}
