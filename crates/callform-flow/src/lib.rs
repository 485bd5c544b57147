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

// Each uses only what stands above it, which a test holds.
pub mod circles;
pub mod flow_type;
pub mod json;
pub mod paths;
pub mod catalog;
pub mod references;
pub mod validate;
pub mod views;
pub mod document;
pub mod layout;
pub mod wording;
pub mod steps;
pub mod names;
pub mod lint;
pub mod compile;
pub mod compare;
pub mod decompile;
pub mod template;
pub mod import;
pub mod draw;
pub mod measure;

pub use document::Document;
pub use flow_type::{FlowType, FlowTypeSet};
pub use json::{Action, ConditionBranch, DecodeError, ErrorBranch, Flow, OmittedMembers, Transitions};
#[cfg(test)]
mod layers;
#[cfg(test)]
mod testing;
