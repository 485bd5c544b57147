//! Whether two flows mean the same, and what differs where they do not.
//!
//! Blind to what means nothing to a contact: the editor's metadata, identifiers (renamed along the way from the
//! start), the order of actions, keys and error branches, numbers and truth values written as text, empty lists and
//! objects. The `NextAction` of menus and other branching actions is compared like any other branch.

mod canonical;
mod same;
mod instances;
mod matching;
mod signatures;
mod words;
#[cfg(test)]
mod tests;

pub(crate) use canonical::{canonical_value, without_defaults};
pub use instances::without_instances;
pub(crate) use same::{as_it_is, means_same, members_mean_same, says_nothing};

use serde_json::Value;

use crate::Flow;

/// What a comparison found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Nothing.
    #[default]
    Same,
    /// Only the new flow has it.
    Added,
    /// Only the old flow has it.
    Removed,
    /// Both have it, and it differs.
    Changed,
}

/// What differs between two flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Differences, block by block in reading order; what was removed comes last.
    pub blocks: Vec<BlockDifference>,
    /// What differs about the flow as a whole, in words.
    pub flow: Vec<String>,
    /// Which block of the old flow is which of the new one, by places in their lists of actions.
    pub pairs: Vec<(usize, usize)>,
}

/// A block that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockDifference {
    /// What happened to it; never [`Mark::Same`].
    pub mark: Mark,
    /// What it is, in words: `say "Welcome"`.
    pub block: String,
    /// Place among the actions of the old flow.
    pub old: Option<usize>,
    /// Place among the actions of the new flow.
    pub new: Option<usize>,
    /// What happened, a line for each difference, each a sentence of its own.
    pub lines: Vec<String>,
}

impl Mark {
    /// The word on a marked block; empty where nothing changed.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Same => "",
            Mark::Added => "added",
            Mark::Removed => "removed",
            Mark::Changed => "changed",
        }
    }
}

impl Comparison {
    /// True where both flows mean the same.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.flow.is_empty()
    }

    /// All differences, a line for each.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.flow.iter().chain(self.blocks.iter().flat_map(|block| &block.lines)).map(String::as_str)
    }
}

/// True where both flow documents mean the same.
///
/// What is no flow is compared as plain JSON.
pub fn same(a: &Value, b: &Value) -> bool {
    match (canonical::of_json(a), canonical::of_json(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a == b,
        _ => false,
    }
}

/// Compares two flows block by block. Empty exactly where they are the [`same`].
pub fn compare(old: &Flow, new: &Flow) -> Comparison {
    let (of_old, of_new) = (canonical::of_flow(old), canonical::of_flow(new));
    let number_of = |action: &canonical::CanonicalAction| action.index.0;
    if of_old == of_new {
        let pairs = of_old.actions.iter().map(number_of).zip(of_new.actions.iter().map(number_of)).collect();
        return Comparison { pairs, ..Comparison::default() };
    }
    let pairs = matching::pairs(&of_old, &of_new);
    let differences = words::differences((old, &of_old), (new, &of_new), &pairs);
    if canonical::of_meaning(old) == canonical::of_meaning(new) {
        return Comparison { pairs: differences.pairs, ..Comparison::default() };
    }
    differences
}

/// What differs between two flow documents, a line for each difference; empty where they mean the same.
pub fn describe_difference(a: &Value, b: &Value) -> Vec<String> {
    match (Flow::from_json(a), Flow::from_json(b)) {
        (Ok(a), Ok(b)) => compare(&a, &b).lines().map(str::to_owned).collect(),
        (Err(_), Err(_)) if a == b => Vec::new(),
        _ => vec!["the content is not a flow on both sides".to_owned()],
    }
}
