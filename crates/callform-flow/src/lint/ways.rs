//! Where a contact can go in a flow: its actions by number, and the ways between them.
//!
//! Everything here takes time in proportion to the flow and nests nothing, since flows come from anywhere.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::circles::circles;
use crate::{Action, ConditionBranch, Flow};

/// A way from one action to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'a> {
    /// Index of the action it leads to.
    pub(super) to: usize,
    pub(super) on: On<'a>,
}

/// When a contact takes a way.
#[derive(Clone, Copy, Debug)]
pub(super) enum On<'a> {
    /// The action is done.
    Next,
    /// It failed.
    Error(&'a str),
    /// The condition holds.
    Condition(&'a ConditionBranch),
}

/// The ways of a flow.
#[derive(Debug)]
pub(super) struct Ways<'a> {
    actions: &'a [Action],
    leaving: Vec<Vec<Way<'a>>>,
    start: Option<usize>,
    reached: Vec<bool>,
    circles: OnceCell<Vec<Vec<usize>>>,
}

/// Actions that always leave by a condition or an error; their `NextAction` only repeats one of those.
const DECIDING: &[&str] = &[
    "Compare",
    "CheckHoursOfOperation",
    "CheckMetricData",
    "Loop",
    "DistributeByPercentage",
    "TransferContactToQueue",
    "TransferToFlow",
    "ShowView",
    "Wait",
    "ConnectParticipantWithLexBot",
];

impl<'a> Ways<'a> {
    pub(super) fn of(flow: &'a Flow) -> Self {
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, action) in flow.actions.iter().enumerate() {
            index.entry(&action.identifier).or_insert(at);
        }
        let leaving: Vec<Vec<Way<'a>>> = flow.actions.iter().map(|action| leaving(action, &index)).collect();
        let start = index.get(flow.start_action.as_str()).copied();
        let reached = reached(&leaving, start);
        Self { actions: &flow.actions, leaving, start, reached, circles: OnceCell::new() }
    }

    /// Every way out of an action, `NextAction` first.
    pub(super) fn all(&self, from: usize) -> &[Way<'a>] {
        self.leaving.get(from).map(Vec::as_slice).unwrap_or_default()
    }

    /// The ways out of an action that a contact can take: without a `NextAction` that only repeats another.
    pub(super) fn taken(&self, from: usize) -> impl Iterator<Item = Way<'a>> + '_ {
        let skips_next = self.actions.get(from).is_some_and(decides);
        self.all(from).iter().copied().filter(move |way| !(skips_next && matches!(way.on, On::Next)))
    }

    pub(super) fn action(&self, index: usize) -> Option<&'a Action> {
        self.actions.get(index)
    }

    pub(super) fn len(&self) -> usize {
        self.leaving.len()
    }

    pub(super) fn start(&self) -> Option<usize> {
        self.start
    }

    /// For each action, whether any way from the start comes to it.
    pub(super) fn reached(&self) -> &[bool] {
        &self.reached
    }

    /// The actions that come right before each one, by the ways that are taken.
    pub(super) fn before(&self) -> Vec<Vec<(usize, On<'a>)>> {
        let mut before = vec![Vec::new(); self.len()];
        for from in 0..self.len() {
            for way in self.taken(from) {
                before[way.to].push((from, way.on));
            }
        }
        before
    }

    /// The circles among the actions that any way from the start comes to, each sorted.
    pub(super) fn circles(&self) -> &[Vec<usize>] {
        self.circles.get_or_init(|| {
            let of = |at: usize| self.taken(at).map(|way| way.to).filter(move |_| self.reached[at]).collect();
            circles(&(0..self.len()).map(of).collect::<Vec<Vec<usize>>>())
        })
    }

    /// For each action, whether it can be come to from `from` (itself not counted unless by a circle), going on only
    /// from actions that `passes` lets through.
    pub(super) fn reached_from(&self, from: usize, passes: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.len()];
        let mut waiting: Vec<usize> = self.taken(from).map(|way| way.to).collect();
        while let Some(at) = waiting.pop() {
            if !std::mem::replace(&mut reached[at], true) && passes(at) {
                waiting.extend(self.taken(at).map(|way| way.to));
            }
        }
        reached
    }
}

/// True where `NextAction` only repeats another way.
pub(super) fn decides(action: &Action) -> bool {
    let is_known = DECIDING.contains(&action.action_type.as_str()) || super::is_menu(action);
    is_known && !(action.transitions.errors().is_empty() && action.transitions.conditions().is_empty())
}

fn leaving<'a>(action: &'a Action, index: &BTreeMap<&str, usize>) -> Vec<Way<'a>> {
    let transitions = &action.transitions;
    let next = transitions.next_action.iter().map(|to| (to, On::Next));
    let errors = transitions.errors().iter().map(|branch| (&branch.next_action, On::Error(&branch.error_type)));
    let conditions = transitions.conditions().iter().map(|branch| (&branch.next_action, On::Condition(branch)));
    let mut ways = Vec::with_capacity(transitions.targets().count());
    let all = next.chain(errors).chain(conditions);
    ways.extend(all.filter_map(|(to, on)| Some(Way { to: *index.get(to.as_str())?, on })));
    ways
}

fn reached(leaving: &[Vec<Way<'_>>], start: Option<usize>) -> Vec<bool> {
    let mut reached = vec![false; leaving.len()];
    let mut waiting: Vec<usize> = start.into_iter().collect();
    while let Some(at) = waiting.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            waiting.extend(leaving[at].iter().map(|way| way.to));
        }
    }
    reached
}
