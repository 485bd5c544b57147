//! Stage 7: what has to happen for the deployed center to equal the blueprint.
//!
//! Pure and synchronous. The plan leaves no choice to applying: every template, parameter and call is in it.
//!
//! ```text
//! deployed templates ─evaluate→ definitions with names ─┐
//! artifacts ─────────evaluate→ definitions with names ──┴─diff→ changes ─waves→ steps
//! ```

mod action;
mod types;
mod review;
mod preflight;
mod error;
pub(crate) mod symbol;
mod evaluate;
mod known;
mod secret;
mod diff;
mod changes;
mod associations;
pub(crate) mod settings;
mod imports;
mod proposal;
mod unique_names;
mod waves;
mod impact;
mod opening;
mod callers;
mod build;
mod compare;
mod destroy;
mod base;
mod summary;
mod file;
mod verify;

pub use action::{Action, Reason};
pub use build::{build, build_although_prevented};
pub(crate) use changes::loss;
pub use compare::{Side, compare};
pub use destroy::destroy;
pub(crate) use diff::differences;
pub use error::PlanError;
pub use file::{PlanFileError, SavedPlan};
pub(crate) use known::{Definition, Known};
pub use preflight::{Check, Estimate, Finding, NumberCost, Preflight, Severity};
pub use review::{
    ChangeSetCheck, ChangeSetOutcome, Disagreement, HandChange, HandOutcome, Impact, LiveNumber, Purpose, Schedule,
};
pub use summary::Summary;
pub use types::{
    AssociationChange, Base, BaseStack, Change, FORMAT_VERSION, Identifier, OperationKind, ParameterValue, Plan,
    PropertyChange, RepairOf, ResourceImport, StackChange, StackOperation, Step,
};
pub use verify::{Made, What, contents, contradictions};

#[cfg(test)]
mod tests;
