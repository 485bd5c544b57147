//! Counting what a plan does.

use serde::{Deserialize, Serialize};

use super::{Action, Change, Plan, Purpose};

/// How many changes of each sort a plan has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Resources made and links made.
    pub create: usize,
    /// Resources changed in place, and stacks.
    pub change: usize,
    /// Resources made anew in place of old ones.
    pub replace: usize,
    /// Resources deleted and links removed.
    pub delete: usize,
    /// Resources that come under management.
    pub import: usize,
    /// Resources that leave management and stay.
    pub retain: usize,
    /// Resources that only have another key in the blueprint.
    pub renamed: usize,
    /// Resources that stay as they are.
    pub unchanged: usize,
}

impl Plan {
    /// True where nothing would be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The changes that do something, in order.
    pub fn effective_changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action != Action::NoOp)
    }

    /// True where any resource, link or stack differs.
    pub fn has_changes(&self) -> bool {
        self.effective_changes().next().is_some() || !self.stack_changes.is_empty()
    }

    /// What people are told of: the changes that do something, and resources that only have another key.
    pub fn told_changes(&self) -> impl Iterator<Item = &Change> {
        let tells_names = self.tells_names();
        let is_renamed = move |change: &&Change| tells_names && change.renamed_from.is_some();
        self.changes.iter().filter(move |change| change.action != Action::NoOp || is_renamed(change))
    }

    fn tells_names(&self) -> bool {
        self.purpose == Purpose::Compare || !self.is_empty()
    }

    /// Changes after which something is lost for good.
    pub fn irreversible_changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.irreversible.is_some())
    }

    /// Counts the changes.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { change: self.stack_changes.len(), ..Summary::default() };
        let tells_names = self.tells_names();
        for change in &self.changes {
            let count = match change.action {
                Action::NoOp if tells_names && change.renamed_from.is_some() => &mut summary.renamed,
                Action::NoOp => &mut summary.unchanged,
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.change,
                // A number that gets another flow is a change of the number.
                Action::Associate if change.properties.iter().any(|property| property.before.is_some()) => {
                    &mut summary.change
                }
                Action::Associate => &mut summary.create,
                Action::Replace => &mut summary.replace,
                Action::Delete | Action::Disassociate => &mut summary.delete,
                Action::Import => &mut summary.import,
                Action::Retain => &mut summary.retain,
            };
            *count += 1;
        }
        summary
    }
}
