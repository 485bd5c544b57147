//! Who leads where, and through whom everyone has to go.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{After, Omitted, Word};
use crate::compile::{End, end_of};
use crate::{Flow, FlowType};

/// The actions of a flow as numbers, with the ways between them.
///
/// Numbers beyond the last action stand for identifiers that the flow leads to and does not have.
pub(super) struct Graph<'a> {
    /// Number of the first action; `None` where the flow does not have it.
    pub(super) start: Option<usize>,
    /// Where errors go that a step does not handle itself.
    pub(super) default: Fallback,
    /// Where a contact comes that runs off the end, if it is a step of the flow itself.
    pub(super) end: Option<usize>,
    /// True where what runs into the end of nothing goes on: errors on hold go on with the next step.
    pub(super) errors_go_on: bool,
    /// Actions where contacts come that start nowhere: what cannot be reached.
    pub(super) unreachable: Vec<usize>,
    by_identifier: BTreeMap<&'a str, usize>,
    identifiers: Vec<&'a str>,
    actions: usize,
    /// Ways that are not left out when steps are written, backwards.
    pub(super) ways_to: Vec<Vec<Way>>,
    /// For each action the one that every way to it leads through.
    dominator: Vec<usize>,
    children: Vec<Vec<usize>>,
    /// Place in an order in which every action comes after those that lead to it, loops aside.
    place: Vec<usize>,
    /// The range of places of the dominated, in a walk down the tree.
    range: Vec<(usize, usize)>,
}

/// A way from one action to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) from: usize,
    /// False for errors.
    pub(super) is_usual: bool,
}

/// Where errors go that a step does not handle itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fallback {
    /// There is nothing that many have in common.
    None,
    /// To the end of the flow.
    End(usize),
    /// To the flow's `on_error`, which is written there.
    OnError(usize),
    /// To the flow's `on_error`, which goes to a step that is written among the others.
    Elsewhere(usize),
}

impl Fallback {
    pub(super) fn target(self) -> Option<usize> {
        match self {
            Fallback::None => None,
            Fallback::End(target) | Fallback::OnError(target) | Fallback::Elsewhere(target) => Some(target),
        }
    }
}

struct Edge {
    to: usize,
    is_usual: bool,
    is_default: bool,
    /// True for what follows the step by itself.
    is_after: bool,
}

