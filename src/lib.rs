//! Callform: contact centers as code for Amazon Connect.
//!
//! ```text
//! blueprint.yaml ─read→ Blueprint ─resolve→ Model ─check→ diagnostics
//!                                    └─graph→ Graph ─render→ Artifacts (templates, flow JSON, bundles)
//! AWS or sandbox ─observe→ Inventory ─┐
//!                        Artifacts ───┴─plan→ Plan ─apply→ Events → AWS or sandbox
//!              Inventory + last applied ─drift→ DriftReport ─reconcile→ Plan
//! ```
//!
//! Each stage is a module, in this order, and takes the output types of the stages before it. Everything up to `plan`
//! is pure; only `observe` and `apply` talk to AWS.

mod kinds;
pub mod digest;
mod pinned;
mod time_zone;
pub mod blueprint;
pub mod model;
pub mod check;
pub mod init;
pub mod inventory;
pub mod observe;
pub mod graph;
pub mod render;
pub mod calls;
pub mod journey;
pub mod plan;
pub mod preflight;
pub mod apply;
pub mod drift;
pub mod view;
pub mod cli;
