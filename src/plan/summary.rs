//! Counting what a plan does.

use serde::{Deserialize, Serialize};

use super::{Action, Change, Plan};

/// How many changes of each sort a plan has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Resources made and links made.
    pub create: usize,
    /// Resources changed in place.
    pub change: usize,
    /// Resources made anew in place of old ones.
    pub replace: usize,
    /// Resources deleted and links removed.
    pub delete: usize,
    /// Resources that come under management.
    pub import: usize,
    /// Resources that leave management and stay.
    pub retain: usize,
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

    /// Changes after which something is lost for good.
    pub fn irreversible_changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.irreversible.is_some())
    }

    /// Counts the changes.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            let count = match change.action {
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