impl<'a> Graph<'a> {
    pub(super) fn new(flow: &'a Flow, words: &[Word<'a>], flow_type: FlowType) -> Self {
        let mut by_identifier: BTreeMap<&'a str, usize> = BTreeMap::new();
        let mut identifiers: Vec<&'a str> = flow.actions.iter().map(|action| action.identifier.as_str()).collect();
        for (index, identifier) in identifiers.iter().enumerate() {
            by_identifier.entry(identifier).or_insert(index);
        }
        let mut node = |identifier: &'a str| {
            *by_identifier.entry(identifier).or_insert_with(|| {
                identifiers.push(identifier);
                identifiers.len() - 1
            })
        };
        let edges: Vec<Vec<Edge>> = words.iter().map(|word| edges(word, &mut node)).collect();
        let actions = flow.actions.len();
        let start = by_identifier.get(flow.start_action.as_str()).copied().filter(|start| *start < actions);
        let mut graph = Graph {
            start,
            default: Fallback::None,
            end: None,
            errors_go_on: flow_type.is_hold(),
            unreachable: Vec::new(),
            by_identifier,
            identifiers,
            actions,
            ways_to: Vec::new(),
            dominator: Vec::new(),
            children: Vec::new(),
            place: Vec::new(),
            range: Vec::new(),
        };
        let word = match end_of(flow_type) {
            End::Return => "return",
            End::Flow => "end",
            End::HangUp => "hang_up",
        };
        let ends: BTreeSet<usize> = (0..actions).filter(|index| words[*index].step.contains_key(word)).collect();
        graph.find_unreachable(&edges);
        graph.choose_default(&edges, &ends);
        graph.dominate(&edges);
        graph.end = match graph.default {
            Fallback::End(end) => Some(end),
            // The first step has to be the first action.
            _ if start.is_none() => None,
            _ => graph
                .children_of_root()
                .into_iter()
                .filter(|it| ends.contains(it))
                .max_by_key(|it| (graph.ways_to[*it].len(), usize::MAX - *it)),
        };
        graph
    }

    pub(super) fn node(&self, identifier: &str) -> usize {
        self.by_identifier.get(identifier).copied().unwrap_or(usize::MAX)
    }

    pub(super) fn identifier(&self, node: usize) -> &'a str {
        self.identifiers.get(node).copied().unwrap_or_default()
    }

    pub(super) fn is_action(&self, node: usize) -> bool {
        node < self.actions
    }

    /// True where every transition leads to an action, and every action has an identifier of its own.
    pub(super) fn is_whole(&self) -> bool {
        let own: BTreeSet<&str> = self.identifiers[..self.actions].iter().copied().collect();
        self.start.is_some() && self.identifiers.len() == self.actions && own.len() == self.actions
    }

    /// Transitions that lead to no action: from, to.
    pub(super) fn dangling(&self, flow: &'a Flow) -> Vec<(&'a str, &'a str)> {
        let mut found = Vec::new();
        for action in &flow.actions {
            let targets: BTreeSet<&str> = action.transitions.targets().collect();
            let missing = targets.into_iter().filter(|target| !self.is_action(self.node(target)));
            found.extend(missing.map(|target| (action.identifier.as_str(), target)));
        }
        found
    }

    fn root(&self) -> usize {
        self.identifiers.len()
    }

    /// True where every way to `node` leads through `by`.
    pub(super) fn dominates(&self, by: usize, node: usize) -> bool {
        match (self.range.get(by), self.range.get(node)) {
            (Some((from, to)), Some((place, _))) => (from..to).contains(&place),
            _ => false,
        }
    }

    /// What is reached through an action and nobody nearer, in the order of ways.
    pub(super) fn children(&self, node: usize) -> &[usize] {
        self.children.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn children_of_root(&self) -> Vec<usize> {
        self.children(self.root()).to_vec()
    }

    pub(super) fn is_child(&self, node: usize, of: usize) -> bool {
        self.is_action(node) && self.dominator.get(node) == Some(&of)
    }

    /// How many actions are reached only through this one, itself included.
    pub(super) fn size(&self, node: usize) -> usize {
        self.range.get(node).map_or(0, |(from, to)| to - from)
    }

    pub(super) fn place(&self, node: usize) -> usize {
        self.place.get(node).copied().unwrap_or(usize::MAX)
    }

    /// True where only one action leads there.
    pub(super) fn comes_only_from(&self, node: usize, from: usize) -> bool {
        self.ways_to.get(node).is_some_and(|ways| ways.iter().all(|way| way.from == from))
    }

    /// Adds all actions that are come to from one.
    fn reach_more(&self, found: &mut [bool], from: usize, edges: &[Vec<Edge>], takes: impl Fn(&Edge) -> bool) {
        let mut waiting = vec![from];
        while let Some(at) = waiting.pop() {
            if self.is_action(at) && !std::mem::replace(&mut found[at], true) {
                waiting.extend(edges[at].iter().filter(|edge| takes(edge)).map(|edge| edge.to));
            }
        }
    }

    /// For each action, whether it is come to from one.
    fn reach(&self, from: usize, edges: &[Vec<Edge>], takes: impl Fn(&Edge) -> bool) -> Vec<bool> {
        let mut found = vec![false; self.actions];
        self.reach_more(&mut found, from, edges, takes);
        found
    }

    /// Actions to begin with so that all are found that the start does not lead to.
    fn find_unreachable(&mut self, edges: &[Vec<Edge>]) {
        let mut found = vec![false; self.actions];
        if let Some(start) = self.start {
            self.reach_more(&mut found, start, edges, |_| true);
        }
        if found.iter().all(|is_found| *is_found) {
            return;
        }
        let mut is_led_to = vec![false; self.identifiers.len()];
        for edge in (0..self.actions).filter(|at| !found[*at]).flat_map(|at| &edges[at]) {
            is_led_to[edge.to] = true;
        }
        let first = (0..self.actions).filter(|at| !is_led_to[*at]);
        for at in first.chain(0..self.actions) {
            if !found[at] {
                self.unreachable.push(at);
                self.reach_more(&mut found, at, edges, |_| true);
            }
        }
    }

    fn choose_default(&mut self, edges: &[Vec<Edge>], ends: &BTreeSet<usize>) {
        let Some(start) = self.start.filter(|_| !self.errors_go_on) else { return };
        let live = self.reach(start, edges, |_| true);
        let mut errors = vec![0_usize; self.actions];
        let mut ways = vec![0_usize; self.actions];
        let of_live = (0..self.actions).filter(|at| live[*at]).flat_map(|at| &edges[at]);
        for edge in of_live.filter(|edge| self.is_action(edge.to)) {
            ways[edge.to] += 1;
            errors[edge.to] += usize::from(edge.is_default);
        }
        let counted = errors.iter().copied().enumerate().filter(|(_, count)| *count > 0);
        let most = counted.max_by_key(|(at, count)| (*count, usize::MAX - *at));
        let Some((target, count)) = most else { return };
        if mostly_go_on(edges, &live, count) {
            self.errors_go_on = true;
            return;
        }
        let ways = ways[target];
        self.default = if ends.contains(&target) && ways > 1 {
            Fallback::End(target)
        } else if count < 2 {
            Fallback::None
        } else if self.reach(start, edges, |edge| edge.is_usual)[target]
            && !self.may_stand_apart(target, start, edges, ways.saturating_sub(count) < count)
        {
            Fallback::Elsewhere(target)
        } else {
            Fallback::OnError(target)
        };
    }

    /// True for a few steps that say sorry: they read better as the flow's `on_error`, though other ways lead there too.
    fn may_stand_apart(&self, target: usize, start: usize, edges: &[Vec<Edge>], is_mostly_for_errors: bool) -> bool {
        if !is_mostly_for_errors {
            return false;
        }
        let region = self.reach(target, edges, |_| true);
        region.iter().filter(|is_in| **is_in).count() <= 5 && !region[start]
    }

    /// What is done after errors and nowhere else: there, errors do not lead to `on_error` again.
    fn error_region(&self, edges: &[Vec<Edge>]) -> Vec<bool> {
        let (Fallback::OnError(on_error), Some(start)) = (self.default, self.start) else {
            return vec![false; self.actions];
        };
        let is_left_out = |edge: &Edge| edge.is_default && edge.to == on_error;
        let usual = self.reach(start, edges, |edge| !is_left_out(edge) && edge.to != on_error);
        let region = self.reach(on_error, edges, |_| true);
        region.into_iter().zip(usual).map(|(is_in, is_usual)| is_in && !is_usual).collect()
    }

    fn dominate(&mut self, edges: &[Vec<Edge>]) {
        let region = self.error_region(edges);
        let default = self.default.target();
        let root = self.root();
        let mut ways_from: Vec<Vec<Way>> = vec![Vec::new(); root + 1];
        self.ways_to = vec![Vec::new(); root + 1];
        let mut roots: Vec<usize> = self.start.into_iter().collect();
        roots.extend(match self.default {
            Fallback::End(target) | Fallback::OnError(target) => Some(target),
            Fallback::None | Fallback::Elsewhere(_) => None,
        });
        roots.extend(&self.unreachable);
        let mut add = |from: usize, to: usize, is_usual: bool| {
            ways_from[from].push(Way { from: to, is_usual });
            self.ways_to[to].push(Way { from, is_usual });
        };
        for to in roots {
            add(root, to, true);
        }
        for (at, edges) in edges.iter().enumerate() {
            for edge in edges {
                let is_left_out = edge.is_default && Some(edge.to) == default && !region[at];
                if !is_left_out {
                    add(at, edge.to, edge.is_usual);
                }
            }
        }
        let order = backwards(&ways_from, root);
        self.place = vec![usize::MAX; root + 1];
        for (place, at) in order.iter().enumerate() {
            self.place[*at] = place;
        }
        self.dominator = dominators(&order, &self.place, &self.ways_to, root);
        self.children = vec![Vec::new(); root + 1];
        for at in order.iter().filter(|at| **at != root) {
            let by = self.dominator[*at];
            if let Some(children) = self.children.get_mut(by) {
                children.push(*at);
            }
        }
        self.range = ranges(&self.children, root);
    }
}

