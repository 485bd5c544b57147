//! Stage 7: what has to happen for the deployed center to equal the blueprint.
//!
//! Pure and synchronous. The plan leaves no choice to applying: every template, parameter and call is in it.

mod action;
mod types;

pub use action::{Action, Reason};
pub use types::{
    AssociationChange, Base, BaseStack, Change, FORMAT_VERSION, Identifier, OperationKind, ParameterValue, Plan,
    PropertyChange, StackOperation, Step,
};
