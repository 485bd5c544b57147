//! What leads out of a block, as a person sees it.

use std::collections::BTreeMap;

use crate::{Action, ConditionBranch, Flow, catalog};

/// The blocks of a flow and what joins them.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    /// The blocks in the order of the flow's actions. Of several with one identifier only the first is led to.
    pub nodes: Vec<Node<'a>>,
    /// The block a contact starts at; `None` where the flow names one that is not there.
    pub start: Option<usize>,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// The action behind it.
    pub action: &'a Action,
    /// What leads out of it, in the order a person reads it.
    pub outlets: Vec<Outlet<'a>>,
    /// Height in the editor's pixels.
    pub height: i64,
}

/// One way out of a block. All branches with one target are one outlet.
#[derive(Clone, Debug)]
pub struct Outlet<'a> {
    /// What takes it.
    pub taken: Vec<Taken<'a>>,
    /// Identifier it leads to.
    pub identifier: &'a str,
    /// The block it leads to; `None` where the flow has none of the identifier.
    pub target: Option<usize>,
    /// True where only an error leads here.
    pub is_quiet: bool,
}

/// What takes a branch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taken<'a> {
    /// Nothing in particular.
    Next,
    /// A condition.
    Condition(&'a ConditionBranch),
    /// An error, by its type.
    Error(&'a str),
}

/// Lines of text a block has room for under its title.
pub(crate) const TEXT_LINES: i64 = 2;
/// Heights of the parts of a block.
pub(crate) const TITLE_HEIGHT: i64 = 2 * super::INLET;
pub(crate) const LINE_HEIGHT: i64 = 16;
pub(crate) const OUTLET_HEIGHT: i64 = 22;
const PADDING: i64 = 10;
/// What the editor needs for each branch, which it draws one by one.
const EDITOR_BRANCH: i64 = 26;

impl<'a> Graph<'a> {
    /// The graph of a flow.
    pub fn new(flow: &'a Flow) -> Self {
        let mut by_identifier: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, action) in flow.actions.iter().enumerate() {
            by_identifier.entry(&action.identifier).or_insert(index);
        }
        let nodes = flow
            .actions
            .iter()
            .map(|action| {
                let outlets = outlets(action, &by_identifier);
                let height = height(action, outlets.len());
                Node { action, outlets, height }
            })
            .collect();
        Self { nodes, start: by_identifier.get(flow.start_action.as_str()).copied() }
    }

    /// The outlets of a block that lead to blocks: target and whether only an error leads there.
    pub(super) fn targets(&self, node: usize) -> impl Iterator<Item = (usize, bool)> {
        let outlets = self.nodes.get(node).map(|node| node.outlets.as_slice()).unwrap_or_default();
        outlets.iter().filter_map(|outlet| Some((outlet.target?, outlet.is_quiet)))
    }
}

impl Node<'_> {
    /// How far below the top of the block an outlet is.
    pub fn outlet_offset(&self, outlet: usize) -> i64 {
        let row = i64::try_from(outlet).unwrap_or_default();
        TITLE_HEIGHT + TEXT_LINES * LINE_HEIGHT + PADDING + OUTLET_HEIGHT * row + OUTLET_HEIGHT / 2
    }

    /// Makes room for the outlets there are.
    pub(crate) fn fit(&mut self) {
        self.height = height(self.action, self.outlets.len());
    }

    /// Height of the block as it is drawn; the editor may need more.
    pub fn drawn_height(&self) -> i64 {
        drawn_height(self.outlets.len())
    }
}

fn drawn_height(outlets: usize) -> i64 {
    let rows = i64::try_from(outlets).unwrap_or_default();
    TITLE_HEIGHT + TEXT_LINES * LINE_HEIGHT + PADDING + OUTLET_HEIGHT * rows + if rows > 0 { 4 } else { 0 }
}

fn height(action: &Action, outlets: usize) -> i64 {
    let branches = i64::try_from(action.transitions.targets().count()).unwrap_or_default();
    drawn_height(outlets).max(TITLE_HEIGHT + EDITOR_BRANCH * branches)
}

fn outlets<'a>(action: &'a Action, by_identifier: &BTreeMap<&str, usize>) -> Vec<Outlet<'a>> {
    let branches = branches(action);
    let mut outlets: Vec<Outlet<'a>> = Vec::with_capacity(branches.len());
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (taken, identifier) in branches {
        let is_quiet = matches!(taken, Taken::Error(error) if !is_expected(error));
        if let Some(outlet) = places.get(identifier).and_then(|place| outlets.get_mut(*place)) {
            outlet.taken.push(taken);
            outlet.is_quiet &= is_quiet;
        } else {
            places.insert(identifier, outlets.len());
            let target = by_identifier.get(identifier).copied();
            outlets.push(Outlet { taken: vec![taken], identifier, target, is_quiet });
        }
    }
    outlets
}

/// What can happen, the usual first: what follows, conditions, expected errors, other errors.
fn branches(action: &Action) -> Vec<(Taken<'_>, &str)> {
    let transitions = &action.transitions;
    let conditions = transitions.conditions().iter().map(|it| (Taken::Condition(it), it.next_action.as_str()));
    let errors = |expected: bool| {
        let of_kind = transitions.errors().iter().filter(move |it| is_expected(&it.error_type) == expected);
        of_kind.map(|it| (Taken::Error(&it.error_type), it.next_action.as_str()))
    };
    let mut all = Vec::with_capacity(transitions.targets().count());
    let next = transitions.next_action.as_deref().filter(|next| !is_mirror(action, next));
    all.extend(next.map(|next| (Taken::Next, next)));
    all.extend(conditions.chain(errors(true)).chain(errors(false)));
    all
}

/// True for a `NextAction` that repeats a branch because the service insists on one, and that no contact ever takes.
fn is_mirror(action: &Action, next: &str) -> bool {
    let transitions = &action.transitions;
    let is_repeated = transitions.errors().iter().any(|branch| branch.next_action == next)
        || transitions.conditions().iter().any(|branch| branch.next_action == next);
    let ends_here = matches!(action.action_type.as_str(), "TransferContactToQueue" | "TransferToFlow");
    let branches_by_nature = || {
        !transitions.conditions().is_empty()
            && catalog::find(&action.action_type)
                .is_some_and(|spec| !matches!(spec.conditions, catalog::Conditions::None))
    };
    is_repeated && (ends_here || branches_by_nature())
}

/// Whether an error is part of what a block is for: nothing was pressed, no condition holds, the queue is full.
pub fn is_expected(error_type: &str) -> bool {
    matches!(
        error_type,
        "NoMatchingCondition"
            | "InputTimeLimitExceeded"
            | "QueueAtCapacity"
            | "InvalidPhoneNumber"
            | "InvalidCallbackNumber"
            | "CallbackNumberNotDialable"
            | "ConnectionTimeLimitExceeded"
            | "CallFailed"
            | "TimeLimitExceeded"
            | "NoneFoundError"
            | "MultipleFoundError"
            | "NoneFound"
            | "MultipleFound"
    )
}
