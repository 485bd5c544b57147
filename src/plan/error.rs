//! Why there is no plan.

use super::Action;
use crate::model::{Address, Kind};

/// Why no plan can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// CloudFormation is working on a stack.
    #[error("the stack {stack} is {status}; wait until CloudFormation is done with it")]
    Busy {
        /// The stack.
        stack: String,
        /// Its status.
        status: String,
    },
    /// The instance the blueprint names is not there.
    #[error("there is no Connect instance `{0}`")]
    NoInstance(String),
    /// A built-in object is not in the instance.
    #[error("the instance has no {} `{name}` (builtin/{name})", kind.word().replace('_', " "))]
    NoBuiltin {
        /// What it is.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// `prevent_destroy: true` forbids what would happen.
    #[error("{address} has `prevent_destroy: true` and would be {}", if *action == Action::Replace { "replaced" } else { "deleted" })]
    Prevented {
        /// The resource.
        address: Address,
        /// [`Action::Replace`] or [`Action::Delete`].
        action: Action,
    },
    /// What is deployed and what is wanted need one another in a way no order of operations solves.
    #[error("no order of stack operations leads to the blueprint; these stacks wait for one another: {}", stacks.join(", "))]
    NoOrder {
        /// The stacks that are not done.
        stacks: Vec<String>,
    },
}
