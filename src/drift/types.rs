//! The report as data.

use callform_aws::Repair;
use serde_json::Value;

use crate::model::{Address, Target};
use crate::plan::PropertyChange;

/// Everything that differs between what was last applied and what is live.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DriftReport {
    /// The center's name.
    pub center: String,
    /// AWS region.
    pub region: String,
    /// Resources that differ or are gone, by address.
    pub resources: Vec<DriftedResource>,
    /// Phone numbers that other flows answer than those that were applied.
    pub associations: Vec<AssociationDrift>,
    /// Resources that could not be compared at all.
    pub not_checked: Vec<NotChecked>,
    /// Properties that could not be compared, by type.
    pub not_compared: Vec<NotCompared>,
    /// How many resources were compared.
    pub checked: usize,
    /// What was not looked at, a clause for each kind.
    pub not_looked_at: Vec<String>,
    /// Stacks whose revert was interrupted: CloudFormation's template is not yet what it was before.
    pub unfinished: Vec<String>,
}

/// How a resource differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftStatus {
    /// Properties differ.
    Modified,
    /// It was deleted by hand.
    Deleted,
}

/// A resource that differs from what was last applied.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftedResource {
    /// Its name in the blueprint.
    pub address: Address,
    /// The stack it is in.
    pub stack: String,
    /// Its name in the stack's template.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// How it differs.
    pub status: DriftStatus,
    /// What differs; `before` is what was last applied, `after` is live. Empty for deleted resources.
    pub differences: Vec<PropertyChange>,
    /// What was added by hand that the template does not name. These are among the differences.
    pub additions: Vec<Addition>,
    /// Keys of tags that the resource has of its stack, not of its template, and that differ.
    pub stack_tags: Vec<String>,
    /// What is beside its template and is taken back by calls of its own. These are among the differences.
    pub repairs: Vec<Repair>,
    /// Why some of it cannot be brought back, as a clause.
    pub irreversible: Option<String>,
}

/// A live property that the template does not name.
#[derive(Clone, Debug, PartialEq)]
pub struct Addition {
    /// Property names from the top.
    pub path: Vec<String>,
    /// Its live value, with identifiers as AWS has them. For a list of tags only those that were added.
    pub value: Value,
}

/// A phone number that another flow answers than the one that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociationDrift {
    /// The phone number.
    pub phone_number: Address,
    /// The stack the number is in.
    pub stack: String,
    /// The number's name in the stack's template.
    pub logical_id: String,
    /// The flow that was applied; none where it had none.
    pub expected: Option<Target>,
    /// The flow that answers now, by name or else by id; none where none does.
    pub live: Option<String>,
}

/// A resource that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotChecked {
    /// Its name in the blueprint.
    pub address: Address,
    /// Why.
    pub reason: String,
    /// True where a call failed; false where nobody can compare it.
    pub failed: bool,
}

/// A property that could not be compared because it could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCompared {
    /// CloudFormation type.
    pub resource_type: String,
    /// Property names joined by `/`; `*` for every item of a list.
    pub path: String,
    /// For how many resources.
    pub resources: usize,
}

impl DriftReport {
    /// True where something could not be read: there may be more than the report has.
    pub fn is_incomplete(&self) -> bool {
        self.not_checked.iter().any(|one| one.failed)
    }

    /// True where nothing differs and nothing waits to be finished.
    pub fn is_in_sync(&self) -> bool {
        self.resources.is_empty() && self.associations.is_empty() && self.unfinished.is_empty()
    }
}

impl DriftStatus {
    /// CloudFormation's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}
