//! The ways through one flow, with its modules folded in.

use callform_flow::layout::{Graph, Taken};
use callform_flow::{Action, Flow};
use serde_json::Value as Json;

use super::center::{Center, target_of};
use crate::model::Target;

/// Modules in modules are folded in this deep; Connect allows five levels.
const DEEPEST: usize = 5;
/// A flow with its modules has at most this many blocks; modules beyond stay closed.
const MOST_BLOCKS: usize = 600;

/// The blocks of a flow and of the modules it calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pub(super) nodes: Vec<Node>,
    /// Where a contact begins; none where the flow names a block that is not there.
    pub(super) start: Option<usize>,
}

/// A block.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) action: Action,
    /// True for a call of a module whose blocks stand behind it.
    pub(super) is_opened: bool,
    pub(super) ways: Vec<Way>,
}

/// A way out of a block; all that leads to one block is one way.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// What takes it.
    pub(super) taken: Vec<Outcome>,
    /// The block it leads to; none where there is none of that name.
    pub(super) to: Option<usize>,
    /// True where only an error leads here.
    pub(super) is_quiet: bool,
}

/// What takes a way.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Nothing in particular.
    Next,
    /// A condition: operator and operand.
    If(String, String),
    /// An error, by its type.
    Error(String),
}

impl Walk {
    /// The ways through a flow.
    pub(super) fn of(flow: &Flow, center: &Center) -> Self {
        let mut walk = Self { nodes: nodes(flow, 0), start: None };
        walk.start = start(flow);
        // Calls to be opened: the call, and the modules it stands in. A call is opened with all that is in it before the next.
        let mut calls: Vec<(usize, Vec<Target>)> = (0..walk.nodes.len()).rev().map(|node| (node, Vec::new())).collect();
        while let Some((call, mut within)) = calls.pop() {
            let Some((module, flow)) = walk.module_called_at(call, center) else { continue };
            let is_too_much = within.len() >= DEEPEST || walk.nodes.len() + flow.actions.len() > MOST_BLOCKS;
            if is_too_much || within.contains(&module) {
                continue;
            }
            within.push(module);
            let first = walk.nodes.len();
            walk.open(call, flow);
            calls.extend((first..walk.nodes.len()).rev().map(|node| (node, within.clone())));
        }
        walk
    }

    fn module_called_at<'c>(&self, call: usize, center: &'c Center) -> Option<(Target, &'c Flow)> {
        let action = &self.nodes.get(call)?.action;
        if action.action_type != "InvokeFlowModule" {
            return None;
        }
        let module = target_of(action.parameters.get("FlowModuleId").and_then(Json::as_str)?)?;
        let flow = &center.flow(&module)?.flow;
        start(flow)?;
        Some((module, flow))
    }

    /// Puts the blocks of a module behind the block that calls it; where it returns, the flow goes on.
    fn open(&mut self, call: usize, flow: &Flow) {
        let first = self.nodes.len();
        let Some(begin) = start(flow) else { return };
        let (quiet, usual): (Vec<Way>, Vec<Way>) =
            std::mem::take(&mut self.nodes[call].ways).into_iter().partition(|way| way.is_quiet);
        let mut inside = nodes(flow, first);
        for node in inside.iter_mut().filter(|node| node.action.action_type == "EndFlowModuleExecution") {
            node.ways.clone_from(&usual);
        }
        self.nodes.extend(inside);
        let into = Way { taken: vec![Outcome::Next], to: Some(first + begin), is_quiet: false };
        self.nodes[call].is_opened = true;
        self.nodes[call].ways = std::iter::once(into).chain(quiet).collect();
    }

    /// The blocks that a contact can come to, first those that lead on and then what follows.
    pub(super) fn reached(&self) -> Vec<usize> {
        let mut found: Vec<usize> = self.start.into_iter().collect();
        let mut is_found = vec![false; self.nodes.len()];
        for start in &found {
            is_found[*start] = true;
        }
        let mut next = 0;
        while let Some(node) = found.get(next).copied() {
            next += 1;
            for to in self.nodes[node].ways.iter().filter_map(|way| way.to) {
                if !std::mem::replace(&mut is_found[to], true) {
                    found.push(to);
                }
            }
        }
        found
    }
}

fn start(flow: &Flow) -> Option<usize> {
    flow.actions.iter().position(|action| action.identifier == flow.start_action)
}

fn nodes(flow: &Flow, first: usize) -> Vec<Node> {
    let graph = Graph::new(flow);
    let nodes = graph.nodes.iter().map(|node| {
        let is_over = hands_over(&node.action.action_type);
        let ways = node.outlets.iter().map(|outlet| Way {
            taken: outlet.taken.iter().map(|taken| Outcome::of(*taken)).collect(),
            to: outlet.target.map(|target| first + target),
            is_quiet: outlet.is_quiet,
        });
        let ways = ways.filter(|way| !(is_over && way.taken == [Outcome::Next]));
        Node { action: node.action.clone(), is_opened: false, ways: ways.collect() }
    });
    nodes.collect()
}

/// True for blocks whose next block no contact comes to: where they succeed, the flow is over.
fn hands_over(action_type: &str) -> bool {
    matches!(action_type, "TransferContactToQueue" | "TransferToFlow" | "DequeueContactAndTransferToQueue")
}

impl Outcome {
    fn of(taken: Taken<'_>) -> Self {
        match taken {
            Taken::Next => Self::Next,
            Taken::Error(error) => Self::Error(error.to_owned()),
            Taken::Condition(branch) => {
                let text = |operand: &Json| operand.as_str().map_or_else(|| operand.to_string(), str::to_owned);
                let operands: Vec<String> = branch.operands.iter().map(text).collect();
                Self::If(branch.operator.clone(), operands.join(", "))
            }
        }
    }
}
