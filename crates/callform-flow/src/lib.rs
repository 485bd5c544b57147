//! The Amazon Connect flow language: model, checks, and flows written as blocks.
//!
//! ```text
//! blueprint steps ─┐
//! template ────────┼─steps→ Vec<Step> ─compile→ Flow (with markers for names) ─lint→ Diagnostics
//! exported JSON ───┴─import→ ────────────────→ Flow
//! exported JSON ─decompile→ steps, the former export format included
//! Flow ─to_json→ what the service takes ─validate→ what the service would say
//! ```
//!
//! Nothing here reads files, the clock or the environment.

pub mod json;
pub mod flow_type;
pub mod catalog;
pub mod references;
pub mod validate;
pub mod layout;
pub mod wording;
pub mod steps;
pub mod compile;
pub mod decompile;
pub mod lint;
pub mod template;
pub mod import;
mod legacy;
pub mod compare;
pub mod draw;

pub use flow_type::{FlowType, FlowTypeSet};
pub use json::{Action, ConditionBranch, DecodeError, Document, ErrorBranch, Flow, OmittedMembers, Transitions};
#[cfg(test)]
mod testing;
