//! A table in memory.

pub use callform_table::Units;

use crate::item::Dialing;

/// A table in memory, with the semantics of DynamoDB. For tests, measurements and simulations.
pub type Memory = callform_table::Memory<Dialing>;