/// True where most steps that fail go on with what follows them anyway.
fn mostly_go_on(edges: &[Vec<Edge>], live: &[bool], others: usize) -> bool {
    let of_errors = |edges: &Vec<Edge>| {
        let after = edges.iter().find(|edge| edge.is_after).map(|edge| edge.to);
        let goes_on = edges.iter().filter(|edge| edge.is_default).map(move |edge| Some(edge.to) == after);
        goes_on.collect::<Vec<bool>>()
    };
    let of_live = edges.iter().zip(live).filter(|(_, is_live)| **is_live);
    let going: Vec<bool> = of_live.flat_map(|(edges, _)| of_errors(edges)).collect();
    let count = going.iter().filter(|goes_on| **goes_on).count();
    count >= 3 && count * 2 > going.len() && count > others
}

fn edges<'a>(word: &Word<'a>, node: &mut impl FnMut(&'a str) -> usize) -> Vec<Edge> {
    let mut edges = Vec::new();
    for branch in &word.branches {
        edges.push(Edge {
            to: node(branch.target),
            is_usual: !branch.is_failure,
            is_default: branch.omitted == Omitted::OnError,
            is_after: false,
        });
    }
    if let After::Action(next) = word.after {
        edges.push(Edge { to: node(next), is_usual: true, is_default: false, is_after: true });
    }
    edges
}

