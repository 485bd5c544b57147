//! Stage 9: what was changed by hand since the last apply, and the way back.
//!
//! Pure and synchronous. What was last applied is read from the deployed stacks, what is live from
//! [`Inventory::live`](crate::inventory::Inventory::live). Both sides are brought to one form before they are compared:
//! identifiers as AWS has them, scalars in the schema's types, and without what cannot be read or what AWS fills in by
//! itself.
//!
//! ```text
//! deployed template ─evaluate→ identifiers ─┐
//! live properties ──────────────────────────┴─settle→ diff→ DriftReport ─revert→ Plan
//! ```

mod types;
mod names;
mod filled_in;
mod compare;
mod additions;
mod associations;
mod settings;
mod blind;
mod report;
mod marking;
mod unfinished;
mod revert;

pub use marking::{mark, moved};
pub use report::report;
pub use revert::{RevertError, revert};
pub use types::{Addition, AssociationDrift, DriftReport, DriftStatus, DriftedResource, NotChecked, NotCompared};

#[cfg(test)]
mod tests;
