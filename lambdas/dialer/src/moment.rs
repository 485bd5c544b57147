//! Points in time, and days.

pub use callform_table::{Day, Moment};
