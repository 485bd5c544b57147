//! What can happen to a resource, and why.

use serde::{Deserialize, Serialize};

use crate::model::Address;

/// What happens to one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Considered, nothing to do.
    NoOp,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// A new one is made, then the old one is deleted.
    Replace,
    /// It is deleted.
    Delete,
    /// An existing one comes under management.
    Import,
    /// It leaves management and stays.
    Retain,
    /// A link is made by a direct API call.
    Associate,
    /// A link is removed by a direct API call.
    Disassociate,
}

/// Why an action is taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The blueprint and what was last applied are the same.
    Unchanged,
    /// The blueprint has it and nothing deployed does.
    NotDeployed,
    /// It is deployed and the blueprint has it no longer.
    NotInBlueprint,
    /// Properties differ; which ones is in the change itself.
    PropertiesDiffer,
    /// These properties cannot change in place: create-only in the resource type's schema.
    CreateOnly(Vec<String>),
    /// Something it refers to is replaced and gets a new identifier.
    TargetReplaced(Address),
    /// The resource type itself changes.
    TypeChanged,
    /// Its deletion policy keeps it.
    DeletionPolicyRetain,
    /// The service cannot delete it: it stays, out of use.
    CannotBeDeleted,
    /// The service cannot delete it: it stays as it is.
    StaysAsItIs,
    /// Settings of an instance that is not of the center stay as they are.
    InstanceOfOthers,
    /// Its stack is protected from deletion.
    TerminationProtection,
    /// The stack was never completely created, so it is made anew.
    StackIncomplete,
    /// The stack was being deleted, and some of it is left; that goes first.
    StackHalfDeleted,
    /// The whole center is destroyed.
    Destroy,
    /// Attributes around the properties differ: deletion policy, dependencies.
    AttributesDiffer,
    /// The function changed since its last version was published.
    FunctionChanged,
    /// It was changed by hand.
    ChangedByHand,
    /// It was deleted by hand.
    DeletedByHand,
    /// A revert of it was interrupted, and the deployed template says what it learned on the way.
    RevertUnfinished,
}