/// Nodes in reverse postorder from the root.
fn backwards(ways_from: &[Vec<Way>], root: usize) -> Vec<usize> {
    let mut seen = vec![false; ways_from.len()];
    let mut order = Vec::new();
    let mut waiting: Vec<(usize, usize)> = vec![(root, 0)];
    seen[root] = true;
    while let Some((at, next)) = waiting.pop() {
        // The last way is walked first, so that the first comes first in the result.
        let ways = &ways_from[at];
        match ways.len().checked_sub(next + 1).and_then(|index| ways.get(index)) {
            Some(way) => {
                waiting.push((at, next + 1));
                if !seen[way.from] {
                    seen[way.from] = true;
                    waiting.push((way.from, 0));
                }
            }
            None => order.push(at),
        }
    }
    order.reverse();
    order
}

/// The immediate dominator of each node (Cooper, Harvey and Kennedy).
fn dominators(order: &[usize], place: &[usize], ways_to: &[Vec<Way>], root: usize) -> Vec<usize> {
    let none = usize::MAX;
    let mut dominator = vec![none; ways_to.len()];
    dominator[root] = root;
    let mut changed = true;
    while changed {
        changed = false;
        for &at in order.iter().filter(|at| **at != root) {
            let known = ways_to[at].iter().map(|way| way.from).filter(|from| dominator[*from] != none);
            let new = known.reduce(|mut a, mut b| {
                while a != b {
                    while place[a] > place[b] {
                        a = dominator[a];
                    }
                    while place[b] > place[a] {
                        b = dominator[b];
                    }
                }
                a
            });
            if let Some(new) = new.filter(|new| *new != dominator[at]) {
                dominator[at] = new;
                changed = true;
            }
        }
    }
    dominator
}

/// For each node the range of places of its subtree in a walk down the tree.
fn ranges(children: &[Vec<usize>], root: usize) -> Vec<(usize, usize)> {
    let mut range = vec![(usize::MAX, usize::MAX); children.len()];
    let mut next = 0;
    let mut waiting = vec![(root, 0)];
    while let Some((at, child)) = waiting.pop() {
        if child == 0 {
            range[at].0 = next;
            next += 1;
        }
        match children[at].get(child) {
            Some(inner) => {
                waiting.push((at, child + 1));
                waiting.push((*inner, 0));
            }
            None => range[at].1 = next,
        }
    }
    range
}
